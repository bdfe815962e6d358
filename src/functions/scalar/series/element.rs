//! Element by element: arithmetic and comparison of two series, functions of one.

use super::{elements, real, real_json, series_function};
use crate::functions::json::{self, Node, Number};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1, map2};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &ADD,
        &SUBTRACT,
        &MULTIPLY,
        &DIVIDE,
        &POW,
        &EQUALS,
        &NOT_EQUALS,
        &LESS,
        &LESS_EQUALS,
        &GREATER,
        &GREATER_EQUALS,
        &ABS,
        &ACOS,
        &ASIN,
        &ATAN,
        &CEILING,
        &COS,
        &EXP,
        &FLOOR,
        &LOG,
        &SIGN,
        &SIN,
        &TAN,
    ]
}

type Both = fn(Number, Number) -> String;

/// The longer series' length; null where one series has no number. A number alone stands for a series of it.
fn pairs(a: &str, b: &str, both: Both) -> Option<String> {
    let side = |text| match elements(text) {
        Some(elements) => Some((elements, None)),
        None => Some((Vec::new(), Some(json::trusted(text).number()?))),
    };
    let ((a, one_a), (b, one_b)) = (side(a)?, side(b)?);
    if one_a.is_some() && one_b.is_some() {
        return None;
    }
    let at = |list: &[Node], one: Option<Number>, i: usize| {
        one.or_else(|| list.get(i).and_then(|node| node.number()))
    };
    let length = a.len().max(b.len());
    let out = (0..length).map(|i| match (at(&a, one_a, i), at(&b, one_b, i)) {
        (Some(x), Some(y)) => both(x, y),
        (None, _) | (_, None) => "null".to_owned(),
    });
    Some(out.collect::<json::Array>().finish())
}

/// Whole numbers stay whole where the result fits.
fn arithmetic(
    a: Number,
    b: Number,
    whole: fn(i64, i64) -> Option<i64>,
    of: fn(f64, f64) -> f64,
) -> String {
    if let (Number::Long(a), Number::Long(b)) = (a, b)
        && let Some(n) = whole(a, b)
    {
        return n.to_string();
    }
    real_json(of(real(a), real(b)))
}

macro_rules! two {
    ($static:ident, $name:literal, $both:expr, $summary:literal, $kql:literal, $rows:literal) => {
        series_function!(
            $static,
            $name,
            [
                Parameter::new("first", Accepts::Any),
                Parameter::new("second", Accepts::Any)
            ],
            Udf::new(
                concat!("kql_", $name),
                &[Ty::Dynamic, Ty::Dynamic],
                Ty::Dynamic,
                |a, n| {
                    let both: Both = $both;
                    map2::<Text, Text, Text>(a, n, |a, b| pairs(a, b, both))
                }
            ),
            $summary,
            $kql,
            $rows
        );
    };
}

two!(
    ADD,
    "series_add",
    |a, b| arithmetic(a, b, i64::checked_add, |a, b| a + b),
    "The sums of the elements of two series.",
    "print series_add(dynamic([1, 2.5]), dynamic([3, 4])), series_add(dynamic([1]), dynamic([1, 2]))",
    "[[[4, 6.5], [2, null]]]"
);
two!(
    SUBTRACT,
    "series_subtract",
    |a, b| arithmetic(a, b, i64::checked_sub, |a, b| a - b),
    "The differences of the elements of two series.",
    "print series_subtract(dynamic([1, 2]), dynamic([3, 1]))",
    "[[[-2, 1]]]"
);
two!(
    MULTIPLY,
    "series_multiply",
    |a, b| arithmetic(a, b, i64::checked_mul, |a, b| a * b),
    "The products of the elements of two series.",
    "print series_multiply(dynamic([1, 2]), dynamic([3, 4])), series_multiply(dynamic([1, 2]), 2)",
    "[[[3, 8], [2, 4]]]"
);
two!(
    DIVIDE,
    "series_divide",
    |a, b| real_json(real(a) / real(b)),
    "The quotients of the elements of two series, always reals.",
    "print series_divide(dynamic([1, 4]), dynamic([4, 4]))",
    "[[[0.25, 1.0]]]"
);
two!(
    POW,
    "series_pow",
    |a, b| real_json(real(a).powf(real(b))),
    "The elements of one series to the power of those of another, always reals.",
    "print series_pow(dynamic([1, 2]), dynamic([2, 3]))",
    "[[[1.0, 8.0]]]"
);

macro_rules! compare {
    ($static:ident, $name:literal, $op:tt, $summary:literal, $kql:literal, $rows:literal) => {
        two!($static, $name, |a, b| match (a, b) {
            (Number::Long(a), Number::Long(b)) => a $op b,
            (a, b) => real(a) $op real(b),
        }.to_string(), $summary, $kql, $rows);
    };
}

compare!(EQUALS, "series_equals", ==, "Whether the elements of two series are equal.",
    "print series_equals(dynamic([1, 2]), dynamic([1.0, 3]))", "[[[true, false]]]");
compare!(NOT_EQUALS, "series_not_equals", !=, "Whether the elements of two series differ.",
    "print series_not_equals(dynamic([1, 2]), dynamic([1, 3]))", "[[[false, true]]]");
compare!(LESS, "series_less", <, "Whether the elements of one series are less than those of another.",
    "print series_less(dynamic([1, 2]), dynamic([2, 2]))", "[[[true, false]]]");
compare!(LESS_EQUALS, "series_less_equals", <=, "Whether the elements of one series are at most those of another.",
    "print series_less_equals(dynamic([3, 2]), dynamic([2, 2]))", "[[[false, true]]]");
compare!(GREATER, "series_greater", >, "Whether the elements of one series are greater than those of another.",
    "print series_greater(dynamic([60, 0]), 15)", "[[[true, false]]]");
compare!(GREATER_EQUALS, "series_greater_equals", >=, "Whether the elements of one series are at least those of another.",
    "print series_greater_equals(dynamic([1, 2]), dynamic([2, 2]))", "[[[false, true]]]");

type One = fn(Number) -> String;

fn each(text: &str, one: One) -> Option<String> {
    let out = elements(text)?
        .into_iter()
        .map(|node| node.number().map_or_else(|| "null".to_owned(), one));
    Some(out.collect::<json::Array>().finish())
}

macro_rules! one {
    ($static:ident, $name:literal, $one:expr, $summary:literal, $kql:literal, $rows:literal) => {
        series_function!(
            $static,
            $name,
            [Parameter::new("series", Accepts::Exactly(Ty::Dynamic))],
            Udf::new(
                concat!("kql_", $name),
                &[Ty::Dynamic],
                Ty::Dynamic,
                |a, n| {
                    let one: One = $one;
                    map1::<Text, Text>(a, n, |text| each(text, one))
                }
            ),
            $summary,
            $kql,
            $rows
        );
    };
}

one!(
    ABS,
    "series_abs",
    |x| match x {
        Number::Long(n) => n
            .checked_abs()
            .map_or_else(|| real_json((n as f64).abs()), |n| n.to_string()),
        Number::Real(x) => real_json(x.abs()),
    },
    "The elements without their signs.",
    "print series_abs(dynamic([-6.5, 0, -8]))",
    "[[[6.5, 0, 8]]]"
);
one!(
    SIGN,
    "series_sign",
    |x| match x {
        Number::Long(n) => n.signum().to_string(),
        Number::Real(x) if x > 0.0 => "1".to_owned(),
        Number::Real(x) if x < 0.0 => "-1".to_owned(),
        Number::Real(_) => "0".to_owned(),
    },
    "The signs of the elements: -1, 0 or 1.",
    "print series_sign(dynamic([-6, 0, 8.5]))",
    "[[[-1, 0, 1]]]"
);
one!(
    CEILING,
    "series_ceiling",
    |x| real_json(real(x).ceil()),
    "The elements rounded up.",
    "print series_ceiling(dynamic([-1.5, 1, 2.5]))",
    "[[[-1.0, 1.0, 3.0]]]"
);
one!(
    FLOOR,
    "series_floor",
    |x| real_json(real(x).floor()),
    "The elements rounded down.",
    "print series_floor(dynamic([-1.5, 1, 2.5]))",
    "[[[-2.0, 1.0, 2.0]]]"
);
one!(
    EXP,
    "series_exp",
    |x| real_json(real(x).exp()),
    "e to the power of the elements.",
    "print series_exp(dynamic([0]))",
    "[[[1.0]]]"
);
one!(
    LOG,
    "series_log",
    |x| real_json(real(x).ln()),
    "The natural logarithms of the elements.",
    "print series_log(dynamic([1]))",
    "[[[0.0]]]"
);
one!(
    SIN,
    "series_sin",
    |x| real_json(real(x).sin()),
    "The sines of the elements.",
    "print series_sin(dynamic([0]))",
    "[[[0.0]]]"
);
one!(
    COS,
    "series_cos",
    |x| real_json(real(x).cos()),
    "The cosines of the elements.",
    "print series_cos(dynamic([0]))",
    "[[[1.0]]]"
);
one!(
    TAN,
    "series_tan",
    |x| real_json(real(x).tan()),
    "The tangents of the elements.",
    "print series_tan(dynamic([0]))",
    "[[[0.0]]]"
);
one!(
    ASIN,
    "series_asin",
    |x| real_json(real(x).asin()),
    "The angles of these sines.",
    "print series_asin(dynamic([0]))",
    "[[[0.0]]]"
);
one!(
    ACOS,
    "series_acos",
    |x| real_json(real(x).acos()),
    "The angles of these cosines.",
    "print series_acos(dynamic([1]))",
    "[[[0.0]]]"
);
one!(
    ATAN,
    "series_atan",
    |x| real_json(real(x).atan()),
    "The angles of these tangents.",
    "print series_atan(dynamic([0]))",
    "[[[0.0]]]"
);
