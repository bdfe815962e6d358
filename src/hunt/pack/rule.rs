//! A rule of a pack, ready to run.
//!
//! In: a rule, its compiled query, what windows are asked for. Out: [`PackRule`]. What always holds: what
//! can change a result is in [`PackRule::ran`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::compile::CompiledQuery;
use crate::hunt::alert::Trigger;
use crate::hunt::ledger::{Ran, sha256};
use crate::hunt::window::{Asked, Schedule, Window};
use crate::lake::TimeRange;
use crate::rule::Rule;
use crate::sqlgen;
use crate::syntax::ticks::timespan_text;

/// One rule of a pack.
#[derive(Debug)]
pub struct PackRule {
    pub rule: Rule,
    pub query: CompiledQuery,
    pub schedule: Schedule,
    /// None for a hunting rule.
    pub trigger: Option<Trigger>,
    pub ran: Ran,
    /// The SQL for people; made when a result is to show it.
    sql: OnceLock<String>,
}

impl PackRule {
    /// `parameters` are what else can change a result: limits, values of exclusions.
    pub fn new(
        rule: Rule,
        query: CompiledQuery,
        asked: &Asked,
        mut parameters: BTreeMap<String, String>,
        exclusions_sha256: Option<String>,
    ) -> PackRule {
        let lookback = query.lookback.unwrap_or_else(|| asked.to - asked.from);
        let schedule = asked.schedule(&rule, lookback);
        parameters.insert("lookback".to_owned(), timespan_text(schedule.lookback));
        if asked.whole {
            parameters.insert("windows".to_owned(), "whole".to_owned());
        }
        // The fields come in the file's order; a text of them is the same for the same file.
        let fields = serde_yaml::to_string(&rule.fields).unwrap_or_default();
        let ran = Ran {
            rule_sha256: sha256(format!("{fields}\0{}", rule.query).as_bytes()),
            sql_sha256: sha256(query.statement.to_string().as_bytes()),
            exclusions_sha256,
            parameters,
        };
        PackRule {
            trigger: Trigger::of(&rule),
            rule,
            query,
            schedule,
            ran,
            sql: OnceLock::new(),
        }
    }

    /// The SQL that runs, as `retrohunt sql` shows it.
    pub fn sql(&self) -> &str {
        self.sql
            .get_or_init(|| sqlgen::format(&self.query.statement))
    }

    /// The names of the tables that it reads, each once.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.query.schemas.iter().map(|s| s.name.as_str())
    }

    /// The time that a window asks of a table: all that any mention of it asks for.
    pub fn time_of(&self, table: &str, window: Window) -> TimeRange {
        let ranges = self
            .query
            .tables
            .iter()
            .filter(|mention| mention.name == table)
            // A bound that is included needs the tick itself.
            .map(|mention| mention.range_at(window.end))
            .map(|(low, high)| TimeRange::new(low, high.map(|t| t.saturating_add(1))));
        let all = ranges.reduce(|a, b| span(&a, &b));
        all.unwrap_or_default()
    }
}

/// The time from the start of the earlier to the end of the later.
pub fn span(a: &TimeRange, b: &TimeRange) -> TimeRange {
    let both = |x: Option<i64>, y: Option<i64>, of: fn(i64, i64) -> i64| Some(of(x?, y?));
    TimeRange::new(
        both(a.start, b.start, std::cmp::min),
        both(a.end, b.end, std::cmp::max),
    )
}
