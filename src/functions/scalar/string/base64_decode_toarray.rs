//! `base64_decode_toarray(text)`: the bytes that the Base64 stands for, as an array of numbers; null where it stands for none.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use super::{base64, json};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static BASE64_DECODE_TOARRAY: StringFunction = StringFunction {
    name: "base64_decode_toarray",
    aliases: &[],
    category: Category::String,
    summary: "The bytes that Base64 stands for, as an array.",
    examples: &[Example {
        kql: r##"print a = base64_decode_toarray("S3U="), b = base64_decode_toarray("?")"##,
        rows: r##"[[[75,117],null]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Dynamic,
    udf: Udf {
        name: "kql_base64_decode_toarray",
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
        let Some(bytes) = base64::decode(texts.get(row)) else {
            return Ok(false);
        };
        json::raw_array(bytes.iter().map(u8::to_string), out);
        Ok(true)
    })
}
