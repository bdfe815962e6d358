//! `indexof_regex(text, regex [, start [, length [, occurrence]]])`: the position of a match; matches do not overlap.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf};
use super::pattern::{self, Patterns};
use super::rows::Rows;
use super::window::{Window, position};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static INDEXOF_REGEX: StringFunction = StringFunction {
    name: "indexof_regex",
    aliases: &[],
    category: Category::String,
    summary: "The position of a match of a regular expression in the text.",
    examples: &[Example {
        kql: r##"print a = indexof_regex("abcabc", "a.c"), b = indexof_regex("abcabcdefg", "a.c", 0, 9, 2), c = indexof_regex("ababaa", "a.a", 0, -1, 2), d = indexof_regex("abcabc", "a|ab", -1)"##,
        rows: r##"[[0,3,-1,null]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Any),
        Parameter::new("regex", Accepts::Exactly(ScalarType::String)),
        Parameter::new("start", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("length", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("occurrence", Accepts::Exactly(ScalarType::Long)).optional(),
    ]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_indexof_regex",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::Long],
        variadic: true,
        body,
    },
    check: pattern::check_second,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;

    let patterns = Patterns::of(rows.texts(&arguments[1])?)?;
    let starts = rows.longs_or(arguments, 2, 0)?;
    let lengths = rows.longs_or(arguments, 3, -1)?;
    let occurrences = rows.longs_or(arguments, 4, 1)?;
    rows.try_whole(|row| {
        let pattern = patterns.get(row)?;
        let text = texts.get(row);
        let window = starts
            .get(row)
            .filter(|start| *start >= 0)
            .and_then(|start| {
                lengths
                    .get(row)
                    .and_then(|length| Window::new(text, start, length))
            });
        let occurrence = occurrences.get(row).and_then(|n| usize::try_from(n).ok());
        let (Some(window), Some(occurrence @ 1..)) = (window, occurrence) else {
            return Ok(None);
        };
        Ok(match pattern.find_iter(window.text()).nth(occurrence - 1) {
            Some(found) => position(text, window.from + found.start()),
            None => Some(-1),
        })
    })
}
