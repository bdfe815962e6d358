//! `make_list`, `make_list_if`, `make_list_with_nulls`: all values as an array.
//!
//! In the rows' order where they have one, else by value. Nulls are left out, but a null dynamic is kept
//! as JSON null; a dynamic array gives its elements. The older `makelist` stops at 128 elements where nothing
//! else is said.

use super::collect;
use super::definition::{Definition, Naming, dynamic};
use super::make_set::{EXPR, MAX_SIZE, OLD_MOST, PREDICATE, collection, collection_of};
use crate::functions::{Example, Signature};

pub static MAKE_LIST: Definition = Definition {
    name: "make_list",
    aliases: &[],
    summary: "An array of all values.",
    examples: &[
        Example {
            kql: "datatable(x:long)[3, 1, long(null), 3] | summarize make_list(x)",
            rows: "[[[3, 1, 3]]]",
        },
        Example {
            kql: "datatable(x:dynamic)[dynamic([1, 2]), dynamic(null), dynamic('a')] | summarize make_list(x)",
            rows: r#"[[[1, 2, null, "a"]]]"#,
        },
    ],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("list"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection(call, "kql_make_list"),
    udafs: &[collect::make_list],
};

pub static OLD_MAKELIST: Definition = Definition {
    name: "makelist",
    aliases: &[],
    summary: "The older make_list: 128 elements unless it is told how many.",
    examples: &[Example {
        kql: "range x from 1 to 200 step 1 | summarize a = makelist(x), b = makelist(x, 150) | project array_length(a), array_length(b)",
        rows: "[[128, 150]]",
    }],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("list"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection_of(call, "kql_make_list", OLD_MOST),
    udafs: &[collect::make_list],
};

pub static MAKE_LIST_IF: Definition = Definition {
    name: "make_list_if",
    aliases: &[],
    summary: "An array of the values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[5, 1, 5, 7] | summarize make_list_if(x, x > 4)",
        rows: "[[[5, 5, 7]]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE, MAX_SIZE]),
    predicate: Some(1),
    naming: Naming::Prefixed("list"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection(call, "kql_make_list"),
    udafs: &[collect::make_list],
};

pub static MAKE_LIST_WITH_NULLS: Definition = Definition {
    name: "make_list_with_nulls",
    aliases: &[],
    summary: "An array of all values, nulls included.",
    examples: &[Example {
        kql: "datatable(x:long)[3, long(null), 1] | summarize make_list_with_nulls(x)",
        rows: "[[[3, null, 1]]]",
    }],
    signature: Signature::new(&[EXPR]),
    predicate: None,
    naming: Naming::Prefixed("list"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| collection(call, "kql_make_list_with_nulls"),
    udafs: &[collect::make_list_with_nulls],
};
