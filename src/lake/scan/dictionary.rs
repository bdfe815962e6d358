//! Asks a filter of a column's dictionary instead of its rows.
//!
//! In: a filter over one column whose chunk is dictionary-encoded throughout. Out: [`Answers`], which
//! values pass and whether null does.
//! What always holds: where the writer's own statistics do not say that every data page is
//! dictionary-encoded, or the filter cannot be evaluated here, there is no answer, and rows decide.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch, StringViewBuilder};
use arrow::buffer::Buffer;
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;

use super::adapt::FileColumn;
use super::bounds::Nulls;
use super::conjunct::Conjunct;
use super::convert::Conversion;
use super::hybrid::Verdicts;

/// What a filter makes of the values of one chunk.
#[derive(Debug)]
pub(super) struct Answers {
    pub values: Verdicts,
    pub null: bool,
}

impl Answers {
    /// No row of the chunk can pass.
    pub fn none(&self, nulls: Nulls) -> bool {
        self.values.passing() == 0 && (!self.null || nulls == Nulls::None)
    }

    /// Every row of the chunk passes.
    pub fn all(&self, nulls: Nulls) -> bool {
        self.values.passing() == self.values.len() && (self.null || nulls == Nulls::None)
    }
}

/// Where the dictionary page of a chunk lies, if the chunk can be answered by it.
pub(super) fn page_range(
    column: &FileColumn,
    chunk: &ColumnChunkMetaData,
) -> Option<std::ops::Range<u64>> {
    column.flat_leaf()?;
    let descriptor = chunk.column_descr();
    let plain = column.conversion == Conversion::None
        && matches!(
            chunk.column_type(),
            PhysicalType::BYTE_ARRAY | PhysicalType::INT32 | PhysicalType::INT64
        )
        && descriptor.max_rep_level() == 0
        && descriptor.max_def_level() <= 1;
    let mask = chunk.page_encoding_stats_mask()?;
    let only_ids =
        mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY);
    let start = u64::try_from(chunk.dictionary_page_offset()?).ok()?;
    let end = u64::try_from(chunk.data_page_offset()).ok()?;
    (plain && only_ids && start < end).then_some(start..end)
}

/// Evaluates a filter over the dictionary that `pages` begins with.
pub(super) fn ask(
    conjunct: &Conjunct,
    chunk: &ColumnChunkMetaData,
    pages: &mut dyn PageReader,
) -> Option<Answers> {
    let array = values(chunk, pages)?;
    if array.data_type() != conjunct.schema.field(0).data_type() {
        return None;
    }
    let values = array.len() - 1;
    // An error here, of a value that no row may have, is left to the rows.
    let batch = RecordBatch::try_new(Arc::clone(&conjunct.schema), vec![array]).ok()?;
    let passed = conjunct.evaluate(&batch).ok()?;
    Some(Answers {
        values: Verdicts::new(passed.values().iter().take(values)),
        null: passed.value(values),
    })
}

/// The values of the dictionary that `pages` begins with, and one null behind them.
pub(super) fn values(chunk: &ColumnChunkMetaData, pages: &mut dyn PageReader) -> Option<ArrayRef> {
    let Page::DictionaryPage {
        buf,
        num_values,
        encoding,
        ..
    } = pages.get_next_page().ok()??
    else {
        return None;
    };
    if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
        return None;
    }
    let values = usize::try_from(num_values).ok()?;
    match chunk.column_type() {
        PhysicalType::BYTE_ARRAY => texts(buf, values),
        PhysicalType::INT32 => {
            let (numbers, _) = buf.as_chunks::<4>();
            Some(Arc::new(
                numbers
                    .get(..values)?
                    .iter()
                    .map(|n| Some(i32::from_le_bytes(*n)))
                    .chain([None])
                    .collect::<Int32Array>(),
            ))
        }
        PhysicalType::INT64 => {
            let (numbers, _) = buf.as_chunks::<8>();
            Some(Arc::new(
                numbers
                    .get(..values)?
                    .iter()
                    .map(|n| Some(i64::from_le_bytes(*n)))
                    .chain([None])
                    .collect::<Int64Array>(),
            ))
        }
        PhysicalType::BOOLEAN
        | PhysicalType::INT96
        | PhysicalType::FLOAT
        | PhysicalType::DOUBLE
        | PhysicalType::FIXED_LEN_BYTE_ARRAY => None,
    }
}

/// The values of a dictionary page of texts, and one null behind them.
fn texts(page: bytes::Bytes, values: usize) -> Option<ArrayRef> {
    let mut builder = StringViewBuilder::with_capacity(values + 1);
    let block = builder.append_block(Buffer::from(page.clone()));
    let mut at = 0_usize;
    for _ in 0..values {
        let (length, _) = page.get(at..)?.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length);
        builder
            .try_append_view(block, u32::try_from(at + 4).ok()?, length)
            .ok()?;
        at += 4 + length as usize;
    }
    builder.append_null();
    Some(Arc::new(builder.finish()))
}
