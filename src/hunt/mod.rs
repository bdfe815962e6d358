//! What becomes of a hunt: the result files of its rules and windows.
//!
//! In: the batches of an engine's run. Out: one Parquet object a rule and window ([`output`]).
//! What always holds: a reader of the output sees whole results or none.

pub mod exclusion;
pub mod output;
pub mod single;
pub mod write;
