//! The scan of one table: which bytes of which files are read for a filter, and how they become rows.
//!
//! In: a [`FileSource`] (what files there are), the table's KQL schema, the filters that DataFusion
//! pushes down. Out: record batches in KQL's Arrow types, and a [`ScanReport`] of what was read and
//! what was ruled out. The way of a file: footer → statistics → dictionary pages → index pages →
//! the columns of the remaining filters → the output columns of the rows that passed.
//! What always holds: a pushed filter is applied in full here (`Exact`); a row group, page or row is
//! left out only when some filter is proven false or null for it, or, where one row of each group is
//! wanted, when another row of its group comes before it; a null never passes a filter.

mod adapt;
mod batches;
mod bounds;
mod chunk;
mod conjunct;
mod convert;
mod dictionary;
mod error;
pub mod estimate;
mod exec;
mod filter;
mod footer;
mod gates;
mod hybrid;
mod ids;
mod json;
mod lead;
mod leaders;
mod pageindex;
mod pages;
mod prepare;
mod provider;
mod queue;
mod report;
mod rowgroup;
mod rows;
mod sift;
mod source;
mod spec;
mod statistics;
#[cfg(test)]
mod tests;

pub use error::ScanError;
pub use exec::LakeScan;
pub use filter::{RowFilter, Times, takes_filters, times};
pub use footer::FooterCache;
pub use gates::{Condition, Counts, Gate, Kept, Sift, Strand};
pub use provider::LakeTable;
pub use report::{InputFile, Phase, PhaseSummary, Pruned, ScanReport, ScanSummary};
pub use source::FileSource;
pub use spec::ScanOptions;
