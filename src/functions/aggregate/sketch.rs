//! `hll`, `hll_if`, `hll_merge`, `tdigest`, `tdigest_merge`: what later counts distinct values and finds
//! percentiles.
//!
//! Kusto keeps estimates, whose form it does not tell. Here they are exact: an array of the hashes of the
//! distinct values, and an array of the values. Of nothing they are null. What is in a file from Kusto is none
//! of these.

use super::collect;
use super::definition::{Call, Definition, Naming, dynamic};
use crate::functions::{
    Accepts, ArgumentFault, Example, Parameter, Signature, Sql, SqlArgument, registry, sql,
};
use crate::symbols::ScalarType;

const EXPR: Parameter = Parameter::new("expr", Accepts::Any);
const ACCURACY: Parameter = Parameter::new("accuracy", Accepts::Integer).optional();
const NUMBER: Parameter = Parameter::new(
    "expr",
    Accepts::OneOf(&[
        ScalarType::Int,
        ScalarType::Long,
        ScalarType::Real,
        ScalarType::Decimal,
    ]),
);
const SKETCH: Parameter = Parameter::new("expr", Accepts::Exactly(ScalarType::Dynamic));

macro_rules! sketch {
    ($static:ident, $name:literal, $aliases:expr, $signature:expr, $predicate:expr, $naming:literal, $sql:expr, $summary:literal, $kql:literal, $rows:literal) => {
        pub static $static: Definition = Definition {
            name: $name,
            aliases: $aliases,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new($signature),
            predicate: $predicate,
            naming: Naming::Prefixed($naming),
            types: dynamic,
            ordered: false,
            null_strings: true,
            sql: $sql,
            udafs: &[collect::all_distinct, collect::all_values],
        };
    };
}

sketch!(
    HLL,
    "hll",
    &[],
    &[EXPR, ACCURACY],
    None,
    "hll",
    hashes,
    "What `dcount_hll` and `hll_merge` read.",
    "range x from 1 to 9 step 1 | summarize h = hll(x % 4) | project dcount_hll(h)",
    "[[4]]"
);
sketch!(
    HLL_IF,
    "hll_if",
    &[],
    &[
        EXPR,
        Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool)),
        ACCURACY
    ],
    Some(1),
    "hll",
    hashes,
    "What `dcount_hll` and `hll_merge` read, of the rows for which a predicate is true.",
    "range x from 1 to 9 step 1 | summarize h = hll_if(x, x > 6) | project dcount_hll(h)",
    "[[3]]"
);
sketch!(
    HLL_MERGE,
    "hll_merge",
    &[],
    &[SKETCH],
    None,
    "hll_merge",
    |call| gathered(call, "kql_all_distinct", "dynamic", call.sql(0)?),
    "Several results of `hll` as one.",
    "range x from 1 to 9 step 1 | summarize h = hll(x) by x % 2 | summarize h = hll_merge(h) | project dcount_hll(h)",
    "[[9]]"
);
sketch!(
    TDIGEST,
    "tdigest",
    &[],
    &[NUMBER],
    None,
    "tdigest",
    |call| gathered(
        call,
        "kql_all_values",
        call.argument(0)?.ty.name(),
        call.sql(0)?
    ),
    "What `percentile_tdigest` and `tdigest_merge` read.",
    "range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50)",
    "[[5.0]]"
);
sketch!(
    TDIGEST_MERGE,
    "tdigest_merge",
    &["merge_tdigest", "merge_tdigests"],
    &[SKETCH],
    None,
    "merge_tdigests",
    |call| gathered(call, "kql_all_values", "dynamic", call.sql(0)?),
    "Several results of `tdigest` as one.",
    "range x from 1 to 9 step 1 | summarize t = tdigest(x) by x % 2 | summarize t = tdigest_merge(t) | project percentile_tdigest(t, 50)",
    "[[5.0]]"
);

/// The hashes of the values' texts; null has none.
fn hashes(call: &Call) -> Result<Sql, ArgumentFault> {
    let argument = call.argument(0)?;
    let text = match argument.ty {
        ScalarType::String => sql::coalesce(vec![argument.sql.clone(), sql::text("")]),
        ScalarType::Guid | ScalarType::Dynamic => argument.sql.clone(),
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::DateTime
        | ScalarType::TimeSpan => {
            let given = SqlArgument {
                constant: None,
                ..argument.clone()
            };
            registry::scalar("tostring")
                .ok_or_else(|| ArgumentFault::unsupported("tostring is not supported"))?
                .sql(&[given], ScalarType::String)?
        }
    };
    // tostring gives "" for null, which has no hash of its own.
    let hash = sql::case(
        vec![(
            sql::is_null(argument.sql.clone()),
            match argument.ty {
                ScalarType::String => sql::call("kql_hash_text", vec![sql::text("")]),
                ScalarType::Bool
                | ScalarType::Int
                | ScalarType::Long
                | ScalarType::Real
                | ScalarType::Decimal
                | ScalarType::DateTime
                | ScalarType::TimeSpan
                | ScalarType::Guid
                | ScalarType::Dynamic => sql::typed_null(ScalarType::Long),
            },
        )],
        sql::call("kql_hash_text", vec![text]),
    );
    gathered(call, "kql_all_distinct", "long", hash)
}

fn gathered(call: &Call, udaf: &str, ty: &str, value: Sql) -> Result<Sql, ArgumentFault> {
    let unnumbered = sql::typed_null(ScalarType::Long);
    let arguments = vec![sql::text(ty), value, sql::long(i64::MAX), unnumbered];
    let found = call.aggregate(udaf, arguments);
    Ok(sql::call("nullif", vec![found, sql::text("[]")]))
}
