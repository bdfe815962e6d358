//! What keeps a rule of a pack from its result.

use std::time::Duration;

use crate::engine::EngineError;
use crate::hunt::ledger::LedgerError;
use crate::hunt::output::OutputError;
use crate::lake::LakeError;

/// Why a window, a rule or a whole hunt failed.
#[derive(Debug, thiserror::Error)]
pub enum HuntError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A table that could not be listed; the fault is shared by all rules that read it.
    #[error("{message}")]
    Listing { message: String, world: bool },
    #[error(
        "the rule took longer than the {0:?} that --timeout allows; what was done until then is kept"
    )]
    Timeout(Duration),
    #[error("the rule brought down its task")]
    Panic,
    #[error("another run of the hunt kept writing the same window; run again when it has ended")]
    Contended,
}

impl HuntError {
    /// Whether the fault is the world's (a store, a file, a disk) and not the rule's.
    pub fn is_world(&self) -> bool {
        match self {
            HuntError::Engine(error) => error.is_world(),
            HuntError::Output(error) => match error {
                OutputError::Temporary { .. } => true,
                OutputError::ColumnCount { .. }
                | OutputError::ColumnType { .. }
                | OutputError::WideDecimal(_)
                | OutputError::Parquet(_)
                | OutputError::Arrow(_) => false,
            },
            HuntError::Listing { world, .. } => *world,
            HuntError::Ledger(_) | HuntError::Lake(_) | HuntError::Contended => true,
            HuntError::Timeout(_) | HuntError::Panic => false,
        }
    }
}
