//! The faults and warnings of the files and queries of one command.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::args::{Global, LogFormat};
use super::exit::{Exit, Failure};
use crate::compile::{Compiled, ScenarioFaults};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::engine::{EngineError, Preview, TableReport};
use crate::lake::survey::TableSurvey;
use crate::report::diagnostics::{Findings, Style, render, summary, to_json};
use crate::rule::exclusion::{ExclusionSet, Level, Scenario};
use crate::rule::{FileDiagnostic, FileText, Rule, RuleError, RuleFile};

/// What is to be said about each rule file.
pub struct List {
    files: BTreeMap<PathBuf, Findings>,
    strict: bool,
}

impl List {
    pub fn new(strict: bool) -> Self {
        Self {
            files: BTreeMap::new(),
            strict,
        }
    }

    /// Takes in a file's own faults.
    pub fn file(&mut self, file: &RuleFile) {
        self.files
            .insert(file.path.clone(), Findings::of_file(file));
    }

    /// Takes in the faults of a rule's query.
    pub fn query(&mut self, rule: &Rule, diagnostics: &Diagnostics) {
        if let Some(findings) = self.files.get_mut(rule.source.path()) {
            findings.add_rule(&rule.source, diagnostics);
        }
    }

    /// Makes room for exclusion files, whose own faults have been told.
    pub fn exclusion_files(&mut self, set: &ExclusionSet) {
        for file in set.files() {
            let name = file.path.display().to_string();
            let findings = Findings::new(name, file.text.clone());
            self.files.insert(file.path.clone(), findings);
        }
    }

    /// Takes in what is to be said about exclusion files themselves.
    pub fn exclusions(&mut self, set: &ExclusionSet) {
        self.exclusion_files(set);
        for file in set.files() {
            if let Some(findings) = self.files.get_mut(&file.path) {
                findings.add_file(&file.diagnostics);
            }
        }
    }

    /// Takes in the faults of the predicates of the scenarios that apply to a rule.
    pub fn scenarios(&mut self, rule: &Rule, scenarios: &[Scenario], faults: &[ScenarioFaults]) {
        for faulty in faults {
            let Some(scenario) = scenarios.get(faulty.scenario) else {
                continue;
            };
            // Over events, names are those of the table for every rule; over rows they are the rule's.
            let mut found = faulty.diagnostics.clone();
            if scenario.level == Level::Rows {
                let of_rule = |mut diagnostic: Diagnostic| {
                    diagnostic.message += &format!(", over the rows of the rule `{}`", rule.name);
                    diagnostic
                };
                let named: Vec<Diagnostic> = found.into_iter().map(of_rule).collect();
                found = Diagnostics::default();
                found.extend(named);
            }
            self.scenario(scenario, &found);
        }
    }

    /// Takes in the faults that a scenario's predicate has whatever the rule.
    pub fn scenario(&mut self, scenario: &Scenario, diagnostics: &Diagnostics) {
        if let Some(findings) = self.files.get_mut(scenario.source.path()) {
            let mut named = Diagnostics::default();
            for diagnostic in diagnostics.iter() {
                let mut diagnostic = diagnostic.clone();
                diagnostic.message += &format!(" (scenario `{}`)", scenario.name);
                named.push(diagnostic);
            }
            findings.add_rule(&scenario.source, &named);
        }
    }

    /// Takes in something about a scenario as a whole.
    pub fn about(&mut self, scenario: &Scenario, severity: Severity, code: Code, message: String) {
        if let Some(findings) = self.files.get_mut(scenario.source.path()) {
            findings.add_file(&[FileDiagnostic {
                severity,
                ..FileDiagnostic::error(code, scenario.place, message)
            }]);
        }
    }

    /// Takes in what the lake lacks of what a rule needs.
    pub fn preview(&mut self, rule: &Rule, preview: &Preview) {
        let summary = &preview.summary;
        let files = summary.inputs.len() as u64;
        let place = mention(rule, &preview.table);
        let mut found = Diagnostics::default();
        for (column, lacking) in &summary.missing_columns {
            let how = match *lacking >= files {
                true => format!("no file of {} in the lake has", preview.table),
                false => format!(
                    "{lacking} of {files} files of {} in the lake lack",
                    preview.table
                ),
            };
            found.push(
                Diagnostic::warning(
                    Code::MissingInLake,
                    mention(rule, column),
                    format!("{how} the column {column}; it reads as null there"),
                )
                .with_help("ensure that the data connector exports this column"),
            );
        }
        for column in &summary.null_columns {
            found.push(Diagnostic::warning(
                Code::MissingInLake,
                mention(rule, column),
                format!(
                    "the column {column} of {} is null throughout",
                    preview.table
                ),
            ));
        }
        if files == 0 {
            found.push(
                Diagnostic::warning(
                    Code::MissingInLake,
                    place,
                    format!(
                        "the lake has no files of {} in the time that the rule looks at",
                        preview.table
                    ),
                )
                .with_help(
                    "look at `retrohunt lake`, and choose a time with --as-of or --from and --to",
                ),
            );
        }
        self.query(rule, &found);
    }

    /// Takes in which time a table of the lake covers.
    pub fn coverage(&mut self, rule: &Rule, survey: &TableSurvey) {
        let span = survey.events.as_ref().or(survey.paths.as_ref());
        let time = match span {
            Some(span) => format!("from {} to {}", span.first, span.last),
            None => "of no known time".to_owned(),
        };
        let note = Diagnostic::note(
            Code::InLake,
            mention(rule, &survey.table),
            format!(
                "{} is in the lake: {} files, events {time}",
                survey.table, survey.files
            ),
        );
        self.query(rule, &Diagnostics::from(note));
    }

    /// Takes in which days of the rule's time have no files.
    pub fn days(&mut self, rule: &Rule, table: &TableReport) {
        if table.days_without_files.is_empty() {
            return;
        }
        let days: Vec<String> = table
            .days_without_files
            .iter()
            .map(ToString::to_string)
            .collect();
        let note = Diagnostic::warning(
            Code::MissingInLake,
            mention(rule, &table.table),
            format!("{} has no files for {}", table.table, days.join(", ")),
        );
        self.query(rule, &Diagnostics::from(note));
    }

    /// Takes in why the lake could not be asked.
    pub fn lake_fault(&mut self, rule: &Rule, error: &EngineError) {
        let place = match error {
            EngineError::NoTable { table, .. } | EngineError::NoLake { table } => {
                mention(rule, table)
            }
            EngineError::Lake(_)
            | EngineError::Scan(_)
            | EngineError::Temporary { .. }
            | EngineError::Outside { .. }
            | EngineError::NotGiven { .. }
            | EngineError::TooMuch { .. }
            | EngineError::Run(_) => Span::default(),
        };
        let fault = Diagnostic::error(Code::UnknownTable, place, error.to_string())
            .with_help("ensure that this data connector is enabled and exported");
        self.query(rule, &Diagnostics::from(fault));
    }

    pub fn has_errors(&self) -> bool {
        self.findings().iter().any(Findings::has_errors)
    }

    fn findings(&self) -> Vec<Findings> {
        let mut all: Vec<Findings> = self.files.values().cloned().collect();
        if self.strict {
            all.iter_mut().for_each(Findings::make_strict);
        }
        all
    }

    /// All of it for people.
    pub fn text(&self, style: Style) -> String {
        render(&self.findings(), style)
    }

    /// All of it for programs.
    pub fn json(&self) -> serde_json::Value {
        serde_json::Value::Array(to_json(&self.findings()))
    }

    /// `1 error and 2 warnings in 3 files`
    pub fn summary(&self) -> String {
        summary(&self.findings())
    }

    /// Prints all of it to stderr.
    pub fn print(&self, global: &Global) {
        print_findings(global, &self.findings());
    }
}

/// Prints the faults of a query that stands in no rule file.
pub fn print_query(global: &Global, name: &str, text: &str, compiled: &Compiled) {
    print_findings(
        global,
        &[Findings::of_query(name, text, &compiled.diagnostics)],
    );
}

/// Prints what is to be said about a file that holds no rule.
pub fn print_file(global: &Global, name: &str, text: &FileText, diagnostics: &[FileDiagnostic]) {
    let mut findings = Findings::new(name, text.clone());
    findings.add_file(diagnostics);
    print_findings(global, &[findings]);
}

fn print_findings(global: &Global, findings: &[Findings]) {
    let silent = |f: &Findings| f.is_empty() || (global.quiet && !f.has_errors());
    if findings.iter().all(silent) {
        return;
    }
    match global.log_format {
        LogFormat::Json => {
            for line in to_json(findings) {
                eprintln!("{line}");
            }
        }
        LogFormat::Text => eprint!("{}", render(findings, Style::stderr())),
    }
}

/// A rule file that cannot be read at all.
pub fn unreadable(error: RuleError) -> Failure {
    Failure::new(Exit::Fault, error.to_string())
}

/// Where a name first stands in the rule's query as a word of its own.
fn mention(rule: &Rule, name: &str) -> Span {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    rule.query
        .match_indices(name)
        .find(|(at, _)| {
            let before = rule.query[..*at].chars().next_back();
            let after = rule.query[at + name.len()..].chars().next();
            !before.is_some_and(word) && !after.is_some_and(word)
        })
        .map_or_else(Span::default, |(at, _)| Span::new(at, at + name.len()))
}
