//! What reads the results of `hll` and `tdigest`: `dcount_hll`, `percentile_tdigest`, `rank_tdigest` and kin.
//!
//! In: an array of hashes, or of numbers. Out: numbers. What always holds: anything else, such as the
//! form in which Kusto itself keeps them, gives null.

use std::collections::HashSet;

use crate::functions::json::{self, Kind, Node, Number};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Bool, Long, Real, Text, map_all, map1, map1_nullable, map2};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, Value, sql,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &DCOUNT_HLL,
        &HLL_ISVALID,
        &TDIGEST_ISVALID,
        &MERGE_TDIGEST,
        &HLL_MERGE,
        &RANK,
        &PERCENTRANK,
        &PERCENTILE,
        &PERCENTILES,
    ]
}

const DYNAMIC: Accepts = Accepts::Exactly(Ty::Dynamic);

fn elements(text: &str) -> Option<Vec<Node<'_>>> {
    let node = json::trusted(text);
    (node.kind() == Kind::Array).then(|| node.elements().collect())
}

/// The hashes.
fn hashes(text: &str) -> Option<Vec<Node<'_>>> {
    elements(text).filter(|all| {
        all.iter()
            .all(|n| matches!(n.number(), Some(Number::Long(_))))
    })
}

/// The numbers in their order.
fn numbers(text: &str) -> Option<Vec<f64>> {
    let all: Option<Vec<f64>> = elements(text)?
        .into_iter()
        .map(|node| {
            Some(match node.number()? {
                Number::Long(n) => n as f64,
                Number::Real(x) => x,
            })
        })
        .collect();
    let mut all = all?;
    all.sort_by(f64::total_cmp);
    Some(all)
}

/// The least number that `percent` of them do not exceed.
fn at_percentile(numbers: &[f64], percent: f64) -> Option<f64> {
    let rank = (percent / 100.0 * numbers.len() as f64).ceil().max(1.0);
    numbers
        .get((rank as usize).min(numbers.len()).checked_sub(1)?)
        .copied()
}

macro_rules! reader {
    ($static:ident, $name:literal, $aliases:expr, [$($parameter:expr),*], $udf:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: $aliases,
            category: Category::Other,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[$($parameter),*]),
            gives: Gives::Always($udf.output),
            form: Form::Udf($udf),
        };
    };
}

reader!(
    DCOUNT_HLL,
    "dcount_hll",
    &[],
    [Parameter::new("hll", DYNAMIC)],
    Udf::new("kql_dcount_hll", &[Ty::Dynamic], Ty::Long, |a, n| {
        map1::<Text, Long>(a, n, |text| i64::try_from(hashes(text)?.len()).ok())
    }),
    "How many distinct values `hll` has met.",
    "range x from 1 to 5 step 1 | summarize h = hll(x) | project dcount_hll(h)",
    "[[5]]"
);
reader!(
    HLL_ISVALID,
    "hll_isvalid",
    &[],
    [Parameter::new("hll", DYNAMIC)],
    Udf::new("kql_hll_isvalid", &[Ty::Dynamic], Ty::Bool, |a, n| {
        map1_nullable::<Text, Bool>(a, n, |text| Some(text.and_then(hashes).is_some()))
    }),
    "Whether a value is a result of `hll`.",
    "print hll_isvalid(dynamic(\"x\"))",
    "[[false]]"
);
reader!(
    TDIGEST_ISVALID,
    "tdigest_isvalid",
    &[],
    [Parameter::new("tdigest", DYNAMIC)],
    Udf::new("kql_tdigest_isvalid", &[Ty::Dynamic], Ty::Bool, |a, n| {
        map1_nullable::<Text, Bool>(a, n, |text| Some(text.and_then(numbers).is_some()))
    }),
    "Whether a value is a result of `tdigest`.",
    "print tdigest_isvalid(dynamic(\"x\"))",
    "[[false]]"
);
reader!(
    RANK,
    "rank_tdigest",
    &[],
    [
        Parameter::new("tdigest", DYNAMIC),
        Parameter::new("value", Accepts::Number)
    ],
    Udf::new(
        "kql_rank_tdigest",
        &[Ty::Dynamic, Ty::Real],
        Ty::Real,
        |a, n| {
            map2::<Text, Real, Real>(a, n, |text, value| {
                Some(numbers(text)?.partition_point(|x| *x <= value) as f64)
            })
        }
    ),
    "How many of the values are at most this one.",
    "range x from 1 to 1000 step 1 | summarize t = tdigest(x) | project rank_tdigest(t, 685)",
    "[[685.0]]"
);
reader!(
    PERCENTRANK,
    "percentrank_tdigest",
    &[],
    [
        Parameter::new("tdigest", DYNAMIC),
        Parameter::new("value", Accepts::Number)
    ],
    Udf::new(
        "kql_percentrank_tdigest",
        &[Ty::Dynamic, Ty::Real],
        Ty::Real,
        |a, n| {
            map2::<Text, Real, Real>(a, n, |text, value| {
                let numbers = numbers(text)?;
                let below = numbers.partition_point(|x| *x <= value) as f64;
                Some(100.0 * below / numbers.len() as f64)
            })
        }
    ),
    "How many percent of the values are at most this one.",
    "range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentrank_tdigest(t, 4)",
    "[[40.0]]"
);
/// Arguments: a sketch, then percentiles, arrays of them, and the name of a type.
fn percentiles(arguments: &[Option<&str>]) -> Option<String> {
    let (sketch, rest) = arguments.split_first()?;
    let known = numbers((*sketch)?)?;
    let mut whole = false;
    let mut percents: Vec<f64> = Vec::new();
    for argument in rest {
        let node = json::trusted((*argument)?);
        match node.string() {
            Some(ty) => whole = matches!(Ty::from_name(&ty), Some(Ty::Int | Ty::Long)),
            None => percents.extend(match elements(node.text()) {
                Some(array) => array
                    .into_iter()
                    .map(percent)
                    .collect::<Option<Vec<f64>>>()?,
                None => vec![percent(node)?],
            }),
        }
    }
    let mut out = json::Array::default();
    for percent in percents {
        match at_percentile(&known, percent) {
            Some(x) if whole => out.push(&(x as i64).to_string()),
            Some(x) => out.push(&json::real_text(x)),
            None => out.push("null"),
        }
    }
    Some(out.finish())
}

fn percent(node: Node<'_>) -> Option<f64> {
    Some(match node.number()? {
        Number::Long(n) => n as f64,
        Number::Real(x) => x,
    })
}

static PERCENTILES: Definition = Definition {
    name: "percentiles_array_tdigest",
    aliases: &["percentile_array_tdigest"],
    category: Category::Other,
    summary: "The values at several percentiles, as an array, whole where `typeof(long)` or `typeof(int)` is given.",
    examples: &[
        Example {
            kql: "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, dynamic([5, 50]))",
            rows: "[[[5.0, 50.0]]]",
        },
        Example {
            kql: "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, 5, 50), percentiles_array_tdigest(t, range(0, 100, 50), typeof(int))",
            rows: "[[[5.0, 50.0], [1, 50, 100]]]",
        },
    ],
    signature: Signature::repeating(
        &[
            Parameter::new("tdigest", DYNAMIC),
            Parameter::new("percentile", Accepts::Any),
        ],
        1,
    ),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(
        Udf::new(
            "kql_percentiles_array_tdigest",
            &[Ty::Dynamic],
            Ty::Dynamic,
            |a, n| map_all::<Text, Text>(a, n, percentiles),
        )
        .variadic(),
    ),
};

static HLL_MERGE: Definition = Definition {
    name: "hll_merge",
    aliases: &[],
    category: Category::Other,
    summary: "Several results of `hll` in one row as one.",
    examples: &[Example {
        kql: "range x from 1 to 10 step 1 | summarize a = hll(x), b = hll(x + 4) | project dcount_hll(hll_merge(a, b))",
        rows: "[[14]]",
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("first", DYNAMIC),
            Parameter::new("next", DYNAMIC),
        ],
        1,
    ),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(
        Udf::new("kql_hll_merge", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
            map_all::<Text, Text>(a, n, |all| {
                let mut out = json::Array::default();
                let mut seen = HashSet::new();
                for text in all.iter().flatten() {
                    for hash in hashes(text)? {
                        if seen.insert(hash.text()) {
                            out.push(hash.text());
                        }
                    }
                }
                Some(out.finish())
            })
        })
        .variadic(),
    ),
};

static MERGE_TDIGEST: Definition = Definition {
    name: "merge_tdigest",
    aliases: &["merge_tdigests", "tdigest_merge"],
    category: Category::Other,
    summary: "Several results of `tdigest` as one.",
    examples: &[Example {
        kql: "range x from 1 to 10 step 1 | summarize a = tdigest(x), b = tdigest(x + 10) | project percentile_tdigest(tdigest_merge(a, b), 100, typeof(long))",
        rows: "[[20]]",
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("first", DYNAMIC),
            Parameter::new("next", DYNAMIC),
        ],
        1,
    ),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(
        Udf::new("kql_merge_tdigest", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
            map_all::<Text, Text>(a, n, |all| {
                let mut out = json::Array::default();
                for text in all.iter().flatten() {
                    for element in elements(text)? {
                        out.push(element.text());
                    }
                }
                Some(out.finish())
            })
        })
        .variadic(),
    ),
};

const AT_PERCENTILE: Udf = Udf::new(
    "kql_percentile_tdigest",
    &[Ty::Dynamic, Ty::Real],
    Ty::Real,
    |a, n| {
        map2::<Text, Real, Real>(a, n, |text, percent| {
            at_percentile(&numbers(text)?, percent)
        })
    },
);

static PERCENTILE: Definition = Definition {
    name: "percentile_tdigest",
    aliases: &[],
    category: Category::Other,
    summary: "The value at a percentile, as the type that is asked for.",
    examples: &[Example {
        kql: "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 95), percentile_tdigest(t, 5, typeof(long))",
        rows: "[[95.0, 5]]",
    }],
    signature: Signature::new(&[
        Parameter::new("tdigest", DYNAMIC),
        Parameter::new("percentile", Accepts::Number),
        Parameter::new("type", Accepts::Exactly(Ty::String))
            .optional()
            .constant(),
    ]),
    gives: Gives::Of(result_type),
    form: Form::Sql {
        sql: |arguments: &[SqlArgument], result| -> Result<Sql, ArgumentFault> {
            let value = AT_PERCENTILE.call(arguments.get(..2).unwrap_or(arguments))?;
            Ok(match result {
                Ty::Real => value,
                Ty::Bool
                | Ty::Int
                | Ty::Long
                | Ty::Decimal
                | Ty::String
                | Ty::DateTime
                | Ty::TimeSpan
                | Ty::Guid
                | Ty::Dynamic => sql::cast(value, result),
            })
        },
        udfs: || vec![AT_PERCENTILE.build()],
    },
};

fn result_type(arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
    match arguments.get(2).and_then(|a| a.constant) {
        None => Ok(Ty::Real),
        Some(Value::String(name)) => match Ty::from_name(name) {
            Some(ty @ (Ty::Real | Ty::Long | Ty::Int | Ty::DateTime | Ty::TimeSpan)) => Ok(ty),
            Some(_) | None => Err(ArgumentFault::at(
                2,
                format!("`{name}` is not a type of numbers"),
            )),
        },
        Some(_) => Err(ArgumentFault::at(
            2,
            "a type must stand here: `typeof(long)`",
        )),
    }
}
