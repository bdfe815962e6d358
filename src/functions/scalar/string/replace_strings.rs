//! `replace_strings(text, lookups, rewrites)`: each occurrence of a lookup becomes the rewrite at its place, in one pass from the left.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::json;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static REPLACE_STRINGS: StringFunction = StringFunction {
    name: "replace_strings",
    aliases: &[],
    category: Category::String,
    summary: "The text with each occurrence of one of several strings replaced by its own counterpart.",
    examples: &[Example {
        kql: r##"print replace_strings("a cat and a dog", dynamic(["cat", "dog"]), dynamic(["dog", "pigeon"]))"##,
        rows: r##"[["a dog and a pigeon"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("lookups", Accepts::Exactly(ScalarType::Dynamic)),
        Parameter::new("rewrites", Accepts::Exactly(ScalarType::Dynamic)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_replace_strings",
        inputs: &[ScalarType::String, ScalarType::Dynamic, ScalarType::Dynamic],
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
        let text = texts.get(row);
        let (lookups, rewrites) = (
            json::texts(lookups.get(row)),
            json::texts(rewrites.get(row)),
        );
        let pairs: Vec<_> = lookups
            .iter()
            .zip(&rewrites)
            .filter(|(lookup, _)| !lookup.is_empty())
            .collect();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            match pairs
                .iter()
                .find(|(lookup, _)| rest.starts_with(lookup.as_str()))
            {
                Some((lookup, rewrite)) => {
                    out.push_str(rewrite);
                    rest = &rest[lookup.len()..];
                }
                None => {
                    out.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
        }
        Ok(true)
    })
}
