//! One pushed-down filter, ready to be asked of statistics, dictionaries and rows.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns, split_conjunction};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::expressions::{
    BinaryExpr, Column, InListExpr, IsNotNullExpr, IsNullExpr, LikeExpr,
};

use super::bounds::Rule;

/// A condition that every output row meets.
#[derive(Debug, Clone)]
pub(super) struct Conjunct {
    /// Over a batch of exactly `columns`, in this order.
    pub expr: Arc<dyn PhysicalExpr>,
    /// Positions in the table, ascending.
    pub columns: Vec<usize>,
    pub schema: SchemaRef,
    /// What its comparisons say of bounds; columns are positions in the table.
    pub rule: Rule,
    /// Rough cost a row.
    pub cost: u32,
}

impl Conjunct {
    /// Splits a filter over the table's schema at its ANDs.
    pub fn split(filter: &Arc<dyn PhysicalExpr>, table: &Schema) -> Result<Vec<Conjunct>> {
        split_conjunction(filter)
            .into_iter()
            .map(|expr| Conjunct::new(expr, table))
            .collect()
    }

    fn new(expr: &Arc<dyn PhysicalExpr>, table: &Schema) -> Result<Conjunct> {
        let mut columns: Vec<usize> = collect_columns(expr).iter().map(Column::index).collect();
        columns.sort_unstable();
        columns.dedup();
        let schema = Arc::new(table.project(&columns)?);
        Ok(Conjunct {
            rule: Rule::of(expr, table),
            cost: cost(expr),
            expr: reassign_expr_columns(Arc::clone(expr), &schema)?,
            columns,
            schema,
        })
    }

    /// Which rows of a batch of `columns` pass; null counts as no.
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let array = self.expr.evaluate(batch)?.into_array(batch.num_rows())?;
        let passed = array.as_boolean_opt().ok_or_else(|| {
            DataFusionError::Internal(format!("filter {} is not boolean", self.expr))
        })?;
        Ok(match passed.nulls() {
            None => passed.clone(),
            Some(nulls) => BooleanArray::new(passed.values() & nulls.inner(), None),
        })
    }
}

/// Comparisons come first, then sets, then functions over text, then regular expressions.
fn cost(expr: &Arc<dyn PhysicalExpr>) -> u32 {
    let own = if expr.downcast_ref::<Column>().is_some() {
        1
    } else if let Some(function) = expr.downcast_ref::<ScalarFunctionExpr>() {
        if function.name().contains("regex") {
            200
        } else {
            20
        }
    } else if expr.downcast_ref::<LikeExpr>().is_some() {
        20
    } else if let Some(list) = expr.downcast_ref::<InListExpr>() {
        2 + list.len().checked_ilog2().unwrap_or(0)
    } else if expr.downcast_ref::<BinaryExpr>().is_some()
        || expr.downcast_ref::<IsNullExpr>().is_some()
        || expr.downcast_ref::<IsNotNullExpr>().is_some()
    {
        1
    } else {
        2
    };
    own + expr.children().into_iter().map(cost).sum::<u32>()
}
