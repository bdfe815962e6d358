//! `toupper(text)`: the text in upper case, one character for one.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::matching::fold;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static TOUPPER: StringFunction = StringFunction {
    name: "toupper",
    aliases: &[],
    category: Category::String,
    summary: "The text in upper case.",
    examples: &[Example {
        kql: r##"print toupper("MiXeD Café")"##,
        rows: r##"[["MIXED CAFÉ"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_toupper",
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
        let text = texts.get(row);
        if text.is_ascii() {
            out.push_str(text);
            out.make_ascii_uppercase();
        } else {
            out.extend(text.chars().map(fold::upper));
        }
        Ok(true)
    })
}
