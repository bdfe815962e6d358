//! Functions on series: arrays of numbers.
//!
//! In: dynamic arrays. Out: an array of as many elements, or what describes it. What always holds:
//! what is no array gives null; an element that is no number gives null in its place.

mod decompose;
mod element;
mod fft;
mod fill;
mod fit;
mod poly;
mod whole;

use crate::functions::ScalarFunction;
use crate::functions::json::{self, Kind, Node, Number};

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = element::all();
    all.extend(fill::all());
    all.extend(fit::all());
    all.extend(poly::all());
    all.extend(fft::all());
    all.extend(decompose::all());
    all.extend(whole::all());
    all
}

/// A number as a real.
fn real(number: Number) -> f64 {
    match number {
        Number::Long(n) => n as f64,
        Number::Real(x) => x,
    }
}

/// The elements of an array.
fn elements(text: &str) -> Option<Vec<Node<'_>>> {
    let node = json::trusted(text);
    (node.kind() == Kind::Array).then(|| node.elements().collect())
}

/// The elements as reals; None where one is no number.
fn reals(text: &str) -> Option<Vec<f64>> {
    elements(text)?
        .into_iter()
        .map(|node| node.number().map(real))
        .collect()
}

/// The values of a bag's first members, as an array.
fn members(bag: &str, count: usize) -> String {
    let members = json::trusted(bag).members().take(count);
    members
        .map(|(_, value)| value.text())
        .collect::<json::Array>()
        .finish()
}

/// A real as JSON.
fn real_json(x: f64) -> String {
    let mut out = String::new();
    json::push_real(&mut out, x);
    out
}

/// A series function that is one UDF: its table.
macro_rules! series_function {
    ($static:ident, $name:literal, [$($parameter:expr),*], $udf:expr,
     $summary:literal, $kql:literal, $rows:expr) => {
        static $static: crate::functions::scalar::definition::Definition =
            crate::functions::scalar::definition::Definition {
                name: $name,
                aliases: &[],
                category: crate::functions::Category::Series,
                summary: $summary,
                examples: &[crate::functions::Example {
                    kql: $kql,
                    rows: $rows,
                }],
                signature: crate::functions::Signature::new(&[$($parameter),*]),
                gives: crate::functions::scalar::definition::Gives::Always($udf.output),
                form: crate::functions::scalar::definition::Form::Udf($udf),
            };
    };
}
use series_function;
