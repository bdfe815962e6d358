//! `strcmp(a, b)`: -1, 0 or 1 by the order of the characters' code points.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRCMP: StringFunction = StringFunction {
    name: "strcmp",
    aliases: &[],
    category: Category::String,
    summary: "The order of two texts: -1, 0 or 1.",
    examples: &[Example {
        kql: r##"print a = strcmp("ABC", "ABC"), b = strcmp("abc", "ABC"), c = strcmp("ABC", "abc"), d = strcmp("abcde", "abc")"##,
        rows: r##"[[0,1,-1,1]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("left", Accepts::Exactly(ScalarType::String)),
        Parameter::new("right", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_strcmp",
        inputs: &[ScalarType::String, ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let left = rows.texts(&arguments[0])?;
    let right = rows.texts(&arguments[1])?;

    rows.whole(|row| Some(i64::from(left.get(row).cmp(right.get(row)) as i8)))
}
