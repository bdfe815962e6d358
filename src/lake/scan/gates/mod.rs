//! One scan of a table for many rules.
//!
//! In: for each rule a [`Gate`]: the columns that it needs, and conditions of which every row that counts
//! for the rule meets one set. Out: for each rule the rows that pass its gate, in path and row order
//! ([`Sift`]). The way of a row group is that of the scan for one rule (statistics, dictionaries, ids,
//! rows, output), but each distinct condition is evaluated once for all rules, and a text is matched once
//! against the terms of all of them.
//! What always holds: a row is left out of a rule only when each of its strands has a condition that is
//! proven false or null for the row; what goes wrong for one rule alone ends that rule's part and no other's.

mod evaluate;
mod file;
mod group;
mod ids;
mod output;
mod pack;
mod rowset;
mod run;
mod terms;

pub use pack::{Condition, Counts, Gate, Strand};
pub use run::{Kept, Sift};
