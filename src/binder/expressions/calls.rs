//! Calls of functions, and the check of arguments against a signature.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, ScalarFunction, Signature, registry,
};
use crate::plan::{Expr, ExprKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Call};

use super::convert::{convert, convertible};
use super::special;
use crate::binder::Binder;
use crate::binder::discovery::{result_of_any, unknown_value};
use crate::binder::environment::Binding;
use crate::binder::known::{self, Known};
use crate::binder::suggest::nearest;
use crate::binder::table::Scope;

impl Binder<'_> {
    /// Binds a call that gives a scalar.
    pub(super) fn call(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let name = call.name.text.as_str();
        if let Some(frame) = scope.environment.find(name) {
            self.uses.record(frame.id);
            match &frame.binding {
                Binding::Function(function) => {
                    return self.scalar_function(scope, function, call, span);
                }
                Binding::Recursion => {
                    self.recursion(name, call.name.span);
                    return None;
                }
                Binding::Poison => return None,
                Binding::Scalar(_) | Binding::Table(_) => {}
            }
        }
        if let Some(special) = self.special(scope, call, span) {
            return special;
        }
        // `hll_merge` and `tdigest_merge` are both: of one column of a group, and of several values of a row.
        let scalar = registry::scalar(name).is_some()
            && (self.aggregates.is_none() || call.arguments.len() > 1);
        if let Some(function) = registry::aggregate(name).filter(|_| !scalar) {
            return self.aggregate_call(scope, function, call, span);
        }
        // An operator is no function: `hasprefix(a, b)` is no KQL.
        let function = registry::scalar(name).filter(|f| f.category() != Category::Operator);
        // What is not there may be an aggregate, in which any column may stand.
        let aggregates = match function {
            Some(_) => None,
            None => self.aggregates.take(),
        };
        let arguments: Vec<Option<Expr>> = call
            .arguments
            .iter()
            .map(|a| match function.is_none() && special::is_star(a) {
                true => None,
                false => self.expr(scope, &a.value),
            })
            .collect();
        match function {
            Some(function) => {
                let bound = self.apply(function, arguments, call.name.span, span)?;
                match function.category() {
                    Category::Window => self.window_call(function, bound),
                    Category::Operator
                    | Category::String
                    | Category::Conversion
                    | Category::Conditional
                    | Category::DateTime
                    | Category::Math
                    | Category::Dynamic
                    | Category::Network
                    | Category::Hash
                    | Category::Series
                    | Category::Other
                    | Category::Aggregate => Some(bound),
                }
            }
            None => {
                self.aggregates = aggregates;
                self.unknown_function(scope, call);
                None
            }
        }
    }

    /// A call of a function of ours; `arguments` are None where they could not be bound.
    pub(in crate::binder) fn apply(
        &mut self,
        function: &'static dyn ScalarFunction,
        arguments: Vec<Option<Expr>>,
        name_span: Span,
        span: Span,
    ) -> Option<Expr> {
        if arguments.iter().any(Option::is_none) && self.is_guessing() {
            let ty = result_of_any(&arguments, |described| function.return_type(described))?;
            return Some(unknown_value(ty, span));
        }
        let arguments =
            self.arguments(function.name(), &function.signature(), arguments, name_span)?;
        let described: Vec<Argument> = arguments.iter().map(describe).collect();
        let ty = match function.return_type(&described) {
            Ok(ty) => ty,
            Err(fault) => {
                self.argument_fault(fault, &arguments, span);
                return None;
            }
        };
        Some(Expr {
            nullable_string: ty == ScalarType::String && function.gives_null_strings(),
            kind: ExprKind::Call {
                function,
                arguments,
            },
            ty,
            span,
        })
    }

    /// Checks arguments against a signature and converts them.
    pub(in crate::binder) fn arguments(
        &mut self,
        name: &str,
        signature: &Signature,
        arguments: Vec<Option<Expr>>,
        name_span: Span,
    ) -> Option<Vec<Expr>> {
        let count = arguments.len();
        let fixed = signature.parameters.len();
        let whole_blocks = signature.repeats < 2
            || count <= fixed
            || (count - fixed).is_multiple_of(signature.repeats);
        if count < signature.min()
            || signature.max().is_some_and(|max| count > max)
            || !whole_blocks
        {
            let takes = match (signature.min(), signature.max()) {
                (min, Some(max)) if min == max => format!("{min}"),
                (min, Some(max)) => format!("{min} to {max}"),
                (min, None) => format!("at least {min}"),
            };
            self.error(
                Code::WrongArgumentCount,
                name_span,
                format!("`{name}` takes {takes} arguments, not {count}"),
            );
            return None;
        }
        let mut bound = Vec::with_capacity(count);
        let mut faulty = false;
        for (index, argument) in arguments.into_iter().enumerate() {
            let Some(parameter) = signature.parameter(index) else {
                continue;
            };
            let Some(argument) = argument else {
                faulty = true;
                continue;
            };
            if parameter.constant && argument.constant().is_none() {
                self.error(
                    Code::NotConstant,
                    argument.span,
                    format!("`{}` of `{name}` must be a constant", parameter.name),
                );
                faulty = true;
                continue;
            }
            match accept(argument, parameter.accepts) {
                Ok(argument) => bound.push(argument),
                Err(argument) => {
                    self.wrong_type(name, parameter.name, parameter.accepts, &argument);
                    faulty = true;
                }
            }
        }
        (!faulty).then_some(bound)
    }

    fn wrong_type(&mut self, name: &str, parameter: &str, accepts: Accepts, argument: &Expr) {
        let wanted = match accepts {
            Accepts::Any => "a scalar".to_owned(),
            Accepts::Exactly(ty) => ty.name().to_owned(),
            Accepts::Number => "a number".to_owned(),
            Accepts::Integer => "a whole number".to_owned(),
            Accepts::OneOf(types) => types
                .iter()
                .map(|t| t.name())
                .collect::<Vec<_>>()
                .join(" or "),
        };
        let diagnostic = Diagnostic::error(
            Code::WrongType,
            argument.span,
            format!(
                "`{parameter}` of `{name}` must be {wanted}, but this is {}",
                argument.ty
            ),
        );
        let diagnostic = match accepts {
            Accepts::Exactly(ScalarType::String) => {
                diagnostic.with_help("convert it: `tostring(…)`")
            }
            Accepts::Exactly(ScalarType::Dynamic) if argument.ty == ScalarType::String => {
                diagnostic.with_help("read it as JSON first: `parse_json(…)`")
            }
            Accepts::Exactly(ScalarType::DateTime) => {
                diagnostic.with_help("convert it: `todatetime(…)`")
            }
            Accepts::OneOf(_) if argument.ty == ScalarType::Dynamic => {
                diagnostic.with_help("say what it is: `tolong(…)`, `toreal(…)`, `todatetime(…)`")
            }
            Accepts::Any
            | Accepts::Exactly(_)
            | Accepts::Number
            | Accepts::Integer
            | Accepts::OneOf(_) => diagnostic,
        };
        self.report(diagnostic);
    }

    /// Reports what a function says of its arguments.
    pub(in crate::binder) fn argument_fault(
        &mut self,
        fault: ArgumentFault,
        arguments: &[Expr],
        span: Span,
    ) {
        let at = fault
            .index
            .and_then(|i| arguments.get(i))
            .map_or(span, |a| a.span);
        let code = match fault.unsupported {
            true => Code::UnsupportedExpression,
            false => Code::WrongType,
        };
        let diagnostic = Diagnostic::error(code, at, fault.message);
        self.report(match fault.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        });
    }

    pub(in crate::binder) fn recursion(&mut self, name: &str, span: Span) {
        self.report(
            Diagnostic::error(
                Code::BadArgument,
                span,
                format!("`{name}` calls itself, which KQL does not allow"),
            )
            .with_help("functions cannot be recursive"),
        );
    }

    /// Reports a function that is not there: good KQL that is not supported yet, or no KQL.
    pub(in crate::binder) fn unknown_function(&mut self, scope: &Scope, call: &ast::Call) {
        let name = call.name.text.as_str();
        let span = call.name.span;
        match known::function(name) {
            Some(Known::Scalar | Known::Aggregate | Known::Plugin) => {
                let diagnostic = Diagnostic::error(
                    Code::UnsupportedFunction,
                    span,
                    format!("the function `{name}` is not supported"),
                );
                self.report(match instead(name) {
                    Some(help) => diagnostic.with_help(help),
                    None => diagnostic,
                });
            }
            Some(Known::Table) => {
                self.error(
                    Code::NotScalar,
                    span,
                    format!("`{name}` gives a table, where one value is needed"),
                );
            }
            None => {
                let ours = registry::scalar_names()
                    .chain(registry::aggregate_names())
                    .filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic()));
                let mut names: Vec<&str> = scope
                    .environment
                    .frames()
                    .map(|f| f.name.as_str())
                    .collect();
                for name in ours.chain(known::names()) {
                    names.push(name);
                }
                let near = nearest(name, names);
                let diagnostic = Diagnostic::error(
                    Code::UnknownFunction,
                    span,
                    format!("there is no function `{name}`"),
                );
                self.report(match near {
                    Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            }
        }
    }
}

/// What to write in the place of a function that has nothing to answer from where there is no cluster.
fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "current_principal" | "current_principal_details" | "current_principal_is_member_of" => {
            "nobody is signed in where files are read: write the name that is meant"
        }
        "current_database" | "current_cluster_endpoint" => {
            "there is no cluster where files are read: write the name that is meant"
        }
        "current_cursor" | "cursor_after" | "cursor_before_or_at" | "cursor_current" => {
            "no database counts what comes in: compare the time column or `ingestion_time()`, or let the windows of \
             a hunt take up where they ended"
        }
        "extent_id" | "extentid" | "extent_tags" | "rowstore_ordinal_range" => {
            "files have no extents: leave it out"
        }
        "datetime_to_locale_string" => {
            "how each language writes a date is not documented: `format_datetime(…, 'dd.MM.yyyy')` writes it as told"
        }
        _ => return None,
    })
}

/// What a function may know of an argument.
pub(in crate::binder) fn describe(argument: &Expr) -> Argument<'_> {
    Argument {
        ty: argument.ty,
        constant: argument.constant(),
    }
}

/// The argument as what the parameter accepts; the argument itself where it does not fit.
fn accept(argument: Expr, accepts: Accepts) -> Result<Expr, Expr> {
    let ty = argument.ty;
    match accepts {
        Accepts::Any => Ok(argument),
        Accepts::Exactly(wanted) if convertible(ty, wanted) => Ok(convert(argument, wanted)),
        // A literal is a long; where it fits, it is an int as well.
        Accepts::Exactly(ScalarType::Int) if ty == ScalarType::Long => {
            let converted = convert(argument, ScalarType::Int);
            match converted.constant() {
                Some(_) => Ok(converted),
                None => Err(converted),
            }
        }
        Accepts::Exactly(_) => Err(argument),
        Accepts::Number if ty.is_numeric() => Ok(argument),
        Accepts::Number if ty == ScalarType::Dynamic => Ok(convert(argument, ScalarType::Real)),
        Accepts::Number => Err(argument),
        Accepts::Integer if matches!(ty, ScalarType::Int | ScalarType::Long) => Ok(argument),
        Accepts::Integer if ty == ScalarType::Dynamic => Ok(convert(argument, ScalarType::Long)),
        Accepts::Integer => Err(argument),
        Accepts::OneOf(types) if types.contains(&ty) => Ok(argument),
        // A dynamic value may be a text of any kind; of numbers and times it is not known which.
        Accepts::OneOf(types)
            if ty == ScalarType::Dynamic && types.first() != Some(&ScalarType::String) =>
        {
            Err(argument)
        }
        Accepts::OneOf(types) => match types.iter().find(|wanted| convertible(ty, **wanted)) {
            Some(wanted) => Ok(convert(argument, *wanted)),
            None => Err(argument),
        },
    }
}
