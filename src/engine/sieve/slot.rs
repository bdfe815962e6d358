//! A table whose rows come later: a rule is planned over it, the pass fills it, every window reads it.
//!
//! In: the table's schema, then the rows. Out: a table of DataFusion's that applies filters itself, as the
//! lake's scan does. What always holds: it refuses to answer for times that the pass did not read; a column
//! that it does not hold is one that no plan of the rule's looks at, and reads as null.

use std::sync::{Arc, OnceLock};

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::stream;

use super::plan::folded;
use super::spool::{Chunk, Held};
use crate::engine::EngineError;
use crate::lake::TimeRange;
use crate::lake::scan::{RowFilter, takes_filters};
use crate::lake::schema::event_time_column;
use crate::symbols::{Column, TableSchema, arrow::schema};

/// The table.
#[derive(Debug)]
pub(super) struct SlotTable {
    name: String,
    columns: Vec<Column>,
    schema: SchemaRef,
    time: Option<String>,
    rows: OnceLock<Arc<Held>>,
}

impl SlotTable {
    pub fn new(table: TableSchema) -> Self {
        Self {
            time: event_time_column(&table).map(|c| c.name.clone()),
            schema: Arc::new(schema(&table.columns)),
            name: table.name,
            columns: table.columns,
            rows: OnceLock::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn arrow_schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn time_column(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// The rows, once the pass has read them.
    pub fn held(&self) -> Option<&Arc<Held>> {
        self.rows.get()
    }

    /// Takes the rows in; the first ones count.
    pub fn fill(&self, rows: Held) {
        self.rows.get_or_init(|| Arc::new(rows));
    }

    /// Conditions over the table. Those in `moving` still hold constants to compute.
    pub fn filter(
        &self,
        state: &dyn Session,
        fixed: &[Expr],
        moving: &[Expr],
    ) -> Result<RowFilter, EngineError> {
        let mut filters = Vec::with_capacity(fixed.len() + moving.len());
        for expr in moving {
            filters.push(folded(&self.schema, expr.clone())?);
        }
        filters.extend_from_slice(fixed);
        Ok(RowFilter::new(
            state,
            &self.schema,
            self.time_column(),
            &filters,
        )?)
    }

    /// Whether some row passes.
    ///
    /// # Errors
    /// Those of the temporary file and of evaluating a condition.
    pub fn any(&self, filter: &RowFilter) -> Result<bool, EngineError> {
        let Some(held) = self.held() else {
            return Ok(true);
        };
        for chunk in held.possible(filter) {
            if passed(held, chunk, filter)?.num_rows() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether all times of `asked` were read.
pub(super) fn covers(read: &TimeRange, asked: &TimeRange) -> bool {
    let from = read
        .start
        .is_none_or(|start| asked.start.is_some_and(|a| a >= start));
    let to = read
        .end
        .is_none_or(|end| asked.end.is_some_and(|a| a <= end));
    from && to
}

/// The rows of a chunk that pass.
fn passed(held: &Held, chunk: &Chunk, filter: &RowFilter) -> Result<RecordBatch> {
    let batch = held.load(chunk)?;
    let rows = filter.evaluate(batch.num_rows(), chunk.times, |at| {
        Ok(held.column(&batch, at))
    })?;
    match rows.true_count() == batch.num_rows() {
        true => Ok(batch),
        false => Ok(filter_record_batch(&batch, &rows)?),
    }
}

#[async_trait]
impl TableProvider for SlotTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let fault = |e: EngineError| DataFusionError::External(Box::new(e));
        let held = self.held().ok_or_else(|| {
            DataFusionError::Internal(format!("the rows of {} were not read", self.name))
        })?;
        let filter = self.filter(state, &[], filters).map_err(fault)?;
        if !covers(&held.window, &filter.window()) {
            return Err(DataFusionError::Internal(format!(
                "the rows of {} were not read for the whole window",
                self.name
            )));
        }
        let projection = projection
            .cloned()
            .unwrap_or_else(|| (0..self.columns.len()).collect());
        let output = Arc::new(self.schema.project(&projection)?);
        let rows: Arc<dyn PartitionStream> = Arc::new(Rows {
            held: Arc::clone(held),
            filter,
            projection,
            output: Arc::clone(&output),
        });
        let plan = StreamingTableExec::try_new(output, vec![rows], None, [], false, limit)?;
        Ok(Arc::new(plan))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        takes_filters(filters)
    }
}

/// One scan's rows, chunk by chunk.
#[derive(Debug)]
struct Rows {
    held: Arc<Held>,
    filter: RowFilter,
    projection: Vec<usize>,
    output: SchemaRef,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.output
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let held = Arc::clone(&self.held);
        let filter = self.filter.clone();
        let projection = self.projection.clone();
        let output = Arc::clone(&self.output);
        let chunks = (0..held.chunks.len()).map(move |at| -> Result<Option<RecordBatch>> {
            let chunk = &held.chunks[at];
            if !filter.possible(chunk.times) {
                return Ok(None);
            }
            let batch = passed(&held, chunk, &filter)?;
            let arrays = projection
                .iter()
                .map(|at| held.column(&batch, *at))
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let batch = RecordBatch::try_new_with_options(Arc::clone(&output), arrays, &options)?;
            Ok((batch.num_rows() > 0).then_some(batch))
        });
        let batches = stream::iter(chunks.filter_map(Result::transpose));
        Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&self.output),
            batches,
        ))
    }
}

impl Held {
    /// A column of the table by its position, of a batch of this residue's.
    fn column(&self, batch: &RecordBatch, at: usize) -> ArrayRef {
        match self.columns.iter().position(|own| *own == at) {
            Some(own) => Arc::clone(batch.column(own)),
            None => new_null_array(self.table.field(at).data_type(), batch.num_rows()),
        }
    }

    /// The chunks that may hold a row that passes.
    fn possible<'a>(&'a self, filter: &'a RowFilter) -> impl Iterator<Item = &'a Chunk> {
        self.chunks.iter().filter(|c| filter.possible(c.times))
    }
}
