//! Small pieces of bound plans.
//!
//! In: expressions and relations. Out: larger ones. What always holds: types fit the functions'
//! signatures, so that nothing needs to be converted.

use crate::diagnostics::Span;
use crate::functions::{AggregateFunction, ScalarFunction, Value, registry};
use crate::plan::{Aggregate, Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;

/// A scalar function's call; None where the registry lost the function.
pub fn call(name: &str, arguments: Vec<Expr>, ty: ScalarType, span: Span) -> Option<Expr> {
    let function: &'static dyn ScalarFunction = registry::scalar(name)?;
    Some(Expr {
        kind: ExprKind::Call {
            function,
            arguments,
        },
        ty,
        span,
        nullable_string: false,
    })
}

pub fn long(n: i64, span: Span) -> Expr {
    Expr::literal(Value::Long(n), span)
}

/// 1 where the predicate is true (or where it is not), else 0.
pub fn flag(predicate: &Expr, when_true: bool) -> Option<Expr> {
    let span = predicate.span;
    let (yes, no) = match when_true {
        true => (1, 0),
        false => (0, 1),
    };
    let arguments = vec![predicate.clone(), long(yes, span), long(no, span)];
    call("iff", arguments, ScalarType::Long, span)
}

/// Whether a predicate is not true: false or null.
pub fn untrue(predicate: &Expr) -> Option<Expr> {
    let span = predicate.span;
    let bool = |b| Expr::literal(Value::Bool(b), span);
    let arguments = vec![predicate.clone(), bool(false), bool(true)];
    call("iff", arguments, ScalarType::Bool, span)
}

/// One of these is true.
pub fn any(disjuncts: Vec<Expr>, span: Span) -> Option<Expr> {
    let mut rest = disjuncts.into_iter();
    let first = rest.next()?;
    rest.try_fold(first, |left, right| {
        call("or", vec![left, right], ScalarType::Bool, span)
    })
}

pub fn column(column: &Column, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Column(column.name.clone()),
        ty: column.ty,
        span,
        nullable_string: column.nullable_string,
    }
}

pub fn named(name: impl Into<String>, expr: &Expr) -> Column {
    Column {
        name: name.into(),
        ty: expr.ty,
        nullable_string: expr.nullable_string,
    }
}

pub fn filter(input: Relation, predicate: Expr) -> Relation {
    Relation {
        columns: input.columns.clone(),
        ordered: input.ordered,
        span: input.span,
        kind: RelationKind::Where {
            input: Box::new(input),
            predicate,
        },
    }
}

pub fn project(input: Relation, outputs: Vec<(String, Expr)>) -> Relation {
    Relation {
        columns: outputs.iter().map(|(name, e)| named(name, e)).collect(),
        ordered: input.ordered,
        span: input.span,
        kind: RelationKind::Project {
            input: Box::new(input),
            expressions: outputs.into_iter().map(|(_, e)| e).collect(),
        },
    }
}

/// Sums and counts by keys; each aggregate is a long.
pub fn summarize(
    input: Relation,
    keys: Vec<(String, Expr)>,
    aggregates: Vec<(String, &'static dyn AggregateFunction, Vec<Expr>)>,
) -> Relation {
    let span = input.span;
    let mut columns: Vec<Column> = keys
        .iter()
        .map(|(name, key)| Column {
            nullable_string: false,
            ..named(name, key)
        })
        .collect();
    columns.extend(aggregates.iter().map(|(name, ..)| Column {
        name: name.clone(),
        ty: ScalarType::Long,
        nullable_string: false,
    }));
    Relation {
        columns,
        ordered: false,
        span,
        kind: RelationKind::Summarize {
            input: Box::new(input),
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            aggregates: aggregates
                .into_iter()
                .map(|(_, function, arguments)| Aggregate {
                    function,
                    arguments,
                    span,
                    results: 1,
                })
                .collect(),
        },
    }
}
