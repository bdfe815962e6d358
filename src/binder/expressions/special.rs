//! Calls that are more than functions: those that take a table, a column's name, a type, or all columns.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{Value, registry};
use crate::plan::{Expr, ExprKind};
use crate::symbols::{INGESTION_COLUMNS, ScalarType};
use crate::syntax::ast::{self, Call};

use super::stands_over_row;
use crate::binder::Binder;
use crate::binder::shape;
use crate::binder::sources::Sort;
use crate::binder::table::{Scope, Table, column_expr};

impl Binder<'_> {
    /// Binds a call of a special name; None where the name is not special.
    pub(super) fn special(
        &mut self,
        scope: &Scope,
        call: &Call,
        span: Span,
    ) -> Option<Option<Expr>> {
        Some(match call.name.text.as_str() {
            "toscalar" => self.scalar_of_table(scope, call, span),
            "materialize" => self.materialized_scalar(scope, call, span),
            "typeof" => self.type_of(call, span),
            "column_ifexists" | "columnifexists" => self.column_if_exists(scope, call, span),
            "iscolumnexists" => self
                .constant_string(scope, call, span)
                .map(|name| Expr::literal(Value::Bool(scope.column(&name).is_some()), span)),
            // What lies within a distance: `between` the two ends.
            "around" if call.arguments.len() == 3 => self.around(scope, call, span),
            "assert" => self.assertion(scope, call, span),
            "bag_pack_columns" => self.bag_pack_columns(scope, call, span),
            "column_names_of" => self.column_names_of(scope, call, span),
            "bin_auto" => self.bin_auto(scope, call, span),
            "ingestion_time" if call.arguments.is_empty() => {
                return self.ingestion_column(scope, span).map(Some);
            }
            "estimate_data_size" => self.estimate_data_size(scope, call, span),
            "new_guid" | "rand" => self.drawn(scope, call, span),
            "pack_all" => self.pack_all(scope, call, span),
            "pack_array" if matches!(call.arguments.as_slice(), [a] if is_star(a)) => {
                let columns = self.all_columns(scope, span);
                self.apply_named(registry::scalar("pack_array"), "pack_array", columns, call)
            }
            _ => return None,
        })
    }

    /// A table inside of an expression: another row, other aggregates.
    pub(in crate::binder) fn inner_table(&mut self, scope: &Scope, expr: &ast::Expr) -> Table {
        let aggregates = self.aggregates.take();
        let windows = self.windows.take();
        let drawn_once = std::mem::take(&mut self.drawn_once);
        self.row_depth += 1;
        let table = self.table(scope.environment, expr);
        self.row_depth -= 1;
        self.drawn_once = drawn_once;
        self.windows = windows;
        self.aggregates = aggregates;
        table
    }

    fn scalar_of_table(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let [only] = call.arguments.as_slice() else {
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                format!("`toscalar` takes 1 arguments, not {}", call.arguments.len()),
            );
            return None;
        };
        if self.sort_of(scope, &only.value) == Sort::Scalar {
            let outer = std::mem::replace(&mut self.drawn_once, true);
            let value = self.expr(scope, &only.value);
            self.drawn_once = outer;
            return value;
        }
        let table = self.inner_table(scope, &only.value);
        if table.open {
            return None;
        }
        let Some(first) = table.columns().first() else {
            self.error(
                Code::BadArgument,
                only.value.span,
                "the table has no columns",
            );
            return None;
        };
        if table.poisoned.contains(&first.name) {
            return None;
        }
        Some(Expr {
            ty: first.ty,
            span,
            // No row is null, and a null string is "".
            nullable_string: first.ty == ScalarType::String,
            kind: ExprKind::Scalar(Box::new(table.relation)),
        })
    }

    fn materialized_scalar(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let only = shape::only_argument(call);
        if let Some(only) = only.filter(|only| self.sort_of(scope, only) != Sort::Table) {
            return self.expr(scope, only);
        }
        self.report(
            Diagnostic::error(
                Code::NotScalar,
                span,
                "a table stands where one value is needed",
            )
            .with_help("`toscalar(…)` gives the first value of a table"),
        );
        None
    }

    /// The names of a table's columns, as an array.
    fn column_names_of(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let Some(only) = shape::only_argument(call) else {
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                format!(
                    "`column_names_of` takes 1 arguments, not {}",
                    call.arguments.len()
                ),
            );
            return None;
        };
        let table = self.inner_table(scope, only);
        if table.open {
            return None;
        }
        let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        let names = serde_json::Value::from(names).to_string();
        Some(Expr::literal(Value::Dynamic(names), span))
    }

    fn around(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let bound = |binder: &mut Self, at: usize| binder.expr(scope, &call.arguments[at].value);
        let (value, center, distance) = (bound(self, 0)?, bound(self, 1)?, bound(self, 2)?);
        let end = |binder: &mut Self, operator: &str| {
            let function = binder.builtin(operator, span)?;
            let arguments = vec![Some(center.clone()), Some(distance.clone())];
            binder.apply(function, arguments, call.name.span, span)
        };
        let (low, high) = (end(self, "-"), end(self, "+"));
        let function = self.builtin("between", span)?;
        self.apply(function, vec![Some(value), low, high], call.name.span, span)
    }

    /// `assert(condition, message)`: the condition does not depend on rows, so that it holds for all of them.
    fn assertion(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let arguments: Vec<Option<Expr>> = call
            .arguments
            .iter()
            .map(|a| self.expr(scope, &a.value))
            .collect();
        if let Some(varies) = arguments.iter().flatten().find(|a| stands_over_row(a)) {
            self.error(
                Code::NotConstant,
                varies.span,
                "what is asserted cannot depend on the row",
            );
            return None;
        }
        let function = self.builtin("assert", span)?;
        self.apply(function, arguments, call.name.span, span)
    }

    /// The table's own column that says when a row came in, else the time of its file; None where the rows are
    /// of no one table, or the operator cannot take the file's time along.
    fn ingestion_column(&mut self, scope: &Scope, span: Span) -> Option<Expr> {
        let origin = scope.origin?;
        let schema = self.catalogue_table(origin)?;
        let own = INGESTION_COLUMNS.iter().find_map(|name| {
            let own = schema.column(name).filter(|c| c.ty == ScalarType::DateTime);
            let here = scope.column(name).filter(|c| c.ty == ScalarType::DateTime);
            own.map(|_| here)
        });
        if let Some(here) = own {
            return Some(column_expr(here?, span));
        }
        let column = self.file_time()?;
        let note = format!(
            "{origin} has no column that says when its rows were ingested; the time is that at which the \
             file of a row was last written"
        );
        self.report(Diagnostic::note(Code::InLake, span, note));
        Some(column_expr(&column, span))
    }

    /// What is drawn for each row: of its number, of the time that `now()` means and of the call's place.
    fn drawn(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let name = call.name.text.as_str();
        let function = self.builtin(name, span)?;
        let given = call
            .arguments
            .iter()
            .map(|a| self.expr(scope, &a.value))
            .collect();
        let given = self.arguments(name, &function.signature(), given, call.name.span)?;
        let Some(row) = self.row_number(span) else {
            self.report(
                Diagnostic::error(
                    Code::UnsupportedExpression,
                    span,
                    format!("`{name}` is drawn for each row, and there is no row here"),
                )
                .with_help(format!(
                    "put it into an `extend` before; `toscalar(print {name}())` is drawn once"
                )),
            );
            return None;
        };
        let as_of = Expr {
            kind: ExprKind::AsOf,
            ty: ScalarType::DateTime,
            span,
            nullable_string: false,
        };
        let place = i64::try_from(span.start).unwrap_or_default();
        let mut arguments = vec![row, as_of, Expr::literal(Value::Long(place), span)];
        arguments.extend(given);
        let ty = function.return_type(&[]).ok()?;
        Some(Expr {
            kind: ExprKind::Call {
                function,
                arguments,
            },
            ty,
            span,
            nullable_string: false,
        })
    }

    fn estimate_data_size(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            match is_star(argument) {
                true => arguments.extend(self.all_columns(scope, argument.value.span)),
                false => arguments.push(self.expr(scope, &argument.value)),
            }
        }
        let function = self.builtin("estimate_data_size", span)?;
        self.apply(function, arguments, call.name.span, span)
    }

    /// A bag of the columns that are named, each under its name.
    fn bag_pack_columns(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let mut arguments = Vec::with_capacity(call.arguments.len() * 2);
        for argument in &call.arguments {
            let Some(name) = shape::name(shape::bare(&argument.value)) else {
                self.report(
                    Diagnostic::error(
                        Code::BadArgument,
                        argument.value.span,
                        "`bag_pack_columns` takes names of columns",
                    )
                    .with_help("`bag_pack` takes names and values"),
                );
                return None;
            };
            arguments.push(Some(Expr::literal(Value::String(name.to_owned()), span)));
            arguments.push(self.expr(scope, &argument.value));
        }
        self.apply_named(registry::scalar("bag_pack"), "bag_pack", arguments, call)
    }

    /// `bin` by the size that `set query_bin_auto_size` gives, from the point of `query_bin_auto_at`.
    fn bin_auto(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let Some(size) = self.bin_auto.size.clone() else {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    span,
                    "the query does not say how wide the bins of `bin_auto` are",
                )
                .with_help("begin it with `set query_bin_auto_size = 1h;`"),
            );
            return None;
        };
        let mut arguments: Vec<Option<Expr>> = call
            .arguments
            .iter()
            .map(|a| self.expr(scope, &a.value))
            .collect();
        arguments.push(Some(size));
        let name = match self.bin_auto.at.clone() {
            Some(at) => {
                arguments.push(Some(at));
                "bin_at"
            }
            None => "bin",
        };
        let function = self.builtin(name, span)?;
        self.apply(function, arguments, call.name.span, span)
    }

    fn type_of(&mut self, call: &Call, span: Span) -> Option<Expr> {
        // `typeof(string)` reads as a name, `typeof(datetime)` may read as a call.
        let written = shape::only_argument(call);
        let called = written.and_then(shape::call).map(|c| c.name.text.as_str());
        let name = written.and_then(shape::name).or(called);
        match name.and_then(ScalarType::from_name) {
            Some(ty) => Some(Expr::literal(Value::String(ty.name().to_owned()), span)),
            None => {
                self.error(Code::BadArgument, span, "`typeof` takes the name of a type");
                None
            }
        }
    }

    fn column_if_exists(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let name = self.constant_string(scope, call, span)?;
        let Some(default) = call.arguments.get(1) else {
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                format!("`{}` takes 2 arguments, not 1", call.name.text),
            );
            return None;
        };
        if scope.column(&name).is_some() {
            return self.name(scope, &name, span);
        }
        match scope.open {
            true => None,
            false => self.expr(scope, &default.value),
        }
    }

    fn constant_string(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<String> {
        let Some(first) = call.arguments.first() else {
            self.error(
                Code::WrongArgumentCount,
                span,
                format!("`{}` takes the name of a column", call.name.text),
            );
            return None;
        };
        let bound = self.expr(scope, &first.value)?;
        match bound.constant() {
            Some(Value::String(name)) => Some(name.clone()),
            Some(_) | None => {
                self.report(
                    Diagnostic::error(
                        Code::NotConstant,
                        first.value.span,
                        "the name of the column must be a constant string",
                    )
                    .with_help("put the name in quotes"),
                );
                None
            }
        }
    }

    /// `pack_all()` is a bag of every column under its name.
    fn pack_all(&mut self, scope: &Scope, call: &Call, span: Span) -> Option<Expr> {
        let ignore = match call.arguments.first() {
            None => false,
            Some(argument) => match self.expr(scope, &argument.value)?.constant() {
                Some(Value::Bool(ignore)) => *ignore,
                Some(_) | None => {
                    self.error(
                        Code::NotConstant,
                        argument.value.span,
                        "`pack_all` takes `true` or `false`",
                    );
                    return None;
                }
            },
        };
        let name = if ignore { "pack_all" } else { "bag_pack" };
        let columns = self.all_columns(scope, span);
        let mut arguments = Vec::with_capacity(2 * columns.len());
        for (column, value) in scope.columns.iter().zip(columns) {
            let key = Expr::literal(Value::String(column.name.clone()), span);
            arguments.push(Some(key));
            arguments.push(value);
        }
        self.apply_named(registry::scalar(name), name, arguments, call)
    }

    /// Every column of the row, None for those that are not known.
    pub(in crate::binder) fn all_columns(&self, scope: &Scope, span: Span) -> Vec<Option<Expr>> {
        scope
            .columns
            .iter()
            .map(|c| (!scope.is_poisoned(&c.name)).then(|| column_expr(c, span)))
            .collect()
    }

    fn apply_named(
        &mut self,
        function: Option<&'static dyn crate::functions::ScalarFunction>,
        name: &str,
        arguments: Vec<Option<Expr>>,
        call: &Call,
    ) -> Option<Expr> {
        let span = call.name.span;
        match function {
            Some(function) => self.apply(function, arguments, span, span),
            None => {
                self.error(
                    Code::UnsupportedFunction,
                    span,
                    format!(
                        "`{}` is not supported yet (it needs `{name}`)",
                        call.name.text
                    ),
                );
                None
            }
        }
    }
}

/// Whether an argument is `*`.
pub(in crate::binder) fn is_star(argument: &ast::Argument) -> bool {
    argument.names.is_empty() && shape::is_star(&argument.value)
}
