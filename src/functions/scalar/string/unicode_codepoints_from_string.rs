//! `unicode_codepoints_from_string(text)`: the code points of the characters, as an array of numbers.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::json;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static UNICODE_CODEPOINTS_FROM_STRING: StringFunction = StringFunction {
    name: "unicode_codepoints_from_string",
    aliases: &["to_utf8"],
    category: Category::String,
    summary: "The code points of the text, as an array.",
    examples: &[Example {
        kql: r##"print unicode_codepoints_from_string("Aé😀")"##,
        rows: r##"[[[65,233,128512]]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Dynamic,
    udf: Udf {
        name: "kql_unicode_codepoints_from_string",
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
        let codes = texts.get(row).chars().map(|c| u32::from(c).to_string());
        json::raw_array(codes, out);
        Ok(true)
    })
}
