//! A result as the bytes of one Parquet file.
//!
//! In: batches as they are held, their layout and metadata. Out: bytes. What always holds: pages and
//! row groups are cut by rows alone and not by the batches that came in, so that the same rows give
//! the same bytes; nothing in the file depends on the clock or the machine.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::compute::BatchCoalescer;
use bytes::Bytes;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::types::Layout;
use super::{OutputError, ResultSpool, metadata};
use crate::plan::Column;

/// Rows that are encoded at a time.
pub(super) const BATCH_ROWS: usize = 4096;
/// Rows of a row group at most: small enough to skip, large enough to compress well.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// A result small enough to be held in memory as a file.
#[derive(Debug)]
pub struct ResultFile;

impl ResultFile {
    /// The Parquet file of these batches: zstd, statistics of row groups and pages, page index.
    /// `metadata` is written in its order, the description of the columns after it.
    ///
    /// # Errors
    /// Batches that are not ones of these columns, or [`OutputError::Parquet`].
    pub fn encode(
        columns: &[Column],
        batches: &[RecordBatch],
        metadata: &[(String, String)],
    ) -> Result<Bytes, OutputError> {
        let mut spool = ResultSpool::in_memory(columns);
        for batch in batches {
            spool.push(batch)?;
        }
        spool.finish(metadata)?.into_bytes()
    }
}

/// Writes held batches as a file and gives back the writer.
pub(super) fn encode<W: Write + Send>(
    sink: W,
    layout: &Layout,
    batches: impl Iterator<Item = Result<RecordBatch, OutputError>>,
    metadata: &[(String, String)],
) -> Result<W, OutputError> {
    // The Arrow schema in the metadata would only repeat the Parquet one, and takes more space than
    // most results.
    let options = ArrowWriterOptions::new()
        .with_properties(properties(layout, metadata)?)
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(sink, layout.schema.clone(), options)?;
    let mut rows = BatchCoalescer::new(layout.schema.clone(), BATCH_ROWS);
    for batch in batches {
        rows.push_batch(layout.convert(&batch?)?)?;
        while let Some(batch) = rows.next_completed_batch() {
            writer.write(&batch)?;
        }
    }
    rows.finish_buffered_batch()?;
    while let Some(batch) = rows.next_completed_batch() {
        writer.write(&batch)?;
    }
    Ok(writer.into_inner()?)
}

fn properties(
    layout: &Layout,
    metadata: &[(String, String)],
) -> Result<WriterProperties, OutputError> {
    let mut pairs: Vec<KeyValue> = metadata
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    pairs.push(KeyValue::new(
        metadata::COLUMNS.to_owned(),
        layout.description(),
    ));
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_key_value_metadata(Some(pairs))
        .build())
}
