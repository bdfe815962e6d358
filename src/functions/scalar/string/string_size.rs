//! `string_size(text)`: how many bytes the text takes in UTF-8.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRING_SIZE: StringFunction = StringFunction {
    name: "string_size",
    aliases: &[],
    category: Category::String,
    summary: "The number of bytes in UTF-8.",
    examples: &[Example {
        kql: r##"print string_size("a😀b")"##,
        rows: r##"[[6]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_string_size",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    rows.whole(|row| i64::try_from(texts.get(row).len()).ok())
}
