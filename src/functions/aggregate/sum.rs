//! `sum`, `sumif`: sums of numbers and timespans, 0 of nothing.
//!
//! Whole numbers wrap round; reals are summed exactly and rounded once, so that their order does not show.

use super::definition::{Call, Definition, Naming};
use super::moments;
use crate::functions::{
    Accepts, Argument, ArgumentFault, Example, Parameter, Signature, Sql, Value, sql,
};
use crate::symbols::ScalarType;

/// What can be summed.
pub const SUMMABLE: Accepts = Accepts::OneOf(&[
    ScalarType::Int,
    ScalarType::Long,
    ScalarType::Real,
    ScalarType::Decimal,
    ScalarType::TimeSpan,
]);

pub static SUM: Definition = Definition {
    name: "sum",
    aliases: &[],
    summary: "The sum of the values that are not null.",
    examples: &[
        Example {
            kql: "datatable(x:int)[1, 2, int(null)] | summarize sum(x)",
            rows: "[[3]]",
        },
        Example {
            kql: "datatable(x:real)[1e300, 1.0, -1e300] | summarize sum(x)",
            rows: "[[1.0]]",
        },
        Example {
            kql: "datatable(x:long)[] | summarize sum(x)",
            rows: "[[0]]",
        },
    ],
    signature: Signature::new(&[Parameter::new("expr", SUMMABLE)]),
    predicate: None,
    naming: Naming::Prefixed("sum"),
    types: promoted,
    ordered: false,
    null_strings: true,
    sql: sum,
    udafs: &[moments::sum_real],
};

pub static SUMIF: Definition = Definition {
    name: "sumif",
    aliases: &[],
    summary: "The sum of the values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 2, 3] | summarize sumif(x, x > 1), sumif(x, x > 9)",
        rows: "[[5, 0]]",
    }],
    signature: Signature::new(&[
        Parameter::new("expr", SUMMABLE),
        Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool)),
    ]),
    predicate: Some(1),
    naming: Naming::Prefixed("sumif"),
    types: promoted,
    ordered: false,
    null_strings: true,
    sql: sum,
    udafs: &[moments::sum_real],
};

/// int becomes long.
fn promoted(arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    let promote = |ty| match ty {
        ScalarType::Int => ScalarType::Long,
        ScalarType::Bool
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => ty,
    };
    Ok(arguments.iter().take(1).map(|a| promote(a.ty)).collect())
}

fn sum(call: &Call) -> Result<Sql, ArgumentFault> {
    let argument = call.argument(0)?;
    let x = argument.sql.clone();
    Ok(match argument.ty {
        ScalarType::Real => call.aggregate("kql_sum_real", vec![x]),
        ScalarType::Decimal => sql::coalesce(vec![
            call.aggregate("sum", vec![x]),
            sql::literal(&Value::Decimal("0".to_owned())),
        ]),
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => sql::coalesce(vec![call.aggregate("sum", vec![x]), sql::long(0)]),
    })
}
