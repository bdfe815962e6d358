//! `min`, `max`, `minif`, `maxif`: the least and the greatest value, null of nothing.
//!
//! Nulls are skipped. A string is never null: of nothing it is `""`. NaN wins on both sides.

use super::definition::{Call, Definition, Naming, same_type};
use super::extreme_real;
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

/// What has an order.
pub const ORDERABLE: Accepts = Accepts::OneOf(&[
    ScalarType::Bool,
    ScalarType::Int,
    ScalarType::Long,
    ScalarType::Real,
    ScalarType::Decimal,
    ScalarType::String,
    ScalarType::DateTime,
    ScalarType::TimeSpan,
    ScalarType::Guid,
]);

const PREDICATE: Parameter = Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool));

pub static MAX: Definition = Definition {
    name: "max",
    aliases: &[],
    summary: "The greatest value.",
    examples: &[
        Example {
            kql: "datatable(x:long)[3, long(null), 7] | summarize max(x)",
            rows: "[[7]]",
        },
        Example {
            kql: "datatable(x:string)['b', 'B', ''] | summarize max(x)",
            rows: r#"[["b"]]"#,
        },
    ],
    signature: Signature::new(&[Parameter::new("expr", ORDERABLE)]),
    predicate: None,
    naming: Naming::Prefixed("max"),
    types: same_type,
    ordered: false,
    null_strings: true,
    sql: max,
    udafs: &[extreme_real::max_real],
};

pub static MAXIF: Definition = Definition {
    name: "maxif",
    aliases: &[],
    summary: "The greatest value in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[3, 5, 7] | summarize maxif(x, x < 6), maxif(x, x < 0)",
        rows: "[[5, null]]",
    }],
    signature: Signature::new(&[Parameter::new("expr", ORDERABLE), PREDICATE]),
    predicate: Some(1),
    naming: Naming::Prefixed("maxif"),
    types: same_type,
    ordered: false,
    null_strings: true,
    sql: max,
    udafs: &[extreme_real::max_real],
};

pub static MIN: Definition = Definition {
    name: "min",
    aliases: &[],
    summary: "The least value.",
    examples: &[Example {
        kql: "datatable(x:real)[3.5, real(null), 1.5] | summarize min(x)",
        rows: "[[1.5]]",
    }],
    signature: Signature::new(&[Parameter::new("expr", ORDERABLE)]),
    predicate: None,
    naming: Naming::Prefixed("min"),
    types: same_type,
    ordered: false,
    // A SQL NULL is "", the least of all strings: it must not be skipped.
    null_strings: false,
    sql: min,
    udafs: &[extreme_real::min_real],
};

pub static MINIF: Definition = Definition {
    name: "minif",
    aliases: &[],
    summary: "The least value in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[3, 5, 7] | summarize minif(x, x > 4)",
        rows: "[[5]]",
    }],
    signature: Signature::new(&[Parameter::new("expr", ORDERABLE), PREDICATE]),
    predicate: Some(1),
    naming: Naming::Prefixed("minif"),
    types: same_type,
    ordered: false,
    null_strings: false,
    sql: min,
    udafs: &[extreme_real::min_real],
};

fn max(call: &Call) -> Result<Sql, ArgumentFault> {
    extreme(call, "max", "kql_max_real")
}

fn min(call: &Call) -> Result<Sql, ArgumentFault> {
    extreme(call, "min", "kql_min_real")
}

fn extreme(call: &Call, plain: &str, of_reals: &str) -> Result<Sql, ArgumentFault> {
    let argument = call.argument(0)?;
    let x = vec![argument.sql.clone()];
    Ok(match argument.ty {
        ScalarType::Real => call.aggregate(of_reals, x),
        ScalarType::String => sql::coalesce(vec![call.aggregate(plain, x), sql::text("")]),
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Decimal
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => call.aggregate(plain, x),
    })
}
