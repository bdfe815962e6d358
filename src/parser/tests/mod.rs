//! Trees, faults and limits of the parser.
//!
//! In: query texts. Out: nothing. What always holds: trees are compared as `dump` writes them.

mod expressions;
mod faults;
mod limits;
mod operators;
mod robustness;
mod statements;

use super::parse;
use crate::syntax::dump;

/// The tree of a text without faults.
#[track_caller]
fn tree(text: &str) -> String {
    let parsed = parse(text);
    let faults: Vec<_> = parsed.diagnostics.iter().map(|d| &d.message).collect();
    assert!(faults.is_empty(), "{text}: {faults:?}");
    parsed.query.as_ref().map(dump::query).unwrap_or_default()
}

/// Texts and their trees.
#[track_caller]
fn trees(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(tree(text), *expected, "{text}");
    }
}
