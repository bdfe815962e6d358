//! `tolower(text)`: the text in lower case, one character for one.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::matching::fold;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static TOLOWER: StringFunction = StringFunction {
    name: "tolower",
    aliases: &[],
    category: Category::String,
    summary: "The text in lower case.",
    examples: &[Example {
        kql: r##"print tolower("MiXeD Café")"##,
        rows: r##"[["mixed café"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_tolower",
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
            out.make_ascii_lowercase();
        } else {
            out.extend(text.chars().map(fold::lower));
        }
        Ok(true)
    })
}
