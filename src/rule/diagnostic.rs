//! Faults of a rule file, as opposed to those of its query.
//!
//! In: places in the file's text. Out: [`FileDiagnostic`] for what is wrong inside a file,
//! [`RuleError`] for what is wrong with getting at it.
//! What always holds: a [`FileSpan`] counts bytes of the decoded file text ([`super::FileText`]).

use std::path::PathBuf;

use crate::diagnostics::{Code, Severity};

/// A range of bytes in a rule file's text, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileSpan {
    pub start: usize,
    pub end: usize,
}

impl FileSpan {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// One fault or warning of a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    pub span: FileSpan,
    pub help: Option<String>,
}

impl FileDiagnostic {
    pub fn error(code: Code, span: FileSpan, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            help: None,
        }
    }

    pub fn warning(code: Code, span: FileSpan, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// Adds what the reader can do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why rule files could not be found or read.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("no rule file or folder at `{path}`: check the path")]
    Missing { path: String },
    #[error("`{path}` holds no rule file (*.yaml, *.yml, *.kql)")]
    EmptyFolder { path: String },
    #[error("the pattern `{pattern}` matches no file")]
    EmptyGlob { pattern: String },
    #[error("`{pattern}` is not a usable pattern: {reason}")]
    BadGlob { pattern: String, reason: String },
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
}
