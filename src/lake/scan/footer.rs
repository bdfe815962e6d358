//! Reads a file's footer, in one request where its length can be guessed, and remembers it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use object_store::path::Path;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::ScanError;
use super::chunk::OpenFile;
use super::report::Phase;

/// Footers of files seen in this process, by place and mark, up to a sum of bytes.
#[derive(Debug)]
pub struct FooterCache {
    capacity: usize,
    /// The longest tail that a file needed so far: what the next file is asked for.
    tail: AtomicU64,
    inner: Mutex<Entries>,
}

type Key = (Path, Option<String>, u64);

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<Key, Arc<ParquetMetaData>>,
    /// Oldest first; the oldest goes when room is needed.
    order: VecDeque<Key>,
    bytes: usize,
}

const FIRST_TAIL: u64 = 64 << 10;
const LONGEST_GUESS: u64 = 1 << 20;
/// The file's length field and magic number.
const SHORTEST_FILE: u64 = 12;

impl FooterCache {
    /// A cache of at most `capacity` bytes of decoded footers.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            tail: AtomicU64::new(FIRST_TAIL),
            inner: Mutex::default(),
        }
    }

    pub(super) async fn get(&self, open: &OpenFile) -> Result<Arc<ParquetMetaData>, ScanError> {
        let key = (
            open.file.location.clone(),
            open.file.e_tag.clone(),
            open.file.size,
        );
        if let Some(found) = self.entries().by_key.get(&key) {
            return Ok(Arc::clone(found));
        }
        let metadata = Arc::new(self.read(open).await?);
        self.insert(key, &metadata);
        Ok(metadata)
    }

    async fn read(&self, open: &OpenFile) -> Result<ParquetMetaData, ScanError> {
        let size = open.file.size;
        if size < SHORTEST_FILE {
            return Err(open.bad(format!("{size} bytes are too few")));
        }
        let mut tail = self.tail.load(Relaxed).min(size);
        loop {
            let last = size - tail..size;
            let bytes = open
                .fetch(std::slice::from_ref(&last), Phase::Footers)
                .await?
                .remove(0);
            let started = std::time::Instant::now();
            let mut reader =
                ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Skip);
            let parsed = reader
                .try_parse_sized(&bytes, size)
                .and_then(|()| reader.finish());
            open.spent(Phase::Footers, started);
            match parsed {
                Ok(metadata) if chunks_lie_within(&metadata, size) => return Ok(metadata),
                Ok(_) => return Err(open.bad("a column lies outside the file")),
                Err(ParquetError::NeedMoreData(needed))
                    if needed as u64 > tail && needed as u64 <= size =>
                {
                    tail = needed as u64;
                    // A little more than this file's: its siblings' footers differ by some bytes.
                    self.tail
                        .fetch_max((tail + tail / 8).min(LONGEST_GUESS), Relaxed);
                }
                Err(error) => return Err(open.bad(error)),
            }
        }
    }

    fn insert(&self, key: Key, metadata: &Arc<ParquetMetaData>) {
        let size = metadata.memory_size();
        if size > self.capacity {
            return;
        }
        let mut entries = self.entries();
        while entries.bytes + size > self.capacity {
            let Some(oldest) = entries.order.pop_front() else {
                break;
            };
            if let Some(removed) = entries.by_key.remove(&oldest) {
                entries.bytes -= removed.memory_size();
            }
        }
        if entries
            .by_key
            .insert(key.clone(), Arc::clone(metadata))
            .is_none()
        {
            entries.order.push_back(key);
            entries.bytes += size;
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FooterCache {
    fn default() -> Self {
        Self::new(16 << 20)
    }
}

/// Whether every column chunk has its bytes in a file of `size`. The crate panics on a negative offset.
fn chunks_lie_within(metadata: &ParquetMetaData, size: u64) -> bool {
    metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns())
        .all(|chunk| {
            let start = chunk
                .dictionary_page_offset()
                .unwrap_or(chunk.data_page_offset());
            let end = start.checked_add(chunk.compressed_size());
            start >= 0
                && chunk.data_page_offset() >= 0
                && chunk.compressed_size() >= 0
                && end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= size))
        })
}
