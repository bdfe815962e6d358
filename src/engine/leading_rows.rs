//! Tells a scan that a query wants one row of each group: `summarize arg_max(Timestamp, *) by DeviceId`, or
//! `max(Timestamp)`.
//!
//! The scan then leaves out rows that another one beats, and where times grow along the files it reads little
//! but the last of them.
//!
//! In: a physical plan. Out: one that gives the same rows. What always holds: between such a scan and the
//! aggregate stand projections alone, since a condition there could take the best row away; all aggregates choose
//! by the same column, and rows have no numbers that would decide between equal keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::expressions::{Column, Literal};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};

use crate::lake::scan::LakeScan;

/// The rule.
#[derive(Debug)]
pub struct LeadingRows;

impl PhysicalOptimizerRule for LeadingRows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let Some(aggregate) = node.downcast_ref::<AggregateExec>() else {
                return Ok(Transformed::no(node));
            };
            let Some(wanted) = wanted(aggregate) else {
                return Ok(Transformed::no(node));
            };
            match leading(aggregate.input(), wanted)? {
                None => Ok(Transformed::no(node)),
                Some(input) => {
                    replace_children_if_necessary(node, vec![input]).map(Transformed::yes)
                }
            }
        })
        .data()
    }

    fn name(&self) -> &str {
        "leading_rows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The rows that an aggregate needs, by columns of its input.
struct Wanted {
    group: BTreeSet<usize>,
    order: usize,
    greatest: bool,
}

/// What is wanted where all that an aggregate of rows asks for is the best row of each group.
fn wanted(aggregate: &AggregateExec) -> Option<Wanted> {
    let of_rows = match aggregate.mode() {
        AggregateMode::Partial | AggregateMode::Single | AggregateMode::SinglePartitioned => true,
        AggregateMode::Final | AggregateMode::FinalPartitioned | AggregateMode::PartialReduce => {
            false
        }
    };
    let plain = aggregate.group_expr().is_single()
        && aggregate.filter_expr().iter().all(Option::is_none)
        && aggregate.limit_options().is_none();
    let mut choices = aggregate
        .aggr_expr()
        .iter()
        .map(|function| choice(function));
    let (order, greatest) = choices.next()??;
    if !of_rows || !plain || !choices.all(|other| other == Some((order, greatest))) {
        return None;
    }
    let mut group = BTreeSet::new();
    for (expr, _) in aggregate.group_expr().expr() {
        if !columns(expr, &mut group) {
            return None;
        }
    }
    Some(Wanted {
        group,
        order,
        greatest,
    })
}

/// The column by which an aggregate chooses, and whether it takes the greatest; None where it does more.
fn choice(function: &AggregateFunctionExpr) -> Option<(usize, bool)> {
    let arguments = function.expressions();
    let (key, greatest) = match (function.fun().name(), &arguments[..]) {
        ("kql_arg_max", [_, number, key, ..]) if is_null(number) => (key, true),
        ("kql_arg_min", [_, number, key, ..]) if is_null(number) => (key, false),
        ("max", [key]) => (key, true),
        ("min", [key]) => (key, false),
        _ => return None,
    };
    let key = key.downcast_ref::<Column>()?;
    Some((key.index(), greatest))
}

/// Whether an argument that may number the rows does not.
fn is_null(number: &Arc<dyn PhysicalExpr>) -> bool {
    let number = number.downcast_ref::<Literal>();
    number.is_some_and(|number| number.value().is_null())
}

/// Adds the columns that an expression reads; false where it is not the same each time.
fn columns(expr: &Arc<dyn PhysicalExpr>, found: &mut BTreeSet<usize>) -> bool {
    found.extend(collect_columns(expr).iter().map(Column::index));
    !is_volatile(expr)
}

/// The plan with a scan below it that knows what is wanted; None where that cannot be.
fn leading(
    plan: &Arc<dyn ExecutionPlan>,
    wanted: Wanted,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(scan) = plan.downcast_ref::<LakeScan>() {
        let group: Vec<usize> = wanted.group.into_iter().collect();
        let scan = scan.leading(&group, wanted.order, wanted.greatest);
        return Ok(scan.map(|scan| Arc::new(scan) as _));
    }
    let below = if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let exprs = projection.expr();
        let Some(order) = exprs[wanted.order].expr.downcast_ref::<Column>() else {
            return Ok(None);
        };
        let mut group = BTreeSet::new();
        for at in wanted.group {
            if !columns(&exprs[at].expr, &mut group) {
                return Ok(None);
            }
        }
        Wanted {
            group,
            order: order.index(),
            ..wanted
        }
    } else if plan.is::<RepartitionExec>() || plan.is::<CooperativeExec>() {
        wanted
    } else {
        return Ok(None);
    };
    let [input] = plan.children()[..] else {
        return Ok(None);
    };
    leading(input, below)?
        .map(|input| replace_children_if_necessary(Arc::clone(plan), vec![input]))
        .transpose()
}
