//! Bytes of one file, read in place on this machine or fetched from its store.
//!
//! What always holds: all bytes of a file come from the version that the listing named. A local file
//! is opened once and compared with its mark; a remote request carries the mark as `If-Match`.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, UNIX_EPOCH};

use bytes::Bytes;
use object_store::{GetOptions, GetRange, ObjectStore, coalesce_ranges};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::report::{Phase, ScanReport};
use super::{FileSource, ScanError};
use crate::lake::file::LakeFile;

/// A file whose bytes can be asked for.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    pub file: Arc<LakeFile>,
    store: Store,
    coalesce_bytes: u64,
    report: Arc<ScanReport>,
}

#[derive(Debug, Clone)]
enum Store {
    Local(Arc<LocalFile>),
    Remote(Arc<dyn ObjectStore>),
}

/// A file that was open when it was compared with its mark.
#[derive(Debug)]
struct LocalFile {
    file: File,
    /// The first fault of reading on behalf of Parquet's decoder, which makes a text of it.
    fault: OnceLock<(std::io::ErrorKind, String)>,
}

impl OpenFile {
    pub fn open(
        source: &dyn FileSource,
        file: Arc<LakeFile>,
        coalesce_bytes: u64,
        report: Arc<ScanReport>,
    ) -> Result<Self, ScanError> {
        let store = match source.local_path(&file.location) {
            Some(path) => {
                let io = |source| ScanError::Io {
                    location: file.location.clone(),
                    source,
                };
                let open = File::open(path).map_err(io)?;
                let metadata = open.metadata().map_err(io)?;
                let same_mark = file
                    .e_tag
                    .as_ref()
                    .is_none_or(|mark| *mark == local_mark(&metadata));
                if metadata.len() != file.size || !same_mark {
                    return Err(ScanError::Changed {
                        location: file.location.clone(),
                    });
                }
                Store::Local(Arc::new(LocalFile {
                    file: open,
                    fault: OnceLock::new(),
                }))
            }
            None => Store::Remote(source.store()),
        };
        Ok(Self {
            file,
            store,
            coalesce_bytes,
            report,
        })
    }

    /// The bytes of each range, in the order of `ranges`.
    pub async fn fetch(
        &self,
        ranges: &[Range<u64>],
        phase: Phase,
    ) -> Result<Vec<Bytes>, ScanError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(range) = ranges
            .iter()
            .find(|r| r.start > r.end || r.end > self.file.size)
        {
            return Err(self.bad(format!(
                "bytes {range:?} lie outside its {} bytes",
                self.file.size
            )));
        }
        let started = Instant::now();
        let fetched = match &self.store {
            Store::Local(local) => ranges
                .iter()
                .map(|range| {
                    self.report.read(phase, range.end - range.start, 1);
                    let mut bytes = vec![0; (range.end - range.start) as usize];
                    local
                        .file
                        .read_exact_at(&mut bytes, range.start)
                        .map_err(|source| self.io(source))?;
                    Ok(Bytes::from(bytes))
                })
                .collect(),
            Store::Remote(store) => {
                coalesce_ranges(
                    ranges,
                    |range| self.get(store, range, phase),
                    self.coalesce_bytes,
                )
                .await
            }
        };
        self.report.spent(phase, started);
        fetched
    }

    async fn get(
        &self,
        store: &Arc<dyn ObjectStore>,
        range: Range<u64>,
        phase: Phase,
    ) -> Result<Bytes, ScanError> {
        let location = &self.file.location;
        let length = range.end - range.start;
        self.report.read(phase, length, 1);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: self.file.e_tag.clone(),
            ..GetOptions::default()
        };
        let failed = |source| match source {
            object_store::Error::Precondition { .. } => ScanError::Changed {
                location: location.clone(),
            },
            source => ScanError::Store {
                location: location.clone(),
                source,
            },
        };
        let result = store.get_opts(location, options).await.map_err(failed)?;
        let bytes = result.bytes().await.map_err(failed)?;
        if bytes.len() as u64 != length {
            return Err(self.bad(format!(
                "{length} bytes asked for, {} received",
                bytes.len()
            )));
        }
        Ok(bytes)
    }

    /// A reader of these ranges for Parquet's page decoder. A local file is read page by page when
    /// the decoder asks, so that a row group is never held whole.
    pub async fn chunks(&self, ranges: &[Range<u64>], phase: Phase) -> Result<Chunks, ScanError> {
        match &self.store {
            Store::Local(local) => Ok(Chunks::Local(LocalChunks {
                local: Arc::clone(local),
                size: self.file.size,
                phase,
                report: Arc::clone(&self.report),
            })),
            Store::Remote(_) => {
                let bytes = self.fetch(ranges, phase).await?;
                let mut parts: Vec<(u64, Bytes)> =
                    ranges.iter().map(|r| r.start).zip(bytes).collect();
                parts.sort_unstable_by_key(|(start, _)| *start);
                Ok(Chunks::Fetched {
                    size: self.file.size,
                    parts: parts.into(),
                })
            }
        }
    }

    pub fn spent(&self, phase: Phase, since: Instant) {
        self.report.spent(phase, since);
    }

    /// A fault of the file's bytes; or that of the disk, where this came of one: it must not be passed
    /// over as a bad file.
    pub fn bad(&self, reason: impl ToString) -> ScanError {
        if let Store::Local(local) = &self.store
            && let Some((kind, text)) = local.fault.get()
        {
            return self.io(std::io::Error::new(*kind, text.clone()));
        }
        ScanError::BadFile {
            location: self.file.location.clone(),
            reason: reason.to_string(),
        }
    }

    fn io(&self, source: std::io::Error) -> ScanError {
        if source.kind() == std::io::ErrorKind::UnexpectedEof {
            return ScanError::Changed {
                location: self.file.location.clone(),
            };
        }
        ScanError::Io {
            location: self.file.location.clone(),
            source,
        }
    }
}

/// The mark that object_store's `LocalFileSystem` gives a file.
pub(super) fn local_mark(metadata: &std::fs::Metadata) -> String {
    let micros = metadata
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default()
        .as_micros();
    format!("{:x}-{:x}-{:x}", metadata.ino(), micros, metadata.len())
}

/// Some bytes of a file, addressed by their place in it.
#[derive(Debug, Clone)]
pub(super) enum Chunks {
    Local(LocalChunks),
    Fetched {
        size: u64,
        parts: Arc<[(u64, Bytes)]>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct LocalChunks {
    local: Arc<LocalFile>,
    size: u64,
    phase: Phase,
    report: Arc<ScanReport>,
}

impl LocalChunks {
    fn read(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start
            .checked_add(length as u64)
            .filter(|end| *end <= self.size);
        if end.is_none() {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} lie outside the file"
            )));
        }
        let mut bytes = vec![0; length];
        self.local
            .file
            .read_exact_at(&mut bytes, start)
            .map_err(|e| {
                // Another thread's fault may have come first; one is enough.
                let _ = self.local.fault.set((e.kind(), e.to_string()));
                ParquetError::External(Box::new(e))
            })?;
        self.report.read(self.phase, length as u64, 1);
        Ok(bytes.into())
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            Chunks::Local(local) => local.size,
            Chunks::Fetched { size, .. } => *size,
        }
    }
}

impl ChunkReader for Chunks {
    type T = ChunkRead;

    fn get_read(&self, start: u64) -> ParquetResult<ChunkRead> {
        Ok(match self {
            Chunks::Local(local) => ChunkRead::Local {
                local: local.clone(),
                at: start,
                buffer: Bytes::new(),
            },
            Chunks::Fetched { parts, .. } => ChunkRead::Fetched(part(parts, start, None)?),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        match self {
            Chunks::Local(local) => local.read(start, length),
            Chunks::Fetched { parts, .. } => part(parts, start, Some(length)),
        }
    }
}

fn part(parts: &[(u64, Bytes)], start: u64, length: Option<usize>) -> ParquetResult<Bytes> {
    let missing = || ParquetError::EOF(format!("the bytes at {start} were not fetched"));
    let at = parts
        .partition_point(|(offset, _)| *offset <= start)
        .checked_sub(1)
        .ok_or_else(missing)?;
    let (offset, bytes) = &parts[at];
    let from = (start - offset) as usize;
    let to = length
        .map_or(Some(bytes.len()), |length| from.checked_add(length))
        .ok_or_else(missing)?;
    if from > to || to > bytes.len() {
        return Err(missing());
    }
    Ok(bytes.slice(from..to))
}

/// Reads page headers.
pub(super) enum ChunkRead {
    Local {
        local: LocalChunks,
        at: u64,
        buffer: Bytes,
    },
    Fetched(Bytes),
}

/// A page header without statistics is smaller than this.
const HEADER_BYTES: u64 = 256;

impl Read for ChunkRead {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let buffer = match self {
            ChunkRead::Fetched(bytes) => bytes,
            ChunkRead::Local { local, at, buffer } => {
                if buffer.is_empty() {
                    let length = HEADER_BYTES.min(local.size.saturating_sub(*at));
                    *buffer = local
                        .read(*at, length as usize)
                        .map_err(std::io::Error::other)?;
                    *at += length;
                }
                buffer
            }
        };
        let count = out.len().min(buffer.len());
        out[..count].copy_from_slice(&buffer.split_to(count));
        Ok(count)
    }
}
