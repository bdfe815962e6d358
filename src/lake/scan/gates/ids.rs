//! Finds the rows of many conditions in the ids of one column's index pages, read once.
//!
//! In: a chunk's pages and each condition's answer from the dictionary. Out: the rows of each. What always
//! holds: conditions that pass the same ids are looked for once.

use std::collections::HashMap;

use arrow::buffer::BooleanBuffer;
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;

use super::evaluate::Answer;
use super::rowset::RowSet;
use crate::lake::scan::dictionary::Answers;
use crate::lake::scan::hybrid::{Malformed, Verdicts, each_value};
use crate::lake::scan::ids::{ids, passing, present};
use crate::lake::scan::rows::Rows;

/// So few different answers are looked for one after the other, as bits.
const FEW_ANSWERS: usize = 3;

type Pages<'a> = &'a mut dyn FnMut() -> Result<Box<dyn PageReader>, ParquetError>;

/// For each answer its rows; rows outside `wanted` may be left out. None where the pages are not made of ids.
pub(super) fn rows(
    pages: Pages<'_>,
    optional: bool,
    answers: &[&Answer],
    wanted: &Rows,
) -> Result<Option<Vec<RowSet>>, ParquetError> {
    let mut distinct: HashMap<(&[u32], bool), usize> = HashMap::new();
    let mut first: Vec<&Answer> = Vec::new();
    let which: Vec<usize> = answers
        .iter()
        .map(|answer| {
            *distinct
                .entry((&answer.ids, answer.null))
                .or_insert_with(|| {
                    first.push(answer);
                    first.len() - 1
                })
        })
        .collect();
    // An answer of many values may have many rows, for which bits are cheaper than a list.
    let (alone, together): (Vec<usize>, Vec<usize>) = (0..first.len()).partition(|at| {
        let answer = first[*at];
        first.len() <= FEW_ANSWERS || answer.null || answer.ids.len() * 4 > answer.values
    });
    let mut found: Vec<Option<RowSet>> = vec![None; first.len()];
    for at in alone {
        let answer = first[at];
        let answers = Answers {
            values: verdicts(&answer.ids, answer.values),
            null: answer.null,
        };
        let Some(bits) = passing(pages()?.as_mut(), optional, &answers, wanted)? else {
            return Ok(None);
        };
        found[at] = Some(RowSet::from_bits(bits));
    }
    if let Some(values) = together.first().map(|at| first[*at].values) {
        let shared: Vec<&Answer> = together.iter().map(|at| first[*at]).collect();
        let Some(sets) = by_owner(pages, optional, &shared, values, wanted)? else {
            return Ok(None);
        };
        for (at, set) in together.into_iter().zip(sets) {
            found[at] = Some(set);
        }
    }
    Ok(which.into_iter().map(|at| found[at].clone()).collect())
}

fn verdicts(ids: &[u32], values: usize) -> Verdicts {
    let mut passes = vec![false; values];
    for id in ids {
        passes[*id as usize] = true;
    }
    Verdicts::new(passes.into_iter())
}

/// Finds the rows of any answer first, and then whose they are.
fn by_owner(
    pages: Pages<'_>,
    optional: bool,
    answers: &[&Answer],
    values: usize,
    wanted: &Rows,
) -> Result<Option<Vec<RowSet>>, ParquetError> {
    let mut owners: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, answer) in answers.iter().enumerate() {
        for id in &answer.ids {
            owners.entry(*id).or_default().push(at);
        }
    }
    let any: Vec<u32> = owners.keys().copied().collect();
    let any = Answers {
        values: verdicts(&any, values),
        null: false,
    };
    let Some(bits) = passing(pages()?.as_mut(), optional, &any, wanted)? else {
        return Ok(None);
    };
    let mut lists: Vec<Vec<u32>> = vec![Vec::new(); answers.len()];
    each_id(pages()?.as_mut(), optional, &bits, |row, id| {
        for at in owners.get(&id).into_iter().flatten() {
            lists[*at].push(row as u32);
        }
    })?;
    let sets = lists
        .into_iter()
        .map(|rows| RowSet::from_rows(rows, wanted.total()));
    Ok(Some(sets.collect()))
}

/// Calls `each` with the rows whose bit is set and their ids. They must not be null.
fn each_id(
    pages: &mut dyn PageReader,
    optional: bool,
    bits: &BooleanBuffer,
    mut each: impl FnMut(usize, u32),
) -> Result<(), ParquetError> {
    let malformed =
        |Malformed| ParquetError::General("a malformed page of dictionary ids".to_owned());
    let mut start = 0;
    while let Some(next) = pages.peek_next_page()? {
        if next.is_dict {
            pages.skip_next_page()?;
            continue;
        }
        if let Some(rows) = next.num_levels.or(next.num_rows)
            && start + rows <= bits.len()
            && !bits.slice(start, rows).has_true()
        {
            pages.skip_next_page()?;
            start += rows;
            continue;
        }
        let Some(page) = pages.get_next_page()? else {
            break;
        };
        let page = ids(&page, optional)
            .filter(|page| start + page.rows <= bits.len())
            .ok_or_else(|| malformed(Malformed))?;
        let wanted = bits.slice(start, page.rows);
        let levels = page.levels.map(|levels| present(levels, page.rows));
        let present = levels.transpose().map_err(malformed)?.flatten();
        if wanted.has_true() {
            let values = present
                .as_ref()
                .map_or(page.rows, BooleanBuffer::count_set_bits);
            let (width, packed) = page.ids.split_first().ok_or_else(|| malformed(Malformed))?;
            let (rows, places) = places(&wanted, present.as_ref());
            let mut at = 0;
            each_value(packed, *width, values, places.into_iter(), |_, id| {
                each(start + rows[at], id);
                at += 1;
                Ok(())
            })
            .map_err(malformed)?;
        }
        start += page.rows;
    }
    Ok(())
}

/// The wanted rows that have a value, and the place of each among the values.
fn places(wanted: &BooleanBuffer, present: Option<&BooleanBuffer>) -> (Vec<usize>, Vec<usize>) {
    let rows: Vec<usize> = wanted.set_indices().collect();
    let Some(present) = present else {
        return (rows.clone(), rows);
    };
    let mut kept = Vec::with_capacity(rows.len());
    let mut places = Vec::with_capacity(rows.len());
    let (mut from, mut before) = (0, 0);
    for row in rows {
        before += present.slice(from, row - from).count_set_bits();
        from = row;
        if present.value(row) {
            kept.push(row);
            places.push(before);
        }
    }
    (kept, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_values_and_not_nulls() {
        let wanted = BooleanBuffer::from(vec![false, true, true, false, true]);
        assert_eq!(places(&wanted, None), (vec![1, 2, 4], vec![1, 2, 4]));
        let present = BooleanBuffer::from(vec![true, false, true, false, true]);
        assert_eq!(places(&wanted, Some(&present)), (vec![2, 4], vec![1, 2]));
    }
}
