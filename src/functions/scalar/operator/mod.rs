//! The operators between scalars: comparison, arithmetic, logic, ranges.
//!
//! In: operands of any types that Kusto pairs. Out: plain SQL where SQL's operator means the same,
//! so that constants fold and the scan can prune; a UDF where not.

mod arithmetic;
mod between;
mod compare;
mod decimal;
mod logic;
mod number;
#[cfg(test)]
mod tests;

use crate::functions::{ArgumentFault, ScalarFunction, SqlArgument};
use crate::symbols::ScalarType;

pub use arithmetic::{datetime_minus, datetime_plus, udfs as arithmetic_udfs};

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = compare::all();
    all.extend(arithmetic::all());
    all.extend(logic::all());
    all.extend(between::all());
    all
}

/// The two operands.
fn pair<'a, 'b>(
    arguments: &'a [SqlArgument<'b>],
) -> Result<(&'a SqlArgument<'b>, &'a SqlArgument<'b>), ArgumentFault> {
    match arguments {
        [left, right] => Ok((left, right)),
        _ => Err(ArgumentFault::call("takes two operands")),
    }
}

/// The wider of two number types.
pub fn wider(left: ScalarType, right: ScalarType) -> Option<ScalarType> {
    const ORDER: [ScalarType; 4] = [
        ScalarType::Int,
        ScalarType::Long,
        ScalarType::Real,
        ScalarType::Decimal,
    ];
    let rank = |ty| ORDER.iter().position(|t| *t == ty);
    let (left, right) = (rank(left)?, rank(right)?);
    ORDER.get(left.max(right)).copied()
}
