//! `==`, `!=`, `<`, `<=`, `>`, `>=`.
//!
//! What always holds: null equals no value and differs from every one; two nulls are neither equal
//! nor different (null); an order with null is null. A string is never null. A dynamic beside a
//! scalar is taken as that scalar's type. NaN equals nothing, not even itself, and has no order: what
//! compares with it is false, but for `!=`.
//! Source: "Null values" in Microsoft's Kusto reference; IEEE 754.

use datafusion::logical_expr::ScalarUDF;
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::{pair, wider};
use crate::functions::json;
use crate::functions::scalar::conversion::{self, convert, udfs_into};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, Value, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &Comparison::Equal,
        &Comparison::NotEqual,
        &Comparison::Less,
        &Comparison::LessOrEqual,
        &Comparison::Greater,
        &Comparison::GreaterOrEqual,
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What both operands are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Common {
    Scalar(Ty),
    /// Both are dynamic: their canonical texts are compared.
    Dynamic,
    /// A dynamic and an int or a long: equal only where the dynamic's number is whole.
    Whole,
}

impl Comparison {
    fn is_order(self) -> bool {
        match self {
            Comparison::Equal | Comparison::NotEqual => false,
            Comparison::Less
            | Comparison::LessOrEqual
            | Comparison::Greater
            | Comparison::GreaterOrEqual => true,
        }
    }

    fn operator(self) -> BinaryOperator {
        match self {
            Comparison::Equal => BinaryOperator::Eq,
            Comparison::NotEqual => BinaryOperator::NotEq,
            Comparison::Less => BinaryOperator::Lt,
            Comparison::LessOrEqual => BinaryOperator::LtEq,
            Comparison::Greater => BinaryOperator::Gt,
            Comparison::GreaterOrEqual => BinaryOperator::GtEq,
        }
    }

    fn common(self, left: Ty, right: Ty) -> Result<Common, ArgumentFault> {
        if let Some(ty) = wider(left, right) {
            return Ok(Common::Scalar(ty));
        }
        let common = match (left, right) {
            // Dynamics have no order but their numbers'.
            (Ty::Dynamic, Ty::Dynamic) if self.is_order() => Common::Scalar(Ty::Real),
            (Ty::Dynamic, Ty::Dynamic) => Common::Dynamic,
            (Ty::Dynamic, Ty::Int | Ty::Long) | (Ty::Int | Ty::Long, Ty::Dynamic) => {
                if self.is_order() {
                    Common::Scalar(Ty::Real)
                } else {
                    Common::Whole
                }
            }
            (Ty::Dynamic, other) | (other, Ty::Dynamic) => Common::Scalar(other),
            (Ty::Bool, number) | (number, Ty::Bool) if number.is_numeric() => {
                Common::Scalar(number)
            }
            (Ty::String, Ty::Guid) | (Ty::Guid, Ty::String) => Common::Scalar(Ty::Guid),
            (left, right) if left == right => Common::Scalar(left),
            (left, right) => {
                return Err(ArgumentFault::call(format!(
                    "values of types {left} and {right} cannot be compared"
                ))
                .with_help(format!("convert one of them, for example with to{left}()")));
            }
        };
        Ok(common)
    }

    /// Two-valued where an operand is a constant, three-valued in general.
    fn equality(self, left: Sql, right: Sql, constant: bool) -> Sql {
        let equal = self == Comparison::Equal;
        if constant {
            return if equal {
                sql::is_not_distinct_from(left, right)
            } else {
                sql::is_distinct_from(left, right)
            };
        }
        let unknown = sql::typed_null(Ty::Bool);
        if equal {
            // NULL where both are null: TRUE AND (FALSE OR NULL).
            let known = sql::or([sql::is_not_null(left.clone()), unknown]);
            sql::and([sql::is_not_distinct_from(left, right), known])
        } else {
            // NULL where both are null: FALSE OR (TRUE AND NULL).
            let both_null = sql::and([sql::is_null(left.clone()), unknown]);
            sql::or([sql::is_distinct_from(left, right), both_null])
        }
    }

    fn strings(self, left: &SqlArgument, right: &SqlArgument) -> Result<Sql, ArgumentFault> {
        let plain = |argument: &SqlArgument| {
            let text = convert(argument.sql.clone(), argument.ty, Ty::String)?;
            Ok::<_, ArgumentFault>(if argument.nullable_string {
                sql::coalesce(vec![text, sql::text("")])
            } else {
                text
            })
        };
        let is_text = |argument: &SqlArgument| matches!(argument.constant, Some(Value::String(s)) if !s.is_empty());
        let against_text =
            (is_text(left) && right.nullable_string) || (is_text(right) && left.nullable_string);
        if against_text && !self.is_order() {
            // The bare column, so that statistics and dictionaries still prune.
            return Ok(self.equality(left.sql.clone(), right.sql.clone(), true));
        }
        Ok(sql::binary(self.operator(), plain(left)?, plain(right)?))
    }
}

/// Whether an operand may be NaN, which DataFusion takes for equal to itself and puts before or behind all
/// numbers, by its sign. JSON has none.
fn may_be_nan(argument: &SqlArgument) -> bool {
    argument.ty == Ty::Real
        && !matches!(argument.constant, Some(Value::Real(x)) if !x.is_nan())
        && !matches!(argument.constant, Some(Value::Null(_)))
}

const CANONICAL: Udf = Udf::new("kql_canonical", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
    map1::<Text, Text>(a, n, |t| {
        let text = json::canonical(t).unwrap_or_else(|| t.to_owned());
        (text != "null").then_some(text)
    })
});

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("left", Accepts::Any),
    Parameter::new("right", Accepts::Any),
]);

impl ScalarFunction for Comparison {
    fn name(&self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    fn aliases(&self) -> &'static [&'static str] {
        match self {
            Comparison::NotEqual => &["<>"],
            Comparison::Equal
            | Comparison::Less
            | Comparison::LessOrEqual
            | Comparison::Greater
            | Comparison::GreaterOrEqual => &[],
        }
    }

    fn category(&self) -> Category {
        Category::Operator
    }

    fn summary(&self) -> &'static str {
        match self {
            Comparison::Equal => "Equal, strings with regard to case; null equals no value.",
            Comparison::NotEqual => "Not equal; null differs from every value.",
            Comparison::Less => "Less than.",
            Comparison::LessOrEqual => "Less than or equal.",
            Comparison::Greater => "Greater than.",
            Comparison::GreaterOrEqual => "Greater than or equal.",
        }
    }

    fn examples(&self) -> &'static [Example] {
        match self {
            Comparison::Equal => &[Example {
                kql: "print a = 1 == 1.0, b = \"a\" == \"A\", c = dynamic(1.5) == 1, d = long(null) == 1",
                rows: "[[true, false, false, false]]",
            }],
            Comparison::NotEqual => &[
                Example {
                    kql: "datatable(x: long)[1, 2, long(null)] | where x != 1 | count",
                    rows: "[[2]]",
                },
                Example {
                    kql: "datatable(x: real)[1, real(nan)] | project same = x == x, other = x != x, more = x > 0, less = x < 0",
                    rows: "[[true, false, true, false], [false, true, false, false]]",
                },
            ],
            Comparison::Less => &[Example {
                kql: "print a = 1 < 1.5, b = 1h < 1d, c = dynamic(1.5) < 2",
                rows: "[[true, true, true]]",
            }],
            Comparison::LessOrEqual => &[Example {
                kql: "print 2 <= 2",
                rows: "[[true]]",
            }],
            Comparison::Greater => &[Example {
                kql: "datatable(x: long)[1, long(null)] | where x > 0 | count",
                rows: "[[1]]",
            }],
            Comparison::GreaterOrEqual => &[Example {
                kql: "print datetime(2020-01-02) >= datetime(2020-01-01)",
                rows: "[[true]]",
            }],
        }
    }

    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn return_type(&self, arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
        let [left, right] = arguments else {
            return Err(ArgumentFault::call("takes two operands"));
        };
        self.common(left.ty, right.ty).map(|_| Ty::Bool)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: Ty) -> Result<Sql, ArgumentFault> {
        let (left, right) = pair(arguments)?;
        let common = self.common(left.ty, right.ty)?;
        if common == Common::Scalar(Ty::String) {
            return self.strings(left, right);
        }
        let side = |argument: &SqlArgument| match common {
            Common::Dynamic => CANONICAL.call(std::slice::from_ref(argument)),
            Common::Whole if argument.ty == Ty::Dynamic => {
                Ok(conversion::whole(argument.sql.clone()))
            }
            // DataFusion widens the column or narrows the constant; a cast here would hide the column.
            Common::Whole | Common::Scalar(Ty::Long | Ty::Real)
                if matches!(argument.ty, Ty::Int | Ty::Long) =>
            {
                Ok(argument.sql.clone())
            }
            Common::Whole => Ok(argument.sql.clone()),
            Common::Scalar(ty) => convert(argument.sql.clone(), argument.ty, ty),
        };
        let constant = |argument: &SqlArgument| match argument.constant {
            None | Some(Value::Null(_)) => false,
            Some(Value::Dynamic(text)) => text.trim() != "null",
            Some(
                Value::Bool(_)
                | Value::Int(_)
                | Value::Long(_)
                | Value::Real(_)
                | Value::Decimal(_)
                | Value::String(_)
                | Value::DateTime(_)
                | Value::TimeSpan(_)
                | Value::Guid(_),
            ) => true,
        };
        let either = constant(left) || constant(right);
        let (l, r) = (side(left)?, side(right)?);
        let mut nans = Vec::new();
        for (argument, side) in [(left, &l), (right, &r)] {
            if may_be_nan(argument) {
                nans.push(sql::call("isnan", vec![side.clone()]));
            }
        }
        if self.is_order() {
            let ordered = sql::binary(self.operator(), l, r);
            return Ok(sql::and(
                std::iter::once(ordered).chain(nans.into_iter().map(sql::not)),
            ));
        }
        let same = self.equality(l, r, either);
        // One that is no number differs from all numbers anyway.
        let both = (nans.len() == 2).then(|| nans.swap_remove(0));
        Ok(match (both, self == &Comparison::Equal) {
            (Some(nan), true) => sql::and([same, sql::not(nan)]),
            (Some(nan), false) => sql::or([same, nan]),
            (None, _) => same,
        })
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        let mut udfs = vec![CANONICAL.build(), conversion::is_whole_udf()];
        for ty in [
            Ty::String,
            Ty::Bool,
            Ty::Decimal,
            Ty::DateTime,
            Ty::TimeSpan,
            Ty::Guid,
        ] {
            udfs.extend(udfs_into(ty));
        }
        udfs
    }
}
