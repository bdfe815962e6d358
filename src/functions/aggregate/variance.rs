//! `variance`, `variancep`, `varianceif`, `stdev`, `stdevp`, `stdevif`: spread, of a sample or of the
//! whole population (`…p`).
//!
//! 0 of one value, and of none. Sums are exact, so the order of the rows does not show.

use super::definition::{Call, Definition, Naming, real};
use super::moments;
use super::sum::SUMMABLE;
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

const PLAIN: Signature = Signature::new(&[Parameter::new("expr", SUMMABLE)]);
const FILTERED: Signature = Signature::new(&[
    Parameter::new("expr", SUMMABLE),
    Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool)),
]);

pub static VARIANCE: Definition = Definition {
    name: "variance",
    aliases: &[],
    summary: "The variance of the values, as a sample.",
    examples: &[Example {
        kql: "range x from 1 to 6 step 1 | summarize variance(x)",
        rows: "[[3.5]]",
    }],
    signature: PLAIN,
    predicate: None,
    naming: Naming::Prefixed("variance"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_variance"),
    udafs: &[moments::variance],
};

pub static VARIANCEP: Definition = Definition {
    name: "variancep",
    aliases: &[],
    summary: "The variance of the values, as the whole population.",
    examples: &[Example {
        kql: "range x from 1 to 5 step 1 | summarize variancep(x)",
        rows: "[[2.0]]",
    }],
    signature: PLAIN,
    predicate: None,
    naming: Naming::Prefixed("variancep"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_variancep"),
    udafs: &[moments::variancep],
};

pub static VARIANCEIF: Definition = Definition {
    name: "varianceif",
    aliases: &[],
    summary: "The variance of the values in the rows for which a predicate is true, as a sample.",
    examples: &[Example {
        kql: "range x from 1 to 9 step 1 | summarize varianceif(x, x < 7)",
        rows: "[[3.5]]",
    }],
    signature: FILTERED,
    predicate: Some(1),
    naming: Naming::Prefixed("varianceif"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_variance"),
    udafs: &[moments::variance],
};

pub static VARIANCEPIF: Definition = Definition {
    name: "variancepif",
    aliases: &[],
    summary: "The variance of the values in the rows for which a predicate is true, as the whole population.",
    examples: &[Example {
        kql: "range x from 1 to 9 step 1 | summarize variancepif(x, x < 5)",
        rows: "[[1.25]]",
    }],
    signature: FILTERED,
    predicate: Some(1),
    naming: Naming::Prefixed("variancepif"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_variancep"),
    udafs: &[moments::variancep],
};

pub static STDEV: Definition = Definition {
    name: "stdev",
    aliases: &[],
    summary: "The standard deviation of the values, as a sample.",
    examples: &[Example {
        kql: "range x from 1 to 6 step 1 | summarize stdev(x)",
        rows: "[[1.8708286933869707]]",
    }],
    signature: PLAIN,
    predicate: None,
    naming: Naming::Prefixed("stdev"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_stdev"),
    udafs: &[moments::stdev],
};

pub static STDEVP: Definition = Definition {
    name: "stdevp",
    aliases: &[],
    summary: "The standard deviation of the values, as the whole population.",
    examples: &[Example {
        kql: "range x from 1 to 6 step 1 | summarize stdevp(x)",
        rows: "[[1.707825127669692]]",
    }],
    signature: PLAIN,
    predicate: None,
    naming: Naming::Prefixed("stdevp"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_stdevp"),
    udafs: &[moments::stdevp],
};

pub static STDEVIF: Definition = Definition {
    name: "stdevif",
    aliases: &[],
    summary: "The standard deviation of the values in the rows for which a predicate is true, as a sample.",
    examples: &[Example {
        kql: "range x from 1 to 9 step 1 | summarize stdevif(x, x < 7)",
        rows: "[[1.8708286933869707]]",
    }],
    signature: FILTERED,
    predicate: Some(1),
    naming: Naming::Prefixed("stdevif"),
    types: real,
    ordered: false,
    null_strings: true,
    sql: |call| spread(call, "kql_stdev"),
    udafs: &[moments::stdev],
};

fn spread(call: &Call, name: &str) -> Result<Sql, ArgumentFault> {
    let x = sql::cast(call.sql(0)?, ScalarType::Real);
    Ok(call.aggregate(name, vec![x]))
}
