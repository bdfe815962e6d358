//! `strlen(text)`: how many Unicode characters the text has.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRLEN: StringFunction = StringFunction {
    name: "strlen",
    aliases: &[],
    category: Category::String,
    summary: "The number of characters.",
    examples: &[Example {
        kql: r##"print a = strlen("a😀b"), b = strlen("")"##,
        rows: r##"[[3, 0]]"##,
    }],
    signature: Signature::new(&[Parameter::new("text", Accepts::Exactly(ScalarType::String))]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_strlen",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    rows.whole(|row| i64::try_from(texts.get(row).chars().count()).ok())
}
