//! `strrep(value, count [, delimiter])`: the value, converted to a string, so many times, with the delimiter between.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

/// The most repetitions, as Microsoft documents it.
const MOST: i64 = 1024;

pub static STRREP: StringFunction = StringFunction {
    name: "strrep",
    aliases: &[],
    category: Category::String,
    summary: "The text repeated.",
    examples: &[Example {
        kql: r##"print a = strrep("ab", 3), b = strrep("ab", 2, "-"), c = strrep("ab", 0)"##,
        rows: r##"[["ababab","ab-ab",""]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("value", Accepts::Any),
        Parameter::new("count", Accepts::Exactly(ScalarType::Long)),
        Parameter::new("delimiter", Accepts::Exactly(ScalarType::String)).optional(),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_strrep",
        inputs: &[ScalarType::String, ScalarType::Long, ScalarType::String],
        variadic: true,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;

    let counts = rows.longs(&arguments[1])?;
    let delimiters = arguments.get(2).map(|a| rows.texts(a)).transpose()?;
    rows.strings(|row, out| {
        for index in 0..counts.get(row).unwrap_or(0).min(MOST) {
            if index > 0
                && let Some(delimiters) = &delimiters
            {
                out.push_str(delimiters.get(row));
            }
            out.push_str(texts.get(row));
        }
        Ok(true)
    })
}
