//! `make_set`, `make_set_if`: the distinct values as an array.
//!
//! First seen first where the rows have an order, else by value. Nulls are left out; a dynamic array gives
//! its elements. The older `makeset` stops at 128 elements where nothing else is said.

use super::collect::{self, MOST};
use super::definition::{Call, Definition, Naming, dynamic};
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

pub const EXPR: Parameter = Parameter::new("expr", Accepts::Any);
pub const PREDICATE: Parameter = Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool));
/// The most elements of what the older makeset, makelist and make_dictionary give where nothing else is said.
///
/// Source: "make_set()", "make_list()" and "make_bag()" of Microsoft's reference.
pub const OLD_MOST: i64 = 128;
/// The most elements of the result.
pub const MAX_SIZE: Parameter = Parameter::new("maxSize", Accepts::Integer)
    .optional()
    .constant();

pub static MAKE_SET: Definition = Definition {
    name: "make_set",
    aliases: &[],
    summary: "An array of the distinct values.",
    examples: &[
        Example {
            kql: "datatable(x:string)['z', 'y', '', 'z'] | summarize make_set(x)",
            rows: r#"[[["z", "y", ""]]]"#,
        },
        Example {
            kql: "datatable(x:long)[1, 2, 1, long(null), 3] | summarize make_set(x, 2)",
            rows: "[[[1, 2]]]",
        },
    ],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("set"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection(call, "kql_make_set"),
    udafs: &[collect::make_set],
};

pub static OLD_MAKESET: Definition = Definition {
    name: "makeset",
    aliases: &[],
    summary: "The older make_set: 128 elements unless it is told how many.",
    examples: &[Example {
        kql: "range x from 1 to 200 step 1 | summarize a = makeset(x), b = makeset(x, 150) | project array_length(a), array_length(b)",
        rows: "[[128, 150]]",
    }],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("set"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection_of(call, "kql_make_set", OLD_MOST),
    udafs: &[collect::make_set],
};

pub static MAKE_SET_IF: Definition = Definition {
    name: "make_set_if",
    aliases: &[],
    summary: "An array of the distinct values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 5, 5, 7] | summarize make_set_if(x, x > 4)",
        rows: "[[[5, 7]]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE, MAX_SIZE]),
    predicate: Some(1),
    naming: Naming::Prefixed("set"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection(call, "kql_make_set"),
    udafs: &[collect::make_set],
};

/// `name(type, value, limit, ordinal)`
pub fn collection(call: &Call, name: &str) -> Result<Sql, ArgumentFault> {
    collection_of(call, name, MOST)
}

/// The same with another limit where the call names none.
pub fn collection_of(call: &Call, name: &str, default: i64) -> Result<Sql, ArgumentFault> {
    let limit = call.whole(1, default)?.clamp(0, MOST);
    let arguments = vec![
        call.type_literal(0)?,
        call.sql(0)?,
        sql::long(limit),
        call.ordinal(),
    ];
    Ok(call.aggregate(name, arguments))
}
