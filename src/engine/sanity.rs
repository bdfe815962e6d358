//! The last look at a plan before it runs: DataFusion's own check, which knows too little of unions.
//!
//! Below a sort, DataFusion sorts each input of a union for itself and leaves out what orders nothing there, such as
//! a join's second key. The union then forgets why that was right, and the check refuses a plan that is sound.
//!
//! In: a physical plan. Out: the same plan, or DataFusion's fault. What always holds: each input of a merge has the
//! merge's order.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::config::{ConfigOptions, OptimizerOptions};
use datafusion::physical_expr::LexRequirement;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::sanity_checker::check_plan_sanity;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// The name of DataFusion's rule, which this one replaces.
pub const REPLACED: &str = "SanityCheckPlan";

/// DataFusion's check, with each input of a union looked at for itself.
#[derive(Debug)]
pub struct SanityThroughUnions;

impl PhysicalOptimizerRule for SanityThroughUnions {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        check(&plan, &config.optimizer)?;
        Ok(plan)
    }

    fn name(&self) -> &str {
        "sanity_through_unions"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn check(plan: &Arc<dyn ExecutionPlan>, options: &OptimizerOptions) -> Result<()> {
    for child in plan.children() {
        check(child, options)?;
    }
    check_plan_sanity(plan, options).or_else(|fault| match merges_sorted_unions(plan)? {
        true => Ok(()),
        false => Err(fault),
    })
}

/// Whether the plan merges unions, all inputs of which have its order.
fn merges_sorted_unions(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let Some(merge) = plan.downcast_ref::<SortPreservingMergeExec>() else {
        return Ok(false);
    };
    let Some(Some(order)) = merge.required_input_ordering().pop() else {
        return Ok(false);
    };
    is_sorted(merge.input(), &order.into_single())
}

fn is_sorted(plan: &Arc<dyn ExecutionPlan>, order: &LexRequirement) -> Result<bool> {
    if plan.downcast_ref::<UnionExec>().is_none() {
        let known = plan.equivalence_properties();
        return known.ordering_satisfy_requirement(order.clone());
    }
    for child in plan.children() {
        if !is_sorted(child, order)? {
            return Ok(false);
        }
    }
    Ok(true)
}
