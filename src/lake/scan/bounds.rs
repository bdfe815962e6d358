//! What a comparison can come to, given a column's least and greatest value and its nulls.
//!
//! In: a physical expression, once, as a [`Rule`]; then the [`Bounds`] of each row group or page.
//! Out: an [`Outcomes`], the set of results (true, false, null) that some row may give.
//! What always holds: a result that a row gives is in the set; what is not understood gives all three.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::expressions::{
    BinaryExpr, CastExpr, Column, InListExpr, IsNotNullExpr, IsNullExpr, Literal, NotExpr,
};

use crate::lake::file::TimeRange;

/// A value that orders the way the engine orders it. Floats are left out on purpose: Parquet's bounds
/// ignore NaN, the engine's order does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Int(i128),
    Text(Arc<str>),
}

impl Value {
    pub fn of(scalar: &ScalarValue) -> Option<Value> {
        match scalar {
            ScalarValue::Int8(Some(v)) => Some(Value::Int((*v).into())),
            ScalarValue::Int16(Some(v)) => Some(Value::Int((*v).into())),
            ScalarValue::Int32(Some(v)) => Some(Value::Int((*v).into())),
            ScalarValue::Int64(Some(v)) => Some(Value::Int((*v).into())),
            ScalarValue::Boolean(Some(v)) => Some(Value::Int((*v).into())),
            ScalarValue::Utf8(Some(v))
            | ScalarValue::LargeUtf8(Some(v))
            | ScalarValue::Utf8View(Some(v)) => Some(Value::Text(v.as_str().into())),
            // Every other type has no rule: it stays undecided, which is always right.
            _ => None,
        }
    }
}

/// What is known of the nulls of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    None,
    All,
    Unknown,
}

/// What is known of a column over some rows.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// No value is less; None is unknown.
    pub min: Option<Value>,
    /// No value is greater; None is unknown.
    pub max: Option<Value>,
    /// `min` and `max` do occur.
    pub exact: bool,
    pub nulls: Nulls,
}

impl Bounds {
    pub const UNKNOWN: Bounds = Bounds {
        min: None,
        max: None,
        exact: false,
        nulls: Nulls::Unknown,
    };
    pub const NULL: Bounds = Bounds {
        min: None,
        max: None,
        exact: false,
        nulls: Nulls::All,
    };

    pub fn constant(value: &ScalarValue) -> Bounds {
        if value.is_null() {
            return Bounds::NULL;
        }
        let value = Value::of(value);
        Bounds {
            exact: value.is_some(),
            min: value.clone(),
            max: value,
            nulls: Nulls::None,
        }
    }
}

/// A set of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcomes {
    pub truth: bool,
    pub falsehood: bool,
    pub null: bool,
}

impl Outcomes {
    const ANY: Outcomes = Outcomes {
        truth: true,
        falsehood: true,
        null: true,
    };
    const NULL: Outcomes = Outcomes {
        truth: false,
        falsehood: false,
        null: true,
    };

    /// No row passes.
    pub fn none(self) -> bool {
        !self.truth
    }

    /// Every row passes.
    pub fn all(self) -> bool {
        self.truth && !self.falsehood && !self.null
    }

    fn not(self) -> Outcomes {
        Outcomes {
            truth: self.falsehood,
            falsehood: self.truth,
            null: self.null,
        }
    }

    fn and(self, other: Outcomes) -> Outcomes {
        Outcomes {
            truth: self.truth && other.truth,
            falsehood: self.falsehood || other.falsehood,
            null: (self.null && (other.null || other.truth)) || (other.null && self.truth),
        }
    }

    fn or(self, other: Outcomes) -> Outcomes {
        self.not().and(other.not()).not()
    }
}

/// The part of a filter that bounds can decide.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// column op value
    Compare {
        column: usize,
        op: Comparison,
        value: Value,
    },
    In {
        column: usize,
        values: Vec<Value>,
    },
    IsNull(usize),
    /// column IS NOT DISTINCT FROM value
    Same {
        column: usize,
        value: Value,
    },
    Not(Box<Rule>),
    And(Box<Rule>, Box<Rule>),
    Or(Box<Rule>, Box<Rule>),
    Constant(Option<bool>),
    Undecided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}

impl Rule {
    /// Reads a physical expression over the table's schema.
    pub fn of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Rule {
        if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
            return Rule::binary(binary, schema);
        }
        if let Some(not) = expr.downcast_ref::<NotExpr>() {
            return Rule::Not(Box::new(Rule::of(not.arg(), schema)));
        }
        if let Some(is_null) = expr.downcast_ref::<IsNullExpr>() {
            return column(is_null.arg(), schema).map_or(Rule::Undecided, Rule::IsNull);
        }
        if let Some(is_not_null) = expr.downcast_ref::<IsNotNullExpr>() {
            return column(is_not_null.arg(), schema)
                .map_or(Rule::Undecided, |c| Rule::Not(Box::new(Rule::IsNull(c))));
        }
        if let Some(list) = expr.downcast_ref::<InListExpr>() {
            let values: Option<Vec<Value>> = list.list().iter().map(literal).collect();
            return match (column(list.expr(), schema), values) {
                (Some(column), Some(values)) => {
                    let rule = Rule::In { column, values };
                    if list.negated() {
                        Rule::Not(Box::new(rule))
                    } else {
                        rule
                    }
                }
                _ => Rule::Undecided,
            };
        }
        if let Some(literal) = expr.downcast_ref::<Literal>()
            && let ScalarValue::Boolean(value) = literal.value()
        {
            return Rule::Constant(*value);
        }
        if let Some(column) = expr.downcast_ref::<Column>() {
            return Rule::Compare {
                column: column.index(),
                op: Comparison::Eq,
                value: Value::Int(1),
            };
        }
        Rule::Undecided
    }

    fn binary(binary: &BinaryExpr, schema: &Schema) -> Rule {
        let sides = || {
            (
                Box::new(Rule::of(binary.left(), schema)),
                Box::new(Rule::of(binary.right(), schema)),
            )
        };
        match binary.op() {
            Operator::And => {
                let (left, right) = sides();
                return Rule::And(left, right);
            }
            Operator::Or => {
                let (left, right) = sides();
                return Rule::Or(left, right);
            }
            // Only comparisons are left; any other operator is undecided below.
            _ => {}
        }
        let (column, value, flipped) = if let (Some(c), Some(v)) =
            (column(binary.left(), schema), literal(binary.right()))
        {
            (c, v, false)
        } else if let (Some(v), Some(c)) = (literal(binary.left()), column(binary.right(), schema))
        {
            (c, v, true)
        } else {
            return Rule::Undecided;
        };
        let op = if flipped {
            binary.op().swap()
        } else {
            Some(*binary.op())
        };
        let compare = |op| Rule::Compare {
            column,
            op,
            value: value.clone(),
        };
        match op {
            Some(Operator::Eq) => compare(Comparison::Eq),
            Some(Operator::NotEq) => Rule::Not(Box::new(compare(Comparison::Eq))),
            Some(Operator::Lt) => compare(Comparison::Lt),
            Some(Operator::LtEq) => compare(Comparison::LtEq),
            Some(Operator::Gt) => compare(Comparison::Gt),
            Some(Operator::GtEq) => compare(Comparison::GtEq),
            Some(Operator::IsNotDistinctFrom) => Rule::Same { column, value },
            Some(Operator::IsDistinctFrom) => Rule::Not(Box::new(Rule::Same { column, value })),
            // An operator that bounds say nothing of.
            Some(_) | None => Rule::Undecided,
        }
    }

    /// Whether bounds never say anything of it.
    pub fn is_undecided(&self) -> bool {
        match self {
            Rule::Undecided => true,
            Rule::Not(rule) => rule.is_undecided(),
            Rule::And(left, right) | Rule::Or(left, right) => {
                left.is_undecided() && right.is_undecided()
            }
            Rule::Compare { .. }
            | Rule::In { .. }
            | Rule::IsNull(_)
            | Rule::Same { .. }
            | Rule::Constant(_) => false,
        }
    }

    /// What the filter may come to over rows with these bounds.
    pub fn outcomes(&self, bounds: &impl Fn(usize) -> Bounds) -> Outcomes {
        match self {
            Rule::Compare { column, op, value } => compare(&bounds(*column), *op, value),
            Rule::In { column, values } => values
                .iter()
                .map(|value| compare(&bounds(*column), Comparison::Eq, value))
                .reduce(Outcomes::or)
                .unwrap_or(Outcomes {
                    truth: false,
                    falsehood: true,
                    null: false,
                }),
            Rule::IsNull(column) => match bounds(*column).nulls {
                Nulls::None => Outcomes {
                    truth: false,
                    falsehood: true,
                    null: false,
                },
                Nulls::All => Outcomes {
                    truth: true,
                    falsehood: false,
                    null: false,
                },
                Nulls::Unknown => Outcomes {
                    truth: true,
                    falsehood: true,
                    null: false,
                },
            },
            Rule::Same { column, value } => {
                let equal = compare(&bounds(*column), Comparison::Eq, value);
                Outcomes {
                    truth: equal.truth,
                    falsehood: equal.falsehood || equal.null,
                    null: false,
                }
            }
            Rule::Not(rule) => rule.outcomes(bounds).not(),
            Rule::And(left, right) => left.outcomes(bounds).and(right.outcomes(bounds)),
            Rule::Or(left, right) => left.outcomes(bounds).or(right.outcomes(bounds)),
            Rule::Constant(value) => Outcomes {
                truth: *value == Some(true),
                falsehood: *value == Some(false),
                null: value.is_none(),
            },
            Rule::Undecided => Outcomes::ANY,
        }
    }

    /// The times that rows which pass can have, where `time` is the time column.
    pub fn window(&self, time: usize) -> TimeRange {
        let ticks = |value: &Value| match value {
            Value::Int(v) => i64::try_from(*v).ok(),
            Value::Text(_) => None,
        };
        match self {
            Rule::Compare { column, op, value } if *column == time => {
                let Some(at) = ticks(value) else {
                    return TimeRange::default();
                };
                let after = at.checked_add(1);
                match op {
                    Comparison::Eq => TimeRange::new(Some(at), after),
                    Comparison::Lt => TimeRange::new(None, Some(at)),
                    Comparison::LtEq => TimeRange::new(None, after),
                    Comparison::Gt => TimeRange::new(Some(after.unwrap_or(at)), None),
                    Comparison::GtEq => TimeRange::new(Some(at), None),
                }
            }
            Rule::And(left, right) => left.window(time).intersect(&right.window(time)),
            Rule::Compare { .. }
            | Rule::In { .. }
            | Rule::IsNull(_)
            | Rule::Same { .. }
            | Rule::Not(_)
            | Rule::Or(..)
            | Rule::Constant(_)
            | Rule::Undecided => TimeRange::default(),
        }
    }
}

fn compare(bounds: &Bounds, op: Comparison, value: &Value) -> Outcomes {
    if bounds.nulls == Nulls::All {
        return Outcomes::NULL;
    }
    // A literal of another kind than the bounds never orders against them.
    let same_kind =
        |bound: &&Value| std::mem::discriminant(*bound) == std::mem::discriminant(value);
    let min = bounds.min.as_ref().filter(same_kind);
    let max = bounds.max.as_ref().filter(same_kind);
    let min_is = |test: fn(&Value, &Value) -> bool| min.is_some_and(|m| test(m, value));
    let max_is = |test: fn(&Value, &Value) -> bool| max.is_some_and(|m| test(m, value));
    let (never, always) = match op {
        Comparison::Eq => (
            min_is(|m, v| m > v) || max_is(|m, v| m < v),
            bounds.exact && min_is(|m, v| m == v) && max_is(|m, v| m == v),
        ),
        Comparison::Lt => (min_is(|m, v| m >= v), max_is(|m, v| m < v)),
        Comparison::LtEq => (min_is(|m, v| m > v), max_is(|m, v| m <= v)),
        Comparison::Gt => (max_is(|m, v| m <= v), min_is(|m, v| m > v)),
        Comparison::GtEq => (max_is(|m, v| m < v), min_is(|m, v| m >= v)),
    };
    Outcomes {
        truth: !never,
        falsehood: !always,
        null: bounds.nulls != Nulls::None,
    }
}

/// The table column that an expression is, seen through a widening of whole numbers.
fn column(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<usize> {
    if let Some(column) = expr.downcast_ref::<Column>() {
        return Some(column.index());
    }
    let cast = expr.downcast_ref::<CastExpr>()?;
    let inner = cast.expr().downcast_ref::<Column>()?.index();
    let from = schema.fields().get(inner)?.data_type();
    let widens = *cast.cast_type() == DataType::Int64
        && (*from == DataType::Int32 || *from == DataType::Int64);
    widens.then_some(inner)
}

fn literal(expr: &Arc<dyn PhysicalExpr>) -> Option<Value> {
    Value::of(expr.downcast_ref::<Literal>()?.value())
}
