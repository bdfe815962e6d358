//! `strcat_delim(delimiter, a, b, …)`: the arguments, converted to strings, with the delimiter between.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static STRCAT_DELIM: StringFunction = StringFunction {
    name: "strcat_delim",
    aliases: &[],
    category: Category::String,
    summary: "The arguments as one text with a delimiter between them.",
    examples: &[Example {
        kql: r##"print strcat_delim("|", "a", 1, "")"##,
        rows: r##"[["a|1|"]]"##,
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("delimiter", Accepts::Exactly(ScalarType::String)),
            Parameter::new("part", Accepts::Any),
        ],
        1,
    ),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_strcat_delim",
        inputs: &[ScalarType::String],
        variadic: true,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.all_texts(arguments)?;
    let [delimiter, parts @ ..] = &texts[..] else {
        return datafusion::common::exec_err!("strcat_delim needs a delimiter");
    };
    rows.strings(|row, out| {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.push_str(delimiter.get(row));
            }
            out.push_str(part.get(row));
        }
        Ok(true)
    })
}
