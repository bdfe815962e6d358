//! What becomes of a hunt: the windows of its rules, their result files, the ledger of what is done.
//!
//! In: an engine, rules, the time that is hunted. Out: one Parquet object a rule and window ([`output`])
//! and what the [`ledger`] says of it.
//! What always holds: a reader of the output sees whole results or none; a hunt that is killed goes on
//! where it was.

pub mod alert;
pub mod exclusion;
pub mod fault;
pub mod ledger;
pub mod output;
pub mod pack;
pub mod single;
pub mod status;
pub mod window;
pub mod write;
