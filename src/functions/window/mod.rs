//! Functions over the rows before and after: `prev`, `row_number`, `row_cumsum` and their kin.
//!
//! In: the rows of an ordered table. Out: one value a row. What always holds: a restart that is null is none.

mod function;
mod next;
mod prev;
mod row_cumsum;
mod row_number;
mod row_rank_dense;
mod row_rank_min;
mod row_window_session;
mod shift;
mod udwf;

use arrow::array::{Array, ArrayRef, AsArray};

use super::ScalarFunction;

/// Every function over ordered rows.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &next::NEXT,
        &prev::PREV,
        &row_cumsum::ROW_CUMSUM,
        &row_number::ROW_NUMBER,
        &row_rank_dense::ROW_RANK_DENSE,
        &row_rank_min::ROW_RANK_MIN,
        &row_window_session::ROW_WINDOW_SESSION,
    ]
}

/// Whether each row begins anew.
fn restarts(array: &ArrayRef) -> impl Fn(usize) -> bool {
    let flags = array.as_boolean();
    |row| flags.is_valid(row) && flags.value(row)
}
