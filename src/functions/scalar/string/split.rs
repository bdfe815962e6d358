//! `split(text, delimiter [, index])`: the parts between delimiters as an array, or an array of the part at `index`.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf};
use super::json;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Argument, ArgumentFault, Category, Example, Signature, Value};
use crate::symbols::ScalarType;

pub static SPLIT: StringFunction = StringFunction {
    name: "split",
    aliases: &[],
    category: Category::String,
    summary: "The parts of the text between delimiters, as an array.",
    examples: &[Example {
        kql: r##"print a = split("a,,b", ","), b = split("", ","), c = split("a_b_c", "_", 1), d = split("a", "_", 5)"##,
        rows: r##"[[["a","","b"],[""],["b"],[]]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("delimiter", Accepts::Exactly(ScalarType::String)),
        Parameter::new("index", Accepts::Exactly(ScalarType::Long)).optional(),
    ]),
    returns: ScalarType::Dynamic,
    udf: Udf {
        name: "kql_split",
        inputs: &[ScalarType::String, ScalarType::String, ScalarType::Long],
        variadic: true,
        body,
    },
    check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let delimiters = rows.texts(&arguments[1])?;

    let index = arguments.get(2).map(|a| rows.longs(a)).transpose()?;
    rows.strings(|row, out| {
        let (text, delimiter) = (texts.get(row), delimiters.get(row));
        // Nothing delimits: the text is the one part.
        let parts: Box<dyn Iterator<Item = &str>> = match delimiter.is_empty() {
            true => Box::new(std::iter::once(text)),
            false => Box::new(text.split(delimiter)),
        };
        match &index {
            None => json::array(parts, out),
            Some(index) => {
                let index = index.get(row).and_then(|i| usize::try_from(i).ok());
                let mut parts = parts;
                json::array(index.and_then(|i| parts.nth(i)), out);
            }
        }
        Ok(true)
    })
}

/// Kusto does not say what a negative index means.
fn check(arguments: &[Argument]) -> std::result::Result<(), ArgumentFault> {
    match arguments.get(2).and_then(|a| a.constant) {
        Some(Value::Long(index)) if *index < 0 => {
            Err(ArgumentFault::at(2, "the index of a part is 0 or more"))
        }
        Some(_) | None => Ok(()),
    }
}
