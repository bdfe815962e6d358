//! Mathematics on numbers.

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    Vec::new()
}
