//! `replace_strings(text, lookups, rewrites)`: each occurrence of a lookup becomes the rewrite
//! at its place.
//!
//! Earlier lookups take their occurrences first, wherever they stand; later ones have what is left. A lookup that
//! is no text is left out; one whose rewrite is no text keeps its occurrences as they are. Source: the examples
//! of `replace_strings` in Microsoft's reference.

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
    examples: &[
        Example {
            kql: r##"print replace_strings("a cat and a dog", dynamic(["cat", "dog"]), dynamic(["dog", "pigeon"]))"##,
            rows: r##"[["a dog and a pigeon"]]"##,
        },
        Example {
            kql: r##"print replace_strings("This is", dynamic(["is", "This"]), dynamic(["was", "That"])), replace_strings("This is", dynamic(["This", "is"]), dynamic([1, "was"]))"##,
            rows: r##"[["Thwas was", "This was"]]"##,
        },
    ],
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
            json::strings(lookups.get(row)),
            json::strings(rewrites.get(row)),
        );
        let mut taken: Vec<Match> = Vec::new();
        for (lookup, rewrite) in lookups.iter().zip(&rewrites) {
            if let Some(lookup) = lookup.as_deref().filter(|lookup| !lookup.is_empty()) {
                take(text, lookup, rewrite.as_deref(), &mut taken);
            }
        }
        let mut done = 0;
        for found in &taken {
            out.push_str(&text[done..found.start]);
            out.push_str(found.rewrite.unwrap_or(&text[found.start..found.end]));
            done = found.end;
        }
        out.push_str(&text[done..]);
        Ok(true)
    })
}

/// Where a lookup stands in a text, in bytes, and what it becomes; None where it stays.
struct Match<'r> {
    start: usize,
    end: usize,
    rewrite: Option<&'r str>,
}

/// Adds the occurrences of a lookup that overlap none before, from the left; `taken` stays sorted.
fn take<'r>(text: &str, lookup: &str, rewrite: Option<&'r str>, taken: &mut Vec<Match<'r>>) {
    let mut from = 0;
    while let Some(offset) = text.get(from..).and_then(|rest| rest.find(lookup)) {
        let start = from + offset;
        let end = start + lookup.len();
        let place = taken.partition_point(|m| m.end <= start);
        match taken.get(place).filter(|m| m.start < end) {
            Some(other) => from = other.end,
            None => {
                taken.insert(
                    place,
                    Match {
                        start,
                        end,
                        rewrite,
                    },
                );
                from = end;
            }
        }
    }
}
