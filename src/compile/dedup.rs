//! Drops events that continuous exports have written more than once.
//!
//! What always holds: two events are one only where the whole rows are equal, so time, DeviceId and
//! ReportId are among what is compared. It happens after the filters that stand straight over the table:
//! equal rows pass the same filters, and few rows are left to compare.

use crate::plan::{Query, Relation, RelationKind};

/// Puts a distinct over each table and its filters.
pub fn apply(query: &mut Query) {
    for table in &mut query.lets {
        over_tables(&mut table.relation);
    }
    over_tables(&mut query.root);
}

fn over_tables(relation: &mut Relation) {
    if filtered_table(relation).is_some() {
        let input = relation.clone();
        for column in &mut relation.columns {
            column.nullable_string = false;
        }
        relation.kind = RelationKind::Distinct {
            input: Box::new(input),
        };
        return;
    }
    for expr in relation.expressions_mut() {
        expr.for_each_subquery_mut(&mut over_tables);
    }
    for input in relation.inputs_mut() {
        over_tables(input);
    }
}

/// The table of a relation that is a table with nothing but filters over it.
pub(super) fn filtered_table(relation: &Relation) -> Option<&str> {
    match &relation.kind {
        RelationKind::Table { name } => Some(name),
        RelationKind::Where { input, .. } => filtered_table(input),
        RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::Project { .. }
        | RelationKind::Summarize { .. }
        | RelationKind::Distinct { .. }
        | RelationKind::Take { .. }
        | RelationKind::Sort { .. }
        | RelationKind::Top { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::FirstOfEach { .. }
        | RelationKind::Serialize { .. }
        | RelationKind::Expand { .. }
        | RelationKind::Window { .. }
        | RelationKind::Scan(_)
        | RelationKind::External { .. } => None,
    }
}
