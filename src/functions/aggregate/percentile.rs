//! `percentile`, `percentiles`, `percentilew`, `percentilesw` and their `…_array` forms.
//!
//! The least value that p percent of the values do not exceed (nearest rank), exact where Kusto estimates;
//! null of nothing. With weights a value counts as often as its weight says; weights below 1 do not count.

use datafusion::logical_expr::AggregateUDF;

use super::definition::{Call, Definition, Naming, dynamic};
use super::rank;
use crate::functions::{
    Accepts, Argument, ArgumentFault, Example, Parameter, Signature, Sql, Value, sql,
};
use crate::symbols::ScalarType;

const EXPR: Parameter = Parameter::new(
    "expr",
    Accepts::OneOf(&[
        ScalarType::Int,
        ScalarType::Long,
        ScalarType::Real,
        ScalarType::Decimal,
        ScalarType::DateTime,
        ScalarType::TimeSpan,
    ]),
);
const WEIGHT: Parameter = Parameter::new("weight", Accepts::Integer);
const PERCENTILE: Parameter = Parameter::new("percentile", Accepts::Number).constant();
/// A number, or an array of numbers.
const PERCENTILES: Parameter = Parameter::new("percentiles", Accepts::Any).constant();

pub static PERCENTILE_OF: Definition = Definition {
    name: "percentile",
    aliases: &[],
    summary: "The value at a percentile, exact where Kusto estimates.",
    examples: &[Example {
        kql: "range x from 1 to 100 step 1 | summarize percentile(x, 95)",
        rows: "[[95]]",
    }],
    signature: Signature::new(&[EXPR, PERCENTILE]),
    predicate: None,
    naming: Naming::Percentiles(1),
    types: |arguments| each(arguments, 1),
    ordered: false,
    null_strings: true,
    sql: |call| values(call, None),
    udafs: UDAFS,
};

pub static PERCENTILES_OF: Definition = Definition {
    name: "percentiles",
    aliases: &[],
    summary: "The values at several percentiles, a column each.",
    examples: &[Example {
        kql: "range x from 1 to 10 step 1 | summarize percentiles(x, 50, 99.9)",
        rows: "[[5, 10]]",
    }],
    signature: Signature::repeating(&[EXPR, PERCENTILE], 1),
    predicate: None,
    naming: Naming::Percentiles(1),
    types: |arguments| each(arguments, 1),
    ordered: false,
    null_strings: true,
    sql: |call| values(call, None),
    udafs: UDAFS,
};

pub static PERCENTILEW: Definition = Definition {
    name: "percentilew",
    aliases: &[],
    summary: "The value at a percentile, values counted by weight.",
    examples: &[Example {
        kql: "datatable(n:long, x:long)[8, 10, 6, 20, 3, 30, 1, 40] | summarize percentilew(x, n, 75)",
        rows: "[[20]]",
    }],
    signature: Signature::new(&[EXPR, WEIGHT, PERCENTILE]),
    predicate: None,
    naming: Naming::Percentiles(2),
    types: |arguments| each(arguments, 2),
    ordered: false,
    null_strings: true,
    sql: |call| values(call, Some(1)),
    udafs: UDAFS,
};

pub static PERCENTILESW: Definition = Definition {
    name: "percentilesw",
    aliases: &[],
    summary: "The values at several percentiles, values counted by weight, a column each.",
    examples: &[Example {
        kql: "datatable(n:long, x:long)[8, 10, 6, 20, 3, 30, 1, 40] | summarize percentilesw(x, n, 50, 99.9)",
        rows: "[[20, 40]]",
    }],
    signature: Signature::repeating(&[EXPR, WEIGHT, PERCENTILE], 1),
    predicate: None,
    naming: Naming::Percentiles(2),
    types: |arguments| each(arguments, 2),
    ordered: false,
    null_strings: true,
    sql: |call| values(call, Some(1)),
    udafs: UDAFS,
};

pub static PERCENTILES_ARRAY: Definition = Definition {
    name: "percentiles_array",
    aliases: &[],
    summary: "The values at several percentiles as an array.",
    examples: &[Example {
        kql: "range x from 1 to 10 step 1 | summarize percentiles_array(x, dynamic([50, 90]))",
        rows: "[[[5, 9]]]",
    }],
    signature: Signature::repeating(&[EXPR, PERCENTILES], 1),
    predicate: None,
    naming: Naming::Prefixed("percentiles"),
    types: dynamic,
    ordered: false,
    null_strings: true,
    sql: |call| array(call, None),
    udafs: UDAFS,
};

pub static PERCENTILESW_ARRAY: Definition = Definition {
    name: "percentilesw_array",
    aliases: &[],
    summary: "The values at several percentiles, values counted by weight, as an array.",
    examples: &[Example {
        kql: "datatable(n:long, x:long)[8, 10, 6, 20] | summarize percentilesw_array(x, n, 50, 90)",
        rows: "[[[10, 20]]]",
    }],
    signature: Signature::repeating(&[EXPR, WEIGHT, PERCENTILES], 1),
    predicate: None,
    naming: Naming::Prefixed("percentiles"),
    types: dynamic,
    ordered: false,
    null_strings: true,
    sql: |call| array(call, Some(1)),
    udafs: UDAFS,
};

const UDAFS: &[fn() -> AggregateUDF] = &[rank::percentiles, rank::percentiles_array];

/// int gives long and decimal gives real, as Microsoft's binder has it.
fn ranked(ty: ScalarType) -> ScalarType {
    match ty {
        ScalarType::Int => ScalarType::Long,
        ScalarType::Decimal => ScalarType::Real,
        ScalarType::Bool
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => ty,
    }
}

/// One result for every argument from `start` on.
fn each(arguments: &[Argument], start: usize) -> Result<Vec<ScalarType>, ArgumentFault> {
    let Some(value) = arguments.first() else {
        return Ok(Vec::new());
    };
    Ok(vec![
        ranked(value.ty);
        arguments.len().saturating_sub(start)
    ])
}

fn values(call: &Call, weight: Option<usize>) -> Result<Sql, ArgumentFault> {
    percentiles(call, weight, "kql_percentiles")
}

fn array(call: &Call, weight: Option<usize>) -> Result<Sql, ArgumentFault> {
    percentiles(call, weight, "kql_percentiles_array")
}

/// `name(type, x, weight, percentile, …)`
fn percentiles(call: &Call, weight: Option<usize>, name: &str) -> Result<Sql, ArgumentFault> {
    let value = call.argument(0)?;
    let ty = ranked(value.ty);
    let mut arguments = vec![
        sql::text(ty.name()),
        sql::cast(value.sql.clone(), ty),
        match weight {
            Some(index) => sql::cast(call.sql(index)?, ScalarType::Long),
            None => sql::long(1),
        },
    ];
    let start = weight.map_or(1, |index| index + 1);
    for (index, argument) in call.arguments.iter().enumerate().skip(start) {
        for p in numbers(argument.constant).ok_or_else(|| {
            ArgumentFault::at(
                index,
                "a percentile must be a constant number from 0 to 100",
            )
        })? {
            arguments.push(sql::literal(&Value::Real(p)));
        }
    }
    Ok(call.aggregate(name, arguments))
}

/// The percentiles of a constant: a number or an array of numbers, each from 0 to 100.
fn numbers(constant: Option<&Value>) -> Option<Vec<f64>> {
    let numbers = match constant? {
        Value::Int(n) => vec![f64::from(*n)],
        Value::Long(n) => vec![*n as f64],
        Value::Real(x) => vec![*x],
        Value::Decimal(digits) => vec![digits.parse().ok()?],
        Value::Dynamic(json) => match serde_json::from_str::<serde_json::Value>(json).ok()? {
            serde_json::Value::Array(items) => items
                .iter()
                .map(serde_json::Value::as_f64)
                .collect::<Option<_>>()?,
            serde_json::Value::Number(n) => vec![n.as_f64()?],
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::String(_)
            | serde_json::Value::Object(_) => return None,
        },
        Value::Null(_)
        | Value::Bool(_)
        | Value::String(_)
        | Value::DateTime(_)
        | Value::TimeSpan(_)
        | Value::Guid(_) => return None,
    };
    let all = numbers.iter().all(|p| (0.0..=100.0).contains(p));
    all.then_some(numbers)
}
