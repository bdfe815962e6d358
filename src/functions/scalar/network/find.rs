//! IPv4 addresses in text: `has_ipv4`, `has_ipv4_prefix` and those that take several.
//!
//! In: a text, and addresses or prefixes (each a text or an array of texts). Out: whether the text has
//! one. What always holds: an address in the text has no letter or digit in front of it or behind it,
//! and is a whole IPv4 address; a wanted one that is none is nowhere found.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::address::{Family, V4};
use super::network_function;
use crate::functions::json::{self, Kind};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Bool, Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &HAS_IPV4,
        &HAS_ANY_IPV4,
        &HAS_IPV4_PREFIX,
        &HAS_ANY_IPV4_PREFIX,
    ]
}

/// Whether this is an address without a prefix.
fn is_address(text: &str) -> bool {
    !text.contains('/') && V4::read(text).is_some()
}

/// Whether this is an address, or its first one, two or three numbers with a dot behind each.
fn is_prefix(text: &str) -> bool {
    let Some(numbers) = text.strip_suffix('.') else {
        return is_address(text);
    };
    let count = numbers.split('.').count();
    count < 4 && is_address(&format!("{numbers}{}", ".0".repeat(4 - count)))
}

/// The address with which a text begins: four numbers with a dot between each, and no letter or digit
/// behind them.
fn leading_address(text: &str) -> Option<&str> {
    let mut end = 0;
    for number in 0..4 {
        if number > 0 {
            end += usize::from(text[end..].starts_with('.'));
        }
        let rest = &text[end..];
        end += rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
    }
    let followed = text[end..]
        .chars()
        .next()
        .is_some_and(char::is_alphanumeric);
    let address = &text[..end];
    (!followed && is_address(address)).then_some(address)
}

/// Whether an address of the text is `wanted`, or starts with it where it ends with a dot.
fn found(text: &str, wanted: &str) -> bool {
    let whole = !wanted.ends_with('.');
    text.match_indices(wanted).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(char::is_alphanumeric)
            && leading_address(&text[at..]).is_some_and(|address| !whole || address == wanted)
    })
}

/// The text first, then what is wanted: strings and arrays of strings.
fn any(arguments: &[ColumnarValue], rows: usize, valid: fn(&str) -> bool) -> Result<ColumnarValue> {
    let wanted = |text: &str, json: &str| {
        let node = json::trusted(json);
        let one = |node: json::Node| {
            node.string()
                .is_some_and(|wanted| valid(&wanted) && found(text, &wanted))
        };
        match node.kind() {
            Kind::Array => node.elements().any(one),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Object => one(node),
        }
    };
    map_all::<Text, Bool>(arguments, rows, |values| {
        let [text, lists @ ..] = values else {
            return None;
        };
        let text = text.unwrap_or_default();
        Some(lists.iter().flatten().any(|list| wanted(text, list)))
    })
}

macro_rules! search {
    ($static:ident, $name:literal, $accepts:expr, $repeats:literal, $valid:expr,
     $summary:literal, $kql:literal, $rows:literal) => {
        network_function!(
            $static,
            $name,
            [
                Parameter::new("text", Accepts::Exactly(Ty::String)),
                Parameter::new("address", $accepts)
            ],
            $repeats,
            Udf::new(
                concat!("kql_", $name),
                &[Ty::String, Ty::Dynamic],
                Ty::Bool,
                |a, n| any(a, n, $valid)
            )
            .variadic(),
            $summary,
            $kql,
            $rows
        );
    };
}

search!(
    HAS_IPV4,
    "has_ipv4",
    Accepts::Exactly(Ty::String),
    0,
    is_address,
    "Whether a text has an IPv4 address.",
    "print has_ipv4(\"from 10.0.0.1, port 80\", \"10.0.0.1\"), has_ipv4(\"from10.0.0.1\", \"10.0.0.1\"), has_ipv4(\"10.0.0.256\", \"10.0.0.256\"), has_ipv4(\"10.0.0.11\", \"10.0.0.1\")",
    "[[true, false, false, false]]"
);
search!(
    HAS_ANY_IPV4,
    "has_any_ipv4",
    Accepts::OneOf(&[Ty::String, Ty::Dynamic]),
    1,
    is_address,
    "Whether a text has one of several IPv4 addresses.",
    "print has_any_ipv4(\"from 10.0.0.1\", \"10.0.0.2\", \"10.0.0.1\"), has_any_ipv4(\"from 10.0.0.1\", dynamic([\"10.0.0.2\"]))",
    "[[true, false]]"
);
search!(
    HAS_IPV4_PREFIX,
    "has_ipv4_prefix",
    Accepts::Exactly(Ty::String),
    0,
    is_prefix,
    "Whether a text has an IPv4 address that starts with these numbers.",
    "print has_ipv4_prefix(\"from 10.0.7.1\", \"10.0.\"), has_ipv4_prefix(\"from 10.0.7.1\", \"10.0\"), has_ipv4_prefix(\"from 10.0.7.256\", \"10.0.\")",
    "[[true, false, false]]"
);
search!(
    HAS_ANY_IPV4_PREFIX,
    "has_any_ipv4_prefix",
    Accepts::OneOf(&[Ty::String, Ty::Dynamic]),
    1,
    is_prefix,
    "Whether a text has an IPv4 address that starts with one of several lists of numbers.",
    "print has_any_ipv4_prefix(\"from 10.0.7.1\", \"192.168.\", \"10.0.\"), has_any_ipv4_prefix(\"from 10.0.7.1\", dynamic([\"11.\"]))",
    "[[true, false]]"
);
