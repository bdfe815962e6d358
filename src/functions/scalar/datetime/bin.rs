//! `bin` and `bin_at`: rounding down to a multiple.
//!
//! What always holds: bins count from 0, for datetimes from 0001-01-01, or from a fixed point; a bin
//! size that is not positive gives null.

use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ColumnarValue;

use super::calendar::in_range;
use crate::functions::scalar::conversion::udfs_into;
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::operator::wider;
use crate::functions::scalar::rows::{Decimal, Long, Real, map1, map3};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, Value,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&BIN, &BIN_AT]
}

static BIN: Definition = Definition {
    name: "bin",
    aliases: &["floor"],
    category: Category::DateTime,
    summary: "The value rounded down to a multiple of a bin size.",
    examples: &[
        Example {
            kql: "print bin(datetime(1955-11-05 06:15:00.5), 7d), bin(datetime(2020-06-15 13:45:30), 1h)",
            rows: r#"[["1955-10-31T00:00:00.0000000Z", "2020-06-15T13:00:00.0000000Z"]]"#,
        },
        Example {
            kql: "print a = bin(-5, 2), b = bin(5.5, 2), c = floor(16d, 7d), d = bin(1, 0)",
            rows: r#"[[-6, 4.0, "14.00:00:00", null]]"#,
        },
    ],
    signature: Signature::new(&[
        Parameter::new("value", Accepts::Any),
        Parameter::new("size", Accepts::Any),
    ]),
    gives: Gives::Of(|arguments| match arguments {
        [value, size] => result(value.ty, size.ty),
        _ => Err(ArgumentFault::call("bin takes a value and a size")),
    }),
    form: Form::Sql {
        sql: |arguments, ty| rounded(arguments, ty),
        udfs,
    },
};

static BIN_AT: Definition = Definition {
    name: "bin_at",
    aliases: &[],
    category: Category::DateTime,
    summary: "The value rounded down to a multiple of a bin size counted from a fixed point.",
    examples: &[Example {
        kql: "print bin_at(13, 10, 11), bin_at(datetime(2007-01-02 13:45:30), 1d, datetime(2007-01-01 06:00:00))",
        rows: r#"[[11, "2007-01-02T06:00:00.0000000Z"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("value", Accepts::Any),
        Parameter::new("size", Accepts::Any),
        Parameter::new("fixed_point", Accepts::Any),
    ]),
    gives: Gives::Of(at_type),
    form: Form::Sql {
        sql: |arguments, ty| rounded(arguments, ty),
        udfs,
    },
};

fn result(value: Ty, size: Ty) -> Result<Ty, ArgumentFault> {
    if let Some(ty) = wider(value, size) {
        return Ok(if ty == Ty::Int { Ty::Long } else { ty });
    }
    match (value, size) {
        (Ty::DateTime, Ty::TimeSpan) => Ok(Ty::DateTime),
        (Ty::TimeSpan, Ty::TimeSpan) => Ok(Ty::TimeSpan),
        (Ty::Dynamic, Ty::TimeSpan) => Ok(Ty::DateTime),
        (Ty::Dynamic, size) if size.is_numeric() => Ok(Ty::Real),
        _ => Err(ArgumentFault::call(format!(
            "a {value} cannot be put into bins of a {size}"
        ))),
    }
}

fn at_type(arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
    let [value, size, point] = arguments else {
        return Err(ArgumentFault::call(
            "bin_at takes a value, a size and a fixed point",
        ));
    };
    let ty = result(value.ty, size.ty)?;
    match wider(ty, point.ty) {
        Some(wider) => Ok(wider),
        None if ty == point.ty => Ok(ty),
        None => Err(ArgumentFault::at(
            2,
            format!("the fixed point must be a {ty}, not a {}", point.ty),
        )),
    }
}

fn rounded(arguments: &[SqlArgument], ty: Ty) -> Result<Sql, ArgumentFault> {
    let udf = match ty {
        Ty::DateTime => &BIN_DATETIME,
        Ty::TimeSpan | Ty::Int | Ty::Long => &BIN_LONG,
        Ty::Real => &BIN_REAL,
        Ty::Decimal => &BIN_DECIMAL,
        Ty::Bool | Ty::String | Ty::Guid | Ty::Dynamic => {
            return Err(ArgumentFault::call(format!("a {ty} has no bins")));
        }
    };
    let zero = Value::Long(0);
    let mut all = arguments.to_vec();
    if let ([_, _], Some(size)) = (arguments, arguments.last()) {
        all.push(SqlArgument {
            sql: crate::functions::sql::literal(&zero),
            ty: udf.inputs.last().copied().unwrap_or(Ty::Long),
            constant: None,
            nullable_string: size.nullable_string,
        });
    }
    udf.call(&all)
}

fn floor(value: i64, size: i64, point: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    let steps = value.checked_sub(point)?.div_euclid(size);
    point.checked_add(steps.checked_mul(size)?)
}

/// Bins of whole numbers. Size and point are nearly always constants.
fn bin_whole(
    arguments: &[ColumnarValue],
    rows: usize,
    floor: impl Fn(i64, i64, i64) -> Option<i64>,
) -> Result<ColumnarValue> {
    if let [
        value,
        ColumnarValue::Scalar(ScalarValue::Int64(Some(size))),
        ColumnarValue::Scalar(ScalarValue::Int64(Some(point))),
    ] = arguments
    {
        let value = std::slice::from_ref(value);
        return map1::<Long, Long>(value, rows, |value| floor(value, *size, *point));
    }
    map3::<Long, Long, Long, Long>(arguments, rows, floor)
}

fn floor_real(value: f64, size: f64, point: f64) -> Option<f64> {
    (size > 0.0).then(|| point + ((value - point) / size).floor() * size)
}

fn floor_decimal(value: i128, size: i128, point: i128) -> Option<i128> {
    if size <= 0 {
        return None;
    }
    point.checked_add(
        value
            .checked_sub(point)?
            .div_euclid(size)
            .checked_mul(size)?,
    )
}

const BIN_DATETIME: Udf = Udf::new(
    "kql_bin_datetime",
    &[Ty::DateTime, Ty::TimeSpan, Ty::DateTime],
    Ty::DateTime,
    |a, n| bin_whole(a, n, |v, s, p| floor(v, s, p).and_then(in_range)),
);
const BIN_LONG: Udf = Udf::new(
    "kql_bin",
    &[Ty::Long, Ty::Long, Ty::Long],
    Ty::Long,
    |a, n| bin_whole(a, n, floor),
);
const BIN_REAL: Udf = Udf::new(
    "kql_bin_real",
    &[Ty::Real, Ty::Real, Ty::Real],
    Ty::Real,
    |a, n| map3::<Real, Real, Real, Real>(a, n, floor_real),
);
const BIN_DECIMAL: Udf = Udf::new(
    "kql_bin_decimal",
    &[Ty::Decimal, Ty::Decimal, Ty::Decimal],
    Ty::Decimal,
    |a, n| map3::<Decimal, Decimal, Decimal, Decimal>(a, n, floor_decimal),
);

fn udfs() -> Vec<datafusion::logical_expr::ScalarUDF> {
    let mut udfs: Vec<_> = [BIN_DATETIME, BIN_LONG, BIN_REAL, BIN_DECIMAL]
        .iter()
        .map(Udf::build)
        .collect();
    for ty in [Ty::DateTime, Ty::TimeSpan, Ty::Decimal] {
        udfs.extend(udfs_into(ty));
    }
    udfs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::TICKS_PER_DAY;

    #[test]
    fn rounds_down_on_both_sides_of_the_point() {
        assert_eq!(floor(5, 2, 0), Some(4));
        assert_eq!(floor(-5, 2, 0), Some(-6));
        assert_eq!(floor(13, 10, 11), Some(11));
        assert_eq!(floor(1, 0, 0), None);
        assert_eq!(floor(1, -1, 0), None);
        assert_eq!(floor(i64::MIN, 7, 0), None);
        assert_eq!(floor_real(-5.5, 2.0, 0.0), Some(-6.0));
        assert_eq!(floor_real(1.0, 0.0, 0.0), None);
        assert_eq!(
            floor(TICKS_PER_DAY + 1, TICKS_PER_DAY, 0),
            Some(TICKS_PER_DAY)
        );
    }
}
