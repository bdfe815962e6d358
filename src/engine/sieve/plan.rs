//! A rule's plan with its tables left open, and what it asks of each.
//!
//! In: a compiled query. Out: [`RulePlan`]: DataFusion's plan with `$as_of` unbound, over [`SlotTable`]s, and the
//! plan's scans as [`Mention`]s. What always holds: the plan that the mentions are taken from is the plan that
//! runs, or one that means the same.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{ScalarValue, ToDFSchema};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;

use super::slot::SlotTable;
use crate::compile::CompiledQuery;
use crate::engine::session::unbound;
use crate::engine::{Engine, EngineError};
use crate::lake::TimeRange;
use crate::lake::scan::{Condition, RowFilter, Strand};

/// A rule's plan.
#[derive(Debug)]
pub(super) struct RulePlan {
    pub logical: LogicalPlan,
    pub tables: Vec<Arc<SlotTable>>,
    pub mentions: Vec<Mention>,
}

/// One scan of the plan.
#[derive(Debug)]
pub(super) struct Mention {
    /// The place of its table.
    pub table: usize,
    /// The columns that it gives or looks at: positions in the table, ascending.
    pub columns: Vec<usize>,
    /// Conditions that are the same whenever the query runs.
    pub fixed: Vec<Expr>,
    /// Those that hold the time of running.
    pub moving: Vec<Expr>,
}

impl RulePlan {
    pub async fn new(engine: &Engine, query: &CompiledQuery) -> Result<Self, EngineError> {
        let tables: Vec<Arc<SlotTable>> = query
            .schemas
            .iter()
            .map(|schema| Arc::new(SlotTable::new(schema.clone())))
            .collect();
        let lean = engine.lean();
        let providers = tables
            .iter()
            .map(|t| (t.name().to_owned(), Arc::clone(t) as _))
            .chain(engine.externals(query)?);
        let state = engine.state_with(lean, providers, true)?;
        let logical = state.optimize(&unbound(&state, query).await?)?;
        let mentions = mentions(&logical, &tables)?;
        Ok(Self {
            logical,
            tables,
            mentions,
        })
    }

    /// What the rule asks of a table, or in words why everything of it must be read.
    pub fn strands(
        &self,
        engine: &Engine,
        table: usize,
        as_of: [i64; 2],
    ) -> Result<Result<Vec<Strand>, String>, EngineError> {
        let slot = &self.tables[table];
        let mut strands = Vec::new();
        for mention in self.mentions.iter().filter(|m| m.table == table) {
            if let Some(why) = mention.why_open(slot) {
                return Ok(Err(why));
            }
            let mut window: Option<TimeRange> = None;
            for as_of in as_of {
                let own = mention.filter(engine.lean(), slot, as_of)?.window();
                window = Some(window.map_or(own, |w| w.hull(&own)));
            }
            let conditions = mention.fixed.iter().map(|expr| Condition {
                terms: super::terms::terms(expr),
                expr: expr.clone(),
            });
            strands.push(Strand {
                conditions: conditions.collect(),
                window: window.unwrap_or_default(),
            });
        }
        if strands.is_empty() {
            return Ok(Err("it reads no row of it".to_owned()));
        }
        // One range for all, since a residue does not tell its mentions apart.
        let all = strands.iter().map(|s| s.window);
        if let Some(all) = all.reduce(|a, b| a.hull(&b)) {
            strands.iter_mut().for_each(|s| s.window = all);
        }
        Ok(Ok(strands))
    }
}

impl Mention {
    /// Why its conditions rule out nothing that a gate could; None where they do.
    fn why_open(&self, table: &SlotTable) -> Option<String> {
        let on_time = |expr: &Expr| {
            expr.column_refs()
                .iter()
                .all(|c| Some(c.name.as_str()) == table.time_column())
        };
        if !self.fixed.iter().all(on_time) {
            return None;
        }
        let moving = self.moving.iter().any(|expr| !on_time(expr));
        Some(
            match (self.fixed.is_empty() && self.moving.is_empty(), moving) {
                (true, _) => "no condition on its columns alone stands over it".to_owned(),
                (false, true) => "its conditions depend on the time of running".to_owned(),
                (false, false) => "its only conditions are on the time".to_owned(),
            },
        )
    }

    /// All of its conditions at an instant.
    pub fn filter(
        &self,
        state: &SessionState,
        table: &SlotTable,
        as_of: i64,
    ) -> Result<RowFilter, EngineError> {
        let moving = self.moving.iter().map(|expr| bound(expr.clone(), as_of));
        let moving = moving.collect::<Result<Vec<_>, _>>()?;
        table.filter(state, &self.fixed, &moving)
    }
}

/// The scans of a plan, those of its subqueries included.
fn mentions(plan: &LogicalPlan, tables: &[Arc<SlotTable>]) -> Result<Vec<Mention>, EngineError> {
    let mut found = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(table) = tables
                .iter()
                .position(|t| t.name() == scan.table_name.table())
        {
            let schema = tables[table].arrow_schema();
            let mut columns = scan
                .projection
                .clone()
                .unwrap_or_else(|| (0..schema.fields().len()).collect());
            let (mut fixed, mut moving) = (Vec::new(), Vec::new());
            for filter in &scan.filters {
                for condition in split_conjunction_owned(unnormalize_col(filter.clone())) {
                    for column in condition.column_refs() {
                        columns.push(schema.index_of(&column.name)?);
                    }
                    match condition.exists(|e| Ok(matches!(e, Expr::Placeholder(_))))? {
                        true => moving.push(condition),
                        false => fixed.push(condition),
                    }
                }
            }
            columns.sort_unstable();
            columns.dedup();
            found.push(Mention {
                table,
                columns,
                fixed,
                moving,
            });
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// The expression with `$as_of` bound.
fn bound(expr: Expr, as_of: i64) -> Result<Expr, EngineError> {
    let bound = expr.transform(|e| {
        Ok(match e {
            Expr::Placeholder(_) => {
                Transformed::yes(Expr::Literal(ScalarValue::Int64(Some(as_of)), None))
            }
            e => Transformed::no(e),
        })
    })?;
    Ok(bound.data)
}

/// The expression with its constant parts computed, so that its bounds can be read off.
pub(super) fn folded(
    schema: &arrow::datatypes::SchemaRef,
    expr: Expr,
) -> datafusion::error::Result<Expr> {
    let schema = Arc::clone(schema).to_dfschema_ref()?;
    let context = SimplifyContext::builder().with_schema(schema).build();
    ExprSimplifier::new(context).simplify(expr)
}
