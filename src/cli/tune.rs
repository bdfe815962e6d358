//! `retrohunt tune`: what exclusions change in the results of rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use clap::Args;

use super::args::{self, ExclusionArgs, Global, LakeArgs, TimeArgs};
use super::check::CheckFormat;
use super::exit::{Exit, Failure};
use super::{faults, stdout};
use crate::compile::Options;
use crate::engine::Engine;
use crate::hunt::exclusion::Suppressed;
use crate::hunt::single::{self, Outcome, Rows};
use crate::report::cells::cells;
use crate::report::neutral::neutral;
use crate::rule::exclusion::ExclusionSet;
use crate::rule::{self, Rule};
use crate::symbols::ScalarType;

/// Run rules with and without their exclusions, and show what changes
///
/// Rows are known by their texts: a row whose texts are still there with other times or counts has
/// changed, one whose texts are not is gone.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  retrohunt tune data/rules/kaseya-network-connection.yaml --exclusions data/exclusions/kaseya.yaml --lake data/lake --as-of 2026-01-08")]
pub struct Tune {
    /// Rule files, folders or globs
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, value_name = "FORMAT")]
    format: CheckFormat,
    #[command(flatten)]
    exclusions: ExclusionArgs,
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// What changes for one rule.
#[derive(Debug, serde::Serialize)]
struct Change {
    rule_id: String,
    rule: String,
    rows_without: usize,
    rows_with: usize,
    scenarios: Vec<Suppressed>,
    /// The texts of rows that are no more, and of those whose other values are others.
    gone: Vec<String>,
    changed: Vec<String>,
    /// Rows that the rule gives only with its exclusions.
    new: Vec<String>,
}

impl Tune {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.exclusions.exclusions.is_empty() {
            return Err(Failure::usage(
                "name exclusion files with --exclusions FILE",
            ));
        }
        let files = rule::load(&self.rules).map_err(faults::unreadable)?;
        let set = self.exclusions.load()?;
        let engine = self.lake.engine(global)?;
        let mut list = faults::List::new(false);
        list.exclusions(&set);
        let mut changes = Vec::new();
        for file in &files {
            list.file(file);
            for rule in &file.rules {
                changes.extend(self.change(&engine, &set, rule, &mut list).await?);
            }
        }
        list.print(global);
        let idle = idle(&set, &changes);
        match self.format {
            CheckFormat::Json => {
                let all = serde_json::json!({"rules": changes, "never_matched": idle});
                stdout::print(&format!("{all:#}\n"))?;
            }
            CheckFormat::Text => stdout::print(&text(&changes, &idle))?,
        }
        let summary = match changes.len() {
            1 => "1 rule has exclusions".to_owned(),
            n => format!("{n} rules have exclusions"),
        };
        args::say(global, "tuned", &summary, serde_json::json!({}));
        Ok(match list.has_errors() {
            true => Exit::Fault,
            false => Exit::Done,
        })
    }

    /// Runs one rule both ways; None where no exclusion applies or the rule is at fault.
    async fn change(
        &self,
        engine: &Engine,
        set: &ExclusionSet,
        rule: &Rule,
        list: &mut faults::List,
    ) -> Result<Option<Change>, Failure> {
        let scenarios = set.for_rule(rule);
        let plain = Options {
            range: self.time.range()?,
            ..Options::default()
        };
        let options = Options {
            exclusions: &scenarios,
            ..plain
        };
        let as_of = self.time.as_of();
        let compiled = engine.compile_over(&rule.query, options, as_of).await?;
        list.query(rule, &compiled.diagnostics);
        list.scenarios(rule, &scenarios, &compiled.exclusions);
        let Some(query) = compiled.query.filter(|query| query.exclusions.is_some()) else {
            return Ok(None);
        };
        let with = single::run(engine, &query, as_of, |_| {}).await?;
        let without = engine.compile_over(&rule.query, plain, as_of).await?;
        let Some(query) = without.query else {
            return Ok(None);
        };
        let without = single::run(engine, &query, as_of, |_| {}).await?;
        compare(rule, &without, with).map(Some)
    }
}

/// A row: its texts, and all of its values.
type Row = (String, String);

fn compare(rule: &Rule, without: &Outcome, with: Outcome) -> Result<Change, Failure> {
    let before = rows(&without.result)?;
    let after = rows(&with.result)?;
    let keys = |rows: &[Row]| {
        rows.iter()
            .map(|(key, _)| key.clone())
            .collect::<BTreeSet<_>>()
    };
    let (known, remaining) = (keys(&before), keys(&after));
    // Rows may be equal, so that they are counted and not only looked up.
    let mut left: BTreeMap<&Row, usize> = BTreeMap::new();
    for row in &after {
        *left.entry(row).or_default() += 1;
    }
    let mut change = Change {
        rule_id: rule.id.clone(),
        rule: rule.name.clone(),
        rows_without: before.len(),
        rows_with: after.len(),
        scenarios: with.set_aside.map(|s| s.scenarios).unwrap_or_default(),
        gone: Vec::new(),
        changed: Vec::new(),
        new: Vec::new(),
    };
    for row in &before {
        match left.get_mut(row).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None if remaining.contains(&row.0) => change.changed.push(row.0.clone()),
            None => change.gone.push(row.0.clone()),
        }
    }
    let new = after.iter().filter(|(key, _)| !known.contains(key));
    change.new = new.map(|(key, _)| key.clone()).collect();
    Ok(change)
}

fn rows(result: &Rows) -> Result<Vec<Row>, Failure> {
    let is_text: Vec<bool> = result
        .columns
        .iter()
        .map(|c| matches!(c.ty, ScalarType::String | ScalarType::Guid))
        .collect();
    let any_text = is_text.contains(&true);
    let mut rows = Vec::with_capacity(result.count());
    for batch in &result.batches {
        let cells =
            cells(&result.columns, batch).map_err(|e| Failure::new(Exit::Fault, e.to_string()))?;
        for row in 0..batch.num_rows() {
            let (mut key, mut whole) = (Vec::new(), Vec::new());
            for ((cell, column), is_text) in cells.iter().zip(&result.columns).zip(&is_text) {
                let mut value = Vec::new();
                cell.push_text(row, &mut value);
                let value = String::from_utf8_lossy(&value).into_owned();
                if *is_text || !any_text {
                    key.push(format!("{}={value}", column.name));
                }
                whole.push(value);
            }
            rows.push((key.join(", "), whole.join("\u{0}")));
        }
    }
    Ok(rows)
}

/// The scenarios that made no difference to any rule.
fn idle(set: &ExclusionSet, changes: &[Change]) -> Vec<String> {
    let mut found = changes.iter().flat_map(|change| &change.scenarios);
    let mut matched = BTreeSet::new();
    matched.extend(found.by_ref().filter(|s| !s.is_idle()).map(|s| &s.scenario));
    let scenarios = set.scenarios().filter(|s| !matched.contains(&s.name));
    scenarios.map(|s| s.name.clone()).collect()
}

fn text(changes: &[Change], idle: &[String]) -> String {
    let mut out = String::new();
    for change in changes {
        let _ = writeln!(
            out,
            "{}: {} rows without exclusions, {} with",
            neutral(&change.rule),
            change.rows_without,
            change.rows_with
        );
        let _ = writeln!(out, "  {:>10} {:>8} {:>8}", "events", "devices", "rows");
        for found in &change.scenarios {
            let _ = writeln!(
                out,
                "  {:>10} {:>8} {:>8}  {}",
                found.events,
                found.devices,
                found.rows,
                neutral(&found.scenario)
            );
        }
        for (word, rows) in [
            ("gone", &change.gone),
            ("changed", &change.changed),
            ("new", &change.new),
        ] {
            for row in rows {
                let _ = writeln!(out, "  {word}: {}", neutral(row));
            }
        }
    }
    for name in idle {
        let _ = writeln!(out, "never matched: {}", neutral(name));
    }
    out
}
