//! The windows of a hunt: the runs that a rule would have had.
//!
//! In: the time that is hunted, a rule's own schedule, what the user asks for. Out: [`Schedule`] and its
//! [`Window`]s. What always holds: the runs stand at `from + every`, `from + 2 * every`, … and the last at
//! `to`, so that the whole time is seen where the lookback is no shorter than the step; the same input
//! gives the same windows.
//!
//! A window's end is what the rule's `now()` means. Its start is the end less the lookback. A rule without
//! bounds of its own sees `start` included and `end` excluded, as `--from` and `--to` are, so that
//! windows side by side share no event. A rule with bounds of its own sees what those say, up to and with
//! `end` ([`crate::compile::Lookback`]).

use crate::rule::Rule;
use crate::symbols::TICKS_PER_DAY;

/// What a window is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Ticks, included.
    pub from: i64,
    /// Ticks, excluded.
    pub to: i64,
    pub every: Option<i64>,
    pub lookback: Option<i64>,
    /// One window of the whole time, to which the rule's own bounds are widened.
    pub whole: bool,
}

/// One run of a rule; ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub start: i64,
    pub end: i64,
}

/// The runs of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub from: i64,
    pub to: i64,
    pub every: i64,
    pub lookback: i64,
}

impl Asked {
    /// The step that is asked for, or that the rule itself has.
    fn step(&self, rule: &Rule) -> Option<i64> {
        self.every
            .or(rule.query_frequency)
            .filter(|ticks| *ticks > 0)
    }

    /// How the rule's query is to be bounded.
    pub fn lookback(&self, rule: &Rule) -> crate::compile::Lookback {
        crate::compile::Lookback {
            ticks: self
                .lookback
                .or(rule.query_period)
                .filter(|ticks| *ticks > 0),
            otherwise: self.step(rule).unwrap_or(TICKS_PER_DAY),
            limits: is_analytics(rule),
        }
    }

    /// The runs of a rule that looks back so far.
    pub fn schedule(&self, rule: &Rule, lookback: i64) -> Schedule {
        let whole = self.to - self.from;
        match self.whole {
            true => Schedule {
                from: self.from,
                to: self.to,
                every: whole,
                lookback: whole,
            },
            false => Schedule {
                from: self.from,
                to: self.to,
                every: self.step(rule).unwrap_or(lookback),
                lookback,
            },
        }
    }
}

/// Whether Sentinel runs the rule on a schedule: then its period bounds what it sees.
pub fn is_analytics(rule: &Rule) -> bool {
    rule.kind.as_deref().is_some_and(|kind| {
        kind.eq_ignore_ascii_case("scheduled") || kind.eq_ignore_ascii_case("nrt")
    })
}

impl Schedule {
    /// The windows, the earliest first.
    pub fn windows(&self) -> Vec<Window> {
        let step = self.every.max(1);
        let whole = (self.to - self.from) / step;
        let mut ends: Vec<i64> = (1..=whole).map(|n| self.from + n * step).collect();
        if ends.last().is_none_or(|last| *last < self.to) {
            ends.push(self.to);
        }
        ends.into_iter()
            .map(|end| Window {
                start: end.saturating_sub(self.lookback).max(0),
                end,
            })
            .collect()
    }

    /// Whether time between two windows is seen by neither.
    pub fn has_gaps(&self) -> bool {
        self.lookback < self.every
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const DAY: i64 = TICKS_PER_DAY;
    const HOUR: i64 = DAY / 24;
    /// 2026-01-01 as days since year one does not matter here: any day will do.
    const FIRST: i64 = 739_000 * DAY;

    fn rule(fields: &str) -> Rule {
        let text = format!("id: a\nname: a\n{fields}\nquery: T\n");
        let mut file = crate::rule::read(Path::new("a.yaml"), text.as_bytes());
        file.rules.remove(0)
    }

    fn asked(days: i64) -> Asked {
        Asked {
            from: FIRST,
            to: FIRST + days * DAY,
            ..Asked::default()
        }
    }

    /// Starts and ends in hours after the first instant.
    fn hours(schedule: Schedule) -> Vec<(i64, i64)> {
        let hour = |t: i64| (t - FIRST) / HOUR;
        schedule
            .windows()
            .iter()
            .map(|w| (hour(w.start), hour(w.end)))
            .collect()
    }

    #[test]
    fn a_day_is_the_step_where_nothing_else_is_known() {
        let rule = rule("");
        let asked = asked(3);
        assert_eq!(asked.lookback(&rule).otherwise, DAY);
        let found = hours(asked.schedule(&rule, DAY));
        assert_eq!(found, [(0, 24), (24, 48), (48, 72)]);
    }

    #[test]
    fn the_lookback_is_the_step_where_the_rule_has_no_frequency() {
        // Five days back over ten: runs at the end of the 5th and of the 10th day.
        let found = hours(asked(10).schedule(&rule(""), 5 * DAY));
        assert_eq!(found, [(0, 120), (120, 240)]);
    }

    #[test]
    fn a_frequency_shorter_than_the_lookback_makes_windows_overlap() {
        let rule = rule("queryFrequency: PT12H\nqueryPeriod: 1d\nkind: Scheduled");
        let asked = asked(1);
        let bound = asked.lookback(&rule);
        assert_eq!((bound.ticks, bound.limits), (Some(DAY), true));
        // The first run sees the twelve hours before the hunted time too, as the live rule did.
        let found = hours(asked.schedule(&rule, DAY));
        assert_eq!(found, [(-12, 12), (0, 24)]);
    }

    #[test]
    fn what_is_asked_for_wins_over_the_rule() {
        let rule = rule("queryFrequency: PT1H\nqueryPeriod: PT1H");
        let asked = Asked {
            every: Some(DAY),
            lookback: Some(2 * DAY),
            ..asked(2)
        };
        assert_eq!(asked.lookback(&rule).ticks, Some(2 * DAY));
        assert_eq!(hours(asked.schedule(&rule, 2 * DAY)), [(-24, 24), (0, 48)]);
    }

    #[test]
    fn the_rest_of_a_step_is_a_run_at_the_end() {
        let asked = Asked {
            to: FIRST + 30 * HOUR,
            ..asked(0)
        };
        assert_eq!(hours(asked.schedule(&rule(""), DAY)), [(0, 24), (6, 30)]);
        let short = Asked {
            to: FIRST + HOUR,
            ..asked
        };
        assert_eq!(hours(short.schedule(&rule(""), DAY)), [(-23, 1)]);
    }

    #[test]
    fn the_whole_time_is_one_window() {
        let asked = Asked {
            whole: true,
            ..asked(9)
        };
        let schedule = asked.schedule(&rule("queryFrequency: 1h"), DAY);
        assert_eq!(hours(schedule), [(0, 216)]);
        assert!(!schedule.has_gaps());
    }

    #[test]
    fn a_lookback_shorter_than_the_step_leaves_gaps() {
        let asked = Asked {
            every: Some(DAY),
            ..asked(2)
        };
        let schedule = asked.schedule(&rule(""), HOUR);
        assert!(schedule.has_gaps());
        assert_eq!(hours(schedule), [(23, 24), (47, 48)]);
    }
}
