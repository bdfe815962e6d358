//! `dcount`, `dcountif`, `count_distinct`, `count_distinctif`: how many distinct values.
//!
//! Kusto's dcount is an estimate of the accuracy asked for; here the number is exact and the accuracy
//! changes nothing. Nulls do not count; `""` is a value and does.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::AggregateUDF;

use super::definition::{Call, Definition, Naming, long};
use super::distinct::Dcount;
use super::groups::Groups;
use super::udaf::{Shape, binary_state, literal_type, udaf};
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql};
use crate::symbols::ScalarType;

const EXPR: Parameter = Parameter::new("expr", Accepts::Any);
const PREDICATE: Parameter = Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool));
const ACCURACY: Parameter = Parameter::new("accuracy", Accepts::Any).optional();

pub static DCOUNT: Definition = Definition {
    name: "dcount",
    aliases: &[],
    summary: "The number of distinct values, exact where Kusto estimates.",
    examples: &[Example {
        kql: "datatable(x:string)['a', '', 'b', 'a'] | summarize dcount(x)",
        rows: "[[3]]",
    }],
    signature: Signature::new(&[EXPR, ACCURACY]),
    predicate: None,
    naming: Naming::Prefixed("dcount"),
    types: long,
    ordered: false,
    null_strings: true,
    sql: dcount,
    udafs: &[kql_dcount],
};

pub static DCOUNTIF: Definition = Definition {
    name: "dcountif",
    aliases: &[],
    summary: "The number of distinct values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 1, 2, 3] | summarize dcountif(x, x < 3)",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE, ACCURACY]),
    predicate: Some(1),
    naming: Naming::Prefixed("dcountif"),
    types: long,
    ordered: false,
    null_strings: true,
    sql: dcount,
    udafs: &[kql_dcount],
};

pub static COUNT_DISTINCT: Definition = Definition {
    name: "count_distinct",
    aliases: &[],
    summary: "The number of distinct values.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 1, long(null), 3] | summarize count_distinct(x)",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[EXPR]),
    predicate: None,
    naming: Naming::Prefixed("count_distinct"),
    types: long,
    ordered: false,
    null_strings: true,
    sql: dcount,
    udafs: &[kql_dcount],
};

pub static COUNT_DISTINCTIF: Definition = Definition {
    name: "count_distinctif",
    aliases: &[],
    summary: "The number of distinct values in the rows for which a predicate is true.",
    examples: &[Example {
        kql: "datatable(x:long)[1, 1, 2, 3] | summarize count_distinctif(x, x > 1)",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[EXPR, PREDICATE]),
    predicate: Some(1),
    naming: Naming::Prefixed("count_distinctif"),
    types: long,
    ordered: false,
    null_strings: true,
    sql: dcount,
    udafs: &[kql_dcount],
};

fn dcount(call: &Call) -> Result<Sql, ArgumentFault> {
    let arguments = vec![call.type_literal(0)?, call.sql(0)?];
    Ok(call.aggregate("kql_dcount", arguments))
}

/// `kql_dcount(type, x)`
fn kql_dcount() -> AggregateUDF {
    udaf(Shape {
        name: "kql_dcount",
        returns: |_| Ok(DataType::Int64),
        state: binary_state,
        create: |args| {
            let ty = literal_type(args, 0)?;
            Ok(Box::new(Groups::new(Dcount { ty })))
        },
    })
}
