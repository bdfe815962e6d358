//! `arg_max`, `arg_min` and the older `argmax`, `argmin`: the row with the greatest or least key.
//!
//! A null key loses against any other; of equal keys the first row wins where the rows have an order, else
//! the one whose values are least. `*` is written out by the binder: every column that is neither a key of
//! `by` nor named already.

use super::best_row;
use super::definition::{Call, Definition, Naming, each_type};
use super::min_max::ORDERABLE;
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};

const PARAMETERS: Signature = Signature::repeating(
    &[
        Parameter::new("key", ORDERABLE),
        Parameter::new("returned", Accepts::Any).optional(),
    ],
    1,
);

pub static ARG_MAX: Definition = Definition {
    name: "arg_max",
    aliases: &[],
    summary: "The greatest value and, from its row, other values.",
    examples: &[
        Example {
            kql: "datatable(v:long, w:string)[1, 'a', 3, 'b', 3, 'c'] | summarize arg_max(v, w)",
            rows: r#"[[3, "b"]]"#,
        },
        Example {
            kql: "datatable(v:long, w:string)[long(null), 'a', long(null), 'b'] | summarize arg_max(v, w)",
            rows: r#"[[null, "a"]]"#,
        },
    ],
    signature: PARAMETERS,
    predicate: None,
    naming: Naming::Extreme("max"),
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: |call| best(call, "kql_arg_max"),
    udafs: &[best_row::arg_max],
};

pub static ARG_MIN: Definition = Definition {
    name: "arg_min",
    aliases: &[],
    summary: "The least value and, from its row, other values.",
    examples: &[Example {
        kql: "datatable(v:long, w:string)[long(null), 'a', 3, 'b', 1, 'c'] | summarize arg_min(v, w)",
        rows: r#"[[1, "c"]]"#,
    }],
    signature: PARAMETERS,
    predicate: None,
    naming: Naming::Extreme("min"),
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: |call| best(call, "kql_arg_min"),
    udafs: &[best_row::arg_min],
};

pub static OLD_ARGMAX: Definition = Definition {
    name: "argmax",
    aliases: &[],
    summary: "The older arg_max: it names the other values v_w.",
    examples: &[Example {
        kql: "datatable(v:long, w:string)[1, 'a', 3, 'b'] | summarize argmax(v, w) | project v, v_w",
        rows: r#"[[3, "b"]]"#,
    }],
    signature: PARAMETERS,
    predicate: None,
    naming: Naming::OldExtreme("max"),
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: |call| best(call, "kql_arg_max"),
    udafs: &[best_row::arg_max],
};

pub static OLD_ARGMIN: Definition = Definition {
    name: "argmin",
    aliases: &[],
    summary: "The older arg_min: it names the other values v_w.",
    examples: &[Example {
        kql: "datatable(v:long, w:string)[1, 'a', 3, 'b'] | summarize argmin(v, w) | project v, v_w",
        rows: r#"[[1, "a"]]"#,
    }],
    signature: PARAMETERS,
    predicate: None,
    naming: Naming::OldExtreme("min"),
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: |call| best(call, "kql_arg_min"),
    udafs: &[best_row::arg_min],
};

/// `name('type,…', ordinal, key, carried, …)`
pub fn best(call: &Call, name: &str) -> Result<Sql, ArgumentFault> {
    let types: Vec<&str> = call.arguments.iter().map(|a| a.ty.name()).collect();
    let mut arguments = vec![sql::text(&types.join(",")), call.ordinal()];
    arguments.extend(call.arguments.iter().map(|a| a.sql.clone()));
    Ok(call.aggregate(name, arguments))
}
