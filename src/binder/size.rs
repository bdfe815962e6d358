//! How large a bound query is, once every `let` stands where it is named.
//!
//! In: the bound query. Out: a fault where planning it would take minutes or more stack than there is. What
//! always holds: the count takes time by the query as it is written, however often names double it.
//!
//! The limits are far above what people write. Planning takes time by the square of the conditions that
//! meet in one filter, of the tables that meet in one union and of the columns of a table; at these limits
//! that is some seconds.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Query, Relation, RelationKind};

use super::operators::UNION_LIMIT;

/// Tables and constant rows that a query may mention, `let`s put in.
const TABLES: usize = 2_000;

/// Conditions joined by `and` that one row may have to pass, filters after each other taken together.
const CONDITIONS: usize = 2_000;

/// Columns that a table may have. All tables of the catalogue together have 7,900.
const COLUMNS: usize = 10_000;

/// What of a relation counts.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    tables: usize,
    conditions: usize,
}

/// The largest of their kind that were met, and where.
#[derive(Debug, Clone, Copy, Default)]
struct Largest {
    conditions: (usize, Span),
    columns: (usize, Span),
}

impl Largest {
    fn take(largest: &mut (usize, Span), count: usize, span: Span) {
        if count > largest.0 {
            *largest = (count, span);
        }
    }
}

/// The fault of a query that is too large to plan.
pub(super) fn fault(query: &Query) -> Option<Diagnostic> {
    let mut lets: Vec<Size> = Vec::with_capacity(query.lets.len());
    let mut largest = Largest::default();
    for table in &query.lets {
        let size = measure(&table.relation, &lets, &mut largest);
        lets.push(size);
    }
    let whole = measure(&query.root, &lets, &mut largest);
    if whole.tables > TABLES {
        return Some(too_large(
            query.root.span,
            format!(
                "the query reads more than {TABLES} tables, each `let` taken where it is named"
            ),
            "read fewer tables, or name a table less often",
        ));
    }
    let (columns, span) = largest.columns;
    if columns > COLUMNS {
        return Some(too_large(
            span,
            format!("a table of {columns} columns is too wide; {COLUMNS} are the most"),
            "put values into rows, or into a bag: `bag_pack(…)`",
        ));
    }
    let (conditions, span) = largest.conditions;
    (conditions > CONDITIONS).then(|| {
        too_large(
            span,
            format!("more than {CONDITIONS} conditions are joined by `and`"),
            "put values into a list: `!in (…)`, `has_all (…)`",
        )
    })
}

/// The fault of a query with a union of more tables and columns than a plan holds.
pub fn wide_union(query: &Query) -> Option<Diagnostic> {
    let lets = query.lets.iter().map(|table| &table.relation);
    let (span, tables, columns) = lets.chain([&query.root]).find_map(widest)?;
    Some(too_large(
        span,
        format!("{tables} tables with {columns} columns between them are too many for one union"),
        "with a lake (`--lake`) only its own tables are meant; else name the tables, or `project` the columns of each first",
    ))
}

fn widest(relation: &Relation) -> Option<(Span, usize, usize)> {
    if let RelationKind::Union { inputs } = &relation.kind {
        let (tables, columns) = (inputs.len(), relation.columns.len());
        // The inputs of any other union have its columns.
        let unmatched = inputs.iter().any(|input| input.columns.len() != columns);
        if unmatched || tables.saturating_mul(columns) > UNION_LIMIT {
            return Some((relation.span, tables, columns));
        }
    }
    let below = relation.inputs().into_iter().find_map(widest);
    below.or_else(|| {
        let mut walked = relation.expressions().into_iter().flat_map(|e| e.walk());
        walked.find_map(|e| e.subquery().and_then(widest))
    })
}

fn too_large(span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, message).with_help(help)
}

/// The size of a relation; `largest` takes in what is largest in it.
fn measure(relation: &Relation, lets: &[Size], largest: &mut Largest) -> Size {
    let mut size = Size::default();
    if let RelationKind::Let { index } = &relation.kind {
        size = lets.get(*index).copied().unwrap_or_default();
    }
    for input in relation.inputs() {
        let below = measure(input, lets, largest);
        size.tables = size.tables.saturating_add(below.tables);
        size.conditions = size.conditions.max(below.conditions);
    }
    for expr in relation.expressions() {
        for subquery in expr.walk().filter_map(|e| e.subquery()) {
            let below = measure(subquery, lets, largest);
            size.tables = size.tables.saturating_add(below.tables);
        }
    }
    size.tables = size.tables.max(1);
    Largest::take(&mut largest.columns, relation.columns.len(), relation.span);
    if let RelationKind::Where { predicate, .. } = &relation.kind {
        size.conditions = size.conditions.saturating_add(predicate.conjuncts().len());
        Largest::take(&mut largest.conditions, size.conditions, relation.span);
    }
    size
}
