//! `make-series`: aggregates along an axis, as arrays.
//!
//! The rows are grouped by the keys and the slot of the axis; then the slots of each group become one
//! array, and [`functions::make_series`](crate::functions::make_series) lays them along the axis. Keys come
//! first, then the aggregates, then the axis.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::make_series::{AXIS, VALUES};
use crate::functions::{ScalarFunction, Value, registry};
use crate::plan::{Aggregate, Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Operator, SeriesAggregate, SeriesRange};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::{convert, convertible, stands_over_row};
use crate::binder::naming;
use crate::binder::projection::{Projection, Style};
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr, missing};

/// The ends and the step as bound; the step's type is the axis's, a timespan's for datetimes.
struct Ends {
    from: Option<Expr>,
    to: Option<Expr>,
    step: Expr,
    /// `in range(…)`: slots count from 0, and the end belongs to the series.
    closed: bool,
}

type Clauses<'a> = (
    &'a [SeriesAggregate],
    &'a ast::Expr,
    &'a SeriesRange,
    &'a [ast::Argument],
);

impl Binder<'_> {
    pub(super) fn make_series(
        &mut self,
        environment: &Environment,
        input: Table,
        (aggregates, on, range, by): Clauses,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        self.allow_parameters(operator, &["kind", "hint."]);
        let nonempty = matches!(
            super::parameter_word(operator, "kind"),
            Some(("nonempty", _))
        );
        let scope = input.scope(environment);
        let axis = self.expr(&scope, on);
        let ends = axis
            .as_ref()
            .and_then(|axis| self.series_ends(environment, axis, range));
        let name = naming::result_name(&scope, on).unwrap_or_else(|| "Column1".to_owned());
        let slot = self.hidden("slot");
        let mut keys = Projection::default();
        for key in by {
            self.project_argument(&scope, &mut keys, key, Style::Keys, None);
        }
        let key_count = keys.items.len();
        let slots = match (axis, &ends) {
            (Some(axis), Some(ends)) => self.series_slots(axis, ends, span),
            (_, _) => None,
        };
        let (place, filter) = slots.unzip();
        keys.add(&slot, place, false);
        let arguments: Vec<&ast::Argument> = aggregates.iter().map(|a| &a.argument).collect();
        let filtered = match filter {
            Some(predicate) => input.wrap(span, false, |input| RelationKind::Where {
                input,
                predicate,
            }),
            None => input,
        };
        let grouped = self.groups(environment, filtered, keys, &arguments, span);
        let defaults: Vec<Option<Expr>> = aggregates
            .iter()
            .zip(&grouped.columns()[(key_count + 1).min(grouped.columns().len())..])
            .map(|(aggregate, column)| {
                self.series_default(environment, aggregate.default.as_ref(), column.ty)
            })
            .collect();
        let Some(ends) = ends.filter(|_| grouped.poisoned.is_empty() && !grouped.open) else {
            return unknown_series(&grouped, key_count, &name, span);
        };
        self.series_of_groups(grouped, key_count, (&name, ends, defaults, nonempty), span)
    }

    /// The ends and the step, converted to the axis's type.
    fn series_ends(
        &mut self,
        environment: &Environment,
        axis: &Expr,
        range: &SeriesRange,
    ) -> Option<Ends> {
        let (from, to, step, closed) = match range {
            SeriesRange::Step { from, to, step } => {
                (from.as_deref(), to.as_deref(), &**step, false)
            }
            SeriesRange::InRange(range) => {
                let call = shape::call(shape::bare(range));
                let Some([from, to, step]) = call.map(|c| c.arguments.as_slice()) else {
                    self.error(
                        Code::WrongArgumentCount,
                        range.span,
                        "`range` takes a start, an end and a step",
                    );
                    return None;
                };
                (Some(&from.value), Some(&to.value), &step.value, true)
            }
        };
        let (ty, step_ty) = match axis.ty {
            ScalarType::DateTime => (ScalarType::DateTime, ScalarType::TimeSpan),
            ScalarType::TimeSpan => (ScalarType::TimeSpan, ScalarType::TimeSpan),
            ScalarType::Int | ScalarType::Long => (ScalarType::Long, ScalarType::Long),
            ScalarType::Real | ScalarType::Decimal => (ScalarType::Real, ScalarType::Real),
            ScalarType::Bool | ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => {
                self.report(
                    Diagnostic::error(
                        Code::WrongType,
                        axis.span,
                        format!("the axis of a series cannot be {}", axis.ty),
                    )
                    .with_help("it is a datetime, a timespan or a number"),
                );
                return None;
            }
        };
        let mut end = |end: &ast::Expr, ty| self.series_end(environment, end, ty);
        let from = from.map(|from| end(from, ty));
        let to = to.map(|to| end(to, ty));
        let step = end(step, step_ty)?;
        Some(Ends {
            from: match from {
                Some(from) => Some(from?),
                None => None,
            },
            to: match to {
                Some(to) => Some(to?),
                None => None,
            },
            step,
            closed,
        })
    }

    fn series_end(
        &mut self,
        environment: &Environment,
        end: &ast::Expr,
        ty: ScalarType,
    ) -> Option<Expr> {
        let bound = self.expr(&Scope::constant(environment), end)?;
        if stands_over_row(&bound) {
            self.error(
                Code::NotConstant,
                end.span,
                "the ends and the step of a series are constants",
            );
            return None;
        }
        // A real end or step on a whole axis would need slots between whole numbers.
        if !convertible(bound.ty, ty) {
            self.error(
                Code::WrongType,
                end.span,
                format!("this must be {ty}, but it is {}", bound.ty),
            );
            return None;
        }
        Some(convert(bound, ty))
    }

    fn called(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Option<Expr> {
        let function = self.builtin(name, span)?;
        let arguments = arguments.into_iter().map(Some).collect();
        self.apply(function, arguments, span, span)
    }

    /// A row's slot, and which rows have one.
    fn series_slots(&mut self, axis: Expr, ends: &Ends, span: Span) -> Option<(Expr, Expr)> {
        let axis = match axis.ty {
            ScalarType::Int => convert(axis, ScalarType::Long),
            ScalarType::Decimal => convert(axis, ScalarType::Real),
            ScalarType::Bool
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::String
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid
            | ScalarType::Dynamic => axis,
        };
        let step = ends.step.clone();
        let slot = match (&ends.from, ends.closed) {
            (Some(from), false) => {
                self.called("bin_at", vec![axis.clone(), step, from.clone()], span)?
            }
            (_, _) => self.called("bin", vec![axis.clone(), step], span)?,
        };
        let mut filter = self.called("isnotnull", vec![axis.clone()], span)?;
        let mut conditions = Vec::new();
        if let Some(from) = &ends.from {
            let first = match ends.closed {
                true => self.called("bin", vec![from.clone(), ends.step.clone()], span)?,
                false => from.clone(),
            };
            conditions.push(self.called(">=", vec![axis.clone(), first], span)?);
        }
        if let Some(to) = &ends.to {
            conditions.push(match ends.closed {
                true => self.called("<=", vec![slot.clone(), to.clone()], span)?,
                false => self.called("<", vec![axis, to.clone()], span)?,
            });
        }
        for condition in conditions {
            filter = self.called("and", vec![filter, condition], span)?;
        }
        Some((slot, filter))
    }

    /// What a slot without rows has, as JSON: 0 where the query says nothing.
    fn series_default(
        &mut self,
        environment: &Environment,
        default: Option<&ast::Expr>,
        ty: ScalarType,
    ) -> Option<Expr> {
        let Some(default) = default else {
            let zero = match ty {
                ScalarType::Real | ScalarType::Decimal => "0.0",
                ScalarType::Bool
                | ScalarType::Int
                | ScalarType::Long
                | ScalarType::TimeSpan
                | ScalarType::DateTime
                | ScalarType::Guid
                | ScalarType::String
                | ScalarType::Dynamic => "0",
            };
            return Some(Expr::literal(
                Value::Dynamic(zero.to_owned()),
                Span::default(),
            ));
        };
        let bound = self.expr(&Scope::constant(environment), default)?;
        if stands_over_row(&bound) {
            self.error(
                Code::NotConstant,
                default.span,
                "a series' default is a constant",
            );
            return None;
        }
        let typed = match ty.is_numeric() && bound.ty.is_numeric() && convertible(bound.ty, ty) {
            true => convert(bound, ty),
            false => bound,
        };
        Some(convert(typed, ScalarType::Dynamic))
    }

    /// The groups of each key as one row of arrays.
    fn series_of_groups(
        &mut self,
        grouped: Table,
        key_count: usize,
        (name, ends, defaults, nonempty): (&str, Ends, Vec<Option<Expr>>, bool),
        span: Span,
    ) -> Table {
        let columns = grouped.columns().to_vec();
        let (Some(list), Some(count), Some(slot)) = (
            registry::aggregate("make_list"),
            registry::aggregate("count"),
            columns.get(key_count),
        ) else {
            return Table::unknown(span);
        };
        let cells = std::iter::once(as_number(column_expr(slot, span))).chain(
            columns[key_count + 1..]
                .iter()
                .map(|c| column_expr(c, span)),
        );
        // make_list takes the elements of an array, so that a slot is an array in an array.
        let Some(cells) = self
            .called("pack_array", cells.collect(), span)
            .and_then(|slot| self.called("pack_array", vec![slot], span))
        else {
            return Table::unknown(span);
        };
        let hidden = |name: String, ty| Column {
            name,
            ty,
            nullable_string: false,
        };
        let slots = hidden(self.hidden("slots"), ScalarType::Dynamic);
        let rows = hidden(self.hidden("rows"), ScalarType::Long);
        let mut series_columns = columns[..key_count].to_vec();
        series_columns.extend([slots.clone(), rows.clone()]);
        let mut series = Relation {
            columns: series_columns,
            ordered: false,
            span,
            kind: RelationKind::Summarize {
                keys: columns[..key_count]
                    .iter()
                    .map(|c| column_expr(c, span))
                    .collect(),
                aggregates: vec![
                    Aggregate {
                        function: list,
                        arguments: vec![cells],
                        span,
                        results: 1,
                    },
                    Aggregate {
                        function: count,
                        arguments: Vec::new(),
                        span,
                        results: 1,
                    },
                ],
                input: Box::new(grouped.relation),
            },
        };
        // A summarize without keys gives a row over nothing; a series does so only where it is asked to.
        if key_count == 0 && !nonempty {
            let zero = Expr::literal(Value::Long(0), span);
            let Some(predicate) = self.called(">", vec![column_expr(&rows, span), zero], span)
            else {
                return Table::unknown(span);
            };
            series = Relation {
                columns: series.columns.clone(),
                ordered: false,
                span,
                kind: RelationKind::Where {
                    input: Box::new(series),
                    predicate,
                },
            };
        }
        let Some(common) = self.series_arguments(&slots, &ends, span) else {
            return Table::unknown(span);
        };
        let call = |function: &'static dyn ScalarFunction, more: Vec<Expr>| Expr {
            kind: ExprKind::Call {
                function,
                arguments: common.iter().cloned().chain(more).collect(),
            },
            ty: ScalarType::Dynamic,
            span,
            nullable_string: false,
        };
        let ty = Value::Dynamic(format!("\"{}\"", slot.ty));
        let axis = call(&AXIS, vec![Expr::literal(ty, span)]);
        let mut projection = Projection::default();
        for key in &columns[..key_count] {
            projection.add(&key.name, Some(column_expr(key, span)), false);
        }
        for (index, (column, default)) in columns[key_count + 1..].iter().zip(defaults).enumerate()
        {
            let place = Value::Dynamic((index + 1).to_string());
            let default = default.unwrap_or_else(|| missing(ScalarType::Dynamic, span));
            let values = call(&VALUES, vec![Expr::literal(place, span), default]);
            projection.add(&column.name, Some(values), false);
        }
        projection.add(name, Some(axis), false);
        projection.finish(Table::new(series), span)
    }

    /// The arguments that the axis and all values have in common.
    fn series_arguments(&mut self, slots: &Column, ends: &Ends, span: Span) -> Option<Vec<Expr>> {
        let json = |expr: Expr| convert(as_number(expr), ScalarType::Dynamic);
        let from = match (&ends.from, ends.closed) {
            (Some(from), true) => {
                Some(self.called("bin", vec![from.clone(), ends.step.clone()], span)?)
            }
            (from, _) => from.clone(),
        };
        let end = |end: Option<Expr>| end.map_or_else(|| missing(ScalarType::Dynamic, span), json);
        Some(vec![
            column_expr(slots, span),
            end(from),
            end(ends.to.clone()),
            json(ends.step.clone()),
            Expr::literal(Value::Dynamic(ends.closed.to_string()), span),
        ])
    }
}

/// A time as the number of its ticks, which it is in the engine.
fn as_number(expr: Expr) -> Expr {
    match expr.ty {
        ScalarType::DateTime | ScalarType::TimeSpan => Expr {
            ty: ScalarType::Long,
            kind: match expr.kind {
                ExprKind::Literal(Value::DateTime(ticks) | Value::TimeSpan(ticks)) => {
                    ExprKind::Literal(Value::Long(ticks))
                }
                kind => kind,
            },
            ..expr
        },
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::String
        | ScalarType::Guid
        | ScalarType::Dynamic => expr,
    }
}

/// What is known of a series that could not be bound: its columns' names.
fn unknown_series(grouped: &Table, key_count: usize, name: &str, span: Span) -> Table {
    let mut table = Table::unknown(span);
    table.open = grouped.open;
    let columns = grouped.columns();
    let mut all = columns[..key_count.min(columns.len())].to_vec();
    let dynamic = |name: &str| Column {
        name: name.to_owned(),
        ty: ScalarType::Dynamic,
        nullable_string: false,
    };
    let values = columns.get(key_count + 1..).unwrap_or_default();
    all.extend(values.iter().map(|c| dynamic(&c.name)));
    all.push(dynamic(name));
    table.poisoned = all.iter().map(|c| c.name.clone()).collect();
    table.relation.columns = all;
    table
}
