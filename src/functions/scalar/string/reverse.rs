//! `reverse(value)`: the characters of the value, converted to a string, from last to first.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static REVERSE: StringFunction = StringFunction {
    name: "reverse",
    aliases: &[],
    category: Category::String,
    summary: "The text backwards.",
    examples: &[Example {
        kql: r##"print a = reverse("abc"), b = reverse("a😀b")"##,
        rows: r##"[["cba","b😀a"]]"##,
    }],
    signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_reverse",
        inputs: &[ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;

    rows.strings(|row, out| {
        out.extend(texts.get(row).chars().rev());
        Ok(true)
    })
}
