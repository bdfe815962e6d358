//! Reading byte ranges of one listed file.
//!
//! In: a [`LakeFile`] of a listing. Out: its bytes. What always holds: the bytes are of the version that
//! was listed: a remote read sends `If-Match`, a local one goes through one open file that was checked.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore, coalesce_ranges};

use super::Store;
use crate::lake::error::LakeError;
use crate::lake::file::LakeFile;

/// Ranges of a remote file that are nearer than this are read as one: a request costs about as much time
/// as this many bytes.
const COALESCE: u64 = 512 * 1024;

/// A file of the lake, to be read in ranges from several tasks.
#[derive(Debug)]
pub struct LakeReader {
    store: Store,
    file: LakeFile,
    /// The open file of a local store, after its first use.
    open: OnceLock<Arc<File>>,
}

impl Store {
    /// A reader of a file that this store listed. Nothing is requested yet.
    pub fn reader(&self, file: &LakeFile) -> LakeReader {
        LakeReader {
            store: self.clone(),
            file: file.clone(),
            open: OnceLock::new(),
        }
    }
}

impl LakeReader {
    pub fn file(&self) -> &LakeFile {
        &self.file
    }

    /// Reads one range of bytes.
    ///
    /// # Errors
    /// [`LakeError::Replaced`] where the file is not the listed version any more; [`LakeError::Removed`];
    /// [`LakeError::BadFile`] where it is shorter than the range; the store's faults.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, LakeError> {
        let mut parts = self.read_ranges(&[range]).await?;
        Ok(parts.pop().unwrap_or_default())
    }

    /// Reads ranges of bytes, in the order in which they are given.
    ///
    /// # Errors
    /// As [`LakeReader::read`].
    pub async fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, LakeError> {
        if let Some(range) = ranges.iter().find(|r| r.end > self.file.size) {
            return Err(self.bad(format!(
                "bytes {}..{} of {} were asked for",
                range.start, range.end, self.file.size
            )));
        }
        if let Some(local) = &self.store.local {
            let file = self.open_file(local).await?;
            return self.read_open_file(file, ranges.to_vec()).await;
        }
        coalesce_ranges(ranges, |range| self.get(range), COALESCE)
            .await
            .map_err(|e| self.fault(&e))
    }

    async fn get(&self, range: Range<u64>) -> object_store::Result<Bytes> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: self.file.e_tag.clone(),
            ..GetOptions::default()
        };
        let store = self.store.inner();
        store
            .get_opts(&self.file.location, options)
            .await?
            .bytes()
            .await
    }

    async fn read_open_file(
        &self,
        file: Arc<File>,
        ranges: Vec<Range<u64>>,
    ) -> Result<Vec<Bytes>, LakeError> {
        self.store
            .counters
            .count_read(ranges.iter().map(|r| r.end - r.start).sum());
        let read = tokio::task::spawn_blocking(move || {
            ranges
                .into_iter()
                .map(|range| read_at(&file, range))
                .collect()
        });
        let parts: io::Result<Vec<Bytes>> = read.await.unwrap_or_else(|e| Err(io::Error::other(e)));
        parts.map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => self.bad("it is shorter than listed".to_owned()),
            _ => self.io(&e),
        })
    }

    /// Opens the file once, and checks that it is the listed one. A file that is renamed over it later
    /// does not change what is read.
    async fn open_file(&self, store: &LocalFileSystem) -> Result<Arc<File>, LakeError> {
        if let Some(file) = self.open.get() {
            return Ok(Arc::clone(file));
        }
        let options = GetOptions {
            if_match: self.file.e_tag.clone(),
            ..GetOptions::default()
        };
        let opened = store.get_opts(&self.file.location, options).await;
        match opened.map_err(|e| self.fault(&e))?.payload {
            GetResultPayload::File(file, _) => {
                Ok(Arc::clone(self.open.get_or_init(|| Arc::new(file))))
            }
            GetResultPayload::Stream(_) => Err(LakeError::Io {
                url: self.url(),
                detail: "the local store gave no file".to_owned(),
            }),
        }
    }

    fn url(&self) -> String {
        self.store.url_of(&self.file.location)
    }

    fn fault(&self, error: &object_store::Error) -> LakeError {
        self.store.object_error(&self.file.location, error)
    }

    fn io(&self, error: &io::Error) -> LakeError {
        LakeError::Io {
            url: self.url(),
            detail: error.to_string(),
        }
    }

    pub(crate) fn bad(&self, detail: String) -> LakeError {
        LakeError::BadFile {
            url: self.url(),
            detail,
        }
    }
}

fn read_at(file: &File, range: Range<u64>) -> io::Result<Bytes> {
    let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes.into())
}
