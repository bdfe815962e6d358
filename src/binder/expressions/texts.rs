//! Strings beside other values in `==`, `!=` and `in`, which Microsoft's binder accepts.
//!
//! What always holds: they are compared as what both can be: a constant that can be read as the other
//! side's type is (so that a column stays a column, which statistics can answer), else both are texts. A
//! time is compared with a constant that is a time's own text alone, for which both readings agree.

use crate::functions::scalar::datetime::text::{parse_datetime, parse_timespan};
use crate::functions::{Value, registry};
use crate::plan::{Expr, ExprKind};
use crate::symbols::ScalarType;
use crate::syntax::ticks::{datetime_text, timespan_text};

/// Both sides of a comparison as values that can be compared, where one is a string.
pub(super) fn alike(left: Expr, right: Expr) -> (Expr, Expr) {
    let is_string = |e: &Expr| e.ty == ScalarType::String;
    if is_string(&left) {
        return pair(left, right);
    }
    if is_string(&right) {
        let (right, left) = pair(right, left);
        return (left, right);
    }
    (left, right)
}

/// A list's subject and its items as values that can be compared, where some are strings.
pub(super) fn alike_list(arguments: Vec<Expr>) -> Vec<Expr> {
    let Some((subject, items)) = arguments.split_first() else {
        return arguments;
    };
    let text = |e: &Expr| e.ty == ScalarType::String;
    if text(subject) {
        let as_text = |e: &Expr| match is_plain(e.ty) {
            true => to_text(e.clone()),
            false => e.clone(),
        };
        return arguments.iter().map(as_text).collect();
    }
    if !items.iter().any(text) {
        return arguments;
    }
    let read: Option<Vec<Expr>> = items
        .iter()
        .map(|item| match text(item) {
            true => read_as(item, subject.ty),
            false => Some(item.clone()),
        })
        .collect();
    match read {
        Some(items) => std::iter::once(subject.clone()).chain(items).collect(),
        None if !is_plain(subject.ty) => arguments,
        None => arguments
            .iter()
            .map(|e| match text(e) {
                true => e.clone(),
                false => to_text(e.clone()),
            })
            .collect(),
    }
}

fn pair(string: Expr, other: Expr) -> (Expr, Expr) {
    match read_as(&string, other.ty) {
        Some(read) => (read, other),
        None if is_plain(other.ty) => (string, to_text(other)),
        None => (string, other),
    }
}

/// Whether a value beside a string that is no constant is compared as a text.
fn is_plain(ty: ScalarType) -> bool {
    match ty {
        ScalarType::Bool | ScalarType::Int | ScalarType::Long => true,
        ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => false,
    }
}

/// A constant string as a value of this type, where it is that value's own text.
fn read_as(string: &Expr, ty: ScalarType) -> Option<Expr> {
    let Some(Value::String(text)) = string.constant() else {
        return None;
    };
    let value = match ty {
        ScalarType::Int => Value::Int(text.parse().ok()?),
        ScalarType::Long => Value::Long(text.parse().ok()?),
        ScalarType::Bool => Value::Bool(text.to_lowercase().parse().ok()?),
        ScalarType::DateTime => {
            let ticks = parse_datetime(text)?;
            Value::DateTime((datetime_text(ticks) == *text).then_some(ticks)?)
        }
        ScalarType::TimeSpan => {
            let ticks = parse_timespan(text)?;
            Value::TimeSpan((timespan_text(ticks) == *text).then_some(ticks)?)
        }
        ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::String
        | ScalarType::Guid
        | ScalarType::Dynamic => return None,
    };
    Some(Expr::literal(value, string.span))
}

/// The text of a value, as `tostring` gives it. The value itself where there is no such function, which
/// the comparison then refuses.
fn to_text(value: Expr) -> Expr {
    let text = match value.constant() {
        Some(Value::Int(n)) => Some(n.to_string()),
        Some(Value::Long(n)) => Some(n.to_string()),
        Some(_) | None => None,
    };
    if let Some(text) = text {
        return Expr::literal(Value::String(text), value.span);
    }
    let Some(function) = registry::scalar("tostring") else {
        return value;
    };
    Expr {
        ty: ScalarType::String,
        span: value.span,
        nullable_string: function.gives_null_strings(),
        kind: ExprKind::Call {
            function,
            arguments: vec![value],
        },
    }
}
