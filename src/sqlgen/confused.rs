//! Expressions that DataFusion calls by one name though they differ.
//!
//! In: expressions that are to be columns of one node of a plan. Out: whether two of them need names of
//! their own before. What always holds: expressions that are the same are not told apart.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{visit_expressions, visit_expressions_mut};

use crate::functions::Sql;

/// Whether two of the expressions, or two calls in them, differ in casts alone. DataFusion calls them by one
/// name then, since it leaves casts out of names, and takes no two columns of a name; an aggregate is a
/// column of its own wherever it stands.
pub(super) fn are_confused<'a>(expressions: impl Iterator<Item = &'a Sql> + Clone) -> bool {
    // Of two that are confused, one has a cast at the least.
    let mut cast: Vec<(Sql, Sql)> = Vec::new();
    let _: ControlFlow<()> = for_each_part(expressions.clone(), |part| {
        if has_cast(part) && cast.iter().all(|(_, known)| known != part) {
            cast.push((without_casts(part), part.clone()));
        }
        ControlFlow::Continue(())
    });
    let confused = |part: &Sql| {
        let others = cast.iter().filter(|(name, _)| is_call_of(name, part));
        others
            .into_iter()
            .any(|(name, other)| part != other && without_casts(part) == *name)
    };
    for_each_part(expressions, |part| match confused(part) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })
    .is_break()
}

/// Visits the expressions, and the calls in them.
fn for_each_part<'a>(
    expressions: impl Iterator<Item = &'a Sql>,
    mut each: impl FnMut(&Sql) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for expression in expressions {
        if !matches!(expression, Sql::Function(_)) {
            each(expression)?;
        }
        visit_expressions(expression, |part| match part {
            Sql::Function(_) => each(part),
            _ => ControlFlow::Continue(()),
        })?;
    }
    ControlFlow::Continue(())
}

/// Whether both are calls of one function, or no calls.
fn is_call_of(a: &Sql, b: &Sql) -> bool {
    match (a, b) {
        (Sql::Function(a), Sql::Function(b)) => a.name == b.name,
        // What stands in a cast or in parentheses may be any.
        (_, Sql::Function(_)) => false,
        (_, _) => true,
    }
}

fn has_cast(expression: &Sql) -> bool {
    visit_expressions(expression, |part| match part {
        Sql::Cast { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn without_casts(expression: &Sql) -> Sql {
    let mut name = expression.clone();
    let _: ControlFlow<()> = visit_expressions_mut(&mut name, |part| {
        while let Sql::Cast { expr, .. } | Sql::Nested(expr) = part {
            *part = (**expr).clone();
        }
        ControlFlow::Continue(())
    });
    name
}
