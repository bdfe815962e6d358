//! Exit codes, and the failures that lead to them.

use std::process::ExitCode;

use crate::engine::EngineError;
use crate::hunt::ledger::LedgerError;
use crate::hunt::pack::HuntError;
use crate::lake::LakeError;

/// What the process answers to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// A rule or another input is at fault.
    Fault = 1,
    /// The arguments are; clap answers with this by itself.
    Usage = 2,
    /// A store or a file is.
    World = 3,
    /// Finished, but some rules failed or some files were skipped.
    Partial = 4,
    /// `--fail-on-hits`, and there are hits.
    Hits = 10,
    /// Ended by the user, as shells tell it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command stopped.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let exit = match error.is_world() {
            true => Exit::World,
            false => Exit::Fault,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<HuntError> for Failure {
    fn from(error: HuntError) -> Self {
        let exit = match error.is_world() {
            true => Exit::World,
            false => Exit::Fault,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = match &error {
            LedgerError::NotOurs { .. } => Exit::Usage,
            LedgerError::Store(_)
            | LedgerError::Damaged { .. }
            | LedgerError::Json(_)
            | LedgerError::Random => Exit::World,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        let exit = match &error {
            LakeError::BadUrl { .. } | LakeError::Setting { .. } => Exit::Usage,
            LakeError::Credentials { .. }
            | LakeError::MissingContainer { .. }
            | LakeError::MissingPrefix { .. }
            | LakeError::Network { .. }
            | LakeError::Replaced { .. }
            | LakeError::Removed { .. }
            | LakeError::ForeignFormat { .. }
            | LakeError::Ambiguous { .. }
            | LakeError::BadFile { .. }
            | LakeError::Io { .. } => Exit::World,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::World, error.to_string())
    }
}
