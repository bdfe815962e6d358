//! `countof(text, search [, kind])`: how often `search` occurs; plain occurrences (`normal`) may overlap, matches of a `regex` do not.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::function::{StringFunction, Udf};
use super::pattern::{self, Patterns};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Argument, ArgumentFault, Category, Example, Signature, Value};
use crate::symbols::ScalarType;

/// The kind of search that takes a regular expression.
const REGEX: &str = "regex";

pub static COUNTOF: StringFunction = StringFunction {
    name: "countof",
    aliases: &[],
    category: Category::String,
    summary: "The number of occurrences of a string or of a regular expression in the text.",
    examples: &[Example {
        kql: r##"print a = countof("ababa", "aba"), b = countof("ababa", "aba", "regex"), c = countof("abc abc", "x")"##,
        rows: r##"[[2,1,0]]"##,
    }],
    signature: Signature::new(&[
        Parameter::new("text", Accepts::Exactly(ScalarType::String)),
        Parameter::new("search", Accepts::Exactly(ScalarType::String)),
        Parameter::new("kind", Accepts::Exactly(ScalarType::String))
            .optional()
            .constant(),
    ]),
    returns: ScalarType::Long,
    udf: Udf {
        name: "kql_countof",
        inputs: &[ScalarType::String, ScalarType::String],
        variadic: true,
        body,
    },
    check,
};

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;

    let kind = match arguments.get(2) {
        Some(kind) => rows.texts(kind)?.get(0).to_owned(),
        None => String::new(),
    };
    if kind == REGEX {
        let patterns = Patterns::of(rows.texts(&arguments[1])?)?;
        return rows.try_whole(|row| {
            let count = patterns.get(row)?.find_iter(texts.get(row)).count();
            Ok(i64::try_from(count).ok())
        });
    }
    let searches = rows.texts(&arguments[1])?;
    rows.whole(|row| i64::try_from(overlapping(texts.get(row), searches.get(row))).ok())
}

fn overlapping(text: &str, search: &str) -> usize {
    let Some(first) = search.chars().next() else {
        return 0;
    };
    let (mut count, mut rest) = (0, text);
    while let Some(at) = rest.find(search) {
        count += 1;
        rest = &rest[at + first.len_utf8()..];
    }
    count
}

fn check(arguments: &[Argument]) -> std::result::Result<(), ArgumentFault> {
    match arguments.get(2).and_then(|a| a.constant) {
        Some(Value::String(kind)) if kind == REGEX => pattern::check_second(arguments),
        Some(Value::String(kind)) if kind != "normal" => Err(ArgumentFault::at(
            2,
            format!("`{kind}` is no kind of search"),
        )
        .with_help("a search is `normal` or `regex`")),
        Some(_) | None => Ok(()),
    }
}
