//! `row_number([start [, restart]])`: the rows, counted.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array};
use arrow::datatypes::Int64Type;

use super::function::{Gives, Input, WindowFunction};
use super::restarts;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static ROW_NUMBER: WindowFunction = WindowFunction {
    name: "row_number",
    summary: "The row's number, counted from a start and anew where a condition holds.",
    examples: &[Example {
        kql: "range x from 1 to 4 step 1 | extend a = row_number(), b = row_number(0, x == 3)",
        rows: "[[1, 1, 0], [2, 2, 1], [3, 3, 0], [4, 4, 1]]",
    }],
    signature: Signature::new(&[
        Parameter::new("start", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("restart", Accepts::Exactly(ScalarType::Bool)).optional(),
    ]),
    inputs: &[Input::Long(1), Input::Bool(false)],
    gives: Gives::Always(ScalarType::Long),
    udwf: "kql_row_number",
    body: |arguments, rows| {
        let starts = arguments[0].as_primitive::<Int64Type>();
        let restart = restarts(&arguments[1]);
        let mut number = 0;
        let numbers = (0..rows).map(|row| {
            number = match row == 0 || restart(row) {
                true if starts.is_null(row) => 1,
                true => starts.value(row),
                false => i64::wrapping_add(number, 1),
            };
            number
        });
        Ok(Arc::new(Int64Array::from_iter_values(numbers)))
    },
};
