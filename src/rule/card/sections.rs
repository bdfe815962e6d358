//! The parts of a card.
//!
//! In: a card's text. Out: [`Sections`], each part with its place.
//! What always holds: every line belongs to one part; a line that none can use is told of, but for prose
//! before the query.

use super::super::{FileDiagnostic, FileSpan, FileText};
use crate::diagnostics::Code;

/// A part of the card's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    /// The byte of the card at which it begins.
    pub start: usize,
}

/// A scenario as the card has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardScenario {
    pub name: Part,
    pub description: Option<Part>,
    pub filter: Option<Part>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    pub prose: Part,
    pub query: Option<Part>,
    pub rule: Option<Part>,
    /// The tables of required data.
    pub tables: Vec<Part>,
    pub scenarios: Vec<CardScenario>,
}

/// What the lines being read belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Prose,
    Query,
    Rule,
    Table,
    Scenario(Field),
    /// Behind a part that has ended.
    Nowhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Description,
    Filter,
}

struct Line<'t> {
    text: &'t str,
    /// With its line end.
    whole: &'t str,
    start: usize,
}

impl Sections {
    pub fn read(text: &FileText, diagnostics: &mut Vec<FileDiagnostic>) -> Self {
        let lines = lines(text.as_str());
        let mut sections = Sections::default();
        let mut at = At::Prose;
        let mut fence = false;
        // A rule that stands in a fence ends with it; one that does not may have a fenced query.
        let mut rule_in_fence = false;
        let mut index = 0;
        while let Some(line) = lines.get(index) {
            let next = lines.get(index + 1);
            index += 1;
            let bare = plain(line.text);
            if bare.starts_with("```") {
                // A fence begins or ends a query; elsewhere it is a mark without meaning.
                let has_query = sections
                    .query
                    .as_ref()
                    .is_some_and(|q| !q.text.trim().is_empty());
                fence = !fence;
                at = match at {
                    At::Prose => At::Query,
                    At::Query if has_query => At::Nowhere,
                    At::Query => At::Query,
                    At::Rule if rule_in_fence && !fence => At::Nowhere,
                    At::Rule | At::Table | At::Scenario(_) | At::Nowhere => at,
                };
            } else if ends_part(line.text, at) && !fence {
                // A heading ends a part and says nothing itself.
                at = match scenario_field(bare) {
                    Some((field, value)) => {
                        sections.field(field, part_of(line, value), diagnostics);
                        At::Scenario(field)
                    }
                    None => At::Nowhere,
                };
            } else if is_query_heading(bare) {
                at = At::Query;
            } else if let Some((field, value)) = scenario_field(bare) {
                at = At::Scenario(field);
                sections.field(field, part_of(line, value), diagnostics);
            } else if next.is_some_and(|next| is_rule_of_table(next.text)) && bare.contains('|') {
                at = At::Table;
                index += 1;
            } else if begins_rule(bare) && !matches!(at, At::Rule) {
                at = At::Rule;
                rule_in_fence = fence;
                sections.push(at, line, diagnostics);
            } else {
                sections.push(at, line, diagnostics);
            }
        }
        sections
    }

    /// Adds a line to the part that is being read.
    fn push(&mut self, at: At, line: &Line<'_>, diagnostics: &mut Vec<FileDiagnostic>) {
        match at {
            At::Prose => append(&mut self.prose, line),
            At::Query => append(self.query.get_or_insert_default(), line),
            At::Rule => append(self.rule.get_or_insert_default(), line),
            At::Table => self.table_row(line, diagnostics),
            At::Scenario(field) if !line.text.trim().is_empty() => {
                if let Some(scenario) = self.scenarios.last_mut() {
                    let part = match field {
                        Field::Name => &mut scenario.name,
                        Field::Description => scenario.description.get_or_insert_default(),
                        Field::Filter => scenario.filter.get_or_insert_default(),
                    };
                    // The text between keeps its length, so that offsets lead back to the card.
                    let end = part.start + part.text.len();
                    let gap = line.start.saturating_sub(end);
                    part.text.push_str(&" ".repeat(gap));
                    part.text.push_str(line.text.trim_end());
                }
            }
            At::Scenario(_) => {}
            At::Nowhere if line.text.trim().is_empty() => {}
            At::Nowhere => diagnostics.push(unread(line, "this line belongs to no part of a card")),
        }
    }

    fn table_row(&mut self, line: &Line<'_>, diagnostics: &mut Vec<FileDiagnostic>) {
        let text = line.text.trim();
        if text.is_empty() {
            return;
        }
        let cell = text.trim_start_matches('|').split('|').next();
        let name = cell.unwrap_or_default().trim().trim_matches(['`', '*']);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if text.contains('|') && !name.is_empty() && name.chars().all(word) {
            self.tables.push(part_of(line, name));
        } else {
            diagnostics.push(unread(line, "this is no row of the table of required data"));
        }
    }

    fn field(&mut self, field: Field, value: Part, diagnostics: &mut Vec<FileDiagnostic>) {
        if field == Field::Name {
            self.scenarios.push(CardScenario {
                name: value,
                ..CardScenario::default()
            });
            return;
        }
        let Some(scenario) = self.scenarios.last_mut() else {
            let span = FileSpan::new(value.start, value.start + value.text.len());
            let message = "a description or a filter without a `Scenario:` before it";
            diagnostics.push(FileDiagnostic::warning(Code::NotTranslated, span, message));
            return;
        };
        match field {
            Field::Name => {}
            Field::Description => scenario.description = Some(value),
            Field::Filter => scenario.filter = Some(value),
        }
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let read = Line {
                text: line.trim_end_matches(['\n', '\r']),
                whole: line,
                start,
            };
            start += line.len();
            read
        })
        .collect()
}

/// Adds a line as the card has it, so that offsets lead back.
fn append(part: &mut Part, line: &Line<'_>) {
    if part.text.is_empty() {
        part.start = line.start;
    }
    part.text.push_str(line.whole);
}

fn part_of(line: &Line<'_>, value: &str) -> Part {
    let inside = line.text.find(value).filter(|_| !value.is_empty());
    Part {
        text: value.to_owned(),
        start: line.start + inside.unwrap_or(line.text.len()),
    }
}

/// A line without the marks of lists, headings and emphasis before its words.
fn plain(line: &str) -> &str {
    line.trim().trim_start_matches(['#', '*', '-', '>', ' '])
}

/// Whether a line is a heading that ends the part before it. With one `#` it may be a comment of a rule.
fn ends_part(line: &str, at: At) -> bool {
    match at {
        At::Table | At::Scenario(_) | At::Nowhere => line.starts_with('#'),
        At::Rule => line.starts_with("##"),
        At::Prose | At::Query => false,
    }
}

fn is_query_heading(line: &str) -> bool {
    let line = line.trim_end_matches([':', '*', ' ']);
    ["kql", "kql query", "query (kql)", "hunting query"]
        .iter()
        .any(|heading| line.eq_ignore_ascii_case(heading))
}

/// `|---|---|`: what stands under the head of a table.
fn is_rule_of_table(line: &str) -> bool {
    let line = line.trim();
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn begins_rule(line: &str) -> bool {
    line.strip_prefix("id:").is_some_and(|id| {
        let id = id.trim();
        !id.is_empty() && !id.contains(' ')
    })
}

/// `Scenario: x`, `**Filter/Exclusion:** x`
fn scenario_field(line: &str) -> Option<(Field, &str)> {
    let (label, value) = line.split_once(':')?;
    let label = label.trim().trim_end_matches('*');
    let number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '#');
    let field = match label.to_ascii_lowercase().trim_end_matches(number) {
        "scenario" => Field::Name,
        "description" => Field::Description,
        "filter/exclusion" | "filter" | "exclusion" | "filter / exclusion" => Field::Filter,
        _ => return None,
    };
    // The rule has a description of its own, which is no scenario's.
    if field == Field::Description && !label.starts_with('D') {
        return None;
    }
    let value = value.trim().trim_start_matches('*').trim_start();
    Some((field, value.strip_suffix("**").unwrap_or(value)))
}

fn unread(line: &Line<'_>, message: &str) -> FileDiagnostic {
    let indent = line.text.len() - line.text.trim_start().len();
    let span = FileSpan::new(line.start + indent, line.start + line.text.trim_end().len());
    FileDiagnostic::warning(Code::NotTranslated, span, message)
}
