//! The tables of one query as DataFusion sees them, and what was learnt from listing and scanning them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::NaiveDate;
use object_store::ObjectStore;
use object_store::path::Path;

use crate::lake::scan::{
    FileSource, FooterCache, LakeTable, ScanError, ScanOptions, ScanReport, ScanSummary,
};
use crate::lake::store::IoCounts;
use crate::lake::{LakeFile, Listing, StoreKind, TableLocation, TimeRange};
use crate::symbols::TableSchema;

/// How tables are read.
#[derive(Debug, Clone)]
pub struct TableAccess {
    /// Ticks by which a file's path time and its events' time may differ.
    pub path_slack: i64,
    pub skip_bad_files: bool,
}

/// One table that a query reads.
#[derive(Debug)]
pub struct OpenTable {
    pub name: String,
    pub provider: Arc<LakeTable>,
    source: Arc<LocatedFiles>,
    io_before: IoCounts,
}

/// What reading a table took and showed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TableReport {
    pub table: String,
    pub url: String,
    pub scan: ScanSummary,
    /// Days of the window for which no file is there; empty where paths tell no days.
    pub days_without_files: Vec<NaiveDate>,
    /// Whether every file's path tells its day.
    pub days_known: bool,
    pub requests: u64,
    pub bytes_read: u64,
}

/// A table's files, listed for the window that the scan asks for.
#[derive(Debug)]
struct LocatedFiles {
    location: TableLocation,
    slack: i64,
    last: Mutex<Listing>,
}

#[async_trait]
impl FileSource for LocatedFiles {
    async fn list(&self, window: TimeRange) -> Result<Vec<LakeFile>, ScanError> {
        let mut listing = self
            .location
            .list(window, self.slack)
            .await
            .map_err(|e| ScanError::List(e.to_string()))?;
        let files = std::mem::take(&mut listing.files);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = listing;
        Ok(files)
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(self.location.store.inner())
    }

    fn local_path(&self, location: &Path) -> Option<PathBuf> {
        self.location.store.local_path(location)
    }

    fn pruned_by_path(&self) -> u64 {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.files_outside_window as u64
    }
}

/// The counters of one table's scans, to look at while they run.
#[derive(Debug, Clone)]
pub struct Counters(Arc<ScanReport>);

impl Counters {
    pub fn summary(&self) -> ScanSummary {
        self.0.summary()
    }
}

impl OpenTable {
    /// The counters of its scans.
    pub fn counters(&self) -> Counters {
        Counters(Arc::clone(self.provider.report()))
    }

    /// Opens a table of the lake for one query.
    pub fn new(
        location: TableLocation,
        schema: TableSchema,
        access: &TableAccess,
        sequential: bool,
        footers: &Arc<FooterCache>,
    ) -> Self {
        let remote = location.store.kind() != StoreKind::Local;
        let options = ScanOptions {
            sequential,
            skip_bad_files: access.skip_bad_files,
            ..match remote {
                true => ScanOptions::remote(),
                false => ScanOptions::local(),
            }
        };
        let time = crate::lake::schema::event_time_column(&schema).map(|c| c.name.clone());
        let io_before = location.store.counters().snapshot();
        let source = Arc::new(LocatedFiles {
            location,
            slack: access.path_slack,
            last: Mutex::default(),
        });
        let name = schema.name.clone();
        let files: Arc<dyn FileSource> = Arc::clone(&source) as Arc<dyn FileSource>;
        Self {
            name,
            provider: Arc::new(
                LakeTable::new(files, schema, time, options).with_footers(Arc::clone(footers)),
            ),
            source,
            io_before,
        }
    }

    /// What has been read of it so far.
    pub fn report(&self) -> TableReport {
        let io = self
            .source
            .location
            .store
            .counters()
            .snapshot()
            .since(&self.io_before);
        let last = self
            .source
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let scan = self.provider.report().summary();
        let phases = [
            &scan.listing,
            &scan.footers,
            &scan.dictionaries,
            &scan.ids,
            &scan.decode,
        ];
        // Files on this machine are read in place, past the store and its counters.
        let requests = io.requests().max(phases.iter().map(|p| p.requests).sum());
        let bytes_read = phases.iter().map(|p| p.bytes).sum();
        TableReport {
            table: self.name.clone(),
            url: self.source.location.url(),
            days_without_files: last.days_without_files.clone(),
            days_known: last.days_known,
            requests,
            bytes_read,
            scan,
        }
    }
}
