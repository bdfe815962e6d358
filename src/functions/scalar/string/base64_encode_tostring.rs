//! `base64_encode_tostring(text)`: the UTF-8 bytes in Base64.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::base64;
use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static BASE64_ENCODE_TOSTRING: StringFunction = StringFunction {
    name: "base64_encode_tostring",
    aliases: &["base64_encodestring"],
    category: Category::String,
    summary: "The text in Base64.",
    examples: &[Example {
        kql: r##"print base64_encode_tostring("Kusto")"##,
        rows: r##"[["S3VzdG8="]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_base64_encode_tostring",
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
        base64::encode(texts.get(row).as_bytes(), out);
        Ok(true)
    })
}
