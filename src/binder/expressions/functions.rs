//! Calls of `let` functions: the body is bound anew at each call, its parameters bound to the arguments.

use std::rc::Rc;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::Expr;
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Call, ParameterType};

use super::convert::{convert, convertible};
use super::stands_over_row;
use crate::binder::environment::{Binding, Environment, FunctionBinding, ScalarBinding};
use crate::binder::statements::Value;
use crate::binder::table::{Scope, Table};
use crate::binder::{Binder, CALL_DEPTH_LIMIT, CALL_LIMIT};

impl Binder<'_> {
    /// A call of a function that gives a scalar.
    pub(super) fn scalar_function(
        &mut self,
        scope: &Scope,
        function: &Rc<FunctionBinding>,
        call: &Call,
        span: Span,
    ) -> Option<Expr> {
        match self.let_function(scope, function, call, None, span) {
            Some(Value::Scalar(value)) => value.map(|value| Expr { span, ..value }),
            Some(Value::Table(_)) => {
                self.report(
                    Diagnostic::error(
                        Code::NotScalar,
                        span,
                        format!(
                            "`{}` gives a table, where one value is needed",
                            call.name.text
                        ),
                    )
                    .with_help("`toscalar(…)` gives the first value of a table"),
                );
                None
            }
            None => None,
        }
    }

    /// A call of a `let` function. `piped` is the table that `invoke` puts into the first parameter.
    pub(in crate::binder) fn let_function(
        &mut self,
        scope: &Scope,
        binding: &Rc<FunctionBinding>,
        call: &Call,
        piped: Option<Table>,
        span: Span,
    ) -> Option<Value> {
        self.calls += 1;
        if self.calls > CALL_LIMIT || self.call_depth >= CALL_DEPTH_LIMIT {
            self.report(
                Diagnostic::error(
                    Code::TooDeep,
                    span,
                    "the functions of this query call each other too often",
                )
                .with_help(format!(
                    "at most {CALL_LIMIT} calls, nested at most {CALL_DEPTH_LIMIT} deep"
                )),
            );
            return None;
        }
        let environment = self.parameters(scope, binding, call, piped)?;
        let aggregates = self.aggregates.take();
        let windows = match binding.tabular {
            true => self.windows.take(),
            false => None,
        };
        self.call_depth += 1;
        self.row_depth += usize::from(binding.tabular);
        let value = self.statements(&environment, &binding.function.body);
        self.row_depth -= usize::from(binding.tabular);
        self.call_depth -= 1;
        if binding.tabular {
            self.windows = windows;
        }
        self.aggregates = aggregates;
        value
    }

    /// The environment of a function's body: that of its definition and its parameters.
    fn parameters(
        &mut self,
        scope: &Scope,
        binding: &FunctionBinding,
        call: &Call,
        piped: Option<Table>,
    ) -> Option<Environment> {
        let name = call.name.text.as_str();
        let parameters = &binding.function.parameters;
        let mut given: Vec<Option<&ast::Expr>> = vec![None; parameters.len()];
        let mut faulty = false;
        for (place, argument) in (usize::from(piped.is_some())..).zip(&call.arguments) {
            let index = match argument.names.first() {
                Some(wanted) => parameters.iter().position(|p| p.name.text == wanted.text),
                None => Some(place),
            };
            match index.and_then(|i| given.get_mut(i)) {
                Some(slot) => *slot = Some(&argument.value),
                None => faulty = true,
            }
        }
        let missing = parameters
            .iter()
            .zip(&given)
            .skip(usize::from(piped.is_some()))
            .any(|(p, g)| g.is_none() && p.default.is_none());
        if faulty || missing || (piped.is_some() && parameters.is_empty()) {
            let least = parameters.iter().filter(|p| p.default.is_none()).count();
            self.report(
                Diagnostic::error(
                    Code::WrongArgumentCount,
                    call.name.span,
                    format!(
                        "`{name}` takes {least} to {} arguments, not these {}",
                        parameters.len(),
                        call.arguments.len() + usize::from(piped.is_some())
                    ),
                )
                .with_label(binding.function.span, "defined here"),
            );
            return None;
        }
        let mut environment = binding.environment.with(name, Binding::Recursion, None);
        let mut piped = piped;
        for (parameter, argument) in parameters.iter().zip(given) {
            let bound = match &parameter.ty {
                ParameterType::Scalar(ty) => {
                    self.scalar_parameter(scope, binding, parameter, ty, argument)
                }
                ParameterType::AnyTable => {
                    self.table_parameter(scope, parameter, &[], argument, piped.take())
                }
                ParameterType::Table(columns) => {
                    self.table_parameter(scope, parameter, columns, argument, piped.take())
                }
            };
            environment =
                environment.with(&parameter.name.text, bound.unwrap_or(Binding::Poison), None);
        }
        Some(environment)
    }

    fn scalar_parameter(
        &mut self,
        scope: &Scope,
        binding: &FunctionBinding,
        parameter: &ast::Parameter,
        ty: &ast::TypeName,
        argument: Option<&ast::Expr>,
    ) -> Option<Binding> {
        let bound = match (argument, &parameter.default) {
            (Some(argument), _) => self.expr(scope, argument),
            (None, Some(default)) => self.expr(&Scope::constant(&binding.environment), default),
            (None, None) => None,
        }?;
        let wanted = self.scalar_type(ty)?;
        let fits = convertible(bound.ty, wanted)
            || (bound.ty == ScalarType::Long
                && wanted == ScalarType::Int
                && bound.constant().is_some());
        if !fits {
            self.error(
                Code::WrongType,
                bound.span,
                format!(
                    "`{}` must be {wanted}, but this is {}",
                    parameter.name.text, bound.ty
                ),
            );
            return None;
        }
        let expr = convert(bound, wanted);
        let depth = stands_over_row(&expr).then_some(self.row_depth);
        Some(Binding::Scalar(ScalarBinding::new(expr, depth)))
    }

    fn table_parameter(
        &mut self,
        scope: &Scope,
        parameter: &ast::Parameter,
        columns: &[ast::ColumnDeclaration],
        argument: Option<&ast::Expr>,
        piped: Option<Table>,
    ) -> Option<Binding> {
        let table = match (argument, piped) {
            (_, Some(piped)) => piped,
            (Some(argument), None) => self.inner_table(scope, argument),
            (None, None) => return None,
        };
        for column in columns {
            let wanted = self.scalar_type(&column.ty)?;
            let found = table.columns().iter().find(|c| c.name == column.name.text);
            let problem = match found {
                Some(found) if found.ty == wanted || table.poisoned.contains(&found.name) => {
                    continue;
                }
                Some(found) => format!("`{}` is {} there, not {wanted}", found.name, found.ty),
                None if table.open => continue,
                None => format!("it has no column `{}`", column.name.text),
            };
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    table.relation.span,
                    format!(
                        "the table does not fit `{}`: {problem}",
                        parameter.name.text
                    ),
                )
                .with_label(column.name.span, "asked for here"),
            );
            return None;
        }
        Some(Binding::Table(self.share(
            &parameter.name.text,
            table,
            false,
        )))
    }

    /// The type that a name stands for.
    pub(in crate::binder) fn scalar_type(&mut self, ty: &ast::TypeName) -> Option<ScalarType> {
        let found = ScalarType::from_name(&ty.text);
        if found.is_none() {
            self.error(
                Code::UnknownName,
                ty.span,
                format!("there is no type `{}`", ty.text),
            );
        }
        found
    }
}
