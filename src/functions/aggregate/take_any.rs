//! `take_any`, `take_anyif` and the older `any`, `anyif`: values of some row.
//!
//! The first row where the rows have an order, else the one whose values are least. With one argument the
//! row is one whose value is neither null nor `""`, where there is such a row.

use super::arg_max::best;
use super::best_row;
use super::definition::{Call, Definition, Naming, each_type, same_type};
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql};
use crate::symbols::ScalarType;

const EXPR: Parameter = Parameter::new("expr", Accepts::Any);
const PREDICATE: Parameter = Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool));

pub static TAKE_ANY: Definition = Definition {
    name: "take_any",
    aliases: &[],
    summary: "The values of some row.",
    examples: &[
        Example {
            kql: "datatable(x:string)['', 'b', 'a'] | summarize take_any(x)",
            rows: r#"[["b"]]"#,
        },
        Example {
            kql: "datatable(x:long, y:string)[1, 'a', 2, 'b'] | summarize take_any(x, y)",
            rows: r#"[[1, "a"]]"#,
        },
    ],
    signature: Signature::repeating(&[EXPR], 1),
    predicate: None,
    naming: Naming::Sample,
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: sample,
    udafs: &[best_row::take_any, best_row::take_value],
};

pub static OLD_ANY: Definition = Definition {
    name: "any",
    aliases: &[],
    summary: "The older take_any: it names a single result any_x.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 2] | summarize any(x) | project any_x",
        rows: "[[1]]",
    }],
    signature: Signature::repeating(&[EXPR], 1),
    predicate: None,
    naming: Naming::OldSample,
    types: each_type,
    ordered: true,
    null_strings: true,
    sql: sample,
    udafs: &[best_row::take_any, best_row::take_value],
};

pub static TAKE_ANYIF: Definition = Definition {
    name: "take_anyif",
    aliases: &[],
    summary: "The value of some row for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 2, 3] | summarize take_anyif(x, x > 1)",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE]),
    predicate: Some(1),
    naming: Naming::FirstArgument,
    types: same_type,
    ordered: true,
    null_strings: true,
    sql: sample,
    udafs: &[best_row::take_value],
};

pub static OLD_ANYIF: Definition = Definition {
    name: "anyif",
    aliases: &[],
    summary: "The older take_anyif: it names the result anyif_x.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 2, 3] | summarize anyif(x, x > 1) | project anyif_x",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE]),
    predicate: Some(1),
    naming: Naming::Prefixed("anyif"),
    types: same_type,
    ordered: true,
    null_strings: true,
    sql: sample,
    udafs: &[best_row::take_value],
};

fn sample(call: &Call) -> Result<Sql, ArgumentFault> {
    match call.arguments.len() {
        1 => best(call, "kql_take_value"),
        _ => best(call, "kql_take_any"),
    }
}
