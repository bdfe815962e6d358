//! Why a result could not become a file.

use arrow::datatypes::DataType;

use crate::engine::temporary;

/// A result that could not be encoded or held.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A fault of the engine, not of the rule.
    #[error("the result has {found} columns where the query has {expected}")]
    ColumnCount { expected: usize, found: usize },
    /// A fault of the engine, not of the rule.
    #[error("the result's column {column} is {found} where {expected} was to come")]
    ColumnType {
        column: String,
        expected: DataType,
        found: DataType,
    },
    /// A decimal as `parse_version` gives it: most readers of Parquet have no type for it.
    #[error(
        "the result's column {0} has numbers of more than 20 digits before the point, which a result file does \
         not hold; write tostring({0}) in the rule"
    )]
    WideDecimal(String),
    #[error("the result cannot be encoded as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error("the result cannot be encoded as Parquet: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    #[error(
        "a large result is held in the folder for temporary files ({folder}), which failed: {source}; \
         make room there or set TMPDIR to another folder"
    )]
    Temporary {
        folder: String,
        source: std::io::Error,
    },
}

impl OutputError {
    /// The fault that the folder for temporary files has.
    pub(super) fn temporary(source: std::io::Error) -> Self {
        OutputError::Temporary {
            folder: temporary::folder(),
            source,
        }
    }
}
