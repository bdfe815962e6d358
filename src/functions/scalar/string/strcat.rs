//! `strcat(a, b, …)`: the arguments, converted to strings, one after the other.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRCAT: StringFunction = StringFunction {
    name: "strcat",
    aliases: &[],
    category: Category::String,
    summary: "The arguments as one text.",
    examples: &[Example {
        kql: r##"print strcat("a", "-", 1, "-", true)"##,
        rows: r##"[["a-1-True"]]"##,
    }],
    signature: Signature::repeating(&[Parameter::new("part", Accepts::Any)], 1),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_strcat",
        inputs: &[ScalarType::String],
        variadic: true,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let parts = rows.all_texts(arguments)?;
    rows.strings(|row, out| {
        for part in &parts {
            out.push_str(part.get(row));
        }
        Ok(true)
    })
}
