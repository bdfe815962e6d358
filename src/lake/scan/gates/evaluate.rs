//! Evaluates many conditions over the same values: those of a dictionary, or rows.
//!
//! In: a batch of the conditions' columns. Out: for each condition the places that pass. What always
//! holds: whatever finds the candidates, each condition's own predicate decides.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::take;

use super::pack::{MANY_CONDITIONS, Pack};
use crate::lake::scan::dictionary::DictionaryPage;

/// From so many values on the automaton is worth its start.
const MANY_VALUES: usize = 32;
/// From so many texts on a search through the page is worth its start.
const MANY_TEXTS: usize = 512;

/// A condition to evaluate.
pub(super) struct Asked {
    pub condition: usize,
    /// The only places of interest, ascending; None is all.
    pub only: Option<Vec<u32>>,
}

/// The places that pass, ascending, or why the condition could not be evaluated.
pub(super) type Passing = Result<Vec<u32>, String>;

/// Evaluates conditions that are all over exactly these columns. An answer may leave out places that
/// were of no interest.
pub(super) fn evaluate(
    pack: &Pack,
    columns: &[ArrayRef],
    rows: usize,
    asked: &[Asked],
) -> Vec<Passing> {
    let indexed = asked.iter().filter(|a| pack.indexed[a.condition]).count();
    let index = asked
        .first()
        .filter(|_| indexed >= MANY_CONDITIONS && rows >= MANY_VALUES)
        .and_then(|a| pack.spec.conjuncts[a.condition].columns.first())
        .and_then(|column| pack.indexes.get(column));
    let candidates = index.zip(columns.first()).and_then(|(index, texts)| {
        let texts = texts.as_string_view_opt()?;
        Some(index.candidates(texts))
    });
    asked
        .iter()
        .map(|one| {
            let among = match &candidates {
                Some(found) if pack.indexed[one.condition] => {
                    Some(found.get(&one.condition).map_or(&[][..], Vec::as_slice))
                }
                Some(_) | None => one.only.as_deref(),
            };
            match among {
                Some([]) => Ok(Vec::new()),
                Some(places) if places.len() * 2 < rows => {
                    few(pack, one.condition, columns, places)
                }
                Some(_) | None => all(pack, one.condition, columns, rows),
            }
        })
        .collect()
}

fn all(pack: &Pack, condition: usize, columns: &[ArrayRef], rows: usize) -> Passing {
    pack.counts.evaluated(rows);
    let conjunct = &pack.spec.conjuncts[condition];
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch =
        RecordBatch::try_new_with_options(Arc::clone(&conjunct.schema), columns.to_vec(), &options)
            .map_err(|e| e.to_string())?;
    let passed = conjunct.evaluate(&batch).map_err(|e| e.to_string())?;
    Ok(passed.values().set_indices().map(|at| at as u32).collect())
}

fn few(pack: &Pack, condition: usize, columns: &[ArrayRef], places: &[u32]) -> Passing {
    let at = UInt32Array::from(places.to_vec());
    let taken = columns
        .iter()
        .map(|column| take(column.as_ref(), &at, None))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| e.to_string())?;
    let passed = all(pack, condition, &taken, places.len())?;
    Ok(passed.into_iter().map(|at| places[at as usize]).collect())
}

/// What a condition makes of the values of one chunk.
#[derive(Debug)]
pub(super) struct Answer {
    /// The ids that pass, ascending.
    pub ids: Vec<u32>,
    /// Values of the dictionary.
    pub values: usize,
    pub null: bool,
}

/// Asks conditions over one column of its dictionary: an answer for each, or None for one that the rows must
/// answer. None instead of all of them where the page does not hold what it says.
pub(super) fn ask(
    pack: &Pack,
    page: &DictionaryPage,
    conditions: &[usize],
) -> Option<Vec<Option<Answer>>> {
    pack.counts.looked_at(page.values);
    let search = (page.values >= MANY_TEXTS)
        .then(|| pack.search(conditions))
        .flatten();
    let found = search.and_then(|search| page.texts_with(|bytes, from| search.next(bytes, from)));
    let (ids, values) = match found {
        // Texts in which no term stands pass none of the conditions.
        Some((ids, texts)) => (Some(ids), texts),
        None => (None, page.array()?),
    };
    let asked: Vec<Asked> = conditions
        .iter()
        .map(|condition| Asked {
            condition: *condition,
            only: None,
        })
        .collect();
    let fits = |condition: usize| {
        values.data_type() == pack.spec.conjuncts[condition].schema.field(0).data_type()
    };
    let passing = evaluate(pack, std::slice::from_ref(&values), values.len(), &asked);
    let answers = passing.into_iter().zip(conditions);
    // An error here, of a value that no row may have, is left to the rows.
    let answers = answers.map(|(passing, condition)| {
        let mut passed = passing.ok().filter(|_| fits(*condition))?;
        // The null behind the values stands for the column's own.
        let null = passed
            .last()
            .is_some_and(|at| *at as usize + 1 == values.len());
        if null {
            passed.pop();
        }
        if let Some(ids) = &ids {
            for at in &mut passed {
                *at = ids[*at as usize];
            }
        }
        Some(Answer {
            ids: passed,
            values: page.values,
            null,
        })
    });
    Some(answers.collect())
}
