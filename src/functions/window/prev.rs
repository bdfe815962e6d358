//! `prev(column [, offset [, default]])`: the value some rows before.

use super::function::{Gives, Input, WindowFunction};
use super::shift::shifted;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static PREV: WindowFunction = WindowFunction {
    name: "prev",
    summary: "The value of the row some rows before, and a default where there is none.",
    examples: &[Example {
        kql: "range x from 1 to 3 step 1 | extend a = prev(x), b = prev(x, 2, 0), c = prev(tostring(x))",
        rows: r#"[[1, null, 0, ""], [2, 1, 0, "1"], [3, 2, 1, "2"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("column", Accepts::Any),
        Parameter::new("offset", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("default", Accepts::Any).optional(),
    ]),
    inputs: &[Input::Value, Input::Long(1), Input::Like],
    gives: Gives::First,
    udwf: "kql_prev",
    body: |arguments, rows| shifted(arguments, rows, -1),
};
