//! From a file's bytes to its rules.
//!
//! In: a path, for its ending and for messages, and the file's bytes. Out: a [`RuleFile`].
//! What always holds: a file without a rule has an error that says why.

use std::collections::HashSet;
use std::path::Path;

use serde_yaml::Value;

use crate::diagnostics::Code;

use super::diagnostic::{FileDiagnostic, FileSpan};
use super::document::{self, NotYaml, Parsed};
use super::fields::{self, Origin};
use super::kql_file;
use super::mark::{self, Step};
use super::model::{Rule, RuleFile};
use super::offsets::{self, OffsetMap};
use super::repair::{self, Repair};
use super::text::FileText;

/// Repairs that are told one by one; a file of tabs has one a line.
const MAX_NOTES: usize = 1_000;

/// Rules of one list by bytes of their document: to place a rule's query, the document is read once more.
const MAX_LIST: usize = 2_000_000_000;

/// Reads a rule file: `.kql` as a bare query, anything else as YAML (or JSON, which is YAML).
pub fn read(path: &Path, bytes: &[u8]) -> RuleFile {
    let mut file = RuleFile {
        path: path.to_owned(),
        text: FileText::new(""),
        rules: Vec::new(),
        diagnostics: Vec::new(),
    };
    let (text, fault) = decode(bytes);
    file.text = text;
    if let Some(fault) = fault {
        file.diagnostics.push(fault);
        return file;
    }
    let is_kql = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("kql"));
    if is_kql {
        kql_file::read(&mut file);
    } else {
        read_yaml(&mut file);
    }
    file
}

/// A file's text; where it is in no known encoding, what came before the first bad byte, and the fault.
pub(super) fn decode(bytes: &[u8]) -> (FileText, Option<FileDiagnostic>) {
    match FileText::decode(bytes) {
        Ok(text) => (text, None),
        Err(fault) => {
            let end = fault.before.len();
            let span = FileSpan::new(end, end);
            let diagnostic = FileDiagnostic::error(Code::RuleFileInvalid, span, fault.message)
                .with_help("save the file as UTF-8");
            (FileText::new(fault.before), Some(diagnostic))
        }
    }
}

fn read_yaml(file: &mut RuleFile) {
    let text = file.text.clone();
    let documents = document::split(text.as_str());
    for range in documents {
        read_document(file, &text.as_str()[range.clone()], range.start);
    }
    if file.rules.is_empty() && !file.has_errors() {
        file.diagnostics.push(
            FileDiagnostic::error(
                Code::RuleFileInvalid,
                FileSpan::default(),
                "there is no rule in this file",
            )
            .with_help("a rule is a YAML mapping with `id`, `name` and `query`"),
        );
    }
    let mut known: HashSet<&str> = HashSet::new();
    for rule in &file.rules {
        if !known.insert(&rule.id) {
            let start = rule.source.file_offset(0);
            file.diagnostics.push(FileDiagnostic::warning(
                Code::RuleFieldInvalid,
                FileSpan::new(start, start),
                format!("this file has two rules with the id `{}`", rule.id),
            ));
        }
    }
}

/// Reads one document, which begins at byte `base` of the file.
fn read_document(file: &mut RuleFile, text: &str, base: usize) {
    let strict = document::parse(text);
    let mut repairs = repair::find(text);
    if strict.is_ok() {
        repairs.retain(|repair| repair.changes_meaning);
    }
    if !repairs.is_empty() {
        let (repaired, map) = offsets::apply(text, &repair::edits(&repairs));
        if let Ok(parsed) = document::parse(&repaired) {
            let more = repairs.len().saturating_sub(MAX_NOTES);
            let mut notes = repairs.into_iter().map(|repair| note(repair, base));
            file.diagnostics.extend(notes.by_ref().take(MAX_NOTES));
            if let Some(next) = notes.next() {
                file.diagnostics.push(FileDiagnostic {
                    message: format!("{more} more places were repaired, from here on"),
                    ..next
                });
            }
            let map = map.then(&OffsetMap::shifted(base, text.len()));
            take_rules(file, &parsed, &repaired, &map);
            return;
        }
    }
    match strict {
        Ok(parsed) => take_rules(file, &parsed, text, &OffsetMap::shifted(base, text.len())),
        Err(fault) => {
            let lines_before = file.text.position(base).0 - 1;
            file.diagnostics
                .push(refusal(text, base, lines_before, &fault));
        }
    }
}

fn note(repair: Repair, base: usize) -> FileDiagnostic {
    FileDiagnostic::warning(
        Code::RuleFileRepaired,
        FileSpan::new(base + repair.at.start, base + repair.at.end),
        repair.what,
    )
}

fn refusal(text: &str, base: usize, lines_before: usize, fault: &NotYaml) -> FileDiagnostic {
    let at = base + fault.at;
    let starts_as_rule = text
        .lines()
        .any(|line| line.starts_with("id:") || line.starts_with("query:"));
    let help = if starts_as_rule {
        "no known repair makes YAML of it: check the indentation and the quotes around here"
    } else {
        "a rule file is YAML with `id`, `name` and `query`; a bare query needs the ending .kql"
    };
    FileDiagnostic::error(
        Code::RuleFileInvalid,
        FileSpan::new(at, at),
        format!(
            "this is not YAML: {}",
            in_file(&fault.message, lines_before)
        ),
    )
    .with_help(help)
}

/// A message of the YAML parser with its lines counted in the file instead of in the document.
fn in_file(message: &str, lines_before: usize) -> String {
    let mut parts = message.split(" at line ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let line = part[..digits].parse::<usize>();
        let line = line.map_or(0, |line| line + lines_before);
        out.push_str(&format!(" at line {line}{}", &part[digits..]));
    }
    out
}

/// Takes the rules of a document: one mapping, a list of them, or a list under `rules`.
fn take_rules(file: &mut RuleFile, parsed: &Parsed, text: &str, map: &OffsetMap) {
    let origin = Origin {
        path: &file.path,
        file: file.text.clone(),
        text,
        map,
    };
    let mut queries_twice = false;
    for path in &parsed.duplicates {
        let Some(Step::Name(key, _)) = path.last() else {
            continue;
        };
        let is_query = key.eq_ignore_ascii_case("query");
        queries_twice |= is_query;
        let span = origin.span(mark::find(text, path), key.len());
        file.diagnostics.push(if is_query {
            FileDiagnostic::error(
                Code::RuleFileInvalid,
                span,
                "the rule has two queries under one name",
            )
            .with_help("put a line of `---` between two rules of one file")
        } else {
            FileDiagnostic::warning(
                Code::RuleFieldInvalid,
                span,
                format!("`{key}` stands here twice; the last value is taken"),
            )
        });
    }
    if queries_twice {
        return;
    }
    let mut found: Vec<Rule> = Vec::new();
    let mut take = |value: &Value, path: &[Step]| {
        let number = file.rules.len() + found.len();
        let read = fields::rule(&origin, value, path, number);
        file.diagnostics.extend(read.diagnostics);
        found.extend(read.rule);
    };
    let list = match &parsed.value {
        Value::Sequence(items) => Some((items, Vec::new())),
        Value::Mapping(fields) => fields
            .get("rules")
            .and_then(Value::as_sequence)
            .map(|items| (items, vec![Step::Key("rules".to_owned())])),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {
            None
        }
    };
    match list {
        Some((items, path)) if items.len().saturating_mul(text.len()) > MAX_LIST => {
            let message = format!(
                "{} rules in one list of {} bytes are too many",
                items.len(),
                text.len()
            );
            let at = origin.span(mark::find(text, &path), 0);
            file.diagnostics.push(
                FileDiagnostic::error(Code::RuleFileInvalid, at, message).with_help(
                    "put each rule into a file of its own, or a line of `---` between two",
                ),
            );
        }
        Some((items, path)) => {
            for (i, item) in items.iter().enumerate() {
                let mut path = path.clone();
                path.push(Step::Index(i));
                take(item, &path);
            }
        }
        None => take(&parsed.value, &[]),
    }
    file.rules.extend(found);
}

#[cfg(test)]
mod tests;
