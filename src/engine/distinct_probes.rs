//! Takes the distinct away below the probed side of a semi or an anti join.
//!
//! Such a join asks whether a key is there, not how often, and `leftanti (T | distinct Key)` is how hunters write it.
//! Below the side that a hash table is made of, the distinct keeps that table small; below the other one it makes a
//! second table, of every key there is, for nothing.
//!
//! In: a physical plan, once the sides of its joins are chosen. Out: a plan that gives the same rows.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};

/// The rule; it stands behind DataFusion's choice of sides.
#[derive(Debug)]
pub struct DistinctProbes;

impl PhysicalOptimizerRule for DistinctProbes {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let Some(join) = node.downcast_ref::<HashJoinExec>() else {
                return Ok(Transformed::no(node));
            };
            let probes = matches!(join.join_type(), JoinType::LeftSemi | JoinType::LeftAnti);
            if !probes || join.null_aware {
                return Ok(Transformed::no(node));
            }
            let Some(right) = without_distinct(join.right())? else {
                return Ok(Transformed::no(node));
            };
            let children = vec![Arc::clone(join.left()), right];
            replace_children_if_necessary(node, children).map(Transformed::yes)
        })
        .data()
    }

    fn name(&self) -> &str {
        "distinct_probes"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The plan without the distinct that stands at its top, or below projections there; None where none does.
fn without_distinct(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return without_distinct(projection.input())?
            .map(|input| replace_children_if_necessary(Arc::clone(plan), vec![input]))
            .transpose();
    }
    let Some(aggregate) = plan.downcast_ref::<AggregateExec>() else {
        return Ok(None);
    };
    if !is_distinct(aggregate) {
        return Ok(None);
    }
    let first = match aggregate.mode() {
        AggregateMode::Single | AggregateMode::SinglePartitioned => aggregate,
        AggregateMode::Final | AggregateMode::FinalPartitioned => {
            match aggregate.input().downcast_ref::<AggregateExec>() {
                Some(partial) if is_distinct(partial) => partial,
                Some(_) | None => return Ok(None),
            }
        }
        AggregateMode::Partial | AggregateMode::PartialReduce => return Ok(None),
    };
    let groups = first.group_expr().expr().iter();
    let columns = groups.map(|(expr, alias)| ProjectionExpr {
        expr: Arc::clone(expr),
        alias: alias.clone(),
    });
    let rows = ProjectionExec::try_new(columns, Arc::clone(first.input()))?;
    let same = |(new, old): (&arrow::datatypes::FieldRef, &arrow::datatypes::FieldRef)| {
        new.name() == old.name() && new.data_type() == old.data_type()
    };
    let (new, old) = (rows.schema(), plan.schema());
    let fits = new.fields().len() == old.fields().len();
    Ok((fits && new.fields().iter().zip(old.fields()).all(same)).then(|| Arc::new(rows) as _))
}

fn is_distinct(aggregate: &AggregateExec) -> bool {
    aggregate.aggr_expr().is_empty()
        && aggregate.limit_options().is_none()
        && aggregate.group_expr().is_single()
}
