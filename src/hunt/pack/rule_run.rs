//! All windows of one rule.
//!
//! In: a rule, its log, the listed tables. Out: its [`RuleReport`]. What always holds: the windows are
//! committed in the order of time, those without rows a batch at a time; a window whose run fails does not
//! stop the later ones, a rule that runs out of time stops at once.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;

use super::commit::{Committed, Committer};
use super::error::HuntError;
use super::listing::Tables;
use super::report::{Fate, RuleReport, WindowReport};
use super::rule::PackRule;
use super::source::{From, RuleSource};
use super::window_run::{self, WindowRun};
use super::{Hunt, State, Waiting};
use crate::hunt::ledger::{
    InputsRef, Objects, RuleLog, Standing, WindowRecord, is_recorded, standing,
};
use crate::hunt::single;
use crate::hunt::window::Window;
use crate::syntax::ticks;

/// Windows without rows that share an entry at most, and how long the first of them waits: what a killed
/// run has to do again.
const BATCH: usize = 256;
const BATCH_TIME: Duration = Duration::from_secs(5);
/// Runs of one window while another hunt keeps changing it.
const TRIES: usize = 5;

/// What a result says that a list of Kusto's longest length is in.
const BOUNDED: &str = "make_set or make_list had more than the 1,048,576 values that Kusto keeps; the others are left out";

/// Which windows of a rule are to be run, as far as that can be told without reading a result.
pub fn need(
    hunt: &Hunt<'_>,
    rule: &PackRule,
    objects: &Objects,
    log: &RuleLog,
    tables: &mut Tables,
) -> Vec<Window> {
    let mut windows = rule.schedule.windows();
    windows.retain(|window| {
        let inputs = tables.of(rule, *window);
        match standing(log, objects, *window, &rule.ran, &inputs) {
            Standing::Done => false,
            Standing::Stale(_) => hunt.options.refresh,
            Standing::Missing(_) | Standing::Unsure(_) => true,
        }
    });
    windows
}

/// Runs a rule; `report` is as it was made.
pub async fn run(
    hunt: &Hunt<'_>,
    waiting: Waiting<'_>,
    (objects, state): (&Objects, &State),
    report: &mut RuleReport,
) {
    let Waiting {
        rule, log, source, ..
    } = waiting;
    if hunt.is_stopped() {
        return;
    }
    let first_new = log.next;
    let mut running = RuleRun {
        hunt,
        rule,
        source,
        state,
        objects,
        commits: Committer::new(hunt.ledger, rule, objects, log),
        report,
        deadline: hunt.options.timeout.map(|t| (Instant::now() + t, t)),
        last_flush: Instant::now(),
        first_new,
        again: Vec::new(),
    };
    let ended = running.all().await;
    if let Err(error) = ended {
        running.fail(&error).await;
    }
}

/// A rule at work.
struct RuleRun<'a, 'h> {
    hunt: &'a Hunt<'h>,
    rule: &'a PackRule,
    source: RuleSource<'h>,
    state: &'a State,
    objects: &'a Objects,
    commits: Committer<'a>,
    report: &'a mut RuleReport,
    deadline: Option<(Instant, Duration)>,
    last_flush: Instant,
    /// Entries from this number on came from another run while this one was at work.
    first_new: u64,
    /// Windows for which another run has committed another result.
    again: Vec<i64>,
}

impl RuleRun<'_, '_> {
    async fn all(&mut self) -> Result<(), HuntError> {
        self.commits.plan();
        if let Some(fault) = self.state.tables.lock().await.fault(self.rule) {
            return Err(HuntError::Listing {
                message: fault.to_string(),
                world: fault.is_world(),
            });
        }
        for index in 0..self.report.windows.len() {
            if self.hunt.is_stopped() {
                break;
            }
            let done = self.window(index).await;
            self.survives(index, done).await?;
            let waits = self.commits.waiting();
            if waits >= BATCH || waits > 0 && self.last_flush.elapsed() > BATCH_TIME {
                self.flush().await?;
            }
        }
        self.flush().await?;
        for _ in 0..TRIES {
            let again = std::mem::take(&mut self.again);
            if again.is_empty() || self.hunt.is_stopped() {
                return Ok(());
            }
            for end in again {
                let same = |w: &WindowReport| w.window.end == end;
                let Some(index) = self.report.windows.iter().position(same) else {
                    continue;
                };
                let window = self.report.windows[index].window;
                let inputs = self.renew(window).await?;
                let done = self.run_and_commit(index, inputs, From::Lake).await;
                self.survives(index, done).await?;
            }
            self.flush().await?;
        }
        match self.again.is_empty() {
            true => Ok(()),
            false => Err(HuntError::Contended),
        }
    }

    /// Whether the rule goes on after a window: its data may be at fault; time and the store are the
    /// whole rule's.
    async fn survives(
        &mut self,
        index: usize,
        done: Result<(), HuntError>,
    ) -> Result<(), HuntError> {
        match done {
            Ok(()) => Ok(()),
            Err(error @ (HuntError::Engine(_) | HuntError::Output(_) | HuntError::Panic)) => {
                let text = error.to_string();
                let end = self.report.windows[index].window.end;
                self.commits.failed(Some(end), &text).await?;
                self.report.windows[index].fate = Fate::Failed(text.clone());
                self.report.error.get_or_insert((text, error.is_world()));
                Ok(())
            }
            Err(error) => {
                self.flush().await?;
                Err(error)
            }
        }
    }

    async fn window(&mut self, index: usize) -> Result<(), HuntError> {
        let window = self.report.windows[index].window;
        let inputs = match self.source.disturbed {
            true => self.renew(window).await?,
            false => self.state.tables.lock().await.of(self.rule, window),
        };
        let log = self.commits.log();
        let known = log.newest.get(&window.end);
        if let Some(known) = known.filter(|k| k.number >= self.first_new)
            && known.ran == self.rule.ran
            && known.window.inputs == inputs
        {
            self.keep(index, Fate::ByOther);
            return Ok(());
        }
        let mut stands = standing(log, self.objects, window, &self.rule.ran, &inputs);
        if let Standing::Unsure(object) = &stands {
            stands = match is_recorded(self.hunt.ledger, object).await? {
                true => Standing::Done,
                false => Standing::Missing("its object is not the recorded one"),
            };
        }
        let kept = match stands {
            Standing::Done => Some(Fate::Current),
            Standing::Stale(why) if !self.hunt.options.refresh => Some(Fate::Stale(why)),
            Standing::Stale(_) | Standing::Missing(_) | Standing::Unsure(_) => None,
        };
        if let Some(fate) = kept {
            self.keep(index, fate);
            return Ok(());
        }
        self.run_and_commit(index, inputs, From::Pass).await
    }

    /// Takes over what the ledger says of a window.
    fn keep(&mut self, index: usize, fate: Fate) {
        let report = &mut self.report.windows[index];
        report.fate = fate;
        if let Some(known) = self.commits.log().newest.get(&report.window.end) {
            report.rows = known.window.rows;
            report.truncated = known.window.truncated;
            report.path = known.window.object.as_ref().map(|o| o.path.clone());
            report.suppressed = known.window.suppressed.clone();
        }
    }

    async fn run_and_commit(
        &mut self,
        index: usize,
        mut inputs: Vec<InputsRef>,
        mut from: From,
    ) -> Result<(), HuntError> {
        let window = self.report.windows[index].window;
        for attempt in 0..TRIES {
            let base = self.commits.log().number_of_window(window.end);
            let started = ticks::now();
            let Some(run) = self.run(window, from).await? else {
                return Ok(());
            };
            let notes = self.notes(&run, &inputs).await;
            let record = self.record(window, &run, (inputs, notes), started);
            self.prepare(window, &run, &record).await?;
            let report = &mut self.report.windows[index];
            report.suppressed = record.suppressed.clone();
            report.rows = run.rows;
            report.truncated = run.truncated;
            report.notes = record.notes.clone();
            report.path = run.result.as_ref().map(|(path, ..)| path.to_string());
            let Some((path, result, object)) = &run.result else {
                self.commits.empty(record, base);
                return Ok(());
            };
            let committed = self
                .commits
                .rows(record, (path, result, object), base)
                .await?;
            let settled = attempt == 0 || self.commits.is_settled(window.end).await?;
            match committed {
                Committed::Own if settled => {
                    self.report.windows[index].fate = Fate::Ran;
                    return Ok(());
                }
                Committed::ByOther if settled => {
                    self.report.windows[index].fate = Fate::ByOther;
                    return Ok(());
                }
                Committed::Own | Committed::ByOther | Committed::Changed => {}
            }
            // Another run has come to another result: what the pass has read may be old.
            from = From::Lake;
            inputs = self.renew(window).await?;
        }
        Err(HuntError::Contended)
    }

    /// What a reader of a window's result must know of its tables.
    async fn notes(&mut self, run: &WindowRun, inputs: &[InputsRef]) -> Vec<String> {
        let mut pass = run.pass.clone();
        if pass.iter().any(|t| !t.scan.skipped_files.is_empty()) {
            // The pass has read for all windows.
            let tables = self.state.tables.lock().await;
            for report in &mut pass {
                let of_window = |(file, _): &(String, String)| tables.inputs.holds(inputs, file);
                report.scan.skipped_files.retain(of_window);
            }
        }
        let mut tables = pass.iter().chain(&run.tables);
        self.report.skipped_files |= tables.any(|t| !t.scan.skipped_files.is_empty());
        let mut notes = single::notes(&pass);
        let own = single::notes(&run.tables);
        for note in own
            .into_iter()
            .chain(inputs.iter().filter_map(InputsRef::note))
        {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }

    /// Lists a window's tables anew.
    async fn renew(&self, window: Window) -> Result<Vec<InputsRef>, HuntError> {
        let mut tables = self.state.tables.lock().await;
        tables.renew(self.hunt.engine, self.rule, window).await
    }

    /// Puts what a window's record and result refer to.
    async fn prepare(
        &self,
        window: Window,
        run: &WindowRun,
        record: &WindowRecord,
    ) -> Result<(), HuntError> {
        let ledger = self.hunt.ledger;
        let mut tables = self.state.tables.lock().await;
        tables.inputs.store(ledger, &record.inputs).await?;
        drop(tables);
        let mut samples = self.state.samples.lock().await;
        if self.rule.ran.exclusions_sha256.is_some() || !samples.is_empty() {
            samples.put(ledger, self.rule, window, run).await?;
        }
        Ok(())
    }

    /// Runs a window; None where the user ended the hunt.
    async fn run(&mut self, window: Window, from: From) -> Result<Option<WindowRun>, HuntError> {
        let limits = self.hunt.options.limits;
        let run = async || {
            let turn = self.hunt.turns.read().await;
            let run = window_run::run(&self.source, self.rule, (window, from), limits).await?;
            drop(turn);
            if !run.bounded || !self.source.is_kept() {
                return Ok(run);
            }
            // Some list of all that ran at the same time was cut: whether it was this one's, shows when it runs alone.
            let _turn = self.hunt.turns.write().await;
            window_run::run(&self.source, self.rule, (window, from), limits).await
        };
        // A rule that trips a library must not stop the others.
        let run = AssertUnwindSafe(run()).catch_unwind();
        let done = tokio::select! {
            biased;
            () = self.hunt.stopped() => return Ok(None),
            error = out_of_time(self.deadline) => return Err(error),
            done = run => done.unwrap_or(Err(HuntError::Panic))?,
        };
        self.report.bytes_read += done.tables.iter().map(|t| t.bytes_read).sum::<u64>();
        Ok(Some(done))
    }

    fn record(
        &self,
        window: Window,
        run: &WindowRun,
        (inputs, mut notes): (Vec<InputsRef>, Vec<String>),
        started: i64,
    ) -> WindowRecord {
        let triggered = self.rule.trigger.map(|t| t.triggers(run.rows));
        let alerts = self.rule.trigger.map(|t| match t.triggers(run.rows) {
            true => t.alerts(run.rows),
            false => 0,
        });
        if run.bounded {
            notes.push(BOUNDED.to_owned());
        }
        WindowRecord {
            start: window.start,
            end: window.end,
            inputs,
            rows: run.rows,
            triggered,
            alerts,
            suppressed: run
                .set_aside
                .iter()
                .flat_map(|s| &s.scenarios)
                .map(Into::into)
                .collect(),
            object: None,
            truncated: run.truncated,
            open: window.end > self.hunt.options.now,
            notes,
            started,
            finished: ticks::now(),
        }
    }

    async fn flush(&mut self) -> Result<(), HuntError> {
        self.last_flush = Instant::now();
        let fates = self.commits.flush().await?;
        self.settle(&fates);
        Ok(())
    }

    fn settle(&mut self, fates: &[(i64, Committed)]) {
        for (end, committed) in fates {
            let window = self
                .report
                .windows
                .iter_mut()
                .find(|w| w.window.end == *end);
            if let Some(window) = window {
                window.fate = match committed {
                    Committed::Own => Fate::Ran,
                    Committed::ByOther => Fate::ByOther,
                    Committed::Changed => {
                        self.again.push(*end);
                        Fate::NotRun
                    }
                };
            }
        }
    }

    /// The rule has ended with a fault; the ledger says so where it can.
    async fn fail(&mut self, error: &HuntError) {
        let text = error.to_string();
        // The fault itself may be the store's, which then cannot be told either.
        let _ = self.commits.failed(None, &text).await;
        self.report.error = Some((text, error.is_world()));
    }
}

async fn out_of_time(deadline: Option<(Instant, Duration)>) -> HuntError {
    match deadline {
        Some((at, allowed)) => {
            tokio::time::sleep_until(at.into()).await;
            HuntError::Timeout(allowed)
        }
        None => std::future::pending().await,
    }
}
