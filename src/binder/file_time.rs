//! The time of a row's file, as a hidden column from the table up to where it is asked for.
//!
//! In: a relation. Out: the same one with [`FILE_TIME`] among its columns. What always holds: between the table
//! and the column's use stand only operators that leave a row a row of that table.

use crate::plan::{Column, LetTable, Relation, RelationKind};
use crate::symbols::{FILE_TIME, ScalarType};

use super::table::column_expr;

/// The column.
pub(super) fn column() -> Column {
    Column {
        name: FILE_TIME.to_owned(),
        ty: ScalarType::DateTime,
        nullable_string: false,
    }
}

/// Whether the relation can have the column.
pub(super) fn can_have(lets: &[LetTable], relation: &Relation) -> bool {
    let mut at = relation;
    loop {
        at = match &at.kind {
            RelationKind::Table { .. } => return true,
            RelationKind::Where { input, .. }
            | RelationKind::Project { input, .. }
            | RelationKind::Take { input, .. }
            | RelationKind::Sort { input, .. }
            | RelationKind::Top { input, .. }
            | RelationKind::Serialize { input }
            | RelationKind::Expand { input, .. }
            | RelationKind::Window { input, .. } => input,
            RelationKind::Let { index } => match lets.get(*index) {
                Some(table) => &table.relation,
                None => return false,
            },
            RelationKind::Values { .. }
            | RelationKind::Unit
            | RelationKind::Range { .. }
            | RelationKind::Summarize { .. }
            | RelationKind::Distinct { .. }
            | RelationKind::Union { .. }
            | RelationKind::Join(_)
            | RelationKind::FirstOfEach { .. }
            | RelationKind::Scan(_)
            | RelationKind::External { .. } => return false,
        };
    }
}

/// Adds the column to a relation that can have it.
pub(super) fn add(lets: &mut [LetTable], relation: &mut Relation) {
    if relation.columns.iter().any(|c| c.name == FILE_TIME) {
        return;
    }
    let span = relation.span;
    let place = match &mut relation.kind {
        RelationKind::Table { .. } => relation.columns.len(),
        RelationKind::Where { input, .. }
        | RelationKind::Take { input, .. }
        | RelationKind::Sort { input, .. }
        | RelationKind::Top { input, .. }
        | RelationKind::Serialize { input } => {
            add(lets, input);
            relation.columns.len()
        }
        // What these add stands behind all of the input's columns.
        RelationKind::Expand { input, .. } | RelationKind::Window { input, .. } => {
            let place = input.columns.len();
            add(lets, input);
            place
        }
        RelationKind::Project { input, expressions } => {
            add(lets, input);
            expressions.push(column_expr(&column(), span));
            relation.columns.len()
        }
        RelationKind::Let { index } => {
            let (before, rest) = lets.split_at_mut(*index);
            // A `let` names only those before it.
            if let Some(table) = rest.first_mut() {
                add(before, &mut table.relation);
            }
            relation.columns.len()
        }
        RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::Summarize { .. }
        | RelationKind::Distinct { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::FirstOfEach { .. }
        | RelationKind::Scan(_)
        | RelationKind::External { .. } => return,
    };
    relation.columns.insert(place, column());
}
