//! Hunt cards: pages that describe a hunt for people, made into files that run.
//!
//! In: a card's bytes: prose, a query, a rule (often flattened), a table of the data that it needs,
//! scenarios of known-good activity with filters in ECS names. Out: [`Import`]: a well-formed rule file,
//! an exclusion file, and every part that could not be read, with its place.
//!
//! What always holds: a scenario of whose filter a part could not be read, or most likely says what was
//! not meant, is written as a draft, which applies to no rule: a filter without one of its parts would
//! set aside more than the card's author meant.

mod filter;
mod sections;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use super::read::decode;
use super::{FileDiagnostic, FileText, Rule};
use crate::diagnostics::{Code, Severity};
use sections::Sections;

pub use write::note;

/// What a card gives.
#[derive(Debug, Clone)]
pub struct Import {
    /// The card's text, which the diagnostics' places count in.
    pub text: FileText,
    /// None where the card has no rule and no query.
    pub rule: Option<ImportedRule>,
    /// The text of the exclusion file; None where the card has no scenario.
    pub exclusions: Option<String>,
    /// For each scenario in the file, where its filter stands in the card.
    pub filters: Vec<super::FileSpan>,
    pub diagnostics: Vec<FileDiagnostic>,
}

/// The rule of a card.
#[derive(Debug, Clone)]
pub struct ImportedRule {
    pub rule: Rule,
    /// The text of the rule file.
    pub yaml: String,
    /// The byte of the card at which the text begins that the rule was read from.
    pub start: usize,
}

impl Import {
    pub fn has_errors(&self) -> bool {
        let mut all = self.diagnostics.iter();
        all.any(|d| d.severity == Severity::Error)
    }
}

/// Reads a card. `path` names it in messages, and the rule where it has no name of its own.
pub fn import(path: &Path, bytes: &[u8]) -> Import {
    let (text, fault) = decode(bytes);
    let mut import = Import {
        text: text.clone(),
        rule: None,
        exclusions: None,
        filters: Vec::new(),
        diagnostics: fault.into_iter().collect(),
    };
    if import.has_errors() {
        return import;
    }
    let sections = Sections::read(&text, &mut import.diagnostics);
    import.rule = write::rule(path, &sections, &mut import.diagnostics);
    if import.rule.is_none() && !import.has_errors() {
        import.diagnostics.push(
            FileDiagnostic::error(
                Code::RuleFieldMissing,
                super::FileSpan::default(),
                "the card has neither a rule nor a query",
            )
            .with_help("a rule begins with a line `id:`, a query follows a line `KQL Query`"),
        );
    }
    write::exclusions(&sections, &mut import);
    import
}
