//! Dynamic values: paths into them, arrays, bags, sets.
//!
//! In and out: JSON text. What always holds: what is absent, null or of the wrong kind gives null.

mod array;
mod bag;
mod build;
mod path;
mod reorder;
mod set;
mod sort;

use crate::functions::ScalarFunction;
use crate::functions::json::{self, Kind, Node};

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = path::all();
    all.extend(array::all());
    all.extend(reorder::all());
    all.extend(sort::all());
    all.extend(bag::all());
    all.extend(set::all());
    all.extend(build::all());
    all
}

/// The elements of an array; None for anything else.
fn array(text: &str) -> Option<Vec<Node<'_>>> {
    let node = json::trusted(text);
    (node.kind() == Kind::Array).then(|| node.elements().collect())
}

/// An array of these values.
fn array_of<'a>(elements: impl IntoIterator<Item = Node<'a>>) -> String {
    elements
        .into_iter()
        .map(|node| json::compact(node.text()))
        .collect::<json::Array>()
        .finish()
}

/// What tells a value from others: its canonical text.
fn identity(text: &str) -> String {
    json::canonical(text).unwrap_or_else(|| text.to_owned())
}

/// A function over dynamic values that gives one: its table.
macro_rules! dynamic_function {
    (
        $static:ident, $name:literal, $aliases:expr, [$($parameter:expr),*], $repeats:literal,
        $udf:expr, $summary:literal, $kql:literal, $rows:expr
    ) => {
        static $static: crate::functions::scalar::definition::Definition =
            crate::functions::scalar::definition::Definition {
                name: $name,
                aliases: $aliases,
                category: crate::functions::Category::Dynamic,
                summary: $summary,
                examples: &[crate::functions::Example {
                    kql: $kql,
                    rows: $rows,
                }],
                signature: crate::functions::Signature::repeating(&[$($parameter),*], $repeats),
                gives: crate::functions::scalar::definition::Gives::Always(
                    $udf.output,
                ),
                form: crate::functions::scalar::definition::Form::Udf($udf),
            };
    };
}
use dynamic_function;
