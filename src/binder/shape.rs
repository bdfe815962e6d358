//! Questions about how an expression is written, which syntax alone answers.

use crate::syntax::ast::{Call, Expr, ExprKind, Literal};

/// The expression without parentheses around it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let ExprKind::Parenthesized(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// The name that an expression is.
pub(super) fn name(expr: &Expr) -> Option<&str> {
    if let ExprKind::Name(name) = &expr.kind {
        return Some(name);
    }
    None
}

/// The call that an expression is.
pub(super) fn call(expr: &Expr) -> Option<&Call> {
    if let ExprKind::Call(call) = &expr.kind {
        return Some(call);
    }
    None
}

/// The string literal that an expression is.
pub(super) fn string(expr: &Expr) -> Option<&str> {
    if let ExprKind::Literal(Literal::String(text)) = &expr.kind {
        return Some(text);
    }
    None
}

/// The boolean literal that an expression is.
pub(super) fn boolean(expr: &Expr) -> Option<bool> {
    if let ExprKind::Literal(Literal::Bool(value)) = &expr.kind {
        return Some(*value);
    }
    None
}

/// The pattern of names that an expression is: `Device*` or `*`.
pub(super) fn pattern(expr: &Expr) -> Option<&str> {
    if let ExprKind::Wildcard(pattern) = &expr.kind {
        return Some(pattern);
    }
    is_star(expr).then_some("*")
}

pub(super) fn is_star(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Star)
}

/// The one argument of a call.
pub(super) fn only_argument(call: &Call) -> Option<&Expr> {
    if let [only] = call.arguments.as_slice() {
        return Some(&only.value);
    }
    None
}
