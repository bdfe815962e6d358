//! What can go wrong when a good query runs.

use std::error::Error;
use std::io;

use datafusion::error::DataFusionError;

use super::temporary;
use crate::lake::{LakeError, scan::ScanError};

/// A fault of running. None of them is the rule's.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The lake: a store, a file.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A file of the lake, found while it was scanned.
    #[error("{0}")]
    Scan(String),
    /// The query names a table that the lake does not have.
    #[error("the lake has no table {table}{}", hint(.known))]
    NoTable { table: String, known: Vec<String> },
    /// No lake was given, and the query reads a table.
    #[error("the query reads the table {table}, so a lake is needed: give --lake URL")]
    NoLake { table: String },
    /// The query would read more than was allowed.
    #[error(
        "the scan would read {what}, more than the {allowed} allowed by {option}; no rows were read"
    )]
    TooMuch {
        what: String,
        allowed: String,
        option: &'static str,
    },
    /// Rows that memory has no room for could not be put aside.
    #[error(
        "rows are held in the folder for temporary files ({folder}), which failed: {source}; \
         make room there or set TMPDIR to another folder"
    )]
    Temporary { folder: String, source: io::Error },
    /// A file from outside the lake.
    #[error("{path}: {why}")]
    Outside { path: String, why: String },
    /// The query needs files from outside the lake that were not given.
    #[error("the query reads what lies outside the lake; {how}")]
    NotGiven { how: String },
    /// The query failed on this data, or needs more memory than it may have.
    #[error("{0}")]
    Run(String),
}

fn hint(known: &[String]) -> String {
    match known {
        [] => "; it has no tables at all".to_owned(),
        _ => format!("; it has {}", known.join(", ")),
    }
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        if let Some(fault) = find(&error, lake_fault) {
            return EngineError::Scan(fault);
        }
        // What the lake cannot read is a fault of the scan: what is left are files to which rows spill.
        match find(&error, disk_fault) {
            Some(source) => EngineError::Temporary {
                folder: temporary::folder(),
                source,
            },
            None => EngineError::Run(error.strip_backtrace()),
        }
    }
}

impl EngineError {
    /// Whether the fault is the world's (a store, a file) and not the query's or the data's.
    pub fn is_world(&self) -> bool {
        match self {
            EngineError::Lake(_)
            | EngineError::Scan(_)
            | EngineError::Outside { .. }
            | EngineError::Temporary { .. } => true,
            EngineError::NoTable { .. }
            | EngineError::NoLake { .. }
            | EngineError::TooMuch { .. }
            | EngineError::NotGiven { .. }
            | EngineError::Run(_) => false,
        }
    }
}

/// The text of a lake's fault.
fn lake_fault(error: &(dyn Error + 'static)) -> Option<String> {
    let scan = error.downcast_ref::<ScanError>().map(ToString::to_string);
    scan.or_else(|| error.downcast_ref::<LakeError>().map(ToString::to_string))
}

/// A copy of a fault of the system.
fn disk_fault(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let fault = error.downcast_ref::<io::Error>()?;
    Some(io::Error::new(fault.kind(), fault.to_string()))
}

/// Asks an error, and each one that it carries, until one answers.
fn find<T>(
    error: &DataFusionError,
    ask: impl Fn(&(dyn Error + 'static)) -> Option<T>,
) -> Option<T> {
    let mut at: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = at {
        if let Some(found) = ask(inner) {
            return Some(found);
        }
        at = match inner.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(external)) => Some(external.as_ref()),
            Some(DataFusionError::Shared(shared)) => Some(shared.as_ref()),
            Some(DataFusionError::Context(_, inner)) => Some(inner.as_ref()),
            _ => inner.source(),
        };
    }
    None
}
