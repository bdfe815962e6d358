//! Whether a window must be run.
//!
//! In: what the ledger and the output hold of it, and what the rule and the lake are now. Out:
//! [`Standing`]. What always holds: a window whose object is not the recorded one is never taken for done.

use super::log::RuleLog;
use super::objects::{Objects, StoredObject};
use super::record::{InputsRef, ObjectRef, Ran};
use crate::hunt::window::Window;

/// What stands of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Done,
    /// The object has the size of the recorded one but another version mark: its bytes decide.
    Unsure(ObjectRef),
    /// It has no result, or one that cannot be relied on; why.
    Missing(&'static str),
    /// Its result is whole, but of another rule or other files; why, a few words each.
    Stale(Vec<&'static str>),
}

/// How a window stands.
pub fn standing(
    log: &RuleLog,
    objects: &Objects,
    window: Window,
    ran: &Ran,
    inputs: &[InputsRef],
) -> Standing {
    let there = objects.of(&log.rule_id, window.end);
    let Some(known) = log.newest.get(&window.end) else {
        return Standing::Missing(match there.is_empty() {
            true => "it has not run",
            false => "its object has no entry in the ledger",
        });
    };
    let record = &known.window;
    if record.open {
        return Standing::Missing("it had not ended when it ran");
    }
    let mut unsure = None;
    match (&record.object, there) {
        (None, []) => {}
        (None, _) => {
            return Standing::Missing(
                "there is an object, and the ledger says that it has no rows",
            );
        }
        (Some(recorded), [object]) if object.path == recorded.path => {
            if object.size != recorded.size {
                return Standing::Missing("its object is not the recorded one");
            }
            if !same_version(recorded, object) {
                unsure = Some(recorded.clone());
            }
        }
        (Some(_), []) => return Standing::Missing("its object is not there"),
        (Some(_), _) => {
            return Standing::Missing("there is an object that the ledger does not name");
        }
    }
    let mut changed = Vec::new();
    if known.ran.rule_sha256 != ran.rule_sha256 {
        changed.push("the rule");
    } else if known.ran.sql_sha256 != ran.sql_sha256 {
        changed.push("its SQL");
    }
    if known.ran.exclusions_sha256 != ran.exclusions_sha256 {
        changed.push("the exclusions");
    }
    if known.ran.parameters != ran.parameters || record.start != window.start {
        changed.push("the parameters");
    }
    if record.inputs != inputs {
        changed.push("the files");
    }
    match (changed.is_empty(), unsure) {
        (false, _) => Standing::Stale(changed),
        (true, Some(recorded)) => Standing::Unsure(recorded),
        (true, None) => Standing::Done,
    }
}

fn same_version(recorded: &ObjectRef, object: &StoredObject) -> bool {
    recorded.e_tag.is_some() && same_tag(recorded.e_tag.as_deref(), object.e_tag.as_deref())
}

/// Whether two version marks are one: Azure lists them without the quotes that it answers a put with.
pub(crate) fn same_tag(a: Option<&str>, b: Option<&str>) -> bool {
    let bare = |tag: Option<&str>| tag.map(|t| t.trim_matches('"').to_owned());
    bare(a) == bare(b)
}
