//! A table of the lake as DataFusion sees it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNode;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::exec::LakeScan;
use super::filter::RowFilter;
use super::spec::{ScanOptions, ScanSpec};
use super::{FileSource, FooterCache, ScanReport, ScanSummary};
use crate::symbols::{Column, TableSchema, arrow::schema};

/// One table: its files, its KQL columns and the counters of its scans.
#[derive(Debug)]
pub struct LakeTable {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<dyn FileSource>,
    pub(super) columns: Arc<[Column]>,
    pub(super) schema: SchemaRef,
    pub(super) time_column: Option<String>,
    pub(super) options: ScanOptions,
    pub(super) footers: Arc<FooterCache>,
    pub(super) report: Arc<ScanReport>,
}

impl LakeTable {
    /// A table with these columns; `time_column` is the one by whose bounds files are listed.
    pub fn new(
        source: Arc<dyn FileSource>,
        table: TableSchema,
        time_column: Option<String>,
        options: ScanOptions,
    ) -> Self {
        Self {
            name: table.name.into(),
            source,
            schema: Arc::new(schema(&table.columns)),
            columns: table.columns.into(),
            time_column,
            options,
            footers: Arc::default(),
            report: Arc::default(),
        }
    }

    /// The same with footers remembered across tables and queries.
    pub fn with_footers(mut self, footers: Arc<FooterCache>) -> Self {
        self.footers = footers;
        self
    }

    /// The counters of all scans of this table.
    pub fn report(&self) -> &Arc<ScanReport> {
        &self.report
    }

    /// What a scan with these filters would read; reads footers and dictionaries, but no rows.
    pub async fn preview(&self, state: &dyn Session, filters: &[Expr]) -> Result<ScanSummary> {
        self.plan(state, None, filters, None)?.preview().await
    }

    fn plan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<LakeScan> {
        let filter = RowFilter::new(state, &self.schema, self.time_column.as_deref(), filters)?;
        let window = filter.window();
        let mut conjuncts = filter.into_conjuncts();
        conjuncts.sort_by_key(|c| c.cost);
        let projection = projection
            .cloned()
            .unwrap_or_else(|| (0..self.columns.len()).collect());
        let partitions = self
            .options
            .partitions
            .unwrap_or_else(|| state.config().target_partitions());
        let spec = ScanSpec {
            table: Arc::clone(&self.name),
            source: Arc::clone(&self.source),
            footers: Arc::clone(&self.footers),
            report: Arc::clone(&self.report),
            options: self.options.clone(),
            columns: Arc::clone(&self.columns),
            output: Arc::new(self.schema.project(&projection)?),
            projection,
            conjuncts,
            window,
            limit,
            leading: None,
        };
        Ok(LakeScan::new(Arc::new(spec), partitions))
    }
}

#[async_trait]
impl TableProvider for LakeTable {
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
        Ok(Arc::new(self.plan(state, projection, filters, limit)?))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        pushdown(filters, looks_beyond_the_row)
    }
}

/// Applied here in full, or not at all where an expression is `foreign` or not the same each time.
pub(super) fn pushdown(
    filters: &[&Expr],
    foreign: impl Fn(&Expr) -> bool,
) -> Result<Vec<TableProviderFilterPushDown>> {
    filters
        .iter()
        .map(|filter| {
            let foreign = filter.exists(|e| Ok(foreign(e)))?;
            Ok(if foreign || filter.is_volatile() {
                TableProviderFilterPushDown::Unsupported
            } else {
                TableProviderFilterPushDown::Exact
            })
        })
        .collect()
}

/// Whether an expression needs more than the columns of its own row.
pub(super) fn looks_beyond_the_row(expr: &Expr) -> bool {
    needs_other_rows(expr) || matches!(expr, Expr::Placeholder(_))
}

/// The same, but for a parameter that is not bound yet.
pub(super) fn needs_other_rows(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::ScalarSubquery(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::AggregateFunction(_)
            | Expr::WindowFunction(_)
            | Expr::Unnest(_)
    )
}
