//! The work of one scan, shared by its streams: files are prepared ahead, row groups handed out.
//!
//! What always holds: each row group is handed out once, in path and file order, or the other way round where
//! the last rows are wanted, since times grow along paths; no more files are prepared than the options say, so
//! that memory does not grow with the number of files.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use datafusion::common::runtime::SpawnedTask;
use futures::stream::{BoxStream, StreamExt};
use tokio::sync::Mutex;

use super::ScanError;
use super::leaders::Leaders;
use super::prepare::{GroupPlan, PreparedFile, prepare};
use super::report::Phase;
use super::spec::ScanSpec;
use crate::lake::file::LakeFile;

/// What is left to do, and how many rows are still wanted.
pub(super) struct WorkQueue {
    spec: Arc<ScanSpec>,
    state: Mutex<State>,
    wanted: AtomicUsize,
    /// The best row of each group so far, where that is all that is wanted.
    pub leaders: Leaders,
}

enum State {
    Unlisted,
    Running {
        files: BoxStream<'static, Result<Option<PreparedFile>, ScanError>>,
        groups: VecDeque<GroupTask>,
    },
}

/// One row group to read.
pub(super) struct GroupTask {
    pub file: Arc<PreparedFile>,
    pub plan: GroupPlan,
}

impl std::fmt::Debug for WorkQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkQueue").finish_non_exhaustive()
    }
}

impl WorkQueue {
    pub fn new(spec: Arc<ScanSpec>) -> Self {
        let wanted = AtomicUsize::new(spec.limit.unwrap_or(usize::MAX));
        Self {
            spec,
            state: Mutex::new(State::Unlisted),
            wanted,
            leaders: Leaders::default(),
        }
    }

    /// The next row group; None when there are no more or no more rows are wanted.
    pub async fn next(&self) -> Result<Option<GroupTask>, ScanError> {
        let mut state = self.state.lock().await;
        if let State::Unlisted = *state {
            let files = list(&self.spec).await?;
            *state = State::Running {
                files: prepared(Arc::clone(&self.spec), files),
                groups: VecDeque::new(),
            };
        }
        let State::Running { files, groups } = &mut *state else {
            return Ok(None);
        };
        loop {
            if self.wanted.load(Relaxed) == 0 {
                return Ok(None);
            }
            if let Some(task) = groups.pop_front() {
                return Ok(Some(task));
            }
            match files.next().await.transpose()? {
                None => return Ok(None),
                Some(None) => {}
                Some(Some(file)) => {
                    let file = Arc::new(file);
                    let plans = file.groups.iter().cloned();
                    groups.extend(plans.map(|plan| GroupTask {
                        file: Arc::clone(&file),
                        plan,
                    }));
                    if self.spec.last_first() {
                        groups.make_contiguous().reverse();
                    }
                }
            }
        }
    }

    /// How many of `rows` more are wanted; they count as given out.
    pub fn take(&self, rows: usize) -> usize {
        let before = self
            .wanted
            .fetch_update(Relaxed, Relaxed, |wanted| Some(wanted.saturating_sub(rows)));
        before.map_or(0, |wanted| wanted.min(rows))
    }
}

/// Prepares every file, and reads nothing more.
pub(super) async fn prepare_all(spec: Arc<ScanSpec>) -> Result<(), ScanError> {
    let files = list(&spec).await?;
    let mut files = prepared(spec, files);
    while let Some(file) = files.next().await {
        file?;
    }
    Ok(())
}

/// The files of the scan's window, in the order in which they are read.
pub(super) async fn list(spec: &ScanSpec) -> Result<Vec<LakeFile>, ScanError> {
    let started = Instant::now();
    let mut files = spec.source.list(spec.window).await?;
    files.sort_by(|a, b| a.location.cmp(&b.location));
    if spec.last_first() {
        files.reverse();
    }
    spec.report.listed(&files, spec.source.pruned_by_path());
    spec.report.spent(Phase::Listing, started);
    Ok(files)
}

fn prepared(
    spec: Arc<ScanSpec>,
    files: Vec<LakeFile>,
) -> BoxStream<'static, Result<Option<PreparedFile>, ScanError>> {
    let ahead = spec.options.files_ahead.max(1);
    futures::stream::iter(files)
        .map(move |file| {
            let spec = Arc::clone(&spec);
            // Its own task: it goes on while the streams decode.
            SpawnedTask::spawn(async move {
                match prepare(&spec, file.clone()).await {
                    Err(error) if spec.options.skip_bad_files && error.is_bad_file() => {
                        spec.report.skipped(&file, &error);
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
