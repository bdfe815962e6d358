//! One engine a process: DataFusion's runtime, KQL's functions, the lake.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::compute::cast;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    SchemaProvider,
};
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::physical_plan::{ExecutionPlan, displayable, execute_stream};
use datafusion::prelude::SessionConfig;
use datafusion::sql::parser::Statement;
use futures::StreamExt;

use super::tables::{Counters, OpenTable, TableAccess, TableReport};
use super::{EngineError, Preview, functions, preview};
use crate::compile::{Compiled, CompiledQuery, Options, compile};
use crate::diagnostics::{Code, Severity};
use crate::lake::scan::FooterCache;
use crate::lake::{Lake, LakeCatalogue, TimeRange, survey};
use crate::plan;

/// Decoded footers that are kept, in bytes.
const FOOTER_CACHE: usize = 64 << 20;

/// Footers from which the schema of a table is taken that the catalogue does not have.
const SCHEMA_FOOTERS: usize = 64;

/// Limits and settings of a process.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Bytes that DataFusion's operators may hold before they spill; None is no limit.
    pub memory: Option<usize>,
    /// Threads that run queries.
    pub threads: usize,
    pub tables: TableAccess,
    /// Refuse a scan of more bytes, more files.
    pub max_bytes: Option<u64>,
    pub max_files: Option<u64>,
}

/// Runs queries over one lake, or over none.
pub struct Engine {
    state: SessionState,
    options: EngineOptions,
    lake: Option<Lake>,
    footers: Arc<FooterCache>,
}

/// A query that is planned and can be executed.
pub struct Planned {
    plan: Arc<dyn ExecutionPlan>,
    state: SessionState,
    tables: Vec<OpenTable>,
    columns: Vec<plan::Column>,
}

impl Engine {
    /// An engine over this lake.
    ///
    /// # Errors
    /// [`EngineError::Run`] where DataFusion's runtime cannot be set up.
    pub fn new(options: EngineOptions, lake: Option<Lake>) -> Result<Self, EngineError> {
        let mut runtime = RuntimeEnvBuilder::new();
        if let Some(bytes) = options.memory {
            let top = std::num::NonZeroUsize::MIN.saturating_add(4);
            let pool: Arc<dyn MemoryPool> =
                Arc::new(TrackConsumersPool::new(FairSpillPool::new(bytes), top));
            runtime = runtime.with_memory_pool(pool);
        }
        let runtime: Arc<RuntimeEnv> = runtime.build_arc()?;
        let config = SessionConfig::new()
            .with_target_partitions(options.threads)
            .with_information_schema(false)
            .with_create_default_catalog_and_schema(false);
        let mut builder = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features();
        functions::register(&mut builder);
        Ok(Self {
            state: builder.build(),
            options,
            lake,
            footers: Arc::new(FooterCache::new(FOOTER_CACHE)),
        })
    }

    /// The lake, where there is one.
    pub fn lake(&self) -> Option<&Lake> {
        self.lake.as_ref()
    }

    /// Compiles against the built-in catalogue and, where a name is not in it, against the lake's own
    /// schemas. Only then are footers read.
    ///
    /// # Errors
    /// Those of the lake.
    pub async fn compile(&self, text: &str, options: Options<'_>) -> Result<Compiled, EngineError> {
        let first = compile(text, &LakeCatalogue::default(), options);
        let of_exclusions = first.exclusions.iter().flat_map(|f| f.diagnostics.iter());
        let unknown = first.diagnostics.iter().chain(of_exclusions).any(|d| {
            matches!(
                d.code,
                Code::UnknownTable
                    | Code::UnknownColumn
                    | Code::UnknownName
                    | Code::UnknownFunction
            ) || (d.code == Code::UnmappedField && d.severity == Severity::Error)
        });
        let Some(lake) = self.lake.as_ref().filter(|_| unknown) else {
            return Ok(first);
        };
        let mut catalogue = LakeCatalogue::default();
        for table in lake.tables().await? {
            if text.contains(&table.table) {
                let listing = table.list(TimeRange::default(), 0).await?;
                let own = survey::table_schema(&table, &listing, SCHEMA_FOOTERS).await?;
                catalogue.add(own.schema);
            }
        }
        Ok(compile(text, &catalogue, options))
    }

    /// Plans a query; `as_of` is what `now()` means, in ticks.
    ///
    /// # Errors
    /// [`EngineError::NoTable`], [`EngineError::TooMuch`], faults of the lake and of DataFusion.
    pub async fn plan(&self, query: &CompiledQuery, as_of: i64) -> Result<Planned, EngineError> {
        let tables = self.open_tables(query).await?;
        let state = self.state_with(&tables, query.sequential)?;
        let statement = Statement::Statement(Box::new(query.statement.clone()));
        let logical = state.statement_to_plan(statement).await?;
        let as_of = HashMap::from([("as_of".to_owned(), ScalarValue::Int64(Some(as_of)).into())]);
        let logical = logical.with_param_values(ParamValues::Map(as_of))?;
        let plan = state.create_physical_plan(&logical).await?;
        let planned = Planned {
            plan,
            state,
            tables,
            columns: query.columns.clone(),
        };
        if self.options.max_bytes.is_some() || self.options.max_files.is_some() {
            self.check_limits(&planned).await?;
        }
        Ok(planned)
    }

    async fn open_tables(&self, query: &CompiledQuery) -> Result<Vec<OpenTable>, EngineError> {
        let mut open = Vec::with_capacity(query.schemas.len());
        for schema in &query.schemas {
            let Some(lake) = &self.lake else {
                return Err(EngineError::NoLake {
                    table: schema.name.clone(),
                });
            };
            let Some(location) = lake.table(&schema.name).await? else {
                let known = lake.tables().await?;
                return Err(EngineError::NoTable {
                    table: schema.name.clone(),
                    known: known.into_iter().map(|t| t.table).collect(),
                });
            };
            open.push(OpenTable::new(
                location,
                schema.clone(),
                &self.options.tables,
                query.sequential,
                &self.footers,
            ));
        }
        Ok(open)
    }

    /// The session with these tables in its catalogue.
    fn state_with(
        &self,
        tables: &[OpenTable],
        sequential: bool,
    ) -> Result<SessionState, EngineError> {
        let schema = MemorySchemaProvider::new();
        for table in tables {
            schema.register_table(table.name.clone(), Arc::clone(&table.provider) as _)?;
        }
        let catalog = MemoryCatalogProvider::new();
        let defaults = &self.state.config_options().catalog;
        catalog.register_schema(&defaults.default_schema, Arc::new(schema))?;
        let list = MemoryCatalogProviderList::new();
        datafusion::catalog::CatalogProviderList::register_catalog(
            &list,
            defaults.default_catalog.clone(),
            Arc::new(catalog),
        );
        let mut state = self.state.clone();
        state.register_catalog_list(Arc::new(list));
        if sequential {
            let options = state.config_mut().options_mut();
            options.execution.target_partitions = 1;
        }
        Ok(state)
    }

    async fn check_limits(&self, planned: &Planned) -> Result<(), EngineError> {
        let previews = planned.preview().await?;
        let bytes: u64 = previews.iter().map(|p| p.summary.bytes_to_read).sum();
        let files: u64 = previews.iter().map(|p| p.summary.files_to_read()).sum();
        if let Some(allowed) = self.options.max_bytes.filter(|allowed| bytes > *allowed) {
            return Err(EngineError::TooMuch {
                what: format!("{bytes} bytes"),
                allowed: allowed.to_string(),
                option: "--max-bytes",
            });
        }
        if let Some(allowed) = self.options.max_files.filter(|allowed| files > *allowed) {
            return Err(EngineError::TooMuch {
                what: format!("{files} files"),
                allowed: allowed.to_string(),
                option: "--max-files",
            });
        }
        Ok(())
    }
}

impl Planned {
    /// The result's columns.
    pub fn columns(&self) -> &[plan::Column] {
        &self.columns
    }

    /// Runs it, and hands each batch on in the result's order.
    ///
    /// # Errors
    /// Faults of the lake and of running; what `each` gives.
    pub async fn for_each(
        &self,
        mut each: impl FnMut(RecordBatch) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let schema = self.schema();
        let mut stream = execute_stream(Arc::clone(&self.plan), self.state.task_ctx())?;
        while let Some(batch) = stream.next().await {
            each(conform(&batch?, &schema)?)?;
        }
        Ok(())
    }

    /// Runs it and gives all rows.
    ///
    /// # Errors
    /// Faults of the lake and of running.
    pub async fn collect(&self) -> Result<Vec<RecordBatch>, EngineError> {
        let mut batches = Vec::new();
        self.for_each(|batch| {
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
            Ok(())
        })
        .await?;
        Ok(batches)
    }

    /// The result's schema: KQL's Arrow types under the query's names.
    pub fn schema(&self) -> SchemaRef {
        let columns: Vec<crate::symbols::Column> = self
            .columns
            .iter()
            .map(|c| crate::symbols::Column::new(&c.name, c.ty))
            .collect();
        Arc::new(crate::symbols::arrow::schema(&columns))
    }

    /// The physical plan as text.
    pub fn explain(&self) -> String {
        displayable(self.plan.as_ref()).indent(false).to_string()
    }

    /// What it would read, without reading rows.
    ///
    /// # Errors
    /// Faults of the lake.
    pub async fn preview(&self) -> Result<Vec<Preview>, EngineError> {
        preview::preview(&self.plan).await
    }

    /// The counters of its scans, to look at while it runs.
    pub fn counters(&self) -> Vec<Counters> {
        self.tables.iter().map(OpenTable::counters).collect()
    }

    /// What has been read so far, a table each.
    pub fn tables(&self) -> Vec<TableReport> {
        self.tables.iter().map(OpenTable::report).collect()
    }
}

/// A batch in exactly the result's types: SQL may have widened or narrowed a number on the way.
fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, EngineError> {
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(
            |(column, field)| match column.data_type() == field.data_type() {
                true => Ok(Arc::clone(column)),
                false => cast(column, field.data_type()),
            },
        )
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| EngineError::Run(e.to_string()))?;
    let options =
        arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(|e| EngineError::Run(e.to_string()))
}
