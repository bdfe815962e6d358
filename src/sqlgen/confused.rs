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
pub(super) fn are_confused<'a>(expressions: impl Iterator<Item = &'a Sql>) -> bool {
    let mut known: Vec<(Sql, Sql)> = Vec::new();
    for expression in expressions {
        let mut parts = vec![expression.clone()];
        // The closures never break off.
        let _: ControlFlow<()> = visit_expressions(expression, |part| {
            if matches!(part, Sql::Function(_)) {
                parts.push(part.clone());
            }
            ControlFlow::Continue(())
        });
        for part in parts {
            let name = without_casts(&part);
            let same = known.iter().find(|(other, _)| *other == name);
            match same {
                Some((_, other)) if *other != part => return true,
                Some(_) => {}
                None => known.push((name, part)),
            }
        }
    }
    false
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
