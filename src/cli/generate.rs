//! `retrohunt generate`: writes a lake in which given rules find something.

use std::path::PathBuf;

use clap::Args;
use globset::Glob;

use super::args::{self, Global};
use super::exit::{Exit, Failure};
use super::{faults, query, stdout, time};
use crate::generate::{self, Request};
use crate::lake::LakeCatalogue;
use crate::rule;
use crate::symbols::Catalogue;

/// Write a lake of made-up events in which given rules find something
///
/// For each rule, rows that meet its conditions are planted among noise; what it reads from outside the lake
/// is written beside it, with an outside.yaml for --outside. Events are of the days before --as-of.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt generate rules/ --out ./lake
  retrohunt generate rule.yaml --out ./lake --as-of 2026-01-13T00:00:00Z --rows 100000
  retrohunt generate --batch cases.jsonl --tables 'Device*' --out ./lake")]
pub struct Generate {
    /// Rule files, folders or globs
    #[arg(value_name = "RULE", required_unless_present = "batch")]
    rules: Vec<String>,
    /// Queries: each line {id, query} of a JSON Lines file
    #[arg(long, value_name = "CASES.jsonl", conflicts_with = "rules")]
    batch: Option<PathBuf>,
    /// The folder to write
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Also write the known tables of these names, whether a rule reads them or not
    #[arg(long, value_name = "GLOB")]
    tables: Vec<String>,
    /// Rows of noise in each table
    #[arg(long, value_name = "N", default_value_t = 1000)]
    rows: usize,
    /// Other noise, and other values where a rule leaves them open
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What the rules' now() will mean [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    as_of: Option<i64>,
}

impl Generate {
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let catalogue = LakeCatalogue::default();
        let queries = self.queries()?;
        let tables = self.tables(&catalogue)?;
        let request = Request {
            queries: &queries,
            catalogue: &catalogue,
            tables: &tables,
            rows: self.rows,
            seed: self.seed,
            as_of: self.as_of.unwrap_or_else(time::now),
        };
        let report = generate::write(&self.out, &request)
            .map_err(|e| Failure::new(Exit::World, e.to_string()))?;
        for table in &report.tables {
            stdout::print(&format!(
                "{}: {} files, {} rows, {} bytes\n",
                table.name, table.files, table.rows, table.bytes
            ))?;
        }
        for name in &report.without_rows {
            let text = format!("no rows were found for {name}");
            args::say(
                global,
                "without_rows",
                &text,
                serde_json::json!({"query": name}),
            );
        }
        if report.outside {
            let path = self.out.join("outside.yaml");
            let text = format!("run with --outside {}", path.display());
            args::say(global, "outside", &text, serde_json::json!({"path": path}));
        }
        Ok(Exit::Done)
    }

    /// The queries by name.
    fn queries(&self) -> Result<Vec<(String, String)>, Failure> {
        if let Some(path) = &self.batch {
            let cases = query::cases(path)?;
            return cases
                .map(|case| case.map(|case| (case.id, case.query)))
                .collect();
        }
        let files = rule::load(&self.rules).map_err(faults::unreadable)?;
        let rules = files.into_iter().flat_map(|file| file.rules);
        Ok(rules.map(|rule| (rule.id, rule.query)).collect())
    }

    /// The catalogue's tables that `--tables` names.
    fn tables(&self, catalogue: &dyn Catalogue) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        for pattern in &self.tables {
            let glob = Glob::new(pattern).map_err(|e| Failure::usage(format!("--tables: {e}")))?;
            let matcher = glob.compile_matcher();
            let names = catalogue
                .table_names()
                .into_iter()
                .filter(|name| matcher.is_match(name));
            let before = found.len();
            found.extend(names);
            if found.len() == before {
                return Err(Failure::usage(format!(
                    "--tables: no known table is named {pattern}"
                )));
            }
        }
        Ok(found)
    }
}
