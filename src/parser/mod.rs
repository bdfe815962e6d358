//! From query text to the syntax tree.
//!
//! In: the text of a query. Out: [`ast::Query`] and every syntax fault that was found, not only the
//! first. What always holds: no text makes it panic, and it ends in time that grows with the text.
//!
//! A recursive descent over the tokens; binary operators by precedence climbing. A faulty operator
//! ends at the next `|` or `;` of its level, and reading goes on there.

mod brackets;
mod cursor;
mod dynamic;
mod expressions;
mod literals;
mod names;
mod operators;
mod pipes;
mod primary;
mod statements;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::syntax::ast;

/// What parsing gives: the tree as far as it could be read, and the faults.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// None where nothing at all could be read.
    pub query: Option<ast::Query>,
    pub diagnostics: Diagnostics,
}

/// Reads a query.
pub fn parse(text: &str) -> Parsed {
    let mut parser = cursor::Parser::new(text);
    let query = parser.query();
    let mut diagnostics = parser.diagnostics;
    if query.statements.is_empty() && !diagnostics.has_errors() {
        let end = text.len();
        diagnostics.push(Diagnostic::error(
            Code::EmptyQuery,
            Span::new(end, end),
            "there is no query in the text",
        ));
    }
    Parsed {
        query: (!query.statements.is_empty()).then_some(query),
        diagnostics,
    }
}
