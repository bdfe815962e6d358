//! `unicode_codepoints_to_string(codes…)`: the characters of these code points.
//!
//! A code is a number or an array of numbers; what is no code point is left out.

use datafusion::common::Result as RunResult;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};
use serde_json::Value as Json;

use super::function::Udf;
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;

pub static UNICODE_CODEPOINTS_TO_STRING: FromCodePoints = FromCodePoints;

#[derive(Debug)]
pub struct FromCodePoints;

const SIGNATURE: Signature = Signature::repeating(
    &[Parameter::new(
        "codes",
        Accepts::OneOf(&[ScalarType::Long, ScalarType::Int, ScalarType::Dynamic]),
    )],
    1,
);

/// Over JSON: a number is its own JSON.
const UDF: Udf = Udf {
    name: "kql_unicode_codepoints_to_string",
    inputs: &[ScalarType::Dynamic],
    variadic: true,
    body,
};

impl ScalarFunction for FromCodePoints {
    fn name(&self) -> &'static str {
        "unicode_codepoints_to_string"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["make_string"]
    }

    fn category(&self) -> Category {
        Category::String
    }

    fn summary(&self) -> &'static str {
        "The text of these code points."
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            kql: "print unicode_codepoints_to_string(75, dynamic([117, 115]), 116, 111)",
            rows: r#"[["Kusto"]]"#,
        }]
    }

    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn return_type(&self, _: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        Ok(ScalarType::String)
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let arguments = arguments
            .iter()
            .map(|argument| match argument.ty {
                ScalarType::Dynamic => argument.sql.clone(),
                ScalarType::Bool
                | ScalarType::Int
                | ScalarType::Long
                | ScalarType::Real
                | ScalarType::Decimal
                | ScalarType::String
                | ScalarType::DateTime
                | ScalarType::TimeSpan
                | ScalarType::Guid => sql::cast(argument.sql.clone(), ScalarType::String),
            })
            .collect();
        Ok(sql::call(UDF.name, arguments))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        vec![UDF.make(ScalarType::String)]
    }
}

fn body(arguments: &[ColumnarValue], rows: usize) -> RunResult<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let codes = rows.all_texts(arguments)?;
    rows.strings(|row, out| {
        for codes in &codes {
            match serde_json::from_str(codes.get(row)) {
                Ok(Json::Array(codes)) => out.extend(codes.iter().filter_map(character)),
                Ok(code) => out.extend(character(&code)),
                Err(_) => {}
            }
        }
        Ok(true)
    })
}

fn character(code: &Json) -> Option<char> {
    code.as_u64()
        .and_then(|code| u32::try_from(code).ok())
        .and_then(char::from_u32)
}
