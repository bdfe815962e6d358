//! How results, faults and progress reach people and programs.
//!
//! In: columns and batches of a result, diagnostics with their files, surveys of a lake, counts of a
//! scan. Out: text and bytes for stdout ([`mod@format`], [`batch_answer`], [`survey_text`]) and stderr
//! ([`diagnostics`], [`progress`]).
//! What always holds: what goes to a terminal has no control characters but the tool's own
//! ([`neutral`]), since events hold text that attackers wrote; what goes to a file or pipe keeps
//! every value as it is.

mod batch;
pub mod cells;
pub mod diagnostics;
mod error;
pub mod format;
pub mod hunt;
mod json_text;
pub mod neutral;
mod preview;
pub mod progress;
mod rules;
mod survey;
#[cfg(test)]
mod tests;

pub use batch::{batch_answer, batch_error, batch_failure, batch_schema};
pub use error::ReportError;
pub use format::{Format, Options, ResultWriter, write_result};
pub use preview::preview_lines;
pub use rules::{human_bytes, rule_ending, rule_heading};
pub use survey::survey_text;
