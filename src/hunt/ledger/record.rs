//! What an entry of the ledger says.
//!
//! In: what ran and what came of it. Out: JSON, one object an entry. What always holds: times are texts in
//! UTC with seven fraction digits; an entry that this version cannot read is named, never guessed at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use day::Day;

use chrono::NaiveDate;

use crate::hunt::window::Schedule;
use crate::hunt::{exclusion, single};
use crate::rule::Rule;

/// The form of entries that this version writes and reads.
pub const FORMAT: u32 = 1;

/// One object of a rule's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub format: u32,
    pub rule_id: String,
    pub rule_name: String,
    /// Unique to the process that wrote it.
    pub writer: String,
    pub tool_version: String,
    pub ran: Ran,
    /// The windows that a run set out to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
}

/// What a rule was when it ran: another value of any of these can change the result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Of the rule's fields and query.
    pub rule_sha256: String,
    /// Of the SQL that was run: it changes with the rule, and with how this tool translates it.
    pub sql_sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusions_sha256: Option<String>,
    pub parameters: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    #[serde(with = "time")]
    pub from: i64,
    #[serde(with = "time")]
    pub to: i64,
    /// Ticks of 100 ns.
    pub every: i64,
    /// Ticks of 100 ns.
    pub lookback: i64,
}

impl From<Schedule> for Plan {
    fn from(schedule: Schedule) -> Self {
        let Schedule {
            from,
            to,
            every,
            lookback,
        } = schedule;
        Self {
            from,
            to,
            every,
            lookback,
        }
    }
}

impl From<Plan> for Schedule {
    fn from(plan: Plan) -> Self {
        let Plan {
            from,
            to,
            every,
            lookback,
        } = plan;
        Self {
            from,
            to,
            every,
            lookback,
        }
    }
}

/// One window of one rule that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowRecord {
    #[serde(with = "time")]
    pub start: i64,
    #[serde(with = "time")]
    pub end: i64,
    /// The files that the window had, a table each.
    pub inputs: Vec<InputsRef>,
    pub rows: u64,
    /// Whether an analytics rule's rows met its threshold; None for a hunting rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggered: Option<bool>,
    /// The alerts of the run, before suppression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<u64>,
    /// What each exclusion set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// None where there are no rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// Rows beyond the limit were left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The window had not ended when it ran: it is run again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(with = "time")]
    pub started: i64,
    #[serde(with = "time")]
    pub finished: i64,
}

/// A list of input files, held once under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsRef {
    pub table: String,
    /// Of the list as it stands in `_ledger/inputs/<sha256>.json`.
    pub sha256: String,
    pub files: u64,
    pub bytes: u64,
    /// Days of the window that no file's path touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_without_files: Vec<Day>,
}

/// What an exclusion set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    pub scenario: String,
    /// `events` or `rows`.
    pub on: String,
    pub events: u64,
    pub devices: u64,
    /// Negative where the rule gives more rows without the events.
    pub rows: i64,
}

impl From<&exclusion::Suppressed> for Suppressed {
    fn from(found: &exclusion::Suppressed) -> Self {
        Self {
            scenario: found.scenario.clone(),
            on: found.on.to_owned(),
            events: found.events,
            devices: found.devices,
            rows: found.rows,
        }
    }
}

impl InputsRef {
    /// What a reader of the window's result must know of these files.
    pub fn note(&self) -> Option<String> {
        let table = &self.table;
        if self.files == 0 {
            return Some(format!("{table}: no files in the window"));
        }
        let days: Vec<NaiveDate> = self.days_without_files.iter().map(|day| day.0).collect();
        let without = (!days.is_empty()).then(|| single::days(&days));
        without.map(|days| format!("{table}: no files for {days}"))
    }
}

/// A result object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Below the output's URL.
    pub path: String,
    pub size: u64,
    pub sha256: String,
    /// The store's version mark after the put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_tag: Option<String>,
}

/// Why a rule, or one of its windows, has no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// None where the rule itself could not be run.
    #[serde(
        default,
        with = "optional_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub window_end: Option<i64>,
    pub error: String,
}

impl Entry {
    /// An entry of this version about a rule, which says nothing yet.
    pub fn of(rule: &Rule, writer: &str, ran: Ran) -> Entry {
        Entry {
            format: FORMAT,
            rule_id: rule.id.clone(),
            rule_name: rule.name.clone(),
            writer: writer.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            ran,
            plan: None,
            windows: Vec::new(),
            failed: None,
        }
    }

    /// The entry as it is stored.
    ///
    /// # Errors
    /// None that can happen to these types.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads a stored entry.
    ///
    /// # Errors
    /// Why it is none, as a sentence without its subject.
    pub fn from_json(bytes: &[u8]) -> Result<Entry, String> {
        let entry: Entry =
            serde_json::from_slice(bytes).map_err(|e| format!("is no entry of a ledger: {e}"))?;
        match entry.format {
            FORMAT => Ok(entry),
            other => Err(format!(
                "has the form {other}, and this version reads {FORMAT}"
            )),
        }
    }
}

/// Ticks as a datetime's text.
mod time {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::syntax::{datetime, ticks::datetime_text};

    pub fn serialize<S: Serializer>(ticks: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&datetime_text(*ticks))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        let text = String::deserialize(deserializer)?;
        datetime::parse(&text).ok_or_else(|| D::Error::custom(format!("'{text}' is no time")))
    }
}

/// The same where there may be none.
mod optional_time {
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Time(#[serde(with = "super::time")] i64);

    pub fn serialize<S: Serializer>(ticks: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match ticks {
            Some(ticks) => super::time::serialize(ticks, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<i64>, D::Error> {
        Ok(Option::<Time>::deserialize(deserializer)?.map(|Time(ticks)| ticks))
    }
}

/// Days as `2026-01-05`.
mod day {
    use chrono::NaiveDate;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct Day(pub NaiveDate);

    impl TryFrom<String> for Day {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            text.parse()
                .map(Day)
                .map_err(|_| format!("'{text}' is no day"))
        }
    }

    impl From<Day> for String {
        fn from(day: Day) -> String {
            day.0.to_string()
        }
    }
}
