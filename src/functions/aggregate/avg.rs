//! `avg`, `avgif`: the mean of the values that are not null.
//!
//! Whole numbers and reals give a real, NaN of nothing; decimals, datetimes and timespans give their own
//! type, null of nothing.

use datafusion::logical_expr::AggregateUDF;

use super::definition::{Call, Definition, Naming};
use super::moments;
use crate::functions::{Accepts, Argument, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

const AVERAGEABLE: Accepts = Accepts::OneOf(&[
    ScalarType::Int,
    ScalarType::Long,
    ScalarType::Real,
    ScalarType::Decimal,
    ScalarType::DateTime,
    ScalarType::TimeSpan,
]);

const UDAFS: &[fn() -> AggregateUDF] = &[
    moments::avg_real,
    moments::avg_long,
    moments::avg_ticks,
    moments::avg_decimal,
];

pub static AVG: Definition = Definition {
    name: "avg",
    aliases: &[],
    summary: "The mean of the values that are not null.",
    examples: &[
        Example {
            kql: "datatable(x:int)[-5, 0, 3, 7, int(null)] | summarize avg(x)",
            rows: "[[1.25]]",
        },
        Example {
            kql: "datatable(x:timespan)[1h, 3h] | summarize avg(x)",
            rows: r#"[["02:00:00"]]"#,
        },
    ],
    signature: Signature::new(&[Parameter::new("expr", AVERAGEABLE)]),
    predicate: None,
    naming: Naming::Prefixed("avg"),
    types,
    ordered: false,
    null_strings: true,
    sql: avg,
    udafs: UDAFS,
};

pub static AVGIF: Definition = Definition {
    name: "avgif",
    aliases: &[],
    summary: "The mean of the values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 2, 3, 10] | summarize avgif(x, x < 10)",
        rows: "[[2.0]]",
    }],
    signature: Signature::new(&[
        Parameter::new("expr", AVERAGEABLE),
        Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool)),
    ]),
    predicate: Some(1),
    naming: Naming::Prefixed("avgif"),
    types,
    ordered: false,
    null_strings: true,
    sql: avg,
    udafs: UDAFS,
};

fn types(arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    let mean = |ty| match ty {
        ScalarType::Decimal | ScalarType::DateTime | ScalarType::TimeSpan => ty,
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::String
        | ScalarType::Guid
        | ScalarType::Dynamic => ScalarType::Real,
    };
    Ok(arguments.iter().take(1).map(|a| mean(a.ty)).collect())
}

fn avg(call: &Call) -> Result<Sql, ArgumentFault> {
    let argument = call.argument(0)?;
    let x = argument.sql.clone();
    Ok(match argument.ty {
        ScalarType::Real => call.aggregate("kql_avg_real", vec![x]),
        ScalarType::Decimal => call.aggregate("kql_avg_decimal", vec![x]),
        ScalarType::DateTime | ScalarType::TimeSpan => call.aggregate("kql_avg_ticks", vec![x]),
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::String
        | ScalarType::Guid
        | ScalarType::Dynamic => {
            call.aggregate("kql_avg_long", vec![sql::cast(x, ScalarType::Long)])
        }
    })
}
