//! A guess at the rows of a scan, before any file is looked at.
//!
//! In: the conditions of a scan. Out: a number of rows that is good for one thing: telling which of two scans gives
//! far fewer, so that a join makes its table of those. What always holds: no answer depends on it.

use std::sync::Arc;

use datafusion::logical_expr::Operator;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::expressions::{BinaryExpr, InListExpr, IsNullExpr, LikeExpr};

/// What a whole table is taken to have: far more than any list in a query.
pub const WHOLE_TABLE: usize = 1 << 40;
/// Halvings that a test of a text or an equality stands for.
const TEST: u32 = 4;
/// Halvings of one end of a range.
const RANGE: u32 = 1;
/// Halvings at most.
const MOST: u32 = 20;

/// The guess for rows that meet all of these conditions.
pub(super) fn rows<'a>(conditions: impl Iterator<Item = &'a Arc<dyn PhysicalExpr>>) -> usize {
    let all: u32 = conditions.map(halvings).sum();
    WHOLE_TABLE >> all.min(MOST)
}

/// How often a condition halves the rows. What leaves something out, as `!=` does, leaves most of it in.
fn halvings(condition: &Arc<dyn PhysicalExpr>) -> u32 {
    if let Some(binary) = condition.downcast_ref::<BinaryExpr>() {
        let (left, right) = (binary.left(), binary.right());
        return if binary.op() == &Operator::And {
            (halvings(left) + halvings(right)).min(MOST)
        } else if binary.op() == &Operator::Or {
            halvings(left).min(halvings(right))
        } else if matches!(binary.op(), Operator::Eq | Operator::IsNotDistinctFrom) {
            TEST
        } else if matches!(
            binary.op(),
            Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
        ) {
            RANGE
        } else {
            0
        };
    }
    let listed = condition.downcast_ref::<InListExpr>();
    let like = condition.downcast_ref::<LikeExpr>();
    let tests = listed.is_some_and(|list| !list.negated())
        || like.is_some_and(|like| !like.negated())
        || condition.downcast_ref::<ScalarFunctionExpr>().is_some()
        || condition.downcast_ref::<IsNullExpr>().is_some();
    if tests { TEST } else { 0 }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::physical_plan::expressions::{binary, col, lit, not};

    use super::*;

    #[test]
    fn more_and_sharper_conditions_leave_fewer_rows() {
        let schema = Schema::new(vec![Field::new("a", DataType::Int64, true)]);
        let a = || col("a", &schema).unwrap();
        let with = |op, n: i64| binary(a(), op, lit(n), &schema).unwrap();
        let guess = |conditions: &[Arc<dyn PhysicalExpr>]| rows(conditions.iter());
        let (equal, above, other) = (
            with(Operator::Eq, 1),
            with(Operator::Gt, 1),
            with(Operator::NotEq, 1),
        );
        let both = binary(equal.clone(), Operator::And, above.clone(), &schema).unwrap();
        let either = binary(equal.clone(), Operator::Or, above.clone(), &schema).unwrap();
        let not_equal = not(equal.clone()).unwrap();
        let two = guess(&[equal.clone(), above.clone()]);
        let (of_equal, of_above) = (guess(&[equal]), guess(&[above]));
        assert_eq!(guess(&[]), WHOLE_TABLE);
        assert_eq!(guess(&[other]), WHOLE_TABLE);
        assert_eq!(guess(&[not_equal]), WHOLE_TABLE);
        assert!(of_above < WHOLE_TABLE);
        assert!(of_equal < of_above);
        assert_eq!(guess(&[both]), two);
        assert_eq!(guess(&[either]), of_above);
    }
}
