//! `abs`, `sign`, `ceiling`, `round`.

use datafusion::logical_expr::ScalarUDF;

use crate::functions::scalar::conversion::convert;
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Decimal, Long, Real, map1, map2};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&ABS, &SIGN, &CEILING, &ROUND]
}

/// The UDF for whole numbers, for reals, for decimals.
struct ByType {
    long: Udf,
    real: Udf,
    decimal: Udf,
}

impl ByType {
    fn call(&self, arguments: &[SqlArgument], ty: Ty) -> Result<Sql, ArgumentFault> {
        match ty {
            Ty::Int | Ty::Long | Ty::TimeSpan => self.long.call(arguments),
            Ty::Decimal => self.decimal.call(arguments),
            Ty::Bool | Ty::Real | Ty::String | Ty::DateTime | Ty::Guid | Ty::Dynamic => {
                self.real.call(arguments)
            }
        }
    }

    fn build(&self) -> Vec<ScalarUDF> {
        vec![self.long.build(), self.real.build(), self.decimal.build()]
    }
}

/// int gives long; a timespan and other numbers keep their type.
fn kept(arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
    match arguments.first().map(|a| a.ty) {
        Some(Ty::Int) => Ok(Ty::Long),
        Some(ty) if ty.is_numeric() || ty == Ty::TimeSpan => Ok(ty),
        Some(Ty::Dynamic) | None => Ok(Ty::Real),
        Some(ty) => Err(ArgumentFault::at(0, format!("a {ty} is no number"))),
    }
}

const ONE: i128 = 10i128.pow(18);

const ABS_UDFS: ByType = ByType {
    long: Udf::new("kql_abs", &[Ty::Long], Ty::Long, |a, n| {
        map1::<Long, Long>(a, n, |x| Some(x.wrapping_abs()))
    }),
    real: Udf::new("kql_abs_real", &[Ty::Real], Ty::Real, |a, n| {
        map1::<Real, Real>(a, n, |x| Some(x.abs()))
    }),
    decimal: Udf::new("kql_abs_decimal", &[Ty::Decimal], Ty::Decimal, |a, n| {
        map1::<Decimal, Decimal>(a, n, |x| Some(x.abs()))
    }),
};

static ABS: Definition = Definition {
    name: "abs",
    aliases: &[],
    category: Category::Math,
    summary: "The absolute value of a number or a timespan.",
    examples: &[Example {
        kql: "print abs(-5), abs(-1.5), abs(-1d), abs(int(-2147483648))",
        rows: r#"[[5, 1.5, "1.00:00:00", 2147483648]]"#,
    }],
    signature: Signature::new(&[Parameter::new("x", Accepts::Any)]),
    gives: Gives::Of(kept),
    form: Form::Sql {
        sql: |arguments, ty| ABS_UDFS.call(arguments, ty),
        udfs: || ABS_UDFS.build(),
    },
};

static SIGN: Definition = Definition {
    name: "sign",
    aliases: &[],
    category: Category::Math,
    summary: "-1.0, 0.0 or 1.0, as the number is negative, zero or positive; 0.0 for NaN.",
    examples: &[Example {
        kql: "print sign(-42), sign(0), sign(11.2)",
        rows: "[[-1.0, 0.0, 1.0]]",
    }],
    signature: Signature::new(&[Parameter::new("x", Accepts::Number)]),
    gives: Gives::Always(Ty::Real),
    form: Form::Udf(Udf::new("kql_sign", &[Ty::Real], Ty::Real, |a, n| {
        map1::<Real, Real>(a, n, |x| {
            Some(if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                0.0
            })
        })
    })),
};

const CEILING_UDFS: ByType = ByType {
    long: Udf::new("kql_ceiling_long", &[Ty::Long], Ty::Long, |a, n| {
        map1::<Long, Long>(a, n, Some)
    }),
    real: Udf::new("kql_ceiling", &[Ty::Real], Ty::Real, |a, n| {
        map1::<Real, Real>(a, n, |x| Some(x.ceil()))
    }),
    decimal: Udf::new(
        "kql_ceiling_decimal",
        &[Ty::Decimal],
        Ty::Decimal,
        |a, n| map1::<Decimal, Decimal>(a, n, |x| Some(x - (x.rem_euclid(ONE) - ONE) % ONE)),
    ),
};

static CEILING: Definition = Definition {
    name: "ceiling",
    aliases: &["ceil"],
    category: Category::Math,
    summary: "The number rounded up to a whole one.",
    examples: &[Example {
        kql: "print ceiling(-1.1), ceiling(0), ceiling(0.9)",
        rows: "[[-1.0, 0, 1.0]]",
    }],
    signature: Signature::new(&[Parameter::new("x", Accepts::Number)]),
    gives: Gives::Of(kept),
    form: Form::Sql {
        sql: |arguments, ty| CEILING_UDFS.call(arguments, ty),
        udfs: || CEILING_UDFS.build(),
    },
};

/// Rounds half away from zero to so many places after the point.
fn round(x: f64, places: i64) -> f64 {
    let Ok(places) = i32::try_from(places) else {
        return x;
    };
    let scale = 10f64.powi(places.abs());
    if !x.is_finite() || !scale.is_finite() {
        return x;
    }
    let rounded = if places >= 0 {
        (x * scale).round() / scale
    } else {
        (x / scale).round() * scale
    };
    if rounded.is_finite() { rounded } else { x }
}

fn round_decimal(x: i128, places: i64) -> Option<i128> {
    let dropped = u32::try_from(18i64.checked_sub(places)?).unwrap_or(0);
    let unit = 10i128.checked_pow(dropped)?;
    let half = unit / 2;
    let rounded = if x < 0 {
        x.checked_sub(half)?
    } else {
        x.checked_add(half)?
    };
    Some(rounded / unit * unit)
}

const ROUND_REAL: Udf = Udf::new("kql_round", &[Ty::Real, Ty::Long], Ty::Real, |a, n| {
    map2::<Real, Long, Real>(a, n, |x, places| Some(round(x, places)))
})
.defaults(&[0]);

const ROUND_DECIMAL: Udf = Udf::new(
    "kql_round_decimal",
    &[Ty::Decimal, Ty::Long],
    Ty::Decimal,
    |a, n| map2::<Decimal, Long, Decimal>(a, n, round_decimal),
)
.defaults(&[0]);

static ROUND: Definition = Definition {
    name: "round",
    aliases: &[],
    category: Category::Math,
    summary: "The number rounded to so many places after the point.",
    examples: &[Example {
        kql: "print round(2.98765, 3), round(2.5), round(1234.5, -2)",
        rows: "[[2.988, 3.0, 1200.0]]",
    }],
    signature: Signature::new(&[
        Parameter::new("x", Accepts::Number),
        Parameter::new("places", Accepts::Integer).optional(),
    ]),
    gives: Gives::Of(|arguments| match arguments.first().map(|a| a.ty) {
        Some(ty @ (Ty::Int | Ty::Long)) if arguments.len() == 1 => Ok(ty),
        Some(Ty::Decimal) => Ok(Ty::Decimal),
        _ => Ok(Ty::Real),
    }),
    form: Form::Sql {
        sql: |arguments, ty| match (arguments, ty) {
            ([value], Ty::Int | Ty::Long) => convert(value.sql.clone(), value.ty, ty),
            (_, Ty::Decimal) => ROUND_DECIMAL.call(arguments),
            _ => ROUND_REAL.call(arguments),
        },
        udfs: || vec![ROUND_REAL.build(), ROUND_DECIMAL.build()],
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar::conversion::text::{decimal, print_decimal};

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(round(2.98765, 3), 2.988);
        assert_eq!(round(-2.5, 0), -3.0);
        assert_eq!(round(1234.5, -2), 1200.0);
        assert_eq!(round(f64::MAX, 10), f64::MAX);
        let run = |text, places| round_decimal(decimal(text).unwrap(), places).map(print_decimal);
        assert_eq!(run("3.14159", 2).as_deref(), Some("3.14"));
        assert_eq!(run("-2.5", 0).as_deref(), Some("-3"));
        assert_eq!(run("1250", -2).as_deref(), Some("1300"));
        assert_eq!(run("1.5", 40).as_deref(), Some("1.5"));
    }

    #[test]
    fn decimals_are_rounded_up() {
        let ceiling = |text| {
            let x: i128 = decimal(text).unwrap();
            print_decimal(x - (x.rem_euclid(ONE) - ONE) % ONE)
        };
        assert_eq!(ceiling("1.1"), "2");
        assert_eq!(ceiling("-1.1"), "-1");
        assert_eq!(ceiling("3"), "3");
    }
}
