//! The bound that a window of a hunt puts on each table.
//!
//! In: a bound query, and how far back a window reaches. Out: the query with the bounds that it lacks.
//! What always holds: `now()` is the window's end, so no event after it is seen, as on a live system;
//! a bound is only added, never taken away; the query is the same for every window.
//!
//! | The query has | Each table gets |
//! |---|---|
//! | no bound of time at all | `time >= now() - lookback and time < now()`: windows side by side share no event |
//! | a lower bound over the table | `time <= now()`, where its own upper bound is not as early for certain |
//! | an upper bound alone | `time >= now() - lookback` |
//! | bounds, but none that stands over the table | `time >= now() - lookback and time <= now()` |
//!
//! Both ends are included where the query has bounds of its own: which event of the boundary it wants is
//! then its own matter, and one that both leave out would be seen by no window.

use super::time_bound::{self, TableUse};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::functions::{Value, registry};
use crate::plan::{self, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::{ScalarType, TICKS_PER_DAY};

/// How far back the windows of a hunt reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookback {
    /// Ticks before `now()`; where None, the longest that the query itself shows.
    pub ticks: Option<i64>,
    /// Where the query shows none either.
    pub otherwise: i64,
    /// The query sees nothing before it, even where its own bounds reach further back: so Sentinel treats
    /// the period of an analytics rule.
    pub limits: bool,
}

/// Bounds every table; gives the lookback in ticks. Where the query counts from the time of running in a
/// way that shows no lookback, a warning says so: the window might be shorter than what it means.
pub(super) fn apply(
    query: &mut plan::Query,
    lookback: Lookback,
    diagnostics: &mut Diagnostics,
) -> i64 {
    let shown = longest(query);
    if lookback.ticks.is_none() && shown.is_none() {
        let asks = time_of_running(query);
        diagnostics.extend(
            asks.map(unrecognised)
                .map(Diagnostics::from)
                .unwrap_or_default(),
        );
    }
    let ticks = lookback.ticks.or(shown).unwrap_or(lookback.otherwise);
    let bound = Bound {
        ticks,
        limits: lookback.limits && lookback.ticks.is_some(),
        alone: shown.is_none() && !has_bounds(query),
    };
    for table in &mut query.lets {
        bound.relation(&mut table.relation);
    }
    bound.relation(&mut query.root);
    ticks
}

/// The longest time before `now()` that the query's conditions ask for. Bounds that are no distance from
/// `now()` (`Timestamp > datetime(2026-01-01)`) show none.
fn longest(query: &plan::Query) -> Option<i64> {
    let mut found: Option<i64> = None;
    each_relation(query, &mut |relation| {
        for expression in relation.expressions() {
            for part in expression.walk() {
                found = found.max(distance(part));
            }
        }
    });
    found.filter(|ticks| *ticks > 0)
}

/// Whether any condition compares a table's time with a constant.
fn has_bounds(query: &plan::Query) -> bool {
    let mut any = false;
    each_relation(query, &mut |relation| {
        if let RelationKind::Where { predicate, .. } = &relation.kind {
            any |= predicate
                .conjuncts()
                .into_iter()
                .any(|c| time_bound::time_bound(c).is_some());
        }
    });
    any
}

/// Where a condition asks for the time of running.
fn time_of_running(query: &plan::Query) -> Option<Span> {
    let mut found = None;
    each_relation(query, &mut |relation| {
        if let RelationKind::Where { predicate, .. } = &relation.kind {
            let asks = predicate
                .walk()
                .find(|e| time_bound::asks_time_of_running(e));
            found = found.or(asks.map(|e| e.span));
        }
    });
    found
}

fn unrecognised(span: Span) -> Diagnostic {
    Diagnostic::warning(
        Code::UnrecognisedTimeBound,
        span,
        "this condition counts from the time of running, and shows no lookback: a window sees its own time only",
    )
    .with_help("give the lookback with --lookback, or as queryPeriod in the rule")
}

/// Every relation of the query, subqueries too.
fn each_relation(query: &plan::Query, see: &mut dyn FnMut(&Relation)) {
    let mut rest: Vec<&Relation> = query.lets.iter().map(|l| &l.relation).collect();
    rest.push(&query.root);
    while let Some(relation) = rest.pop() {
        see(relation);
        rest.extend(relation.inputs());
        rest.extend(time_bound::subqueries(relation.expressions()));
    }
}

/// How long before `now()` a datetime lies that moves along with it; None for every other expression.
fn distance(expr: &Expr) -> Option<i64> {
    // The last tick of a day, and the first: startofday(ago(7d)) reaches back between 7 and 8 days.
    const LATE: i64 = 700_000 * TICKS_PER_DAY - 1;
    const EARLY: i64 = LATE + 1;
    if expr.ty != ScalarType::DateTime {
        return None;
    }
    let (late, early) = (ticks_at(expr, LATE)?, ticks_at(expr, EARLY)?);
    // What does not move within years is a fixed time.
    let moved = ticks_at(expr, LATE + 4000 * TICKS_PER_DAY)?;
    (moved != late).then(|| (LATE - late).max(EARLY - early))
}

/// The ticks of a constant datetime or timespan where `now()` is `as_of`. None where it is not simple
/// arithmetic.
pub fn ticks_at(expr: &Expr, as_of: i64) -> Option<i64> {
    match &expr.kind {
        ExprKind::Literal(Value::DateTime(ticks) | Value::TimeSpan(ticks)) => Some(*ticks),
        ExprKind::AsOf => Some(as_of),
        ExprKind::Call {
            function,
            arguments,
        } => {
            let values = arguments
                .iter()
                .map(|a| ticks_at(a, as_of))
                .collect::<Option<Vec<i64>>>()?;
            match (function.name(), values.as_slice()) {
                ("now", []) => Some(as_of),
                ("now", [offset]) => as_of.checked_add(*offset),
                ("ago", [span]) => as_of.checked_sub(*span),
                ("+", [left, right]) => left.checked_add(*right),
                ("-", [left, right]) => left.checked_sub(*right),
                ("startofday", [time]) => Some(time - time.rem_euclid(TICKS_PER_DAY)),
                ("bin", [time, span]) if *span > 0 => Some(time - time.rem_euclid(*span)),
                (_, _) => None,
            }
        }
        ExprKind::Literal(_)
        | ExprKind::Column(_)
        | ExprKind::Convert(_)
        | ExprKind::Scalar(_)
        | ExprKind::InTable { .. } => None,
    }
}

impl TableUse {
    /// The times that the mention can ask for where `now()` is `as_of`, both ends included, in ticks; None
    /// is open.
    pub fn range_at(&self, as_of: i64) -> (Option<i64>, Option<i64>) {
        let ticks = |e: &Option<Expr>| e.as_ref().and_then(|e| ticks_at(e, as_of));
        self.bounds.iter().fold((None, None), |(low, high), bound| {
            let upper = ticks(&bound.upper);
            (
                low.max(ticks(&bound.lower)),
                match (high, upper) {
                    (Some(a), Some(b)) => Some(std::cmp::min::<i64>(a, b)),
                    (a, b) => a.or(b),
                },
            )
        })
    }
}

/// What each table gets.
#[derive(Clone, Copy)]
struct Bound {
    ticks: i64,
    limits: bool,
    /// The query shows no time: the window is the only bound.
    alone: bool,
}

impl Bound {
    fn relation(self, relation: &mut Relation) {
        for expr in relation.expressions_mut() {
            expr.for_each_subquery_mut(&mut |table| self.relation(table));
        }
        let added = time_bound::table_chain(relation).and_then(|chain| {
            let own: Vec<_> = chain
                .predicates
                .iter()
                .flat_map(|p| p.conjuncts())
                .filter_map(time_bound::time_bound)
                .collect();
            let column = own.first().map(|b| b.column.clone());
            // A table without a time is no table of events: there is nothing to bound.
            Some((column.or(chain.time_column)?, own))
        });
        match added {
            Some((column, own)) => {
                let conditions = self.conditions(&column, &own, relation.span);
                if !conditions.is_empty() {
                    time_bound::bound_table(relation, &conditions);
                }
                // Subqueries within the operators of the chain.
                let mut inputs = relation.inputs_mut();
                while let Some(input) = inputs.pop() {
                    for expr in input.expressions_mut() {
                        expr.for_each_subquery_mut(&mut |table| self.relation(table));
                    }
                    inputs.extend(input.inputs_mut());
                }
            }
            None => {
                for input in relation.inputs_mut() {
                    self.relation(input);
                }
            }
        }
    }

    fn conditions(self, column: &str, own: &[super::TimeBound], span: Span) -> Vec<Expr> {
        let start = || ago(self.ticks, span);
        let compare =
            |operator: &str, time: Option<Expr>| time_bound::compare(operator, column, time?, span);
        if self.alone {
            return [compare(">=", start()), compare("<", Some(now(span)))]
                .into_iter()
                .flatten()
                .collect();
        }
        // Whether a bound is as tight for certain: at two times, since a fixed one may be so at one of them.
        let within = |tight: &dyn Fn(&super::TimeBound, i64) -> bool| {
            own.iter().any(|bound| {
                [0, 4000]
                    .iter()
                    .all(|days| tight(bound, (700_000 + days) * TICKS_PER_DAY))
            })
        };
        let at = |e: &Option<Expr>, as_of: i64| e.as_ref().and_then(|e| ticks_at(e, as_of));
        let starts = own.iter().any(|b| b.lower.is_some());
        let in_lookback =
            within(&|b, as_of| at(&b.lower, as_of).is_some_and(|t| t >= as_of - self.ticks));
        let ended = within(&|b, as_of| at(&b.upper, as_of).is_some_and(|t| t <= as_of));
        let lower = (!starts || self.limits && !in_lookback).then(|| compare(">=", start()));
        let upper = (!ended).then(|| compare("<=", Some(now(span))));
        [lower, upper].into_iter().flatten().flatten().collect()
    }
}

fn now(span: Span) -> Expr {
    Expr {
        kind: ExprKind::AsOf,
        ty: ScalarType::DateTime,
        span,
        nullable_string: false,
    }
}

fn ago(ticks: i64, span: Span) -> Option<Expr> {
    Some(Expr {
        kind: ExprKind::Call {
            function: registry::scalar("ago")?,
            arguments: vec![Expr::literal(Value::TimeSpan(ticks), span)],
        },
        ty: ScalarType::DateTime,
        span,
        nullable_string: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{Compiled, Options, compile};
    use crate::sqlgen;
    use crate::symbols::BuiltinCatalogue;

    const DAY: i64 = TICKS_PER_DAY;

    fn compiled(query: &str, ticks: Option<i64>, limits: bool) -> Compiled {
        let lookback = Lookback {
            ticks,
            otherwise: DAY,
            limits,
        };
        let options = Options {
            lookback: Some(lookback),
            ..Options::default()
        };
        compile(query, &BuiltinCatalogue, options)
    }

    /// A range of days before `now()`.
    type Days = (Option<i64>, Option<i64>);

    /// The lookback in days, and each table's range.
    #[track_caller]
    fn ranges(query: &str, ticks: Option<i64>, limits: bool) -> (i64, Vec<Days>) {
        let query = compiled(query, ticks, limits).query.unwrap();
        let as_of = 739_000 * DAY;
        let days = |t: i64| (as_of - t) / DAY;
        let ranges = query
            .tables
            .iter()
            .map(|t| t.range_at(as_of))
            .map(|(low, high)| (low.map(days), high.map(days)))
            .collect();
        (query.lookback.unwrap() / DAY, ranges)
    }

    #[test]
    fn own_bounds_keep_their_meaning() {
        let seed = "DeviceNetworkEvents | where Timestamp between (now(-5d) .. now()) | take 1";
        assert_eq!(ranges(seed, None, false), (5, vec![(Some(5), Some(0))]));
        let plain = compile(seed, &BuiltinCatalogue, Options::default())
            .query
            .unwrap();
        let bounded = compiled(seed, None, false).query.unwrap();
        assert_eq!(
            sqlgen::format(&plain.statement),
            sqlgen::format(&bounded.statement)
        );
    }

    #[test]
    fn no_window_sees_what_came_after_it() {
        let since = "DeviceNetworkEvents | where Timestamp > ago(3d)";
        assert_eq!(ranges(since, None, false), (3, vec![(Some(3), Some(0))]));
        let future = "DeviceNetworkEvents | where Timestamp between (datetime(2020-01-01) .. datetime(2099-01-01))";
        let (_, found) = ranges(future, None, false);
        assert_eq!(found[0].1, Some(0));
    }

    #[test]
    fn a_query_without_time_gets_the_window() {
        let query = "DeviceNetworkEvents | where RemoteUrl has 'x'";
        assert_eq!(ranges(query, None, false), (1, vec![(Some(1), Some(0))]));
        assert_eq!(
            ranges(query, Some(7 * DAY), false),
            (7, vec![(Some(7), Some(0))])
        );
        let text = sqlgen::format(&compiled(query, None, false).query.unwrap().statement);
        assert!(
            text.contains("$as_of") && !text.contains("<= CAST($as_of"),
            "{text}"
        );
    }

    #[test]
    fn bounds_above_a_union_or_a_let_count_and_both_ends_are_seen() {
        for query in [
            "union DeviceNetworkEvents, DeviceProcessEvents | where Timestamp > ago(30d)",
            "let T = DeviceNetworkEvents | summarize by Timestamp, DeviceId; T | where Timestamp >= ago(30d) | join kind=inner T on DeviceId",
        ] {
            let (lookback, found) = ranges(query, None, false);
            assert_eq!(lookback, 30, "{query}");
            assert!(
                found.iter().all(|r| *r == (Some(30), Some(0))),
                "{query}: {found:?}"
            );
            let text = sqlgen::format(&compiled(query, None, false).query.unwrap().statement);
            assert!(text.contains("<= CAST($as_of"), "{text}");
        }
    }

    #[test]
    fn a_baseline_before_the_window_keeps_its_own_upper_bound() {
        let query = "let known = DeviceNetworkEvents | where Timestamp < ago(1d) | distinct RemoteUrl; \
                     DeviceNetworkEvents | where Timestamp >= ago(1d) and RemoteUrl !in (known)";
        let (lookback, found) = ranges(query, Some(14 * DAY), false);
        assert_eq!(lookback, 14);
        assert!(
            found.contains(&(Some(14), Some(1))) && found.contains(&(Some(1), Some(0))),
            "{found:?}"
        );
    }

    #[test]
    fn a_period_limits_an_analytics_rule() {
        let query = "SigninLogs | where TimeGenerated > ago(14d)";
        assert_eq!(ranges(query, Some(DAY), true).1, [(Some(1), Some(0))]);
        assert_eq!(ranges(query, Some(DAY), false).1, [(Some(14), Some(0))]);
    }

    #[test]
    fn a_time_that_shows_no_lookback_is_warned_of() {
        let query = "DeviceNetworkEvents | where now() - Timestamp < 7d";
        let warned = |ticks| {
            let found = compiled(query, ticks, false).diagnostics;
            found.iter().any(|d| d.code == Code::UnrecognisedTimeBound)
        };
        assert!(warned(None) && !warned(Some(7 * DAY)));
    }

    #[test]
    fn starts_of_days_reach_further_back_late_in_the_day() {
        let query = "DeviceNetworkEvents | where Timestamp > startofday(ago(7d))";
        let lookback = compiled(query, None, false)
            .query
            .unwrap()
            .lookback
            .unwrap();
        assert_eq!(lookback, 8 * DAY - 1);
    }
}
