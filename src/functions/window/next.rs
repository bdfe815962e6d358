//! `next(column [, offset [, default]])`: the value some rows after.

use super::function::{Gives, Input, WindowFunction};
use super::shift::shifted;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static NEXT: WindowFunction = WindowFunction {
    name: "next",
    summary: "The value of the row some rows after, and a default where there is none.",
    examples: &[Example {
        kql: "range x from 1 to 3 step 1 | extend a = next(x), b = next(x, 2, 0), c = next(tostring(x))",
        rows: r#"[[1, 2, 3, "2"], [2, 3, 0, "3"], [3, null, 0, ""]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("column", Accepts::Any),
        Parameter::new("offset", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("default", Accepts::Any).optional(),
    ]),
    inputs: &[Input::Value, Input::Long(1), Input::Like],
    gives: Gives::First,
    udwf: "kql_next",
    body: |arguments, rows| shifted(arguments, rows, 1),
};
