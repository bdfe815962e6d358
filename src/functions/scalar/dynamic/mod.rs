//! Dynamic values: paths into them, arrays, bags, sets.
//!
//! In and out: JSON text. What always holds: what is absent, null or of the wrong kind gives null.

mod path;

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    path::all()
}
