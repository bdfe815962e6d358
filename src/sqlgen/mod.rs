//! From the bound tree to SQL, as sqlparser's tree: no SQL is ever put together as text.
//!
//! In: [`plan::Query`]. Out: one statement. What always holds: the statement's columns are the plan's,
//! with the same names in the same order; what is shown is what runs; the same query gives the same text.

use datafusion::sql::sqlparser::ast::Statement;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::plan;

/// The SQL of a query.
#[derive(Debug, Clone)]
pub struct Generated {
    pub statement: Statement,
    /// The rows' order can only be fixed by reading files in their order on one thread (`take` over a table).
    pub sequential: bool,
}

/// Writes a bound query as SQL.
pub fn generate(_query: &plan::Query) -> Result<Generated, Diagnostics> {
    Err(Diagnostic::error(
        Code::UnsupportedOperator,
        Span::default(),
        "there is no SQL yet",
    )
    .into())
}
