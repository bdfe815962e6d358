//! `replace_string(text, lookup, rewrite)`: the text with each occurrence of `lookup` replaced; an empty lookup replaces nothing.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static REPLACE_STRING: StringFunction = StringFunction {
    name: "replace_string",
    aliases: &[],
    category: Category::String,
    summary: "The text with each occurrence of a string replaced.",
    examples: &[Example {
        kql: r##"print a = replace_string("abcabc", "a", "XY"), b = replace_string("abc", "", "_")"##,
        rows: r##"[["XYbcXYbc","abc"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("lookup", Accepts::Exactly(ScalarType::String)),
        Parameter::new("rewrite", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_replace_string",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let lookups = rows.texts(&arguments[1])?;
    let rewrites = rows.texts(&arguments[2])?;

    rows.strings(|row, out| {
        let (text, lookup, rewrite) = (texts.get(row), lookups.get(row), rewrites.get(row));
        if lookup.is_empty() {
            out.push_str(text);
            return Ok(true);
        }
        for (index, part) in text.split(lookup).enumerate() {
            if index > 0 {
                out.push_str(rewrite);
            }
            out.push_str(part);
        }
        Ok(true)
    })
}
