//! Scalar functions by category, one file each.

pub mod certain;
pub mod conditional;
pub mod conversion;
mod data_size;
pub mod datetime;
pub mod definition;
mod drawn;
pub mod dynamic;
#[cfg(test)]
mod harness;
pub mod hash;
pub mod math;
pub mod network;
pub mod operator;
pub mod outside;
pub mod parse;
mod refused;
pub mod rows;
pub mod series;
pub mod sketch;
pub mod string;
pub mod text_operator;
pub mod units;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use super::ScalarFunction;

/// Every scalar function and operator.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = Vec::new();
    all.extend(operator::all());
    all.extend(text_operator::all());
    all.extend(string::all());
    all.extend(conversion::all());
    all.extend(conditional::all());
    all.extend(datetime::all());
    all.extend(math::all());
    all.extend(dynamic::all());
    all.extend(network::all());
    all.extend(hash::all());
    all.extend(drawn::all());
    all.extend(outside::all());
    all.extend(parse::all());
    all.extend(refused::all());
    all.extend(series::all());
    all.extend(units::all());
    all.push(&data_size::ESTIMATE_DATA_SIZE);
    all.push(&certain::CERTAIN);
    all.extend(sketch::all());
    all.extend(super::window::all());
    all
}
