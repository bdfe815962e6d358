//! `isutf8(text)`: true, as a string is always UTF-8 here.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static ISUTF8: StringFunction = StringFunction {
    name: "isutf8",
    aliases: &[],
    category: Category::String,
    summary: "True: a string is always valid UTF-8.",
    examples: &[Example {
        kql: r##"print isutf8("é")"##,
        rows: r##"[[true]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Bool,
    udf: Udf {
        name: "kql_isutf8",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    rows.flags(|_| true)
}
