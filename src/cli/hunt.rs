//! `retrohunt hunt`: rules over every window of a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::sync::watch;

use super::args::{self, Global, LakeArgs};
use super::exit::{Exit, Failure};
use super::hunt_job::{Settings, positive};
use super::{config, faults, stdout, time};
use crate::compile::{self, Options};
use crate::engine::Engine;
use crate::hunt::ledger::{self, Ledger};
use crate::hunt::output::{ResultSpool, clean_staging};
use crate::hunt::pack::{
    self, Fate, Need, Observer, PackOptions, PackReport, PackRule, RuleReport, RunLimits,
};
use crate::lake::Store;
use crate::report;
use crate::rule;

/// Age from which what is in the staging folder is a killed run's.
pub const STALE_STAGING: Duration = Duration::from_secs(3600);
/// Notes of one rule that are printed.
const NOTES: usize = 5;

/// Run rules for every window of a time, as if each had run on its schedule, and keep a ledger of what is done
///
/// A rule's now() is the end of each window. What is done and current is not run again, so that a hunt that
/// was killed goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt hunt data/rules/rmm --lake data/lake --out results --from 2026-01-01 --to 2026-01-13 --every 1d
  retrohunt hunt rules/ --lake s3://bucket/lake --out s3://results/year --from 2025-01-01 --to 2026-01-01 --refresh
  retrohunt hunt hunt.yaml")]
pub struct Hunt {
    /// Rule files, folders or globs; or one job file
    #[arg(value_name = "RULE", required = true)]
    pub(super) rules: Vec<String>,
    /// Where results and the ledger lie: a folder, a bucket or a container
    #[arg(long, value_name = "URL", env = "RETROHUNT_OUT")]
    pub(super) out: Option<String>,
    /// The profile with the output's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    pub(super) out_profile: Option<String>,
    /// The first instant to hunt
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    pub(super) from: Option<i64>,
    /// The end of the time, excluded
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    pub(super) to: Option<i64>,
    /// From one run to the next [default: the rule's queryFrequency, else its lookback, else 1d]
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    pub(super) every: Option<i64>,
    /// How far each run looks back [default: the rule's queryPeriod, else what its query shows, else the step]
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    pub(super) lookback: Option<i64>,
    /// One window a run, or one of the whole time, to which the rules' own time bounds are widened
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) window: Option<WindowKind>,
    /// Run again the windows whose rule, parameters or files have changed
    #[arg(long)]
    refresh: bool,
    /// Rows of a rule and window at most; more are left out and the window is marked
    #[arg(long, value_name = "N")]
    pub(super) max_rows: Option<u64>,
    /// Time for all windows of one rule
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    pub(super) timeout: Option<i64>,
    /// Show alerts a day under each of these thresholds
    #[arg(long, value_name = "N,N…", value_delimiter = ',')]
    pub(super) thresholds: Vec<i64>,
    /// Drop events that are in the lake more than once
    #[arg(long)]
    dedup: bool,
    /// Warnings are errors
    #[arg(long)]
    strict: bool,
    /// Exit with 10 when there are hits
    #[arg(long)]
    fail_on_hits: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Shape::Table, value_name = "FORMAT")]
    format: Shape,
    #[command(flatten)]
    pub(super) lake: LakeArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WindowKind {
    Sliding,
    Whole,
}

/// How a summary looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    Table,
    Json,
}

/// The rules that can run, and why others cannot.
#[derive(Default)]
struct Pack {
    rules: Vec<PackRule>,
    failed: Vec<Exit>,
}

impl Hunt {
    pub async fn run(mut self, global: &Global) -> Result<Exit, Failure> {
        let mut settings = self.settings()?;
        if let Some(path) = settings.exclusions.first() {
            return Err(Failure::usage(format!(
                "exclusions are not applied yet: leave {path} out of the job"
            )));
        }
        let spool = share_memory(&mut settings.lake);
        let files = rule::load(&settings.rules).map_err(faults::unreadable)?;
        let out = config::settings(
            global.config.as_deref(),
            settings.out_profile.as_deref(),
            config::OUT_PREFIX,
        )?;
        let out = Store::create(&settings.out, &out)?;
        let ledger = Ledger::claim(&out).await?;
        clean_staging(&out, STALE_STAGING).await?;
        let engine = settings.lake.engine(global)?;
        let pack = self
            .prepare(global, &engine, &ledger, files, &settings)
            .await?;
        let options = PackOptions {
            refresh: self.refresh,
            limits: RunLimits {
                max_rows: settings.max_rows,
                spool,
            },
            timeout: settings.timeout,
            now: time::now(),
            path_slack: settings.lake.path_slack,
        };
        let mut report = pack::run(
            &engine,
            &ledger,
            &pack.rules,
            options,
            on_signal(),
            &mut Told(global),
        )
        .await?;
        let stores = engine.lake().into_iter().flat_map(|lake| lake.stores());
        report.retries = stores
            .chain([&out])
            .map(|store| store.counters().snapshot().http_failures)
            .sum();
        stdout::print(&match self.format {
            Shape::Table => report::hunt::hunt_text(&report, &settings.thresholds),
            Shape::Json => format!(
                "{}\n",
                report::hunt::hunt_json(&report, &settings.thresholds)
            ),
        })?;
        say_end(global, &report, self.refresh);
        Ok(self.exit(&report, &pack.failed))
    }

    async fn prepare(
        &self,
        global: &Global,
        engine: &Engine,
        ledger: &Ledger,
        files: Vec<rule::RuleFile>,
        settings: &Settings,
    ) -> Result<Pack, Failure> {
        let asked = &settings.asked;
        let mut pack = Pack::default();
        let mut ids = BTreeSet::new();
        for file in files {
            let mut list = faults::List::new(self.strict);
            list.file(&file);
            let refused = list.has_errors();
            if refused {
                pack.failed.push(Exit::Fault);
            }
            let mut ready = Vec::new();
            for rule in file.rules {
                let options = Options {
                    strict: self.strict,
                    dedup: self.dedup,
                    range: asked.whole.then_some(compile::Range {
                        from: asked.from,
                        to: asked.to,
                    }),
                    lookback: Some(asked.lookback(&rule)),
                    ..Options::default()
                };
                let compiled = engine.compile(&rule.query, options).await?;
                list.query(&rule, &compiled.diagnostics);
                let failed = match &compiled.query {
                    None => {
                        Some("the rule does not compile; `retrohunt check` says why".to_owned())
                    }
                    Some(_) if !ids.insert(rule.id.to_lowercase()) => Some(format!(
                        "another rule of the pack has the id {}: their results would replace each other",
                        rule.id
                    )),
                    Some(_) => None,
                };
                if let Some(why) = failed {
                    let failure = Failure::new(Exit::Fault, format!("{}: {why}", rule.name));
                    args::say_error(global, &failure);
                    pack.failed.push(Exit::Fault);
                    if compiled.query.is_none() {
                        pack::rule_failed(ledger, &rule, &why).await?;
                    }
                    continue;
                }
                if let Some(query) = compiled.query {
                    ready.push((rule, query));
                }
            }
            list.print(global);
            if self.strict && refused {
                continue;
            }
            for (rule, query) in ready {
                let mut parameters = self.parameters(settings);
                for (name, path) in engine.outside().inputs(&query.externals) {
                    let bytes = std::fs::read(&path).map_err(|e| {
                        Failure::new(Exit::World, format!("{}: {e}", path.display()))
                    })?;
                    // Two URLs may differ in what is not to be shown.
                    let digests = parameters.entry(name).or_default();
                    *digests = format!("{digests} {}", ledger::sha256(&bytes))
                        .trim()
                        .to_owned();
                }
                let rule = PackRule::new(rule, query, asked, parameters, None);
                if rule.schedule.has_gaps() {
                    let text = format!(
                        "{}: it looks back {} every {}: events between its windows are seen by none of them",
                        rule.rule.name,
                        crate::syntax::ticks::timespan_text(rule.schedule.lookback),
                        crate::syntax::ticks::timespan_text(rule.schedule.every),
                    );
                    args::say(
                        global,
                        "gaps",
                        &text,
                        serde_json::json!({"rule_id": rule.rule.id}),
                    );
                }
                pack.rules.push(rule);
            }
        }
        Ok(pack)
    }

    /// What else than the rule can change its result.
    fn parameters(&self, settings: &Settings) -> BTreeMap<String, String> {
        let mut parameters: BTreeMap<String, String> = settings
            .parameters
            .iter()
            .map(|(name, values)| (format!("parameter {name}"), values.join(", ")))
            .collect();
        if let Some(most) = settings.max_rows {
            parameters.insert("max_rows".to_owned(), most.to_string());
        }
        if self.dedup {
            parameters.insert("dedup".to_owned(), "true".to_owned());
        }
        if settings.lake.skip_bad_files {
            parameters.insert("skip_bad_files".to_owned(), "true".to_owned());
        }
        parameters
    }

    fn exit(&self, report: &PackReport, failed: &[Exit]) -> Exit {
        if report.interrupted {
            return Exit::Interrupted;
        }
        let mut failed = failed.to_vec();
        let mut whole = 0;
        for rule in &report.rules {
            match &rule.error {
                Some((_, true)) => failed.push(Exit::World),
                Some((_, false)) => failed.push(Exit::Fault),
                None => {}
            }
            let counts = rule.counts();
            whole += u64::from(rule.error.is_none() || counts.ran + counts.current > 0);
        }
        let skipped = report.rules.iter().any(|r| r.skipped_files);
        let hits = report.rules.iter().any(|r| r.counts().rows > 0);
        match failed.first() {
            Some(_) if whole > 0 => Exit::Partial,
            // Where nothing ran, the world's fault tells more than a rule's.
            Some(first) => failed
                .iter()
                .copied()
                .find(|e| *e == Exit::World)
                .unwrap_or(*first),
            None if skipped => Exit::Partial,
            None if self.fail_on_hits && hits => Exit::Hits,
            None => Exit::Done,
        }
    }
}

/// Tells on stderr how far the hunt is.
struct Told<'a>(&'a Global);

impl Observer for Told<'_> {
    fn begins(&mut self, needs: &[Need]) {
        let windows: usize = needs.iter().map(|need| need.windows).sum();
        let text = format!("{windows} windows of {} rules to run", needs.len());
        let fields = serde_json::json!({"windows": windows, "rules": needs.len()});
        args::say(self.0, "begins", &text, fields);
    }

    fn rule(&mut self, rule: &RuleReport) {
        say_rule(self.0, rule);
    }
}

/// Parts the memory between DataFusion and the rows of a result; gives the latter's part.
fn share_memory(lake: &mut LakeArgs) -> usize {
    let Some(memory) = lake.memory else {
        return ResultSpool::BUDGET;
    };
    let spool = (memory / 4).min(ResultSpool::BUDGET as u64);
    lake.memory = Some(memory - spool);
    usize::try_from(spool).unwrap_or(ResultSpool::BUDGET)
}

/// Turns true at Ctrl-C, and where the process is asked to end.
fn on_signal() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        // A hunt that is over listens no more.
        let _ = stop.send(true);
    });
    stopped
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    drop(tokio::signal::ctrl_c().await);
}

/// A line for each rule that is through, and what a reader of its results must know.
fn say_rule(global: &Global, rule: &RuleReport) {
    let counts = rule.counts();
    let text = format!(
        "{}: {} of {} windows run, {} hits in {}; read {}, {:.2} s",
        rule.name,
        counts.ran,
        rule.windows.len(),
        counts.rows,
        counts.with_rows,
        report::human_bytes(rule.bytes_read),
        rule.took.as_secs_f64(),
    );
    let id = serde_json::json!({"rule_id": rule.id});
    args::say(global, "ran", &text, id.clone());
    let mut notes: BTreeMap<&str, u64> = BTreeMap::new();
    for note in rule.windows.iter().flat_map(|w| &w.notes) {
        *notes.entry(note).or_default() += 1;
    }
    for (note, windows) in notes.iter().take(NOTES) {
        let text = format!("  note: {note} ({windows} windows)");
        args::say(global, "note", &text, id.clone());
    }
    if let Some(more) = notes.len().checked_sub(NOTES).filter(|more| *more > 0) {
        let text = format!("  note: {more} more notes are in the ledger");
        args::say(global, "note", &text, id.clone());
    }
    if counts.truncated > 0 {
        let text = format!(
            "  note: {} windows have more rows than --max-rows",
            counts.truncated
        );
        args::say(global, "truncated", &text, id.clone());
    }
    for (url, why) in &rule.damaged {
        let text = format!("  note: {url} {why}; what it held is run again");
        args::say(global, "damaged", &text, id.clone());
    }
    let failed = rule.windows.iter().find_map(|w| match &w.fate {
        Fate::Failed(error) => Some((w, error)),
        Fate::Ran | Fate::ByOther | Fate::Current | Fate::Stale(_) | Fate::NotRun => None,
    });
    let end = |ticks| crate::syntax::ticks::datetime_text(ticks);
    let message = match (failed, &rule.error) {
        (Some((window, error)), _) => format!(
            "{}: {} windows failed, the first the one to {}: {error}",
            rule.name,
            counts.failed,
            end(window.window.end)
        ),
        (None, Some((error, _))) => format!("{}: {error}", rule.name),
        (None, None) => return,
    };
    args::say_error(global, &Failure::new(Exit::Partial, message));
}

/// What the whole hunt leaves to be said.
fn say_end(global: &Global, report: &PackReport, refresh: bool) {
    let stale: u64 = report.rules.iter().map(|r| r.counts().stale).sum();
    if stale > 0 && !refresh {
        let text = format!(
            "{stale} windows are of another rule, other parameters or other files than now; --refresh runs them again"
        );
        args::say(
            global,
            "stale",
            &text,
            serde_json::json!({"windows": stale}),
        );
    }
    if report.retries > 0 {
        let text = format!(
            "{} requests to stores failed and were sent again",
            report.retries
        );
        args::say(
            global,
            "retries",
            &text,
            serde_json::json!({"requests": report.retries}),
        );
    }
    if report.interrupted {
        args::say(
            global,
            "interrupted",
            "ended by the user; the same command goes on from here",
            serde_json::json!({}),
        );
    }
}
