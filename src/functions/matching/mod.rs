//! Matchers for KQL's string predicates, compiled once for a list of needles.
//!
//! In: a [`Kind`] and the needles. Out: a [`Matcher`] that says of a text whether it matches, and
//! [`evaluate`] that says so of a whole array. What always holds: the answer is true or false, SQL NULL
//! is read as `""`, and fast paths give what the definition in [`Kind`] gives.

mod array;
mod cache;
mod finder;
pub mod fold;
mod matcher;
pub mod regex;
mod term;
mod term_starts;
mod whole;

#[cfg(test)]
mod reference;

pub use array::{evaluate, strings};
pub use cache::{Bounded, matcher};
pub use matcher::{Kind, Matcher, Place, Quantifier};
pub use term::is_term;
