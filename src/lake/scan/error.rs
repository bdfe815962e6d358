//! What can go wrong in a scan that is not the rule's fault: stores and files.

use datafusion::error::DataFusionError;
use object_store::path::Path;

/// A fault of the lake. Each names the file and carries the cause; none holds a credential.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("cannot list the table's files: {0}")]
    List(String),
    #[error("cannot read {location}: {source}")]
    Store {
        location: Path,
        source: object_store::Error,
    },
    #[error("cannot read {location}: {source}")]
    Io {
        location: Path,
        source: std::io::Error,
    },
    #[error(
        "{location} is not a readable Parquet file ({reason}); --skip-bad-files goes on without it"
    )]
    BadFile { location: Path, reason: String },
    #[error("{location} changed while it was read; run again when its writer is done")]
    Changed { location: Path },
    #[error("{location}: column {column} is {found}, which cannot be read as {wanted}")]
    ColumnType {
        location: Path,
        column: String,
        found: String,
        wanted: String,
    },
    #[error("cannot evaluate a filter: {0}")]
    Filter(String),
    #[error("a task of the scan failed: {0}")]
    Task(String),
}

impl ScanError {
    /// Whether the fault lies in the file's own bytes, so that `skip_bad_files` may pass over it.
    pub fn is_bad_file(&self) -> bool {
        match self {
            ScanError::BadFile { .. } => true,
            ScanError::List(_)
            | ScanError::Store { .. }
            | ScanError::Io { .. }
            | ScanError::Changed { .. }
            | ScanError::ColumnType { .. }
            | ScanError::Filter(_)
            | ScanError::Task(_) => false,
        }
    }
}

impl From<ScanError> for DataFusionError {
    fn from(error: ScanError) -> Self {
        DataFusionError::External(Box::new(error))
    }
}
