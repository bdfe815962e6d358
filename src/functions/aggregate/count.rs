//! `count`, `countif`: how many rows.

use super::definition::{Definition, Naming, long};
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, sql};
use crate::symbols::ScalarType;

pub static COUNT: Definition = Definition {
    name: "count",
    aliases: &[],
    summary: "The number of rows; an argument changes nothing, its nulls count too.",
    examples: &[
        Example {
            kql: "datatable(x:long)[1, long(null), 3] | summarize count(), count(x)",
            rows: "[[3, 3]]",
        },
        Example {
            kql: "datatable(k:string)['a', 'b', 'a'] | summarize n = count() by k | sort by k asc",
            rows: r#"[["a", 2], ["b", 1]]"#,
        },
    ],
    signature: Signature::new(&[Parameter::new("expr", Accepts::Any).optional()]),
    predicate: None,
    naming: Naming::Prefixed("count"),
    types: |arguments| match arguments.first() {
        // Microsoft's binder takes this for countif, the engine's answer is not on record.
        Some(argument) if argument.ty == ScalarType::Bool => Err(ArgumentFault::unsupported(
            "count of a bool is not supported: it is read as count() and as countif()",
        )
        .with_help("write countif(…) for the rows where it is true, count() for all rows")),
        Some(_) | None => long(arguments),
    },
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("count", vec![sql::long(1)])),
    udafs: &[],
};

pub static COUNTIF: Definition = Definition {
    name: "countif",
    aliases: &[],
    summary: "The number of rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, long(null), 3, 4] | summarize countif(x > 2)",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[Parameter::new(
        "predicate",
        Accepts::Exactly(ScalarType::Bool),
    )]),
    predicate: Some(0),
    naming: Naming::Prefixed("countif"),
    types: long,
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("count", vec![sql::long(1)])),
    udafs: &[],
};
