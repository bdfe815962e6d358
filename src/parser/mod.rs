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

/// Stack for the deepest nesting that is allowed, with room for unoptimised frames.
const LARGE_STACK: usize = 32 << 20;

fn run(mut parser: cursor::Parser<'_>) -> (ast::Query, Diagnostics) {
    let query = parser.query();
    (query, parser.diagnostics)
}

/// A thread is dearer than most parses, so only deep texts are given one.
fn on_large_stack(parser: cursor::Parser<'_>) -> (ast::Query, Diagnostics) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(LARGE_STACK)
            .spawn_scoped(scope, || run(parser));
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => {
                let fault = Diagnostic::error(
                    Code::TooDeep,
                    Span::default(),
                    format!("no thread for so deep a query could be started: {error}"),
                );
                let statements = Vec::new();
                (ast::Query { statements }, fault.into())
            }
        }
    })
}

/// Reads a query.
pub fn parse(text: &str) -> Parsed {
    let parser = cursor::Parser::new(text);
    let (query, mut diagnostics) = if parser.is_deep() {
        on_large_stack(parser)
    } else {
        run(parser)
    };
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
