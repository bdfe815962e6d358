//! What a rule file holds.
//!
//! In: nothing. Out: [`RuleFile`] and [`Rule`], data only.
//! What always holds: `fields` has every field of the rule but its query, as the file has it; the
//! typed fields are views of those.

use std::path::PathBuf;

use serde_yaml::{Mapping, Value};

use crate::diagnostics::Severity;

use super::diagnostic::{FileDiagnostic, FileSpan};
use super::source::RuleSource;
use super::text::FileText;

/// One rule file: its rules and what is to be said about the file.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFile {
    pub path: PathBuf,
    /// The file's text. Of a file in an unknown encoding, what came before the first bad byte.
    pub text: FileText,
    pub rules: Vec<Rule>,
    pub diagnostics: Vec<FileDiagnostic>,
}

impl RuleFile {
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The line and the column (in characters), both from 1, at which a span begins.
    pub fn position(&self, span: FileSpan) -> (usize, usize) {
        self.text.position(span.start)
    }
}

/// One hunting or analytics rule.
///
/// Field names and their meaning are those of Microsoft's rule format
/// (<https://github.com/Azure/Azure-Sentinel/wiki/Query-Style-Guide>).
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The file's name without its ending where the rule gives none.
    pub id: String,
    /// The id where the rule gives none.
    pub name: String,
    pub description: Option<String>,
    pub severity: Option<String>,
    pub tactics: Vec<String>,
    pub techniques: Vec<String>,
    pub required_data_connectors: Vec<DataConnector>,
    /// In ticks of 100 ns.
    pub query_frequency: Option<i64>,
    /// In ticks of 100 ns.
    pub query_period: Option<i64>,
    pub trigger_operator: Option<TriggerOperator>,
    pub trigger_threshold: Option<i64>,
    pub entity_mappings: Vec<EntityMapping>,
    pub version: Option<String>,
    pub kind: Option<String>,
    /// Words, or mappings in the spelling of the Advanced SIEM rules.
    pub tags: Vec<Value>,
    /// In ticks of 100 ns.
    pub suppression_duration: Option<i64>,
    pub suppression_enabled: Option<bool>,
    /// The `aggregationKind` of `eventGroupingSettings`.
    pub event_grouping: Option<String>,
    /// Every field but the query, under its name in the file.
    pub fields: Mapping,
    pub query: String,
    pub source: RuleSource,
}

/// A connector, and the tables that it must deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataConnector {
    pub connector_id: String,
    pub data_types: Vec<String>,
}

/// How the number of results is compared with the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerOperator {
    GreaterThan,
    LessThan,
    Equal,
    NotEqual,
}

/// What a result's columns say about an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityMapping {
    pub entity_type: String,
    pub field_mappings: Vec<FieldMapping>,
}

/// One property of an entity, and the column that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMapping {
    pub identifier: String,
    pub column_name: String,
}
