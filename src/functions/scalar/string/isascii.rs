//! `isascii(text)`: whether all characters are ASCII.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static ISASCII: StringFunction = StringFunction {
    name: "isascii",
    aliases: &[],
    category: Category::String,
    summary: "True where the text is ASCII.",
    examples: &[Example {
        kql: r##"print a = isascii("abc"), b = isascii("é")"##,
        rows: r##"[[true,false]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Bool,
    udf: Udf {
        name: "kql_isascii",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    rows.flags(|row| texts.get(row).is_ascii())
}
