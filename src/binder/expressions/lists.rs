//! `in`, `has_any` and their kin.
//!
//! A list of one table is a membership test against its first column; anything else is a call of the
//! operator's function with the subject and the items.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::registry;
use crate::plan::{Expr, ExprKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, ListOp};

use super::convert::{convert, convertible};
use super::texts;
use crate::binder::Binder;
use crate::binder::shape;
use crate::binder::sources::Sort;
use crate::binder::table::Scope;

impl Binder<'_> {
    pub(super) fn list(
        &mut self,
        scope: &Scope,
        op: ListOp,
        subject: &ast::Expr,
        list: &[ast::Expr],
        span: Span,
    ) -> Option<Expr> {
        // `* in (…)` and `* has_any (…)` search every column.
        let bound = match shape::is_star(subject) {
            true => {
                self.error(
                    Code::UnsupportedExpression,
                    subject.span,
                    "a list to search all columns for is not supported yet",
                );
                None
            }
            false => self.expr(scope, subject),
        };
        if let [only] = list
            && self.sort_of(scope, only) == Sort::Table
        {
            return self.in_table(scope, op, bound, only, span);
        }
        let mut arguments = vec![bound];
        for item in list {
            if self.sort_of(scope, item) == Sort::Table {
                self.report(
                    Diagnostic::error(
                        Code::UnsupportedExpression,
                        item.span,
                        "a table beside other items of a list is not supported yet",
                    )
                    .with_help("put the tables together with `union`"),
                );
                arguments.push(None);
                continue;
            }
            arguments.push(self.expr(scope, item));
        }
        let Some(function) = registry::list_operator(op) else {
            self.error(
                Code::UnsupportedExpression,
                span,
                format!("the operator `{}` is not supported yet", op.text()),
            );
            return None;
        };
        let arguments: Option<Vec<Expr>> = arguments.into_iter().collect();
        let arguments = match op {
            ListOp::In | ListOp::NotIn => texts::alike_list(arguments?),
            ListOp::InIgnoreCase | ListOp::NotInIgnoreCase | ListOp::HasAny | ListOp::HasAll => {
                arguments?
            }
        };
        self.apply(
            function,
            arguments.into_iter().map(Some).collect(),
            span,
            span,
        )
    }

    fn in_table(
        &mut self,
        scope: &Scope,
        op: ListOp,
        subject: Option<Expr>,
        list: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        let table = self.inner_table(scope, list);
        let mut subject = subject?;
        let Some(first) = table.columns().first().cloned() else {
            if !table.open {
                self.error(Code::BadArgument, list.span, "the table has no columns");
            }
            return None;
        };
        if table.poisoned.contains(&first.name) || table.open {
            return None;
        }
        if op == ListOp::HasAny || op == ListOp::HasAll {
            for (ty, at) in [(subject.ty, subject.span), (first.ty, list.span)] {
                if !convertible(ty, ScalarType::String) {
                    self.error(
                        Code::WrongType,
                        at,
                        format!("`{}` compares strings, not {ty}", op.text()),
                    );
                    return None;
                }
            }
            subject = convert(subject, ScalarType::String);
        } else if subject.ty != first.ty {
            let fits = convertible(subject.ty, first.ty) || convertible(first.ty, subject.ty);
            if !fits {
                self.error(
                    Code::MixedTypes,
                    span,
                    format!(
                        "a {} value cannot be in `{}`, which is {}",
                        subject.ty, first.name, first.ty
                    ),
                );
                return None;
            }
            if convertible(subject.ty, first.ty) {
                subject = convert(subject, first.ty);
            }
        }
        Some(Expr {
            kind: ExprKind::InTable {
                operator: op,
                subject: Box::new(subject),
                table: Box::new(table.relation),
            },
            ty: ScalarType::Bool,
            span,
            nullable_string: false,
        })
    }
}
