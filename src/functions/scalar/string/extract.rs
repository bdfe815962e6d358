//! `extract(regex, group, text [, typeof(T)])`: what a capture group of the first match holds.
//!
//! `""` where nothing matches, or null of the type asked for; group 0 is the whole match.

use datafusion::common::Result as RunResult;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};

use super::function::Udf;
use super::pattern::{self, Patterns};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, Value,
    registry, sql,
};
use crate::symbols::ScalarType;

pub static EXTRACT: Extract = Extract;

#[derive(Debug)]
pub struct Extract;

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("regex", Accepts::Exactly(ScalarType::String)),
    Parameter::new("group", Accepts::Exactly(ScalarType::Long)),
    Parameter::new("text", Accepts::Exactly(ScalarType::String)),
    Parameter::new("type", Accepts::Exactly(ScalarType::String))
        .optional()
        .constant(),
]);

const UDF: Udf = Udf {
    name: "kql_extract",
    inputs: &[ScalarType::String, ScalarType::Long, ScalarType::String],
    variadic: false,
    body,
};

impl ScalarFunction for Extract {
    fn name(&self) -> &'static str {
        "extract"
    }

    fn category(&self) -> Category {
        Category::String
    }

    fn summary(&self) -> &'static str {
        "The capture group of the first match of a regular expression."
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            kql: r#"print a = extract("-([A-Za-z]+)-", 1, "a-B-c"), b = extract("x", 0, "abc"), c = extract("(\\d+)", 1, "no 20", typeof(int))"#,
            rows: r#"[["B","",20]]"#,
        }]
    }

    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        pattern::check_first(arguments)?;
        match arguments.get(3).map(|a| a.constant) {
            None => Ok(ScalarType::String),
            Some(Some(Value::String(name))) if ScalarType::from_name(name).is_some() => {
                Ok(ScalarType::from_name(name).unwrap_or(ScalarType::String))
            }
            Some(_) => Err(ArgumentFault::at(3, "the fourth argument names no type")
                .with_help("write it as typeof(long)")),
        }
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], result: ScalarType) -> Result<Sql, ArgumentFault> {
        let call = sql::call(
            UDF.name,
            arguments.iter().take(3).map(|a| a.sql.clone()).collect(),
        );
        let Some(conversion) = conversion(result) else {
            return Ok(call);
        };
        let argument = SqlArgument {
            sql: call,
            ty: ScalarType::String,
            constant: None,
            nullable_string: false,
        };
        registry::scalar(conversion)
            .ok_or_else(|| ArgumentFault::unsupported(format!("{conversion} is not supported")))?
            .sql(&[argument], result)
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        vec![UDF.make(ScalarType::String)]
    }
}

/// The function that makes this type of a string; None where nothing is to be done.
fn conversion(ty: ScalarType) -> Option<&'static str> {
    match ty {
        ScalarType::String => None,
        ScalarType::Bool => Some("tobool"),
        ScalarType::Int => Some("toint"),
        ScalarType::Long => Some("tolong"),
        ScalarType::Real => Some("toreal"),
        ScalarType::Decimal => Some("todecimal"),
        ScalarType::DateTime => Some("todatetime"),
        ScalarType::TimeSpan => Some("totimespan"),
        ScalarType::Guid => Some("toguid"),
        ScalarType::Dynamic => Some("todynamic"),
    }
}

fn body(arguments: &[ColumnarValue], rows: usize) -> RunResult<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let patterns = Patterns::of(rows.texts(&arguments[0])?)?;
    let groups = rows.longs(&arguments[1])?;
    let texts = rows.texts(&arguments[2])?;
    rows.strings(|row, out| {
        let group = groups
            .get(row)
            .and_then(|group| usize::try_from(group).ok());
        let found = match group {
            None => None,
            // The whole match needs no groups, which cost more to find.
            Some(0) => patterns.get(row)?.find(texts.get(row)),
            Some(group) => patterns
                .get(row)?
                .captures(texts.get(row))
                .and_then(|captures| captures.get(group)),
        };
        out.push_str(found.map_or("", |found| found.as_str()));
        Ok(true)
    })
}
