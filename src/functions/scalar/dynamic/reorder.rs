//! Arrays in another order: reversed, rotated, shifted, zipped.

use super::{array, array_of, dynamic_function};
use crate::functions::json::{self, Kind};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Long, Text, map_all, map1, map2};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &ARRAY_REVERSE,
        &ROTATE_LEFT,
        &ROTATE_RIGHT,
        &SHIFT_LEFT,
        &SHIFT_RIGHT,
        &ZIP,
    ]
}

const DYNAMIC: Accepts = Accepts::Exactly(Ty::Dynamic);

dynamic_function!(
    ARRAY_REVERSE,
    "array_reverse",
    &[],
    [Parameter::new("array", DYNAMIC)],
    0,
    Udf::new("kql_array_reverse", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, |t| Some(array_of(array(t)?.into_iter().rev())))
    }),
    "The array from its end to its start.",
    "print array_reverse(dynamic([1, 2, 3]))",
    "[[[3, 2, 1]]]"
);

fn rotate(text: &str, count: i64) -> Option<String> {
    let mut elements = array(text)?;
    if let Ok(length) = i64::try_from(elements.len())
        && length > 0
    {
        elements.rotate_left(usize::try_from(count.rem_euclid(length)).ok()?);
    }
    Some(array_of(elements))
}

dynamic_function!(
    ROTATE_LEFT,
    "array_rotate_left",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("count", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_array_rotate_left",
        &[Ty::Dynamic, Ty::Long],
        Ty::Dynamic,
        |a, n| { map2::<Text, Long, Text>(a, n, rotate) }
    ),
    "The array with its first elements moved to the end.",
    "print array_rotate_left(dynamic([1, 2, 3, 4, 5]), 2)",
    "[[[3, 4, 5, 1, 2]]]"
);

dynamic_function!(
    ROTATE_RIGHT,
    "array_rotate_right",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("count", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_array_rotate_right",
        &[Ty::Dynamic, Ty::Long],
        Ty::Dynamic,
        |a, n| { map2::<Text, Long, Text>(a, n, |t, count| rotate(t, count.checked_neg()?)) }
    ),
    "The array with its last elements moved to the start.",
    "print array_rotate_right(dynamic([1, 2, 3, 4, 5]), 2)",
    "[[[4, 5, 1, 2, 3]]]"
);

/// Arguments: array, count, and what fills the gap. Positive counts move to the left. The gap is filled with
/// null, or with `""` between strings, as the reference says.
fn shift(arguments: &[Option<&str>], direction: i64) -> Option<String> {
    let elements = array((*arguments.first()?)?)?;
    let count: i64 = arguments.get(1).copied().flatten()?.parse().ok()?;
    let count = count.checked_mul(direction)?;
    let fill = arguments.get(2).copied().flatten();
    let fill = fill.unwrap_or_else(|| {
        let strings = elements.iter().all(|node| node.kind() == Kind::String);
        if strings { "\"\"" } else { "null" }
    });
    let mut out = json::Array::default();
    for at in 0..i64::try_from(elements.len()).ok()? {
        let from = at
            .checked_add(count)
            .and_then(|from| usize::try_from(from).ok());
        match from.and_then(|from| elements.get(from)) {
            Some(node) => out.push(&json::compact(node.text())),
            None => out.push(fill),
        }
    }
    Some(out.finish())
}

dynamic_function!(
    SHIFT_LEFT,
    "array_shift_left",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("count", Accepts::Integer),
        Parameter::new("fill", Accepts::Any).optional()
    ],
    0,
    Udf::new(
        "kql_array_shift_left",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, |all| shift(all, 1)) }
    )
    .variadic(),
    "The array moved to the left, the gap filled with null or a value.",
    "print array_shift_left(dynamic([1, 2, 3]), 1), array_shift_left(dynamic([1, 2, 3]), -2, -1), array_shift_left(dynamic(['a', 'b']), 1)",
    "[[[2, 3, null], [-1, -1, 1], [\"b\", \"\"]]]"
);

dynamic_function!(
    SHIFT_RIGHT,
    "array_shift_right",
    &[],
    [
        Parameter::new("array", DYNAMIC),
        Parameter::new("count", Accepts::Integer),
        Parameter::new("fill", Accepts::Any).optional()
    ],
    0,
    Udf::new(
        "kql_array_shift_right",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, |all| shift(all, -1)) }
    )
    .variadic(),
    "The array moved to the right, the gap filled with null or a value.",
    "print array_shift_right(dynamic([1, 2, 3]), 1)",
    "[[[null, 1, 2]]]"
);

fn zip(arrays: &[Option<&str>]) -> Option<String> {
    let arrays: Vec<_> = arrays
        .iter()
        .map(|text| array((*text)?))
        .collect::<Option<_>>()?;
    let length = arrays.iter().map(Vec::len).max()?;
    let rows = (0..length).map(|at| {
        arrays
            .iter()
            .map(|array| {
                array
                    .get(at)
                    .map_or("null".into(), |node| json::compact(node.text()))
            })
            .collect::<json::Array>()
            .finish()
    });
    Some(rows.collect::<json::Array>().finish())
}

dynamic_function!(
    ZIP,
    "zip",
    &[],
    [
        Parameter::new("first", DYNAMIC),
        Parameter::new("next", DYNAMIC)
    ],
    1,
    Udf::new("kql_zip", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, zip)
    })
    .variadic(),
    "An array of the arrays' first elements, of their second ones, and so on.",
    "print zip(dynamic([1, 2]), dynamic([\"a\"]))",
    r#"[[[[1, "a"], [2, null]]]]"#
);
