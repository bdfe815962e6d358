//! A pack of rules over the windows of a hunt.
//!
//! In: an engine, a ledger, rules that are ready, options. Out: results in the output's store, the ledger,
//! a [`PackReport`]. What always holds: a rule that fails does not stop the others; what is done and current
//! is not run again; a run that is ended leaves a ledger that the next one goes on from.

mod commit;
mod error;
mod listing;
mod report;
mod rule;
mod rule_run;
mod source;
mod table;
mod window_run;

use std::time::{Duration, Instant};

use tokio::sync::watch;

pub use error::HuntError;
pub use report::{Counts, Fate, PackReport, RuleReport, WindowReport};
pub use rule::PackRule;
pub use window_run::RunLimits;

use crate::engine::Engine;
use crate::hunt::ledger::{Entry, FORMAT, Failed, Ledger, Objects, Ran, RuleLog};
use crate::rule::Rule;
use listing::Tables;

/// How long a run that is ended may take to commit what it has.
const LAST_COMMIT: Duration = Duration::from_secs(3);

/// What a hunt is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct PackOptions {
    /// Run again what has changed.
    pub refresh: bool,
    pub limits: RunLimits,
    /// For all windows of one rule.
    pub timeout: Option<Duration>,
    /// The clock, in ticks: a window that ends later is run again by the next hunt.
    pub now: i64,
    /// How far a path's time and its events' may differ, in ticks.
    pub path_slack: i64,
}

/// What the parts of a hunt share.
struct Hunt<'a> {
    engine: &'a Engine,
    ledger: &'a Ledger,
    objects: Objects,
    options: PackOptions,
    stop: watch::Receiver<bool>,
}

/// Runs a pack. `stop` turns true when the user ends the hunt; `each` is given every rule that is through.
///
/// # Errors
/// Those of reading the ledger. What goes wrong with one rule is in its report.
pub async fn run(
    engine: &Engine,
    ledger: &Ledger,
    rules: &[PackRule],
    options: PackOptions,
    stop: watch::Receiver<bool>,
    each: &mut dyn FnMut(&RuleReport),
) -> Result<PackReport, HuntError> {
    let mut logs = ledger.logs().await?;
    let hunt = Hunt {
        engine,
        ledger,
        objects: Objects::list(ledger).await?,
        options,
        stop,
    };
    let mut tables = Tables::list(engine, rules, options.path_slack).await;
    let mut report = PackReport::default();
    for rule in rules {
        let started = Instant::now();
        let folder = ledger.folder_of(&rule.rule.id);
        let log = logs
            .remove(&folder)
            .unwrap_or_else(|| RuleLog::new(folder, &rule.rule.id, &rule.rule.name));
        let mut one = rule_run::run(&hunt, rule, log, &mut tables).await;
        one.took = started.elapsed();
        each(&one);
        report.rules.push(one);
    }
    report.interrupted = *hunt.stop.borrow();
    Ok(report)
}

/// Says in the ledger that a rule cannot be run at all.
///
/// # Errors
/// The store's.
pub async fn rule_failed(ledger: &Ledger, rule: &Rule, error: &str) -> Result<(), HuntError> {
    let entry = Entry {
        format: FORMAT,
        rule_id: rule.id.clone(),
        rule_name: rule.name.clone(),
        writer: ledger.writer().to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        ran: Ran::default(),
        plan: None,
        windows: Vec::new(),
        failed: Some(Failed {
            window_end: None,
            error: error.to_owned(),
        }),
    };
    let mut log = RuleLog::new(ledger.folder_of(&rule.id), &rule.id, &rule.name);
    // The log is read entry by entry on the way to its end; rules that fail have short ones.
    while log.failed.get(&None).is_none_or(|known| known != error) {
        ledger.append(&mut log, &entry).await?;
    }
    Ok(())
}

impl Hunt<'_> {
    /// Ends when the user ends the hunt.
    async fn stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could end it.
            std::future::pending::<()>().await;
        }
    }

    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }
}
