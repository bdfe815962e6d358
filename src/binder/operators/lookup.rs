//! `lookup`: a join that adds the right side's columns but its keys.

use crate::diagnostics::{Code, Diagnostic};
use crate::plan::{Column, ExprKind, JoinKind, Side};
use crate::syntax::ast::{self, Operator};

use super::join::joined;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    pub(super) fn lookup(
        &mut self,
        environment: &Environment,
        left: Table,
        right: &ast::Expr,
        on: &[ast::Expr],
        operator: &Operator,
    ) -> Table {
        self.allow_parameters(operator, &["kind", "hint."]);
        let kind = match super::parameter_word(operator, "kind") {
            None | Some(("leftouter", _)) => JoinKind::LeftOuter,
            Some(("inner", _)) => JoinKind::Inner,
            Some((word, span)) => {
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        span,
                        format!("there is no lookup kind `{word}`"),
                    )
                    .with_help("leftouter or inner"),
                );
                JoinKind::LeftOuter
            }
        };
        let right = self.inner_table(&Scope::constant(environment), right);
        let on = self.join_keys(environment, &left, &right, on, operator);
        let is_key = |column: &Column| {
            on.iter()
                .any(|(_, key)| key_column(key) == Some(column.name.as_str()))
        };
        let output = left
            .columns()
            .iter()
            .map(|c| (Side::Left, c.clone()))
            .chain(
                right
                    .columns()
                    .iter()
                    .filter(|c| !is_key(c))
                    .map(|c| (Side::Right, c.clone())),
            )
            .collect();
        joined(kind, left, right, on, output, operator.span)
    }
}

/// The column that a key is, a conversion aside.
fn key_column(key: &crate::plan::Expr) -> Option<&str> {
    match &key.kind {
        ExprKind::Column(name) => Some(name),
        ExprKind::Convert(inner) => key_column(inner),
        ExprKind::Literal(_)
        | ExprKind::AsOf
        | ExprKind::Call { .. }
        | ExprKind::Scalar(_)
        | ExprKind::InTable { .. } => None,
    }
}
