//! `substring(text, start [, length])`: characters from `start`, the first being 0; a negative start counts from the end, and one before the first character gives nothing.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use super::window::byte;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static SUBSTRING: StringFunction = StringFunction {
    name: "substring",
    aliases: &[],
    category: Category::String,
    summary: "A part of the text by character positions.",
    examples: &[Example {
        kql: r##"print a = substring("ABCdef", 2, 3), b = substring("hello", -2), c = substring("abc", 10, 5), d = substring("x", -2, 5)"##,
        rows: r##"[["Cde", "lo", "", ""]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("start", Accepts::Exactly(ScalarType::Long)),
        Parameter::new("length", Accepts::Exactly(ScalarType::Long)).optional(),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_substring",
        inputs: &[ScalarType::String, ScalarType::Long],
        variadic: true,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let starts = rows.longs(&arguments[1])?;
    let lengths = rows.longs_or(arguments, 2, i64::MAX)?;
    rows.strings(|row, out| {
        let text = texts.get(row);
        // A null position gives nothing, as one beyond the end does.
        if let (Some(start), Some(length)) = (starts.get(row), lengths.get(row)) {
            out.push_str(part(text, start, length));
        }
        Ok(true)
    })
}

/// `length` characters from `start`, never beyond the text; none where the length is negative.
fn part(text: &str, start: i64, length: i64) -> &str {
    let Ok(length) = usize::try_from(length) else {
        return "";
    };
    let start = match usize::try_from(start) {
        Ok(start) => start,
        Err(_) => {
            let back = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
            match text.chars().count().checked_sub(back) {
                Some(start) => start,
                None => return "",
            }
        }
    };
    let from = byte(text, start);
    let rest = &text[from..];
    &rest[..byte(rest, length)]
}
