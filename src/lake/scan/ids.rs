//! Finds the rows whose dictionary id passes, in the index pages alone: no text is decoded.
//!
//! In: a chunk's pages and the [`Answers`] of its dictionary. Out: one bit a row.
//! What always holds: a page without a wanted row is not decompressed; a page that is not made of ids
//! ends the scan without a result, and rows decide.

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;

use super::dictionary::Answers;
use super::hybrid::{Malformed, Run, Runs, append_values};
use super::rows::Rows;

/// The rows of a flat chunk whose value passes; rows outside `wanted` may be left out.
pub(super) fn passing(
    pages: &mut dyn PageReader,
    optional: bool,
    answers: &Answers,
    wanted: &Rows,
) -> Result<Option<BooleanBuffer>, ParquetError> {
    let mut bits = BooleanBufferBuilder::new(wanted.total());
    let whole = each_page(pages, optional, wanted, |page| match page {
        Data::Unwanted(rows) => {
            bits.append_n(rows, false);
            Ok(())
        }
        Data::Ids(Ids { levels, ids, rows }) => {
            let few = wanted.few(bits.len(), rows);
            append(levels, ids, rows, answers, few.as_ref(), &mut bits)
        }
    })?;
    Ok(whole.then(|| bits.finish()))
}

/// The ids of the rows of a flat chunk that are wanted, and any for others; that of null is `null`, and no id is
/// greater. None where a page is not made of ids.
pub(super) fn of_rows(
    pages: &mut dyn PageReader,
    optional: bool,
    null: u32,
    wanted: &Rows,
) -> Result<Option<Vec<u32>>, ParquetError> {
    let mut out = Vec::with_capacity(wanted.total());
    let whole = each_page(pages, optional, wanted, |page| match page {
        Data::Unwanted(rows) => {
            out.resize(out.len() + rows, null);
            Ok(())
        }
        Data::Ids(Ids { levels, ids, rows }) => append_ids(levels, ids, rows, null, &mut out),
    })?;
    Ok(whole.then_some(out))
}

/// A data page on the way through a chunk.
enum Data<'a> {
    /// So many rows, none of them wanted.
    Unwanted(usize),
    Ids(Ids<'a>),
}

/// Goes through the data pages, which together have a value for each row; false, before its end, where a page is
/// not made of ids.
fn each_page(
    pages: &mut dyn PageReader,
    optional: bool,
    wanted: &Rows,
    mut each: impl FnMut(Data) -> Result<(), Malformed>,
) -> Result<bool, ParquetError> {
    let malformed =
        |Malformed| ParquetError::General("a malformed page of dictionary ids".to_owned());
    let mut start = 0;
    while let Some(next) = pages.peek_next_page()? {
        if next.is_dict {
            pages.skip_next_page()?;
            continue;
        }
        if let Some(rows) = next.num_levels.or(next.num_rows)
            && start + rows <= wanted.total()
            && !wanted.any(start, rows)
        {
            pages.skip_next_page()?;
            each(Data::Unwanted(rows)).map_err(malformed)?;
            start += rows;
            continue;
        }
        let Some(page) = pages.get_next_page()? else {
            break;
        };
        let Some(ids) = ids(&page, optional) else {
            return Ok(false);
        };
        start += ids.rows;
        if start > wanted.total() {
            return Err(ParquetError::General("more values than rows".to_owned()));
        }
        each(Data::Ids(ids)).map_err(malformed)?;
    }
    if start != wanted.total() {
        return Err(ParquetError::EOF(format!(
            "{start} rows of {}",
            wanted.total()
        )));
    }
    Ok(true)
}

fn append_ids(
    levels: Option<&[u8]>,
    ids: &[u8],
    rows: usize,
    null: u32,
    out: &mut Vec<u32>,
) -> Result<(), Malformed> {
    let present = match levels {
        None => None,
        Some(levels) => present(levels, rows)?,
    };
    let values = present.as_ref().map_or(rows, BooleanBuffer::count_set_bits);
    let start = out.len();
    if values == 0 {
        out.resize(start + rows, null);
        return Ok(());
    }
    let (width, ids) = ids.split_first().ok_or(Malformed)?;
    append_values(ids, *width, values, out)?;
    if out[start..].iter().any(|id| *id >= null) {
        return Err(Malformed);
    }
    if let Some(present) = present {
        // From the back, so that no value is overwritten before it is moved.
        out.resize(start + rows, null);
        let mut value = start + values;
        for row in (0..rows).rev() {
            if present.value(row) {
                value -= 1;
                out[start + row] = out[value];
            } else {
                out[start + row] = null;
            }
        }
    }
    Ok(())
}

/// A data page taken apart.
pub(super) struct Ids<'a> {
    /// Definition levels as a hybrid of width 1; None where no value is null.
    pub levels: Option<&'a [u8]>,
    /// The bit width, then a hybrid.
    pub ids: &'a [u8],
    pub rows: usize,
}

/// Takes a page apart; None where it is not made of ids.
pub(super) fn ids(page: &Page, optional: bool) -> Option<Ids<'_>> {
    let of_ids = |encoding: &Encoding| {
        matches!(
            encoding,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        )
    };
    match page {
        Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding,
            ..
        } if of_ids(encoding) => {
            let rows = *num_values as usize;
            if !optional {
                return Some(Ids {
                    levels: None,
                    ids: buf,
                    rows,
                });
            }
            if *def_level_encoding != Encoding::RLE {
                return None;
            }
            let (length, rest) = buf.split_first_chunk::<4>()?;
            let (levels, ids) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            Some(Ids {
                levels: Some(levels),
                ids,
                rows,
            })
        }
        Page::DataPageV2 {
            buf,
            num_values,
            encoding,
            num_nulls,
            def_levels_byte_len,
            rep_levels_byte_len,
            ..
        } if of_ids(encoding) => {
            let (_, rest) = buf.split_at_checked(*rep_levels_byte_len as usize)?;
            let (levels, ids) = rest.split_at_checked(*def_levels_byte_len as usize)?;
            let levels = (optional && *num_nulls > 0).then_some(levels);
            Some(Ids {
                levels,
                ids,
                rows: *num_values as usize,
            })
        }
        Page::DataPage { .. } | Page::DataPageV2 { .. } | Page::DictionaryPage { .. } => None,
    }
}

fn append(
    levels: Option<&[u8]>,
    ids: &[u8],
    rows: usize,
    answers: &Answers,
    few: Option<&BooleanBuffer>,
    out: &mut BooleanBufferBuilder,
) -> Result<(), Malformed> {
    let present = match levels {
        None => None,
        Some(levels) => present(levels, rows)?,
    };
    let values = present.as_ref().map_or(rows, BooleanBuffer::count_set_bits);
    if values == 0 {
        out.append_n(rows, answers.null);
        return Ok(());
    }
    let (width, ids) = ids.split_first().ok_or(Malformed)?;
    let Some(present) = present else {
        let Some(few) = few else {
            return answers.values.append(ids, *width, values, out);
        };
        let start = out.len();
        out.append_n(rows, false);
        let passed = |row| out.set_bit(start + row, true);
        return answers
            .values
            .pick(ids, *width, values, few.set_indices(), passed);
    };
    let mut passed = BooleanBufferBuilder::new(values);
    answers.values.append(ids, *width, values, &mut passed)?;
    let passed = passed.finish();
    let mut value = 0;
    for is_present in &present {
        if is_present {
            out.append(passed.value(value));
            value += 1;
        } else {
            out.append(answers.null);
        }
    }
    Ok(())
}

/// Which rows have a value; None is all of them.
pub(super) fn present(levels: &[u8], rows: usize) -> Result<Option<BooleanBuffer>, Malformed> {
    let mut runs = Runs::new(levels, 1, rows);
    let mut bits = BooleanBufferBuilder::new(rows);
    while let Some(run) = runs.next()? {
        match run {
            Run::Repeated { value: 1, count } if count == rows => return Ok(None),
            Run::Repeated { value, count } => bits.append_n(count, value == 1),
            Run::Packed { bytes, count } => bits.append_packed_range(0..count, bytes),
        }
    }
    Ok(Some(bits.finish()))
}
