//! The pass itself: files are prepared ahead, row groups read side by side, rows given in order.
//!
//! In: a table and the gates of a pack. Out: [`Sift`], a stream of the rules' rows. What always holds:
//! rows come in path and file order; memory does not grow with the number of files or rows.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::Session;
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::{DataFusionError, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tokio::sync::mpsc;

use super::file::{GroupState, PackFile, prepare};
use super::group::Reading;
use super::output::Output;
use super::pack::{Counts, Gate, Pack};
use crate::lake::file::LakeFile;
use crate::lake::scan::queue::list;
use crate::lake::scan::report::Pruned;
use crate::lake::scan::{LakeTable, ScanError, ScanReport, ScanSummary};

/// Some rows that a rule's gate passes, with the rule's columns.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The place of the rule's gate.
    pub rule: usize,
    pub batch: RecordBatch,
}

/// A pass under way.
pub struct Sift {
    pack: Arc<Pack>,
    kept: BoxStream<'static, Result<Vec<Kept>, ScanError>>,
}

type Prepared = Option<(PackFile, Vec<GroupState>)>;

impl LakeTable {
    /// Begins one scan for all gates. Its bytes and times count in the table's report.
    ///
    /// # Errors
    /// DataFusion's, where a condition does not fit the table.
    pub async fn sift(&self, state: &dyn Session, gates: Vec<Gate>) -> Result<Sift> {
        let pack = Arc::new(Pack::new(self, state, gates, Arc::clone(&self.report))?);
        let files = list(&pack.spec).await.map_err(DataFusionError::from)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let ahead = pack.spec.options.row_groups_ahead.max(cores);
        let shared = Arc::clone(&pack);
        let kept = prepared(Arc::clone(&pack), files)
            .map_ok(|file| {
                let groups = file.map(|(file, groups)| {
                    let file = Arc::new(file);
                    groups
                        .into_iter()
                        .map(move |g| (Arc::clone(&file), g))
                        .collect::<Vec<_>>()
                });
                stream::iter(groups.unwrap_or_default().into_iter().map(Ok))
            })
            .try_flatten()
            .map(move |task| {
                let shared = Arc::clone(&shared);
                futures::future::ready(task.map(|(file, group)| read(shared, file, group)))
            })
            .buffered(ahead)
            .try_flatten()
            .boxed();
        Ok(Sift { pack, kept })
    }

    /// What one scan for all gates would read; reads footers and dictionaries, but no rows.
    ///
    /// # Errors
    /// Those of the lake.
    pub async fn sift_preview(&self, state: &dyn Session, gates: Vec<Gate>) -> Result<ScanSummary> {
        let report = Arc::new(ScanReport::default());
        let pack = Arc::new(Pack::new(self, state, gates, Arc::clone(&report))?);
        let files = list(&pack.spec).await.map_err(DataFusionError::from)?;
        let mut files = prepared(pack, files);
        while let Some(file) = files.next().await {
            file.map_err(DataFusionError::from)?;
        }
        Ok(report.summary())
    }
}

impl Sift {
    /// The next rows; None at the end.
    ///
    /// # Errors
    /// Faults of the lake.
    pub async fn next(&mut self) -> Result<Option<Vec<Kept>>, ScanError> {
        self.kept.next().await.transpose()
    }

    /// Ends a rule's part: no more of its rows are read.
    pub fn end(&self, rule: usize, why: String) {
        self.pack.end(rule, || why);
    }

    /// Why a rule's part ended before the end of the table; its rows are then not all there.
    pub fn ended(&self, rule: usize) -> Option<&str> {
        self.pack.rules.get(rule)?.ended.get().map(String::as_str)
    }

    pub fn counts(&self) -> &Arc<Counts> {
        &self.pack.counts
    }
}

fn prepared(
    pack: Arc<Pack>,
    files: Vec<LakeFile>,
) -> BoxStream<'static, Result<Prepared, ScanError>> {
    let ahead = pack.spec.options.files_ahead.max(1);
    stream::iter(files)
        .map(move |file| {
            let pack = Arc::clone(&pack);
            // Its own task: it goes on while row groups are decoded.
            SpawnedTask::spawn(async move {
                match prepare(&pack, file.clone()).await {
                    Err(error) if pack.spec.options.skip_bad_files && error.is_bad_file() => {
                        pack.spec.report.skipped(&file, &error);
                        Ok(None)
                    }
                    result => result,
                }
            })
        })
        .buffered(ahead)
        .map(|joined| joined.unwrap_or_else(|e| Err(ScanError::Task(e.to_string()))))
        .boxed()
}

/// Starts to read a row group in a task of its own, which waits where nobody takes its rows.
fn read(
    pack: Arc<Pack>,
    file: Arc<PackFile>,
    group: GroupState,
) -> BoxStream<'static, Result<Vec<Kept>, ScanError>> {
    let (sender, receiver) = mpsc::channel(1);
    let task = SpawnedTask::spawn(async move {
        let result = read_into(&pack, &file, group, &sender).await;
        if let Err(error) = result {
            if pack.spec.options.skip_bad_files && error.is_bad_file() {
                pack.spec.report.skipped(&file.open.file, &error);
            } else {
                // Where the receiver is gone, nobody asks any more.
                let _ = sender.send(Err(error)).await;
            }
        }
    });
    stream::unfold((receiver, Some(task)), |(mut receiver, task)| async move {
        if let Some(item) = receiver.recv().await {
            return Some((item, (receiver, task)));
        }
        // The task is done, or it has failed in a way of its own.
        match task?.join().await {
            Ok(()) => None,
            Err(e) => Some((Err(ScanError::Task(e.to_string())), (receiver, None))),
        }
    })
    .boxed()
}

async fn read_into(
    pack: &Pack,
    file: &PackFile,
    group: GroupState,
    sender: &mpsc::Sender<Result<Vec<Kept>, ScanError>>,
) -> Result<(), ScanError> {
    let mut reading = Reading::new(pack, file, group);
    let strands = reading.run().await?;
    let Some(mut output) = Output::open(pack, file, &mut reading, strands).await? else {
        pack.spec.report.group_pruned(Pruned::Rows);
        return Ok(());
    };
    while let Some(kept) = output.next(pack, file)? {
        if sender.send(Ok(kept)).await.is_err() {
            // Nobody wants more rows.
            break;
        }
    }
    Ok(())
}
