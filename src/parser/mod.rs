//! From query text to the syntax tree.
//!
//! In: the text of a query. Out: [`ast::Query`] and every syntax fault that was found, not only the
//! first. What always holds: no text makes it panic, and it ends in time that grows with the text.

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
pub fn parse(_text: &str) -> Parsed {
    Parsed {
        query: None,
        diagnostics: Diagnostic::error(Code::EmptyQuery, Span::default(), "there is no parser yet")
            .into(),
    }
}
