//! `top-nested` and `top-hitters`: the values that lead by an aggregate, within the leading values of the
//! level above.
//!
//! `top-nested` binds its input once. Each level groups it by its own value and those above, joins the
//! groups with what the level above has kept, and keeps the first of each; `others` has the rows that no level
//! kept. `top-hitters` counts exactly, which Kusto does not promise.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{Value, registry};
use crate::plan::{Aggregate, Column, Expr, JoinKind, Relation, RelationKind, Side, SortKey};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Direction, TopNestedClause};

use super::join::joined;
use super::union::unite;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::naming::{self, UniqueNames};
use crate::binder::projection::{Projection, Style};
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr};

/// A level that is bound: its columns in the rows, and its names in the result.
pub(super) struct Level {
    pub key: Column,
    pub value: Column,
    pub names: [String; 2],
    pub descending: bool,
}

impl Binder<'_> {
    pub(super) fn top_nested(
        &mut self,
        environment: &Environment,
        input: Table,
        clauses: &[TopNestedClause],
        span: Span,
    ) -> Table {
        let scope = input.scope(environment);
        // The rows with each level's value beside them.
        let mut rows = Projection::of(&scope, span);
        let mut keys = Projection::default();
        for clause in clauses {
            self.project_argument(&scope, &mut keys, &clause.of, Style::Keys, None);
        }
        let mut given = Vec::with_capacity(clauses.len());
        for item in keys.items {
            let hidden = self.hidden("key");
            rows.add(&hidden, item.expr, false);
            given.push((hidden, item.name));
        }
        let rows = rows.finish(input, span);
        let shared = self.share("top_nested", rows, false);
        let mut names = UniqueNames::default();
        let mut levels: Vec<Level> = Vec::new();
        let mut kept: Option<Table> = None;
        let with_others = clauses.iter().any(|clause| clause.others.is_some());
        let mut kept_of_levels = Vec::new();
        for (clause, (hidden, name)) in clauses.iter().zip(given) {
            let count = clause
                .count
                .as_ref()
                .map(|count| self.level_count(environment, count));
            let of = names.take(&name);
            let by = match clause.by.names.first() {
                Some(name) => names.take(&name.text),
                None => names.take(&format!("aggregated_{of}")),
            };
            let source = shared.reference(span);
            let Some(key) = source.columns().iter().find(|c| c.name == hidden).cloned() else {
                return Table::unknown(span);
            };
            let above: Vec<Column> = levels.iter().map(|l| l.key.clone()).collect();
            let value = self.hidden("value");
            let groups = self.level_groups(
                environment,
                source,
                (&above, &key),
                (&clause.by, &value),
                span,
            );
            let Some(value) = groups.columns().last().cloned() else {
                return Table::unknown(span);
            };
            let key = Column {
                nullable_string: false,
                ..key
            };
            let within = match kept.take() {
                None => groups,
                Some(kept) => under(kept, groups, &above, span),
            };
            let descending = !matches!(
                clause.direction,
                Some(Direction::Ascending | Direction::GrannyAscending)
            );
            let first = first_of(
                within,
                &above,
                [&value, &key],
                (descending, count.flatten()),
                span,
            );
            kept = Some(match with_others {
                true => {
                    let shared = self.share("top_nested_kept", first, false);
                    let table = shared.reference(span);
                    kept_of_levels.push(shared);
                    table
                }
                false => first,
            });
            levels.push(Level {
                key,
                value,
                names: [of, by],
                descending,
            });
        }
        let Some(kept) = kept else {
            return Table::unknown(span);
        };
        let leaders = named_and_sorted(kept, &levels, span);
        match with_others {
            false => leaders,
            true => {
                let mut tables = vec![leaders];
                tables.extend(self.others(
                    environment,
                    (&shared, &kept_of_levels),
                    clauses,
                    &levels,
                    span,
                ));
                unite(tables, false, None, span)
            }
        }
    }

    /// How many values a level keeps: a constant.
    fn level_count(&mut self, environment: &Environment, count: &ast::Expr) -> Option<u64> {
        let bound = self.constant_long(&Scope::constant(environment), count)?;
        match bound.constant() {
            Some(Value::Long(n)) => Some(u64::try_from(*n).unwrap_or(0)),
            Some(_) | None => {
                self.report(
                    Diagnostic::error(
                        Code::NotConstant,
                        count.span,
                        "how many values a level keeps must be a number",
                    )
                    .with_help("write the number itself"),
                );
                None
            }
        }
    }

    /// The groups of a level with their aggregate.
    fn level_groups(
        &mut self,
        environment: &Environment,
        source: Table,
        (above, key): (&[Column], &Column),
        (by, value): (&ast::Argument, &str),
        span: Span,
    ) -> Table {
        let mut keys = Projection::default();
        for column in above.iter().chain([key]) {
            let found = source.columns().iter().find(|c| c.name == column.name);
            keys.add(&column.name, found.map(|c| column_expr(c, span)), false);
        }
        let argument = under_name(by, value);
        self.groups(environment, source, keys, &[&argument], span)
    }

    pub(super) fn top_hitters(
        &mut self,
        environment: &Environment,
        input: Table,
        (count, of, by): (&ast::Expr, &ast::Expr, Option<&ast::Expr>),
        span: Span,
    ) -> Table {
        let scope = input.scope(environment);
        let count = self.constant_long(&Scope::constant(environment), count);
        let argument = ast::Argument {
            names: Vec::new(),
            value: of.clone(),
        };
        let mut keys = Projection::default();
        self.project_argument(&scope, &mut keys, &argument, Style::Keys, None);
        let of = keys.items.first().map(|item| item.name.clone());
        let of = of.unwrap_or_default();
        let named = |value: &ast::Expr| naming::result_name(&scope, value).unwrap_or_default();
        let (name, weight) = match by {
            Some(by) => {
                let weight = self.expr(&scope, by);
                if let Some(wrong) = weight.as_ref().filter(|w| !w.ty.is_numeric()) {
                    self.error(
                        Code::WrongType,
                        by.span,
                        format!("values are weighed by a number, but this is {}", wrong.ty),
                    );
                }
                (
                    format!("approximate_sum_{}", named(shape::bare(by))),
                    Some(weight),
                )
            }
            None => (format!("approximate_count_{of}"), None),
        };
        let (columns, expressions, poisoned) = keys.parts(span);
        let (function, arguments) = match weight {
            None => (registry::aggregate("count"), Some(Vec::new())),
            Some(weight) => (registry::aggregate("sum"), weight.map(|w| vec![w])),
        };
        let (Some(function), Some(arguments), Some(count), Some(key)) =
            (function, arguments, count, columns.first().cloned())
        else {
            return Table::unknown(span);
        };
        if !poisoned.is_empty() || self.has_errors() {
            return Table::unknown(span);
        }
        let described: Vec<_> = arguments
            .iter()
            .map(|a| crate::functions::Argument {
                ty: a.ty,
                constant: a.constant(),
            })
            .collect();
        let ty = function
            .return_types(&described)
            .ok()
            .and_then(|types| types.first().copied())
            .unwrap_or(ScalarType::Long);
        let value = Column {
            name,
            ty,
            nullable_string: false,
        };
        let key = Column {
            nullable_string: false,
            ..key
        };
        let groups = Relation {
            columns: vec![key.clone(), value.clone()],
            ordered: false,
            span,
            kind: RelationKind::Summarize {
                input: Box::new(input.relation),
                keys: expressions,
                aggregates: vec![Aggregate {
                    function,
                    arguments,
                    span,
                    results: 1,
                }],
            },
        };
        let keys = vec![sort_key(&value, true, span), sort_key(&key, false, span)];
        Table::new(groups).wrap(span, true, |input| RelationKind::Top { input, count, keys })
    }
}

fn sort_key(column: &Column, descending: bool, span: Span) -> SortKey {
    SortKey {
        expr: column_expr(column, span),
        descending,
        nulls_first: !descending,
    }
}

/// An aggregate under another name.
pub(super) fn under_name(aggregate: &ast::Argument, name: &str) -> ast::Argument {
    ast::Argument {
        names: vec![ast::Name {
            text: name.to_owned(),
            span: aggregate.value.span,
        }],
        value: aggregate.value.clone(),
    }
}

/// The columns of these names in two tables, in pairs.
pub(super) fn keys_of(
    left: &Table,
    right: &Table,
    keys: &[Column],
    span: Span,
) -> Vec<(Expr, Expr)> {
    let side = |table: &Table, column: &Column| -> Option<Expr> {
        let found = table.columns().iter().find(|c| c.name == column.name);
        found.map(|c| column_expr(c, span))
    };
    keys.iter()
        .filter_map(|column| side(left, column).zip(side(right, column)))
        .collect()
}

/// The groups of a level whose values above were kept.
fn under(kept: Table, groups: Table, above: &[Column], span: Span) -> Table {
    let on = keys_of(&kept, &groups, above, span);
    let left = kept.columns().iter().map(|c| (Side::Left, c.clone()));
    let right = groups
        .columns()
        .iter()
        .filter(|c| above.iter().all(|a| a.name != c.name))
        .map(|c| (Side::Right, c.clone()));
    let output = left.chain(right).collect();
    joined(JoinKind::Inner, kept, groups, on, output, span)
}

/// The first rows within each value above, by the aggregate; equal ones by the value itself.
fn first_of(
    rows: Table,
    above: &[Column],
    [value, key]: [&Column; 2],
    (descending, count): (bool, Option<u64>),
    span: Span,
) -> Table {
    let Some(count) = count else {
        return rows;
    };
    let keys = above.iter().map(|c| c.name.clone()).collect();
    let order = vec![
        sort_key(value, descending, span),
        sort_key(key, false, span),
    ];
    rows.wrap(span, false, |input| RelationKind::FirstOfEach {
        input,
        keys,
        order,
        count,
    })
}

/// The result's columns under their names, the levels' leaders first.
fn named_and_sorted(kept: Table, levels: &[Level], span: Span) -> Table {
    let keys = levels
        .iter()
        .flat_map(|level| {
            [
                sort_key(&level.value, level.descending, span),
                sort_key(&level.key, false, span),
            ]
        })
        .collect();
    let sorted = kept.wrap(span, true, |input| RelationKind::Sort { input, keys });
    let mut picks: Vec<(usize, &str)> = Vec::with_capacity(levels.len() * 2);
    for level in levels {
        for (column, name) in [&level.key, &level.value].into_iter().zip(&level.names) {
            let place = sorted.columns().iter().position(|c| c.name == column.name);
            picks.extend(place.map(|place| (place, name.as_str())));
        }
    }
    sorted.select(span, &picks)
}
