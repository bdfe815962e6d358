//! `url_encode_component(text)`: percent-encoded, a space as `%20`.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::percent;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static URL_ENCODE_COMPONENT: StringFunction = StringFunction {
    name: "url_encode_component",
    aliases: &[],
    category: Category::String,
    summary: "The text percent-encoded, spaces as `%20`.",
    examples: &[Example {
        kql: r##"print url_encode_component("hello world/")"##,
        rows: r##"[["hello%20world%2f"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_url_encode_component",
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
        percent::encode(texts.get(row), "%20", out);
        Ok(true)
    })
}
