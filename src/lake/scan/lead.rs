//! Reads what [`Leaders`] need of a row group: dictionaries, ids, and the column by which rows compete.
//!
//! In: a row group before its filters, then the rows that passed them. Out: whether anything of it must be read,
//! then the rows that stay. What always holds: where a column does not let itself be read by ids, all rows stay.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, AsArray, BooleanBufferBuilder};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Int64Type};
use parquet::file::reader::SerializedPageReader;

use super::ScanError;
use super::adapt::Layout;
use super::batches::Batches;
use super::dictionary::DictionaryPage;
use super::ids::of_rows;
use super::leaders::{Column, Groups, Leaders, Leading, stays};
use super::report::Phase;
use super::rowgroup::Sieve;
use super::statistics::bounds;

impl Sieve<'_> {
    /// Whether every row of the row group is beaten by its statistics and the dictionary of the only column that
    /// tells groups apart.
    pub async fn beaten(&self, leading: &Leading, leaders: &Leaders) -> Result<bool, ScanError> {
        let group = self.pages.group();
        let limit = leading.limit(&bounds(&self.file.columns, leading.order, group));
        let ([column], Some(limit)) = (&leading.group[..], limit) else {
            return Ok(false);
        };
        if leaders.is_empty() {
            return Ok(false);
        }
        let Some((leaf, range)) = self.dictionary(*column) else {
            return Ok(false);
        };
        let chunk = group.column(leaf);
        let chunks = self.file.open.chunks(&[range], Phase::Dictionaries).await?;
        let started = Instant::now();
        let pages = SerializedPageReader::new(Arc::new(chunks), chunk, self.rows.total(), None);
        let dictionary = pages
            .ok()
            .and_then(|mut pages| DictionaryPage::read(chunk, &mut pages)?.array())
            .filter(|values| *values.data_type() == DataType::Utf8View);
        let nulls = bounds(&self.file.columns, *column, group).nulls;
        let beaten = dictionary.is_some_and(|values| leaders.beat_all(&values, nulls, limit));
        self.spec.report.spent(Phase::Dictionaries, started);
        Ok(beaten)
    }

    /// Keeps the rows that none of their group beats.
    pub async fn lead(&mut self, leading: &Leading, leaders: &Leaders) -> Result<(), ScanError> {
        let file = self.file;
        let Some(layout) = &file.order else {
            return Ok(());
        };
        let seen = self.rows.count();
        let mut columns = Vec::with_capacity(leading.group.len());
        for column in &leading.group {
            let Some(column) = self.ids_of(*column).await? else {
                return Ok(());
            };
            columns.push(column);
        }
        let every = BooleanBuffer::new_set(self.rows.total());
        let wanted = self.rows.mask().cloned().unwrap_or(every);
        let groups = Groups::new(columns, &wanted);
        let before = leaders.of(&groups);
        let order = bounds(&self.file.columns, leading.order, self.pages.group());
        if leading
            .limit(&order)
            .is_some_and(|limit| groups.beaten(&before, limit))
        {
            self.rows.clear();
            leaders.count(seen, seen);
            return Ok(());
        }
        let keys = self.keys(leading, layout).await?;
        let mut best = before.clone();
        for (row, key) in wanted.set_indices().zip(&keys) {
            let best = &mut best[groups.slot(row)];
            *best = key.unwrap_or(*best).max(*best);
        }
        let mut bits = BooleanBufferBuilder::new(wanted.len());
        bits.append_n(wanted.len(), false);
        for (row, key) in wanted.set_indices().zip(&keys) {
            if stays(*key, best[groups.slot(row)]) {
                bits.set_bit(row, true);
            }
        }
        self.rows.intersect(bits.finish());
        leaders.learn(&groups, &before, &best);
        leaders.count(seen, seen - self.rows.count());
        Ok(())
    }

    /// The dictionary of a column and the ids of the rows that are in; None where not all pages are made of ids.
    async fn ids_of(&mut self, column: usize) -> Result<Option<Column>, ScanError> {
        let Some((leaf, _)) = self.dictionary(column) else {
            return Ok(None);
        };
        self.pages
            .fetch(&self.file.open, &[leaf], &self.rows, Phase::Ids)
            .await?;
        let started = Instant::now();
        let chunk = self.pages.group().column(leaf);
        let bad = |e| self.file.open.bad(e);
        let mut pages = self.pages.pages(leaf).map_err(bad)?;
        let Some(values) = DictionaryPage::read(chunk, pages.as_mut()).and_then(|p| p.array())
        else {
            return Ok(None);
        };
        if *values.data_type() != DataType::Utf8View {
            return Ok(None);
        }
        let optional = chunk.column_descr().max_def_level() > 0;
        let null = (values.len() - 1) as u32;
        let ids = of_rows(pages.as_mut(), optional, null, &self.rows).map_err(bad)?;
        self.spec.report.spent(Phase::Ids, started);
        Ok(ids.map(|ids| Column { values, ids }))
    }

    /// The keys of the rows that are in, by which they compete.
    async fn keys(
        &mut self,
        leading: &Leading,
        layout: &Layout,
    ) -> Result<Vec<Option<i64>>, ScanError> {
        self.pages
            .fetch(&self.file.open, &layout.leaves, &self.rows, Phase::Decode)
            .await?;
        let mut batches = Batches::new(
            self.spec,
            &self.file.open,
            layout,
            &self.pages,
            &self.rows,
            Arc::clone(&leading.schema),
        )?;
        let mut keys = Vec::with_capacity(self.rows.count());
        while let Some(batch) = batches.next(self.spec, &self.file.open, layout)? {
            let values = batch.column(0).as_primitive::<Int64Type>();
            keys.extend(values.iter().map(|value| value.map(|v| leading.key(v))));
        }
        Ok(keys)
    }
}
