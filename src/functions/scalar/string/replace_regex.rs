//! `replace_regex(text, regex, rewrite)`: each match replaced; `\0` to `\9` in the rewrite stand for the match and its groups.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf};
use super::pattern::{self, Patterns};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static REPLACE_REGEX: StringFunction = StringFunction {
    name: "replace_regex",
    aliases: &[],
    category: Category::String,
    summary: "The text with each match of a regular expression replaced.",
    examples: &[Example {
        kql: r##"print a = replace_regex("one two", @"\s+", "-"), b = replace_regex("word", @"(\w)(\w)", @"\2\1")"##,
        rows: r##"[["one-two","owdr"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("regex", Accepts::Exactly(ScalarType::String)),
        Parameter::new("rewrite", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_replace_regex",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::String],
        variadic: false,
        body,
    },
    check: pattern::check_second,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let patterns = Patterns::of(rows.texts(&arguments[1])?)?;
    let rewrites = rows.texts(&arguments[2])?;

    rows.strings(|row, out| {
        pattern::replace(patterns.get(row)?, texts.get(row), rewrites.get(row), out);
        Ok(true)
    })
}
