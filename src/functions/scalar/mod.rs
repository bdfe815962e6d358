//! Scalar functions by category, one file each.

pub mod string;
pub mod text_operator;

#[cfg(test)]
pub(crate) mod testing;

use super::ScalarFunction;

/// Every scalar function and operator.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = Vec::new();
    all.extend(string::all());
    all.extend(text_operator::all());
    all
}
