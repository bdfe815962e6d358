//! `tohex(number [, length])`: hexadecimal digits.

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Text, map2};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&TOHEX]
}

static TOHEX: Definition = Definition {
    name: "tohex",
    aliases: &[],
    category: Category::Conversion,
    summary: "A whole number in hexadecimal digits, filled up with zeros to a length.",
    examples: &[Example {
        kql: "print tohex(256), tohex(-256), tohex(256, 8), tohex(toint(-1), 2)",
        rows: "[[\"100\", \"ffffffffffffff00\", \"00000100\", \"ffffffffffffffff\"]]",
    }],
    signature: Signature::new(&[
        Parameter::new("number", Accepts::Integer),
        Parameter::new("length", Accepts::Exactly(Ty::Long)).optional(),
    ]),
    gives: Gives::Always(Ty::String),
    form: Form::Udf(
        Udf::new("kql_tohex", &[Ty::Long, Ty::Long], Ty::String, |a, n| {
            map2::<Long, Long, Text>(a, n, |number, length| {
                let width = usize::try_from(length.clamp(0, 1024)).ok()?;
                Some(format!("{number:0width$x}"))
            })
        })
        .defaults(&[0]),
    ),
};
