//! The pages of a row group's columns, for Parquet's array readers and for the scan of ids.
//!
//! What always holds: a page of a column that is read more than once (by a filter and for the output)
//! is decompressed once, while the column is small enough to be kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::arrow::arrow_reader::RowGroups;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::SerializedPageReader;

use super::ScanError;
use super::chunk::{Chunks, OpenFile};
use super::pageindex::locations;
use super::report::Phase;
use super::rows::Rows;

/// A larger column, decompressed, is not kept.
const KEPT_BYTES: i64 = 4 << 20;

/// The chunks of one row group that are at hand.
#[derive(Debug)]
pub(super) struct GroupPages {
    metadata: Arc<ParquetMetaData>,
    group: usize,
    chunks: HashMap<usize, Fetched>,
    kept: HashMap<usize, Kept>,
}

#[derive(Debug, Clone)]
struct Fetched {
    chunks: Chunks,
    /// Only the pages of some rows are there.
    partial: bool,
}

/// Decompressed pages by their place in the chunk, the dictionary's first.
type Kept = Arc<Mutex<Vec<Option<Page>>>>;

impl GroupPages {
    /// `uses` names the leaves once for each time that they will be read.
    pub fn new(
        metadata: Arc<ParquetMetaData>,
        group: usize,
        uses: impl Iterator<Item = usize>,
    ) -> Self {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for leaf in uses {
            *counts.entry(leaf).or_default() += 1;
        }
        let columns = metadata.row_group(group);
        let kept = counts
            .into_iter()
            .filter(|(leaf, count)| {
                *count > 1 && columns.column(*leaf).uncompressed_size() <= KEPT_BYTES
            })
            .map(|(leaf, _)| (leaf, Kept::default()))
            .collect();
        Self {
            metadata,
            group,
            chunks: HashMap::new(),
            kept,
        }
    }

    pub fn group(&self) -> &RowGroupMetaData {
        self.metadata.row_group(self.group)
    }

    pub fn rows(&self) -> usize {
        usize::try_from(self.group().num_rows()).unwrap_or(0)
    }

    /// Fetches what `rows` need of these leaves where it is not at hand. `rows` may only shrink from
    /// one call to the next.
    pub async fn fetch(
        &mut self,
        open: &OpenFile,
        leaves: &[usize],
        rows: &Rows,
        phase: Phase,
    ) -> Result<(), ScanError> {
        let sparse = rows.sparse();
        let selection = if sparse { rows.selection() } else { None };
        let mut missing = Vec::new();
        let mut ranges = Vec::new();
        for leaf in leaves.iter().copied() {
            if self.chunks.get(&leaf).is_some_and(|c| sparse || !c.partial) {
                continue;
            }
            let (start, length) = self.group().column(leaf).byte_range();
            let pages = locations(&self.metadata, self.group, leaf);
            let partial = match (&selection, pages) {
                (Some(selection), Some(pages)) => {
                    // A dictionary lies before the first page.
                    let first = pages.first().and_then(|p| u64::try_from(p.offset).ok());
                    ranges.extend(
                        first
                            .filter(|first| *first > start)
                            .map(|first| start..first),
                    );
                    ranges.extend(selection.scan_ranges(pages));
                    true
                }
                (None, _) | (_, None) => {
                    ranges.push(start..start.saturating_add(length));
                    false
                }
            };
            missing.push((leaf, partial));
        }
        let chunks = open.chunks(&ranges, phase).await?;
        let fetched = missing.into_iter().map(|(leaf, partial)| {
            (
                leaf,
                Fetched {
                    chunks: chunks.clone(),
                    partial,
                },
            )
        });
        self.chunks.extend(fetched);
        Ok(())
    }

    /// Lets go of what these leaves hold, but for the pages that are kept.
    pub fn forget(&mut self, leaves: &[usize]) {
        for leaf in leaves {
            if !self.kept.contains_key(leaf) {
                self.chunks.remove(leaf);
            }
        }
    }

    /// The pages of a leaf that is at hand.
    pub fn pages(&self, leaf: usize) -> ParquetResult<Box<dyn PageReader>> {
        let fetched = self
            .chunks
            .get(&leaf)
            .ok_or_else(|| ParquetError::General("a column that was not fetched".to_owned()))?;
        let reader = SerializedPageReader::new(
            Arc::new(fetched.chunks.clone()),
            self.group().column(leaf),
            self.rows(),
            locations(&self.metadata, self.group, leaf).map(<[_]>::to_vec),
        )?;
        Ok(match self.kept.get(&leaf) {
            None => Box::new(reader),
            Some(kept) => Box::new(KeepingPages {
                reader,
                kept: Arc::clone(kept),
                at: 0,
            }),
        })
    }

    /// These leaves, in this order, as the columns of a row group.
    pub fn columns<'a>(&'a self, leaves: &'a [usize]) -> Columns<'a> {
        Columns {
            pages: self,
            leaves,
        }
    }
}

pub(super) struct Columns<'a> {
    pages: &'a GroupPages,
    leaves: &'a [usize],
}

impl RowGroups for Columns<'_> {
    fn num_rows(&self) -> usize {
        self.pages.rows()
    }

    fn column_chunks(&self, column: usize) -> ParquetResult<Box<dyn PageIterator>> {
        let leaf = self
            .leaves
            .get(column)
            .ok_or_else(|| ParquetError::General("a column that was not asked for".to_owned()))?;
        Ok(Box::new(OneChunk(Some(self.pages.pages(*leaf)?))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.pages.group()))
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.pages.metadata
    }
}

struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}

/// A page reader that remembers what it decompressed for the next reader of the same chunk.
struct KeepingPages {
    reader: SerializedPageReader<Chunks>,
    kept: Kept,
    at: usize,
}

impl PageReader for KeepingPages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        let at = self.at;
        let found = self.slots().get(at).cloned().flatten();
        if found.is_some() {
            self.reader.skip_next_page()?;
            self.at += 1;
            return Ok(found);
        }
        let page = self.reader.get_next_page()?;
        if page.is_some() {
            let mut slots = self.slots();
            if slots.len() <= at {
                slots.resize(at + 1, None);
            }
            slots[at].clone_from(&page);
            drop(slots);
            self.at += 1;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        self.reader.peek_next_page()
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.reader.skip_next_page()?;
        self.at += 1;
        Ok(())
    }

    fn at_record_boundary(&mut self) -> ParquetResult<bool> {
        self.reader.at_record_boundary()
    }
}

impl KeepingPages {
    fn slots(&self) -> std::sync::MutexGuard<'_, Vec<Option<Page>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iterator for KeepingPages {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}
