//! `url_encode(text)`: percent-encoded, a space as `+`.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::percent;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static URL_ENCODE: StringFunction = StringFunction {
    name: "url_encode",
    aliases: &[],
    category: Category::String,
    summary: "The text percent-encoded, spaces as `+`.",
    examples: &[Example {
        kql: r##"print url_encode("https://bing.com/hello world")"##,
        rows: r##"[["https%3a%2f%2fbing.com%2fhello+world"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_url_encode",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;

    rows.strings(|row, out| {
        percent::encode(texts.get(row), "+", out);
        Ok(true)
    })
}
