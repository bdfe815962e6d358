//! `array_sort_asc` and `array_sort_desc`.

use std::cmp::Ordering;

use super::{array, array_of, dynamic_function};
use crate::functions::json::{self, Kind, Node, Number};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&ASCENDING, &DESCENDING]
}

/// Values of one kind stand together: numbers, strings, then all others, nulls apart.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Number => 0,
        Kind::String => 1,
        Kind::Bool => 2,
        Kind::Array => 3,
        Kind::Object => 4,
        Kind::Null => 5,
    }
}

/// The order of values of one kind; Kusto turns it round to sort descending, but not the order of kinds.
fn compare(a: Node, b: Node, descending: bool) -> Ordering {
    let turned = |order: Ordering| match descending {
        true => order.reverse(),
        false => order,
    };
    if let (Some(a), Some(b)) = (a.number(), b.number()) {
        let real = |number| match number {
            Number::Long(n) => n as f64,
            Number::Real(x) => x,
        };
        return turned(match (a, b) {
            (Number::Long(a), Number::Long(b)) => a.cmp(&b),
            (a, b) => real(a).total_cmp(&real(b)),
        });
    }
    match (a.string(), b.string()) {
        (Some(a), Some(b)) => turned(a.cmp(&b)),
        _ => rank(a.kind())
            .cmp(&rank(b.kind()))
            .then_with(|| turned(a.text().cmp(b.text()))),
    }
}

/// Sorts the first array and the others with it. Nulls go last unless the last argument is `false`.
fn sort(arguments: &[Option<&str>], descending: bool) -> Option<String> {
    let (arguments, nulls_last) = match arguments.split_last() {
        Some((Some("true"), rest)) if !rest.is_empty() => (rest, true),
        Some((Some("false"), rest)) if !rest.is_empty() => (rest, false),
        _ => (arguments, true),
    };
    let arrays: Vec<_> = arguments
        .iter()
        .map(|text| array((*text)?))
        .collect::<Option<_>>()?;
    let keys = arrays.first()?;
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (keys[a], keys[b]);
        match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => {
                if nulls_last {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (false, true) => {
                if nulls_last {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (false, false) => compare(a, b, descending),
        }
    });
    let sorted = |array: &Vec<Node>| {
        if array.len() == order.len() {
            array_of(order.iter().map(|at| array[*at]))
        } else {
            "null".to_owned()
        }
    };
    match arrays.as_slice() {
        [one] => Some(sorted(one)),
        several => Some(several.iter().map(sorted).collect::<json::Array>().finish()),
    }
}

dynamic_function!(
    ASCENDING,
    "array_sort_asc",
    &[],
    [
        Parameter::new("array", Accepts::Any),
        Parameter::new("next", Accepts::Any).optional()
    ],
    1,
    Udf::new("kql_array_sort_asc", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, |all| sort(all, false))
    })
    .variadic(),
    "The array in ascending order, nulls last; further arrays are put into the same order.",
    "print array_sort_asc(dynamic([null, \"b\", \"a\"]))",
    r#"[[["a", "b", null]]]"#
);

dynamic_function!(
    DESCENDING,
    "array_sort_desc",
    &[],
    [
        Parameter::new("array", Accepts::Any),
        Parameter::new("next", Accepts::Any).optional()
    ],
    1,
    Udf::new(
        "kql_array_sort_desc",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, |all| sort(all, true)) }
    )
    .variadic(),
    "The array in descending order, nulls last; further arrays are put into the same order.",
    "print array_sort_desc(dynamic([1.5, 10, 2]))",
    "[[[10, 2, 1.5]]]"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts() {
        let run = |arguments: &[&str], descending| {
            let arguments: Vec<_> = arguments.iter().copied().map(Some).collect();
            sort(&arguments, descending).unwrap()
        };
        assert_eq!(run(&["[1, 10, 3.5]"], false), "[1,3.5,10]");
        assert_eq!(run(&["[null,\"b\",\"a\"]"], true), "[\"b\",\"a\",null]");
        assert_eq!(run(&["[1,3,\"a\",\"b\"]"], true), "[3,1,\"b\",\"a\"]");
        assert_eq!(run(&["[2,null,1]", "false"], false), "[null,1,2]");
        assert_eq!(run(&["[true,\"a\",1]"], false), "[1,\"a\",true]");
        assert_eq!(
            run(&["[3,1,2]", "[\"c\",\"a\",\"b\"]"], true),
            r#"[[3,2,1],["c","b","a"]]"#
        );
        assert_eq!(run(&["[2,1]", "[1]"], false), "[[1,2],null]");
    }
}
