//! How KQL's types stand in Arrow while a query runs.
//!
//! What always holds: one KQL type has one Arrow type, whatever unit or encoding a file has.
//! datetime and timespan are both Int64 ticks (seven fraction digits and the years 1 to 9999 fit in
//! no Arrow time unit); dynamic is its JSON text.

use arrow::datatypes::{DataType, Field, Schema};

use super::{Column, ScalarType};

/// Digits of a decimal.
pub const DECIMAL_PRECISION: u8 = 38;
/// Fraction digits of a decimal.
pub const DECIMAL_SCALE: i8 = 18;

/// Digits of the decimals that have more of them before the point than others may: what `parse_version` gives.
/// They are compared, sorted and grouped as they are; what takes decimals of the usual width alone fails on a
/// number that is too large for it, and never cuts it.
pub const WIDE_DECIMAL: DataType = DataType::Decimal256(76, DECIMAL_SCALE);

/// The Arrow type of a KQL type inside the engine.
pub fn data_type(ty: ScalarType) -> DataType {
    match ty {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::Decimal => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
        ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => DataType::Utf8View,
    }
}

/// The Arrow schema of these columns inside the engine; every field is nullable.
pub fn schema(columns: &[Column]) -> Schema {
    Schema::new(
        columns
            .iter()
            .map(|c| Field::new(&c.name, data_type(c.ty), true))
            .collect::<Vec<_>>(),
    )
}
