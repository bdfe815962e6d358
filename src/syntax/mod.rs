//! The words and the tree of KQL, as the text stands there, before names mean anything.
//!
//! In: query text. Out: tokens ([`lexer`]) and, by way of `parser`, the tree ([`ast`]); the texts of
//! dates and spans of time are read here too ([`datetime`], [`timespan`]), for literals and
//! conversion functions alike. What always holds: every node keeps the span of its text.

pub mod ast;
pub mod datetime;
#[cfg(test)]
pub mod dump;
pub mod lexer;
pub mod strings;
pub mod ticks;
pub mod timespan;
pub mod token;
