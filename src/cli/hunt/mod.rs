//! `retrohunt hunt`: rules over every window of a time.

mod settings;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::sync::watch;

use super::args::{self, ExclusionArgs, Global, LakeArgs};
use super::exit::{Exit, Failure};
use super::{config, exclusions, faults, stdout, time};
use crate::compile::{self, Options, exclusion};
use crate::engine::Engine;
use crate::engine::sieve::SieveOptions;
use crate::hunt::ledger::{Ledger, sha256};
use crate::hunt::output::{ResultSpool, clean_staging};
use crate::hunt::pack::{self, PackOptions, PackReport, PackRule, RunLimits, rules_at_once};
use crate::lake::Store;
use crate::report;
use crate::rule;
use crate::rule::exclusion::ExclusionSet;
use settings::Settings;
pub use settings::positive;
use told::{Told, say_end};

/// Age from which what is in the staging folder is a killed run's.
pub const STALE_STAGING: Duration = Duration::from_secs(3600);
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
    rules: Vec<String>,
    /// Where results and the ledger lie: a folder, a bucket or a container
    #[arg(long, value_name = "URL", env = "RETROHUNT_OUT")]
    out: Option<String>,
    /// The profile with the output's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    out_profile: Option<String>,
    /// The first instant to hunt
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    from: Option<i64>,
    /// The end of the time, excluded
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    to: Option<i64>,
    /// From one run to the next [default: the rule's queryFrequency, else its lookback, else 1d]
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    every: Option<i64>,
    /// How far each run looks back [default: the rule's queryPeriod, else what its query shows, else the step]
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    lookback: Option<i64>,
    /// One window a run, or one of the whole time, to which the rules' own time bounds are widened
    #[arg(long, value_enum, value_name = "KIND")]
    window: Option<WindowKind>,
    /// Run again the windows whose rule, parameters or files have changed
    #[arg(long)]
    refresh: bool,
    /// Rows of a rule and window at most; more are left out and the window is marked
    #[arg(long, value_name = "N")]
    max_rows: Option<u64>,
    /// Time for all windows of one rule
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    timeout: Option<i64>,
    /// Show alerts a day under each of these thresholds
    #[arg(long, value_name = "N,N…", value_delimiter = ',')]
    thresholds: Vec<i64>,
    /// Show each rule's gate, why a rule has none, and what the pass would read; runs and writes nothing
    #[arg(long)]
    explain: bool,
    /// Keep up to N samples of what each exclusion sets aside in a window, under _excluded in the output
    #[arg(long, value_name = "N", default_value_t = exclusion::DEFAULT_SAMPLES)]
    excluded_samples: u64,
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
    exclusions: ExclusionArgs,
    #[command(flatten)]
    lake: LakeArgs,
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
        let (spool, sieve) = share_memory(&mut settings.lake, rules_at_once(global.threads()));
        let set = exclusions::load(
            global,
            &settings.exclusions,
            &settings.parameters,
            self.strict,
        )?;
        let files = rule::load(&settings.rules).map_err(faults::unreadable)?;
        if self.explain {
            return self.explain(global, files, &set, &settings).await;
        }
        let Some((out, profile)) = &settings.out else {
            return Err(Failure::usage(
                "name the output with --out URL, or in the job file's `output`",
            ));
        };
        let out_settings = config::settings(
            global.config.as_deref(),
            profile.as_deref(),
            config::OUT_PREFIX,
        )?;
        let out = Store::create(out, &out_settings)?;
        let ledger = Ledger::claim(&out).await?;
        clean_staging(&out, STALE_STAGING).await?;
        let engine = settings.lake.engine(global)?;
        let pack = self
            .prepare(global, &engine, Some(&ledger), files, (&settings, &set))
            .await?;
        let options = PackOptions {
            refresh: self.refresh,
            limits: RunLimits {
                max_rows: settings.max_rows,
                spool,
            },
            sieve,
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
        let windows = report.rules.iter().flat_map(|rule| &rule.windows);
        let found = windows.flat_map(|w| &w.suppressed);
        let found = found.map(|s| (s.scenario.as_str(), s.events > 0 || s.rows != 0));
        exclusions::say_idle(global, &set, found);
        Ok(self.exit(&report, &pack.failed))
    }

    async fn explain(
        &self,
        global: &Global,
        files: Vec<rule::RuleFile>,
        set: &ExclusionSet,
        settings: &Settings,
    ) -> Result<Exit, Failure> {
        let engine = settings.lake.engine(global)?;
        let pack = self
            .prepare(global, &engine, None, files, (settings, set))
            .await?;
        let explained = pack::explain(&engine, &pack.rules).await?;
        let names: Vec<&str> = pack.rules.iter().map(|r| r.rule.name.as_str()).collect();
        stdout::print(&match self.format {
            Shape::Table => report::hunt::explain_text(&names, &explained),
            Shape::Json => format!("{}\n", report::hunt::explain_json(&names, &explained)),
        })?;
        Ok(match pack.failed.is_empty() {
            true => Exit::Done,
            false => Exit::Fault,
        })
    }

    async fn prepare(
        &self,
        global: &Global,
        engine: &Engine,
        ledger: Option<&Ledger>,
        files: Vec<rule::RuleFile>,
        (settings, set): (&Settings, &ExclusionSet),
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
            list.exclusion_files(set);
            let mut ready = Vec::new();
            for rule in file.rules {
                let scenarios = set.for_rule(&rule);
                let options = Options {
                    exclusions: &scenarios,
                    exclusion_samples: self.excluded_samples,
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
                list.scenarios(&rule, &scenarios, &compiled.exclusions);
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
                    if let (None, Some(ledger)) = (&compiled.query, ledger) {
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
                let exclusions = set.fingerprint(&rule).map(|text| sha256(&text));
                let mut parameters = self.parameters(settings);
                for (name, file) in engine.outside().inputs(&query.externals) {
                    let bytes = file.bytes()?;
                    // Two URLs may differ in what is not to be shown.
                    let digests = parameters.entry(name).or_default();
                    *digests = format!("{digests} {}", sha256(&bytes)).trim().to_owned();
                }
                let rule = PackRule::new(rule, query, asked, parameters, exclusions);
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
        let mut parameters = BTreeMap::new();
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

/// Parts the memory between DataFusion, the rows of a result and the rows that the pass keeps; gives the parts
/// of the latter two, that of results for each of the rules that run side by side.
fn share_memory(lake: &mut LakeArgs, rules: usize) -> (usize, SieveOptions) {
    let mut sieve = SieveOptions::default();
    let Some(memory) = lake.memory else {
        return (ResultSpool::BUDGET, sieve);
    };
    let most = usize::try_from(memory / 4).unwrap_or(usize::MAX);
    let spool = most.min(ResultSpool::BUDGET);
    sieve.memory = most.min(sieve.memory);
    lake.memory = Some(memory - spool as u64 - sieve.memory as u64);
    (spool / rules.max(1), sieve)
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
