//! The time that a query asks of each table: found in its own predicates, and widened to a range.
//!
//! A *time bound* is a conjunct of a `where` that stands over a table with nothing but row-wise
//! operators between, and that compares the table's time column with an expression without columns:
//! `Timestamp > ago(5d)`, `Timestamp between (a .. b)`, `TimeGenerated >= datetime(2026-01-01)`.

use super::Range;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::functions::{Value, registry};
use crate::plan::{self, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;

/// The columns that hold the time of an event, first choice first.
pub const TIME_COLUMNS: [&str; 2] = ["Timestamp", "TimeGenerated"];

/// A table of the lake in a query.
#[derive(Debug, Clone)]
pub struct TableUse {
    pub name: String,
    /// The bounds that stand over it, as written.
    pub bounds: Vec<TimeBound>,
}

/// One bound of time.
#[derive(Debug, Clone)]
pub struct TimeBound {
    pub column: String,
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    pub span: Span,
}

/// Every mention of a table, with its time bounds.
pub fn table_uses(query: &plan::Query) -> Vec<TableUse> {
    let mut uses = Vec::new();
    let mut rest: Vec<&Relation> = query.lets.iter().map(|l| &l.relation).collect();
    rest.push(&query.root);
    rest.reverse();
    while let Some(relation) = rest.pop() {
        match table_chain(relation) {
            Some(chain) => {
                uses.push(TableUse {
                    name: chain.name.to_owned(),
                    bounds: chain
                        .predicates
                        .iter()
                        .flat_map(|p| p.conjuncts())
                        .filter_map(time_bound)
                        .collect(),
                });
                rest.extend(subqueries(chain.expressions));
            }
            None => {
                rest.extend(relation.inputs());
                rest.extend(subqueries(relation.expressions()));
            }
        }
    }
    uses
}

pub(super) fn subqueries(expressions: Vec<&Expr>) -> impl Iterator<Item = &Relation> {
    expressions
        .into_iter()
        .flat_map(Expr::walk)
        .filter_map(Expr::subquery)
}

/// Replaces each table's time bounds by the range; a table without one gets the range as its bound.
/// What mentions the time of running in another way is refused: the range cannot stand for it.
pub fn widen(query: &mut plan::Query, range: Range) -> Diagnostics {
    let mut faults = Diagnostics::default();
    for table in &mut query.lets {
        widen_relation(&mut table.relation, range, &mut faults);
    }
    widen_relation(&mut query.root, range, &mut faults);
    faults
}

fn widen_relation(relation: &mut Relation, range: Range, faults: &mut Diagnostics) {
    let time = table_chain(relation).map(|chain| chain.time_column);
    match time {
        Some(by_default) => {
            let column = strip_bounds(relation, range, faults).or(by_default);
            match column {
                Some(column) => bound_table(relation, &inside(range, &column, relation.span)),
                None => faults.push(
                    Diagnostic::error(
                        Code::UnrecognisedTimeBound,
                        relation.span,
                        "the range cannot be applied: this table has no Timestamp or TimeGenerated column",
                    )
                    .with_help("leave out --from and --to to run the rule as it is"),
                ),
            }
        }
        None => {
            if let RelationKind::Where { predicate, .. } = &relation.kind {
                refuse_running_time(predicate, faults);
            }
            widen_subqueries(relation, range, faults);
            for input in relation.inputs_mut() {
                widen_relation(input, range, faults);
            }
        }
    }
}

fn widen_subqueries(relation: &mut Relation, range: Range, faults: &mut Diagnostics) {
    for expr in relation.expressions_mut() {
        expr.for_each_subquery_mut(&mut |table| widen_relation(table, range, faults));
    }
}

/// Takes the time bounds out of the filters over a table, and gives the column that they were on. Only filters and
/// new columns stand over the table.
fn strip_bounds(relation: &mut Relation, range: Range, faults: &mut Diagnostics) -> Option<String> {
    widen_subqueries(relation, range, faults);
    let mut column = None;
    if let RelationKind::Where { predicate, .. } = &mut relation.kind {
        let mut kept: Vec<Expr> = Vec::new();
        for conjunct in predicate.conjuncts() {
            match time_bound(conjunct) {
                Some(bound) => column = Some(bound.column),
                None => {
                    refuse_running_time(conjunct, faults);
                    kept.push(conjunct.clone());
                }
            }
        }
        if column.is_some() {
            *predicate = all_of(kept, predicate.span);
        }
    }
    for input in relation.inputs_mut() {
        let below = strip_bounds(input, range, faults);
        column = column.or(below);
    }
    column
}

/// Puts a filter straight over the table.
pub(super) fn bound_table(relation: &mut Relation, conditions: &[Expr]) {
    if relation.table_name().is_some() {
        let table = relation.clone();
        relation.kind = RelationKind::Where {
            predicate: all_of(conditions.to_vec(), relation.span),
            input: Box::new(table),
        };
    } else if relation.source_table().is_some() {
        for input in relation.inputs_mut() {
            bound_table(input, conditions);
        }
    }
}

/// `column >= from and column < to`
fn inside(range: Range, column: &str, span: Span) -> Vec<Expr> {
    let ticks = |ticks| Expr::literal(Value::DateTime(ticks), span);
    [(">=", range.from), ("<", range.to)]
        .into_iter()
        .filter_map(|(operator, time)| compare(operator, column, ticks(time), span))
        .collect()
}

/// A time column compared with a time.
pub(super) fn compare(operator: &str, column: &str, time: Expr, span: Span) -> Option<Expr> {
    let column = Expr {
        kind: ExprKind::Column(column.to_owned()),
        ty: ScalarType::DateTime,
        span,
        nullable_string: false,
    };
    Some(Expr {
        kind: ExprKind::Call {
            function: registry::scalar(operator)?,
            arguments: vec![column, time],
        },
        ty: ScalarType::Bool,
        span,
        nullable_string: false,
    })
}

/// Whether an expression is itself the time of running, or counts from it.
pub(super) fn asks_time_of_running(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::AsOf => true,
        ExprKind::Call { function, .. } => matches!(function.name(), "now" | "ago"),
        ExprKind::Column(_)
        | ExprKind::Literal(_)
        | ExprKind::Convert(_)
        | ExprKind::Scalar(_)
        | ExprKind::InTable { .. } => false,
    }
}

/// A filter that asks when it runs, outside a recognised bound: the range cannot stand for it.
fn refuse_running_time(predicate: &Expr, faults: &mut Diagnostics) {
    let asks = predicate.walk().find(|e| asks_time_of_running(e));
    if let Some(asks) = asks {
        faults.push(
            Diagnostic::error(
                Code::UnrecognisedTimeBound,
                predicate.span,
                "this condition depends on the time of running in a way that --from and --to cannot replace",
            )
            .with_label(asks.span, "the time of running")
            .with_help(
                "only comparisons of Timestamp or TimeGenerated, straight over a table, with an expression \
                 without columns are widened; run it with --as-of instead",
            ),
        );
    }
}

/// The conjunct as a time bound, where it is one.
pub(super) fn time_bound(conjunct: &Expr) -> Option<TimeBound> {
    let ExprKind::Call {
        function,
        arguments,
    } = &conjunct.kind
    else {
        return None;
    };
    let bound = |column: &str, lower: Option<&Expr>, upper: Option<&Expr>| {
        Some(TimeBound {
            column: column.to_owned(),
            lower: lower.cloned(),
            upper: upper.cloned(),
            span: conjunct.span,
        })
    };
    match (function.name(), arguments.as_slice()) {
        ("between", [subject, low, high]) if is_constant(low) && is_constant(high) => {
            bound(time_column(subject)?, Some(low), Some(high))
        }
        (operator @ (">" | ">=" | "<" | "<="), [left, right]) => {
            let (column, other, column_is_left) = match (time_column(left), time_column(right)) {
                (Some(column), None) => (column, right, true),
                (None, Some(column)) => (column, left, false),
                (Some(_), Some(_)) | (None, None) => return None,
            };
            if !is_constant(other) {
                return None;
            }
            match operator.starts_with('>') == column_is_left {
                true => bound(column, Some(other), None),
                false => bound(column, None, Some(other)),
            }
        }
        _ => None,
    }
}

fn time_column(expr: &Expr) -> Option<&str> {
    expr.column().filter(|name| TIME_COLUMNS.contains(name))
}

/// No column and no subquery in it: one value for the whole run.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::AsOf => true,
        ExprKind::Call { arguments, .. } => arguments.iter().all(is_constant),
        ExprKind::Convert(operand) => is_constant(operand),
        ExprKind::Column(_) | ExprKind::Scalar(_) | ExprKind::InTable { .. } => false,
    }
}

pub(super) fn all_of(conjuncts: Vec<Expr>, span: Span) -> Expr {
    let and = registry::scalar("and");
    conjuncts
        .into_iter()
        .reduce(|left, right| match and {
            Some(function) => Expr {
                kind: ExprKind::Call {
                    function,
                    arguments: vec![left, right],
                },
                ty: ScalarType::Bool,
                span,
                nullable_string: false,
            },
            None => left,
        })
        .unwrap_or_else(|| Expr::literal(Value::Bool(true), span))
}

/// A table and what stands over it with nothing but row-wise operators between that leave its time
/// column alone.
pub(super) struct Chain<'a> {
    name: &'a str,
    /// The table's first time column.
    pub(super) time_column: Option<String>,
    pub(super) predicates: Vec<&'a Expr>,
    /// All expressions of the operators between.
    expressions: Vec<&'a Expr>,
}

pub(super) fn table_chain(relation: &Relation) -> Option<Chain<'_>> {
    let table = relation.source_table()?;
    let mut predicates = Vec::new();
    let mut expressions = Vec::new();
    let mut at = relation;
    while let Some(below) = at.inputs().first().copied() {
        expressions.extend(at.expressions());
        if let RelationKind::Where { predicate, .. } = &at.kind {
            predicates.push(predicate);
        }
        if let RelationKind::Project {
            expressions: new, ..
        } = &at.kind
        {
            let replaced = at.columns.iter().zip(new).any(|(column, expression)| {
                TIME_COLUMNS.contains(&column.name.as_str())
                    && time_column(expression) != Some(column.name.as_str())
            });
            if replaced {
                return None;
            }
        }
        at = below;
    }
    let time_column = TIME_COLUMNS.into_iter().find(|time| {
        let mut columns = table.columns.iter();
        columns.any(|c| c.name == *time && c.ty == ScalarType::DateTime)
    });
    Some(Chain {
        name: table.table_name()?,
        time_column: time_column.map(str::to_owned),
        predicates,
        expressions,
    })
}
