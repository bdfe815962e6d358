//! `retrohunt check`: every fault and warning of rules, all at once.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{self, ExclusionArgs, Global, LakeArgs, TimeArgs};
use super::exit::{Exit, Failure};
use super::{faults, query, stdout};
use crate::compile::{self, Compiled, Options, exclusion};
use crate::diagnostics::{Code, Severity};
use crate::engine::{Engine, EngineError};
use crate::lake::survey::{SurveyOptions, TableSurvey, survey};
use crate::lake::{Lake, LakeCatalogue};
use crate::report::{self, diagnostics::Style};
use crate::rule;
use crate::rule::exclusion::ExclusionSet;
use crate::symbols::Catalogue;

/// Check rules: every fault and warning, with line, column and help
///
/// With a lake also: is the table there, which time it covers, which columns does the rule need that the
/// lake lacks. With exclusions also: every fault of theirs, and which of them are for none of the rules.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt check rules/
  retrohunt check rule.yaml --exclusions data/exclusions
  retrohunt check rule.yaml --lake s3://bucket/lake --format json")]
pub struct Check {
    /// Rule files, folders or globs
    #[arg(value_name = "RULE", required_unless_present = "batch")]
    rules: Vec<String>,
    /// Bind each line {id, query} of a JSON Lines file and print a line each
    #[arg(long, value_name = "CASES.jsonl", conflicts_with = "rules")]
    batch: Option<PathBuf>,
    /// Warnings are errors
    #[arg(long)]
    strict: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
}

impl Check {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        if let Some(path) = &self.batch {
            return self.run_batch(path);
        }
        let files = rule::load(&self.rules).map_err(faults::unreadable)?;
        let engine = self.lake.engine(global)?.for_looking();
        let options = Options {
            strict: self.strict,
            range: self.time.range()?,
            ..Options::default()
        };
        let mut list = faults::List::new(self.strict);
        let set = self.exclusions.load()?;
        list.exclusions(&set);
        let mut used: Vec<String> = Vec::new();
        let mut world = false;
        let mut surveys = Surveys::default();
        for file in &files {
            list.file(file);
            for rule in &file.rules {
                let scenarios = set.for_rule(rule);
                let options = Options {
                    exclusions: &scenarios,
                    ..options
                };
                let compiled = engine.inspect(&rule.query, options).await?;
                list.query(rule, &compiled.diagnostics);
                list.scenarios(rule, &scenarios, &compiled.exclusions);
                used.extend(applied(&compiled));
                if let (Some(query), Some(_)) = (&compiled.query, engine.lake()) {
                    world |= !self
                        .check_lake(&engine, rule, query, &mut surveys, &mut list)
                        .await;
                }
            }
        }
        check_unused(&set, &used, &mut list);
        match self.format {
            CheckFormat::Json => stdout::print(&format!("{}\n", list.json()))?,
            CheckFormat::Text => stdout::print(&list.text(Style::stderr()))?,
        }
        args::say(global, "checked", &list.summary(), serde_json::json!({}));
        Ok(match (list.has_errors(), world) {
            (true, _) => Exit::Fault,
            (false, true) => Exit::World,
            (false, false) => Exit::Done,
        })
    }

    /// What the lake has for a rule. False where the lake cannot be asked.
    async fn check_lake(
        &self,
        engine: &Engine,
        rule: &rule::Rule,
        query: &compile::CompiledQuery,
        surveys: &mut Surveys,
        list: &mut faults::List,
    ) -> bool {
        let asked = async {
            let planned = engine.plan(query, self.time.as_of()).await?;
            let previews = planned.preview().await?;
            let tables = planned.tables();
            if let Some(lake) = engine.lake() {
                for table in &tables {
                    surveys.add(lake, &table.table).await?;
                }
            }
            Ok::<_, EngineError>((previews, tables))
        };
        match asked.await {
            Ok((previews, tables)) => {
                for table in &tables {
                    for survey in surveys.of(&table.table) {
                        list.coverage(rule, survey);
                    }
                }
                for preview in &previews {
                    list.preview(rule, preview);
                }
                for table in &tables {
                    list.days(rule, table);
                }
                true
            }
            Err(error) => {
                list.lake_fault(rule, &error);
                !error.is_world()
            }
        }
    }

    fn run_batch(&self, path: &PathBuf) -> Result<Exit, Failure> {
        let catalogue = LakeCatalogue::default();
        let mut out = stdout::writer();
        for case in query::cases(path)? {
            let case = case?;
            let bound = compile::schema(&case.query, &catalogue, self.strict);
            let line = match &bound.columns {
                Some(columns) => {
                    let columns = (columns.as_slice(), bound.untyped.as_slice());
                    report::batch_schema(&case.id, columns, &bound.diagnostics, &case.query)
                }
                None => report::batch_error(&case.id, &bound.diagnostics, &case.query),
            };
            std::io::Write::write_all(&mut out, format!("{line}\n").as_bytes())?;
        }
        std::io::Write::flush(&mut out)?;
        Ok(Exit::Done)
    }
}

/// What the lake has of each table: looked at once, whatever number of rules read it.
#[derive(Default)]
struct Surveys(HashMap<String, Vec<TableSurvey>>);

impl Surveys {
    async fn add(&mut self, lake: &Lake, table: &str) -> Result<(), EngineError> {
        if !self.0.contains_key(table) {
            // The first file's footer and the last one's tell the time.
            let options = SurveyOptions {
                table: Some(table.to_owned()),
                max_footers: 2,
                duplicates: false,
                ..SurveyOptions::default()
            };
            self.0
                .insert(table.to_owned(), survey(lake, &options).await?);
        }
        Ok(())
    }

    fn of(&self, table: &str) -> &[TableSurvey] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The scenarios that a query applies.
fn applied(compiled: &Compiled) -> impl Iterator<Item = String> {
    let exclusions = compiled.query.iter().filter_map(|q| q.exclusions.as_ref());
    exclusions.flat_map(|e| e.scenarios.iter().map(|s| s.name.clone()))
}

/// Scenarios that no rule applied are bound by themselves, lest their faults wait for their rule.
fn check_unused(set: &ExclusionSet, used: &[String], list: &mut faults::List) {
    let catalogue = LakeCatalogue::default();
    for scenario in set.scenarios().filter(|s| !used.contains(&s.name)) {
        if let Some(faults) = exclusion::check(scenario, &catalogue) {
            list.scenario(scenario, &faults);
        } else if let Some(table) = scenario.table.as_deref()
            && catalogue.table(table).is_none()
        {
            let message = format!("none of the rules reads a table `{table}`, and none is known");
            list.about(scenario, Severity::Warning, Code::UnknownTable, message);
            continue;
        }
        let message = format!(
            "the scenario `{}` applies to none of the rules",
            scenario.name
        );
        list.about(scenario, Severity::Note, Code::ExclusionIdle, message);
    }
}
