//! Page indexes: which rows of a row group the bounds of its pages leave.
//!
//! In: a file's footer, whose page index is then read too where it has one; a filter over one column.
//! Out: bits of rows. What always holds: a page is ruled out only when its bounds prove that no row of
//! it passes; a file without a page index loses nothing but speed.

use std::ops::Range;

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;
use parquet::DecodeResult;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::PageLocation;

use super::ScanError;
use super::adapt::FileColumn;
use super::bounds::{Nulls, Rule};
use super::chunk::OpenFile;
use super::report::Phase;
use super::statistics::{Extremes, whole};

/// The footer with its page index, or None where these row groups have none.
pub(super) async fn read(
    open: &OpenFile,
    metadata: &ParquetMetaData,
    mut groups: impl Iterator<Item = usize>,
) -> Result<Option<ParquetMetaData>, ScanError> {
    let indexed = |group: usize| {
        metadata
            .row_group(group)
            .columns()
            .iter()
            .any(|c| c.offset_index_offset().is_some())
    };
    if !groups.any(indexed) {
        return Ok(None);
    }
    let bad = |e: parquet::errors::ParquetError| open.bad(e);
    let mut decoder =
        ParquetMetaDataPushDecoder::try_new_with_metadata(open.file.size, metadata.clone())
            .map_err(bad)?
            .with_page_index_policy(PageIndexPolicy::Optional);
    loop {
        match decoder.try_decode().map_err(bad)? {
            DecodeResult::Data(metadata) => return Ok(Some(metadata)),
            DecodeResult::Finished => return Ok(None),
            DecodeResult::NeedsData(ranges) => {
                let bytes = open.fetch(&ranges, Phase::Footers).await?;
                decoder.push_ranges(ranges, bytes).map_err(bad)?;
            }
        }
    }
}

/// Where the data pages of a leaf lie.
pub(super) fn locations(
    metadata: &ParquetMetaData,
    group: usize,
    leaf: usize,
) -> Option<&[PageLocation]> {
    let pages = metadata
        .offset_index()?
        .get(group)?
        .get(leaf)?
        .page_locations();
    (!pages.is_empty()).then_some(pages.as_slice())
}

/// The rows of a row group that a filter over one flat column leaves; None where it leaves all.
pub(super) fn possible(
    metadata: &ParquetMetaData,
    group: usize,
    column: &FileColumn,
    rule: &Rule,
) -> Option<BooleanBuffer> {
    let leaf = column.flat_leaf()?;
    let locations = locations(metadata, group, leaf)?;
    let index = metadata.column_index()?.get(group)?.get(leaf)?;
    let total = usize::try_from(metadata.row_group(group).num_rows()).ok()?;
    // The crate's accessors panic on the placeholder of a column without an index.
    if matches!(index, ColumnIndexMetaData::NONE) || index.num_pages() != locations.len() as u64 {
        return None;
    }
    let chunk = metadata.row_group(group).column(leaf);
    let mut bits = BooleanBufferBuilder::new(total);
    let mut ruled_out = false;
    for (page, rows) in page_rows(locations, total).enumerate() {
        let rows = rows?;
        let bounds = whole(
            chunk,
            extremes(index, page),
            nulls(index, page, rows.len()),
            &column.conversion,
        );
        let none = rule.outcomes(&|_| bounds.clone()).none();
        ruled_out |= none;
        bits.append_n(rows.len(), !none);
    }
    (ruled_out && bits.len() == total).then(|| bits.finish())
}

/// The rows of each page; None for one that makes no sense.
fn page_rows(
    locations: &[PageLocation],
    total: usize,
) -> impl Iterator<Item = Option<Range<usize>>> {
    let starts = locations
        .iter()
        .map(|l| usize::try_from(l.first_row_index).ok());
    let ends = locations
        .iter()
        .skip(1)
        .map(|l| usize::try_from(l.first_row_index).ok())
        .chain([Some(total)]);
    starts
        .zip(ends)
        .map(|(start, end)| Some(start?..end?).filter(|rows| rows.start <= rows.end))
}

fn nulls(index: &ColumnIndexMetaData, page: usize, rows: usize) -> Nulls {
    if index.is_null_page(page) {
        return Nulls::All;
    }
    match index.null_count(page) {
        Some(0) => Nulls::None,
        Some(count) if usize::try_from(count) == Ok(rows) => Nulls::All,
        Some(_) | None => Nulls::Unknown,
    }
}

fn extremes(index: &ColumnIndexMetaData, page: usize) -> Extremes<'_> {
    match index {
        ColumnIndexMetaData::BOOLEAN(i) => {
            Extremes::Bool(i.min_value(page).copied(), i.max_value(page).copied())
        }
        ColumnIndexMetaData::INT32(i) => Extremes::Int(
            i.min_value(page).map(|v| (*v).into()),
            i.max_value(page).map(|v| (*v).into()),
        ),
        ColumnIndexMetaData::INT64(i) => {
            Extremes::Int(i.min_value(page).copied(), i.max_value(page).copied())
        }
        ColumnIndexMetaData::BYTE_ARRAY(i) => Extremes::Bytes(i.min_value(page), i.max_value(page)),
        ColumnIndexMetaData::NONE
        | ColumnIndexMetaData::INT96(_)
        | ColumnIndexMetaData::FLOAT(_)
        | ColumnIndexMetaData::DOUBLE(_)
        | ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(_) => Extremes::Unknown,
    }
}
