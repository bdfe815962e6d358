//! One engine a process: DataFusion's runtime, KQL's functions, the lake.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use arrow::array::AsArray;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    SchemaProvider, TableProvider,
};
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::{ExecutionPlan, displayable, execute_stream};
use datafusion::prelude::SessionConfig;
use datafusion::sql::parser::Statement;
use futures::StreamExt;

use super::outside::{self, Loaded, Outside};
use super::tables::{Counters, OpenTable, TableAccess, TableReport};
use super::{EngineError, Preview, distinct_probes, functions, leading_rows, preview, sanity};
use crate::compile::{Ask, Compiled, CompiledQuery, Discovery, External, Options, compile};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lake::scan::{FooterCache, estimate};
use crate::lake::{Lake, LakeCatalogue, TimeRange, survey};
use crate::plan::{self, Found};
use crate::symbols::arrow::{WIDE_DECIMAL, data_type};
use crate::symbols::{INGESTION_COLUMNS, ScalarType, TableSchema};

/// Decoded footers that are kept, in bytes.
const FOOTER_CACHE: usize = 64 << 20;

/// Footers from which the schema of a table is taken that the catalogue does not have.
const SCHEMA_FOOTERS: usize = 64;

/// Sorts of one thread's plans that hold memory at the same time.
const SORTS_AT_ONCE: usize = 8;

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
    /// What stands for the sources outside the lake.
    pub outside: Outside,
}

/// Runs queries over one lake, or over none.
pub struct Engine {
    pub(super) state: SessionState,
    pub(super) options: EngineOptions,
    lake: Option<Lake>,
    pub(super) footers: Arc<FooterCache>,
    loaded: Loaded,
    /// For small inputs in memory; made when it is first asked for.
    pub(super) lean: OnceLock<(SessionState, Arc<TaskContext>)>,
}

/// A table under its name in SQL.
pub(super) type NamedTable = (String, Arc<dyn TableProvider>);

/// A query that is planned and can be executed.
pub struct Planned {
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    tables: Vec<OpenTable>,
    columns: Vec<plan::Column>,
}

impl Engine {
    /// An engine over this lake.
    ///
    /// # Errors
    /// [`EngineError::Run`] where DataFusion's runtime cannot be set up, [`EngineError::Outside`] where the
    /// database of addresses cannot be read.
    pub fn new(options: EngineOptions, lake: Option<Lake>) -> Result<Self, EngineError> {
        let mut runtime = RuntimeEnvBuilder::new();
        if let Some(bytes) = options.memory {
            let top = std::num::NonZeroUsize::MIN.saturating_add(4);
            let pool: Arc<dyn MemoryPool> =
                Arc::new(TrackConsumersPool::new(FairSpillPool::new(bytes), top));
            runtime = runtime.with_memory_pool(pool);
        }
        let runtime: Arc<RuntimeEnv> = runtime.build_arc()?;
        let mut config = SessionConfig::new()
            .with_target_partitions(options.threads)
            .with_information_schema(false)
            .with_create_default_catalog_and_schema(false);
        // A join makes one table of a side with a condition that few rows meet, as far as that can be guessed, and
        // deals nothing out by keys.
        let optimizer = &mut config.options_mut().optimizer;
        optimizer.hash_join_single_partition_threshold_rows = estimate::WHOLE_TABLE / 8;
        optimizer.hash_join_single_partition_threshold = estimate::WHOLE_TABLE * 4;
        if let Some(bytes) = options.memory {
            // What a sort sets aside before it has a row must leave room for others beside it.
            let reserved = &mut config.options_mut().execution.sort_spill_reservation_bytes;
            *reserved = (bytes / (SORTS_AT_ONCE * options.threads.max(1))).min(*reserved);
        }
        let mut builder = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rules(physical_rules());
        functions::register(&mut builder);
        if let Some(path) = &options.outside.geoip {
            let geo_info = Arc::new(outside::geo_info(path)?);
            builder
                .scalar_functions()
                .get_or_insert_default()
                .push(geo_info);
        }
        if let Some(path) = &options.outside.user_agents {
            let user_agent = Arc::new(outside::user_agent(path)?);
            builder
                .scalar_functions()
                .get_or_insert_default()
                .push(user_agent);
        }
        Ok(Self {
            state: builder.build(),
            options,
            lake,
            footers: Arc::new(FooterCache::new(FOOTER_CACHE)),
            loaded: Loaded::default(),
            lean: OnceLock::new(),
        })
    }

    /// Threads that run queries.
    pub fn threads(&self) -> usize {
        self.options.threads
    }

    /// The session for small inputs in memory.
    pub(super) fn lean(&self) -> &SessionState {
        &self.lean_and_context().0
    }

    /// What plans of that session run in.
    pub(super) fn lean_context(&self) -> &Arc<TaskContext> {
        &self.lean_and_context().1
    }

    fn lean_and_context(&self) -> &(SessionState, Arc<TaskContext>) {
        self.lean.get_or_init(|| {
            let lean = super::sieve::lean(&self.state);
            let context = lean.task_ctx();
            (lean, context)
        })
    }

    /// The same engine for queries that are only looked at: what lies outside the lake and was not given is
    /// taken to be empty.
    pub fn for_looking(mut self) -> Self {
        self.options.outside.empty_where_missing = true;
        self
    }

    /// What stands for the sources outside the lake.
    pub fn outside(&self) -> &Outside {
        &self.options.outside
    }

    /// The lake, where there is one.
    pub fn lake(&self) -> Option<&Lake> {
        self.lake.as_ref()
    }

    /// Compiles against the built-in catalogue and, where a name is not in it, against the lake's own
    /// schemas. Only then are footers read. Columns that only the data tells are refused: see
    /// [`Engine::compile_over`]. What the query needs from the network is fetched where it may be.
    ///
    /// # Errors
    /// Those of the lake, and of files from outside it.
    pub async fn compile(&self, text: &str, options: Options<'_>) -> Result<Compiled, EngineError> {
        let compiled = self.discovered(text, options, None).await?;
        self.ready(compiled).await
    }

    /// The same, where columns that only the data tells are found by running the part of the query below
    /// them; `as_of` is what `now()` means, in ticks.
    ///
    /// # Errors
    /// Those of [`Engine::compile`] and of running.
    pub async fn compile_over(
        &self,
        text: &str,
        options: Options<'_>,
        as_of: i64,
    ) -> Result<Compiled, EngineError> {
        let compiled = self.discovered(text, options, Some(as_of)).await?;
        self.ready(compiled).await
    }

    /// The same as [`Engine::compile`] for a query that is only looked at: what it needs from outside is a
    /// note, and so are columns that only the data tells.
    ///
    /// # Errors
    /// Those of [`Engine::compile`].
    pub async fn inspect(&self, text: &str, options: Options<'_>) -> Result<Compiled, EngineError> {
        let mut compiled = self.discovered(text, options, None).await?;
        let outside = &self.options.outside;
        let externals = compiled.query.iter().flat_map(|q| &q.externals);
        let notes: Vec<Diagnostic> = externals.map(|external| outside.note(external)).collect();
        compiled.diagnostics.extend(notes);
        if let Some(discovery) = &compiled.discovery {
            let note = match &discovery.ask {
                Ask::Rows(_) => {
                    format!("the columns of `{}` are those of the data", discovery.what)
                }
                Ask::Watchlist(name) => format!(
                    "this is read from outside the lake: {}",
                    outside::watchlist_option(name)
                ),
            };
            let note = Diagnostic::note(Code::ColumnsOfData, discovery.span, note);
            compiled.diagnostics.push(note);
        }
        Ok(compiled)
    }

    /// Compiles, and answers what is asked of the data as far as it can be.
    async fn discovered(
        &self,
        text: &str,
        options: Options<'_>,
        as_of: Option<i64>,
    ) -> Result<Compiled, EngineError> {
        let mut found: Vec<Found> = Vec::new();
        loop {
            let options = Options {
                found: &found,
                ..options
            };
            let compiled = self.compiled(text, options).await?;
            let answer = match &compiled.discovery {
                None => return Ok(compiled),
                Some(discovery) => self.answer(discovery, as_of).await?,
            };
            match answer {
                Some(answer) => found.push(answer),
                None => return Ok(compiled),
            }
        }
    }

    /// What the data tells; None where it cannot be asked.
    async fn answer(
        &self,
        discovery: &Discovery,
        as_of: Option<i64>,
    ) -> Result<Option<Found>, EngineError> {
        match (&discovery.ask, as_of) {
            (Ask::Watchlist(name), _) => self.options.outside.watchlist_columns(name),
            (Ask::Rows(query), Some(as_of)) => {
                self.options.outside.fetch(&query.externals).await?;
                let missing = |external| self.options.outside.fault(external).is_some();
                if query.externals.iter().any(missing) {
                    return Ok(None);
                }
                let planned = self.plan(query, as_of).await?;
                let mut pairs = Vec::new();
                planned
                    .for_each(|batch| {
                        pairs.extend(named_types(&batch));
                        Ok(())
                    })
                    .await?;
                Ok(Some(Found::of_values(pairs)))
            }
            (Ask::Rows(_), None) => Ok(None),
        }
    }

    /// The query as one that can run: what is missing is fetched where it may be, else an error.
    async fn ready(&self, mut compiled: Compiled) -> Result<Compiled, EngineError> {
        let outside = &self.options.outside;
        if let Some(query) = &compiled.query {
            outside.fetch(&query.externals).await?;
        }
        let mut faults = Vec::new();
        let asked = compiled.discovery.take();
        if let Some(discovery) = &asked {
            faults.push(match &discovery.ask {
                Ask::Rows(query) => {
                    let missing = query.externals.iter().find_map(|e| outside.fault(e));
                    missing.unwrap_or_else(|| {
                        let message = format!(
                            "the columns of `{}` depend on the data, so each window would have its own",
                            discovery.what
                        );
                        Diagnostic::error(Code::ColumnsOfData, discovery.span, message).with_help(
                            "name them behind the call: `: (*, a: string, …)`; `retrohunt run` finds them",
                        )
                    })
                }
                Ask::Watchlist(name) => Diagnostic::error(
                    Code::SourceNotGiven,
                    discovery.span,
                    format!("the watchlist `{name}` lies outside the lake"),
                )
                .with_help(format!("give a local copy: {}", outside::watchlist_option(name))),
            });
        }
        let externals = compiled.query.iter().flat_map(|q| &q.externals);
        faults.extend(externals.filter_map(|external| outside.fault(external)));
        if !faults.is_empty() {
            compiled.query = None;
            compiled.diagnostics.extend(faults);
        }
        Ok(compiled)
    }

    async fn compiled(&self, text: &str, options: Options<'_>) -> Result<Compiled, EngineError> {
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
        let lake = self.lake.as_ref();
        // The lake's files may have a column for it that the catalogue does not know.
        let ingestion = text.contains("ingestion_time");
        let Some(lake) = lake.filter(|_| unknown || first.patterns || ingestion) else {
            return Ok(first);
        };
        let mut catalogue = LakeCatalogue::default();
        let tables = lake.tables().await?;
        catalogue.has_only(tables.iter().map(|t| t.table.clone()).collect());
        for table in tables {
            // What a pattern means has its own columns too.
            if first.patterns || text.contains(&table.table) {
                let listing = table.list(TimeRange::default(), 0).await?;
                let mut own = survey::table_schema(&table, &listing, SCHEMA_FOOTERS).await?;
                if !unknown && !first.patterns {
                    let columns = &mut own.schema.columns;
                    columns.retain(|c| INGESTION_COLUMNS.contains(&c.name.as_str()));
                }
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
        self.plan_with(query, as_of, &[]).await
    }

    /// The same, with rows that are at hand in the place of some of the lake's tables.
    pub(super) async fn plan_with(
        &self,
        query: &CompiledQuery,
        as_of: i64,
        instead: &[NamedTable],
    ) -> Result<Planned, EngineError> {
        let tables = self
            .open_tables(query, |name| instead.iter().all(|(own, _)| own != name))
            .await?;
        let lake = tables
            .iter()
            .map(|t| (t.name.clone(), Arc::clone(&t.provider) as _));
        let state = self.state_with(
            &self.state,
            lake.chain(instead.iter().cloned())
                .chain(self.externals(query)?),
            query.sequential,
        )?;
        let logical = bind(unbound(&state, query).await?, as_of)?;
        let plan = state.create_physical_plan(&logical).await?;
        let planned = Planned {
            plan,
            context: state.task_ctx(),
            tables,
            columns: query.columns.clone(),
        };
        if self.has_limits() {
            self.check_limits(&planned.preview().await?)?;
        }
        Ok(planned)
    }

    /// The tables of a query from outside the lake.
    pub(super) fn externals(&self, query: &CompiledQuery) -> Result<Vec<NamedTable>, EngineError> {
        let open = |external: &External| {
            let table = self.options.outside.table(external, &self.loaded)?;
            Ok((external.name.clone(), table))
        };
        let tables = query.externals.iter();
        let tables = tables.filter(|external| external.source.is_table());
        tables.map(open).collect()
    }

    async fn open_tables(
        &self,
        query: &CompiledQuery,
        which: impl Fn(&str) -> bool,
    ) -> Result<Vec<OpenTable>, EngineError> {
        let mut open = Vec::with_capacity(query.schemas.len());
        for schema in query.schemas.iter().filter(|s| which(&s.name)) {
            open.push(self.open_table(schema.clone(), query.sequential).await?);
        }
        Ok(open)
    }

    /// Opens one table of the lake.
    pub(super) async fn open_table(
        &self,
        schema: TableSchema,
        sequential: bool,
    ) -> Result<OpenTable, EngineError> {
        let Some(lake) = &self.lake else {
            return Err(EngineError::NoLake { table: schema.name });
        };
        let Some(location) = lake.table(&schema.name).await? else {
            let known = lake.tables().await?;
            return Err(EngineError::NoTable {
                table: schema.name,
                known: known.into_iter().map(|t| t.table).collect(),
            });
        };
        Ok(OpenTable::new(
            location,
            schema,
            &self.options.tables,
            sequential,
            &self.footers,
        ))
    }

    /// The session with these tables in its catalogue.
    pub(super) fn state_with(
        &self,
        base: &SessionState,
        tables: impl Iterator<Item = NamedTable>,
        sequential: bool,
    ) -> Result<SessionState, EngineError> {
        let schema = MemorySchemaProvider::new();
        for (name, provider) in tables {
            schema.register_table(name, provider)?;
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
        let mut state = base.clone();
        state.register_catalog_list(Arc::new(list));
        if sequential {
            let options = state.config_mut().options_mut();
            options.execution.target_partitions = 1;
        }
        Ok(state)
    }

    /// Whether what scans may read is limited.
    pub(super) fn has_limits(&self) -> bool {
        self.options.max_bytes.is_some() || self.options.max_files.is_some()
    }

    pub(super) fn check_limits(&self, previews: &[Preview]) -> Result<(), EngineError> {
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

/// The rows of a question to the data: a name and, where it was asked for, the type of a value.
fn named_types(batch: &RecordBatch) -> Vec<(String, String)> {
    let texts = |column: usize| {
        let column = batch.columns().get(column);
        column.and_then(|column| column.as_string_view_opt())
    };
    let (names, types) = (texts(0), texts(1));
    let rows = 0..batch.num_rows();
    rows.filter_map(|row| {
        let ty = types.map_or("string", |types| types.value(row));
        Some((names?.value(row).to_owned(), ty.to_owned()))
    })
    .collect()
}

/// A query's logical plan, `$as_of` not bound yet.
pub(super) async fn unbound(
    state: &SessionState,
    query: &CompiledQuery,
) -> Result<LogicalPlan, EngineError> {
    let statement = Statement::Statement(Box::new(query.statement.clone()));
    Ok(state.statement_to_plan(statement).await?)
}

/// Binds `$as_of`, in ticks.
pub(super) fn bind(logical: LogicalPlan, as_of: i64) -> Result<LogicalPlan, EngineError> {
    let as_of = HashMap::from([("as_of".to_owned(), ScalarValue::Int64(Some(as_of)).into())]);
    Ok(logical.with_param_values(ParamValues::Map(as_of))?)
}

impl Planned {
    /// A plan that reads nothing of the lake.
    pub(super) fn apart(
        plan: Arc<dyn ExecutionPlan>,
        context: &Arc<TaskContext>,
        query: &CompiledQuery,
    ) -> Self {
        Self {
            plan,
            context: Arc::clone(context),
            tables: Vec::new(),
            columns: query.columns.clone(),
        }
    }

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
        self.for_each_until(|batch| each(batch).map(|()| ControlFlow::Continue(())))
            .await
    }

    /// Runs it as [`Planned::for_each`] does, until `each` has enough.
    ///
    /// # Errors
    /// Those of [`Planned::for_each`].
    pub async fn for_each_until(
        &self,
        mut each: impl FnMut(RecordBatch) -> Result<ControlFlow<()>, EngineError>,
    ) -> Result<(), EngineError> {
        let schema = self.schema();
        let mut stream = execute_stream(Arc::clone(&self.plan), Arc::clone(&self.context))?;
        while let Some(batch) = stream.next().await {
            if each(conform(&batch?, &schema)?)?.is_break() {
                break;
            }
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

    /// The result's schema: KQL's Arrow types under the query's names; wide decimals stay wide.
    pub fn schema(&self) -> SchemaRef {
        let made = self.plan.schema();
        let fields = self.columns.iter().enumerate().map(|(place, column)| {
            let is_wide = made.fields().get(place).is_some_and(|field| {
                column.ty == ScalarType::Decimal && *field.data_type() == WIDE_DECIMAL
            });
            let ty = match is_wide {
                true => WIDE_DECIMAL,
                false => data_type(column.ty),
            };
            Field::new(&column.name, ty, true)
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
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

/// DataFusion's rules without the one that answers aggregates from statistics: only tables in a query have
/// any, and where such an aggregate lies below one with a filter, that rule fails. The last look at the plan is
/// our own.
fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    rules.retain(|rule| !["aggregate_statistics", sanity::REPLACED].contains(&rule.name()));
    rules.push(Arc::new(sanity::SanityThroughUnions));
    // Once the sides are chosen, and before rows are dealt out.
    let sides = rules
        .iter()
        .position(|rule| rule.name() == "join_selection");
    rules.insert(
        sides.map_or(0, |at| at + 1),
        Arc::new(distinct_probes::DistinctProbes),
    );
    rules.push(Arc::new(leading_rows::LeadingRows));
    rules
}

/// A decimal that does not fit is a fault, and no null.
fn strict(field: &Field) -> CastOptions<'static> {
    CastOptions {
        safe: !field.data_type().is_decimal(),
        ..CastOptions::default()
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
                false => cast_with_options(column, field.data_type(), &strict(field)),
            },
        )
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| EngineError::Run(e.to_string()))?;
    let options =
        arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(|e| EngineError::Run(e.to_string()))
}
