//! Single values of columns: read, compared, hashed, written.
//!
//! In: an Arrow array and the KQL type of what it holds. Out: [`Cell`]s, their order, and keys by which
//! equal values are known. What always holds: a string that is SQL NULL is `""`; NaN is one value, above
//! all others; -0.0 is 0.0.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Decimal128Array, Float64Array,
    Int32Array, Int64Array, PrimitiveArray, StringViewArray,
};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int32Type, Int64Type};
use datafusion::common::hash_utils::QualityRandomState;
use datafusion::common::{Result, exec_err};

use super::groups::{Reader, write_text};
use super::json_value;
use crate::symbols::ScalarType;

/// A value that is not null.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// bool, int, long, and ticks.
    Whole(i64),
    /// A real by [`order_bits`].
    Real(i64),
    Decimal(i128),
    /// string, guid, and dynamic as JSON text.
    Text(Box<str>),
}

impl Cell {
    /// The bytes of its heap.
    pub fn heap_size(&self) -> usize {
        match self {
            Cell::Text(text) => text.len(),
            Cell::Whole(_) | Cell::Real(_) | Cell::Decimal(_) => 0,
        }
    }

    /// See [`Column::key`].
    pub fn key(&self) -> u128 {
        match self {
            Cell::Whole(n) => *n as u128,
            Cell::Real(bits) => *bits as u128,
            Cell::Decimal(n) => *n as u128,
            Cell::Text(text) => text_key(text),
        }
    }

    /// The order by value: dynamics as JSON, all else as Kusto sorts.
    pub fn compare(&self, other: &Cell, ty: ScalarType) -> Ordering {
        match (self, other) {
            (Cell::Text(a), Cell::Text(b)) if ty == ScalarType::Dynamic => {
                json_value::compare(a, b)
            }
            (a, b) => a.cmp(b),
        }
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Cell::Whole(n) => {
                out.push(0);
                out.extend_from_slice(&n.to_le_bytes());
            }
            Cell::Real(bits) => {
                out.push(1);
                out.extend_from_slice(&bits.to_le_bytes());
            }
            Cell::Decimal(n) => {
                out.push(2);
                out.extend_from_slice(&n.to_le_bytes());
            }
            Cell::Text(text) => {
                out.push(3);
                write_text(out, text);
            }
        }
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<Cell> {
        Ok(match reader.u8()? {
            0 => Cell::Whole(reader.i64()?),
            1 => Cell::Real(reader.i64()?),
            2 => Cell::Decimal(reader.i128()?),
            3 => Cell::Text(reader.text()?.into()),
            other => return exec_err!("an aggregate's state holds a value of kind {other}"),
        })
    }
}

/// A real as a whole number of the same order: NaN on top, -0.0 as 0.0.
pub fn order_bits(x: f64) -> i64 {
    if x.is_nan() {
        return i64::MAX;
    }
    let bits = (x + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The real behind [`order_bits`].
pub fn real_of_bits(bits: i64) -> f64 {
    if bits == i64::MAX {
        return f64::NAN;
    }
    f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64)
}

/// 128 bits by which a text is known: two hashes of fixed seeds, the same on every thread and machine.
/// That two of n texts share them has a chance of n² / 2¹²⁹.
pub fn text_key(text: &str) -> u128 {
    let low = QualityRandomState::with_seed(0x9e37_79b9_7f4a_7c15).hash_one(text);
    let high = QualityRandomState::with_seed(0xc2b2_ae3d_27d4_eb4f).hash_one(text);
    (u128::from(high) << 64) | u128::from(low)
}

/// The array as one of this type, which the plan's coercion has brought about.
pub fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef) -> Result<&PrimitiveArray<T>> {
    match array.as_primitive_opt() {
        Some(array) => Ok(array),
        None => exec_err!("{} is not {}", array.data_type(), T::DATA_TYPE),
    }
}

/// A column, its Arrow type known.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a> {
    Bool(&'a BooleanArray),
    Int(&'a Int32Array),
    Long(&'a Int64Array),
    Real(&'a Float64Array),
    Decimal(&'a Decimal128Array),
    /// A string: NULL is `""`.
    String(&'a StringViewArray),
    /// guid or dynamic: NULL is null.
    Text(&'a StringViewArray),
}

impl<'a> Column<'a> {
    pub fn new(array: &'a ArrayRef, ty: ScalarType) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Boolean => Column::Bool(array.as_boolean()),
            DataType::Int32 => Column::Int(array.as_primitive::<Int32Type>()),
            DataType::Int64 => Column::Long(array.as_primitive::<Int64Type>()),
            DataType::Float64 => Column::Real(array.as_primitive::<Float64Type>()),
            DataType::Decimal128(_, _) => Column::Decimal(array.as_primitive::<Decimal128Type>()),
            DataType::Utf8View if ty == ScalarType::String => {
                Column::String(array.as_string_view())
            }
            DataType::Utf8View => Column::Text(array.as_string_view()),
            other => return exec_err!("{ty} cannot be held as {other}"),
        })
    }

    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Column::Bool(a) => a.is_null(row),
            Column::Int(a) => a.is_null(row),
            Column::Long(a) => a.is_null(row),
            Column::Real(a) => a.is_null(row),
            Column::Decimal(a) => a.is_null(row),
            Column::String(_) => false,
            Column::Text(a) => a.is_null(row),
        }
    }

    /// The text of a row that is not null; `""` where the column holds none.
    pub fn text(&self, row: usize) -> &'a str {
        match self {
            Column::String(a) | Column::Text(a) if a.is_valid(row) => a.value(row),
            Column::Bool(_)
            | Column::Int(_)
            | Column::Long(_)
            | Column::Real(_)
            | Column::Decimal(_)
            | Column::String(_)
            | Column::Text(_) => "",
        }
    }

    pub fn cell(&self, row: usize) -> Option<Cell> {
        if self.is_null(row) {
            return None;
        }
        Some(match self {
            Column::Bool(a) => Cell::Whole(i64::from(a.value(row))),
            Column::Int(a) => Cell::Whole(i64::from(a.value(row))),
            Column::Long(a) => Cell::Whole(a.value(row)),
            Column::Real(a) => Cell::Real(order_bits(a.value(row))),
            Column::Decimal(a) => Cell::Decimal(a.value(row)),
            Column::String(_) | Column::Text(_) => Cell::Text(self.text(row).into()),
        })
    }

    /// What a value is known by among those of its column: equal for equal values, and for others only
    /// by the chance that [`text_key`] names. None where it is null.
    pub fn key(&self, row: usize) -> Option<u128> {
        if self.is_null(row) {
            return None;
        }
        Some(match self {
            Column::Bool(a) => i64::from(a.value(row)) as u128,
            Column::Int(a) => i64::from(a.value(row)) as u128,
            Column::Long(a) => a.value(row) as u128,
            Column::Real(a) => order_bits(a.value(row)) as u128,
            Column::Decimal(a) => a.value(row) as u128,
            Column::String(_) | Column::Text(_) => text_key(self.text(row)),
        })
    }

    /// The order of two values of one column, of the same or of another batch; null is least.
    pub fn compare(&self, row: usize, other: &Column<'_>, other_row: usize) -> Ordering {
        match (self.is_null(row), other.is_null(other_row)) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        match (self, other) {
            (Column::String(_) | Column::Text(_), Column::String(_) | Column::Text(_)) => {
                self.text(row).cmp(other.text(other_row))
            }
            (Column::Long(a), Column::Long(b)) => a.value(row).cmp(&b.value(other_row)),
            (Column::Real(a), Column::Real(b)) => a.value(row).total_cmp(&b.value(other_row)),
            (a, b) => a.cell(row).cmp(&b.cell(other_row)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_bits_keep_order_and_come_back() {
        let xs = [
            f64::NEG_INFINITY,
            -1.5,
            -5e-324,
            0.0,
            5e-324,
            1.0,
            f64::INFINITY,
        ];
        for pair in xs.windows(2) {
            assert!(order_bits(pair[0]) < order_bits(pair[1]), "{pair:?}");
        }
        for x in xs {
            assert_eq!(real_of_bits(order_bits(x)), x);
        }
        assert_eq!(order_bits(-0.0), order_bits(0.0));
        assert!(order_bits(f64::NAN) > order_bits(f64::INFINITY));
        assert_eq!(order_bits(-f64::NAN), order_bits(f64::NAN));
        assert!(real_of_bits(order_bits(f64::NAN)).is_nan());
    }
}
