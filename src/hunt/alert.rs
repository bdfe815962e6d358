//! What Sentinel would have made of a rule's results: alerts.
//!
//! In: an analytics rule, the rows of each of its runs. Out: whether each run would have alerted, with how
//! many alerts. What always holds: runs are told apart in their order, since suppression goes forward in
//! time only.
//!
//! Source: "Scheduled analytics rules in Microsoft Sentinel": the number of results is compared with the
//! threshold; one alert for all results, or one a result, of which there are 150 at most, the last one
//! standing for the rest; after an alert a rule with suppression does not run for the suppression's time.

use crate::rule::{Rule, TriggerOperator};

use super::window::is_analytics;

/// Alerts that one run gives at most where each result is one.
const MOST_ALERTS: u64 = 150;

/// When a rule alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    pub operator: TriggerOperator,
    pub threshold: i64,
    /// One alert a result.
    pub each_result: bool,
    /// Ticks without a run after an alert.
    pub suppression: Option<i64>,
}

/// What one run would have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The rows met the threshold.
    pub triggered: bool,
    /// An earlier alert kept the run from taking place.
    pub suppressed: bool,
    pub alerts: u64,
}

impl Trigger {
    /// The trigger of an analytics rule; None for a hunting rule, which never alerts.
    pub fn of(rule: &Rule) -> Option<Trigger> {
        if !is_analytics(rule) && rule.trigger_operator.is_none() {
            return None;
        }
        Some(Trigger {
            operator: rule
                .trigger_operator
                .unwrap_or(TriggerOperator::GreaterThan),
            threshold: rule.trigger_threshold.unwrap_or(0),
            each_result: rule
                .event_grouping
                .as_deref()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("AlertPerResult")),
            suppression: rule
                .suppression_duration
                .filter(|ticks| *ticks > 0 && rule.suppression_enabled == Some(true)),
        })
    }

    /// The same rule with another threshold.
    pub fn with_threshold(self, threshold: i64) -> Trigger {
        Trigger { threshold, ..self }
    }

    pub fn triggers(&self, rows: u64) -> bool {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        match self.operator {
            TriggerOperator::GreaterThan => rows > self.threshold,
            TriggerOperator::LessThan => rows < self.threshold,
            TriggerOperator::Equal => rows == self.threshold,
            TriggerOperator::NotEqual => rows != self.threshold,
        }
    }

    /// The alerts of a run that triggers.
    pub fn alerts(&self, rows: u64) -> u64 {
        match self.each_result {
            // A rule that alerts on the absence of results has none to make alerts of but one.
            true => rows.clamp(1, MOST_ALERTS),
            false => 1,
        }
    }

    /// The verdicts of runs, each its instant in ticks and its rows, in the order of time.
    pub fn back_test(&self, runs: &[(i64, u64)]) -> Vec<Verdict> {
        let mut quiet_until = i64::MIN;
        runs.iter()
            .map(|(at, rows)| {
                let triggered = self.triggers(*rows);
                let suppressed = *at < quiet_until;
                let alerts = match triggered && !suppressed {
                    true => self.alerts(*rows),
                    false => 0,
                };
                if let (Some(time), true) = (self.suppression, alerts > 0) {
                    quiet_until = at.saturating_add(time);
                }
                Verdict {
                    triggered,
                    suppressed,
                    alerts,
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(operator: TriggerOperator, threshold: i64) -> Trigger {
        Trigger {
            operator,
            threshold,
            each_result: false,
            suppression: None,
        }
    }

    #[test]
    fn rows_are_compared_with_the_threshold() {
        use TriggerOperator::{Equal, GreaterThan, LessThan, NotEqual};
        let found = |operator| [4, 5, 6].map(|rows| trigger(operator, 5).triggers(rows));
        assert_eq!(found(GreaterThan), [false, false, true]);
        assert_eq!(found(LessThan), [true, false, false]);
        assert_eq!(found(Equal), [false, true, false]);
        assert_eq!(found(NotEqual), [true, false, true]);
    }

    #[test]
    fn each_result_is_an_alert_up_to_150() {
        let each = Trigger {
            each_result: true,
            ..trigger(TriggerOperator::GreaterThan, 0)
        };
        assert_eq!(
            [1, 149, 150, 151].map(|rows| each.alerts(rows)),
            [1, 149, 150, 150]
        );
        assert_eq!(trigger(TriggerOperator::GreaterThan, 0).alerts(151), 1);
    }

    #[test]
    fn an_alert_keeps_later_runs_from_taking_place() {
        let rule = Trigger {
            suppression: Some(20),
            ..trigger(TriggerOperator::GreaterThan, 0)
        };
        // Runs every ten ticks: the one at 10 alerts; the one at 20 is kept from running, the one at 30
        // is the first after the time; the one at 40 has nothing.
        let verdicts = rule.back_test(&[(10, 3), (20, 9), (30, 1), (40, 0), (50, 1)]);
        let alerts: Vec<u64> = verdicts.iter().map(|v| v.alerts).collect();
        assert_eq!(alerts, [1, 0, 1, 0, 1]);
        let suppressed: Vec<bool> = verdicts.iter().map(|v| v.suppressed).collect();
        assert_eq!(suppressed, [false, true, false, true, false]);
    }
}
