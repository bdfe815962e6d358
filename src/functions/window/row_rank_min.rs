//! `row_rank_min(term [, restart])`: the number of the first of equal neighbours.

use std::sync::Arc;

use arrow::array::Int64Array;
use arrow::array::make_comparator;
use arrow::compute::SortOptions;

use super::function::{Gives, Input, WindowFunction};
use super::restarts;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static ROW_RANK_MIN: WindowFunction = WindowFunction {
    name: "row_rank_min",
    summary: "The number of the first row with the same value; equal neighbours share a rank.",
    examples: &[Example {
        kql: "range x from 1 to 5 step 1 | project y = x / 2, r = x == 4 | serialize a = row_rank_min(y), b = row_rank_min(y, r)",
        rows: "[[0, false, 1, 1], [1, false, 2, 2], [1, false, 2, 2], [2, true, 4, 1], [2, false, 4, 1]]",
    }],
    signature: Signature::new(&[
        Parameter::new("term", Accepts::Any),
        Parameter::new("restart", Accepts::Exactly(ScalarType::Bool)).optional(),
    ]),
    inputs: &[Input::Value, Input::Bool(false)],
    gives: Gives::Always(ScalarType::Long),
    udwf: "kql_row_rank_min",
    body: |arguments, rows| {
        let compare = make_comparator(&arguments[0], &arguments[0], SortOptions::default())?;
        let restart = restarts(&arguments[1]);
        let (mut rank, mut number) = (0_i64, 0_i64);
        let ranks = (0..rows).map(|row| {
            let anew = row == 0 || restart(row);
            number = if anew { 1 } else { number + 1 };
            if anew || compare(row - 1, row).is_ne() {
                rank = number;
            }
            rank
        });
        Ok(Arc::new(Int64Array::from_iter_values(ranks)))
    },
};
