//! `extract_all(regex [, groups], text)`: what the capture groups hold in each match.
//!
//! One group gives an array of texts, several an array of arrays; a group that took no part is `""`.
//! Null where nothing matches. Groups are asked for by number or by name.

use datafusion::common::Result as RunResult;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};
use regex::Regex;
use serde_json::Value as Json;

use super::function::Udf;
use super::json;
use super::pattern::{self, Patterns};
use super::rows::Rows;
use crate::functions::matching::regex::compile;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, Value,
    sql,
};
use crate::symbols::ScalarType;

pub static EXTRACT_ALL: ExtractAll = ExtractAll;

#[derive(Debug)]
pub struct ExtractAll;

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("regex", Accepts::Exactly(ScalarType::String)),
    Parameter::new(
        "groups_or_text",
        Accepts::OneOf(&[ScalarType::String, ScalarType::Dynamic]),
    ),
    Parameter::new("text", Accepts::Exactly(ScalarType::String)).optional(),
]);

/// Over the pattern, the groups as a JSON array (null for all), and the text.
const UDF: Udf = Udf {
    name: "kql_extract_all",
    inputs: &[ScalarType::String, ScalarType::Dynamic, ScalarType::String],
    variadic: false,
    body,
};

impl ScalarFunction for ExtractAll {
    fn name(&self) -> &'static str {
        "extract_all"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["extractall"]
    }

    fn category(&self) -> Category {
        Category::String
    }

    fn summary(&self) -> &'static str {
        "The capture groups of every match of a regular expression, as an array."
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                kql: r#"print a = extract_all(@"<(/?[a-z]+)", "<b>x</b>"), b = extract_all(@"(a)(b)?", "ab a"), c = extract_all("(x)", "a")"#,
                rows: r#"[[["b","/b"],[["a","b"],["a",""]],null]]"#,
            },
            Example {
                kql: r#"print extract_all(@"(?P<first>\w)(\w+)(\w)", dynamic(["first", 3]), "abcd-efgh")"#,
                rows: r#"[[[["a","d"],["e","h"]]]]"#,
            },
        ]
    }

    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        pattern::check_first(arguments)?;
        if let Some(Value::String(pattern)) = arguments.first().and_then(|a| a.constant)
            && compile(pattern).is_ok_and(|pattern| pattern.captures_len() < 2)
        {
            return Err(
                ArgumentFault::at(0, "the regular expression has no capture group")
                    .with_help("put parentheses round what you want to extract"),
            );
        }
        Ok(ScalarType::Dynamic)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let (pattern, groups, text) = match arguments {
            [pattern, text] => (pattern, sql::text("null"), text),
            [pattern, groups, text] if groups.ty == ScalarType::Dynamic => {
                (pattern, groups.sql.clone(), text)
            }
            [_, _, _] => {
                return Err(ArgumentFault::at(1, "the groups are a dynamic array")
                    .with_help("write them as dynamic([1, 2])"));
            }
            _ => return Err(ArgumentFault::call("extract_all takes 2 or 3 arguments")),
        };
        Ok(sql::call(
            UDF.name,
            vec![pattern.sql.clone(), groups, text.sql.clone()],
        ))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        vec![UDF.make(ScalarType::Dynamic)]
    }
}

fn body(arguments: &[ColumnarValue], rows: usize) -> RunResult<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let patterns = Patterns::of(rows.texts(&arguments[0])?)?;
    let groups = rows.texts(&arguments[1])?;
    let texts = rows.texts(&arguments[2])?;
    rows.strings(|row, out| {
        let pattern = patterns.get(row)?;
        let groups = wanted(&pattern, groups.get(row));
        let mut matches = pattern.captures_iter(texts.get(row)).map(|captures| {
            let mut texts = groups
                .iter()
                .map(|group| json::quoted(captures.get(*group).map_or("", |m| m.as_str())));
            match groups.len() {
                1 => texts.next().unwrap_or_default(),
                _ => {
                    let mut all = String::new();
                    json::raw_array(texts, &mut all);
                    all
                }
            }
        });
        let Some(first) = matches.next() else {
            return Ok(false);
        };
        json::raw_array(std::iter::once(first).chain(matches), out);
        Ok(true)
    })
}

/// The numbers of the groups asked for: all where none are named.
fn wanted(pattern: &Regex, groups: &str) -> Vec<usize> {
    match serde_json::from_str(groups) {
        Ok(Json::Array(groups)) => groups
            .iter()
            .filter_map(|group| match group {
                Json::String(name) => pattern
                    .capture_names()
                    .position(|named| named == Some(name.as_str())),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                    group.as_u64().and_then(|n| usize::try_from(n).ok())
                }
            })
            .collect(),
        Ok(_) | Err(_) => (1..pattern.captures_len()).collect(),
    }
}
