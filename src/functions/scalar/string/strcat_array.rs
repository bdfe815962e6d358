//! `strcat_array(array, delimiter)`: the items of an array as one text; a null item is the empty text. What is
//! no array is its own text.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::json;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRCAT_ARRAY: StringFunction = StringFunction {
    name: "strcat_array",
    aliases: &["array_strcat"],
    category: Category::String,
    summary: "The items of an array as one text with a delimiter between them.",
    examples: &[Example {
        kql: r##"print a = strcat_array(dynamic([1, null, "x", true]), "-"), b = strcat_array(dynamic([]), ","), c = strcat_array(dynamic("x"), ",")"##,
        rows: r##"[["1--x-true","","x"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("array", Accepts::Exactly(ScalarType::Dynamic)),
        Parameter::new("delimiter", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_strcat_array",
        inputs: &[ScalarType::Dynamic, ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let arrays = rows.texts(&arguments[0])?;
    let delimiters = rows.texts(&arguments[1])?;

    rows.strings(|row, out| {
        let delimiter = delimiters.get(row);
        if let Some(whole) = json::whole_text(arrays.get(row)) {
            out.push_str(&whole);
            return Ok(true);
        }
        for (index, item) in json::texts(arrays.get(row)).iter().enumerate() {
            if index > 0 {
                out.push_str(delimiter);
            }
            out.push_str(item);
        }
        Ok(true)
    })
}
