//! The cells of a result, one at a time, as JSON or as text.
//!
//! In: a batch in the engine's Arrow types and its KQL columns. Out: bytes appended to a buffer;
//! nothing is allocated for a cell. What always holds: no digit is lost; a null
//! string is `""`, since KQL has no null string; any other null is JSON's `null` and no text.

use std::io::Write;

use arrow::array::AsArray;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Decimal256Array, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringViewArray,
};
use arrow::datatypes::{Decimal128Type, Decimal256Type, Float64Type, Int32Type, Int64Type};

use super::json_text::{push_json, push_real, push_real_text, push_string};
use crate::functions::scalar::conversion::print_wide_decimal;
use crate::hunt::output::{OutputError, engine};
use crate::plan::Column;
use crate::symbols::ScalarType;
use crate::symbols::arrow::{DECIMAL_SCALE, WIDE_DECIMAL};
use crate::syntax::ticks::{push_datetime, push_timespan};

/// One column of a batch.
#[derive(Debug)]
pub struct Cells {
    values: Values,
    /// A string's null is `""`.
    never_null: bool,
}

#[derive(Debug)]
enum Values {
    Bool(BooleanArray),
    Int(Int32Array),
    Long(Int64Array),
    Real(Float64Array),
    Decimal(Decimal128Array),
    WideDecimal(Decimal256Array),
    DateTime(Int64Array),
    TimeSpan(Int64Array),
    Text(StringViewArray),
    Dynamic(StringViewArray),
}

/// The columns of a batch.
///
/// # Errors
/// [`OutputError::ColumnCount`], [`OutputError::ColumnType`]: the batch is not one of these columns.
pub fn cells(columns: &[Column], batch: &RecordBatch) -> Result<Vec<Cells>, OutputError> {
    let arrays = engine::arrays(columns, batch)?;
    Ok(columns
        .iter()
        .zip(&arrays)
        .map(|(column, array)| Cells::new(column.ty, array))
        .collect())
}

impl Cells {
    /// `array` has the engine's type of `ty`.
    fn new(ty: ScalarType, array: &ArrayRef) -> Self {
        let longs = || array.as_primitive::<Int64Type>().clone();
        let values = match ty {
            ScalarType::Bool => Values::Bool(array.as_boolean().clone()),
            ScalarType::Int => Values::Int(array.as_primitive::<Int32Type>().clone()),
            ScalarType::Long => Values::Long(longs()),
            ScalarType::Real => Values::Real(array.as_primitive::<Float64Type>().clone()),
            ScalarType::Decimal if *array.data_type() == WIDE_DECIMAL => {
                Values::WideDecimal(array.as_primitive::<Decimal256Type>().clone())
            }
            ScalarType::Decimal => Values::Decimal(array.as_primitive::<Decimal128Type>().clone()),
            ScalarType::DateTime => Values::DateTime(longs()),
            ScalarType::TimeSpan => Values::TimeSpan(longs()),
            ScalarType::String | ScalarType::Guid => Values::Text(array.as_string_view().clone()),
            ScalarType::Dynamic => Values::Dynamic(array.as_string_view().clone()),
        };
        Self {
            values,
            never_null: ty == ScalarType::String,
        }
    }

    fn is_null(&self, row: usize) -> bool {
        match &self.values {
            Values::Bool(a) => a.is_null(row),
            Values::Int(a) => a.is_null(row),
            Values::Long(a) | Values::DateTime(a) | Values::TimeSpan(a) => a.is_null(row),
            Values::Real(a) => a.is_null(row),
            Values::Decimal(a) => a.is_null(row),
            Values::WideDecimal(a) => a.is_null(row),
            Values::Text(a) | Values::Dynamic(a) => a.is_null(row),
        }
    }

    /// Appends the cell as JSON: times as strings, decimals as numbers, dynamics as what they are.
    pub fn push_json(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            out.extend_from_slice(if self.never_null { b"\"\"" } else { b"null" });
            return;
        }
        match &self.values {
            Values::Real(a) => push_real(out, a.value(row)),
            Values::DateTime(_) | Values::TimeSpan(_) => {
                out.push(b'"');
                self.push_text(row, out);
                out.push(b'"');
            }
            Values::Text(a) => push_string(out, a.value(row)),
            Values::Bool(_)
            | Values::Int(_)
            | Values::Long(_)
            | Values::Decimal(_)
            | Values::WideDecimal(_)
            | Values::Dynamic(_) => self.push_text(row, out),
        }
    }

    /// Appends the cell as text: strings as they are, dynamics as JSON, nothing for null. A string's
    /// control characters are kept; see [`super::neutral`].
    pub fn push_text(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            return;
        }
        match &self.values {
            Values::Bool(a) => {
                out.extend_from_slice(if a.value(row) { b"true" } else { b"false" });
            }
            Values::Int(a) => push_integer(out, i64::from(a.value(row))),
            Values::Long(a) => push_integer(out, a.value(row)),
            Values::Real(a) => push_real_text(out, a.value(row)),
            Values::Decimal(a) => push_decimal(out, a.value(row)),
            Values::WideDecimal(a) => {
                out.extend_from_slice(print_wide_decimal(a.value(row)).as_bytes());
            }
            Values::DateTime(a) => push_datetime(out, a.value(row)),
            Values::TimeSpan(a) => push_timespan(out, a.value(row)),
            Values::Text(a) => out.extend_from_slice(a.value(row).as_bytes()),
            Values::Dynamic(a) => push_json(out, a.value(row)),
        }
    }

    /// Whether its cells are read best aligned to the right: numbers and spans of time.
    pub(super) fn is_number(&self) -> bool {
        match &self.values {
            Values::Int(_)
            | Values::Long(_)
            | Values::Real(_)
            | Values::Decimal(_)
            | Values::WideDecimal(_)
            | Values::TimeSpan(_) => true,
            Values::Bool(_) | Values::DateTime(_) | Values::Text(_) | Values::Dynamic(_) => false,
        }
    }
}

fn push_integer(out: &mut Vec<u8>, value: i64) {
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a decimal without the zeros that only its scale gives it.
fn push_decimal(out: &mut Vec<u8>, value: i128) {
    let one = 10_u128.pow(u32::from(DECIMAL_SCALE.unsigned_abs()));
    let (whole, fraction) = (value.unsigned_abs() / one, value.unsigned_abs() % one);
    let sign = if value < 0 { "-" } else { "" };
    let _ = write!(out, "{sign}{whole}");
    if fraction > 0 {
        let _ = write!(out, ".{fraction:018}");
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}
