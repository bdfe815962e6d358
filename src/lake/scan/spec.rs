//! One scan as planned: settings, columns, filters. Fixed before the first byte is read.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use super::conjunct::Conjunct;
use super::leaders::Leading;
use super::{FileSource, FooterCache, ScanReport};
use crate::lake::file::TimeRange;
use crate::symbols::Column;

/// Settings of a table's scans.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Rows of a batch, at most.
    pub batch_rows: usize,
    /// Files whose footers and dictionaries are fetched ahead. More hides the latency of remote stores.
    pub files_ahead: usize,
    /// Row groups read at a time by each stream.
    pub row_groups_ahead: usize,
    /// Streams; None takes DataFusion's `target_partitions`.
    pub partitions: Option<usize>,
    /// One stream that gives files in path order and rows in file order; row groups are still read
    /// side by side. A plan above it keeps the order only with `target_partitions` 1.
    pub sequential: bool,
    /// Pass over files that are cut short or not Parquet, and list them in the report.
    pub skip_bad_files: bool,
    /// Gaps up to this many bytes are read along rather than split into two requests.
    pub coalesce_bytes: u64,
}

impl ScanOptions {
    /// For files on this machine.
    pub fn local() -> Self {
        Self {
            batch_rows: 8192,
            files_ahead: 4,
            row_groups_ahead: 1,
            partitions: None,
            sequential: false,
            skip_bad_files: false,
            coalesce_bytes: 64 << 10,
        }
    }

    /// For a store behind a network: more in flight, wider gaps.
    pub fn remote() -> Self {
        Self {
            files_ahead: 32,
            row_groups_ahead: 4,
            coalesce_bytes: 512 << 10,
            ..Self::local()
        }
    }
}

/// All that the streams of one scan share and never change.
#[derive(Debug, Clone)]
pub(super) struct ScanSpec {
    pub table: Arc<str>,
    pub source: Arc<dyn FileSource>,
    pub footers: Arc<FooterCache>,
    pub report: Arc<ScanReport>,
    pub options: ScanOptions,
    /// The table's columns in KQL's types.
    pub columns: Arc<[Column]>,
    /// The output: positions in `columns`.
    pub projection: Vec<usize>,
    pub output: SchemaRef,
    /// All must hold, cheapest first.
    pub conjuncts: Vec<Conjunct>,
    /// The time that the conjuncts leave open.
    pub window: TimeRange,
    pub limit: Option<usize>,
    /// Only the best row of each group is wanted.
    pub leading: Option<Leading>,
}

impl ScanSpec {
    /// The same scan, counted elsewhere.
    pub fn with_report(&self, report: Arc<ScanReport>) -> Self {
        Self {
            report,
            ..self.clone()
        }
    }

    /// Whether the last files come first: there the greatest times are to be expected.
    pub fn last_first(&self) -> bool {
        self.leading
            .as_ref()
            .is_some_and(|leading| leading.greatest)
    }

    /// Every column that output or filters need, ascending.
    pub fn needed(&self) -> Vec<usize> {
        let mut needed = self.projection.clone();
        needed.extend(
            self.conjuncts
                .iter()
                .flat_map(|c| c.columns.iter().copied()),
        );
        needed.sort_unstable();
        needed.dedup();
        needed
    }
}
