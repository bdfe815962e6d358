//! Operations on the bits of longs.

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, map1, map2};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &AND,
        &OR,
        &XOR,
        &NOT,
        &SHIFT_LEFT,
        &SHIFT_RIGHT,
        &COUNT_ONES,
    ]
}

macro_rules! binary {
    ($static:ident, $name:literal, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Math,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[
                Parameter::new("a", Accepts::Integer),
                Parameter::new("b", Accepts::Integer),
            ]),
            gives: Gives::Always(Ty::Long),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::Long, Ty::Long],
                Ty::Long,
                |a, n| map2::<Long, Long, Long>(a, n, $body),
            )),
        };
    };
}

macro_rules! unary {
    ($static:ident, $name:literal, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Math,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("a", Accepts::Integer)]),
            gives: Gives::Always(Ty::Long),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::Long],
                Ty::Long,
                |a, n| {
                    let body: fn(i64) -> i64 = $body;
                    map1::<Long, Long>(a, n, |x| Some(body(x)))
                },
            )),
        };
    };
}

/// The bits to shift by: the count modulo 64, None where it is negative.
fn bits(count: i64) -> Option<u32> {
    (count >= 0).then_some((count % 64) as u32)
}

binary!(
    AND,
    "binary_and",
    |x, y| Some(x & y),
    "The bits that both have.",
    "print binary_and(12, 10)",
    "[[8]]"
);
binary!(
    OR,
    "binary_or",
    |x, y| Some(x | y),
    "The bits that one has.",
    "print binary_or(12, 10)",
    "[[14]]"
);
binary!(
    XOR,
    "binary_xor",
    |x, y| Some(x ^ y),
    "The bits that only one has.",
    "print binary_xor(12, 10)",
    "[[6]]"
);
binary!(
    SHIFT_LEFT,
    "binary_shift_left",
    |x, y| Some(x.wrapping_shl(bits(y)?)),
    "The bits moved up; the count is taken modulo 64, and a negative one gives null.",
    "print binary_shift_left(1, 2), binary_shift_left(1, 66), binary_shift_left(1, -1)",
    "[[4, 4, null]]"
);
binary!(
    SHIFT_RIGHT,
    "binary_shift_right",
    |x, y| Some(x.wrapping_shr(bits(y)?)),
    "The bits moved down; the count is taken modulo 64, and a negative one gives null.",
    "print binary_shift_right(8, 2), binary_shift_right(8, -1)",
    "[[2, null]]"
);
unary!(
    NOT,
    "binary_not",
    |x| !x,
    "The bits that are not set.",
    "print binary_not(100)",
    "[[-101]]"
);
unary!(
    COUNT_ONES,
    "bitset_count_ones",
    |x| i64::from(x.count_ones()),
    "How many bits are set.",
    "print bitset_count_ones(42)",
    "[[3]]"
);
