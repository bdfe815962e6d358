//! Decimal arithmetic: numbers without their point, 18 digits of them behind it.
//!
//! What always holds: what does not fit is null; quotients and products are cut, not rounded.

use arrow::datatypes::i256;

use super::number::Operation;
use crate::functions::scalar::conversion::text::in_range;

const ONE: i128 = 10i128.pow(18);

/// One operation.
pub fn calculate(operation: Operation, a: i128, b: i128) -> Option<i128> {
    let wide = |n| i256::from_i128(n);
    let result = match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => wide(a)
            .checked_mul(wide(b))?
            .checked_div(wide(ONE))?
            .to_i128(),
        Operation::Divide => wide(a)
            .checked_mul(wide(ONE))?
            .checked_div(wide(b))?
            .to_i128(),
        Operation::Modulo => a.checked_rem_euclid(b),
    };
    in_range(result?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar::conversion::text::{decimal, print_decimal};

    #[test]
    fn calculates() {
        let run = |operation, a, b| {
            calculate(operation, decimal(a).unwrap(), decimal(b).unwrap()).map(print_decimal)
        };
        assert_eq!(
            run(Operation::Divide, "1", "3").as_deref(),
            Some("0.333333333333333333")
        );
        assert_eq!(run(Operation::Add, "0.1", "0.2").as_deref(), Some("0.3"));
        assert_eq!(
            run(Operation::Multiply, "2147483648", "-2.5").as_deref(),
            Some("-5368709120")
        );
        assert_eq!(run(Operation::Modulo, "-10", "3").as_deref(), Some("2"));
        assert_eq!(run(Operation::Divide, "1", "0"), None);
        assert_eq!(run(Operation::Multiply, "1e15", "1e15"), None);
    }
}
