//! `row_cumsum(term [, restart])`: the sum of the rows so far.

use std::ops::Add;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int32Type, Int64Type};
use datafusion::common::{Result, exec_err};

use super::function::{Gives, Input, WindowFunction};
use super::restarts;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static ROW_CUMSUM: WindowFunction = WindowFunction {
    name: "row_cumsum",
    summary: "The sum of a number over the rows so far, begun anew where a condition holds.",
    examples: &[Example {
        kql: "range x from 1 to 4 step 1 | extend a = row_cumsum(x), b = row_cumsum(x * 1.5, x == 3)",
        rows: "[[1, 1, 1.5], [2, 3, 4.5], [3, 6, 4.5], [4, 10, 10.5]]",
    }],
    signature: Signature::new(&[
        Parameter::new(
            "term",
            Accepts::OneOf(&[
                ScalarType::Int,
                ScalarType::Long,
                ScalarType::Real,
                ScalarType::Decimal,
                ScalarType::TimeSpan,
            ]),
        ),
        Parameter::new("restart", Accepts::Exactly(ScalarType::Bool)).optional(),
    ]),
    inputs: &[Input::Value, Input::Bool(false)],
    gives: Gives::First,
    udwf: "kql_row_cumsum",
    body,
};

fn body(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    match arguments[0].data_type() {
        DataType::Int32 => Ok(sums::<Int32Type>(arguments, rows, i32::wrapping_add)),
        DataType::Int64 => Ok(sums::<Int64Type>(arguments, rows, i64::wrapping_add)),
        DataType::Float64 => Ok(sums::<Float64Type>(arguments, rows, f64::add)),
        DataType::Decimal128(..) => Ok(sums::<Decimal128Type>(arguments, rows, i128::wrapping_add)),
        other => exec_err!("row_cumsum cannot add {other}"),
    }
}

/// A null adds nothing.
fn sums<T: ArrowPrimitiveType>(
    arguments: &[ArrayRef],
    rows: usize,
    add: fn(T::Native, T::Native) -> T::Native,
) -> ArrayRef {
    let terms = arguments[0].as_primitive::<T>();
    let restart = restarts(&arguments[1]);
    let mut sum = T::Native::default();
    let sums = (0..rows).map(|row| {
        if restart(row) {
            sum = T::Native::default();
        }
        if terms.is_valid(row) {
            sum = add(sum, terms.value(row));
        }
        sum
    });
    let sums = PrimitiveArray::<T>::from_iter_values(sums);
    Arc::new(sums.with_data_type(terms.data_type().clone()))
}
