//! Columns of a result in the engine's Arrow types, made sure of once, before they are read.
//!
//! In: a batch and its KQL columns. Out: arrays of exactly the type that [`symbols::arrow`] names, wide decimals
//! as they are.
//! What always holds: an array is brought over only where that keeps every value; a unit of time is
//! never guessed.
//!
//! [`symbols::arrow`]: crate::symbols::arrow

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;

use super::OutputError;
use crate::plan::Column;
use crate::symbols::ScalarType;
use crate::symbols::arrow::{WIDE_DECIMAL, data_type};

/// The arrays of a batch, one a column, in the engine's types.
///
/// # Errors
/// [`OutputError::ColumnCount`], [`OutputError::ColumnType`]: the batch is not one of these columns.
pub fn arrays(columns: &[Column], batch: &RecordBatch) -> Result<Vec<ArrayRef>, OutputError> {
    if columns.len() != batch.num_columns() {
        return Err(OutputError::ColumnCount {
            expected: columns.len(),
            found: batch.num_columns(),
        });
    }
    columns
        .iter()
        .zip(batch.columns())
        .map(|(column, array)| array_of(column, array))
        .collect()
}

fn array_of(column: &Column, array: &ArrayRef) -> Result<ArrayRef, OutputError> {
    let expected = data_type(column.ty);
    let found = array.data_type();
    if *found == expected || (column.ty == ScalarType::Decimal && *found == WIDE_DECIMAL) {
        return Ok(Arc::clone(array));
    }
    if *found == DataType::Null {
        return Ok(new_null_array(&expected, array.len()));
    }
    let fault = || OutputError::ColumnType {
        column: column.name.clone(),
        expected: expected.clone(),
        found: found.clone(),
    };
    if !keeps_values(found, column.ty) {
        return Err(fault());
    }
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(array, &expected, &strict).map_err(|_| fault())
}

/// Whether a cast from this type to the engine's is only another encoding of the same values.
fn keeps_values(found: &DataType, ty: ScalarType) -> bool {
    let found = match found {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    match ty {
        ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => matches!(
            found,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ),
        ScalarType::Int | ScalarType::Long => found.is_integer(),
        ScalarType::Real => matches!(found, DataType::Float16 | DataType::Float32),
        ScalarType::Decimal => found.is_decimal(),
        // An Int64 here is ticks, and any other integer or Arrow time has a unit of its own.
        ScalarType::Bool | ScalarType::DateTime | ScalarType::TimeSpan => false,
    }
}
