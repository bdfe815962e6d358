//! What a scan read and what it ruled out: counters shared by its streams, and their sum.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ScanError;
use crate::lake::file::LakeFile;

/// The steps of a scan that cost bytes or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Listing,
    Footers,
    Dictionaries,
    /// Index pages of dictionary columns.
    Ids,
    /// Columns of the filters that remain, and of the output.
    Decode,
}

/// How a row group was ruled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pruned {
    Statistics,
    Dictionary,
    /// Read, but no row passed.
    Rows,
}

#[derive(Debug, Default)]
struct PhaseCounters {
    bytes: AtomicU64,
    requests: AtomicU64,
    nanos: AtomicU64,
}

#[derive(Debug, Default)]
struct Names {
    missing_columns: BTreeMap<String, u64>,
    null_columns: BTreeMap<String, u64>,
    conversion_failures: BTreeMap<String, u64>,
    skipped: Vec<(String, String)>,
    inputs: Vec<InputFile>,
}

/// The counters of one table's scans. Shared by all streams; every count only grows.
#[derive(Debug, Default)]
pub struct ScanReport {
    phases: [PhaseCounters; 5],
    files_listed: AtomicU64,
    files_pruned_by_path: AtomicU64,
    files_pruned_by_statistics: AtomicU64,
    files_pruned_by_dictionary: AtomicU64,
    bytes_listed: AtomicU64,
    groups: AtomicU64,
    groups_pruned: [AtomicU64; 3],
    rows: AtomicU64,
    rows_read: AtomicU64,
    rows_out: AtomicU64,
    bytes_to_read: AtomicU64,
    names: Mutex<Names>,
}

/// A file that a scan opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct InputFile {
    pub location: String,
    pub size: u64,
    pub e_tag: Option<String>,
}

/// Bytes and requests to the store, and time summed over all streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PhaseSummary {
    pub bytes: u64,
    pub requests: u64,
    pub nanos: u64,
}

/// A [`ScanReport`] at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScanSummary {
    pub listing: PhaseSummary,
    pub footers: PhaseSummary,
    pub dictionaries: PhaseSummary,
    pub ids: PhaseSummary,
    pub decode: PhaseSummary,
    pub files_listed: u64,
    pub bytes_listed: u64,
    pub files_pruned_by_path: u64,
    pub files_pruned_by_statistics: u64,
    pub files_pruned_by_dictionary: u64,
    pub row_groups: u64,
    pub row_groups_pruned_by_statistics: u64,
    pub row_groups_pruned_by_dictionary: u64,
    pub row_groups_without_rows: u64,
    /// Rows of all files that were opened.
    pub rows: u64,
    /// Rows of the row groups that were not ruled out.
    pub rows_read: u64,
    pub rows_out: u64,
    /// Compressed bytes of the needed columns in the row groups that were not ruled out.
    pub bytes_to_read: u64,
    /// Columns that files lack, and in how many files.
    pub missing_columns: BTreeMap<String, u64>,
    /// Needed columns that are null throughout, by their statistics, in every file that was opened.
    pub null_columns: BTreeSet<String>,
    /// Values that could not be brought to the column's type and read as null.
    pub conversion_failures: BTreeMap<String, u64>,
    /// Files passed over, and why.
    pub skipped_files: Vec<(String, String)>,
    pub inputs: Vec<InputFile>,
}

impl ScanSummary {
    /// Files that nothing rules out.
    pub fn files_to_read(&self) -> u64 {
        let pruned = self.files_pruned_by_statistics + self.files_pruned_by_dictionary;
        self.files_listed
            .saturating_sub(pruned + self.skipped_files.len() as u64)
    }
}

impl ScanReport {
    pub(super) fn read(&self, phase: Phase, bytes: u64, requests: u64) {
        let counters = &self.phases[phase as usize];
        counters.bytes.fetch_add(bytes, Relaxed);
        counters.requests.fetch_add(requests, Relaxed);
    }

    pub(super) fn spent(&self, phase: Phase, since: Instant) {
        let nanos = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.phases[phase as usize].nanos.fetch_add(nanos, Relaxed);
    }

    pub(super) fn listed(&self, files: &[LakeFile], pruned_by_path: u64) {
        self.files_listed.fetch_add(files.len() as u64, Relaxed);
        self.files_pruned_by_path.fetch_add(pruned_by_path, Relaxed);
        self.bytes_listed
            .fetch_add(files.iter().map(|f| f.size).sum(), Relaxed);
    }

    pub(super) fn opened(&self, file: &LakeFile, groups: u64, rows: u64) {
        self.groups.fetch_add(groups, Relaxed);
        self.rows.fetch_add(rows, Relaxed);
        self.with_names(|names| {
            names.inputs.push(InputFile {
                location: file.location.to_string(),
                size: file.size,
                e_tag: file.e_tag.clone(),
            });
        });
    }

    pub(super) fn group_pruned(&self, how: Pruned) {
        self.groups_pruned[how as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn file_pruned(&self, how: Pruned) {
        match how {
            Pruned::Statistics => self.files_pruned_by_statistics.fetch_add(1, Relaxed),
            Pruned::Dictionary => self.files_pruned_by_dictionary.fetch_add(1, Relaxed),
            Pruned::Rows => 0,
        };
    }

    pub(super) fn group_kept(&self, rows: u64, bytes: u64) {
        self.rows_read.fetch_add(rows, Relaxed);
        self.bytes_to_read.fetch_add(bytes, Relaxed);
    }

    pub(super) fn rows_out(&self, rows: u64) {
        self.rows_out.fetch_add(rows, Relaxed);
    }

    pub(super) fn missing_column(&self, name: &str) {
        self.with_names(|names| *names.missing_columns.entry(name.to_owned()).or_default() += 1);
    }

    pub(super) fn null_column(&self, name: &str) {
        self.with_names(|names| *names.null_columns.entry(name.to_owned()).or_default() += 1);
    }

    pub(super) fn conversion_failures(&self, name: &str, count: u64) {
        self.with_names(|names| {
            *names
                .conversion_failures
                .entry(name.to_owned())
                .or_default() += count;
        });
    }

    pub(super) fn skipped(&self, file: &LakeFile, error: &ScanError) {
        self.with_names(|names| {
            names
                .skipped
                .push((file.location.to_string(), error.to_string()))
        });
    }

    fn with_names<T>(&self, f: impl FnOnce(&mut Names) -> T) -> T {
        // A panic elsewhere cannot leave these maps half-written in a way that matters.
        f(&mut self
            .names
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The counters now.
    pub fn summary(&self) -> ScanSummary {
        let get = |counter: &AtomicU64| counter.load(Relaxed);
        let phase = |phase: Phase| {
            let counters = &self.phases[phase as usize];
            PhaseSummary {
                bytes: get(&counters.bytes),
                requests: get(&counters.requests),
                nanos: get(&counters.nanos),
            }
        };
        self.with_names(|names| {
            let mut inputs = names.inputs.clone();
            inputs.sort_by(|a, b| a.location.cmp(&b.location));
            let mut skipped_files = names.skipped.clone();
            skipped_files.sort();
            let opened = inputs.len() as u64;
            ScanSummary {
                listing: phase(Phase::Listing),
                footers: phase(Phase::Footers),
                dictionaries: phase(Phase::Dictionaries),
                ids: phase(Phase::Ids),
                decode: phase(Phase::Decode),
                files_listed: get(&self.files_listed),
                bytes_listed: get(&self.bytes_listed),
                files_pruned_by_path: get(&self.files_pruned_by_path),
                files_pruned_by_statistics: get(&self.files_pruned_by_statistics),
                files_pruned_by_dictionary: get(&self.files_pruned_by_dictionary),
                row_groups: get(&self.groups),
                row_groups_pruned_by_statistics: get(&self.groups_pruned[0]),
                row_groups_pruned_by_dictionary: get(&self.groups_pruned[1]),
                row_groups_without_rows: get(&self.groups_pruned[2]),
                rows: get(&self.rows),
                rows_read: get(&self.rows_read),
                rows_out: get(&self.rows_out),
                bytes_to_read: get(&self.bytes_to_read),
                missing_columns: names.missing_columns.clone(),
                null_columns: names
                    .null_columns
                    .iter()
                    .filter(|(_, files)| **files == opened)
                    .map(|(name, _)| name.clone())
                    .collect(),
                conversion_failures: names.conversion_failures.clone(),
                skipped_files,
                inputs,
            }
        })
    }
}

impl ScanSummary {
    /// Bytes fetched from the store in all phases.
    pub fn bytes(&self) -> u64 {
        self.phases().iter().map(|(_, p)| p.bytes).sum()
    }

    /// Requests to the store in all phases, listing included.
    pub fn requests(&self) -> u64 {
        self.phases().iter().map(|(_, p)| p.requests).sum()
    }

    /// The phases by name, in their order.
    pub fn phases(&self) -> [(&'static str, PhaseSummary); 5] {
        [
            ("listing", self.listing),
            ("footers", self.footers),
            ("dictionaries", self.dictionaries),
            ("ids", self.ids),
            ("decode", self.decode),
        ]
    }
}

impl PhaseSummary {
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.nanos)
    }
}
