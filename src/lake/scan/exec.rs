//! The scan as a leaf of DataFusion's physical plan.
//!
//! What always holds: the streams of one execution share one queue, and a second execution of the
//! same plan starts anew, so that every row is given exactly once to each.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::{
    RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter,
};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
    ReplaceChildrenOptions, StatisticsArgs,
};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::estimate;
use super::leaders::Leading;
use super::queue::{GroupTask, WorkQueue, prepare_all};
use super::rowgroup::GroupReader;
use super::spec::ScanSpec;
use super::{ScanReport, ScanSummary};

/// The scan of one table, planned.
#[derive(Debug)]
pub struct LakeScan {
    spec: Arc<ScanSpec>,
    properties: Arc<PlanProperties>,
    partitions: usize,
    executions: Mutex<Vec<Execution>>,
}

/// One run of the plan. The task context tells runs apart; it is held weakly, so that its address is
/// not used again while this is here.
#[derive(Debug)]
struct Execution {
    context: Weak<TaskContext>,
    taken: Vec<bool>,
    queue: Arc<WorkQueue>,
}

impl LakeScan {
    pub(super) fn new(spec: Arc<ScanSpec>, partitions: usize) -> Self {
        let partitions = if spec.options.sequential {
            1
        } else {
            partitions.max(1)
        };
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&spec.output)),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            spec,
            properties: Arc::new(properties),
            partitions,
            executions: Mutex::default(),
        }
    }

    /// The same scan, of which a query wants the best row of each group and no other: the one with the greatest, or
    /// the least, value of an output column. Groups differ by the texts of output columns at the least. None where
    /// rows cannot be left out so.
    pub fn leading(&self, group: &[usize], order: usize, greatest: bool) -> Option<Self> {
        let spec = self.spec.as_ref();
        // A file that is passed over once it proves bad may have beaten rows of others before.
        let free = spec.limit.is_none()
            && spec.leading.is_none()
            && !spec.options.sequential
            && !spec.options.skip_bad_files;
        let texts = group
            .iter()
            .all(|at| *spec.output.field(*at).data_type() == DataType::Utf8View);
        let numbers = *spec.output.field(order).data_type() == DataType::Int64;
        if !(free && texts && numbers) {
            return None;
        }
        let leading = Leading {
            group: group.iter().map(|at| spec.projection[*at]).collect(),
            order: spec.projection[order],
            schema: Arc::new(spec.output.project(&[order]).ok()?),
            greatest,
        };
        let spec = ScanSpec {
            leading: Some(leading),
            ..spec.clone()
        };
        Some(Self::new(Arc::new(spec), self.partitions))
    }

    /// The columns that output and filters need.
    pub fn needed_columns(&self) -> Vec<String> {
        let needed = self.spec.needed().into_iter();
        needed
            .map(|at| self.spec.columns[at].name.clone())
            .collect()
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.spec.table
    }

    /// What the table's scans read, this one's included.
    pub fn report(&self) -> &Arc<ScanReport> {
        &self.spec.report
    }

    /// Lists the files and reads footers and dictionaries, but no rows: what a run would read.
    pub async fn preview(&self) -> Result<ScanSummary> {
        let report = Arc::new(ScanReport::default());
        let spec = Arc::new(self.spec.with_report(Arc::clone(&report)));
        prepare_all(spec).await?;
        Ok(report.summary())
    }

    fn queue(&self, partition: usize, context: &Arc<TaskContext>) -> Arc<WorkQueue> {
        let mut executions = self
            .executions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        executions.retain(|e| e.context.strong_count() > 0);
        let running = executions
            .iter_mut()
            .find(|e| e.context.as_ptr() == Arc::as_ptr(context) && !e.taken[partition]);
        if let Some(execution) = running {
            execution.taken[partition] = true;
            return Arc::clone(&execution.queue);
        }
        let mut taken = vec![false; self.partitions];
        taken[partition] = true;
        let queue = Arc::new(WorkQueue::new(Arc::clone(&self.spec)));
        executions.push(Execution {
            context: Arc::downgrade(context),
            taken,
            queue: Arc::clone(&queue),
        });
        queue
    }
}

impl DisplayAs for LakeScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .spec
            .output
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        write!(f, "LakeScan: columns=[{}]", names.join(", "))?;
        for (at, conjunct) in self.spec.conjuncts.iter().enumerate() {
            write!(
                f,
                "{} {}",
                if at == 0 { ", filters:" } else { " AND" },
                conjunct.expr
            )?;
        }
        if let Some(leading) = &self.spec.leading {
            let name = |at: &usize| self.spec.columns[*at].name.as_str();
            let group: Vec<&str> = leading.group.iter().map(name).collect();
            let which = if leading.greatest {
                "greatest"
            } else {
                "least"
            };
            write!(f, ", {which} {}", name(&leading.order))?;
            write!(f, " of [{}]", group.join(", "))?;
        }
        if let Some(limit) = self.spec.limit {
            write!(f, ", limit={limit}")?;
        }
        Ok(())
    }
}

impl ExecutionPlan for LakeScan {
    fn name(&self) -> &str {
        "LakeScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for conjunct in &self.spec.conjuncts {
            if f(&conjunct.expr)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    /// A guess, for the choice of a join's sides.
    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let conditions = self.spec.conjuncts.iter().map(|c| &c.expr);
        let rows = estimate::rows(conditions).min(self.spec.limit.unwrap_or(usize::MAX));
        let rows = match args.partition() {
            Some(_) => rows / self.partitions,
            None => rows,
        };
        let mut statistics = Statistics::new_unknown(&self.spec.output);
        statistics.num_rows = Precision::Inexact(rows);
        Ok(Arc::new(statistics))
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        if partition >= self.partitions {
            return Err(DataFusionError::Internal(format!(
                "the scan has no partition {partition}"
            )));
        }
        let queue = self.queue(partition, &context);
        let spec = Arc::clone(&self.spec);
        let ahead = if spec.options.sequential {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            spec.options.row_groups_ahead.max(cores)
        } else {
            spec.options.row_groups_ahead.max(1)
        };
        let tasks = stream::try_unfold(Arc::clone(&queue), |queue| async move {
            Ok(queue.next().await?.map(|task| (task, queue)))
        });
        let competing = Arc::clone(&queue);
        let batches = tasks
            .map(move |task: Result<GroupTask>| {
                let read = |task| read(Arc::clone(&spec), Arc::clone(&competing), task);
                futures::future::ready(task.map(read))
            })
            .buffered(ahead)
            .try_flatten();
        let report = Arc::clone(&self.spec.report);
        let batches = batches.try_filter_map(move |batch: RecordBatch| {
            let rows = queue.take(batch.num_rows());
            report.rows_out(rows as u64);
            futures::future::ready(Ok((rows > 0).then(|| batch.slice(0, rows))))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&self.spec.output),
            batches,
        )))
    }
}

/// Starts to read a row group in a task of its own.
fn read(spec: Arc<ScanSpec>, queue: Arc<WorkQueue>, task: GroupTask) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&spec.output), 1);
    let batches = builder.tx();
    builder.spawn(async move {
        let file = Arc::clone(&task.file.open.file);
        let result = async {
            let spec = Arc::clone(&spec);
            let mut reader = GroupReader::open(spec, task.file, task.plan, &queue.leaders).await?;
            while let Some(batch) = reader.next()? {
                if batches.send(Ok(batch)).await.is_err() {
                    // Nobody wants more rows.
                    break;
                }
            }
            Ok(())
        };
        match result.await {
            Err(error) if spec.options.skip_bad_files && super::ScanError::is_bad_file(&error) => {
                spec.report.skipped(&file, &error);
                Ok(())
            }
            result => result.map_err(DataFusionError::from),
        }
    });
    builder.build()
}
