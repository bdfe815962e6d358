//! Why a result could not be shown.

use crate::hunt::output::OutputError;

/// A result that could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The reader of the output is gone or the disk is full. A closed pipe is
    /// [`std::io::ErrorKind::BrokenPipe`] and no fault of the run.
    #[error("the result cannot be written: {0}")]
    Write(#[from] std::io::Error),
    #[error("Parquet is not for a terminal: send the output to a file or choose another format")]
    ParquetOnTerminal,
    #[error(transparent)]
    Result(#[from] OutputError),
}

impl ReportError {
    /// Whether the reader closed the pipe, as `head` does.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, ReportError::Write(e) if e.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl From<csv::Error> for ReportError {
    fn from(error: csv::Error) -> Self {
        ReportError::Write(std::io::Error::from(error))
    }
}
