//! `url_decode(text)`: percent-encoding undone, `+` read as a space.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::percent;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static URL_DECODE: StringFunction = StringFunction {
    name: "url_decode",
    aliases: &[],
    category: Category::String,
    summary: "The text without percent-encoding.",
    examples: &[Example {
        kql: r##"print a = url_decode("https%3a%2F%2fbing.com"), b = url_decode("a+b%20c%zz")"##,
        rows: r##"[["https://bing.com","a b c%zz"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_url_decode",
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
        percent::decode(texts.get(row), out);
        Ok(true)
    })
}
