//! A constant of KQL.

use crate::symbols::ScalarType;

/// A constant with its type. Times are ticks; dynamic is JSON text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A null of this type; never of string.
    Null(ScalarType),
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    /// Its decimal digits as written.
    Decimal(String),
    String(String),
    DateTime(i64),
    TimeSpan(i64),
    Guid(String),
    Dynamic(String),
}

impl Value {
    pub fn ty(&self) -> ScalarType {
        match self {
            Value::Null(ty) => *ty,
            Value::Bool(_) => ScalarType::Bool,
            Value::Int(_) => ScalarType::Int,
            Value::Long(_) => ScalarType::Long,
            Value::Real(_) => ScalarType::Real,
            Value::Decimal(_) => ScalarType::Decimal,
            Value::String(_) => ScalarType::String,
            Value::DateTime(_) => ScalarType::DateTime,
            Value::TimeSpan(_) => ScalarType::TimeSpan,
            Value::Guid(_) => ScalarType::Guid,
            Value::Dynamic(_) => ScalarType::Dynamic,
        }
    }
}
