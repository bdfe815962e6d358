//! A lake file as Parquet: its footer, and its record batches.
//!
//! In: a [`LakeReader`]. Out: [`ParquetMetaData`], or a stream by `parquet`'s own reader. What always
//! holds: a file that is not Parquet or is cut short is [`LakeError::BadFile`] with its URL, apart from
//! faults of the store.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, MetadataFetch};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::error::LakeError;
use super::store::LakeReader;

/// How much of a file's end is read at first: most footers fit, so that one request is enough.
const TAIL: usize = 64 * 1024;

impl LakeReader {
    /// Reads the footer.
    ///
    /// # Errors
    /// [`LakeError::BadFile`]; those of [`LakeReader::read`].
    pub async fn footer(&self) -> Result<ParquetMetaData, LakeError> {
        let reader = ParquetMetaDataReader::new().with_prefetch_hint(Some(TAIL));
        let loaded = reader.load_and_finish(Fetch(self), self.file().size).await;
        loaded.map_err(|e| self.parquet_error(e))
    }

    /// The fault behind an error of the Parquet reader: the store's own, or that of a damaged file.
    pub(crate) fn parquet_error(&self, error: ParquetError) -> LakeError {
        match error {
            ParquetError::External(source) => match source.downcast::<LakeError>() {
                Ok(fault) => *fault,
                Err(other) => self.bad(other.to_string()),
            },
            other => self.bad(other.to_string()),
        }
    }
}

struct Fetch<'a>(&'a LakeReader);

impl MetadataFetch for Fetch<'_> {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        read(self.0, range).boxed()
    }
}

async fn read(reader: &LakeReader, range: Range<u64>) -> ParquetResult<Bytes> {
    let bytes = reader.read(range).await;
    bytes.map_err(|e| ParquetError::External(Box::new(e)))
}

/// A file whose footer is read already, for `parquet`'s stream of record batches.
pub(crate) struct OpenParquet {
    pub(crate) reader: Arc<LakeReader>,
    pub(crate) metadata: Arc<ParquetMetaData>,
}

impl AsyncFileReader for OpenParquet {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        read(&self.reader, range).boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        async move {
            let parts = self.reader.read_ranges(&ranges).await;
            parts.map_err(|e| ParquetError::External(Box::new(e)))
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        let metadata = Arc::clone(&self.metadata);
        async move { Ok(metadata) }.boxed()
    }
}
