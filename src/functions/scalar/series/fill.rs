//! Gaps of a series filled from their neighbours or with a constant.
//!
//! A gap is a null, or the placeholder that the call names.

use super::{elements, real, real_json, series_function};
use crate::functions::json::{self, Node, Number};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&FORWARD, &BACKWARD, &CONST, &LINEAR]
}

const SERIES: Parameter = Parameter::new("series", Accepts::Exactly(Ty::Dynamic));
const PLACEHOLDER: Parameter = Parameter::new("placeholder", Accepts::Any).optional();

/// The argument at this place; None where it is null or left out.
fn argument<'a>(arguments: &[Option<&'a str>], at: usize) -> Option<Node<'a>> {
    let node = json::trusted(arguments.get(at).copied().flatten()?);
    (!node.is_null()).then_some(node)
}

/// The elements, None for a gap.
fn with_gaps<'a>(
    arguments: &[Option<&'a str>],
    placeholder: usize,
) -> Option<Vec<Option<Node<'a>>>> {
    let placeholder = argument(arguments, placeholder);
    let is_gap = |node: Node| match placeholder {
        None => node.is_null(),
        Some(mark) => match (node.number(), mark.number()) {
            (Some(a), Some(b)) => real(a) == real(b),
            (None, _) | (_, None) => node.text() == mark.text(),
        },
    };
    let elements = elements((*arguments.first()?)?)?;
    Some(
        elements
            .into_iter()
            .map(|node| (!is_gap(node)).then_some(node))
            .collect(),
    )
}

/// The elements again, gaps as they were.
fn printed(text: &str, filled: &[Option<Node>]) -> Option<String> {
    let original = elements(text)?;
    let texts = filled
        .iter()
        .zip(original)
        .map(|(node, original)| node.unwrap_or(original));
    Some(
        texts
            .map(|node| json::compact(node.text()).into_owned())
            .collect::<json::Array>()
            .finish(),
    )
}

fn forward(arguments: &[Option<&str>]) -> Option<String> {
    let mut nodes = with_gaps(arguments, 1)?;
    carry(nodes.iter_mut());
    printed((*arguments.first()?)?, &nodes)
}

fn backward(arguments: &[Option<&str>]) -> Option<String> {
    let mut nodes = with_gaps(arguments, 1)?;
    carry(nodes.iter_mut().rev());
    printed((*arguments.first()?)?, &nodes)
}

/// Gives each gap the last value before it.
fn carry<'a, 'n: 'a>(nodes: impl Iterator<Item = &'a mut Option<Node<'n>>>) {
    let mut last = None;
    for node in nodes {
        match node {
            Some(node) => last = Some(*node),
            None => *node = last,
        }
    }
}

fn constant(arguments: &[Option<&str>]) -> Option<String> {
    let value = argument(arguments, 1);
    let mut nodes = with_gaps(arguments, 2)?;
    for node in &mut nodes {
        *node = node.or(value);
    }
    printed((*arguments.first()?)?, &nodes)
}

/// Arguments: series, placeholder, whether the edges are filled, what fills a series of gaps only.
fn linear(arguments: &[Option<&str>]) -> Option<String> {
    let nodes = with_gaps(arguments, 1)?;
    let edges = argument(arguments, 2).is_none_or(|node| node.boolean() != Some(false));
    let known: Vec<(usize, Number)> = nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| Some((at, (*node)?.number()?)))
        .collect();
    let text = (*arguments.first()?)?;
    if known.is_empty() {
        let filler = match arguments.get(3) {
            None => "0.0".to_owned(),
            Some(value) => json::compact(value.unwrap_or("null")).into_owned(),
        };
        return Some(
            nodes
                .iter()
                .map(|_| filler.as_str())
                .collect::<json::Array>()
                .finish(),
        );
    }
    // A series of whole numbers stays one; what lies between loses its fraction.
    let whole = known
        .iter()
        .all(|(_, number)| matches!(number, Number::Long(_)));
    let original = elements(text)?;
    let out = nodes.iter().enumerate().map(|(at, node)| {
        if let Some(node) = node {
            return json::compact(node.text()).into_owned();
        }
        let after = known.partition_point(|(place, _)| *place < at);
        let left = after.checked_sub(1).and_then(|i| known.get(i));
        match (left, known.get(after)) {
            (Some((x0, y0)), Some((x1, y1))) => {
                let share = (at - x0) as f64 / (x1 - x0) as f64;
                let y = real(*y0) + (real(*y1) - real(*y0)) * share;
                if whole {
                    (y.trunc() as i64).to_string()
                } else {
                    real_json(y)
                }
            }
            (Some((_, edge)), None) | (None, Some((_, edge))) if edges => match edge {
                Number::Long(n) => n.to_string(),
                Number::Real(x) => real_json(*x),
            },
            (Some(_), None) | (None, Some(_)) | (None, None) => original
                .get(at)
                .map_or("null", |node| node.text())
                .to_owned(),
        }
    });
    Some(out.collect::<json::Array>().finish())
}

macro_rules! fill {
    ($static:ident, $name:literal, [$($parameter:expr),*], $of:expr,
     $summary:literal, $kql:literal, $rows:literal) => {
        series_function!(
            $static,
            $name,
            [$($parameter),*],
            Udf::new(concat!("kql_", $name), &[Ty::Dynamic], Ty::Dynamic, |a, n| {
                map_all::<Text, Text>(a, n, $of)
            })
            .variadic(),
            $summary,
            $kql,
            $rows
        );
    };
}

fill!(
    FORWARD,
    "series_fill_forward",
    [SERIES, PLACEHOLDER],
    forward,
    "The series with each gap filled by the value before it.",
    "print series_fill_forward(dynamic([null, 1, null, 2.5, null]))",
    "[[[null, 1, 1, 2.5, 2.5]]]"
);
fill!(
    BACKWARD,
    "series_fill_backward",
    [SERIES, PLACEHOLDER],
    backward,
    "The series with each gap filled by the value behind it.",
    "print series_fill_backward(dynamic([-1, 1, -1, 2, -1]), -1)",
    "[[[1, 1, 2, 2, -1]]]"
);
fill!(
    CONST,
    "series_fill_const",
    [
        SERIES,
        Parameter::new("constant", Accepts::Any),
        PLACEHOLDER
    ],
    constant,
    "The series with each gap filled by a constant.",
    "print series_fill_const(dynamic([1, null]), 0.0), series_fill_const(dynamic([1, 2]), 0, 2)",
    "[[[1, 0.0], [1, 0]]]"
);
fill!(
    LINEAR,
    "series_fill_linear",
    [
        SERIES,
        PLACEHOLDER,
        Parameter::new("edges", Accepts::Exactly(Ty::Bool)).optional(),
        Parameter::new("constant", Accepts::Any).optional()
    ],
    linear,
    "The series with each gap filled along the line between its neighbours.",
    "print series_fill_linear(dynamic([null, 1.0, null, 2.0])), series_fill_linear(dynamic([null, 1, null, 4]), double(null), false), series_fill_linear(dynamic([null]))",
    "[[[1.0, 1.0, 1.5, 2.0], [null, 1, 2, 4], [0.0]]]"
);
