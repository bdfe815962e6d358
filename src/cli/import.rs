//! `retrohunt import`: a hunt card made into a rule file and an exclusion file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{self, Global};
use super::exit::{Exit, Failure};
use super::{faults, stdout};
use crate::compile::{self, Options, exclusion};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lake::LakeCatalogue;
use crate::rule::{FileDiagnostic, FileSpan, card, exclusion as exclusion_file, quote};

/// Make a rule file and an exclusion file of a hunt card
///
/// A card is a page of prose with a query or a rule, a table of the data it needs, and scenarios of
/// known-good activity with filters in ECS names. What cannot be read is named with its line; a scenario
/// that is not wholly read is written as a draft, which applies to no rule.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  retrohunt import card.txt --out hunts")]
pub struct Import {
    /// The card, a text or Markdown file
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// The folder to write rules/NAME.yaml and exclusions/NAME.yaml to
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

impl Import {
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let world = |path: &Path, e: &std::io::Error| {
            Failure::new(Exit::World, format!("{}: {e}", path.display()))
        };
        let bytes = std::fs::read(&self.card).map_err(|e| world(&self.card, &e))?;
        let mut import = card::import(&self.card, &bytes);
        complete(&mut import);
        let name = self.card.display().to_string();
        faults::print_file(global, &name, &import.text, &import.diagnostics);
        let Some(rule) = import.rule.as_ref().filter(|_| !import.has_errors()) else {
            return Ok(Exit::Fault);
        };
        let slug: String = quote::slug(&rule.rule.name).chars().take(60).collect();
        let stem = match slug.trim_end_matches('-') {
            "" => "rule",
            slug => slug,
        };
        let file = |folder: &str| self.out.join(folder).join(format!("{stem}.yaml"));
        let mut files = vec![(file("rules"), &rule.yaml)];
        if let Some(exclusions) = &import.exclusions {
            files.push((file("exclusions"), exclusions));
        }
        let there = files.iter().find(|(path, _)| path.exists());
        if let (Some((path, _)), false) = (there, self.force) {
            return Err(Failure::new(
                Exit::Fault,
                format!(
                    "{} is there already; --force writes over it",
                    path.display()
                ),
            ));
        }
        for (path, text) in &files {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|e| world(folder, &e))?;
            }
            std::fs::write(path, text).map_err(|e| world(path, &e))?;
            stdout::print(&format!("{}\n", path.display()))?;
        }
        let unread = import.diagnostics.iter();
        let unread = unread.filter(|d| d.code == Code::NotTranslated).count();
        let text = format!("{name}: {unread} remarks on parts of the card");
        args::say(
            global,
            "imported",
            &text,
            serde_json::json!({"remarks": unread}),
        );
        Ok(Exit::Done)
    }
}

/// Compiles what was read: a scenario that cannot be bound becomes a draft, and the card's place is told.
fn complete(import: &mut card::Import) {
    let catalogue = LakeCatalogue::default();
    if let Some(imported) = &import.rule {
        let rule = &imported.rule;
        let compiled = compile::compile(&rule.query, &catalogue, Options::default());
        for fault in compiled.diagnostics.iter().filter(is_error) {
            let span = rule.source.file_span(fault.span);
            import.diagnostics.push(FileDiagnostic::warning(
                fault.code,
                FileSpan::new(imported.start + span.start, imported.start + span.end),
                format!("the rule does not compile: {}", fault.message),
            ));
        }
    }
    let Some(text) = import.exclusions.take() else {
        return;
    };
    let file = exclusion_file::read(Path::new("exclusions.yaml"), text.as_bytes());
    let mut written = text.clone();
    // From the last, so that places before it stay where they are.
    for (index, scenario) in file.scenarios.iter().enumerate().rev() {
        let faults = exclusion::check(scenario, &catalogue).unwrap_or_default();
        if !faults.has_errors() {
            continue;
        }
        let filter = import.filters.get(index).copied().unwrap_or_default();
        let mut lines = match scenario.draft {
            true => String::new(),
            false => "    draft: true\n".to_owned(),
        };
        for fault in faults.iter().filter(is_error) {
            let span = place(import, &scenario.predicate, filter, fault);
            let (line, _) = import.text.position(span.start);
            lines.push_str(&card::note(line, &fault.message));
            let message = format!("{}; the scenario is a draft", fault.message);
            let told = FileDiagnostic::warning(Code::NotTranslated, span, message);
            import.diagnostics.push(told);
        }
        let end = text[scenario.place.start..].find('\n');
        let at = scenario.place.start + end.map_or(0, |end| end + 1);
        written.insert_str(at, &lines);
    }
    import.exclusions = Some(written);
}

fn is_error(diagnostic: &&Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

/// Where the words of a predicate's fault stand in the card's filter.
fn place(import: &card::Import, predicate: &str, filter: FileSpan, fault: &Diagnostic) -> FileSpan {
    let words = &predicate[fault.span.start..fault.span.end];
    let card = import.text.as_str().get(filter.start..filter.end);
    let at = card.and_then(|card| card.find(words));
    at.map_or(filter, |at| {
        FileSpan::new(filter.start + at, filter.start + at + words.len())
    })
}
