//! A pack of rules over one scan of each table.
//!
//! In: compiled queries, and for each the instants that `now()` will mean. Out: for each a [`Residue`]: those
//! rows of its tables that can count for it, over which its own SQL then runs unchanged, once a window
//! ([`Engine::plan_over`]); or why it must run alone over the lake.
//!
//! A rule's *gate* is what DataFusion itself pushes into the scans of the rule's plan: for each mention of a
//! table a set of conditions over the columns of one row. What always holds: a row that is left out passes the
//! conditions of no mention, and a column that is left out is read by none, so the plan over the residue gives
//! what it gives over the table. Conditions that hold the time of running are no part of a gate: each window
//! has its own.

mod explain;
mod lean;
mod pass;
mod plan;
mod residue;
mod slot;
mod spool;
mod terms;
#[cfg(test)]
mod tests;

pub use explain::{Explained, GateText, RuleGates};
pub use pass::{Pass, Sifted};
pub use residue::{Residue, TableRows};

pub(super) use lean::session as lean;

use super::{Engine, EngineError};
use crate::compile::CompiledQuery;

/// A rule for the pass.
#[derive(Debug, Clone, Copy)]
pub struct SieveRequest<'a> {
    pub query: &'a CompiledQuery,
    /// The first and the last instant that `now()` will mean, in ticks. The times between them are covered;
    /// where a rule's time bounds do not move along with `now()`, a window that is not runs alone.
    pub first: i64,
    pub last: i64,
}

/// Limits of a pass.
#[derive(Debug, Clone, Copy)]
pub struct SieveOptions {
    /// Bytes of rows that are held in memory, of all rules together; what is more goes to a temporary file.
    pub memory: usize,
    /// Bytes of rows of one rule. A rule with more runs alone.
    pub residue: usize,
}

impl Default for SieveOptions {
    fn default() -> Self {
        Self {
            memory: 128 << 20,
            residue: 1 << 30,
        }
    }
}

/// Reads each table once for all rules that have a gate on it.
///
/// # Errors
/// [`EngineError::Temporary`] where rows cannot be put aside. A fault of the lake is no error here: the rules
/// that it concerns are to run alone, and then each says so itself.
pub async fn sift(
    engine: &Engine,
    requests: &[SieveRequest<'_>],
    options: SieveOptions,
) -> Result<Sifted, EngineError> {
    pass::sift(engine, requests, options).await
}

/// What the pass would do, found without reading rows.
///
/// # Errors
/// Those of the lake.
pub async fn explain(
    engine: &Engine,
    requests: &[SieveRequest<'_>],
) -> Result<Explained, EngineError> {
    explain::explain(engine, requests).await
}
