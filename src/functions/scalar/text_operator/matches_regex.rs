//! `matches regex`: whether a regular expression matches somewhere in the text.
//!
//! A constant expression that is none is a fault of the query; one that only a row holds is a fault of
//! the run. Case counts unless the expression says `(?i)`.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::BooleanBuffer;
use datafusion::common::{DataFusionError, Result as RunResult, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};

use super::predicate::constant;
use crate::functions::matching::{self, regex};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, Value,
    sql, udf,
};
use crate::symbols::ScalarType;

pub static MATCHES_REGEX: MatchesRegex = MatchesRegex;

#[derive(Debug)]
pub struct MatchesRegex;

impl ScalarFunction for MatchesRegex {
    fn name(&self) -> &'static str {
        "matches regex"
    }

    fn category(&self) -> Category {
        Category::Operator
    }

    fn summary(&self) -> &'static str {
        "True where the regular expression matches somewhere in the text."
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            kql: r#"print a = "1999-12-31" matches regex @"^\d{4}-\d\d", b = "abc" matches regex "[A-Z]""#,
            rows: "[[true, false]]",
        }]
    }

    fn signature(&self) -> Signature {
        const SIGNATURE: Signature = Signature::new(&[
            Parameter::new("subject", Accepts::Exactly(ScalarType::String)),
            Parameter::new("pattern", Accepts::Exactly(ScalarType::String)),
        ]);
        SIGNATURE
    }

    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        if let Some(Value::String(pattern)) = arguments.get(1).and_then(|a| a.constant)
            && let Some(fault) = regex::fault(pattern)
        {
            return Err(ArgumentFault::at(1, fault));
        }
        Ok(ScalarType::Bool)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let arguments = arguments.iter().map(|a| a.sql.clone()).collect();
        Ok(sql::call("kql_matches_regex", arguments))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        vec![udf::scalar(
            "kql_matches_regex",
            &[ScalarType::String, ScalarType::String],
            false,
            ScalarType::Bool,
            body,
        )]
    }
}

fn body(arguments: &[ColumnarValue], rows: usize) -> RunResult<ColumnarValue> {
    let [subject, pattern] = arguments else {
        return datafusion::common::exec_err!("a match needs a text and a pattern");
    };
    if let (Some(text), Some(pattern)) = (constant(subject), constant(pattern)) {
        let found = regex::compile(pattern).map_err(fault)?.is_match(text);
        return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(Some(found))));
    }
    let texts = matching::strings(&subject.to_array(rows)?)?;
    let text = |row| match texts.is_null(row) {
        true => "",
        false => texts.value(row),
    };
    let values = match constant(pattern) {
        Some(pattern) => {
            let pattern = regex::compile(pattern).map_err(fault)?;
            BooleanBuffer::collect_bool(rows, |row| pattern.is_match(text(row)))
        }
        None => {
            let patterns = matching::strings(&pattern.to_array(rows)?)?;
            (0..rows)
                .map(|row| {
                    let pattern = match patterns.is_null(row) {
                        true => "",
                        false => patterns.value(row),
                    };
                    Ok(regex::compile(pattern).map_err(fault)?.is_match(text(row)))
                })
                .collect::<RunResult<BooleanBuffer>>()?
        }
    };
    Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(
        values, None,
    ))))
}

fn fault(error: ::regex::Error) -> DataFusionError {
    DataFusionError::Execution(format!("not a regular expression: {error}"))
}
