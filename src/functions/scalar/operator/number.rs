//! Arithmetic on one row's numbers, where SQL's own differs from Kusto's.

use crate::functions::json::{self, Number};

/// Whole division towards zero; null by zero.
pub fn divide(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.wrapping_div(b))
}

/// The remainder that is never negative; null by zero.
pub fn modulo(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.wrapping_rem_euclid(b))
}

/// The remainder that is never negative.
pub fn real_modulo(a: f64, b: f64) -> f64 {
    a.rem_euclid(b)
}

/// An operation of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// Arithmetic on two JSON numbers: whole where both are, else real; null for anything else.
pub fn dynamic(operation: Operation, a: &str, b: &str) -> Option<String> {
    let (a, b) = (json::parse(a)?.number()?, json::parse(b)?.number()?);
    let real = |number| match number {
        Number::Long(n) => n as f64,
        Number::Real(x) => x,
    };
    if let (Number::Long(a), Number::Long(b)) = (a, b) {
        let result = match operation {
            Operation::Add => Some(a.wrapping_add(b)),
            Operation::Subtract => Some(a.wrapping_sub(b)),
            Operation::Multiply => Some(a.wrapping_mul(b)),
            Operation::Divide => divide(a, b),
            Operation::Modulo => modulo(a, b),
        };
        return result.map(|n| n.to_string());
    }
    let (a, b) = (real(a), real(b));
    let result = match operation {
        Operation::Add => a + b,
        Operation::Subtract => a - b,
        Operation::Multiply => a * b,
        Operation::Divide => a / b,
        Operation::Modulo => real_modulo(a, b),
    };
    let mut out = String::new();
    json::push_real(&mut out, result);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_and_remainder() {
        for (a, b, quotient, remainder) in [
            (7, 2, Some(3), Some(1)),
            (-7, 2, Some(-3), Some(1)),
            (7, -2, Some(-3), Some(1)),
            (-7, -2, Some(3), Some(1)),
            (-5, 3, Some(-1), Some(1)),
            (10, 0, None, None),
            (i64::MIN, -1, Some(i64::MIN), Some(0)),
        ] {
            assert_eq!(divide(a, b), quotient, "{a} / {b}");
            assert_eq!(modulo(a, b), remainder, "{a} % {b}");
        }
        assert_eq!(real_modulo(-7.5, 2.0), 0.5);
        assert_eq!(real_modulo(7.0, 2.5), 2.0);
    }

    #[test]
    fn dynamic_numbers() {
        assert_eq!(dynamic(Operation::Add, "1", "2").as_deref(), Some("3"));
        assert_eq!(
            dynamic(Operation::Divide, "1", "2.0").as_deref(),
            Some("0.5")
        );
        assert_eq!(dynamic(Operation::Add, "\"1\"", "2"), None);
    }
}
