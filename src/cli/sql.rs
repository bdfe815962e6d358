//! `retrohunt sql`: the SQL that a rule runs as, and what it would read.

use std::fmt::Write;

use clap::Args;

use super::args::{ExclusionArgs, Global, LakeArgs, TimeArgs};
use super::exit::{Exit, Failure};
use super::{faults, stdout};
use crate::compile::Options;
use crate::engine::Preview;
use crate::{report, rule, sqlgen};

/// Show the SQL that a rule runs as
///
/// $as_of is what the rule's now() means: ticks of 100 ns since 0001-01-01. Times and timespans are
/// ticks too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt sql data/rules/kaseya-network-connection.yaml
  retrohunt sql rule.kql --lake ./lake --as-of 2026-01-08 --explain")]
pub struct Sql {
    /// Rule files, folders or globs
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
    /// Also the physical plan and, per table, what remains after each kind of pruning; reads no rows
    #[arg(long)]
    explain: bool,
    /// Drop repeated events, as `run --dedup` does
    #[arg(long)]
    dedup: bool,
    #[command(flatten)]
    exclusions: ExclusionArgs,
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    time: TimeArgs,
}

impl Sql {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let files = rule::load(&self.rules).map_err(faults::unreadable)?;
        let engine = self.lake.engine(global)?.for_looking();
        if self.explain && engine.lake().is_none() {
            return Err(Failure::usage("--explain needs a lake: give --lake URL"));
        }
        let options = Options {
            range: self.time.range()?,
            dedup: self.dedup,
            ..Options::default()
        };
        let set = self.exclusions.load()?;
        let mut list = faults::List::new(false);
        list.exclusions(&set);
        let mut text = String::new();
        for file in &files {
            list.file(file);
            for rule in &file.rules {
                let scenarios = set.for_rule(rule);
                let options = Options {
                    exclusions: &scenarios,
                    ..options
                };
                let mut compiled = engine.inspect(&rule.query, options).await?;
                if compiled.discovery.is_some() {
                    // There is no SQL without its columns: this says so.
                    compiled = engine.compile(&rule.query, options).await?;
                }
                list.query(rule, &compiled.diagnostics);
                list.scenarios(rule, &scenarios, &compiled.exclusions);
                let Some(query) = compiled.query else {
                    continue;
                };
                let _ = writeln!(
                    text,
                    "-- {}\n{};",
                    rule.name,
                    sqlgen::format(&query.statement)
                );
                if self.explain {
                    let planned = engine.plan(&query, self.time.as_of()).await?;
                    let previews = planned.preview().await?;
                    explain(&mut text, &planned.explain(), &previews);
                }
            }
        }
        list.print(global);
        stdout::print(&text)?;
        Ok(match list.has_errors() {
            true => Exit::Fault,
            false => Exit::Done,
        })
    }
}

fn explain(text: &mut String, plan: &str, previews: &[Preview]) {
    let _ = writeln!(text, "\n-- physical plan");
    for line in plan.lines() {
        let _ = writeln!(text, "--   {line}");
    }
    for preview in previews {
        let _ = writeln!(text, "-- what the scan of {} reads", preview.table);
        for line in report::preview_lines(&preview.summary) {
            let _ = writeln!(text, "--   {line}");
        }
    }
    text.push('\n');
}
