//! `has_any_index(text, values)`: the position in the array of the first value that the text holds as a whole term, or -1.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf, no_check};
use super::json;
use super::rows::Rows;
use crate::functions::matching::{self, Kind, Place};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, Signature};
use crate::symbols::ScalarType;

pub static HAS_ANY_INDEX: StringFunction = StringFunction {
    name: "has_any_index",
    aliases: &[],
    category: Category::String,
    summary: "The position of the first value that the text holds as a whole term.",
    examples: &[Example {
        kql: r##"print a = has_any_index("this is an example", dynamic(["not", "example"])), b = has_any_index("Example 2", dynamic([1, 2])), c = has_any_index("x", dynamic([]))"##,
        rows: r##"[[1,1,-1]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("values", Accepts::Exactly(ScalarType::Dynamic)),
    ]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_has_any_index",
        inputs: &[ScalarType::String, ScalarType::Dynamic],
        variadic: false,
        body,
    },
    check: no_check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    let lists = rows.texts(&arguments[1])?;

    let compile = |list: &str| -> Vec<_> {
        json::texts(list)
            .iter()
            .map(|value| matching::matcher(Kind::any(Place::Term), &[value.as_str()]))
            .collect()
    };
    let constant = lists.constant().map(compile);
    let mut scratch = String::new();
    rows.whole(|row| {
        let text = texts.get(row);
        let compiled;
        let matchers = match &constant {
            Some(matchers) => matchers,
            None => {
                compiled = compile(lists.get(row));
                &compiled
            }
        };
        let found = matchers.iter().position(|m| m.is_match(text, &mut scratch));
        Some(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
    })
}
