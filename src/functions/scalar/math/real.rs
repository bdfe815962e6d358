//! Functions of reals: roots, powers, logarithms, angles.

use std::f64::consts::PI as PI_VALUE;

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf, none};
use crate::functions::scalar::rows::{Real, map1, map2};
use crate::functions::{
    Accepts, Category, Example, Parameter, ScalarFunction, Signature, Value, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &SQRT, &EXP, &EXP2, &EXP10, &LOG, &LOG2, &LOG10, &SIN, &COS, &TAN, &COT, &ASIN, &ACOS,
        &ATAN, &DEGREES, &RADIANS, &GAMMA, &LOGGAMMA, &POW, &ATAN2, &PI,
    ]
}

macro_rules! unary {
    ($static:ident, $name:literal, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Math,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("x", Accepts::Number)]),
            gives: Gives::Always(Ty::Real),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::Real],
                Ty::Real,
                |a, n| {
                    let body: fn(f64) -> Option<f64> = $body;
                    map1::<Real, Real>(a, n, body)
                },
            )),
        };
    };
}

/// A logarithm of what is not negative. For a negative number Microsoft's documentation says null; an
/// imitation of Kusto that gives NaN there is no authority.
fn logarithm(x: f64, of: fn(f64) -> f64) -> Option<f64> {
    (x >= 0.0 || x.is_nan()).then(|| of(x))
}

unary!(
    SQRT,
    "sqrt",
    |x| Some(x.sqrt()),
    "The square root; NaN for a negative number.",
    "print sqrt(256), isnan(sqrt(-1.0))",
    "[[16.0, true]]"
);
unary!(
    EXP,
    "exp",
    |x| Some(x.exp()),
    "e to the power of x.",
    "print exp(0)",
    "[[1.0]]"
);
unary!(
    EXP2,
    "exp2",
    |x| Some(x.exp2()),
    "2 to the power of x.",
    "print exp2(10)",
    "[[1024.0]]"
);
unary!(
    EXP10,
    "exp10",
    |x| Some(10f64.powf(x)),
    "10 to the power of x.",
    "print exp10(3)",
    "[[1000.0]]"
);
unary!(
    LOG,
    "log",
    |x| logarithm(x, f64::ln),
    "The natural logarithm; null for a negative number.",
    "print log(1), log(0.0), log(-1.0)",
    r#"[[0.0, "-Infinity", null]]"#
);
unary!(
    LOG2,
    "log2",
    |x| logarithm(x, f64::log2),
    "The logarithm to base 2; null for a negative number.",
    "print log2(8)",
    "[[3.0]]"
);
unary!(
    LOG10,
    "log10",
    |x| logarithm(x, f64::log10),
    "The logarithm to base 10; null for a negative number.",
    "print log10(1000)",
    "[[3.0]]"
);
unary!(
    SIN,
    "sin",
    |x| Some(x.sin()),
    "The sine of an angle in radians.",
    "print sin(0)",
    "[[0.0]]"
);
unary!(
    COS,
    "cos",
    |x| Some(x.cos()),
    "The cosine of an angle in radians.",
    "print cos(0)",
    "[[1.0]]"
);
unary!(
    TAN,
    "tan",
    |x| Some(x.tan()),
    "The tangent of an angle in radians.",
    "print tan(0)",
    "[[0.0]]"
);
unary!(
    COT,
    "cot",
    |x| Some(1.0 / x.tan()),
    "The cotangent of an angle in radians.",
    "print round(cot(1), 6)",
    "[[0.642093]]"
);
unary!(
    ASIN,
    "asin",
    |x| Some(x.asin()),
    "The angle in radians whose sine is x.",
    "print asin(0)",
    "[[0.0]]"
);
unary!(
    ACOS,
    "acos",
    |x| Some(x.acos()),
    "The angle in radians whose cosine is x.",
    "print acos(1)",
    "[[0.0]]"
);
unary!(
    ATAN,
    "atan",
    |x| Some(x.atan()),
    "The angle in radians whose tangent is x.",
    "print atan(0)",
    "[[0.0]]"
);
unary!(
    DEGREES,
    "degrees",
    |x| Some(x * 180.0 / PI_VALUE),
    "An angle in radians, in degrees.",
    "print degrees(pi())",
    "[[180.0]]"
);
unary!(
    RADIANS,
    "radians",
    |x| Some(x * PI_VALUE / 180.0),
    "An angle in degrees, in radians.",
    "print radians(180) == pi()",
    "[[true]]"
);
unary!(
    GAMMA,
    "gamma",
    |x| Some(gamma(x)),
    "The gamma function.",
    "print round(gamma(5), 6)",
    "[[24.0]]"
);
unary!(
    LOGGAMMA,
    "loggamma",
    |x| Some(log_gamma(x)),
    "The logarithm of the absolute value of the gamma function.",
    "print round(loggamma(5), 6)",
    "[[3.178054]]"
);

/// Lanczos' approximation with g = 7 and nine terms, good to about 15 digits.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

fn lanczos_sum(x: f64) -> f64 {
    LANCZOS
        .iter()
        .enumerate()
        .skip(1)
        .fold(LANCZOS[0], |sum, (i, term)| sum + term / (x + i as f64))
}

/// Whether the gamma function has no value here: at 0 and at the negative whole numbers.
fn is_pole(x: f64) -> bool {
    x <= 0.0 && x.fract() == 0.0
}

fn log_gamma(x: f64) -> f64 {
    if is_pole(x) {
        return f64::INFINITY;
    }
    if x < 0.5 {
        return (PI_VALUE / (PI_VALUE * x).sin().abs()).ln() - log_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    0.5 * (2.0 * PI_VALUE).ln() + (x + 0.5) * t.ln() - t + lanczos_sum(x).ln()
}

fn gamma(x: f64) -> f64 {
    // A pole's two sides go to opposite infinities; only that of 0 says by its sign from where it comes.
    if is_pole(x) && x != 0.0 {
        return f64::NAN;
    }
    if x < 0.5 {
        return PI_VALUE / ((PI_VALUE * x).sin() * gamma(1.0 - x));
    }
    // A factorial, which the product gives to the last digits.
    if x.fract() == 0.0 && x <= 171.0 {
        return (1..x as u32).map(f64::from).product();
    }
    log_gamma(x).exp()
}

static POW: Definition = Definition {
    name: "pow",
    aliases: &[],
    category: Category::Math,
    summary: "A base to the power of an exponent.",
    examples: &[Example {
        kql: "print pow(2, 8), pow(10, -1)",
        rows: "[[256.0, 0.1]]",
    }],
    signature: Signature::new(&[
        Parameter::new("base", Accepts::Number),
        Parameter::new("exponent", Accepts::Number),
    ]),
    gives: Gives::Always(Ty::Real),
    form: Form::Udf(Udf::new(
        "kql_pow",
        &[Ty::Real, Ty::Real],
        Ty::Real,
        |a, n| map2::<Real, Real, Real>(a, n, |x, y| Some(x.powf(y))),
    )),
};

static ATAN2: Definition = Definition {
    name: "atan2",
    aliases: &[],
    category: Category::Math,
    summary: "The angle in radians between the x axis and the line to a point (y, x).",
    examples: &[Example {
        kql: "print atan2(0, 1)",
        rows: "[[0.0]]",
    }],
    signature: Signature::new(&[
        Parameter::new("y", Accepts::Number),
        Parameter::new("x", Accepts::Number),
    ]),
    gives: Gives::Always(Ty::Real),
    form: Form::Udf(Udf::new(
        "kql_atan2",
        &[Ty::Real, Ty::Real],
        Ty::Real,
        |a, n| map2::<Real, Real, Real>(a, n, |y, x| Some(y.atan2(x))),
    )),
};

static PI: Definition = Definition {
    name: "pi",
    aliases: &[],
    category: Category::Math,
    summary: "The number pi.",
    examples: &[Example {
        kql: "print round(pi(), 5)",
        rows: "[[3.14159]]",
    }],
    signature: Signature::new(&[]),
    gives: Gives::Always(Ty::Real),
    form: Form::Sql {
        sql: |_, _| Ok(sql::literal(&Value::Real(PI_VALUE))),
        udfs: none,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_of_negative_numbers_are_null() {
        assert_eq!(logarithm(-1.0, f64::log10), None);
        assert_eq!(logarithm(0.0, f64::log2), Some(f64::NEG_INFINITY));
        assert!(logarithm(f64::NAN, f64::ln).is_some_and(f64::is_nan));
    }

    #[test]
    fn gamma_interpolates_factorials() {
        assert_eq!(gamma(5.0), 24.0);
        assert!((gamma(171.0) / 7.257_415_615_307_998e306 - 1.0).abs() < 1e-14);
        assert!(gamma(-1.0).is_nan() && log_gamma(-1.0).is_infinite());
        assert!((gamma(0.5) - PI_VALUE.sqrt()).abs() < 1e-12);
        assert!((gamma(-0.5) + 2.0 * PI_VALUE.sqrt()).abs() < 1e-12);
        assert!((log_gamma(100.0) - 359.134_205_369_575_4).abs() < 1e-9);
    }
}
