//! Decodes the rows that some rule keeps, once, and gives each rule its own.
//!
//! In: the rows of each strand of a row group. Out: for each rule batches of its columns, in row order.
//! What always holds: a row that several strands of a rule keep is given once; what is given holds no
//! bytes of rows that are not.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::take;

use super::file::PackFile;
use super::group::{Reading, compact, places};
use super::pack::Pack;
use super::rowset::RowSet;
use super::run::Kept;
use crate::lake::scan::ScanError;
use crate::lake::scan::adapt::Layout;
use crate::lake::scan::batches::Batches;
use crate::lake::scan::report::Phase;

/// The output of one row group.
pub(super) struct Output {
    rules: Vec<(usize, RowSet)>,
    /// The rows of all rules, and how many were given.
    rows: Vec<u32>,
    done: usize,
    columns: Vec<usize>,
    layout: Layout,
    batches: Batches,
}

impl Output {
    /// Fetches what the rows need; None where there is no row.
    pub async fn open(
        pack: &Pack,
        file: &PackFile,
        reading: &mut Reading<'_>,
        strands: Vec<(u32, RowSet)>,
    ) -> Result<Option<Self>, ScanError> {
        let mut by_rule: BTreeMap<usize, Vec<RowSet>> = BTreeMap::new();
        for (strand, rows) in strands {
            by_rule
                .entry(pack.strands[strand as usize].rule)
                .or_default()
                .push(rows);
        }
        if by_rule.is_empty() {
            return Ok(None);
        }
        let total = reading.pages.rows();
        let rules: Vec<(usize, RowSet)> = by_rule
            .into_iter()
            .map(|(rule, sets)| (rule, RowSet::union(sets.iter(), total)))
            .collect();
        let all = RowSet::union(rules.iter().map(|(_, rows)| rows), total);
        let mut columns: Vec<usize> = rules
            .iter()
            .flat_map(|(rule, _)| pack.rules[*rule].columns.iter().copied())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let schema = file.metadata.file_metadata().schema_descr();
        let layout = Layout::new(&columns, &file.columns, schema).map_err(|e| file.open.bad(e))?;
        let wanted = all.rows(total);
        reading
            .pages
            .fetch(&file.open, &layout.leaves, &wanted, Phase::Decode)
            .await?;
        let fields = columns.iter().map(|c| {
            let at = pack.spec.projection.binary_search(c).unwrap_or_default();
            Arc::clone(&pack.spec.output.fields()[at])
        });
        let schema = Arc::new(arrow::datatypes::Schema::new(fields.collect::<Vec<_>>()));
        let batches = Batches::new(
            &pack.spec,
            &file.open,
            &layout,
            &reading.pages,
            &wanted,
            schema,
        )?;
        Ok(Some(Self {
            rules,
            rows: all.list(),
            done: 0,
            columns,
            layout,
            batches,
        }))
    }

    /// The rules' rows of the next batch; None at the end.
    pub fn next(&mut self, pack: &Pack, file: &PackFile) -> Result<Option<Vec<Kept>>, ScanError> {
        let Some(batch) = self.batches.next(&pack.spec, &file.open, &self.layout)? else {
            return Ok(None);
        };
        let rows = &self.rows[self.done..self.done + batch.num_rows()];
        self.done += batch.num_rows();
        let mut kept = Vec::with_capacity(self.rules.len());
        for (rule, own) in &self.rules {
            let wants = &pack.rules[*rule];
            if wants.ended.get().is_some() {
                continue;
            }
            let places = places(rows, own);
            if places.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            let count = places.as_ref().map_or(rows.len(), Vec::len);
            let places = places.map(UInt32Array::from);
            let arrays = wants
                .columns
                .iter()
                .map(|column| {
                    let at = self.columns.binary_search(column).unwrap_or_default();
                    let whole = batch.column(at);
                    let taken: ArrayRef = match &places {
                        None => Arc::clone(whole),
                        Some(places) => {
                            take(whole.as_ref(), places, None).map_err(|e| file.open.bad(e))?
                        }
                    };
                    Ok(compact(&taken))
                })
                .collect::<Result<Vec<_>, ScanError>>()?;
            let options = RecordBatchOptions::new().with_row_count(Some(count));
            let batch =
                RecordBatch::try_new_with_options(Arc::clone(&wants.schema), arrays, &options)
                    .map_err(|e| file.open.bad(e))?;
            kept.push(Kept { rule: *rule, batch });
        }
        pack.spec.report.rows_out(batch.num_rows() as u64);
        Ok(Some(kept))
    }
}
