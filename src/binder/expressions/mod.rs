//! Scalar expressions.
//!
//! In: an expression and the scope that it stands in. Out: the bound expression, or None where a fault
//! was reported (then, or where a name that it uses was bound).

mod calls;
mod convert;
mod functions;
mod lists;
mod literals;
mod names;
mod operations;
mod paths;
mod special;
mod texts;

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::plan::{Expr, ExprKind};
use crate::symbols::ScalarType;
use crate::syntax::ast;

pub(super) use calls::describe;
pub(super) use convert::{conversion, convert, convertible};
pub(super) use special::is_star;

use super::Binder;
use super::table::Scope;

impl Binder<'_> {
    /// Binds a scalar expression.
    pub(super) fn expr(&mut self, scope: &Scope, expr: &ast::Expr) -> Option<Expr> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Literal(literal) => self.literal(literal, span),
            ast::ExprKind::Name(name) => self.name(scope, name, span),
            ast::ExprKind::Parenthesized(inner) => self.expr(scope, inner),
            ast::ExprKind::Path { .. } | ast::ExprKind::Element { .. } => self.path(scope, expr),
            ast::ExprKind::Call(call) => self.call(scope, call, span),
            ast::ExprKind::Unary { op, operand } => self.unary(scope, *op, operand, span),
            ast::ExprKind::Binary { op, left, right } => self.binary(scope, *op, left, right, span),
            ast::ExprKind::Between {
                subject,
                low,
                high,
                negated,
            } => self.between(scope, subject, low, high, *negated, span),
            ast::ExprKind::List { op, subject, list } => self.list(scope, *op, subject, list, span),
            ast::ExprKind::Wildcard(_) | ast::ExprKind::Star => {
                self.error(
                    Code::BadArgument,
                    span,
                    "`*` cannot stand here: one value is needed",
                );
                None
            }
            ast::ExprKind::DotCall { .. }
            | ast::ExprKind::Datatable { .. }
            | ast::ExprKind::ExternalData { .. }
            | ast::ExprKind::Pipe { .. }
            | ast::ExprKind::Source(_)
            | ast::ExprKind::ImpliedPipe(_) => {
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
        }
    }

    /// Binds a condition.
    pub(super) fn predicate(&mut self, scope: &Scope, expr: &ast::Expr) -> Option<Expr> {
        let bound = self.expr(scope, expr)?;
        match bound.ty {
            ScalarType::Bool => Some(bound),
            ScalarType::Dynamic => Some(convert(bound, ScalarType::Bool)),
            ty => {
                self.report(
                    Diagnostic::error(
                        Code::NotAPredicate,
                        expr.span,
                        format!("a condition must be bool, but this is {ty}"),
                    )
                    .with_help("compare it with something"),
                );
                None
            }
        }
    }

    /// Binds a whole number that must be constant, such as the count of `take`.
    pub(super) fn constant_long(&mut self, scope: &Scope, expr: &ast::Expr) -> Option<Expr> {
        let bound = self.expr(scope, expr)?;
        if !matches!(
            bound.ty,
            ScalarType::Int | ScalarType::Long | ScalarType::Dynamic
        ) {
            self.error(
                Code::WrongType,
                expr.span,
                format!("a whole number must stand here, but this is {}", bound.ty),
            );
            return None;
        }
        if stands_over_row(&bound) {
            self.error(Code::NotConstant, expr.span, "a constant must stand here");
            return None;
        }
        if matches!(bound.constant(), Some(Value::Int(..0) | Value::Long(..0))) {
            self.error(Code::BadArgument, expr.span, "this number is 0 or more");
            return None;
        }
        Some(convert(bound, ScalarType::Long))
    }
}

/// Whether an expression depends on the row.
pub(super) fn stands_over_row(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Literal(_) | ExprKind::AsOf | ExprKind::Scalar(_) => false,
        ExprKind::Call { arguments, .. } => arguments.iter().any(stands_over_row),
        ExprKind::Convert(inner) => stands_over_row(inner),
        ExprKind::InTable { subject, .. } => stands_over_row(subject),
    }
}
