//! The one list of all functions, by name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{AggregateFunction, ScalarFunction};
use crate::syntax::ast::{BinaryOp, ListOp, UnaryOp};

type Scalars = HashMap<&'static str, &'static dyn ScalarFunction>;
type Aggregates = HashMap<&'static str, &'static dyn AggregateFunction>;

fn scalars() -> &'static Scalars {
    static SCALARS: OnceLock<Scalars> = OnceLock::new();
    SCALARS.get_or_init(|| {
        let mut map = Scalars::new();
        for function in super::scalar::all() {
            map.insert(function.name(), function);
            for alias in function.aliases() {
                map.insert(alias, function);
            }
        }
        map
    })
}

fn aggregates() -> &'static Aggregates {
    static AGGREGATES: OnceLock<Aggregates> = OnceLock::new();
    AGGREGATES.get_or_init(|| {
        let mut map = Aggregates::new();
        for function in super::aggregate::all() {
            map.insert(function.name(), function);
            for alias in function.aliases() {
                map.insert(alias, function);
            }
        }
        map
    })
}

/// The scalar function of this name. Operators stand under their text (`has`, `==`, `!in~`, `and`,
/// unary minus as `-x`).
pub fn scalar(name: &str) -> Option<&'static dyn ScalarFunction> {
    scalars().get(name).copied()
}

/// The aggregate of this name.
pub fn aggregate(name: &str) -> Option<&'static dyn AggregateFunction> {
    aggregates().get(name).copied()
}

/// The function behind a binary operator; None where the operator is not supported yet.
pub fn operator(op: BinaryOp) -> Option<&'static dyn ScalarFunction> {
    scalar(op.text())
}

/// The function behind `in`, `has_any` and their kin.
pub fn list_operator(op: ListOp) -> Option<&'static dyn ScalarFunction> {
    scalar(op.text())
}

/// The function behind a unary operator.
pub fn unary_operator(op: UnaryOp) -> Option<&'static dyn ScalarFunction> {
    scalar(match op {
        UnaryOp::Minus => "-x",
        UnaryOp::Plus => "+x",
        UnaryOp::Not => "not",
    })
}

/// Every scalar function's names, for "did you mean".
pub fn scalar_names() -> impl Iterator<Item = &'static str> {
    scalars().keys().copied()
}

/// Every aggregate's names, for "did you mean".
pub fn aggregate_names() -> impl Iterator<Item = &'static str> {
    aggregates().keys().copied()
}
