//! From the syntax tree to the bound tree: names, types, `let`, and the result's schema as Kusto derives it.
//!
//! In: [`ast::Query`] and a [`Catalogue`]. Out: [`plan::Query`] and every fault that was found.
//! What always holds: what is not supported is a fault at its own span, never left out.

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::plan;
use crate::symbols::Catalogue;
use crate::syntax::ast;

/// What binding gives: the bound query where there is no error, and the faults and warnings.
#[derive(Debug, Clone)]
pub struct Bound {
    pub query: Option<plan::Query>,
    pub diagnostics: Diagnostics,
}

/// Binds a query.
pub fn bind(_query: &ast::Query, _catalogue: &dyn Catalogue) -> Bound {
    Bound {
        query: None,
        diagnostics: Diagnostic::error(Code::EmptyQuery, Span::default(), "there is no binder yet")
            .into(),
    }
}
