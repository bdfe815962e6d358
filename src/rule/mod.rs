//! Rule files: Sentinel hunting and analytics YAML and bare `.kql`, read into [`Rule`]s.
//!
//! In: paths ([`expand`], [`load`]) or bytes ([`read`]). Out: [`RuleFile`]s with their rules and
//! [`FileDiagnostic`]s. A file is parsed strictly first; only where that fails is it repaired, and
//! every repair is a warning with its place.
//!
//! What always holds: a rule's `query` is the text that the file holds, never altered but for what
//! YAML itself does to it (indentation, line ends, quotes); [`RuleSource`] leads from each of its
//! bytes back to the file. Spans here ([`FileSpan`]) are bytes of the file's text and are a type of
//! their own, since those of a query ([`crate::diagnostics::Span`]) are bytes of the query.

pub mod card;
mod diagnostic;
mod document;
mod duration;
pub mod exclusion;
mod fields;
pub mod generate;
pub mod job;
mod kql_file;
mod lists;
mod mark;
mod model;
mod offsets;
mod paths;
pub mod quote;
mod read;
mod repair;
mod scalar;
mod source;
mod text;

pub use diagnostic::{FileDiagnostic, FileSpan, RuleError};
pub use duration::ticks;
pub use model::{DataConnector, EntityMapping, FieldMapping, Rule, RuleFile, TriggerOperator};
pub use paths::expand;
pub use read::read;
pub use source::RuleSource;
pub use text::FileText;

/// Reads the rule files that `paths` name: files, folders and globs, as [`expand`] takes them.
///
/// Faults inside a file are its diagnostics.
///
/// # Errors
/// A path that is not there, a glob that matches nothing, or a file that cannot be read.
pub fn load(paths: &[String]) -> Result<Vec<RuleFile>, RuleError> {
    expand(paths)?
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).map_err(|source| RuleError::Read {
                path: path.clone(),
                source,
            })?;
            Ok(read(&path, &bytes))
        })
        .collect()
}
