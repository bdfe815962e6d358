//! What to read out of a text.
//!
//! In: the operator's clauses, from the binder. Out: JSON for the plan, and from it a [`Reader`]. What always
//! holds: a spec read back from its JSON is the same.

use std::sync::Arc;

use ::regex::Regex;
use serde::{Deserialize, Serialize};

use super::kv::{self, Pairs};
use super::{regex, simple};
use crate::functions::scalar::conversion::text as convert;
use crate::functions::scalar::datetime::text::{parse_datetime, parse_timespan};
use crate::symbols::ScalarType;

/// A column that the operator gives; in JSON its type stands as its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type", with = "type_name")]
    pub ty: ScalarType,
}

mod type_name {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::symbols::ScalarType;

    pub fn serialize<S: Serializer>(ty: &ScalarType, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(ty.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ScalarType, D::Error> {
        let name = String::deserialize(from)?;
        ScalarType::from_name(&name).ok_or_else(|| D::Error::custom(format!("no type {name}")))
    }
}

/// A part of the pattern of `parse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Star,
    Text(String),
    Column(Column),
}

/// The clauses of one operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spec {
    /// `parse kind=simple`: a value that does not convert makes the whole text unfit; not so where `relaxed`.
    Simple { relaxed: bool, parts: Vec<Part> },
    /// `parse kind=regex`: the whole pattern as one regular expression, with a group for each column.
    Regex {
        pattern: String,
        columns: Vec<Column>,
    },
    /// `parse-kv`
    Pairs(Pairs),
}

impl Spec {
    /// The regular expression of a pattern.
    pub fn regex(parts: &[Part], flags: &str) -> Self {
        Spec::Regex {
            pattern: regex::pattern(parts, flags),
            columns: columns(parts).cloned().collect(),
        }
    }

    /// What is wrong with a regular expression in it, in one line.
    pub fn fault(&self) -> Option<String> {
        let pattern = match self {
            Spec::Simple { .. } => None,
            Spec::Regex { pattern, .. } => Some(pattern),
            Spec::Pairs(pairs) => pairs.regex.as_ref(),
        };
        crate::functions::matching::regex::fault(pattern?)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A reader of texts; the error says what is wrong with the spec.
    pub fn reader(json: &str) -> Result<Reader, String> {
        let spec: Spec = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let compile = |pattern: &str| {
            crate::functions::matching::regex::compile(pattern).map_err(|error| error.to_string())
        };
        let regex = match &spec {
            Spec::Simple { .. } => None,
            Spec::Regex { pattern, .. } => Some(compile(pattern)?),
            Spec::Pairs(pairs) => pairs.regex.as_deref().map(compile).transpose()?,
        };
        Ok(Reader { spec, regex })
    }
}

/// The columns among the parts.
pub(super) fn columns(parts: &[Part]) -> impl Iterator<Item = &Column> {
    parts.iter().filter_map(|part| match part {
        Part::Column(column) => Some(column),
        Part::Star | Part::Text(_) => None,
    })
}

/// A spec, ready to read.
#[derive(Debug)]
pub struct Reader {
    spec: Spec,
    regex: Option<Arc<Regex>>,
}

impl Reader {
    /// The texts of the columns in the spec's order; None where the text does not fit.
    pub fn read(&self, text: &str) -> Option<Vec<Option<String>>> {
        match (&self.spec, &self.regex) {
            (Spec::Simple { relaxed, parts }, _) => simple::read(text, parts, *relaxed),
            (Spec::Regex { columns, .. }, Some(regex)) => regex::read(text, regex, columns),
            (Spec::Pairs(pairs), regex) => Some(kv::read(text, pairs, regex.as_deref())),
            // A reader of a regular expression has it.
            (Spec::Regex { .. }, None) => None,
        }
    }
}

/// Whether a text converts to a column's type.
pub(super) fn converts(column: &Column, text: &str) -> bool {
    match column.ty {
        ScalarType::Bool => convert::boolean(text).is_some(),
        ScalarType::Int => convert::long(text).is_some_and(|n| i32::try_from(n).is_ok()),
        ScalarType::Long => convert::long(text).is_some(),
        ScalarType::Real => convert::real(text).is_some(),
        ScalarType::Decimal => convert::decimal(text).is_some(),
        ScalarType::DateTime => parse_datetime(text).is_some(),
        ScalarType::TimeSpan => parse_timespan(text).is_some(),
        ScalarType::Guid => convert::guid(text).is_some(),
        ScalarType::String | ScalarType::Dynamic => true,
    }
}

/// The regular expression of a whole or broken number of the column's type; None for other types.
///
/// Source: "parse operator", which gives `\-?\d+` for a long.
pub(super) fn number(column: &Column) -> Option<&'static str> {
    match column.ty {
        ScalarType::Int | ScalarType::Long => Some(r"[-+]?\d+"),
        ScalarType::Real | ScalarType::Decimal => {
            Some(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
        }
        ScalarType::Bool
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => None,
    }
}
