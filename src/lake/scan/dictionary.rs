//! Asks a filter of a column's dictionary instead of its rows.
//!
//! In: a filter over one column whose chunk is dictionary-encoded throughout. Out: [`Answers`], which
//! values pass and whether null does.
//! What always holds: where the writer's own statistics do not say that every data page is
//! dictionary-encoded, or the filter cannot be evaluated here, there is no answer, and rows decide.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch, StringViewBuilder};
use arrow::buffer::Buffer;
use bytes::Bytes;
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
pub(super) fn page_range(column: &FileColumn, chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
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
    let array = DictionaryPage::read(chunk, pages)?.array()?;
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

/// A dictionary page, decompressed.
#[derive(Debug)]
pub(super) struct DictionaryPage {
    bytes: Bytes,
    pub values: usize,
    kind: PhysicalType,
}

impl DictionaryPage {
    /// The page that `pages` begins with.
    pub fn read(chunk: &ColumnChunkMetaData, pages: &mut dyn PageReader) -> Option<Self> {
        let Page::DictionaryPage {
            buf,
            num_values,
            encoding,
            ..
        } = pages.get_next_page().ok()??
        else {
            return None;
        };
        matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY).then_some(Self {
            bytes: buf,
            values: usize::try_from(num_values).ok()?,
            kind: chunk.column_type(),
        })
    }

    /// All values, and one null behind them.
    pub fn array(&self) -> Option<ArrayRef> {
        match self.kind {
            PhysicalType::BYTE_ARRAY => {
                self.texts(self.values, text_places(&self.bytes, self.values))
            }
            PhysicalType::INT32 => {
                let (numbers, _) = self.bytes.as_chunks::<4>();
                Some(Arc::new(
                    numbers
                        .get(..self.values)?
                        .iter()
                        .map(|n| Some(i32::from_le_bytes(*n)))
                        .chain([None])
                        .collect::<Int32Array>(),
                ))
            }
            PhysicalType::INT64 => {
                let (numbers, _) = self.bytes.as_chunks::<8>();
                Some(Arc::new(
                    numbers
                        .get(..self.values)?
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

    /// The ids of the texts in which `next` finds something, ascending, and these texts with one null behind
    /// them. `next` gives the first place at or after one. None where the values are no texts.
    pub fn texts_with(
        &self,
        next: impl Fn(&[u8], usize) -> Option<usize>,
    ) -> Option<(Vec<u32>, ArrayRef)> {
        if self.kind != PhysicalType::BYTE_ARRAY {
            return None;
        }
        let (mut ids, mut places) = (Vec::new(), Vec::new());
        let mut found = next(&self.bytes, 0);
        for (id, place) in (0_u32..).zip(text_places(&self.bytes, self.values)) {
            let place = place?;
            if found.is_some_and(|at| at < place.start) {
                // It began in the bytes of a length.
                found = next(&self.bytes, place.start);
            }
            if found.is_some_and(|at| at < place.end) {
                found = next(&self.bytes, place.end);
                ids.push(id);
                places.push(Some(place));
            }
        }
        let texts = self.texts(ids.len(), places.into_iter())?;
        Some((ids, texts))
    }

    /// The texts at these places, and one null behind them.
    fn texts(
        &self,
        count: usize,
        places: impl Iterator<Item = Option<Range<usize>>>,
    ) -> Option<ArrayRef> {
        let mut builder = StringViewBuilder::with_capacity(count + 1);
        let block = builder.append_block(Buffer::from(self.bytes.clone()));
        for place in places {
            let place = place?;
            let (start, length) = (place.start.try_into(), place.len().try_into());
            // Bytes that are no text are an error here.
            builder
                .try_append_view(block, start.ok()?, length.ok()?)
                .ok()?;
        }
        builder.append_null();
        Some(Arc::new(builder.finish()))
    }
}

/// The places of the texts of a page, each behind its length in four bytes; None, and no more, where the page
/// ends before them.
fn text_places(page: &[u8], values: usize) -> impl Iterator<Item = Option<Range<usize>>> {
    let mut at = Some(0_usize);
    (0..values).map_while(move |_| {
        let from = at?;
        let place = page.get(from..).and_then(|rest| {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let length = u32::from_le_bytes(*length) as usize;
            (length <= rest.len()).then_some(from + 4..from + 4 + length)
        });
        at = place.as_ref().map(|place| place.end);
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use proptest::prelude::*;

    use super::*;

    fn page(texts: &[String]) -> DictionaryPage {
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        DictionaryPage {
            bytes: bytes.into(),
            values: texts.len(),
            kind: PhysicalType::BYTE_ARRAY,
        }
    }

    proptest! {
        /// The needle may also stand across two texts, or in the bytes of a length.
        #[test]
        fn the_texts_with_a_needle_are_found(
            texts in prop::collection::vec("[ab\u{0}\u{1}\u{2}\u{3}é]{0,6}", 0..40),
            needle in "[ab\u{0}\u{1}\u{2}\u{3}]{1,3}",
        ) {
            let next = |bytes: &[u8], from: usize| {
                memchr::memmem::find(&bytes[from..], needle.as_bytes()).map(|at| from + at)
            };
            let (ids, found) = page(&texts).texts_with(next).unwrap();
            let with: Vec<u32> = (0..texts.len()).filter(|at| texts[*at].contains(&needle)).map(|at| at as u32).collect();
            // A match across two texts may bring the first of them in.
            prop_assert!(with.iter().all(|id| ids.contains(id)));
            let found: Vec<Option<&str>> = found.as_string_view().iter().collect();
            let wanted: Vec<Option<&str>> = ids.iter().map(|id| Some(texts[*id as usize].as_str())).chain([None]).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_page_that_ends_early_is_no_dictionary() {
        let whole = page(&["kaseya".to_owned(), "b".to_owned()]);
        assert_eq!(whole.array().map(|a| a.len()), Some(3));
        for cut in 0..whole.bytes.len() {
            let short = DictionaryPage {
                bytes: whole.bytes.slice(..cut),
                ..page(&[])
            };
            let short = DictionaryPage { values: 2, ..short };
            assert!(short.array().is_none(), "{cut}");
            assert!(short.texts_with(|_, _| None).is_none(), "{cut}");
        }
    }
}
