//! The conversions that Kusto makes by itself.

use crate::functions::Value;
use crate::plan::{Expr, ExprKind};
use crate::symbols::ScalarType;

/// Whether a value of one type may stand where the other is wanted: numbers widen, dynamic becomes anything.
pub(in crate::binder) fn convertible(from: ScalarType, to: ScalarType) -> bool {
    match (from, to) {
        (ScalarType::Dynamic, _) => true,
        (from, to) if from == to => true,
        (from, to) => match (rank(from), rank(to)) {
            (Some(from), Some(to)) => from < to,
            (_, None) | (None, Some(_)) => false,
        },
    }
}

/// The function that makes a value of this type of another; None of dynamic, which holds any.
pub(in crate::binder) fn conversion(ty: ScalarType) -> Option<&'static str> {
    Some(match ty {
        ScalarType::Bool => "tobool",
        ScalarType::Int => "toint",
        ScalarType::Long => "tolong",
        ScalarType::Real => "toreal",
        ScalarType::Decimal => "todecimal",
        ScalarType::String => "tostring",
        ScalarType::DateTime => "todatetime",
        ScalarType::TimeSpan => "totimespan",
        ScalarType::Guid => "toguid",
        ScalarType::Dynamic => return None,
    })
}

fn rank(ty: ScalarType) -> Option<u8> {
    match ty {
        ScalarType::Int => Some(0),
        ScalarType::Long => Some(1),
        ScalarType::Real => Some(2),
        ScalarType::Decimal => Some(3),
        ScalarType::Bool
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => None,
    }
}

/// The expression as a value of this type. A constant stays one where its value is plain.
pub(in crate::binder) fn convert(expr: Expr, to: ScalarType) -> Expr {
    if expr.ty == to {
        return expr;
    }
    if let Some(value) = expr.constant().and_then(|value| converted(value, to)) {
        return Expr::literal(value, expr.span);
    }
    Expr {
        span: expr.span,
        ty: to,
        // A JSON null becomes SQL NULL.
        nullable_string: to == ScalarType::String,
        kind: ExprKind::Convert(Box::new(expr)),
    }
}

fn converted(value: &Value, to: ScalarType) -> Option<Value> {
    match (value, to) {
        (Value::Null(_), ScalarType::String) => Some(Value::String(String::new())),
        (Value::Null(_), _) => Some(Value::Null(to)),
        (Value::Int(n), ScalarType::Long) => Some(Value::Long(i64::from(*n))),
        (Value::Int(n), ScalarType::Real) => Some(Value::Real(f64::from(*n))),
        (Value::Int(n), ScalarType::Decimal) => Some(Value::Decimal(n.to_string())),
        (Value::Long(n), ScalarType::Int) => i32::try_from(*n).ok().map(Value::Int),
        (Value::Long(n), ScalarType::Decimal) => Some(Value::Decimal(n.to_string())),
        // Beyond 2^53 a long has no exact real; the engine converts as Kusto does, so leave it to it.
        (Value::Long(n), ScalarType::Real) if n.unsigned_abs() <= 1 << 53 => {
            Some(Value::Real(*n as f64))
        }
        (_, _) => None,
    }
}
