//! How results, faults and progress reach people and programs.
//!
//! In: columns and batches of a result, diagnostics with their files, counts of a running scan.
//! Out: text and bytes for stdout ([`format`], [`batch`]) and stderr ([`diagnostics`], [`progress`]).
//! What always holds: what goes to a terminal has no control characters but the tool's own
//! ([`neutral`]), since events hold text that attackers wrote; what goes to a file or pipe keeps
//! every value as it is.

pub mod batch;
pub mod cells;
pub mod diagnostics;
mod error;
pub mod format;
mod json_text;
pub mod neutral;
pub mod progress;
#[cfg(test)]
mod tests;

pub use error::ReportError;
pub use format::{Format, Options, ResultWriter, write_result};
