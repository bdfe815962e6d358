//! All exclusions of a run.
//!
//! In: the paths of exclusion files, today's date. Out: [`ExclusionSet`].
//! What always holds: an expired scenario is warned of and applies to no rule; the
//! fingerprint of a rule's scenarios is the same on every machine and in every version that gives them the same meaning.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_yaml::Value;

use super::super::{FileDiagnostic, Rule, RuleError, expand};
use super::{ExclusionFile, Parameter, ParameterValue, Scenario, parameter, read};
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
            let idle = file.scenarios.iter().filter(|s| !s.is_in_force(today));
            let warnings: Vec<FileDiagnostic> = idle.map(idle_warning).collect();
            file.diagnostics.extend(warnings);
        }
        Self { files, today }
    }

    /// The same scenarios, with these values for the names that they have in angle brackets; they win over the
    /// files' own.
    ///
    /// # Errors
    /// The name of a value that cannot be one, and why.
    pub fn with_parameters(
        mut self,
        values: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, String> {
        let mut read = Vec::with_capacity(values.len());
        for (name, texts) in values {
            let texts: Vec<Value> = texts.iter().map(|t| Value::from(t.as_str())).collect();
            let value = match <[Value; 1]>::try_from(texts) {
                Ok([one]) => one,
                Err(many) => Value::Sequence(many),
            };
            let value = parameter::value(&value)
                .map_err(|bad| format!("the parameter `{name}`: {}", bad.message))?;
            read.push((name, value));
        }
        for scenario in self.files.iter_mut().flat_map(|file| &mut file.scenarios) {
            let own = scenario.parameters.iter();
            let own = own.filter(|own| !values.contains_key(&own.name)).cloned();
            let given = read.iter().map(|(name, value)| Parameter {
                name: (*name).clone(),
                value: value.clone(),
                place: scenario.place,
            });
            scenario.parameters = own.chain(given).collect();
        }
        Ok(self)
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

    /// Every scenario that is in force, in the order of the files.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.files
            .iter()
            .flat_map(|file| &file.scenarios)
            .filter(|scenario| scenario.is_in_force(self.today))
    }

    /// The scenarios that apply to a rule.
    pub fn for_rule(&self, rule: &Rule) -> Vec<Scenario> {
        self.scenarios()
            .filter(|scenario| scenario.rules.to(rule))
            .cloned()
            .collect()
    }

    /// A text of all that a rule's result depends on of what applies to it; None where nothing does.
    pub fn fingerprint(&self, rule: &Rule) -> Option<Vec<u8>> {
        let mut text = Fingerprint::default();
        for scenario in self.scenarios().filter(|s| s.rules.to(rule)) {
            scenario.add_to(&mut text);
        }
        Some(text.0).filter(|text| !text.is_empty())
    }
}

/// Why a scenario is not in force.
fn idle_warning(scenario: &Scenario) -> FileDiagnostic {
    let name = &scenario.name;
    let (why, help) = match scenario.expires.filter(|_| !scenario.draft) {
        Some(day) => (
            format!("the scenario `{name}` expired after {day} and no longer applies"),
            "look whether its reason still holds, then give it a later `expires` or take it out",
        ),
        None => (
            format!("the scenario `{name}` is a draft and does not apply"),
            "complete it, then take `draft` out",
        ),
    };
    FileDiagnostic::warning(Code::ExclusionExpired, scenario.place, why).with_help(help)
}

impl Scenario {
    /// Whether it is no draft and its last day is not over.
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        !self.draft && self.expires.is_none_or(|last| today <= last)
    }

    fn add_to(&self, text: &mut Fingerprint) {
        text.text(&self.name);
        text.text(self.table.as_deref().unwrap_or_default());
        text.text(self.level.name());
        text.text(self.action.key());
        text.text(&self.predicate);
        for field in &self.optional_fields {
            text.text(field);
        }
        for parameter in self.parameters.iter() {
            if self.predicate.contains(&format!("<{}>", parameter.name)) {
                text.text(&parameter.name);
                text.value(&parameter.value);
            }
        }
    }
}

/// Texts, each after its length, so that two never run into one.
#[derive(Default)]
struct Fingerprint(Vec<u8>);

impl Fingerprint {
    fn text(&mut self, text: &str) {
        self.0.extend((text.len() as u64).to_le_bytes());
        self.0.extend(text.as_bytes());
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn set(text: &str, today: &str) -> ExclusionSet {
        ExclusionSet::new(vec![read(Path::new("e.yaml"), text.as_bytes())], day(today))
    }

    fn rule(id: &str) -> Rule {
        let text = format!("id: {id}\nname: n\nquery: T\n");
        let file = super::super::super::read(Path::new("r.yaml"), text.as_bytes());
        file.rules[0].clone()
    }

    const FILE: &str = "parameters: {a: 1, b: [x]}
scenarios:
- {name: one, rules: [r1], owner: o, reason: r, table: T, drop_when: a == <a>, expires: 2026-03-31}
- {name: two, rules: [r1, r2], owner: o, reason: r, table: T, drop_when: a in (<b>)}
";

    #[test]
    fn a_scenario_applies_through_its_last_day() {
        let last = set(FILE, "2026-03-31");
        assert_eq!(last.files()[0].diagnostics, []);
        assert_eq!(last.for_rule(&rule("r1")).len(), 2);
        let after = set(FILE, "2026-04-01");
        let names = after.for_rule(&rule("r1"));
        assert_eq!(
            names.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["two"]
        );
        let [warning] = after.files()[0].diagnostics.as_slice() else {
            panic!("{:?}", after.files()[0].diagnostics);
        };
        assert_eq!(warning.code, Code::ExclusionExpired);
        assert_eq!(after.files()[0].text.position(warning.span.start), (3, 10));
        assert!(!after.has_errors());
        assert!(after.for_rule(&rule("r3")).is_empty());
    }

    #[test]
    fn the_fingerprint_is_of_what_applies() {
        let of = |text: &str, today: &str, id: &str| set(text, today).fingerprint(&rule(id));
        let whole = of(FILE, "2026-03-31", "r1");
        assert_eq!(whole, of(FILE, "2020-01-01", "r1"));
        // Another owner is no other exclusion, another value is.
        assert_eq!(
            whole,
            of(&FILE.replace("owner: o", "owner: p"), "2026-01-01", "r1")
        );
        let others = [
            of(FILE, "2026-04-01", "r1"),
            of(FILE, "2026-03-31", "r3"),
            of(&FILE.replace("a: 1", "a: 2"), "2026-01-01", "r1"),
            of(
                &FILE.replace("drop_when: a ==", "keep_when: a =="),
                "2026-01-01",
                "r1",
            ),
            of(&FILE.replace("table: T", "table: U"), "2026-01-01", "r1"),
        ];
        for (index, other) in others.iter().enumerate() {
            assert!(
                *other != whole && !others[..index].contains(other),
                "{index}"
            );
        }
        // The rule that only the second is for does not see the first one's value.
        let second = of(FILE, "2026-03-31", "r2");
        assert_eq!(
            second,
            of(&FILE.replace("a: 1", "a: 2"), "2026-01-01", "r2")
        );
        assert_ne!(
            second,
            of(&FILE.replace("b: [x]", "b: [y]"), "2026-01-01", "r2")
        );
    }
}
