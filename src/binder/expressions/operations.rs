//! Operators on scalars: unary, binary, `between`.

use crate::diagnostics::{Code, Span};
use crate::functions::registry;
use crate::plan::Expr;
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp, UnaryOp};

use super::literals::negated;
use super::texts;
use crate::binder::Binder;
use crate::binder::table::Scope;

impl Binder<'_> {
    pub(super) fn unary(
        &mut self,
        scope: &Scope,
        op: UnaryOp,
        operand: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        let operand = self.expr(scope, operand)?;
        match op {
            UnaryOp::Minus => {
                if let Some(value) = operand.constant().and_then(negated) {
                    return Some(Expr::literal(value, span));
                }
            }
            UnaryOp::Plus if operand.ty.is_numeric() || operand.ty == ScalarType::TimeSpan => {
                return Some(operand);
            }
            UnaryOp::Plus | UnaryOp::Not => {}
        }
        let Some(function) = registry::unary_operator(op) else {
            self.unsupported_operator(
                match op {
                    UnaryOp::Minus => "-",
                    UnaryOp::Plus => "+",
                    UnaryOp::Not => "not",
                },
                span,
            );
            return None;
        };
        self.apply(function, vec![Some(operand)], span, span)
    }

    pub(super) fn binary(
        &mut self,
        scope: &Scope,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        if crate::binder::shape::is_star(left) {
            let right = self.expr(scope, right)?;
            return self.any_column(scope, op, &right, span);
        }
        let left = self.expr(scope, left);
        let right = self.expr(scope, right);
        let Some(function) = registry::operator(op) else {
            self.unsupported_operator(op.text(), span);
            return None;
        };
        if (left.is_none() || right.is_none()) && self.is_guessing() {
            return self.apply(function, vec![left, right], span, span);
        }
        let (left, right) = (left?, right?);
        let (left, right) = match matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            true => texts::alike(left, right),
            false => (left, right),
        };
        self.apply(function, vec![Some(left), Some(right)], span, span)
    }

    pub(super) fn between(
        &mut self,
        scope: &Scope,
        subject: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
        span: Span,
    ) -> Option<Expr> {
        let subject = self.expr(scope, subject);
        let low = self.expr(scope, low);
        let high = self.expr(scope, high);
        let name = if negated { "!between" } else { "between" };
        let function = self.builtin(name, span)?;
        self.apply(function, vec![subject, low, high], span, span)
    }

    fn unsupported_operator(&mut self, text: &str, span: Span) {
        self.error(
            Code::UnsupportedExpression,
            span,
            format!("the operator `{text}` is not supported yet"),
        );
    }
}
