//! `summarize`: group keys, aggregates, and expressions over aggregates.
//!
//! The aggregates of all expressions are collected first; an expression then stands over their results.
//! Where every expression is one aggregate, the aggregation gives the columns itself, else a projection
//! over it does.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{AggregateFunction, Argument};
use crate::plan::{Aggregate, Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Call};

use crate::binder::Binder;
use crate::binder::discovery::{result_of_any, unknown_value};
use crate::binder::environment::Environment;
use crate::binder::expressions::describe;
use crate::binder::naming;
use crate::binder::projection::{Projection, Style, column_reference};
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr};

/// The aggregates that were met so far.
#[derive(Debug, Default)]
pub(in crate::binder) struct Collector {
    found: Vec<Found>,
    /// The columns that are group keys: `*` leaves them out.
    keys: HashSet<String>,
}

#[derive(Debug)]
struct Found {
    aggregate: Aggregate,
    results: Vec<ScalarType>,
    /// Kusto's names of the results.
    names: Vec<String>,
}

/// Whether an aggregate takes all columns: `arg_max(x, *)`.
fn has_star(argument: &ast::Argument) -> bool {
    let call = shape::call(shape::bare(&argument.value));
    call.is_some_and(|call| call.arguments.iter().any(|a| shape::is_star(&a.value)))
}

/// The name of an aggregate's result below the projection; no KQL name begins so.
fn result_column(aggregate: usize, result: usize) -> String {
    format!("$agg{aggregate}_{result}")
}

impl Binder<'_> {
    pub(super) fn summarize(
        &mut self,
        environment: &Environment,
        input: Table,
        aggregates: &[ast::Argument],
        by: &[ast::Argument],
        span: Span,
    ) -> Table {
        let scope = input.scope(environment);
        let mut projection = Projection::default();
        let mut collector = Collector::default();
        for key in by {
            self.project_argument(&scope, &mut projection, key, Style::Keys, None);
            if let Some(item) = projection.items.last()
                && let Some(column) = column_reference(&key.value, item.expr.as_ref())
            {
                collector.keys.insert(column);
            }
        }
        let key_count = projection.items.len();
        self.aggregates = Some(collector);
        for argument in aggregates {
            self.summarize_argument(&scope, &mut projection, argument);
        }
        let found = self.aggregates.take().unwrap_or_default().found;
        let (open, told) = (input.open, input.told);
        let mut table = grouped(input, projection, key_count, found, span);
        // `*` gives the columns that are not known too.
        if aggregates.iter().any(has_star) {
            table.open |= open;
            table.told = told;
        }
        table
    }

    /// The groups of these keys with the aggregates of these arguments, which may read any column of the input.
    pub(super) fn groups(
        &mut self,
        environment: &Environment,
        input: Table,
        keys: Projection,
        aggregates: &[&ast::Argument],
        span: Span,
    ) -> Table {
        let scope = input.scope(environment);
        let mut projection = keys;
        let key_count = projection.items.len();
        self.aggregates = Some(Collector::default());
        for argument in aggregates {
            self.summarize_argument(&scope, &mut projection, argument);
        }
        let found = self.aggregates.take().unwrap_or_default().found;
        grouped(input, projection, key_count, found, span)
    }

    fn summarize_argument(
        &mut self,
        scope: &Scope,
        projection: &mut Projection,
        argument: &ast::Argument,
    ) {
        let value = &argument.value;
        let before = self.aggregates.as_ref().map_or(0, |c| c.found.len());
        let expr = self.expr(scope, value);
        let found = self.aggregates.as_ref().map(|c| &c.found[before..]);
        let results: Vec<(Expr, String)> = match (&expr, found) {
            (Some(expr), Some([single])) if is_result(expr, before) => single
                .results
                .iter()
                .zip(&single.names)
                .enumerate()
                .map(|(i, (ty, name))| (result_expr(before, i, *ty, expr.span), name.clone()))
                .collect(),
            (Some(expr), found) => {
                if found.is_none_or(<[Found]>::is_empty) {
                    self.report(
                        Diagnostic::error(
                            Code::MisplacedAggregate,
                            value.span,
                            "an aggregate must stand here",
                        )
                        .with_help("for the groups themselves use `distinct`"),
                    );
                }
                let name = naming::result_name(scope, value).unwrap_or_default();
                vec![(expr.clone(), name)]
            }
            (None, _) => {
                match naming::result_name(scope, value) {
                    _ if !argument.names.is_empty() => {}
                    Some(name) => projection.add(&name, None, false),
                    None => projection.add_unnamed(scope, None),
                }
                for name in &argument.names {
                    projection.add(&name.text, None, false);
                }
                return;
            }
        };
        if argument.names.len() > results.len() {
            self.error(
                Code::BadArgument,
                argument.names[results.len()].span,
                format!(
                    "there are {} values for {} names",
                    results.len(),
                    argument.names.len()
                ),
            );
        }
        let tuple = results.len() > 1;
        for (i, (expr, name)) in results.into_iter().enumerate() {
            match argument.names.get(i) {
                Some(given) => {
                    let replace = tuple && argument.names.len() == 1;
                    self.declare(projection, &given.text, given.span, Some(expr), replace);
                }
                None if name.is_empty() => {
                    projection.add_unnamed(scope, Some(expr));
                }
                None => projection.add(&name, Some(expr), false),
            }
        }
    }

    /// A call of an aggregate: it is collected, and its first result stands in its place.
    pub(in crate::binder) fn aggregate_call(
        &mut self,
        scope: &Scope,
        function: &'static dyn AggregateFunction,
        call: &Call,
        span: Span,
    ) -> Option<Expr> {
        let name = call.name.text.as_str();
        let Some(collector) = self.aggregates.take() else {
            self.report(
                Diagnostic::error(
                    Code::MisplacedAggregate,
                    span,
                    format!("the aggregate `{name}` cannot stand here"),
                )
                .with_help("aggregates stand in `summarize`"),
            );
            return None;
        };
        let given = self.aggregate_arguments(scope, call, &collector.keys);
        self.aggregates = Some(collector);
        let names: Vec<Option<String>> = given.iter().map(|g| g.name.clone()).collect();
        let arguments: Vec<Option<Expr>> = given.into_iter().map(|g| g.expr).collect();
        if arguments.iter().any(Option::is_none) && self.is_guessing() {
            return self.unknown_aggregate(function, &names, arguments, span);
        }
        let arguments = self.arguments(name, &function.signature(), arguments, call.name.span)?;
        let described: Vec<Argument> = arguments
            .iter()
            .map(|a| Argument {
                ty: a.ty,
                constant: a.constant(),
            })
            .collect();
        let results = match function.return_types(&described) {
            Ok(results) => results,
            Err(fault) => {
                self.argument_fault(fault, &arguments, span);
                return None;
            }
        };
        let borrowed: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
        let names = function.result_names(&borrowed, &described);
        let first = *results.first()?;
        let collector = self.aggregates.as_mut()?;
        let place = collector.found.len();
        collector.found.push(Found {
            aggregate: Aggregate {
                function,
                arguments,
                span,
                results: results.len(),
            },
            results,
            names,
        });
        Some(result_expr(place, 0, first, span))
    }

    /// An aggregate over columns that are still to be found: its results where their types do not depend on
    /// them.
    fn unknown_aggregate(
        &mut self,
        function: &'static dyn AggregateFunction,
        names: &[Option<String>],
        arguments: Vec<Option<Expr>>,
        span: Span,
    ) -> Option<Expr> {
        let results = result_of_any(&arguments, |described| function.return_types(described))?;
        let arguments: Vec<Expr> = arguments
            .into_iter()
            .map(|argument| argument.unwrap_or_else(|| unknown_value(ScalarType::Dynamic, span)))
            .collect();
        let described: Vec<Argument> = arguments.iter().map(describe).collect();
        let borrowed: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
        let names = function.result_names(&borrowed, &described);
        let first = *results.first()?;
        let collector = self.aggregates.as_mut()?;
        let place = collector.found.len();
        collector.found.push(Found {
            aggregate: Aggregate {
                function,
                arguments,
                span,
                results: results.len(),
            },
            results,
            names,
        });
        Some(result_expr(place, 0, first, span))
    }

    fn aggregate_arguments(
        &mut self,
        scope: &Scope,
        call: &Call,
        keys: &HashSet<String>,
    ) -> Vec<Given> {
        let any_star = call
            .arguments
            .iter()
            .any(super::super::expressions::is_star);
        let carries = matches!(
            call.name.text.as_str(),
            "arg_max" | "arg_min" | "argmax" | "argmin" | "take_any" | "any"
        );
        let mut given = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        for (index, argument) in call.arguments.iter().enumerate() {
            if super::super::expressions::is_star(argument) {
                if call.name.text == "count" {
                    continue;
                }
                for column in scope.columns {
                    if keys.contains(&column.name) || !seen.insert(column.name.clone()) {
                        continue;
                    }
                    let known = !scope.is_poisoned(&column.name);
                    given.push(Given {
                        name: Some(column.name.clone()),
                        expr: known.then(|| column_expr(column, argument.value.span)),
                    });
                }
                continue;
            }
            let expr = self.expr(scope, &argument.value);
            let column = column_reference(&argument.value, expr.as_ref());
            if let Some(column) = &column {
                let primary = index == 0 && !call.name.text.ends_with("any");
                let repeated = keys.contains(column) || seen.contains(column);
                if carries && any_star && !primary && repeated {
                    continue;
                }
                seen.insert(column.clone());
            }
            let name = match argument.names.first() {
                Some(name) => Some(name.text.clone()),
                None => column.or_else(|| naming::result_name(scope, &argument.value)),
            };
            given.push(Given { name, expr });
        }
        given
    }
}

/// An argument of an aggregate with the name that Kusto takes of it.
struct Given {
    name: Option<String>,
    expr: Option<Expr>,
}

fn result_expr(aggregate: usize, result: usize, ty: ScalarType, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Column(result_column(aggregate, result)),
        ty,
        span,
        nullable_string: false,
    }
}

fn is_result(expr: &Expr, aggregate: usize) -> bool {
    matches!(&expr.kind, ExprKind::Column(name) if *name == result_column(aggregate, 0))
}

/// The aggregation, with a projection over it where that is needed.
fn grouped(
    input: Table,
    projection: Projection,
    key_count: usize,
    found: Vec<Found>,
    span: Span,
) -> Table {
    let (columns, mut expressions, poisoned) = projection.parts(span);
    let mut inner: Vec<Column> = columns[..key_count].to_vec();
    for column in &mut inner {
        column.nullable_string = false;
    }
    for (place, found) in found.iter().enumerate() {
        for (result, ty) in found.results.iter().enumerate() {
            inner.push(Column {
                name: result_column(place, result),
                ty: *ty,
                nullable_string: false,
            });
        }
    }
    let plain = inner.len() == columns.len()
        && inner[key_count..]
            .iter()
            .zip(&expressions[key_count..])
            .all(|(c, e)| matches!(&e.kind, ExprKind::Column(name) if *name == c.name));
    let over = expressions.split_off(key_count);
    if plain {
        for (inner, outer) in inner.iter_mut().zip(&columns) {
            inner.name.clone_from(&outer.name);
        }
    }
    let relation = Relation {
        kind: RelationKind::Summarize {
            input: Box::new(input.relation),
            keys: expressions,
            aggregates: found.into_iter().map(|f| f.aggregate).collect(),
        },
        columns: inner,
        ordered: false,
        span,
    };
    let mut table = Table::new(relation);
    if !plain {
        let keys = &table.relation.columns[..key_count];
        let expressions: Vec<Expr> = keys
            .iter()
            .map(|c| column_expr(c, span))
            .chain(over)
            .collect();
        let columns = columns
            .into_iter()
            .zip(&expressions)
            .map(|(column, expr)| Column {
                nullable_string: expr.nullable_string,
                ..column
            })
            .collect();
        table.relation = Relation {
            columns,
            ordered: false,
            span,
            kind: RelationKind::Project {
                input: Box::new(table.relation),
                expressions,
            },
        };
    }
    // An aggregate that could not be bound may have given any number of columns.
    table.open = !poisoned.is_empty();
    table.poisoned = poisoned;
    table
}
