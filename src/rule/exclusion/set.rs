//! All exclusions of a run.
//!
//! In: the paths of exclusion files, today's date. Out: [`ExclusionSet`].
//! What always holds: an expired scenario is warned of and applies to no rule; the hash of a rule's
//! scenarios is the same on every machine and in every version that gives them the same meaning.

use chrono::NaiveDate;

use super::super::{FileDiagnostic, Rule, RuleError, expand};
use super::{ExclusionFile, ParameterValue, Scenario, read};
use crate::diagnostics::{Code, Severity};

/// The scenarios of some files.
#[derive(Debug, Clone, Default)]
pub struct ExclusionSet {
    files: Vec<ExclusionFile>,
    today: NaiveDate,
}

/// Reads exclusion files: files, folders and globs, as [`expand`] takes them. `today` decides which
/// scenarios have expired.
///
/// # Errors
/// A path that is not there, a glob that matches nothing, a file that cannot be read.
pub fn load(paths: &[String], today: NaiveDate) -> Result<ExclusionSet, RuleError> {
    let mut files = Vec::new();
    for path in expand(paths)? {
        let bytes = std::fs::read(&path).map_err(|source| RuleError::Read {
            path: path.clone(),
            source,
        })?;
        files.push(read(&path, &bytes));
    }
    Ok(ExclusionSet::new(files, today))
}

impl ExclusionSet {
    /// A set of files that have been read.
    pub fn new(mut files: Vec<ExclusionFile>, today: NaiveDate) -> Self {
        for file in &mut files {
            let expired = file.scenarios.iter().filter(|s| s.has_expired(today));
            let warnings: Vec<FileDiagnostic> = expired.map(expiry_warning).collect();
            file.diagnostics.extend(warnings);
        }
        Self { files, today }
    }

    pub fn files(&self) -> &[ExclusionFile] {
        &self.files
    }

    /// Whether there is no scenario at all.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.scenarios.is_empty())
    }

    /// Whether a file has a fault, so that something would not be set aside that was meant to be.
    pub fn has_errors(&self) -> bool {
        self.files
            .iter()
            .flat_map(|file| &file.diagnostics)
            .any(|d| d.severity == Severity::Error)
    }

    /// Every scenario that has not expired, in the order of the files.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.files
            .iter()
            .flat_map(|file| &file.scenarios)
            .filter(|scenario| !scenario.has_expired(self.today))
    }

    /// The scenarios that apply to a rule.
    pub fn for_rule(&self, rule: &Rule) -> Vec<Scenario> {
        self.scenarios()
            .filter(|scenario| scenario.rules.to(rule))
            .cloned()
            .collect()
    }

    /// A hash of what applies to a rule: of everything that its result depends on. 16 hexadecimal
    /// digits; those of nothing where nothing applies.
    pub fn hash_for(&self, rule: &Rule) -> String {
        let mut hash = Fnv::default();
        for scenario in self.scenarios().filter(|s| s.rules.to(rule)) {
            scenario.hash_into(&mut hash);
        }
        format!("{:016x}", hash.0)
    }
}

fn expiry_warning(scenario: &Scenario) -> FileDiagnostic {
    let day = scenario.expires.unwrap_or_default();
    FileDiagnostic::warning(
        Code::ExclusionExpired,
        scenario.place,
        format!(
            "the scenario `{}` expired after {day} and no longer applies",
            scenario.name
        ),
    )
    .with_help("look whether its reason still holds, then give it a later `expires` or take it out")
}

impl Scenario {
    /// Whether its last day is over.
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    fn hash_into(&self, hash: &mut Fnv) {
        hash.text(&self.name);
        hash.text(self.table.as_deref().unwrap_or_default());
        hash.text(self.level.name());
        hash.text(self.action.key());
        hash.text(&self.predicate);
        for field in &self.optional_fields {
            hash.text(field);
        }
        for parameter in self.parameters.iter() {
            if self.predicate.contains(&format!("<{}>", parameter.name)) {
                hash.text(&parameter.name);
                hash.value(&parameter.value);
            }
        }
    }
}

/// FNV-1a, 64 bits.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Takes in a text with its length, so that two texts never run into one.
    fn text(&mut self, text: &str) {
        let length = (text.len() as u64).to_le_bytes();
        for byte in length.iter().chain(text.as_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn value(&mut self, value: &ParameterValue) {
        match value {
            ParameterValue::Text(text) => self.text(text),
            ParameterValue::Whole(n) => self.text(&format!("long {n}")),
            ParameterValue::Real(x) => self.text(&format!("real {x}")),
            ParameterValue::Flag(flag) => self.text(&format!("bool {flag}")),
            ParameterValue::List(values) => {
                self.text(&format!("list {}", values.len()));
                values.iter().for_each(|value| self.value(value));
            }
            ParameterValue::Networks(networks) => {
                self.text(&format!("networks {}", networks.len()));
                networks.iter().for_each(|network| self.text(network));
            }
        }
    }
}
