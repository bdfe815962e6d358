//! Arrow types as KQL types, and the type that two of them have in common.

use arrow::datatypes::DataType;

use crate::symbols::ScalarType;
use crate::symbols::arrow::{DECIMAL_PRECISION, DECIMAL_SCALE};

/// The KQL type that holds what a file's column holds.
///
/// Timestamps of any unit and dates are datetime (INT96 reads as a timestamp); times of day and durations
/// are timespan; lists, structs and maps are dynamic; binary is text; 16 fixed bytes are Parquet's UUID.
/// Unsigned 64-bit numbers are long, so that those from 2^63 up are null: no table of the catalogue has any.
pub fn kql_type(found: &DataType) -> ScalarType {
    match found {
        DataType::Boolean => ScalarType::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            ScalarType::Int
        }
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ScalarType::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ScalarType::Real,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => decimal(*precision, *scale),
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ScalarType::DateTime,
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => ScalarType::TimeSpan,
        DataType::FixedSizeBinary(16) => ScalarType::Guid,
        DataType::Null
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Interval(_) => ScalarType::String,
        DataType::List(_)
        | DataType::ListView(_)
        | DataType::LargeList(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(..)
        | DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Union(..) => ScalarType::Dynamic,
        DataType::Dictionary(_, values) => kql_type(values),
        DataType::RunEndEncoded(_, values) => kql_type(values.data_type()),
    }
}

/// A decimal that the engine's one decimal type holds; else real, which loses digits and not magnitude.
fn decimal(precision: u8, scale: i8) -> ScalarType {
    let whole_digits = i16::from(precision) - i16::from(scale);
    let fits = scale <= DECIMAL_SCALE
        && whole_digits <= i16::from(DECIMAL_PRECISION) - i16::from(DECIMAL_SCALE);
    if fits {
        ScalarType::Decimal
    } else {
        ScalarType::Real
    }
}

/// The type that values of both types become, and whether that is text only for want of a better one.
///
/// int and long are long; whole numbers and real are real; decimal takes whole numbers, and real takes
/// decimal (its magnitude may not fit the other way); anything with dynamic is dynamic; guid with string is
/// string; all other pairs are string.
pub(super) fn common(a: ScalarType, b: ScalarType) -> (ScalarType, bool) {
    use ScalarType::{Decimal, Dynamic, Guid, Int, Long, Real, String};
    match (a, b) {
        (a, b) if a == b => (a, false),
        (Dynamic, _) | (_, Dynamic) => (Dynamic, false),
        (Int, Long) | (Long, Int) => (Long, false),
        (Real, other) | (other, Real) if other.is_numeric() => (Real, false),
        (Decimal, other) | (other, Decimal) if other.is_numeric() => (Decimal, false),
        (Guid, String) | (String, Guid) => (String, false),
        (_, _) => (String, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::{Field, TimeUnit};

    #[test]
    fn types_of_files_are_types_of_kql() {
        let list = DataType::new_list(DataType::Utf8, true);
        let fields = vec![Field::new("a", DataType::Int32, true)];
        for (found, expected) in [
            (DataType::UInt16, ScalarType::Int),
            (DataType::UInt32, ScalarType::Long),
            (
                DataType::Timestamp(TimeUnit::Nanosecond, None),
                ScalarType::DateTime,
            ),
            (
                DataType::Timestamp(TimeUnit::Second, Some("UTC".into())),
                ScalarType::DateTime,
            ),
            (DataType::Date32, ScalarType::DateTime),
            (DataType::Decimal128(18, 4), ScalarType::Decimal),
            (DataType::Decimal128(38, 2), ScalarType::Real),
            (list, ScalarType::Dynamic),
            (DataType::Struct(fields.into()), ScalarType::Dynamic),
            (
                DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
                ScalarType::String,
            ),
        ] {
            assert_eq!(kql_type(&found), expected, "{found}");
        }
    }

    #[test]
    fn the_common_type_is_one_that_both_fit() {
        use ScalarType::*;
        for (a, b, expected, clash) in [
            (Int, Long, Long, false),
            (String, Dynamic, Dynamic, false),
            (Int, Real, Real, false),
            (Decimal, Long, Decimal, false),
            (Decimal, Real, Real, false),
            (Int, String, String, true),
            (DateTime, Long, String, true),
            (Guid, String, String, false),
            (Bool, Int, String, true),
        ] {
            assert_eq!(common(a, b), (expected, clash), "{a} {b}");
            assert_eq!(common(b, a), (expected, clash), "{b} {a}");
        }
    }
}
