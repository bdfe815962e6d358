//! Arrays as sets: each value once, in the order in which it is first seen.

use std::collections::HashSet;

use super::{array, array_of, dynamic_function, identity};
use crate::functions::json::Node;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Bool, Real, Text, map_all, map2, map2_nullable};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &UNION,
        &INTERSECT,
        &DIFFERENCE,
        &HAS_ELEMENT,
        &SET_EQUALS,
        &JACCARD,
    ]
}

const DYNAMIC: Accepts = Accepts::Exactly(Ty::Dynamic);

/// The elements that pass, each once.
fn distinct<'a>(
    elements: impl IntoIterator<Item = Node<'a>>,
    keep: impl Fn(&str) -> bool,
) -> String {
    let mut seen = HashSet::new();
    array_of(elements.into_iter().filter(|node| {
        let identity = identity(node.text());
        keep(&identity) && seen.insert(identity)
    }))
}

fn sets(arrays: &[Option<&str>]) -> Option<Vec<HashSet<String>>> {
    arrays
        .iter()
        .map(|text| {
            Some(
                array((*text)?)?
                    .iter()
                    .map(|node| identity(node.text()))
                    .collect(),
            )
        })
        .collect()
}

fn union(arrays: &[Option<&str>]) -> Option<String> {
    let mut elements = Vec::new();
    for text in arrays {
        elements.extend(array((*text)?)?);
    }
    Some(distinct(elements, |_| true))
}

fn intersect(arrays: &[Option<&str>]) -> Option<String> {
    let (first, others) = arrays.split_first()?;
    let others = sets(others)?;
    Some(distinct(array((*first)?)?, |identity| {
        others.iter().all(|set| set.contains(identity))
    }))
}

fn difference(arrays: &[Option<&str>]) -> Option<String> {
    let (first, others) = arrays.split_first()?;
    let others = sets(others)?;
    Some(distinct(array((*first)?)?, |identity| {
        !others.iter().any(|set| set.contains(identity))
    }))
}

macro_rules! set_function {
    ($static:ident, $name:literal, $body:path, $summary:literal, $kql:literal, $rows:literal) => {
        dynamic_function!(
            $static,
            $name,
            &[],
            [
                Parameter::new("first", DYNAMIC),
                Parameter::new("next", DYNAMIC)
            ],
            1,
            Udf::new(
                concat!("kql_", $name),
                &[Ty::Dynamic],
                Ty::Dynamic,
                |a, n| { map_all::<Text, Text>(a, n, $body) }
            )
            .variadic(),
            $summary,
            $kql,
            $rows
        );
    };
}

set_function!(
    UNION,
    "set_union",
    union,
    "The values that are in one of the arrays.",
    "print set_union(dynamic([1, 2, 1]), dynamic([2, 3]))",
    "[[[1, 2, 3]]]"
);
set_function!(
    INTERSECT,
    "set_intersect",
    intersect,
    "The values that are in all of the arrays.",
    "print set_intersect(dynamic([1, 2, 3]), dynamic([3, 2]))",
    "[[[2, 3]]]"
);
set_function!(
    DIFFERENCE,
    "set_difference",
    difference,
    "The first array's values that are in none of the others.",
    "print set_difference(dynamic([1, null, 2]), dynamic([null]))",
    "[[[1, 2]]]"
);

dynamic_function!(
    HAS_ELEMENT,
    "set_has_element",
    &[],
    [
        Parameter::new("set", DYNAMIC),
        Parameter::new("value", Accepts::Any)
    ],
    0,
    Udf::new(
        "kql_set_has_element",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Bool,
        |a, n| {
            map2_nullable::<Text, Text, Bool>(a, n, |set, value| {
                let wanted = identity(value.unwrap_or("null"));
                Some(
                    array(set?)?
                        .iter()
                        .any(|node| identity(node.text()) == wanted),
                )
            })
        }
    ),
    "Whether an array holds a value of the same type.",
    "print set_has_element(dynamic([1, 2, 3]), 2), set_has_element(dynamic([1, 2, 3]), \"2\")",
    "[[true, false]]"
);

/// The values of two arrays.
fn two_sets(first: &str, second: &str) -> Option<[HashSet<String>; 2]> {
    sets(&[Some(first), Some(second)])?.try_into().ok()
}

dynamic_function!(
    SET_EQUALS,
    "set_equals",
    &[],
    [
        Parameter::new("first", DYNAMIC),
        Parameter::new("second", DYNAMIC)
    ],
    0,
    Udf::new(
        "kql_set_equals",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Bool,
        |a, n| map2::<Text, Text, Bool>(a, n, |first, second| {
            let [first, second] = two_sets(first, second)?;
            Some(first == second)
        })
    ),
    "Whether two arrays hold the same values.",
    "print set_equals(dynamic([1, 2, 1]), dynamic([2, 1])), set_equals(dynamic([1]), dynamic([2]))",
    "[[true, false]]"
);

dynamic_function!(
    JACCARD,
    "jaccard_index",
    &[],
    [
        Parameter::new("first", DYNAMIC),
        Parameter::new("second", DYNAMIC)
    ],
    0,
    Udf::new(
        "kql_jaccard_index",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Real,
        |a, n| map2::<Text, Text, Real>(a, n, |first, second| {
            let [first, second] = two_sets(first, second)?;
            let common = first.intersection(&second).count() as f64;
            Some(common / first.union(&second).count() as f64)
        })
    ),
    "How many of the values of two arrays are in both.",
    "print jaccard_index(dynamic([1, 1, 2, 2, 3, 3]), dynamic([1, 2, 3, 4, 4, 4])), isnan(jaccard_index(dynamic([]), dynamic([])))",
    "[[0.75, true]]"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_keep_the_first_order() {
        let (a, b) = (Some("[3, 1, 2, 3]"), Some("[2, 3, 5]"));
        assert_eq!(union(&[a, b]).as_deref(), Some("[3,1,2,5]"));
        assert_eq!(intersect(&[a, b]).as_deref(), Some("[3,2]"));
        assert_eq!(difference(&[a, b]).as_deref(), Some("[1]"));
        assert_eq!(difference(&[a, a]).as_deref(), Some("[]"));
        assert_eq!(union(&[a, None]), None);
    }
}
