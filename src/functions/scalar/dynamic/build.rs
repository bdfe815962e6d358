//! Dynamics from scalars: `pack_array`, `bag_pack`, `range`, `repeat`; and back: `dynamic_to_json`.

use super::dynamic_function;
use crate::functions::json::{self, Bag};
use crate::functions::scalar::conversion::dynamic::to_string;
use crate::functions::scalar::conversion::{convert, udfs_into};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::operator::wider;
use crate::functions::scalar::rows::{
    Long, Real, Text, map_all, map1_nullable, map2_nullable, map3,
};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::{ScalarType as Ty, TICKS_PER_SECOND};
use crate::syntax::ticks::{datetime_text, timespan_text};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&PACK_ARRAY, &BAG_PACK, &PACK_ALL, &REPEAT, &RANGE, &TO_JSON]
}

dynamic_function!(
    PACK_ARRAY,
    "pack_array",
    &[],
    [Parameter::new("value", Accepts::Any)],
    1,
    Udf::new("kql_pack_array", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, |values| {
            let values = values
                .iter()
                .map(|value| json::compact(value.unwrap_or("null")));
            Some(values.collect::<json::Array>().finish())
        })
    })
    .variadic(),
    "An array of the arguments.",
    "print pack_array(1, \"a\", 2s, int(null))",
    r#"[[[1, "a", "00:00:02", null]]]"#
);

fn pack(arguments: &[Option<&str>]) -> Option<String> {
    let mut out = Bag::default();
    for pair in arguments.chunks_exact(2) {
        let key = to_string(pair[0].unwrap_or("null"));
        out.push(&key, &json::compact(pair[1].unwrap_or("null")));
    }
    Some(out.finish())
}

dynamic_function!(
    BAG_PACK,
    "bag_pack",
    &["pack", "pack_dictionary"],
    [
        Parameter::new("key", Accepts::Any),
        Parameter::new("value", Accepts::Any)
    ],
    2,
    Udf::new("kql_bag_pack", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, pack)
    })
    .variadic(),
    "A bag of pairs of a key and a value.",
    "print bag_pack(\"name\", \"alice\", \"age\", 30, \"none\", int(null))",
    r#"[[{"name": "alice", "age": 30, "none": null}]]"#
);

/// As `pack`, without the pairs whose value is null or an empty text.
fn pack_filled(arguments: &[Option<&str>]) -> Option<String> {
    let mut out = Bag::default();
    for pair in arguments.chunks_exact(2) {
        let Some(value) = pair[1].filter(|value| !matches!(*value, "null" | "\"\"")) else {
            continue;
        };
        out.push(&to_string(pair[0].unwrap_or("null")), &json::compact(value));
    }
    Some(out.finish())
}

// A query gives `pack_all` no pairs: the binder makes them of the row's columns. Without `true` it is `bag_pack`.
dynamic_function!(
    PACK_ALL,
    "pack_all",
    &[],
    [
        Parameter::new("key", Accepts::Any),
        Parameter::new("value", Accepts::Any)
    ],
    2,
    Udf::new("kql_pack_all", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, pack_filled)
    })
    .variadic(),
    "A bag of the row's columns; with `true`, of those that are neither null nor empty.",
    "datatable(a: long, b: string, c: long) [1, \"\", long(null)] | project all = pack_all(), filled = pack_all(true)",
    r#"[[{"a": 1, "b": "", "c": null}, {"a": 1}]]"#
);

/// The most elements that Kusto makes.
const MAX_ELEMENTS: usize = 1_048_576;

fn repeated(value: Option<&str>, count: i64) -> Option<String> {
    let count = usize::try_from(count).ok()?.min(MAX_ELEMENTS);
    let value = json::compact(value.unwrap_or("null"));
    Some(
        std::iter::repeat_n(value, count)
            .collect::<json::Array>()
            .finish(),
    )
}

dynamic_function!(
    REPEAT,
    "repeat",
    &[],
    [
        Parameter::new("value", Accepts::Any),
        Parameter::new("count", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_repeat",
        &[Ty::Dynamic, Ty::Long],
        Ty::Dynamic,
        |a, n| { map2_nullable::<Text, Long, Text>(a, n, |value, count| repeated(value, count?)) }
    ),
    "An array of one value, so many times.",
    "print repeat(1, 3)",
    "[[[1, 1, 1]]]"
);

/// The values from start to stop, both included.
fn steps(start: i64, stop: i64, step: i64, print: fn(i64) -> String) -> Option<String> {
    if step == 0 {
        return None;
    }
    let inside = |value: &i64| {
        if step > 0 {
            *value <= stop
        } else {
            *value >= stop
        }
    };
    let values = std::iter::successors(Some(start), |value| value.checked_add(step))
        .take_while(inside)
        .take(MAX_ELEMENTS);
    Some(values.map(print).collect::<json::Array>().finish())
}

fn real_steps(start: f64, stop: f64, step: f64) -> Option<String> {
    if step == 0.0 || !step.is_finite() {
        return None;
    }
    // Multiples, lest the sum of many small errors decides about the last one.
    let values = (0..MAX_ELEMENTS)
        .map(|i| start + i as f64 * step)
        .take_while(|value| {
            if step > 0.0 {
                *value <= stop
            } else {
                *value >= stop
            }
        });
    Some(
        values
            .map(json::real_text)
            .collect::<json::Array>()
            .finish(),
    )
}

const RANGE_LONG: Udf = Udf::new(
    "kql_range",
    &[Ty::Long, Ty::Long, Ty::Long],
    Ty::Dynamic,
    |a, n| map3::<Long, Long, Long, Text>(a, n, |x, y, s| steps(x, y, s, |v| v.to_string())),
);
const RANGE_REAL: Udf = Udf::new(
    "kql_range_real",
    &[Ty::Real, Ty::Real, Ty::Real],
    Ty::Dynamic,
    |a, n| map3::<Real, Real, Real, Text>(a, n, real_steps),
);
const RANGE_DATETIME: Udf = Udf::new(
    "kql_range_datetime",
    &[Ty::DateTime, Ty::DateTime, Ty::TimeSpan],
    Ty::Dynamic,
    |a, n| {
        map3::<Long, Long, Long, Text>(a, n, |x, y, s| {
            steps(x, y, s, |v| json::string_text(&datetime_text(v)))
        })
    },
);
const RANGE_TIMESPAN: Udf = Udf::new(
    "kql_range_timespan",
    &[Ty::TimeSpan, Ty::TimeSpan, Ty::TimeSpan],
    Ty::Dynamic,
    |a, n| {
        map3::<Long, Long, Long, Text>(a, n, |x, y, s| {
            steps(x, y, s, |v| json::string_text(&timespan_text(v)))
        })
    },
);

/// The UDF for these types, and its step's type.
fn range_udf(types: &[Ty]) -> Result<&'static Udf, ArgumentFault> {
    let step = types.get(2).copied();
    match types {
        [Ty::DateTime, Ty::DateTime, ..] if step.is_none_or(|ty| ty == Ty::TimeSpan) => {
            Ok(&RANGE_DATETIME)
        }
        [Ty::TimeSpan, Ty::TimeSpan, ..] if step.is_none_or(|ty| ty == Ty::TimeSpan) => {
            Ok(&RANGE_TIMESPAN)
        }
        [first, rest @ ..] => {
            let numbers = rest.iter().try_fold(*first, |ty, next| wider(ty, *next));
            match numbers {
                Some(Ty::Int | Ty::Long) => Ok(&RANGE_LONG),
                Some(Ty::Real | Ty::Decimal) => Ok(&RANGE_REAL),
                Some(_) | None if types.contains(&Ty::Dynamic) => Ok(&RANGE_REAL),
                Some(_) | None => Err(ArgumentFault::call(
                    "range takes numbers, datetimes or timespans",
                )),
            }
        }
        [] => Err(ArgumentFault::call("range takes a start and a stop")),
    }
}

fn range_sql(arguments: &[SqlArgument], _: Ty) -> Result<Sql, ArgumentFault> {
    let types: Vec<_> = arguments.iter().map(|a| a.ty).collect();
    let udf = range_udf(&types)?;
    let mut given = arguments
        .iter()
        .zip(udf.inputs)
        .map(|(argument, ty)| convert(argument.sql.clone(), argument.ty, *ty))
        .collect::<Result<Vec<_>, _>>()?;
    if given.len() == 2 {
        given.push(match udf.inputs.last() {
            Some(Ty::TimeSpan) => sql::long(3_600 * TICKS_PER_SECOND),
            Some(Ty::Real) => sql::cast(sql::long(1), Ty::Real),
            _ => sql::long(1),
        });
    }
    Ok(sql::call(udf.name, given))
}

static RANGE: Definition = Definition {
    name: "range",
    aliases: &[],
    category: Category::Dynamic,
    summary: "An array of the values from a start to a stop by a step, 1 or 1h where none is given.",
    examples: &[Example {
        kql: "print range(1, 8, 3), range(2h, 0h, -1h)",
        rows: r#"[[[1, 4, 7], ["02:00:00", "01:00:00", "00:00:00"]]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("start", Accepts::Any),
        Parameter::new("stop", Accepts::Any),
        Parameter::new("step", Accepts::Any).optional(),
    ]),
    gives: Gives::Of(|arguments: &[Argument]| {
        let types: Vec<_> = arguments.iter().map(|a| a.ty).collect();
        range_udf(&types).map(|_| Ty::Dynamic)
    }),
    form: Form::Sql {
        sql: range_sql,
        udfs: || {
            let mut udfs: Vec<_> = [RANGE_LONG, RANGE_REAL, RANGE_DATETIME, RANGE_TIMESPAN]
                .iter()
                .map(Udf::build)
                .collect();
            udfs.extend(udfs_into(Ty::Real));
            udfs
        },
    },
};

dynamic_function!(
    TO_JSON,
    "dynamic_to_json",
    &[],
    [Parameter::new("value", Accepts::Exactly(Ty::Dynamic))],
    0,
    Udf::new("kql_dynamic_to_json", &[Ty::Dynamic], Ty::String, |a, n| {
        map1_nullable::<Text, Text>(a, n, |t| {
            Some(t.and_then(json::canonical).unwrap_or_default())
        })
    }),
    "The value as JSON text in one spelling: keys sorted, no white space.",
    "print dynamic_to_json(dynamic({\"b\": [2, 1], \"a\": 1}))",
    r#"[["{\"a\":1,\"b\":[2,1]}"]]"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let long = |x, y, s| steps(x, y, s, |v| v.to_string());
        assert_eq!(long(1, 8, 3).as_deref(), Some("[1,4,7]"));
        assert_eq!(long(3, 1, -1).as_deref(), Some("[3,2,1]"));
        assert_eq!(long(3, 1, 1).as_deref(), Some("[]"));
        assert_eq!(long(1, 2, 0), None);
        assert_eq!(long(i64::MAX, i64::MAX, 1), Some(format!("[{}]", i64::MAX)));
        assert_eq!(real_steps(0.0, 1.0, 0.5).as_deref(), Some("[0.0,0.5,1.0]"));
    }
}
