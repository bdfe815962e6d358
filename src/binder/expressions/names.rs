//! Names in scalar expressions: columns, `let`s, parameters, known mistakes; and what a missing name may mean.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::Expr;

use crate::binder::aliases;
use crate::binder::environment::Binding;
use crate::binder::suggest::nearest;
use crate::binder::table::{Scope, column_expr};
use crate::binder::{Binder, GROWTH_LIMIT};

impl Binder<'_> {
    /// Binds a name: a column goes before a `let` of the same name.
    pub(super) fn name(&mut self, scope: &Scope, name: &str, span: Span) -> Option<Expr> {
        if let Some(column) = scope.column(name) {
            return match scope.is_poisoned(name) {
                true => None,
                false => self.row_value(column_expr(column, span), name, span),
            };
        }
        if let Some(frame) = scope.environment.find(name) {
            self.uses.record(frame.id);
            return self.bound_name(scope, name, &frame.binding, span);
        }
        if let Some(alias) = aliases::meant(scope.origin, name)
            && let Some(column) = scope.column(alias.meant)
        {
            self.report(
                Diagnostic::warning(
                    Code::Aliased,
                    span,
                    format!("`{name}` is taken for `{}`: {}", alias.meant, alias.reason),
                )
                .with_help(format!("write `{}`", alias.meant)),
            );
            return self.row_value(column_expr(column, span), name, span);
        }
        // No fault where a plugin gives columns that only the data tells, now or in another time.
        let mut told = || {
            scope
                .told
                .is_some_and(|place| self.places.lack(place, name))
        };
        if !scope.open && !told() {
            self.unknown_name(scope, name, span);
        }
        None
    }

    fn bound_name(
        &mut self,
        scope: &Scope,
        name: &str,
        binding: &Binding,
        span: Span,
    ) -> Option<Expr> {
        match binding {
            Binding::Scalar(scalar) => {
                if scalar
                    .row_depth
                    .is_some_and(|depth| depth != self.row_depth)
                {
                    self.report(
                        Diagnostic::error(
                            Code::NotConstant,
                            span,
                            format!("`{name}` depends on a row of another table"),
                        )
                        .with_help("give the function a constant, or join the tables"),
                    );
                    return None;
                }
                if self.grown > GROWTH_LIMIT {
                    return None;
                }
                self.grown += scalar.size;
                if self.grown > GROWTH_LIMIT {
                    // Told once: every name after it would only repeat the fault.
                    self.report(
                        Diagnostic::error(
                            Code::TooDeep,
                            span,
                            "the values of this query name each other too often",
                        )
                        .with_help(format!(
                            "at most {GROWTH_LIMIT} parts, each name taken as its whole expression"
                        )),
                    );
                    return None;
                }
                Some(scalar.expr.as_ref().clone())
            }
            Binding::Poison => None,
            Binding::Table(_) => {
                self.report(
                    Diagnostic::error(
                        Code::NotScalar,
                        span,
                        format!("`{name}` is a table, where one value is needed"),
                    )
                    .with_help(format!("`toscalar({name})` gives its first value")),
                );
                None
            }
            Binding::Function(_) | Binding::Recursion => {
                let call = crate::syntax::ast::Call {
                    name: crate::syntax::ast::Name {
                        text: name.to_owned(),
                        span,
                    },
                    arguments: Vec::new(),
                };
                self.call(scope, &call, span)
            }
        }
    }

    /// A value of the row, which in a `summarize` stands only inside of an aggregate.
    fn row_value(&mut self, expr: Expr, name: &str, span: Span) -> Option<Expr> {
        if self.aggregates.is_none() {
            return Some(expr);
        }
        self.report(
            Diagnostic::error(
                Code::MisplacedAggregate,
                span,
                format!("`{name}` stands outside of an aggregate"),
            )
            .with_help(format!(
                "group by it, or take one of its values: `take_any({name})`"
            )),
        );
        None
    }

    fn unknown_name(&mut self, scope: &Scope, name: &str, span: Span) {
        let diagnostic = if scope.columns.is_empty() {
            Diagnostic::error(
                Code::UnknownName,
                span,
                format!("nothing is named `{name}`"),
            )
        } else {
            Diagnostic::error(
                Code::UnknownColumn,
                span,
                format!("there is no column `{name}` here"),
            )
        };
        let names = scope.columns.iter().map(|c| c.name.as_str());
        let lets = scope.environment.frames().map(|f| f.name.as_str());
        let diagnostic = match nearest(name, names.chain(lets)) {
            Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
            None => diagnostic,
        };
        self.report(diagnostic);
    }
}
