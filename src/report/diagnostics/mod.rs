//! The faults and warnings of files and queries, with their places.
//!
//! In: a text with its name, diagnostics of a rule file ([`FileDiagnostic`]), of a rule's query
//! ([`Diagnostics`] with the query's [`RuleSource`]) or of a bare query. Out: [`Findings`], rendered
//! with [`render`] or [`to_json`], counted with [`summary`].
//! What always holds: every diagnostic is shown, once, in the order of places; all places are bytes
//! of the file's text, and lines and columns count from 1, columns in characters.

mod json;
mod render;

use std::ops::Range;

use crate::diagnostics::{Code, Diagnostics, Severity, Span};
use crate::rule::{FileDiagnostic, FileText, RuleFile, RuleSource};

pub use json::to_json;
pub use render::{Style, render};

/// What is to be said about one file or query.
#[derive(Debug, Clone)]
pub struct Findings {
    name: String,
    text: FileText,
    found: Vec<Finding>,
}

/// One diagnostic, placed in the text of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    place: Range<usize>,
    severity: Severity,
    code: Code,
    message: String,
    help: Option<String>,
    labels: Vec<(Range<usize>, String)>,
}

impl Findings {
    /// None yet. `name` is the path, or what a text without a file is called.
    pub fn new(name: impl Into<String>, text: FileText) -> Self {
        Self {
            name: name.into(),
            text,
            found: Vec::new(),
        }
    }

    /// Those of a rule file itself; its queries' are added with [`Findings::add_rule`].
    pub fn of_file(file: &RuleFile) -> Self {
        let mut findings = Self::new(file.path.display().to_string(), file.text.clone());
        findings.add_file(&file.diagnostics);
        findings
    }

    /// Those of a query that stands in no rule file.
    pub fn of_query(name: impl Into<String>, text: &str, diagnostics: &Diagnostics) -> Self {
        let mut findings = Self::new(name, FileText::new(text));
        findings.add(diagnostics, |span| span.start..span.end);
        findings
    }

    /// Adds diagnostics that count in the file's text.
    pub fn add_file(&mut self, diagnostics: &[FileDiagnostic]) {
        for diagnostic in diagnostics {
            let place = diagnostic.span.start..diagnostic.span.end;
            self.push(Finding {
                place: self.inside(place),
                severity: diagnostic.severity,
                code: diagnostic.code,
                message: diagnostic.message.clone(),
                help: diagnostic.help.clone(),
                labels: Vec::new(),
            });
        }
    }

    /// Adds diagnostics that count in the query of a rule of this file.
    pub fn add_rule(&mut self, source: &RuleSource, diagnostics: &Diagnostics) {
        self.add(diagnostics, |span| {
            let place = source.file_span(span);
            place.start..place.end
        });
    }

    fn add(&mut self, diagnostics: &Diagnostics, place: impl Fn(Span) -> Range<usize>) {
        for diagnostic in diagnostics.iter() {
            let labels = diagnostic.labels.iter();
            self.push(Finding {
                place: self.inside(place(diagnostic.span)),
                severity: diagnostic.severity,
                code: diagnostic.code,
                message: diagnostic.message.clone(),
                help: diagnostic.help.clone(),
                labels: labels
                    .map(|label| (self.inside(place(label.span)), label.text.clone()))
                    .collect(),
            });
        }
    }

    fn push(&mut self, finding: Finding) {
        // Two ways to one fault, such as a `let` that is used twice, are one fault for the reader.
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    /// A range that lies in the text and ends between characters.
    fn inside(&self, place: Range<usize>) -> Range<usize> {
        let text = self.text.as_str();
        let mut start = place.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = place.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    /// Makes every warning an error.
    pub fn make_strict(&mut self) {
        for finding in &mut self.found {
            if finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
        }
    }

    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn count(&self, severity: Severity) -> usize {
        let of = self.found.iter().filter(|f| f.severity == severity);
        of.count()
    }

    /// In the order of places; of those at one place, the worst first.
    fn sorted(&self) -> Vec<&Finding> {
        let mut sorted: Vec<_> = self.found.iter().collect();
        sorted.sort_by_key(|finding| {
            let weight = std::cmp::Reverse(finding.severity);
            (finding.place.start, weight, finding.place.end, finding.code)
        });
        sorted
    }
}

/// `2 errors and 1 warning in 3 files`, `no faults in 1 file`.
pub fn summary(findings: &[Findings]) -> String {
    let counts = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(severity, word)| (findings.iter().map(|f| f.count(severity)).sum(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    let found = match parts.as_slice() {
        [] => "no faults".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    format!("{found} in {}", counted(findings.len(), "file"))
}

fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests;
