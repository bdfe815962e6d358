//! A value from another row: what `prev` and `next` share.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::interleave;
use arrow::datatypes::Int64Type;
use datafusion::common::Result;

/// The first argument's value `direction * offset` rows further on, else the third argument's here.
pub fn shifted(arguments: &[ArrayRef], rows: usize, direction: i64) -> Result<ArrayRef> {
    let offsets = arguments[1].as_primitive::<Int64Type>();
    let picks: Vec<(usize, usize)> = (0..rows)
        .map(|row| {
            let offset = if offsets.is_valid(row) {
                offsets.value(row)
            } else {
                1
            };
            let here = i64::try_from(row).unwrap_or(i64::MAX);
            let there = here.saturating_add(direction.saturating_mul(offset));
            match usize::try_from(there) {
                Ok(there) if there < rows => (0, there),
                Ok(_) | Err(_) => (1, row),
            }
        })
        .collect();
    Ok(interleave(&[&arguments[0], &arguments[2]], &picks)?)
}
