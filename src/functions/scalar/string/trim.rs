//! `trim(regex, text)`: the text without a match of the regular expression at both ends.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf};
use super::pattern::{self, Patterns};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static TRIM: StringFunction = StringFunction {
    name: "trim",
    aliases: &[],
    category: Category::String,
    summary: "The text without a match of a regular expression at both ends.",
    examples: &[Example {
        kql: r##"print a = trim("--", "--https://bing.com--"), b = trim(@"\s", "  x "), c = trim("x", "xxabcxx")"##,
        rows: r##"[["https://bing.com"," x","xabcx"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("regex", Accepts::Exactly(ScalarType::String)),
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_trim",
        inputs: &[ScalarType::String, ScalarType::String],
        variadic: false,
        body,
    },
    check: pattern::check_first,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[1])?;
    let patterns = Patterns::of(rows.texts(&arguments[0])?)?;
    rows.strings(|row, out| {
        let text = texts.get(row);
        let text = match patterns.at_start(row)?.find(text) {
            Some(found) => &text[found.end()..],
            None => text,
        };
        let text = match patterns.at_end(row)?.find(text) {
            Some(found) => &text[..found.start()],
            None => text,
        };
        out.push_str(text);
        Ok(true)
    })
}
