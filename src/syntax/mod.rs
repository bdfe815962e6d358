//! The words and the tree of KQL, as the text stands there, before names mean anything.
//!
//! In: query text. Out: tokens ([`lexer`]) and, by way of `parser`, the tree ([`ast`]).
//! What always holds: every node keeps the span of its text.

pub mod ast;
