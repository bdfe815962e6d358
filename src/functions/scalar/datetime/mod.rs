//! Dates and times.
//!
//! In and out: ticks. What always holds: a result outside the years 1 to 9999 is null.

mod bin;
pub mod calendar;
mod format;
mod make;
mod now;
mod parts;
mod periods;
mod shift;
pub mod text;
mod zone;

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = now::all();
    all.extend(bin::all());
    all.extend(periods::all());
    all.extend(parts::all());
    all.extend(shift::all());
    all.extend(make::all());
    all.extend(format::all());
    all.extend(zone::all());
    all
}
