//! Mathematics on numbers.
//!
//! What always holds: null gives null; a real function of a number that it has no value for gives
//! NaN, but a logarithm of a negative number gives null, as Kusto does.

mod bits;
mod distribution;
mod real;
mod round;
mod sphere;
mod tohex;

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = real::all();
    all.extend(round::all());
    all.extend(bits::all());
    all.extend(distribution::all());
    all.extend(tohex::all());
    all.extend(sphere::all());
    all
}
