//! How large a bound query is, once every `let` stands where it is named.
//!
//! In: the bound query. Out: a fault where planning it would take minutes or more stack than there is. What
//! always holds: the count takes time by the query as it is written, however often names double it.
//!
//! The limits are far above what people write. Planning takes time by the square of the conditions that
//! meet in one filter and of the tables that meet in one union; at these limits that is some seconds.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Query, Relation, RelationKind};

/// Tables and constant rows that a query may mention, `let`s put in.
const TABLES: usize = 2_000;

/// Conditions joined by `and` that one row may have to pass, filters after each other taken together.
const CONDITIONS: usize = 2_000;

/// What of a relation counts.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    tables: usize,
    conditions: usize,
}

/// The fault of a query that is too large to plan.
pub(super) fn fault(query: &Query) -> Option<Diagnostic> {
    let mut lets: Vec<Size> = Vec::with_capacity(query.lets.len());
    let mut widest: (usize, Span) = (0, query.root.span);
    for table in &query.lets {
        let size = measure(&table.relation, &lets, &mut widest);
        lets.push(size);
    }
    let whole = measure(&query.root, &lets, &mut widest);
    if whole.tables > TABLES {
        return Some(too_large(
            query.root.span,
            format!(
                "the query reads more than {TABLES} tables, each `let` taken where it is named"
            ),
            "read fewer tables, or name a table less often",
        ));
    }
    let (conditions, span) = widest;
    (conditions > CONDITIONS).then(|| {
        too_large(
            span,
            format!("more than {CONDITIONS} conditions are joined by `and`"),
            "put values into a list: `!in (…)`, `has_all (…)`",
        )
    })
}

fn too_large(span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, message).with_help(help)
}

/// The size of a relation; `widest` becomes the most conditions of all, and where they end.
fn measure(relation: &Relation, lets: &[Size], widest: &mut (usize, Span)) -> Size {
    let mut size = Size::default();
    if let RelationKind::Let { index } = &relation.kind {
        size = lets.get(*index).copied().unwrap_or_default();
    }
    for input in relation.inputs() {
        let below = measure(input, lets, widest);
        size.tables = size.tables.saturating_add(below.tables);
        size.conditions = size.conditions.max(below.conditions);
    }
    for expr in relation.expressions() {
        for subquery in expr.walk().filter_map(|e| e.subquery()) {
            let below = measure(subquery, lets, widest);
            size.tables = size.tables.saturating_add(below.tables);
        }
    }
    size.tables = size.tables.max(1);
    if let RelationKind::Where { predicate, .. } = &relation.kind {
        size.conditions = size.conditions.saturating_add(predicate.conjuncts().len());
        if size.conditions > widest.0 {
            *widest = (size.conditions, relation.span);
        }
    }
    size
}
