//! Decodes some columns of the selected rows of a row group, in the engine's types.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use parquet::arrow::FieldLevels;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::ScanError;
use super::adapt::{Layout, Output, constant};
use super::chunk::OpenFile;
use super::convert::{Conversion, int96_ticks};
use super::pages::GroupPages;
use super::report::Phase;
use super::rows::Rows;
use super::spec::ScanSpec;

/// The batches of one layout.
pub(super) struct Batches {
    schema: SchemaRef,
    reader: Reader,
}

enum Reader {
    Columns {
        plain: ParquetRecordBatchReader,
        /// The same rows with INT96 in microseconds, where there is such a column.
        int96: Option<ParquetRecordBatchReader>,
    },
    /// No column comes from the file: only rows are counted.
    Count(usize),
}

impl Batches {
    /// The layout's leaves must be at hand in `pages`.
    pub fn new(
        spec: &ScanSpec,
        open: &OpenFile,
        layout: &Layout,
        pages: &GroupPages,
        rows: &Rows,
        schema: SchemaRef,
    ) -> Result<Self, ScanError> {
        if layout.leaves.is_empty() {
            return Ok(Self {
                schema,
                reader: Reader::Count(rows.count()),
            });
        }
        let columns = pages.columns(&layout.leaves);
        let selection = rows.selection();
        let reader = |levels: &FieldLevels| {
            ParquetRecordBatchReader::try_new_with_row_groups(
                levels,
                &columns,
                spec.options.batch_rows,
                selection.clone(),
            )
            .map_err(|e| open.bad(e))
        };
        Ok(Self {
            schema,
            reader: Reader::Columns {
                plain: reader(&layout.levels)?,
                int96: layout.int96_levels.as_ref().map(reader).transpose()?,
            },
        })
    }

    pub fn next(
        &mut self,
        spec: &ScanSpec,
        open: &OpenFile,
        layout: &Layout,
    ) -> Result<Option<RecordBatch>, ScanError> {
        let started = Instant::now();
        let batch = self.decode(spec, open, layout);
        spec.report.spent(Phase::Decode, started);
        batch
    }

    fn decode(
        &mut self,
        spec: &ScanSpec,
        open: &OpenFile,
        layout: &Layout,
    ) -> Result<Option<RecordBatch>, ScanError> {
        let bad = |e: &dyn std::fmt::Display| open.bad(e);
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
