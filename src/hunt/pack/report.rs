//! What a hunt did, for people and programs.
//!
//! In: what became of each window. Out: [`PackReport`], data only. What always holds: every window of every
//! rule is in it.

use std::time::Duration;

use super::rule::PackRule;
use super::source::{PassReport, Share};
use crate::hunt::alert::Trigger;
use crate::hunt::ledger::{RuleLog, Suppressed};
use crate::hunt::window::{Schedule, Window};

/// What became of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Run and committed by this run.
    Ran,
    /// Committed by another run while this one was at work.
    ByOther,
    /// Done and current before this run.
    Current,
    /// Done, but of another rule or other files; left as it is.
    Stale(Vec<&'static str>),
    Failed(String),
    /// The run ended before it.
    NotRun,
}

/// One window of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowReport {
    pub window: Window,
    pub fate: Fate,
    pub rows: u64,
    pub truncated: bool,
    /// Of the result, below the output's URL.
    pub path: Option<String>,
    pub notes: Vec<String>,
    /// What each exclusion set aside.
    pub suppressed: Vec<Suppressed>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct RuleReport {
    pub id: String,
    pub name: String,
    pub schedule: Schedule,
    pub trigger: Option<Trigger>,
    pub windows: Vec<WindowReport>,
    /// Why the rule did not end, and whether the fault is the world's.
    pub error: Option<(String, bool)>,
    /// Entries of its log that could not be read.
    pub damaged: Vec<(String, String)>,
    /// Read for the rule's own windows, beside the pass.
    pub bytes_read: u64,
    pub share: Share,
    pub skipped_files: bool,
    pub took: Duration,
}

/// A whole hunt.
#[derive(Debug, Clone, Default)]
pub struct PackReport {
    pub rules: Vec<RuleReport>,
    pub pass: PassReport,
    /// Reading the ledger and listing the lake.
    pub listing: Duration,
    /// The user ended it.
    pub interrupted: bool,
    /// Requests that failed and were sent again.
    pub retries: u64,
}

/// How many windows met which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub ran: u64,
    pub by_other: u64,
    pub current: u64,
    pub stale: u64,
    pub failed: u64,
    pub not_run: u64,
    pub truncated: u64,
    pub rows: u64,
    pub with_rows: u64,
}

impl RuleReport {
    /// The report of a rule of which nothing has run yet.
    pub fn new(rule: &PackRule, log: &RuleLog) -> RuleReport {
        let damaged = log.damaged.iter();
        let windows = rule.schedule.windows().into_iter();
        RuleReport {
            id: rule.rule.id.clone(),
            name: rule.rule.name.clone(),
            schedule: rule.schedule,
            trigger: rule.trigger,
            windows: windows
                .map(|window| WindowReport {
                    window,
                    fate: Fate::NotRun,
                    rows: 0,
                    truncated: false,
                    path: None,
                    notes: Vec::new(),
                    suppressed: Vec::new(),
                })
                .collect(),
            error: None,
            damaged: damaged.map(|d| (d.url.clone(), d.why.clone())).collect(),
            bytes_read: 0,
            share: Share::None,
            skipped_files: false,
            took: Duration::ZERO,
        }
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for window in &self.windows {
            let count = match &window.fate {
                Fate::Ran => &mut counts.ran,
                Fate::ByOther => &mut counts.by_other,
                Fate::Current => &mut counts.current,
                Fate::Stale(_) => &mut counts.stale,
                Fate::Failed(_) => &mut counts.failed,
                Fate::NotRun => &mut counts.not_run,
            };
            *count += 1;
            counts.truncated += u64::from(window.truncated);
            counts.rows += window.rows;
            counts.with_rows += u64::from(window.rows > 0);
        }
        counts
    }

    /// The runs whose result is known, each its instant and its rows, for a back-test.
    pub fn runs(&self) -> Vec<(i64, u64)> {
        let known = |w: &&WindowReport| match w.fate {
            Fate::Ran | Fate::ByOther | Fate::Current | Fate::Stale(_) => true,
            Fate::Failed(_) | Fate::NotRun => false,
        };
        let runs = self.windows.iter().filter(known);
        runs.map(|w| (w.window.end, w.rows)).collect()
    }
}
