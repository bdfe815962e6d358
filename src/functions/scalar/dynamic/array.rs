//! What an array holds: its length, sum, parts.

use super::{array, array_of, dynamic_function, identity};
use crate::functions::json::{self, Kind, Number};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Long, Real, Text, map_all, map1, map2, map3};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &ARRAY_LENGTH,
        &ARRAY_SUM,
        &ARRAY_CONCAT,
        &ARRAY_SLICE,
        &ARRAY_SPLIT,
        &ARRAY_INDEX_OF,
        &ARRAY_IFF,
    ]
}

const DYNAMIC: Accepts = Accepts::Exactly(Ty::Dynamic);

dynamic_function!(
    ARRAY_LENGTH,
    "array_length",
    &["arraylength"],
    [Parameter::new("array", DYNAMIC)],
    0,
    Udf::new("kql_array_length", &[Ty::Dynamic], Ty::Long, |a, n| {
        map1::<Text, Long>(a, n, |t| i64::try_from(array(t)?.len()).ok())
    }),
    "How many elements an array has; null for what is no array.",
    "print array_length(dynamic([1, 2, \"x\"])), array_length(dynamic({}))",
    "[[3, null]]"
);

fn sum(text: &str) -> Option<f64> {
    array(text)?.into_iter().try_fold(0.0, |sum, node| {
        Some(
            sum + match node.number()? {
                Number::Long(n) => n as f64,
                Number::Real(x) => x,
            },
        )
    })
}

dynamic_function!(
    ARRAY_SUM,
    "array_sum",
    &[],
    [Parameter::new("array", DYNAMIC)],
    0,
    Udf::new("kql_array_sum", &[Ty::Dynamic], Ty::Real, |a, n| map1::<
        Text,
        Real,
    >(
        a, n, sum
    )),
    "The sum of an array of numbers; null where an element is none.",
    "print array_sum(dynamic([1, 2, 3.5]))",
    "[[6.5]]"
);

/// Nulls are left out; anything else that is no array makes the result null.
fn concat(arrays: &[Option<&str>]) -> Option<String> {
    let mut elements = Vec::new();
    for text in arrays.iter().flatten() {
        elements.extend(array(text)?);
    }
    Some(array_of(elements))
}

dynamic_function!(
    ARRAY_CONCAT,
    "array_concat",
    &[],
    [Parameter::new("array", DYNAMIC)],
    1,
    Udf::new("kql_array_concat", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, concat)
    })
    .variadic(),
    "One array of the elements of several.",
    "print array_concat(dynamic([1, 2]), dynamic([]), dynamic([3]))",
    "[[[1, 2, 3]]]"
);

/// A place counted from the start, held to `0 ..= length`.
fn place(index: i64, length: i64) -> i64 {
    let index = if index < 0 {
        index.saturating_add(length)
    } else {
        index
    };
    index.clamp(0, length)
}

fn slice(text: &str, start: i64, end: i64) -> Option<String> {
    let elements = array(text)?;
    let length = i64::try_from(elements.len()).ok()?;
    let last = if end < 0 {
        end.saturating_add(length)
    } else {
        end
    };
    let start = usize::try_from(place(start, length)).ok()?;
    let behind = usize::try_from(last.saturating_add(1).clamp(0, length)).ok()?;
    Some(array_of(
        elements
            .get(start..behind)
            .unwrap_or_default()
            .iter()
            .copied(),
    ))
}

dynamic_function!(
    ARRAY_SLICE,
    "array_slice",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("start", Accepts::Integer),
        Parameter::new("end", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_array_slice",
        &[Ty::Dynamic, Ty::Long, Ty::Long],
        Ty::Dynamic,
        |a, n| { map3::<Text, Long, Long, Text>(a, n, slice) }
    ),
    "The elements from one place to another, both included; negative places count from the end.",
    "print array_slice(dynamic([1, 2, 3, 4, 5]), -2, -1), array_slice(dynamic([1, 2, 3]), 0, 0)",
    "[[[4, 5], [1]]]"
);

fn split(text: &str, indices: &str) -> Option<String> {
    let elements = array(text)?;
    let length = i64::try_from(elements.len()).ok()?;
    let indices = json::trusted(indices);
    let places: Vec<i64> = match indices.kind() {
        Kind::Array => indices
            .elements()
            .map(|index| index.text().parse().ok())
            .collect::<Option<_>>()?,
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Object => {
            vec![indices.text().parse().ok()?]
        }
    };
    let mut parts = json::Array::default();
    let mut from = 0;
    for index in places.into_iter().chain([length]) {
        let to = usize::try_from(place(index, length)).ok()?.max(from);
        parts.push(&array_of(elements.get(from..to)?.iter().copied()));
        from = to;
    }
    Some(parts.finish())
}

dynamic_function!(
    ARRAY_SPLIT,
    "array_split",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("indices", Accepts::Any)
    ],
    0,
    Udf::new(
        "kql_array_split",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map2::<Text, Text, Text>(a, n, split) }
    ),
    "The array cut at one place or several.",
    "print array_split(dynamic([1, 2, 3, 4, 5]), dynamic([1, 3])), array_split(dynamic([1, 2]), 1)",
    "[[[[1], [2, 3], [4, 5]], [[1], [2]]]]"
);

/// Arguments: array, value, start, length (-1: to the end), occurrence.
fn index_of(arguments: &[Option<&str>]) -> Option<i64> {
    let elements = array((*arguments.first()?)?)?;
    let wanted = identity(arguments.get(1).copied().flatten().unwrap_or("null"));
    let number = |at: usize, default: i64| match arguments.get(at) {
        None => Some(default),
        Some(text) => (*text)?.parse::<i64>().ok(),
    };
    let length = i64::try_from(elements.len()).ok()?;
    let start = place(number(2, 0)?, length);
    let count = match number(3, -1)? {
        -1 => length,
        count => count,
    };
    let occurrence = usize::try_from(number(4, 1)?.checked_sub(1)?).ok()?;
    let found = elements
        .iter()
        .enumerate()
        .skip(usize::try_from(start).ok()?)
        .take(usize::try_from(count).ok()?)
        .filter(|(_, node)| identity(node.text()) == wanted)
        .nth(occurrence);
    found.map_or(Some(-1), |(at, _)| i64::try_from(at).ok())
}

dynamic_function!(
    ARRAY_INDEX_OF,
    "array_index_of",
    &["arrayindexof"],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("value", Accepts::Any),
        Parameter::new("start", Accepts::Integer).optional(),
        Parameter::new("length", Accepts::Integer).optional(),
        Parameter::new("occurrence", Accepts::Integer).optional()
    ],
    0,
    Udf::new("kql_array_index_of", &[Ty::Dynamic], Ty::Long, |a, n| {
        map_all::<Text, Long>(a, n, index_of)
    })
    .variadic(),
    "The place of a value in an array, from 0; -1 where it is not there.",
    "print array_index_of(dynamic([\"a\", \"b\", \"a\"]), \"a\", 1), array_index_of(dynamic([1]), 2)",
    "[[2, -1]]"
);

fn iff(condition: &str, then: &str, otherwise: &str) -> Option<String> {
    let (then, otherwise) = (json::trusted(then), json::trusted(otherwise));
    let choices = [then, otherwise].map(|node| match node.kind() {
        Kind::Array => Some(node.elements().collect::<Vec<_>>()),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Object => None,
    });
    let mut out = json::Array::default();
    for (i, condition) in array(condition)?.into_iter().enumerate() {
        let truth = condition.boolean().or_else(|| {
            Some(match condition.number()? {
                Number::Long(n) => n != 0,
                Number::Real(x) => x != 0.0,
            })
        });
        let chosen = truth.and_then(|truth| {
            let (list, scalar) = match truth {
                true => (&choices[0], then),
                false => (&choices[1], otherwise),
            };
            match list {
                Some(list) => list.get(i).copied(),
                None => Some(scalar),
            }
        });
        match chosen {
            Some(node) => out.push(&json::compact(node.text())),
            None => out.push("null"),
        }
    }
    Some(out.finish())
}

dynamic_function!(
    ARRAY_IFF,
    "array_iff",
    &["array_iif"],
    [
        Parameter::new("condition", DYNAMIC),
        Parameter::new("then", Accepts::Any),
        Parameter::new("else", Accepts::Any)
    ],
    0,
    Udf::new(
        "kql_array_iff",
        &[Ty::Dynamic, Ty::Dynamic, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| {
            map_all::<Text, Text>(a, n, |given| {
                let [condition, then, otherwise] = *given else {
                    return None;
                };
                iff(
                    condition?,
                    then.unwrap_or("null"),
                    otherwise.unwrap_or("null"),
                )
            })
        }
    ),
    "Element by element the second argument where the first is true, else the third.",
    "print array_iff(dynamic([true, false, true]), dynamic([1, 2]), 0), array_iff(dynamic([1, 0]), 'a', int(null))",
    "[[[1, 0, null], [\"a\", null]]]"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_arrays() {
        let five = "[1, 2, 3, 4, 5]";
        assert_eq!(slice(five, -2, -1).as_deref(), Some("[4,5]"));
        assert_eq!(slice(five, 0, 0).as_deref(), Some("[1]"));
        assert_eq!(slice(five, 3, 100).as_deref(), Some("[4,5]"));
        assert_eq!(slice(five, 3, 1).as_deref(), Some("[]"));
        assert_eq!(slice(five, -100, i64::MAX).as_deref(), Some("[1,2,3,4,5]"));
        assert_eq!(slice("{}", 0, 1), None);
        assert_eq!(split(five, "[2, 4]").as_deref(), Some("[[1,2],[3,4],[5]]"));
        assert_eq!(split(five, "-1").as_deref(), Some("[[1,2,3,4],[5]]"));
    }

    #[test]
    fn places_of_values() {
        let array = Some("[1, \"1\", 1.0, 1]");
        assert_eq!(index_of(&[array, Some("1")]), Some(0));
        assert_eq!(index_of(&[array, Some("\"1\"")]), Some(1));
        assert_eq!(index_of(&[array, Some("1"), Some("1")]), Some(3));
        assert_eq!(
            index_of(&[array, Some("1"), Some("0"), Some("-1"), Some("2")]),
            Some(3)
        );
        assert_eq!(
            index_of(&[array, Some("1"), Some("1"), Some("2")]),
            Some(-1)
        );
        assert_eq!(index_of(&[None, Some("1")]), None);
    }

    #[test]
    fn sums_are_of_numbers() {
        assert_eq!(sum("[1.5, 2.5, 3.5]"), Some(7.5));
        assert_eq!(sum("[]"), Some(0.0));
        assert_eq!(sum("[1, \"2\"]"), None);
    }
}
