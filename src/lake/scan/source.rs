//! Where a table's files come from: the contract between the lake's layouts and its scan.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use object_store::{ObjectStore, path::Path};

use super::ScanError;
use crate::lake::file::{LakeFile, TimeRange};

/// The files of one table.
#[async_trait]
pub trait FileSource: Debug + Send + Sync {
    /// The files that may hold an event of `window`, in any order. The implementor applies the
    /// slack between a path's time and the events' own.
    async fn list(&self, window: TimeRange) -> Result<Vec<LakeFile>, ScanError>;

    /// The store that holds them.
    fn store(&self) -> Arc<dyn ObjectStore>;

    /// The path on this machine of a file of the store, where it has one. It is then read in place,
    /// without the store's copy through a thread pool.
    fn local_path(&self, _location: &Path) -> Option<PathBuf> {
        None
    }

    /// Files found by the last listing and ruled out by their path alone, for the report.
    fn pruned_by_path(&self) -> u64 {
        0
    }
}
