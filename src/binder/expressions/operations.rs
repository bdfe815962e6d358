//! Operators on scalars: unary, binary, `between`.

use crate::diagnostics::{Code, Span};
use crate::functions::registry;
use crate::plan::Expr;
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp, UnaryOp};

use super::convert::{convert, wider};
use super::literals::negated;
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
        let left = self.expr(scope, left);
        let right = self.expr(scope, right);
        let Some(function) = registry::operator(op) else {
            self.unsupported_operator(op.text(), span);
            return None;
        };
        let (left, right) = (left?, right?);
        let (left, right) = match class(op) {
            Class::Comparison => comparable(left, right),
            Class::Arithmetic | Class::Text | Class::Logic => (left, right),
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
        let (mut subject, mut low, mut high) = (subject?, low?, high?);
        if subject.ty == ScalarType::Dynamic {
            subject = convert(subject, low.ty);
        }
        for end in [&mut low, &mut high] {
            if end.ty == ScalarType::Dynamic && subject.ty != ScalarType::Dynamic {
                *end = convert(end.clone(), subject.ty);
            }
        }
        let name = if negated { "!between" } else { "between" };
        let function = self.builtin(name, span)?;
        self.apply(
            function,
            vec![Some(subject), Some(low), Some(high)],
            span,
            span,
        )
    }

    fn unsupported_operator(&mut self, text: &str, span: Span) {
        self.error(
            Code::UnsupportedExpression,
            span,
            format!("the operator `{text}` is not supported yet"),
        );
    }
}

enum Class {
    Comparison,
    Arithmetic,
    Text,
    Logic,
}

fn class(op: BinaryOp) -> Class {
    match op {
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual => Class::Comparison,
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Modulo => Class::Arithmetic,
        BinaryOp::And | BinaryOp::Or => Class::Logic,
        BinaryOp::EqualIgnoreCase
        | BinaryOp::NotEqualIgnoreCase
        | BinaryOp::Has
        | BinaryOp::NotHas
        | BinaryOp::HasCs
        | BinaryOp::NotHasCs
        | BinaryOp::HasPrefix
        | BinaryOp::NotHasPrefix
        | BinaryOp::HasPrefixCs
        | BinaryOp::NotHasPrefixCs
        | BinaryOp::HasSuffix
        | BinaryOp::NotHasSuffix
        | BinaryOp::HasSuffixCs
        | BinaryOp::NotHasSuffixCs
        | BinaryOp::Contains
        | BinaryOp::NotContains
        | BinaryOp::ContainsCs
        | BinaryOp::NotContainsCs
        | BinaryOp::StartsWith
        | BinaryOp::NotStartsWith
        | BinaryOp::StartsWithCs
        | BinaryOp::NotStartsWithCs
        | BinaryOp::EndsWith
        | BinaryOp::NotEndsWith
        | BinaryOp::EndsWithCs
        | BinaryOp::NotEndsWithCs
        | BinaryOp::Like
        | BinaryOp::NotLike
        | BinaryOp::LikeCs
        | BinaryOp::NotLikeCs
        | BinaryOp::MatchesRegex => Class::Text,
    }
}

/// Both sides of a comparison as the wider one of their numeric types. Constants only: the functions
/// compare numbers of different types themselves, but a column compared with a constant of its own type
/// can be answered by statistics.
fn comparable(left: Expr, right: Expr) -> (Expr, Expr) {
    let Some(ty) = wider(left.ty, right.ty) else {
        return (left, right);
    };
    let widen = |e: Expr| match e.constant() {
        Some(_) => convert(e, ty),
        None => e,
    };
    (widen(left), widen(right))
}
