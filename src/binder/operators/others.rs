//! `with others` of `top-nested`: a row for what a level left out.
//!
//! The rows that a level leaves out go down to the last level as they are. Where a level has `others`, they stand
//! there as that value with the level's aggregate over them; where it has none, as nothing. Rows that would show
//! at no level are not there. Source: the examples of "top-nested operator" in Microsoft's reference.
//!
//! In: the rows and what each level kept. Out: a table for each level that leaves rows out. What always holds:
//! what a level above kept stands before it; where nothing is left out, there is no row.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Expr, JoinKind, Side};
use crate::syntax::ast::TopNestedClause;

use super::join::joined;
use super::top_nested::{Level, keys_of, under_name};
use crate::binder::Binder;
use crate::binder::environment::{Environment, SharedTable};
use crate::binder::expressions::{convert, convertible};
use crate::binder::projection::Projection;
use crate::binder::table::{Scope, Table, column_expr, missing};

impl Binder<'_> {
    /// What each level left out, as rows of the result. `kept` has a table for each level.
    pub(super) fn others(
        &mut self,
        environment: &Environment,
        (rows, kept): (&SharedTable, &[SharedTable]),
        clauses: &[TopNestedClause],
        levels: &[Level],
        span: Span,
    ) -> Vec<Table> {
        let names: Vec<Option<Expr>> = clauses
            .iter()
            .zip(levels)
            .map(|(clause, level)| self.name_of_others(environment, clause, level))
            .collect();
        (0..levels.len())
            .filter(|at| names[*at..].iter().any(Option::is_some))
            .map(|at| {
                let left_out = left_out(rows, kept, levels, at, span);
                self.rows_of_others(environment, left_out, at, (clauses, levels, &names), span)
            })
            .collect()
    }

    /// The value of `others`, of the type of the level's values.
    fn name_of_others(
        &mut self,
        environment: &Environment,
        clause: &TopNestedClause,
        level: &Level,
    ) -> Option<Expr> {
        let given = clause.others.as_ref()?;
        let bound = self.expr(&Scope::constant(environment), given)?;
        if convertible(bound.ty, level.key.ty) {
            return Some(convert(bound, level.key.ty));
        }
        self.report(
            Diagnostic::error(
                Code::MixedTypes,
                given.span,
                format!(
                    "the level has values of {}, but the others are called by one of {}",
                    level.key.ty, bound.ty
                ),
            )
            .with_help("convert the values: `of tostring(…)`"),
        );
        None
    }

    /// The rows that level `at` left out, one for what is above it.
    fn rows_of_others(
        &mut self,
        environment: &Environment,
        left_out: Table,
        at: usize,
        (clauses, levels, names): (&[TopNestedClause], &[Level], &[Option<Expr>]),
        span: Span,
    ) -> Table {
        let mut keys = Projection::default();
        for level in &levels[..at] {
            for column in [&level.key, &level.value] {
                keys.add(&column.name, Some(column_expr(column, span)), false);
            }
        }
        // The name is a key, so that there is no row where nothing is left out.
        let mut aggregates = Vec::new();
        for ((clause, level), name) in clauses.iter().zip(levels).zip(names).skip(at) {
            if let Some(name) = name {
                keys.add(&level.key.name, Some(name.clone()), false);
                aggregates.push(under_name(&clause.by, &level.value.name));
            }
        }
        let aggregates: Vec<_> = aggregates.iter().collect();
        let groups = self.groups(environment, left_out, keys, &aggregates, span);
        let mut result = Projection::default();
        for level in levels {
            for (column, name) in [&level.key, &level.value].into_iter().zip(&level.names) {
                let found = groups.columns().iter().find(|c| c.name == column.name);
                let value = match found {
                    Some(found) => column_expr(found, span),
                    None => missing(column.ty, span),
                };
                result.add(name, Some(value), false);
            }
        }
        result.finish(groups, span)
    }
}

/// The rows that level `at` left out of what the level above kept, with the aggregates above.
fn left_out(
    rows: &SharedTable,
    kept: &[SharedTable],
    levels: &[Level],
    at: usize,
    span: Span,
) -> Table {
    let keys: Vec<_> = levels.iter().map(|level| level.key.clone()).collect();
    let rows = rows.reference(span);
    let own = kept[at].reference(span);
    let on = keys_of(&rows, &own, &keys[..=at], span);
    let output = rows.columns().iter().map(|c| (Side::Left, c.clone()));
    let output = output.collect();
    let rest = joined(JoinKind::LeftAnti, rows, own, on, output, span);
    let Some(above) = at.checked_sub(1) else {
        return rest;
    };
    let above = kept[above].reference(span);
    let on = keys_of(&rest, &above, &keys[..at], span);
    let values = above
        .columns()
        .iter()
        .filter(|c| keys.iter().all(|key| key.name != c.name));
    let output = rest
        .columns()
        .iter()
        .map(|c| (Side::Left, c.clone()))
        .chain(values.map(|c| (Side::Right, c.clone())))
        .collect();
    joined(JoinKind::Inner, rest, above, on, output, span)
}
