//! From a YAML mapping to a [`Rule`], with what is odd about its fields.
//!
//! In: a document's value and where it stands. Out: the rule, and diagnostics.
//! What always holds: a rule is given only where it has a query; a field that cannot be used is a
//! warning and reads as absent, and stays in `fields` as it was written.

use std::path::Path;

use serde_yaml::{Mapping, Value};

use crate::diagnostics::Code;

use super::diagnostic::{FileDiagnostic, FileSpan};
use super::duration;
use super::lists::{scalar, words};
use super::mark::{self, Step};
use super::model::{DataConnector, EntityMapping, FieldMapping, Rule, TriggerOperator};
use super::offsets::OffsetMap;
use super::scalar::{cut_by_comment, map};
use super::source::RuleSource;
use super::text::FileText;

/// The document that a rule is read from.
pub struct Origin<'d> {
    pub path: &'d Path,
    pub file: FileText,
    /// The document's text, repaired where it had to be.
    pub text: &'d str,
    /// From the document's text to the file's.
    pub map: &'d OffsetMap,
}

impl Origin<'_> {
    /// A span in the file of `len` bytes, or to the character before, from a mark in the document.
    pub fn span(&self, mark: Option<usize>, len: usize) -> FileSpan {
        let start = self.map.locate(mark.unwrap_or(0));
        FileSpan::new(start, self.file.as_str().floor_char_boundary(start + len))
    }
}

/// What reading a mapping gave.
pub struct Read {
    pub rule: Option<Rule>,
    pub diagnostics: Vec<FileDiagnostic>,
}

/// Reads the rule at `path` of a document; `number` counts the file's rules before it.
pub fn rule(origin: &Origin<'_>, value: &Value, path: &[Step], number: usize) -> Read {
    let mut reader = Reader {
        origin,
        fields: Mapping::new(),
        paths: Vec::new(),
        start: path.to_vec(),
        diagnostics: Vec::new(),
    };
    let rule = match value {
        Value::Mapping(fields) => {
            reader.take(fields, path);
            reader.rule(number)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Tagged(_) => {
            let span = origin.span(mark::find(origin.text, path), 0);
            reader.diagnostics.push(
                FileDiagnostic::error(Code::RuleFileInvalid, span, "this is no rule")
                    .with_help("a rule is a YAML mapping with `id`, `name` and `query`"),
            );
            None
        }
    };
    Read {
        rule,
        diagnostics: reader.diagnostics,
    }
}

struct Reader<'r> {
    origin: &'r Origin<'r>,
    fields: Mapping,
    /// The path of each field, in the order of `fields`.
    paths: Vec<(String, Vec<Step>)>,
    start: Vec<Step>,
    diagnostics: Vec<FileDiagnostic>,
}

impl Reader<'_> {
    /// Takes a mapping's fields, and those of a rule nested in it: exports wrap rules in `rule` or
    /// `properties`.
    fn take(&mut self, fields: &Mapping, path: &[Step]) {
        for (key, value) in fields {
            let name = scalar(key).unwrap_or_default();
            let mut path = path.to_vec();
            path.push(Step::Key(name.clone()));
            if let Value::Mapping(inner) = value
                && ["rule", "properties"].contains(&name.as_str())
                && inner.keys().any(|key| {
                    key.as_str()
                        .is_some_and(|key| key.eq_ignore_ascii_case("query"))
                })
            {
                self.take(inner, &path);
                continue;
            }
            self.fields.insert(key.clone(), value.clone());
            self.paths.push((name, path));
        }
    }

    /// The name in the file of the first of `names` that is there. Case counts only where two
    /// fields differ by it alone.
    fn name(&self, names: &[&str]) -> Option<String> {
        let there = |name: &str, same: fn(&str, &str) -> bool| {
            let mut keys = self.fields.keys().filter_map(Value::as_str);
            keys.find(|key| same(key, name)).map(str::to_owned)
        };
        names
            .iter()
            .find_map(|name| there(name, |a, b| a == b))
            .or_else(|| {
                names
                    .iter()
                    .find_map(|name| there(name, |a, b| a.eq_ignore_ascii_case(b)))
            })
    }

    fn mark(&self, name: &str) -> Option<usize> {
        let (_, path) = self.paths.iter().find(|(key, _)| key == name)?;
        mark::find(self.origin.text, path)
    }

    fn warn(&mut self, name: &str, message: String) {
        let text = self.origin.text;
        let mark = self.mark(name);
        let line = mark.and_then(|at| text[at..].lines().next());
        let span = self
            .origin
            .span(mark, line.map_or(0, |line| line.trim_end().len()));
        self.diagnostics.push(FileDiagnostic::warning(
            Code::RuleFieldInvalid,
            span,
            message,
        ));
    }

    fn missing(&mut self, message: &str, is_error: bool) {
        let at = self
            .origin
            .span(mark::find(self.origin.text, &self.start), 0);
        self.diagnostics.push(if is_error {
            FileDiagnostic::error(Code::RuleFieldMissing, at, message)
        } else {
            FileDiagnostic::warning(Code::RuleFieldMissing, at, message)
        });
    }

    /// A scalar's text as it is written: YAML would make 1.1 of version 1.10.
    fn written(&self, name: &str, value: &Value) -> Option<String> {
        let text = scalar(value)?;
        if value.is_string() {
            return Some(text);
        }
        let from = self.mark(name)?;
        let line = self.origin.text[from..].lines().next().unwrap_or_default();
        let written = line.split(" #").next().unwrap_or_default();
        let written = written.trim_end_matches([',', '}', ' ', '\t']);
        match serde_yaml::from_str::<Value>(written) {
            Ok(same) if same == *value => Some(written.to_owned()),
            _ => Some(text),
        }
    }

    fn text(&mut self, names: &[&str]) -> Option<String> {
        let name = self.name(names)?;
        let value = self.fields.get(name.as_str())?.clone();
        if value.is_null() {
            return None;
        }
        let text = self.written(&name, &value);
        if text.is_none() {
            self.warn(&name, format!("`{name}` must be a text"));
        }
        text
    }

    fn words(&mut self, names: &[&str]) -> Vec<String> {
        let Some(name) = self.name(names) else {
            return Vec::new();
        };
        let found = self.fields.get(name.as_str()).and_then(words);
        found.unwrap_or_else(|| {
            self.warn(&name, format!("`{name}` must be a list of words"));
            Vec::new()
        })
    }

    fn ticks(&mut self, name: &str) -> Option<i64> {
        let text = self.text(&[name])?;
        match duration::ticks(&text) {
            Ok(ticks) => Some(ticks),
            Err(reason) => {
                self.warn(
                    name,
                    format!(
                        "`{name}` is no duration: `{text}` {reason} (such as PT5H, P1D, 5h, 1d)"
                    ),
                );
                None
            }
        }
    }

    fn rule(&mut self, number: usize) -> Option<Rule> {
        let (query, source) = self.query()?;
        let stem = self
            .origin
            .path
            .file_stem()
            .map_or("rule".to_owned(), |stem| {
                stem.to_string_lossy().into_owned()
            });
        let id = self.text(&["id"]).filter(|id| !id.trim().is_empty());
        let id = id.unwrap_or_else(|| {
            let id = if number == 0 {
                stem
            } else {
                format!("{stem}-{}", number + 1)
            };
            self.missing(&format!("the rule has no `id`; `{id}` is taken"), false);
            id
        });
        let name = self.text(&["name", "displayName"]);
        let name = name.filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| {
            self.missing("the rule has no `name`; its id is taken", false);
            id.clone()
        });
        Some(Rule {
            id: id.trim().to_owned(),
            name: name.trim().to_owned(),
            description: self.text(&["description"]),
            severity: self.severity(),
            tactics: self.words(&["tactics"]),
            techniques: self.words(&["relevantTechniques", "techniques", "technique"]),
            required_data_connectors: self.connectors(),
            query_frequency: self.ticks("queryFrequency"),
            query_period: self.ticks("queryPeriod"),
            trigger_operator: self.trigger_operator(),
            trigger_threshold: self.trigger_threshold(),
            entity_mappings: self.entity_mappings(),
            version: self.text(&["version"]),
            kind: self.text(&["kind"]),
            tags: match self.fields.get("tags") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Sequence(tags)) => tags.clone(),
                Some(one) => vec![one.clone()],
            },
            suppression_duration: self.ticks("suppressionDuration"),
            suppression_enabled: self.flag("suppressionEnabled"),
            event_grouping: self
                .fields
                .get("eventGroupingSettings")
                .and_then(|settings| settings.get("aggregationKind"))
                .and_then(scalar),
            fields: std::mem::take(&mut self.fields),
            query,
            source,
        })
    }

    fn query(&mut self) -> Option<(String, RuleSource)> {
        let name = self.name(&["query"]);
        let found = name.as_ref().and_then(|name| {
            let value = self.fields.remove(name.as_str())?;
            value.as_str().map(str::to_owned)
        });
        let (Some(name), Some(query)) = (name, found) else {
            self.missing("the rule has no `query`", true);
            return None;
        };
        let mark = self.mark(&name).unwrap_or_default();
        if query.trim().is_empty() {
            let span = self.origin.span(Some(mark), 0);
            self.diagnostics.push(FileDiagnostic::error(
                Code::RuleFieldMissing,
                span,
                "the rule's `query` is empty",
            ));
            return None;
        }
        if cut_by_comment(self.origin.text, mark, &query) {
            self.warn(
                &name,
                "YAML takes ` #` and what follows for a comment, so the query ends before it; \
                 write the query below `query: |`"
                    .to_owned(),
            );
        }
        let map = map(self.origin.text, mark, &query).then(self.origin.map);
        let source = RuleSource::new(self.origin.path, self.origin.file.clone(), map);
        Some((query, source))
    }

    fn severity(&mut self) -> Option<String> {
        let severity = self.text(&["severity"])?;
        let known = ["Informational", "Low", "Medium", "High"];
        if !known
            .iter()
            .any(|name| name.eq_ignore_ascii_case(severity.trim()))
        {
            self.warn(
                "severity",
                format!("`{severity}` is no severity: {}", known.join(", ")),
            );
        }
        Some(severity)
    }

    fn trigger_operator(&mut self) -> Option<TriggerOperator> {
        let text = self.text(&["triggerOperator"])?;
        let operator = match text.trim().to_ascii_lowercase().as_str() {
            "gt" | "greaterthan" => Some(TriggerOperator::GreaterThan),
            "lt" | "lessthan" => Some(TriggerOperator::LessThan),
            "eq" | "equal" => Some(TriggerOperator::Equal),
            "ne" | "notequal" => Some(TriggerOperator::NotEqual),
            _ => None,
        };
        if operator.is_none() {
            self.warn(
                "triggerOperator",
                format!("`{text}` is no trigger operator: gt, lt, eq, ne"),
            );
        }
        operator
    }

    fn trigger_threshold(&mut self) -> Option<i64> {
        let text = self.text(&["triggerThreshold"])?;
        let threshold = text.trim().parse().ok();
        if threshold.is_none() {
            self.warn(
                "triggerThreshold",
                format!("`triggerThreshold` must be a whole number, and is `{text}`"),
            );
        }
        threshold
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        let text = self.text(&[name])?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.warn(
                    name,
                    format!("`{name}` must be true or false, and is `{text}`"),
                );
                None
            }
        }
    }

    fn connectors(&mut self) -> Vec<DataConnector> {
        self.items("requiredDataConnectors", "connectorId", |item| {
            Some(DataConnector {
                connector_id: scalar(item.get("connectorId")?)?,
                data_types: item.get("dataTypes").map_or(Some(Vec::new()), words)?,
            })
        })
    }

    fn entity_mappings(&mut self) -> Vec<EntityMapping> {
        self.items("entityMappings", "entityType", |item| {
            let fields = item.get("fieldMappings")?.as_sequence()?.iter();
            let field = |field: &Value| {
                Some(FieldMapping {
                    identifier: scalar(field.get("identifier")?)?,
                    column_name: scalar(field.get("columnName")?)?,
                })
            };
            Some(EntityMapping {
                entity_type: scalar(item.get("entityType")?)?,
                field_mappings: fields.map(field).collect::<Option<_>>()?,
            })
        })
    }

    /// The items of a list field; one that cannot be read is left out with a warning.
    fn items<T>(&mut self, name: &str, key: &str, read: fn(&Mapping) -> Option<T>) -> Vec<T> {
        let items = match self.fields.get(name) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Sequence(items)) => items.clone(),
            Some(one) => vec![one.clone()],
        };
        let found: Vec<Option<T>> = items
            .iter()
            .map(|item| item.as_mapping().and_then(read))
            .collect();
        let bad = found.iter().filter(|item| item.is_none()).count();
        if bad > 0 {
            self.warn(
                name,
                format!(
                    "`{name}` has {bad} of {} items without a usable `{key}` and its fields",
                    found.len()
                ),
            );
        }
        found.into_iter().flatten().collect()
    }
}
