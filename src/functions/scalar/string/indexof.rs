//! `indexof(text, lookup [, start [, length [, occurrence]]])`: the position of the lookup; -1 where it is not, null where the arguments make no sense.
//!
//! The lookup must lie within `length` characters of where its search starts; the search for the next
//! occurrence starts one character further, with the whole length again.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use super::window::{Window, position};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static INDEXOF: StringFunction = StringFunction {
    name: "indexof",
    aliases: &[],
    category: Category::String,
    summary: "The position of a string in the text.",
    examples: &[Example {
        kql: r##"print a = indexof("abcdefg", "cde"), b = indexof("abcdefg", "cde", 1, 2), c = indexof("abcdefg", "cde", -5), d = indexof("abcdefgabcdefg", "cde", 1, 10, 2), e = indexof("abc", "")"##,
        rows: r##"[[2,-1,2,9,null]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Any),
        Parameter::new("lookup", Accepts::Any),
        Parameter::new("start", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("length", Accepts::Exactly(ScalarType::Long)).optional(),
        Parameter::new("occurrence", Accepts::Exactly(ScalarType::Long)).optional(),
    ]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_indexof",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::Long],
        variadic: true,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let lookups = rows.texts(&arguments[1])?;

    let starts = rows.longs_or(arguments, 2, 0)?;
    let lengths = rows.longs_or(arguments, 3, -1)?;
    let occurrences = rows.longs_or(arguments, 4, 1)?;
    rows.whole(|row| {
        let (text, lookup) = (texts.get(row), lookups.get(row));
        let window = Window::new(text, starts.get(row)?, lengths.get(row)?)?;
        let mut occurrence = usize::try_from(occurrences.get(row)?)
            .ok()
            .filter(|n| *n > 0)?;
        if lookup.is_empty() {
            return None;
        }
        let mut window = window;
        while let Some(found) = window.text().find(lookup) {
            let at = window.from + found;
            occurrence -= 1;
            if occurrence == 0 {
                return position(text, at);
            }
            window.from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        }
        Some(-1)
    })
}
