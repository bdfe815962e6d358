//! Scalar functions by category, one file each.

pub mod conditional;
pub mod conversion;
pub mod datetime;
pub mod definition;
pub mod dynamic;
#[cfg(test)]
mod harness;
pub mod math;
pub mod operator;
pub mod rows;

#[cfg(test)]
mod tests;

use super::ScalarFunction;

/// Every scalar function and operator.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = Vec::new();
    all.extend(operator::all());
    all.extend(conversion::all());
    all.extend(conditional::all());
    all.extend(datetime::all());
    all.extend(math::all());
    all.extend(dynamic::all());
    all
}
