//! `regex_quote(text)`: the text as a regular expression that matches just it.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static REGEX_QUOTE: StringFunction = StringFunction {
    name: "regex_quote",
    aliases: &[],
    category: Category::String,
    summary: "The text with the signs of regular expressions escaped.",
    examples: &[Example {
        kql: r##"print regex_quote("(so$me.Te^xt)")"##,
        rows: r##"[["\\(so\\$me\\.Te\\^xt\\)"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_regex_quote",
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
        out.push_str(&regex::escape(texts.get(row)));
        Ok(true)
    })
}
