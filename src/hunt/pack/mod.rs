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
mod samples;
mod source;
mod table;
mod window_run;

use std::sync::{Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, RwLock, watch};

pub use error::HuntError;
pub use report::{Counts, Fate, PackReport, RuleReport, WindowReport};
pub use rule::PackRule;
pub use source::{Need, PassReport, Share, explain};
pub use window_run::RunLimits;

use crate::engine::sieve::SieveOptions;
use crate::engine::{Engine, side_by_side};
use crate::hunt::ledger::{Entry, Failed, Ledger, Objects, Ran, RuleLog};
use crate::rule::Rule;
use listing::Tables;
use samples::Samples;
use source::RuleSource;

/// How long a hunt that the user ends may take to commit what it has.
const PATIENCE: Duration = Duration::from_secs(4);

/// Rules that are worked on at a time for each thread of the engine: while one waits for the store to take its
/// result, another one is run.
const RULES_A_THREAD: usize = 4;

/// How many rules are worked on at a time at most.
pub fn rules_at_once(threads: usize) -> usize {
    threads.saturating_mul(RULES_A_THREAD)
}

/// What a hunt is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct PackOptions {
    /// Run again what has changed.
    pub refresh: bool,
    pub limits: RunLimits,
    /// What the pass over the lake may hold.
    pub sieve: SieveOptions,
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
    options: PackOptions,
    stop: watch::Receiver<bool>,
    /// Runs that share the process hold it to read; one that must be told apart from all others, to write.
    turns: RwLock<()>,
}

/// What rules that are run at the same time share.
struct State {
    tables: Mutex<Tables>,
    samples: Mutex<Samples>,
}

/// A rule that waits for its turn.
struct Waiting<'a> {
    at: usize,
    rule: &'a PackRule,
    log: RuleLog,
    source: RuleSource<'a>,
}

/// Where rules that are through are put.
struct Through<'o> {
    reports: Vec<Option<RuleReport>>,
    observer: &'o mut (dyn Observer + Send),
}

/// Who is told how far a hunt is.
pub trait Observer {
    /// What is to be run, before anything is.
    fn begins(&mut self, needs: &[Need]);
    /// The lake has been read for all rules; what follows reads it only for rules that run alone.
    fn passed(&mut self, report: &PassReport);
    /// A rule is through.
    fn rule(&mut self, rule: &RuleReport);
}

/// Runs a pack. `stop` turns true when the user ends the hunt.
///
/// # Errors
/// Those of reading the ledger. What goes wrong with one rule is in its report.
pub async fn run(
    engine: &Engine,
    ledger: &Ledger,
    rules: &[PackRule],
    options: PackOptions,
    stop: watch::Receiver<bool>,
    observer: &mut (dyn Observer + Send),
) -> Result<PackReport, HuntError> {
    let mut report = PackReport::default();
    let hunt = Hunt {
        engine,
        ledger,
        options,
        stop,
        turns: RwLock::new(()),
    };
    // A store that does not answer must not keep a hunt from ending: what is dropped then is run again.
    tokio::select! {
        biased;
        done = all(&hunt, rules, observer, &mut report) => done?,
        () = hunt.out_of_patience() => {}
    }
    report.interrupted = hunt.is_stopped();
    Ok(report)
}

async fn all(
    hunt: &Hunt<'_>,
    rules: &[PackRule],
    observer: &mut (dyn Observer + Send),
    report: &mut PackReport,
) -> Result<(), HuntError> {
    let started = Instant::now();
    let ledger = hunt.ledger;
    let mut known = ledger.logs().await?;
    let objects = Objects::list(ledger).await?;
    let mut tables = Tables::list(hunt.engine, rules, hunt.options.path_slack).await;
    let logs: Vec<RuleLog> = rules
        .iter()
        .map(|rule| {
            let folder = ledger.folder_of(&rule.rule.id);
            let log = known.remove(&folder);
            log.unwrap_or_else(|| RuleLog::new(folder, &rule.rule.id, &rule.rule.name))
        })
        .collect();
    let mut needs = Vec::new();
    for (at, (rule, log)) in rules.iter().zip(&logs).enumerate() {
        let windows = rule_run::need(hunt, rule, &objects, log, &mut tables);
        if let (Some(first), Some(last)) = (windows.first(), windows.last()) {
            needs.push(Need {
                rule: at,
                first: first.end,
                last: last.end,
                windows: windows.len(),
            });
        }
    }
    let samples = Samples::list(ledger).await?;
    report.listing = started.elapsed();
    observer.begins(&needs);
    let (mut sources, pass) = tokio::select! {
        biased;
        () = hunt.stopped() => Default::default(),
        sifted = source::sift(hunt.engine, rules, &needs, hunt.options.sieve) => sifted?,
    };
    observer.passed(&pass);
    report.pass = pass;
    let mut kept = Vec::new();
    let mut others = Vec::new();
    for (at, (rule, log)) in rules.iter().zip(logs).enumerate() {
        let source = sources.remove(&at);
        let source = source.unwrap_or_else(|| RuleSource::over_lake(hunt.engine));
        let queue = match source.is_kept() {
            true => &mut kept,
            false => &mut others,
        };
        queue.push(Waiting {
            at,
            rule,
            log,
            source,
        });
    }
    let shared = (
        &objects,
        &State {
            tables: Mutex::new(tables),
            samples: Mutex::new(samples),
        },
    );
    let through = Lock::new(Through {
        reports: rules.iter().map(|_| None).collect(),
        observer,
    });
    // Rows that are at hand are worked on by one thread a rule; the lake itself is read by all threads.
    let most = rules_at_once(hunt.engine.threads());
    at_once(hunt, kept, most, shared, &through).await;
    at_once(hunt, others, 1, shared, &through).await;
    let through = through.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.rules.extend(through.reports.into_iter().flatten());
    Ok(())
}

/// Runs rules, so many at a time.
async fn at_once(
    hunt: &Hunt<'_>,
    queue: Vec<Waiting<'_>>,
    threads: usize,
    shared: (&Objects, &State),
    through: &Lock<Through<'_>>,
) {
    side_by_side(threads, queue, async |next: Waiting<'_>| {
        let at = next.at;
        let report = one(hunt, next, shared).await;
        let mut through = through.lock().unwrap_or_else(PoisonError::into_inner);
        through.observer.rule(&report);
        through.reports[at] = Some(report);
    })
    .await;
}

async fn one(hunt: &Hunt<'_>, next: Waiting<'_>, shared: (&Objects, &State)) -> RuleReport {
    let started = Instant::now();
    let mut report = RuleReport::new(next.rule, &next.log);
    report.share = next.source.share.clone();
    // A store that does not answer must not keep a hunt from ending.
    tokio::select! {
        biased;
        () = rule_run::run(hunt, next, shared, &mut report) => {}
        () = hunt.out_of_patience() => {}
    }
    report.took = started.elapsed();
    report
}

/// Says in the ledger that a rule cannot be run at all.
///
/// # Errors
/// The store's.
pub async fn rule_failed(ledger: &Ledger, rule: &Rule, error: &str) -> Result<(), HuntError> {
    let entry = Entry {
        failed: Some(Failed {
            window_end: None,
            error: error.to_owned(),
        }),
        ..Entry::of(rule, ledger.writer(), Ran::default())
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

    /// Ends a while after the user has ended the hunt.
    async fn out_of_patience(&self) {
        self.stopped().await;
        tokio::time::sleep(PATIENCE).await;
    }

    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }
}
