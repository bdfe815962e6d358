//! Exclusion files: known-good activity that hunts set aside, as named scenarios.
//!
//! In: YAML files. Out: [`ExclusionSet`]: the scenarios, and what is to be said about the files.
//! What always holds: a scenario that is at fault, a draft or expired applies to no rule; a predicate is
//! kept as it was written, with the way from its bytes back to the file's. What a predicate means is
//! for `compile` to say.
//!
//! ```yaml
//! parameters:
//!   known_internal_network: [10.0.0.0/8, "fd00::/8"]
//! scenarios:
//!   - name: Remote desktop through Kaseya
//!     description: An administrator opens a session through Kaseya's remote management
//!     rules: [c75a64e3-2849-4342-a115-7cc6f009b520]   # ids, names, tags, globs, or all
//!     owner: it-operations
//!     reason: Kaseya is the supported tool for remote support
//!     expires: 2027-06-30
//!     table: DeviceNetworkEvents
//!     on: events                                      # or rows
//!     keep_when: process.name != "mstsc.exe" or destination_ip != <known_internal_network>
//!     optional_fields: [event_id]
//!     draft: false                                    # a draft applies to no rule
//! ```

mod applies;
mod parameter;
mod read;
mod set;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{FileDiagnostic, FileSpan, FileText, RuleSource};

pub use applies::Applies;
pub use parameter::{Parameter, ParameterValue, looks_like_network};
pub use read::read;
pub use set::{ExclusionSet, load};

/// One exclusion file.
#[derive(Debug, Clone, PartialEq)]
pub struct ExclusionFile {
    pub path: PathBuf,
    pub text: FileText,
    /// The scenarios without a fault.
    pub scenarios: Vec<Scenario>,
    pub diagnostics: Vec<FileDiagnostic>,
}

/// One kind of known-good activity.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Unique in its file.
    pub name: String,
    pub description: Option<String>,
    pub rules: Applies,
    pub owner: Option<String>,
    pub reason: Option<String>,
    /// The last day, UTC, on which it applies.
    pub expires: Option<NaiveDate>,
    /// The table whose events are meant. Of result rows: only rules that read this table.
    pub table: Option<String>,
    pub level: Level,
    pub action: Action,
    /// KQL, with ECS names and `<parameters>`.
    pub predicate: String,
    /// All of the file's parameters.
    pub parameters: Arc<[Parameter]>,
    /// Fields that need not be there: a comparison with one that the table lacks is left out.
    pub optional_fields: Vec<String>,
    /// Written by a program for a person to complete: it applies to no rule.
    pub draft: bool,
    /// From the predicate's bytes to the file's.
    pub source: RuleSource,
    /// Where its name stands.
    pub place: FileSpan,
}

/// What a predicate stands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The events of a table, before the rule sees them.
    Events,
    /// The rows that the rule gives.
    Rows,
}

/// What becomes of a row for which the predicate is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is set aside, and no other row is.
    DropWhen,
    /// It is kept, and every other row is set aside.
    KeepWhen,
}

impl Level {
    /// As the file writes it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Events => "events",
            Level::Rows => "rows",
        }
    }
}

impl Action {
    /// The key under which the file has the predicate.
    pub fn key(self) -> &'static str {
        match self {
            Action::DropWhen => "drop_when",
            Action::KeepWhen => "keep_when",
        }
    }
}
