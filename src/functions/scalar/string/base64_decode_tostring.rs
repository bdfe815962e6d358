//! `base64_decode_tostring(text)`: the UTF-8 text that the Base64 stands for, `""` where it stands for none.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::base64;
use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static BASE64_DECODE_TOSTRING: StringFunction = StringFunction {
    name: "base64_decode_tostring",
    aliases: &["base64_decodestring"],
    category: Category::String,
    summary: "The text that Base64 stands for.",
    examples: &[Example {
        kql: r##"print a = base64_decode_tostring("S3VzdG8="), b = base64_decode_tostring("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")"##,
        rows: r##"[["Kusto",""]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_base64_decode_tostring",
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
        if let Some(text) = base64::decode(texts.get(row)).and_then(|b| String::from_utf8(b).ok()) {
            out.push_str(&text);
        }
        Ok(true)
    })
}
