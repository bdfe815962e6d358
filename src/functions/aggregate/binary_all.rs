//! `binary_all_and`, `binary_all_or`, `binary_all_xor`: whole numbers combined bit by bit.
//!
//! Nulls are skipped; null of nothing.

use super::definition::{Definition, Naming, same_type};
use crate::functions::{Accepts, Example, Parameter, Signature};

const INTEGER: Signature = Signature::new(&[Parameter::new("expr", Accepts::Integer)]);

pub static BINARY_ALL_AND: Definition = Definition {
    name: "binary_all_and",
    aliases: &[],
    summary: "The bits that all values have.",
    examples: &[Example {
        kql: "datatable(x:long)[7, 13] | summarize binary_all_and(x)",
        rows: "[[5]]",
    }],
    signature: INTEGER,
    predicate: None,
    naming: Naming::FirstArgument,
    types: same_type,
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("bit_and", vec![call.sql(0)?])),
    udafs: &[],
};

pub static BINARY_ALL_OR: Definition = Definition {
    name: "binary_all_or",
    aliases: &[],
    summary: "The bits that any value has.",
    examples: &[Example {
        kql: "datatable(x:long)[5, 10] | summarize binary_all_or(x)",
        rows: "[[15]]",
    }],
    signature: INTEGER,
    predicate: None,
    naming: Naming::FirstArgument,
    types: same_type,
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("bit_or", vec![call.sql(0)?])),
    udafs: &[],
};

pub static BINARY_ALL_XOR: Definition = Definition {
    name: "binary_all_xor",
    aliases: &[],
    summary: "The bits that an odd number of values have.",
    examples: &[Example {
        kql: "datatable(x:long)[5, 3, 3] | summarize binary_all_xor(x)",
        rows: "[[5]]",
    }],
    signature: INTEGER,
    predicate: None,
    naming: Naming::FirstArgument,
    types: same_type,
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("bit_xor", vec![call.sql(0)?])),
    udafs: &[],
};
