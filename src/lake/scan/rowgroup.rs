//! Reads one row group: its open filters one after the other, then the output of the rows that passed.
//!
//! In: a [`PreparedFile`] and one of its row groups. Out: batches in the engine's types.
//! What always holds: each filter sees only the rows that all earlier ones passed, and the output
//! columns are read last, for those rows alone.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use parquet::arrow::FieldLevels;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups, RowSelection};
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::SerializedPageReader;

use super::ScanError;
use super::adapt::{Layout, Output, constant};
use super::chunk::Chunks;
use super::convert::{Conversion, int96_ticks};
use super::prepare::{GroupPlan, PreparedFile};
use super::report::{Phase, Pruned};
use super::spec::ScanSpec;

/// The rows of a row group that passed every filter so far.
#[derive(Debug, Clone)]
struct Rows {
    total: usize,
    /// None selects all.
    selection: Option<RowSelection>,
}

impl Rows {
    fn count(&self) -> usize {
        self.selection
            .as_ref()
            .map_or(self.total, RowSelection::row_count)
    }

    /// Keeps those of the selected rows for which `passed` is true.
    fn retain(&mut self, passed: &[BooleanArray]) {
        if passed.iter().all(|p| p.true_count() == p.len()) {
            return;
        }
        let kept = RowSelection::from_filters(passed);
        self.selection = Some(match &self.selection {
            None => kept,
            Some(selection) => selection.and_then(&kept),
        });
    }
}

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
    ) -> Result<Self, ScanError> {
        let group = file.metadata.row_group(plan.index);
        let mut rows = Rows {
            total: usize::try_from(group.num_rows()).unwrap_or(0),
            selection: None,
        };
        for at in &plan.open {
            let conjunct = &spec.conjuncts[*at];
            let mut batches = Batches::open(
                &spec,
                &file,
                &file.filters[*at],
                plan.index,
                &rows,
                Arc::clone(&conjunct.schema),
            )
            .await?;
            let mut passed = Vec::new();
            while let Some(batch) = batches.next(&spec, &file, &file.filters[*at])? {
                let result = conjunct.evaluate(&batch);
                passed.push(
                    result.map_err(|e| ScanError::Filter(format!("{}: {e}", conjunct.expr)))?,
                );
            }
            rows.retain(&passed);
            if rows.count() == 0 {
                spec.report.group_pruned(Pruned::Rows);
                return Ok(Self {
                    spec,
                    file,
                    batches: None,
                });
            }
        }
        let output = Arc::clone(&spec.output);
        let batches = Batches::open(&spec, &file, &file.output, plan.index, &rows, output).await?;
        Ok(Self {
            spec,
            file,
            batches: Some(batches),
        })
    }

    pub fn next(&mut self) -> Result<Option<RecordBatch>, ScanError> {
        match &mut self.batches {
            None => Ok(None),
            Some(batches) => batches.next(&self.spec, &self.file, &self.file.output),
        }
    }
}

/// Some columns of the selected rows of a row group.
struct Batches {
    schema: SchemaRef,
    reader: Reader,
}

enum Reader {
    Columns {
        plain: ParquetRecordBatchReader,
        int96: Option<ParquetRecordBatchReader>,
    },
    /// No column comes from the file: only rows are counted.
    Count(usize),
}

impl Batches {
    async fn open(
        spec: &ScanSpec,
        file: &PreparedFile,
        layout: &Layout,
        group: usize,
        rows: &Rows,
        schema: SchemaRef,
    ) -> Result<Self, ScanError> {
        if layout.leaves.is_empty() {
            return Ok(Self {
                schema,
                reader: Reader::Count(rows.count()),
            });
        }
        let metadata = file.metadata.row_group(group);
        let ranges: Vec<_> = layout
            .leaves
            .iter()
            .map(|leaf| {
                let (start, length) = metadata.column(*leaf).byte_range();
                start..start + length
            })
            .collect();
        let chunks = file.open.chunks(&ranges, Phase::Decode).await?;
        let pages = GroupPages {
            metadata: &file.metadata,
            group: metadata,
            leaves: &layout.leaves,
            chunks,
        };
        let reader = |levels: &FieldLevels| {
            ParquetRecordBatchReader::try_new_with_row_groups(
                levels,
                &pages,
                spec.options.batch_rows,
                rows.selection.clone(),
            )
            .map_err(|e| file.open.bad(e))
        };
        Ok(Self {
            schema,
            reader: Reader::Columns {
                plain: reader(&layout.levels)?,
                int96: layout.int96_levels.as_ref().map(reader).transpose()?,
            },
        })
    }

    fn next(
        &mut self,
        spec: &ScanSpec,
        file: &PreparedFile,
        layout: &Layout,
    ) -> Result<Option<RecordBatch>, ScanError> {
        let started = std::time::Instant::now();
        let batch = self.decode(spec, file, layout);
        spec.report.spent(Phase::Decode, started);
        batch
    }

    fn decode(
        &mut self,
        spec: &ScanSpec,
        file: &PreparedFile,
        layout: &Layout,
    ) -> Result<Option<RecordBatch>, ScanError> {
        let bad = |e: &dyn std::fmt::Display| file.open.bad(e);
        let (rows, plain, micros) = match &mut self.reader {
            Reader::Count(0) => return Ok(None),
            Reader::Count(left) => {
                let rows = (*left).min(spec.options.batch_rows);
                *left -= rows;
                (rows, None, None)
            }
            Reader::Columns { plain, int96 } => {
                let Some(batch) = plain.next().transpose().map_err(|e| bad(&e))? else {
                    return Ok(None);
                };
                let micros = match int96 {
                    None => None,
                    Some(int96) => int96.next().transpose().map_err(|e| bad(&e))?,
                };
                (batch.num_rows(), Some(batch), micros)
            }
        };
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(layout.outputs.len());
        for (output, field) in layout.outputs.iter().zip(self.schema.fields()) {
            let (at, column, conversion) = match output {
                Output::Constant(value) => {
                    arrays.push(constant(value, field.data_type(), rows)?);
                    continue;
                }
                Output::Read {
                    at,
                    column,
                    conversion,
                } => (*at, &spec.columns[*column], conversion),
            };
            let array = plain
                .as_ref()
                .map(|b| b.column(at))
                .ok_or_else(|| bad(&"a column is gone"))?;
            let (array, failed) = match (conversion, &micros) {
                (Conversion::Int96, Some(micros)) => int96_ticks(micros.column(at), array),
                (conversion, _) => conversion.apply(array, column.ty).map_err(|e| bad(&e))?,
            };
            if failed > 0 {
                spec.report.conversion_failures(&column.name, failed);
            }
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map(Some)
            .map_err(|e| bad(&e))
    }
}

/// The pages of some leaves of one row group, for Parquet's array readers.
struct GroupPages<'a> {
    metadata: &'a ParquetMetaData,
    group: &'a RowGroupMetaData,
    leaves: &'a [usize],
    chunks: Chunks,
}

impl RowGroups for GroupPages<'_> {
    fn num_rows(&self) -> usize {
        usize::try_from(self.group.num_rows()).unwrap_or(0)
    }

    fn column_chunks(&self, leaf: usize) -> ParquetResult<Box<dyn PageIterator>> {
        let leaf = *self
            .leaves
            .get(leaf)
            .ok_or_else(|| ParquetError::General("a leaf that was not asked for".to_owned()))?;
        let reader = SerializedPageReader::new(
            Arc::new(self.chunks.clone()),
            self.group.column(leaf),
            self.num_rows(),
            None,
        )?;
        Ok(Box::new(OneChunk(Some(Box::new(reader)))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}
