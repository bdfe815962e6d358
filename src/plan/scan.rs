//! The parts of the operator `scan`.

use super::{Column, Expr, Relation};

/// Rows of a sequence that match steps, one after the other. Columns: the input's, the declared, and the
/// number of the match.
#[derive(Debug, Clone)]
pub struct Scan {
    pub input: Relation,
    /// Columns of the input; each of their values is a sequence of rows of its own.
    pub partition: Vec<String>,
    pub declared: Vec<Column>,
    /// The declared columns' values before anything is assigned: constants.
    pub start: Vec<Expr>,
    pub steps: Vec<ScanStep>,
}

/// A step. Its expressions stand over the input's columns and over [`Scan::state_column`]s.
#[derive(Debug, Clone)]
pub struct ScanStep {
    pub name: String,
    pub output: ScanOutput,
    pub condition: Expr,
    /// One for each declared column.
    pub values: Vec<Expr>,
}

/// Which rows of a step are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOutput {
    All,
    /// The last one of matches of the step that follow each other.
    Last,
    None,
}

impl Scan {
    /// The name, in a step's expressions, of a column of the row that matched a step last.
    pub fn state_column(step: &str, column: &str) -> String {
        format!("$scan.{step}.{column}")
    }
}

impl ScanOutput {
    /// As the query writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Last => "last",
            Self::None => "none",
        }
    }
}
