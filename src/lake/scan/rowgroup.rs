//! Reads one row group: its open filters one after the other, then the output of the rows that passed, and that
//! none of their group beats where one row of each group is wanted.
//!
//! In: a [`PreparedFile`] and one of its row groups. Out: batches in the engine's types.
//! What always holds: each filter sees only the rows that all earlier ones passed, and the output
//! columns are read last, for those rows alone.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;

use super::ScanError;
use super::batches::Batches;
use super::dictionary::{Answers, ask, page_range};
use super::ids::passing;
use super::leaders::Leaders;
use super::pageindex::possible;
use super::pages::GroupPages;
use super::prepare::{GroupPlan, PreparedFile};
use super::report::{Phase, Pruned};
use super::rows::Rows;
use super::spec::ScanSpec;
use super::statistics::bounds;

/// A filter asks the dictionary first while at least one row in so many is still in.
pub(super) const ASK_SHARE: usize = 5;

/// The output of one row group, in batches.
pub(super) struct GroupReader {
    spec: Arc<ScanSpec>,
    file: Arc<PreparedFile>,
    batches: Option<Batches>,
}

impl GroupReader {
    /// Applies the open filters; the output is then ready to be decoded.
    pub async fn open(
        spec: Arc<ScanSpec>,
        file: Arc<PreparedFile>,
        plan: GroupPlan,
        leaders: &Leaders,
    ) -> Result<Self, ScanError> {
        let filters = plan.answered.iter().map(|(at, _)| at).chain(&plan.open);
        let leading = spec.leading.as_ref().filter(|_| leaders.pays());
        let competing = leading
            .iter()
            .flat_map(|l| l.group.iter().chain([&l.order]));
        let competing = competing.filter_map(|at| file.columns.file_column(*at)?.flat_leaf());
        let uses = filters
            .flat_map(|at| &file.filters[*at].leaves)
            .chain(&file.output.leaves);
        let uses = uses.copied().chain(competing);
        let pages = GroupPages::new(Arc::clone(&file.metadata), plan.index, uses);
        let mut sieve = Sieve {
            spec: &spec,
            file: &file,
            rows: Rows::all(pages.rows()),
            pages,
        };
        match leading {
            Some(leading) if sieve.beaten(leading, leaders).await? => sieve.rows.clear(),
            Some(_) | None => sieve.run(plan).await?,
        }
        if let Some(leading) = leading
            && sieve.rows.count() > 0
        {
            sieve.lead(leading, leaders).await?;
        }
        let Sieve {
            rows, mut pages, ..
        } = sieve;
        if rows.count() == 0 {
            spec.report.group_pruned(Pruned::Rows);
            return Ok(Self {
                spec,
                file,
                batches: None,
            });
        }
        pages
            .fetch(&file.open, &file.output.leaves, &rows, Phase::Decode)
            .await?;
        let batches = Batches::new(
            &spec,
            &file.open,
            &file.output,
            &pages,
            &rows,
            Arc::clone(&spec.output),
        )?;
        Ok(Self {
            spec,
            file,
            batches: Some(batches),
        })
    }

    pub fn next(&mut self) -> Result<Option<RecordBatch>, ScanError> {
        match &mut self.batches {
            None => Ok(None),
            Some(batches) => batches.next(&self.spec, &self.file.open, &self.file.output),
        }
    }
}

/// The filters at work.
pub(super) struct Sieve<'a> {
    pub spec: &'a Arc<ScanSpec>,
    pub file: &'a Arc<PreparedFile>,
    pub rows: Rows,
    pub pages: GroupPages,
}

impl Sieve<'_> {
    async fn run(&mut self, mut plan: GroupPlan) -> Result<(), ScanError> {
        let group = self.file.metadata.row_group(plan.index);
        for at in plan
            .open
            .iter()
            .chain(plan.answered.iter().map(|(at, _)| at))
        {
            let conjunct = &self.spec.conjuncts[*at];
            if let [column] = conjunct.columns[..]
                && let Some(file) = self.file.columns.file_column(column)
                && let Some(bits) = possible(&self.file.metadata, plan.index, file, &conjunct.rule)
            {
                self.rows.intersect(bits);
            }
        }
        if self.rows.count() == 0 {
            return Ok(());
        }
        // The fewest bytes for the fewest rows come first.
        plan.answered.sort_by_key(|(at, answers)| {
            let bytes: i64 = self.file.filters[*at]
                .leaves
                .iter()
                .map(|l| group.column(*l).compressed_size())
                .sum();
            let share = answers.values.passing() * 100 / answers.values.len().max(1);
            bytes.max(0) as usize * (share + 5)
        });
        let mut open = plan.open;
        for (at, answers) in plan.answered {
            if !self.by_ids(at, &answers).await? {
                open.push(at);
            }
            if self.rows.count() == 0 {
                return Ok(());
            }
        }
        for at in open {
            let answered = self.rows.count() * ASK_SHARE >= self.rows.total()
                && self.by_dictionary(at).await?;
            if !answered {
                self.by_rows(at).await?;
            }
            self.pages.forget(&self.file.filters[at].leaves);
            if self.rows.count() == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Keeps the rows whose id passes; false where the pages do not let themselves be read so.
    async fn by_ids(&mut self, at: usize, answers: &Answers) -> Result<bool, ScanError> {
        let [leaf] = self.file.filters[at].leaves[..] else {
            return Ok(false);
        };
        self.pages
            .fetch(&self.file.open, &[leaf], &self.rows, Phase::Ids)
            .await?;
        let started = Instant::now();
        let optional = self
            .pages
            .group()
            .column(leaf)
            .column_descr()
            .max_def_level()
            > 0;
        let found = self
            .pages
            .pages(leaf)
            .and_then(|mut pages| passing(pages.as_mut(), optional, answers, &self.rows))
            .map_err(|e| self.file.open.bad(e))?;
        let Some(bits) = found else { return Ok(false) };
        self.rows.intersect(bits);
        self.spec.report.spent(Phase::Ids, started);
        Ok(true)
    }

    /// The leaf of a column all of whose pages are made of ids, and where its dictionary lies.
    pub fn dictionary(&self, column: usize) -> Option<(usize, Range<u64>)> {
        let file = self.file.columns.file_column(column)?;
        let leaf = file.flat_leaf()?;
        Some((leaf, page_range(file, self.pages.group().column(leaf))?))
    }

    /// Asks the filter's dictionary and then its ids; false where it has none that answers.
    async fn by_dictionary(&mut self, at: usize) -> Result<bool, ScanError> {
        let conjunct = &self.spec.conjuncts[at];
        let [column] = conjunct.columns[..] else {
            return Ok(false);
        };
        let Some((leaf, _)) = self.dictionary(column) else {
            return Ok(false);
        };
        self.pages
            .fetch(&self.file.open, &[leaf], &self.rows, Phase::Ids)
            .await?;
        let started = Instant::now();
        let chunk = self.pages.group().column(leaf);
        let mut pages = self.pages.pages(leaf).map_err(|e| self.file.open.bad(e))?;
        let Some(answers) = ask(conjunct, chunk, pages.as_mut()) else {
            return Ok(false);
        };
        drop(pages);
        self.spec.report.spent(Phase::Dictionaries, started);
        let nulls = bounds(&self.file.columns, column, self.pages.group()).nulls;
        if answers.none(nulls) {
            self.rows.clear();
            return Ok(true);
        }
        Ok(answers.all(nulls) || self.by_ids(at, &answers).await?)
    }

    async fn by_rows(&mut self, at: usize) -> Result<(), ScanError> {
        let conjunct = &self.spec.conjuncts[at];
        let layout = &self.file.filters[at];
        self.pages
            .fetch(&self.file.open, &layout.leaves, &self.rows, Phase::Decode)
            .await?;
        let mut batches = Batches::new(
            self.spec,
            &self.file.open,
            layout,
            &self.pages,
            &self.rows,
            Arc::clone(&conjunct.schema),
        )?;
        let mut passed = Vec::new();
        while let Some(batch) = batches.next(self.spec, &self.file.open, layout)? {
            let result = conjunct.evaluate(&batch);
            passed.push(result.map_err(|e| ScanError::Filter(format!("{}: {e}", conjunct.expr)))?);
        }
        self.rows.retain(&passed);
        Ok(())
    }
}
