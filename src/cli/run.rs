//! `retrohunt run`: rules over the lake.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use clap::Args;
use futures::FutureExt;

use super::args::{self, ExclusionArgs, Global, LakeArgs, TimeArgs};
use super::exit::{Exit, Failure};
use super::hunt::STALE_STAGING;
use super::{config, exclusions, faults, query, stdout};
use crate::compile::{Options, exclusion};
use crate::engine::{Counters, Engine};
use crate::hunt::output::clean_staging;
use crate::hunt::single::{self, Outcome};
use crate::hunt::write::{self, Window};
use crate::lake::Store;
use crate::report::progress::{Progress, Snapshot};
use crate::report::{self, Format};
use crate::rule::{self, Rule};

/// Run rules over a lake, print the hits and write them as Parquet
///
/// A rule keeps its own look-back, counted from --as-of. --from and --to widen its time bounds to a range
/// instead.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt run data/rules/kaseya-network-connection.yaml --lake data/lake --as-of 2026-01-08
  retrohunt run rules/ --lake s3://bucket/lake --out s3://results/hunts --from 2025-01-01 --to 2026-01-01
  retrohunt run rule.yaml --lake abfss://advancedhunting@account.dfs.core.windows.net/ --format csv")]
pub struct Run {
    /// Rule files (Sentinel YAML or .kql), folders or globs
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
    /// Where to write results as Parquet: a folder, a bucket or a container
    #[arg(long, value_name = "URL", env = "RETROHUNT_OUT")]
    out: Option<String>,
    /// The profile with the output's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    out_profile: Option<String>,
    /// How the result on stdout looks [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Also write up to N raw events behind each result row
    #[arg(long, value_name = "N", requires = "out")]
    evidence: Option<u64>,
    /// Show up to N samples of what each exclusion sets aside, in a table beside the result's
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
    /// Print how long each phase took, and what it read
    #[arg(long)]
    stats: bool,
    /// Do not cut long cells of a table on a terminal
    #[arg(long)]
    wide: bool,
    #[command(flatten)]
    exclusions: ExclusionArgs,
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// What became of one rule.
enum Ran {
    Done {
        rule: Box<Rule>,
        outcome: Box<Outcome>,
    },
    Failed(Exit),
}

impl Run {
    pub async fn run(self, global: &Global, start: Instant) -> Result<Exit, Failure> {
        let started = start.elapsed();
        if self.lake.lake.is_empty() {
            return Err(Failure::usage(
                "name a lake with --lake URL, or RETROHUNT_LAKE",
            ));
        }
        let files = rule::load(&self.rules).map_err(faults::unreadable)?;
        let rules: usize = files.iter().map(|f| f.rules.len()).sum();
        let format = self.format.unwrap_or_else(query::default_format);
        if rules > 1 && matches!(format, Format::Csv | Format::Parquet) {
            return Err(Failure::usage(
                "several rules have several columns: csv and parquet take one rule; use --out, or json",
            ));
        }
        let out = self.open_out(global)?;
        if let Some(out) = &out {
            clean_staging(out, STALE_STAGING).await?;
        }
        let engine = self.lake.engine(global)?;
        let options = Options {
            range: self.time.range()?,
            strict: self.strict,
            dedup: self.dedup,
            evidence: self.evidence,
            exclusion_samples: self.excluded_samples,
            ..Options::default()
        };
        let set = exclusions::load(global, &self.exclusions, &BTreeMap::new(), self.strict)?;
        let mut ran = Vec::with_capacity(rules);
        for file in files {
            let mut list = faults::List::new(self.strict);
            list.file(&file);
            // A file that cannot be read as rules has failed, whatever else it holds.
            let refused = list.has_errors();
            if refused {
                ran.push(Ran::Failed(Exit::Fault));
            }
            list.exclusion_files(&set);
            let mut compiled = Vec::with_capacity(file.rules.len());
            for rule in file.rules {
                let scenarios = set.for_rule(&rule);
                let options = Options {
                    exclusions: &scenarios,
                    ..options
                };
                let prepared =
                    single::prepare(&engine, &rule.query, options, self.time.as_of()).await;
                if let Ok(prepared) = &prepared {
                    list.query(&rule, &prepared.compiled.diagnostics);
                    list.scenarios(&rule, &scenarios, &prepared.compiled.exclusions);
                }
                compiled.push((rule, prepared));
            }
            list.print(global);
            // With --strict a repaired file is a refused one, and so are the rules that could be read of it.
            if self.strict && refused {
                continue;
            }
            for (rule, prepared) in compiled {
                let name = rule.name.clone();
                let one = async {
                    let prepared = prepared?;
                    self.hunt(global, &engine, out.as_ref(), rule, prepared)
                        .await
                };
                // A rule that trips a library must not stop the others.
                let one = AssertUnwindSafe(one).catch_unwind().await;
                let one = one.unwrap_or_else(|_| {
                    Err(Failure::new(Exit::Fault, "the rule brought down its task"))
                });
                ran.push(one.unwrap_or_else(|failure: Failure| {
                    let named = Failure::new(failure.exit, format!("{name}: {}", failure.message));
                    args::say_error(global, &named);
                    Ran::Failed(failure.exit)
                }));
            }
        }
        let found = ran.iter().filter_map(|one| match one {
            Ran::Done { outcome, .. } => outcome.set_aside.as_ref(),
            Ran::Failed(_) => None,
        });
        let found = found.flat_map(|set_aside| &set_aside.scenarios);
        let found = found.map(|s| (s.scenario.as_str(), !s.is_idle()));
        exclusions::say_idle(global, &set, found);
        self.print(format, &ran)?;
        if self.stats {
            print_stats(global, started, start.elapsed(), &ran);
        }
        Ok(self.exit(&ran))
    }

    fn open_out(&self, global: &Global) -> Result<Option<Store>, Failure> {
        let Some(url) = &self.out else {
            return Ok(None);
        };
        let settings = config::settings(
            global.config.as_deref(),
            self.out_profile.as_deref(),
            config::OUT_PREFIX,
        )?;
        Ok(Some(Store::create(url, &settings)?))
    }

    async fn hunt(
        &self,
        global: &Global,
        engine: &Engine,
        out: Option<&Store>,
        rule: Rule,
        prepared: single::Prepared,
    ) -> Result<Ran, Failure> {
        // Its faults have been printed.
        let Some(query) = &prepared.compiled.query else {
            return Ok(Ran::Failed(Exit::Fault));
        };
        let as_of = self.time.as_of();
        let mut progress = None;
        let show = global.on_terminal() && !global.quiet;
        let outcome = single::run(engine, query, as_of, |counters| {
            progress = show.then(|| Progress::start(move || snapshot(&counters)));
        })
        .await;
        if let Some(progress) = progress {
            progress.finish();
        }
        let mut outcome = outcome?;
        outcome.timings.compile = prepared.took;
        let write_start = Instant::now();
        let mut written = Vec::new();
        if let Some(store) = out {
            let window = Window {
                start: self.time.from,
                end: as_of,
            };
            let paths = write::write(store, &rule, &outcome, window)
                .await
                .map_err(|e| Failure::new(Exit::World, e.to_string()))?;
            written.extend(paths.iter().map(|path| store.url_of(path)));
        }
        outcome.timings.write = write_start.elapsed();
        say_outcome(global, &rule, &outcome, &written);
        Ok(Ran::Done {
            rule: Box::new(rule),
            outcome: Box::new(outcome),
        })
    }

    fn print(&self, format: Format, ran: &[Ran]) -> Result<(), Failure> {
        let mut options = report::Options::for_stdout();
        if self.wide {
            options = options.wide();
        }
        let done: Vec<(&Rule, &Outcome)> = ran
            .iter()
            .filter_map(|r| match r {
                Ran::Done { rule, outcome } => Some((rule.as_ref(), outcome.as_ref())),
                Ran::Failed(_) => None,
            })
            .collect();
        let single = ran.len() == 1;
        let mut out = stdout::writer();
        for (index, (rule, outcome)) in done.iter().enumerate() {
            if !single {
                report::rule_heading(format, index, rule, &mut out).map_err(stdout::failure)?;
            }
            let window = Window {
                start: self.time.from,
                end: self.time.as_of(),
            };
            if format == Format::Parquet {
                options.metadata = write::metadata(rule, outcome, window);
            }
            report::write_result(
                format,
                &outcome.result.columns,
                &outcome.result.batches,
                &mut out,
                &options,
            )
            .map_err(stdout::failure)?;
            if !single {
                report::rule_ending(format, index + 1 == done.len(), &mut out)
                    .map_err(stdout::failure)?;
            }
        }
        std::io::Write::flush(&mut out)?;
        Ok(())
    }

    fn exit(&self, ran: &[Ran]) -> Exit {
        let failed: Vec<Exit> = ran
            .iter()
            .filter_map(|r| match r {
                Ran::Failed(exit) => Some(*exit),
                Ran::Done { .. } => None,
            })
            .collect();
        let hits = ran.iter().any(|r| match r {
            Ran::Done { outcome, .. } => outcome.result.count() > 0,
            Ran::Failed(_) => false,
        });
        let skipped = ran.iter().any(|r| match r {
            Ran::Done { outcome, .. } => outcome.skipped_files(),
            Ran::Failed(_) => false,
        });
        match failed.first() {
            Some(_) if failed.len() < ran.len() => Exit::Partial,
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

fn snapshot(counters: &[Counters]) -> Snapshot {
    let mut all = Snapshot::default();
    for counter in counters {
        let scan = counter.summary();
        all.rows_read += scan.rows;
        all.bytes_read += [&scan.footers, &scan.dictionaries, &scan.ids, &scan.decode]
            .iter()
            .map(|p| p.bytes)
            .sum::<u64>();
        all.files_done += scan.inputs.len() as u64;
        all.files_total += scan.files_listed;
        all.hits += scan.rows_out;
    }
    all
}

/// One line on stderr for each rule, and its notes.
fn say_outcome(global: &Global, rule: &Rule, outcome: &Outcome, written: &[String]) {
    let rows = outcome.result.count();
    let time = outcome.timings.plan + outcome.timings.run;
    let files: u64 = outcome.read().map(|t| t.scan.files_listed).sum();
    let notes = outcome.notes();
    let text = format!(
        "{}: {rows} {}; read {} in {} of {files} files, {} requests, {:.2} s",
        rule.name,
        if rows == 1 { "row" } else { "rows" },
        report::human_bytes(outcome.bytes_read()),
        outcome.read().map(|t| t.scan.files_to_read()).sum::<u64>(),
        outcome.requests(),
        time.as_secs_f64(),
    );
    let fields = serde_json::json!({
        "rule_id": rule.id, "rows": rows, "bytes_read": outcome.bytes_read(), "requests": outcome.requests(),
        "files": files, "seconds": time.as_secs_f64(), "notes": notes, "written": written,
        "excluded": outcome.set_aside.as_ref().map(|s| &s.scenarios),
    });
    args::say(global, "ran", &text, fields);
    for note in &notes {
        args::say(
            global,
            "note",
            &format!("  note: {note}"),
            serde_json::json!({"rule_id": rule.id}),
        );
    }
    for url in written {
        args::say(
            global,
            "written",
            &format!("  wrote {url}"),
            serde_json::json!({"rule_id": rule.id}),
        );
    }
}

/// How long each phase took. Phases of the scan are summed over its threads.
fn print_stats(global: &Global, started: Duration, total: Duration, ran: &[Ran]) {
    let mut phases: Vec<(&str, Duration, u64, u64)> = vec![("start", started, 0, 0)];
    let mut add = |name: &'static str, time: Duration, bytes: u64, requests: u64| match phases
        .iter_mut()
        .find(|p| p.0 == name)
    {
        Some(phase) => {
            phase.1 += time;
            phase.2 += bytes;
            phase.3 += requests;
        }
        None => phases.push((name, time, bytes, requests)),
    };
    for one in ran {
        let Ran::Done { outcome, .. } = one else {
            continue;
        };
        add("rule", outcome.timings.compile, 0, 0);
        add("plan", outcome.timings.plan, 0, 0);
        add("run", outcome.timings.run, 0, 0);
        for table in outcome.read() {
            let scan = &table.scan;
            for (name, phase) in [
                ("listing", scan.listing),
                ("footers", scan.footers),
                ("dictionaries", scan.dictionaries),
                ("ids", scan.ids),
                ("decode", scan.decode),
            ] {
                add(
                    name,
                    Duration::from_nanos(phase.nanos),
                    phase.bytes,
                    phase.requests,
                );
            }
        }
        add("write", outcome.timings.write, 0, 0);
    }
    phases.push(("total", total, 0, 0));
    for (name, time, bytes, requests) in phases {
        let mut text = format!("{name:>14} {:>9.2} ms", time.as_secs_f64() * 1e3);
        if requests > 0 || bytes > 0 {
            text += &format!(" {:>12} in {requests} requests", report::human_bytes(bytes));
        }
        let fields = serde_json::json!({
            "phase": name, "seconds": time.as_secs_f64(), "bytes": bytes, "requests": requests,
        });
        args::say(global, "phase", &text, fields);
    }
}
