//! The ledger of a hunt's output: which windows are done, what ran, what came of it.
//!
//! In: an output's store. Out: [`Ledger`], and [`RuleLog`] for each rule. What always holds, at every
//! moment and wherever a run is killed:
//!
//! - a reader of the results sees each window of a rule once or not at all, and each object whole;
//! - once a window is in the ledger, its newest record describes the object that is there, or the next run
//!   finds that it does not and runs the window again.
//!
//! # Layout
//!
//! ```text
//! OUT/<result table>/rule_id=…/window_end=20260105T000000Z/hits.parquet
//! OUT/_ledger/retrohunt.json                  says whose folder it is
//! OUT/_ledger/rule_id=…/00000001.json         the rule's log, an entry each ("marker")
//! OUT/_ledger/inputs/<sha256>.json            a list of input files, held once
//! ```
//!
//! Readers of Hive folders pass over names that begin with `_`. An entry holds one window with hits, or
//! many without; the entry with the highest number counts for a window.
//!
//! # Commit
//!
//! 1. Put the object under its fixed name, in the place of what is there: one atomic put.
//! 2. Append the entry that describes it, with the next number, by a conditional create.
//! 3. Remove objects of the same rule and window under other paths: the rule's columns have changed, or it
//!    has no rows any more.
//!
//! Killed before 1, the window is missing. Killed between 1 and 2, the object is there without an entry, or
//! with an older one, whose size, version mark or checksum differ: the next run does the window again, and
//! the same rows give the same bytes. Killed between 2 and 3, the next run finds the object that no entry
//! describes. So an entry is never written for an object that is not there yet, and none is removed that
//! the newest entry names.
//!
//! # Two writers
//!
//! Both may run the same window. Where both saw the same lake and rule, they put the same bytes, one of
//! the two entries gets the number, and the other writer finds the window done. Where create answers that
//! the entry is there already, the writer reads it: its own means that an acknowledgement was lost. One
//! with another result for a window that it is about to commit means that the lake or the rule changed
//! between the two, and that either object may be the one that is there: then the writer runs the window
//! again on the lake as it is now, puts that result and appends it, and so on until nobody came in between.
//! The last put is then always followed by the last entry, unless a writer dies between the two, which the
//! next run repairs as above.

mod digest;
mod folder;
mod inputs;
mod log;
mod objects;
mod record;
mod standing;
#[cfg(test)]
mod tests;
mod verify;

pub use digest::{Digest, hex, sha256};
pub use folder::{Appended, Ledger, LedgerError};
pub use inputs::{Inputs, InputsList};
pub use log::{Damaged, Known, RuleLog};
pub use objects::{Objects, StoredObject};
pub use record::{
    Day, Entry, FORMAT, Failed, InputsRef, ObjectRef, Plan, Ran, Suppressed, WindowRecord,
};
pub(crate) use standing::same_tag;
pub use standing::{Standing, standing};
pub(crate) use verify::is_recorded;
pub use verify::{Fault, Verified, verify};
