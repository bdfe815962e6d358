//! Filters over a table's rows, wherever the rows are: in files or already in memory.
//!
//! In: DataFusion's filters with every parameter bound. Out: the time that they leave open, and which
//! rows of some arrays pass. What always holds: a null never passes; the answer is that of the scan.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ToDFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};

use super::bounds::{Bounds, Nulls, Value};
use super::conjunct::Conjunct;
use super::provider::{needs_other_rows, pushdown};
use crate::lake::file::TimeRange;

/// Conditions that all must hold.
#[derive(Debug, Clone)]
pub struct RowFilter {
    conjuncts: Vec<Conjunct>,
    /// The position of the time column.
    time: Option<usize>,
}

/// The times of some rows, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub first: i64,
    pub last: i64,
    /// Some row has no time.
    pub nulls: bool,
}

impl RowFilter {
    /// Filters over a table of this schema, in KQL's Arrow types.
    ///
    /// # Errors
    /// DataFusion's, where a filter does not fit the schema.
    pub fn new(
        state: &dyn Session,
        schema: &SchemaRef,
        time_column: Option<&str>,
        filters: &[Expr],
    ) -> Result<Self> {
        let named = Arc::clone(schema).to_dfschema()?;
        let mut conjuncts = Vec::new();
        for filter in filters {
            let filter = state.create_physical_expr(filter.clone(), &named)?;
            conjuncts.extend(Conjunct::split(&filter, schema)?);
        }
        Ok(Self {
            conjuncts,
            time: time_column.and_then(|name| schema.index_of(name).ok()),
        })
    }

    /// The times that rows which pass can have.
    pub fn window(&self) -> TimeRange {
        self.time.map_or_else(TimeRange::default, |time| {
            self.conjuncts
                .iter()
                .map(|c| c.rule.window(time))
                .fold(TimeRange::default(), |all, one| all.intersect(&one))
        })
    }

    pub(super) fn into_conjuncts(self) -> Vec<Conjunct> {
        self.conjuncts
    }

    /// Whether some of the rows with these times may pass.
    pub fn possible(&self, times: Option<Times>) -> bool {
        self.conjuncts
            .iter()
            .all(|c| !c.rule.outcomes(&|at| self.bounds(at, times)).none())
    }

    /// Which rows pass; `column` gives the array of a column by its position in the table.
    ///
    /// # Errors
    /// Those of evaluating a condition.
    pub fn evaluate(
        &self,
        rows: usize,
        times: Option<Times>,
        column: impl Fn(usize) -> Result<ArrayRef>,
    ) -> Result<BooleanArray> {
        let mut passed: Option<BooleanArray> = None;
        for conjunct in &self.conjuncts {
            let outcomes = conjunct.rule.outcomes(&|at| self.bounds(at, times));
            if outcomes.none() {
                return Ok(BooleanArray::new(BooleanBuffer::new_unset(rows), None));
            }
            if outcomes.all() {
                continue;
            }
            let arrays = conjunct.columns.iter().map(|at| column(*at));
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(
                Arc::clone(&conjunct.schema),
                arrays.collect::<Result<_>>()?,
                &options,
            )?;
            let own = conjunct.evaluate(&batch)?;
            passed = Some(match passed {
                None => own,
                Some(before) => BooleanArray::new(before.values() & own.values(), None),
            });
        }
        Ok(passed.unwrap_or_else(|| BooleanArray::new(BooleanBuffer::new_set(rows), None)))
    }

    fn bounds(&self, column: usize, times: Option<Times>) -> Bounds {
        match times.filter(|_| Some(column) == self.time) {
            None => Bounds::UNKNOWN,
            Some(times) => Bounds {
                min: Some(Value::Int(times.first.into())),
                max: Some(Value::Int(times.last.into())),
                exact: true,
                nulls: match times.nulls {
                    true => Nulls::Unknown,
                    false => Nulls::None,
                },
            },
        }
    }
}

/// The times of an array of ticks; None where it has none.
pub fn times(array: &dyn Array) -> Option<Times> {
    let ticks = arrow::array::AsArray::as_primitive_opt::<arrow::datatypes::Int64Type>(array)?;
    Some(Times {
        first: arrow::compute::min(ticks)?,
        last: arrow::compute::max(ticks)?,
        nulls: ticks.null_count() > 0,
    })
}

/// What a provider that holds rows of the lake answers about filters: all that the scan itself would take,
/// and those whose parameter is not bound yet.
///
/// # Errors
/// Those of walking the expression.
pub fn takes_filters(filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
    pushdown(filters, needs_other_rows)
}

impl super::LakeTable {
    /// The column by whose bounds files are listed.
    pub fn time_column(&self) -> Option<&str> {
        self.time_column.as_deref()
    }

    /// The columns in KQL's Arrow types.
    pub fn arrow_schema(&self) -> SchemaRef {
        TableProvider::schema(self)
    }
}
