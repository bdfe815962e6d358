//! The raw events behind each row of a result, as a query of its own.
//!
//! In: a bound query whose rows come from the events of one table: filters, new columns, at most one
//! summarize or distinct, and after it filters and sorting. Out: a query that gives the table's own
//! columns of the events that went into the rows that remain, the earliest first, a bounded number a row.

use super::time_bound::TIME_COLUMNS;
use crate::plan::{
    Column, Expr, ExprKind, Join, JoinKind, JoinOutput, LetTable, Query, Relation, RelationKind,
    Side, SortKey,
};
use crate::symbols::{FILE_TIME, ScalarType};

/// The query for the events; None where the result does not come from one table alone.
pub fn plan(query: &Query, count: u64) -> Option<Query> {
    let grouping = last_grouping(&query.root)?;
    let events = match grouping {
        Grouping::None => with_table_columns(&query.root)?,
        Grouping::By { input, .. } => with_table_columns(input)?,
    };
    let table = table_columns(&events)?;
    let root = match grouping {
        Grouping::None => events,
        Grouping::By { keys, names, .. } => behind_rows(&query.root, events, keys, names, count)?,
    };
    let shown = project_table(root, &table);
    Some(Query {
        lets: query.lets.iter().map(LetTable::clone).collect(),
        root: shown,
    })
}

#[derive(Clone, Copy)]
enum Grouping<'a> {
    None,
    By {
        input: &'a Relation,
        /// The key expressions over the input; a distinct's are all of its columns.
        keys: Option<&'a [Expr]>,
        /// The columns that hold them after the grouping.
        names: &'a [Column],
    },
}

/// The summarize or distinct nearest to the result.
fn last_grouping(relation: &Relation) -> Option<Grouping<'_>> {
    match &relation.kind {
        RelationKind::Table { .. } => Some(Grouping::None),
        RelationKind::Summarize { input, keys, .. } => Some(Grouping::By {
            input,
            keys: Some(keys),
            names: &relation.columns[..keys.len()],
        }),
        RelationKind::Distinct { input } => Some(Grouping::By {
            input,
            keys: None,
            names: &relation.columns,
        }),
        RelationKind::Where { input, .. }
        | RelationKind::Project { input, .. }
        | RelationKind::Take { input, .. }
        | RelationKind::Sort { input, .. }
        | RelationKind::Top { input, .. }
        | RelationKind::FirstOfEach { input, .. }
        | RelationKind::Serialize { input } => last_grouping(input),
        RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::Expand { .. }
        | RelationKind::Window { .. }
        | RelationKind::Scan(_)
        | RelationKind::External { .. } => None,
    }
}

/// The relation with the table's own columns added wherever a projection dropped them. None where it is
/// not row by row from one table.
fn with_table_columns(relation: &Relation) -> Option<Relation> {
    match &relation.kind {
        RelationKind::Table { .. } => Some(relation.clone()),
        RelationKind::Where { input, predicate } => {
            let input = with_table_columns(input)?;
            Some(Relation {
                columns: input.columns.clone(),
                ordered: input.ordered,
                span: relation.span,
                kind: RelationKind::Where {
                    input: Box::new(input),
                    predicate: predicate.clone(),
                },
            })
        }
        RelationKind::Project { input, expressions } => {
            let input = with_table_columns(input)?;
            let mut columns = relation.columns.clone();
            let mut expressions = expressions.clone();
            for column in &input.columns {
                // A name that the projection gives to something else is lost to the evidence.
                let is_own = column.name != FILE_TIME;
                if is_own && columns.iter().all(|c| c.name != column.name) {
                    expressions.push(column_expr(column, relation));
                    columns.push(column.clone());
                }
            }
            Some(Relation {
                columns,
                ordered: input.ordered,
                span: relation.span,
                kind: RelationKind::Project {
                    input: Box::new(input),
                    expressions,
                },
            })
        }
        RelationKind::Distinct { input }
        | RelationKind::Take { input, .. }
        | RelationKind::Sort { input, .. }
        | RelationKind::Top { input, .. }
        | RelationKind::Serialize { input } => with_table_columns(input),
        RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::Summarize { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::FirstOfEach { .. }
        | RelationKind::Expand { .. }
        | RelationKind::Window { .. }
        | RelationKind::Scan(_)
        | RelationKind::External { .. } => None,
    }
}

/// The columns of the table below.
fn table_columns(relation: &Relation) -> Option<Vec<Column>> {
    relation.source_table().map(|table| table.columns.clone())
}

/// The events whose key is the key of a row of the result, `count` a key. None where the result has
/// lost a key: the events of one row could not be told from another's.
fn behind_rows(
    result: &Relation,
    events: Relation,
    keys: Option<&[Expr]>,
    names: &[Column],
    count: u64,
) -> Option<Relation> {
    let kept = |key: &Column| {
        result
            .columns
            .iter()
            .any(|c| c.name == key.name && c.ty == key.ty)
    };
    if !names.iter().all(kept) {
        return None;
    }
    let span = result.span;
    let mut columns = events.columns.clone();
    let mut expressions: Vec<Expr> = columns.iter().map(|c| column_expr(c, &events)).collect();
    let mut hidden = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        hidden.push(Column {
            name: format!("__evidence{index}"),
            ..name.clone()
        });
        expressions.push(match keys {
            Some(keys) => keys[index].clone(),
            None => column_expr(name, &events),
        });
    }
    for (column, key) in hidden.iter_mut().zip(&expressions[columns.len()..]) {
        column.nullable_string = key.nullable_string;
    }
    columns.extend(hidden.iter().cloned());
    let keyed = Relation {
        columns,
        ordered: false,
        span,
        kind: RelationKind::Project {
            input: Box::new(events),
            expressions,
        },
    };
    let joined = if names.is_empty() {
        keyed
    } else {
        let on = hidden
            .iter()
            .zip(names)
            .map(|(own, name)| (column_expr(own, &keyed), column_expr(name, result)))
            .collect();
        let output = keyed
            .columns
            .iter()
            .map(|c| JoinOutput {
                side: Side::Left,
                column: c.name.clone(),
            })
            .collect();
        Relation {
            columns: keyed.columns.clone(),
            ordered: false,
            span,
            kind: RelationKind::Join(Box::new(Join {
                kind: JoinKind::LeftSemi,
                left: keyed,
                right: result.clone(),
                on,
                output,
            })),
        }
    };
    let order = TIME_COLUMNS
        .into_iter()
        .filter_map(|name| joined.columns.iter().find(|c| c.name == name))
        .map(|c| SortKey {
            expr: column_expr(c, &joined),
            descending: false,
            nulls_first: true,
        })
        .collect();
    Some(Relation {
        columns: joined.columns.clone(),
        ordered: false,
        span: result.span,
        kind: RelationKind::FirstOfEach {
            keys: hidden.iter().map(|key| key.name.clone()).collect(),
            input: Box::new(joined),
            order,
            count,
        },
    })
}

/// Only the table's columns that are still there under their own name and type.
fn project_table(events: Relation, table: &[Column]) -> Relation {
    let columns: Vec<Column> = table
        .iter()
        .filter_map(|t| {
            let same = |c: &&Column| c.name == t.name && c.ty == t.ty;
            events.columns.iter().find(same).cloned()
        })
        .collect();
    let expressions = columns.iter().map(|c| column_expr(c, &events)).collect();
    Relation {
        columns,
        ordered: events.ordered,
        span: events.span,
        kind: RelationKind::Project {
            input: Box::new(events),
            expressions,
        },
    }
}

fn column_expr(column: &Column, over: &Relation) -> Expr {
    Expr {
        kind: ExprKind::Column(column.name.clone()),
        ty: column.ty,
        span: over.span,
        nullable_string: column.nullable_string && column.ty == ScalarType::String,
    }
}
