//! Scalar functions by category, one file each.

pub mod conversion;

use super::ScalarFunction;

/// Every scalar function and operator.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    Vec::new()
}
