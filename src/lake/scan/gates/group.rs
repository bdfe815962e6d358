//! Reads the conditions of one row group: ids first, then the columns that no dictionary has answered.
//!
//! In: a [`GroupState`]. Out: the rows of each strand that is left. What always holds: a column is read
//! once for all conditions on it, for the rows of the strands that are still in.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, AsArray};
use parquet::errors::ParquetError;

use super::evaluate::{Answer, Asked, ask, evaluate};
use super::file::{GroupState, Known, PackFile, dictionary, single_column};
use super::ids;
use super::pack::Pack;
use super::rowset::RowSet;
use crate::lake::scan::ScanError;
use crate::lake::scan::adapt::Layout;
use crate::lake::scan::batches::Batches;
use crate::lake::scan::dictionary::DictionaryPage;
use crate::lake::scan::pages::GroupPages;
use crate::lake::scan::report::Phase;
use crate::lake::scan::rowgroup::ASK_SHARE;
use crate::lake::scan::statistics::bounds;

/// The conditions at work.
pub(super) struct Reading<'a> {
    pack: &'a Pack,
    file: &'a PackFile,
    state: GroupState,
    pub pages: GroupPages,
    /// By strand of the state.
    rows: Vec<RowSet>,
    total: usize,
}

impl<'a> Reading<'a> {
    pub fn new(pack: &'a Pack, file: &'a PackFile, state: GroupState) -> Self {
        // A leaf is kept decompressed where it is read for ids twice, or for ids and the output.
        let of = |column: usize| {
            let file = file.columns.file_column(column);
            file.map_or(0..0, |file| file.all_leaves())
        };
        let read = state.conditions(pack, |_, known| {
            matches!(known, Known::Ids(_) | Known::Open)
        });
        let mut columns: Vec<usize> = read
            .into_iter()
            .flat_map(|c| pack.spec.conjuncts[c].columns.iter().copied())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let uses = columns.iter().flat_map(|c| [*c, *c]).flat_map(of);
        let pages = GroupPages::new(Arc::clone(&file.metadata), state.index, uses);
        let total = pages.rows();
        Self {
            pack,
            file,
            rows: vec![RowSet::All(total); state.strands.len()],
            state,
            pages,
            total,
        }
    }

    /// The strands with rows, and the rows of each.
    pub async fn run(&mut self) -> Result<Vec<(u32, RowSet)>, ScanError> {
        self.sift();
        while let Some(column) = self.next_answered() {
            self.by_ids(column).await?;
        }
        while let Some(columns) = self.next_open() {
            self.by_rows(&columns).await?;
            self.sift();
        }
        let rows = std::mem::take(&mut self.rows);
        Ok(self.state.strands.drain(..).zip(rows).collect())
    }

    /// The rows of all strands that are in. It only shrinks, as the fetching of pages needs it.
    fn union(&self) -> RowSet {
        RowSet::union(self.rows.iter(), self.total)
    }

    /// Lets go of strands without rows, of ended rules, and with a condition that passes nothing.
    fn sift(&mut self) {
        let mut kept = Vec::with_capacity(self.rows.len());
        let (pack, known) = (self.pack, &self.state.known);
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        self.state.strands.retain(|strand| {
            let Some(rows) = rows.next() else {
                return false;
            };
            let conditions = &pack.strands[*strand as usize].conditions;
            let stays = !rows.is_empty()
                && pack.runs(*strand)
                && conditions.iter().all(|c| !matches!(known[*c], Known::None));
            if stays {
                kept.push(rows);
            }
            stays
        });
        self.rows = kept;
    }

    fn bytes(&self, column: usize) -> u64 {
        let group = self.pages.group();
        self.file
            .columns
            .file_column(column)
            .into_iter()
            .flat_map(|file| file.all_leaves())
            .map(|leaf| group.column(leaf).compressed_size().max(0) as u64)
            .sum()
    }

    /// The smallest column with an answer whose ids are to be looked at.
    fn next_answered(&self) -> Option<usize> {
        self.state
            .conditions(self.pack, |_, known| matches!(known, Known::Ids(_)))
            .into_iter()
            .filter_map(|c| single_column(self.pack, c))
            .min_by_key(|column| (self.bytes(*column), *column))
    }

    /// The columns of the open condition that is cheapest to read.
    fn next_open(&self) -> Option<Vec<usize>> {
        self.state
            .conditions(self.pack, |_, known| matches!(known, Known::Open))
            .into_iter()
            .map(|c| &self.pack.spec.conjuncts[c].columns)
            .min_by_key(|columns| {
                let bytes: u64 = columns.iter().map(|c| self.bytes(*c)).sum();
                (bytes, *columns)
            })
            .cloned()
    }

    /// The rows of the strands that have one of these conditions.
    fn users(&self, conditions: &[usize]) -> RowSet {
        let uses = |strand: &u32| {
            let own = &self.pack.strands[*strand as usize].conditions;
            own.iter().any(|c| conditions.contains(c))
        };
        let sets = self.state.strands.iter().zip(&self.rows);
        RowSet::union(
            sets.filter(|(strand, _)| uses(strand))
                .map(|(_, rows)| rows),
            self.total,
        )
    }

    /// Keeps, in the strands that have a condition, the rows that passed it.
    fn keep(&mut self, conditions: &[usize], passed: &[RowSet]) {
        for (strand, rows) in self.state.strands.iter().zip(&mut self.rows) {
            for own in &self.pack.strands[*strand as usize].conditions {
                if let Ok(at) = conditions.binary_search(own) {
                    *rows = rows.intersect(&passed[at]);
                }
            }
        }
        for condition in conditions {
            self.state.known[*condition] = Known::All;
        }
        self.sift();
    }

    async fn by_ids(&mut self, column: usize) -> Result<(), ScanError> {
        let conditions = self.state.conditions(self.pack, |c, known| {
            matches!(known, Known::Ids(_)) && single_column(self.pack, c) == Some(column)
        });
        let answers: Vec<Arc<Answer>> = conditions
            .iter()
            .filter_map(|c| match &self.state.known[*c] {
                Known::Ids(answer) => Some(Arc::clone(answer)),
                Known::Open | Known::All | Known::None => None,
            })
            .collect();
        let leaf = self
            .file
            .columns
            .file_column(column)
            .and_then(|f| f.flat_leaf());
        let found = match leaf {
            Some(leaf) => {
                let wanted = self.users(&conditions).rows(self.total);
                let fetched = self.union().rows(self.total);
                self.pages
                    .fetch(&self.file.open, &[leaf], &fetched, Phase::Ids)
                    .await?;
                let started = Instant::now();
                let descriptor = self.pages.group().column(leaf).column_descr();
                let optional = descriptor.max_def_level() > 0;
                let answers: Vec<&Answer> = answers.iter().map(Arc::as_ref).collect();
                let found = ids::rows(&mut || self.pages.pages(leaf), optional, &answers, &wanted)
                    .map_err(|e: ParquetError| self.file.open.bad(e))?;
                self.pack.spec.report.spent(Phase::Ids, started);
                found
            }
            None => None,
        };
        match found {
            Some(found) => self.keep(&conditions, &found),
            // The pages are not made of ids: the rows decide.
            None => {
                for condition in conditions {
                    self.state.known[condition] = Known::Open;
                }
                self.decode(&[column]).await?;
            }
        }
        Ok(())
    }

    fn open_over(&self, columns: &[usize]) -> Vec<usize> {
        self.state.conditions(self.pack, |c, known| {
            matches!(known, Known::Open) && self.pack.spec.conjuncts[c].columns == columns
        })
    }

    /// Answers the open conditions over exactly these columns.
    async fn by_rows(&mut self, columns: &[usize]) -> Result<(), ScanError> {
        let mut conditions = self.open_over(columns);
        let wanted = self.users(&conditions);
        let many = wanted.rows(self.total).count() * ASK_SHARE >= self.total;
        if let (true, [column]) = (many, columns)
            && self.by_dictionary(*column, &conditions).await?
        {
            self.sift();
            conditions.retain(|c| matches!(self.state.known[*c], Known::Ids(_)));
            return match conditions.is_empty() {
                true => Ok(()),
                false => self.by_ids(*column).await,
            };
        }
        self.decode(columns).await
    }

    /// Evaluates the open conditions over exactly these columns, row by row.
    async fn decode(&mut self, columns: &[usize]) -> Result<(), ScanError> {
        let conditions = self.open_over(columns);
        if conditions.is_empty() {
            return Ok(());
        }
        let wanted = self.users(&conditions);
        let fetched = self.union().rows(self.total);
        let schema = self.file.metadata.file_metadata().schema_descr();
        let layout =
            Layout::new(columns, &self.file.columns, schema).map_err(|e| self.file.open.bad(e))?;
        self.pages
            .fetch(&self.file.open, &layout.leaves, &fetched, Phase::Decode)
            .await?;
        let mut batches = Batches::new(
            &self.pack.spec,
            &self.file.open,
            &layout,
            &self.pages,
            &wanted.rows(self.total),
            Arc::clone(&self.pack.spec.conjuncts[conditions[0]].schema),
        )?;
        let rows = wanted.list();
        let own: Vec<RowSet> = conditions
            .iter()
            .map(|c| self.users(std::slice::from_ref(c)))
            .collect();
        let mut passed: Vec<Result<Vec<u32>, String>> = vec![Ok(Vec::new()); conditions.len()];
        let mut done = 0;
        while let Some(batch) = batches.next(&self.pack.spec, &self.file.open, &layout)? {
            let rows = &rows[done..done + batch.num_rows()];
            done += batch.num_rows();
            let started = Instant::now();
            let asked: Vec<Asked> = conditions
                .iter()
                .zip(&own)
                .map(|(condition, own)| Asked {
                    condition: *condition,
                    only: places(rows, own),
                })
                .collect();
            let found = evaluate(self.pack, batch.columns(), batch.num_rows(), &asked);
            for (all, found) in passed.iter_mut().zip(found) {
                match (all.as_mut(), found) {
                    (Ok(all), Ok(found)) => all.extend(found.iter().map(|at| rows[*at as usize])),
                    (Ok(_), Err(fault)) => *all = Err(fault),
                    (Err(_), _) => {}
                }
            }
            self.pack.spec.report.spent(Phase::Decode, started);
        }
        let total = self.total;
        let passed: Vec<RowSet> = passed
            .into_iter()
            .zip(&conditions)
            .map(|(passed, condition)| match passed {
                Ok(rows) => RowSet::from_rows(rows, total),
                Err(fault) => {
                    self.end_rules_of(*condition, &fault);
                    RowSet::from_rows(Vec::new(), total)
                }
            })
            .collect();
        self.keep(&conditions, &passed);
        self.pages.forget(&layout.leaves);
        Ok(())
    }

    /// Asks the column's dictionary; false where it has none that answers all of the conditions.
    async fn by_dictionary(
        &mut self,
        column: usize,
        conditions: &[usize],
    ) -> Result<bool, ScanError> {
        let group = self.pages.group();
        if dictionary(&self.file.columns, group, column).is_none() {
            return Ok(false);
        }
        let Some(leaf) = self
            .file
            .columns
            .file_column(column)
            .and_then(|f| f.flat_leaf())
        else {
            return Ok(false);
        };
        let fetched = self.union().rows(self.total);
        self.pages
            .fetch(&self.file.open, &[leaf], &fetched, Phase::Ids)
            .await?;
        let started = Instant::now();
        let chunk = self.pages.group().column(leaf);
        let mut pages = self.pages.pages(leaf).map_err(|e| self.file.open.bad(e))?;
        let answers = DictionaryPage::read(chunk, pages.as_mut())
            .and_then(|page| ask(self.pack, &page, conditions));
        drop(pages);
        let all = |answers: Vec<_>| answers.into_iter().collect::<Option<Vec<_>>>();
        let Some(answers) = answers.and_then(all) else {
            return Ok(false);
        };
        let nulls = bounds(&self.file.columns, column, self.pages.group()).nulls;
        for (condition, answer) in conditions.iter().zip(answers) {
            self.state.answered(*condition, answer, nulls);
        }
        self.pack.spec.report.spent(Phase::Dictionaries, started);
        Ok(true)
    }

    fn end_rules_of(&self, condition: usize, fault: &str) {
        for strand in &self.state.strands {
            let strand = &self.pack.strands[*strand as usize];
            if strand.conditions.contains(&condition) {
                self.pack.end(strand.rule, || {
                    let expr = &self.pack.spec.conjuncts[condition].expr;
                    format!("cannot evaluate a filter: {expr}: {fault}")
                });
            }
        }
    }
}

/// The places among these ascending rows of those in a set; None where that is all of them, or most.
pub(super) fn places(rows: &[u32], set: &RowSet) -> Option<Vec<u32>> {
    match set {
        RowSet::All(_) => None,
        RowSet::Few(few) => {
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
                return None;
            };
            let from = few.partition_point(|row| row < first);
            let to = few.partition_point(|row| row <= last);
            let mut at = 0;
            let places = few[from..to].iter().filter_map(|row| {
                at += rows[at..].partition_point(|other| other < row);
                (rows.get(at) == Some(row)).then_some(at as u32)
            });
            Some(places.collect())
        }
        RowSet::Many(bits) => Some(
            (0..rows.len() as u32)
                .filter(|at| bits.value(rows[*at as usize] as usize))
                .collect(),
        ),
    }
}

/// The array without the bytes of its column that its own texts do not need.
pub(super) fn compact(array: &ArrayRef) -> ArrayRef {
    match array.as_string_view_opt() {
        None => Arc::clone(array),
        Some(texts) => {
            let held: usize = texts.data_buffers().iter().map(|b| b.capacity()).sum();
            match texts.total_buffer_bytes_used() < held {
                true => Arc::new(texts.gc()),
                false => Arc::clone(array),
            }
        }
    }
}
