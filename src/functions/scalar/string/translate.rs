//! `translate(from, to, text)`: each character of `from` becomes the one at its place in `to`; where `to` is shorter its last one, where it is empty none.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static TRANSLATE: StringFunction = StringFunction {
    name: "translate",
    aliases: &[],
    category: Category::String,
    summary: "The text with characters replaced one for one.",
    examples: &[Example {
        kql: r##"print a = translate("krasp", "otsku", "spark"), b = translate("abc", "x", "abc"), c = translate("abc", "", "abd")"##,
        rows: r##"[["kusto","xxx","d"]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("from", Accepts::Exactly(ScalarType::String)),
        Parameter::new("to", Accepts::Exactly(ScalarType::String)),
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
    ]),
    returns: ScalarType::String,
    udf: Udf {
        name: "kql_translate",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::String],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let from = rows.texts(&arguments[0])?;
    let to = rows.texts(&arguments[1])?;
    let texts = rows.texts(&arguments[2])?;

    rows.strings(|row, out| {
        let (from, to) = (from.get(row), to.get(row));
        for c in texts.get(row).chars() {
            match from.chars().position(|f| f == c) {
                None => out.push(c),
                Some(at) => out.extend(to.chars().nth(at).or_else(|| to.chars().next_back())),
            }
        }
        Ok(true)
    })
}
