//! From a file's bytes to its scenarios.
//!
//! In: a path, for messages, and the file's bytes. Out: [`ExclusionFile`].
//! What always holds: every fault has its place in the file; all faults are found in one reading; a
//! scenario with a fault is left out, since half of one could set aside what was not meant.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_yaml::{Mapping, Value};

use super::super::document::{self, Parsed};
use super::super::fields::Origin;
use super::super::lists::{scalar, words};
use super::super::mark::{self, Step};
use super::super::offsets::OffsetMap;
use super::super::scalar::{cut_by_comment, map};
use super::super::{FileDiagnostic, FileSpan, RuleSource};
use super::{Action, Applies, ExclusionFile, Level, Parameter, Scenario, parameter};
use crate::diagnostics::{Code, Severity};

const FILE_KEYS: [&str; 2] = ["parameters", "scenarios"];
const SCENARIO_KEYS: [&str; 12] = [
    "name",
    "description",
    "rules",
    "owner",
    "reason",
    "expires",
    "table",
    "on",
    "drop_when",
    "keep_when",
    "optional_fields",
    "draft",
];

/// Reads an exclusion file.
pub fn read(path: &Path, bytes: &[u8]) -> ExclusionFile {
    let (text, fault) = super::super::read::decode(bytes);
    let mut file = ExclusionFile {
        path: path.to_owned(),
        text: text.clone(),
        scenarios: Vec::new(),
        diagnostics: fault.into_iter().collect(),
    };
    if !file.diagnostics.is_empty() {
        return file;
    }
    match document::parse(text.as_str()) {
        Ok(parsed) => {
            let whole = OffsetMap::shifted(0, text.as_str().len());
            let mut reader = Reader {
                origin: Origin {
                    path,
                    file: text.clone(),
                    text: text.as_str(),
                    map: &whole,
                },
                diagnostics: Vec::new(),
            };
            file.scenarios = reader.file(&parsed);
            file.diagnostics = reader.diagnostics;
        }
        Err(fault) => file.diagnostics.push(FileDiagnostic::error(
            Code::RuleFileInvalid,
            FileSpan::new(fault.at, fault.at),
            format!("this is not YAML: {}", fault.message),
        )),
    }
    file
}

struct Reader<'r> {
    origin: Origin<'r>,
    diagnostics: Vec<FileDiagnostic>,
}

impl Reader<'_> {
    /// The line on which the node at a path begins, from there on.
    fn place(&self, path: &[Step]) -> FileSpan {
        let mark = mark::find(self.origin.text, path);
        let line = mark.and_then(|at| self.origin.text[at..].lines().next());
        self.origin
            .span(mark, line.map_or(0, |line| line.trim_end().len()))
    }

    fn key_place(&self, path: &[Step], key: &str) -> FileSpan {
        let mut path = path.to_vec();
        path.push(Step::Name(key.to_owned(), 0));
        self.origin
            .span(mark::find(self.origin.text, &path), key.len())
    }

    fn error(&mut self, code: Code, at: FileSpan, message: impl Into<String>) {
        self.diagnostics
            .push(FileDiagnostic::error(code, at, message));
    }

    fn errors(&self) -> usize {
        let of = self.diagnostics.iter();
        of.filter(|d| d.severity == Severity::Error).count()
    }

    fn file(&mut self, parsed: &Parsed) -> Vec<Scenario> {
        for path in &parsed.duplicates {
            if let Some(Step::Name(key, _)) = path.last() {
                let at = self
                    .origin
                    .span(mark::find(self.origin.text, path), key.len());
                let message = format!("`{key}` stands here twice");
                self.error(Code::RuleFieldInvalid, at, message);
            }
        }
        let Value::Mapping(fields) = &parsed.value else {
            let message = "an exclusion file is a mapping with `scenarios`";
            self.error(Code::RuleFileInvalid, FileSpan::default(), message);
            return Vec::new();
        };
        self.known_keys(fields, &[], &FILE_KEYS);
        let parameters = self.parameters(fields.get("parameters"));
        let items = match fields.get("scenarios") {
            Some(Value::Sequence(items)) => items.as_slice(),
            Some(_) => {
                let at = self.place(&[Step::Key("scenarios".to_owned())]);
                self.error(Code::RuleFieldInvalid, at, "`scenarios` must be a list");
                return Vec::new();
            }
            None => {
                let message = "the file has no `scenarios`";
                self.error(Code::RuleFieldMissing, FileSpan::default(), message);
                return Vec::new();
            }
        };
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = [Step::Key("scenarios".to_owned()), Step::Index(index)];
            let before = self.errors();
            let read = ScenarioReader::read(self, item, &path, &parameters, &mut names);
            scenarios.extend(read.filter(|_| self.errors() == before));
        }
        self.unused(&parameters, items, &scenarios);
        scenarios
    }

    /// A parameter that no predicate names is most likely misspelt somewhere.
    fn unused(&mut self, parameters: &[Parameter], items: &[Value], scenarios: &[Scenario]) {
        if scenarios.len() < items.len() {
            return;
        }
        for parameter in parameters {
            let mention = format!("<{}>", parameter.name);
            if !scenarios.iter().any(|s| s.predicate.contains(&mention)) {
                self.diagnostics.push(FileDiagnostic::warning(
                    Code::RuleFieldInvalid,
                    parameter.place,
                    format!("no scenario uses the parameter `{}`", parameter.name),
                ));
            }
        }
    }

    fn known_keys(&mut self, fields: &Mapping, path: &[Step], known: &[&str]) {
        for key in fields.keys() {
            let name = scalar(key).unwrap_or_default();
            if known.contains(&name.as_str()) {
                continue;
            }
            let at = self.key_place(path, &name);
            self.diagnostics.push(
                FileDiagnostic::error(
                    Code::UnknownKey,
                    at,
                    format!("an exclusion file has no key `{name}` here"),
                )
                .with_help(format!("it has {}", known.join(", "))),
            );
        }
    }

    fn parameters(&mut self, value: Option<&Value>) -> Arc<[Parameter]> {
        let path = [Step::Key("parameters".to_owned())];
        let fields = match value {
            None | Some(Value::Null) => return Arc::default(),
            Some(Value::Mapping(fields)) => fields,
            Some(_) => {
                let at = self.place(&path);
                let message = "`parameters` must be a mapping from names to values";
                self.error(Code::RuleFieldInvalid, at, message);
                return Arc::default();
            }
        };
        let mut parameters = Vec::with_capacity(fields.len());
        for (key, value) in fields {
            let name = scalar(key).unwrap_or_default();
            let place = self.key_place(&path, &name);
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if name.is_empty() || !name.chars().all(word) {
                let message =
                    format!("`{name}` is no name of a parameter: letters, digits, _ and -");
                self.error(Code::RuleFieldInvalid, place, message);
                continue;
            }
            match parameter::value(value) {
                Ok(value) => parameters.push(Parameter { name, value, place }),
                Err(fault) => {
                    let mut at = path.to_vec();
                    at.push(Step::Key(name.clone()));
                    at.extend(fault.element.map(Step::Index));
                    let at = self.place(&at);
                    let code = match fault.network {
                        true => Code::BadNetwork,
                        false => Code::RuleFieldInvalid,
                    };
                    self.error(
                        code,
                        at,
                        format!("the parameter `{name}`: {}", fault.message),
                    );
                }
            }
        }
        parameters.into()
    }
}

/// Reads one scenario.
struct ScenarioReader<'r, 'o> {
    reader: &'r mut Reader<'o>,
    fields: &'r Mapping,
    path: &'r [Step],
}

impl<'r, 'o> ScenarioReader<'r, 'o> {
    fn read(
        reader: &'r mut Reader<'o>,
        item: &'r Value,
        path: &'r [Step],
        parameters: &Arc<[Parameter]>,
        names: &mut Vec<String>,
    ) -> Option<Scenario> {
        let Value::Mapping(fields) = item else {
            let at = reader.place(path);
            reader.error(Code::RuleFieldInvalid, at, "a scenario must be a mapping");
            return None;
        };
        reader.known_keys(fields, path, &SCENARIO_KEYS);
        let mut this = ScenarioReader {
            reader,
            fields,
            path,
        };
        let name = this.required("name");
        let place = this.place_of("name");
        if let Some(name) = &name {
            if names.contains(name) {
                let message = format!("the file has two scenarios named `{name}`");
                this.reader.error(Code::RuleFieldInvalid, place, message);
            }
            names.push(name.clone());
        }
        let rules = this.rules();
        let owner = this.wanted("owner");
        let reason = this.wanted("reason");
        let expires = this.date();
        let level = this.level();
        let table = this.text("table");
        if level == Some(Level::Events) && table.is_none() {
            this.missing("a scenario over events needs the `table` whose events are meant");
        }
        let optional_fields = this.list("optional_fields");
        let description = this.text("description");
        let draft = this.draft();
        let (action, predicate, source) = this.predicate()?;
        Some(Scenario {
            name: name?,
            description,
            rules: rules?,
            owner,
            reason,
            expires,
            table,
            level: level?,
            action,
            predicate,
            parameters: Arc::clone(parameters),
            optional_fields,
            draft,
            source,
            place,
        })
    }

    fn path_to(&self, key: &str) -> Vec<Step> {
        let mut path = self.path.to_vec();
        path.push(Step::Key(key.to_owned()));
        path
    }

    fn place_of(&self, key: &str) -> FileSpan {
        match self.fields.contains_key(key) {
            true => self.reader.place(&self.path_to(key)),
            false => self.reader.place(self.path),
        }
    }

    fn missing(&mut self, message: &str) {
        let at = self.reader.place(self.path);
        self.reader.error(Code::RuleFieldMissing, at, message);
    }

    /// A text that is there and not empty.
    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.fields.get(key).filter(|value| !value.is_null())?;
        let Some(text) = scalar(value) else {
            let at = self.place_of(key);
            let message = format!("`{key}` must be a text");
            self.reader.error(Code::RuleFieldInvalid, at, message);
            return None;
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn required(&mut self, key: &str) -> Option<String> {
        let text = self.text(key);
        if text.is_none() {
            self.missing(&format!("the scenario has no `{key}`"));
        }
        text
    }

    /// A text without which the scenario works, but nobody can answer for it.
    fn wanted(&mut self, key: &str) -> Option<String> {
        let text = self.text(key);
        if text.is_none() {
            let at = self.place_of(key);
            self.reader.diagnostics.push(FileDiagnostic::warning(
                Code::RuleFieldMissing,
                at,
                format!("the scenario has no `{key}`"),
            ));
        }
        text
    }

    fn list(&mut self, key: &str) -> Vec<String> {
        let found = self.fields.get(key).map_or(Some(Vec::new()), words);
        found.unwrap_or_else(|| {
            let at = self.place_of(key);
            let message = format!("`{key}` must be a list of words");
            self.reader.error(Code::RuleFieldInvalid, at, message);
            Vec::new()
        })
    }

    fn rules(&mut self) -> Option<Applies> {
        let entries = match self.fields.get("rules") {
            // A rule's name may have commas in it, so one text is one entry.
            Some(Value::String(text)) => vec![text.trim().to_owned()],
            Some(_) => self.list("rules"),
            None => Vec::new(),
        };
        if entries.is_empty() {
            self.missing("the scenario does not say for which `rules` it is: ids, names, tags, globs, or all");
            return None;
        }
        let (applies, faults) = Applies::new(&entries);
        for (index, reason) in faults {
            let mut path = self.path_to("rules");
            if matches!(self.fields.get("rules"), Some(Value::Sequence(_))) {
                path.push(Step::Index(index));
            }
            let at = self.reader.place(&path);
            let message = format!("`{}` is no usable pattern: {reason}", entries[index]);
            self.reader.error(Code::RuleFieldInvalid, at, message);
        }
        Some(applies)
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let text = self.text("expires")?;
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d");
        if date.is_err() {
            let at = self.place_of("expires");
            let message = format!("`expires` must be a date such as 2027-06-30, and is `{text}`");
            self.reader.error(Code::BadDate, at, message);
        }
        date.ok()
    }

    fn draft(&mut self) -> bool {
        match self.fields.get("draft") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(draft)) => *draft,
            Some(_) => {
                let at = self.place_of("draft");
                let message = "`draft` must be true or false";
                self.reader.error(Code::RuleFieldInvalid, at, message);
                true
            }
        }
    }

    fn level(&mut self) -> Option<Level> {
        let text = self.text("on").unwrap_or_else(|| "events".to_owned());
        match text.as_str() {
            "events" => Some(Level::Events),
            "rows" => Some(Level::Rows),
            _ => {
                let at = self.place_of("on");
                let message = format!("`on` must be events or rows, and is `{text}`");
                self.reader.error(Code::RuleFieldInvalid, at, message);
                None
            }
        }
    }

    fn predicate(&mut self) -> Option<(Action, String, RuleSource)> {
        let action = match (
            self.fields.contains_key("drop_when"),
            self.fields.contains_key("keep_when"),
        ) {
            (true, false) => Action::DropWhen,
            (false, true) => Action::KeepWhen,
            (true, true) => {
                self.missing("a scenario has either `drop_when` or `keep_when`, and this has both");
                return None;
            }
            (false, false) => {
                self.missing("the scenario has neither `drop_when` nor `keep_when`");
                return None;
            }
        };
        let key = action.key();
        let at = self.place_of(key);
        let value = self.fields.get(key).and_then(Value::as_str);
        let Some(predicate) = value.filter(|text| !text.trim().is_empty()) else {
            let message = format!("`{key}` must be a condition in KQL");
            self.reader.error(Code::RuleFieldInvalid, at, message);
            return None;
        };
        let origin = &self.reader.origin;
        let mark = mark::find(origin.text, &self.path_to(key)).unwrap_or_default();
        let source = RuleSource::new(
            origin.path,
            origin.file.clone(),
            map(origin.text, mark, predicate),
        );
        if cut_by_comment(origin.text, mark, predicate) {
            let message = format!(
                "YAML takes ` #` and what follows for a comment, so the condition ends before it; \
                 write it below `{key}: |`"
            );
            self.reader.error(Code::RuleFieldInvalid, at, message);
        }
        Some((action, predicate.to_owned(), source))
    }
}

#[cfg(test)]
mod tests;
