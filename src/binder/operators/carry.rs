//! A pipe that runs once for each value of a key: the plan of the pipe, over all values at once.
//!
//! In: a pipe's plan over a table from which the key and other hidden columns were left out last. Out:
//! the same plan with those columns in each of its results. What always holds: rows of different keys
//! never meet; what could let them meet is not carried, and its place is told.

use crate::diagnostics::Span;
use crate::functions::Value;
use crate::plan::{
    Column, Expr, JoinKind, JoinOutput, Relation, RelationKind, Side, WindowFunction,
};

use super::expand::hidden_column;
use crate::binder::table::column_expr;

/// The relation with the hidden columns, each key's rows for themselves.
///
/// # Errors
/// The place of an operator that cannot be carried.
pub(super) fn carry(relation: Relation, hidden: &[Column], key: &str) -> Result<Relation, Span> {
    let has_all = hidden
        .iter()
        .all(|h| relation.columns.iter().any(|c| c.name == h.name));
    if has_all {
        return Ok(relation);
    }
    let span = relation.span;
    let below = |input: Box<Relation>| carry(*input, hidden, key);
    // The operator over this input, with the input's columns and order.
    let over = |input: Relation, kind: fn(Box<Relation>) -> RelationKind| Relation {
        columns: input.columns.clone(),
        ordered: input.ordered,
        span,
        kind: kind(Box::new(input)),
    };
    let own = |input: &Relation| -> Vec<Column> {
        hidden.iter().map(|h| hidden_column(input, h)).collect()
    };
    match relation.kind {
        RelationKind::Where { input, predicate } => {
            let input = below(input)?;
            Ok(Relation {
                columns: input.columns.clone(),
                ordered: input.ordered,
                span,
                kind: RelationKind::Where {
                    input: Box::new(input),
                    predicate,
                },
            })
        }
        RelationKind::Project {
            input,
            mut expressions,
        } => {
            let input = below(input)?;
            let mut columns = relation.columns;
            for column in own(&input) {
                expressions.push(column_expr(&column, span));
                columns.push(column);
            }
            Ok(Relation {
                columns,
                ordered: relation.ordered,
                span,
                kind: RelationKind::Project {
                    input: Box::new(input),
                    expressions,
                },
            })
        }
        RelationKind::Summarize {
            input,
            keys,
            aggregates,
        } => {
            let input = below(input)?;
            let hidden = own(&input);
            let keys = hidden
                .iter()
                .map(|c| column_expr(c, span))
                .chain(keys)
                .collect();
            let groups = hidden.into_iter().map(|c| Column {
                nullable_string: false,
                ..c
            });
            Ok(Relation {
                columns: groups.chain(relation.columns).collect(),
                ordered: false,
                span,
                kind: RelationKind::Summarize {
                    input: Box::new(input),
                    keys,
                    aggregates,
                },
            })
        }
        RelationKind::Distinct { input } => {
            let mut distinct = over(below(input)?, |input| RelationKind::Distinct { input });
            for column in &mut distinct.columns {
                column.nullable_string = false;
            }
            distinct.ordered = false;
            Ok(distinct)
        }
        RelationKind::Serialize { input } => {
            let mut serialized = over(below(input)?, |input| RelationKind::Serialize { input });
            serialized.ordered = true;
            Ok(serialized)
        }
        RelationKind::Take { input, count } => first_of_each(below(input)?, key, &count, span),
        RelationKind::Sort { input, keys } => {
            let input = below(input)?;
            Ok(Relation {
                columns: input.columns.clone(),
                ordered: true,
                span,
                kind: RelationKind::Sort {
                    input: Box::new(input),
                    keys,
                },
            })
        }
        RelationKind::Top { input, count, keys } => {
            let input = below(input)?;
            let sorted = Relation {
                columns: input.columns.clone(),
                ordered: true,
                span,
                kind: RelationKind::Sort {
                    input: Box::new(input),
                    keys,
                },
            };
            first_of_each(sorted, key, &count, span)
        }
        RelationKind::FirstOfEach {
            input,
            mut keys,
            order,
            count,
        } => {
            let input = below(input)?;
            keys.push(key.to_owned());
            Ok(Relation {
                columns: input.columns.clone(),
                ordered: relation.ordered,
                span,
                kind: RelationKind::FirstOfEach {
                    input: Box::new(input),
                    keys,
                    order,
                    count,
                },
            })
        }
        RelationKind::Expand {
            input,
            values,
            pairs,
            limit,
        } => {
            let added = relation.columns[input.columns.len()..].to_vec();
            let input = below(input)?;
            Ok(Relation {
                columns: input.columns.iter().cloned().chain(added).collect(),
                ordered: input.ordered,
                span,
                kind: RelationKind::Expand {
                    input: Box::new(input),
                    values,
                    pairs,
                    limit,
                },
            })
        }
        RelationKind::Window { input, mut calls } => {
            let added = relation.columns[input.columns.len()..].to_vec();
            let input = below(input)?;
            for call in &mut calls {
                match call.function {
                    WindowFunction::RowId => {}
                    WindowFunction::Ordered { .. } => call.partition.push(key.to_owned()),
                }
            }
            Ok(Relation {
                columns: input.columns.iter().cloned().chain(added).collect(),
                ordered: input.ordered,
                span,
                kind: RelationKind::Window {
                    input: Box::new(input),
                    calls,
                },
            })
        }
        RelationKind::Scan(mut scan) => {
            let added = relation.columns[scan.input.columns.len()..].to_vec();
            scan.input = carry(scan.input, hidden, key)?;
            scan.partition.push(key.to_owned());
            let own = scan.input.columns.iter().cloned();
            Ok(Relation {
                columns: own.chain(added).collect(),
                ordered: relation.ordered,
                span,
                kind: RelationKind::Scan(scan),
            })
        }
        RelationKind::Union { inputs } => {
            let inputs = inputs
                .into_iter()
                .map(|input| carry(input, hidden, key))
                .collect::<Result<Vec<_>, _>>()?;
            let mut columns = relation.columns;
            columns.extend(hidden.iter().map(|h| {
                let nullable_string = inputs.iter().any(|i| hidden_column(i, h).nullable_string);
                Column {
                    nullable_string,
                    ..h.clone()
                }
            }));
            Ok(Relation {
                columns,
                ordered: relation.ordered,
                span,
                kind: RelationKind::Union { inputs },
            })
        }
        RelationKind::Join(mut join) => {
            match join.kind {
                JoinKind::Inner | JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti => {
                }
                JoinKind::InnerUnique
                | JoinKind::RightOuter
                | JoinKind::FullOuter
                | JoinKind::RightSemi
                | JoinKind::RightAnti => return Err(span),
            }
            join.left = carry(join.left, hidden, key)?;
            let mut columns = relation.columns;
            for column in own(&join.left) {
                join.output.push(JoinOutput {
                    side: Side::Left,
                    column: column.name.clone(),
                });
                columns.push(column);
            }
            Ok(Relation {
                columns,
                ordered: relation.ordered,
                span,
                kind: RelationKind::Join(join),
            })
        }
        RelationKind::Table { .. }
        | RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::External { .. } => Err(span),
    }
}

/// The first rows of each key, by the input's order.
fn first_of_each(input: Relation, key: &str, count: &Expr, span: Span) -> Result<Relation, Span> {
    let count = match count.constant() {
        Some(Value::Long(count)) => u64::try_from(*count).unwrap_or(0),
        Some(_) | None => return Err(count.span),
    };
    Ok(Relation {
        columns: input.columns.clone(),
        ordered: input.ordered,
        span,
        kind: RelationKind::FirstOfEach {
            input: Box::new(input),
            keys: vec![key.to_owned()],
            order: Vec::new(),
            count,
        },
    })
}
