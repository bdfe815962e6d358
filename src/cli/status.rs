//! `retrohunt status`: which windows of a hunt are done.

use clap::Args;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::hunt::Shape;
use super::{config, stdout};
use crate::hunt::ledger::Ledger;
use crate::hunt::status::{self, RuleStatus};
use crate::lake::{Lake, LakeSettings, Store};
use crate::report::{self, neutral::neutral};
use crate::syntax::ticks::datetime_text;

/// Show which windows of a hunt are done, missing, stale or failed, and which days had no data
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt status results
  retrohunt status s3://results/year --lake s3://bucket/lake --format json")]
pub struct Status {
    /// The output of a hunt
    #[arg(value_name = "OUT")]
    out: String,
    /// The profile with the output's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    out_profile: Option<String>,
    /// Also compare with the files that the lake has now
    #[arg(long, value_name = "URL", env = "RETROHUNT_LAKE")]
    lake: Vec<String>,
    /// The profile with the lake's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    lake_profile: Option<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Shape::Table, value_name = "FORMAT")]
    format: Shape,
}

/// The ledger of an output that must be there.
pub async fn open(global: &Global, out: &str, profile: Option<&str>) -> Result<Ledger, Failure> {
    let settings = config::settings(global.config.as_deref(), profile, config::OUT_PREFIX)?;
    let store = Store::open(out, &settings)?;
    Ledger::find(&store).await?.ok_or_else(|| {
        Failure::new(
            Exit::World,
            format!("{} is empty: no hunt has written there", store.url()),
        )
    })
}

impl Status {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let ledger = open(global, &self.out, self.out_profile.as_deref()).await?;
        let lake = match self.lake.is_empty() {
            true => None,
            false => {
                let store = config::settings(
                    global.config.as_deref(),
                    self.lake_profile.as_deref(),
                    config::LAKE_PREFIX,
                )?;
                let settings = LakeSettings {
                    store,
                    ..LakeSettings::default()
                };
                Some(Lake::open(&self.lake, &settings)?)
            }
        };
        let rules = status::read(&ledger, lake.as_ref()).await?;
        stdout::print(&match self.format {
            Shape::Table => table(&rules),
            Shape::Json => {
                let rules: Vec<_> = rules.iter().map(json).collect();
                format!("{}\n", serde_json::json!({ "rules": rules }))
            }
        })?;
        Ok(Exit::Done)
    }
}

fn table(rules: &[RuleStatus]) -> String {
    let head = [
        "rule",
        "windows",
        "done",
        "missing",
        "stale",
        "failed",
        "with hits",
        "hits",
    ];
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            let mut row = vec![neutral(&rule.name).into_owned()];
            let counts = [
                rule.planned,
                rule.done.len(),
                rule.missing.len(),
                rule.stale.len(),
                rule.failed.len(),
                rule.with_rows,
            ];
            row.extend(counts.map(|n| n.to_string()));
            row.push(rule.rows.to_string());
            row
        })
        .collect();
    let mut text = report::hunt::columns(&head, 1, &rows);
    for rule in rules {
        let name = neutral(&rule.name);
        for (end, why) in &rule.failed {
            let window = match end {
                Some(end) => format!(", window to {}", datetime_text(*end)),
                None => String::new(),
            };
            text.push_str(&format!("{name}{window}: failed: {}\n", neutral(why)));
        }
        for (url, why) in &rule.damaged {
            text.push_str(&format!("{name}: {} {}\n", neutral(url), neutral(why)));
        }
        for (table, days) in &rule.days_without_files {
            let days: Vec<String> = days.iter().map(|day| day.0.to_string()).collect();
            text.push_str(&format!(
                "{name}: no files of {table} for {}\n",
                days.join(", ")
            ));
        }
    }
    text
}

fn json(rule: &RuleStatus) -> serde_json::Value {
    let times = |ends: &[i64]| {
        ends.iter()
            .map(|end| datetime_text(*end))
            .collect::<Vec<_>>()
    };
    let stale: Vec<_> = rule
        .stale
        .iter()
        .map(|(end, why)| serde_json::json!({"window_end": datetime_text(*end), "changed": why}))
        .collect();
    let failed: Vec<_> = rule
        .failed
        .iter()
        .map(|(end, why)| serde_json::json!({"window_end": end.map(datetime_text), "error": why}))
        .collect();
    let damaged: Vec<_> = rule
        .damaged
        .iter()
        .map(|(url, why)| serde_json::json!({"object": url, "fault": why}))
        .collect();
    serde_json::json!({
        "rule_id": rule.id, "rule_name": rule.name, "windows": rule.planned,
        "done": times(&rule.done), "missing": times(&rule.missing), "stale": stale, "failed": failed,
        "damaged": damaged, "days_without_files": rule.days_without_files,
        "with_hits": rule.with_rows, "hits": rule.rows,
    })
}
