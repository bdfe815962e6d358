//! What describes a series as a whole, and filters over it.

use super::{elements, members, real, real_json, reals, series_function};
use crate::functions::json::{self, Bag, Node, Number};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Real, Text, map_all, map1, map2, map3};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &SUM,
        &PRODUCT,
        &MAGNITUDE,
        &DOT_PRODUCT,
        &COSINE,
        &PEARSON,
        &STATS_DYNAMIC,
        &STATS,
        &FIR,
        &IIR,
    ]
}

const SERIES: Parameter = Parameter::new("series", Accepts::Exactly(Ty::Dynamic));
const OTHER: Parameter = Parameter::new("other", Accepts::Exactly(Ty::Dynamic));

macro_rules! of_one {
    ($static:ident, $name:literal, $of:expr, $summary:literal, $kql:literal, $rows:literal) => {
        series_function!(
            $static,
            $name,
            [SERIES],
            Udf::new(concat!("kql_", $name), &[Ty::Dynamic], Ty::Real, |a, n| {
                let of: fn(&[f64]) -> f64 = $of;
                map1::<Text, Real>(a, n, |text| Some(of(&reals(text)?)))
            }),
            $summary,
            $kql,
            $rows
        );
    };
}

of_one!(
    SUM,
    "series_sum",
    // From 0.0: the sum of nothing would be -0.0 else.
    |x| x.iter().fold(0.0, |sum, x| sum + x),
    "The sum of the elements.",
    "print series_sum(dynamic([1, 2, 3.5])), tostring(series_sum(dynamic([])))",
    "[[6.5, \"0.0\"]]"
);
of_one!(
    PRODUCT,
    "series_product",
    |x| x.iter().product(),
    "The product of the elements.",
    "print series_product(dynamic([1, 2, 3.5]))",
    "[[7.0]]"
);
of_one!(
    MAGNITUDE,
    "series_magnitude",
    |x| x.iter().fold(0.0, |sum, x| sum + x * x).sqrt(),
    "The root of the sum of the squares.",
    "print series_magnitude(dynamic([3, 4]))",
    "[[5.0]]"
);

macro_rules! of_two {
    ($static:ident, $name:literal, [$($parameter:expr),*], $pairs:expr, $of:expr, $summary:literal, $kql:literal, $rows:literal) => {
        series_function!(
            $static,
            $name,
            [$($parameter),*],
            Udf::new(
                concat!("kql_", $name),
                &[Ty::Dynamic, Ty::Dynamic],
                Ty::Real,
                |a, n| {
                    let of: fn(&[f64], &[f64]) -> f64 = $of;
                    map2::<Text, Text, Real>(a, n, |x, y| {
                        let (x, y) = $pairs(x, y)?;
                        Some(of(&x, &y))
                    })
                }
            ),
            $summary,
            $kql,
            $rows
        );
    };
}

/// The numbers of two series in pairs, as many as the shorter one has; pairs with what is no number are left
/// out. A number alone stands for a series of it. None where there is no pair.
///
/// Source: "series_dot_product" and "series_cosine_similarity" of Microsoft's reference.
fn pairs(x: &str, y: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    let side = |text| match elements(text) {
        Some(elements) => Some((elements, None)),
        None => Some((Vec::new(), Some(json::trusted(text).number()?))),
    };
    let ((x, one_x), (y, one_y)) = (side(x)?, side(y)?);
    let length = match (one_x, one_y) {
        (None, None) => x.len().min(y.len()),
        (None, Some(_)) => x.len(),
        (Some(_), None) => y.len(),
        (Some(_), Some(_)) => return None,
    };
    let at = |list: &[Node], one: Option<Number>, i: usize| {
        let number = one.or_else(|| list.get(i).and_then(|node| node.number()));
        number.map(real)
    };
    let pairs: (Vec<f64>, Vec<f64>) = (0..length)
        .filter_map(|i| at(&x, one_x, i).zip(at(&y, one_y, i)))
        .unzip();
    (!pairs.0.is_empty()).then_some(pairs)
}

/// The numbers of two series of one length; None where there is anything else in them.
fn alike(x: &str, y: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    let (x, y) = (reals(x)?, reals(y)?);
    (x.len() == y.len()).then_some((x, y))
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Pearson's coefficient.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let centred = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / n;
        x.iter().map(|x| x - mean).collect::<Vec<_>>()
    };
    let (x, y) = (centred(x), centred(y));
    dot(&x, &y) / (dot(&x, &x) * dot(&y, &y)).sqrt()
}

of_two!(
    DOT_PRODUCT,
    "series_dot_product",
    [
        Parameter::new("series", Accepts::Any),
        Parameter::new("other", Accepts::Any)
    ],
    pairs,
    dot,
    "The sum of the products of the elements of two series, the longer one cut to the shorter; a number alone stands for a series of it.",
    "print series_dot_product(dynamic([1, 2]), dynamic([3, 4, 5])), series_dot_product(dynamic([1, 2, 4]), 2), series_dot_product(dynamic([1, 'a']), dynamic([3, 4])), series_dot_product(dynamic([]), dynamic([3, 4]))",
    "[[11.0, 14.0, 3.0, null]]"
);
of_two!(
    COSINE,
    "series_cosine_similarity",
    [SERIES, OTHER],
    pairs,
    |x, y| dot(x, y) / (dot(x, x) * dot(y, y)).sqrt(),
    "The cosine of the angle between two series, the longer one cut to the shorter.",
    "print series_cosine_similarity(dynamic([1, 0]), dynamic([2, 0, 7])), series_cosine_similarity(dynamic([1]), dynamic([]))",
    "[[1.0, null]]"
);
of_two!(
    PEARSON,
    "series_pearson_correlation",
    [SERIES, OTHER],
    alike,
    pearson,
    "Pearson's correlation coefficient of two series.",
    "print round(series_pearson_correlation(dynamic([1, 2, 3]), dynamic([6, 4, 2])), 9)",
    "[[-1.0]]"
);

/// Arguments: series, whether what is no finite number is left out.
fn stats(arguments: &[Option<&str>]) -> Option<String> {
    let ignore = arguments.get(1).copied().flatten() == Some("true");
    let mut values = Vec::new();
    let nodes = elements((*arguments.first()?)?)?;
    let length = nodes.len();
    for (at, node) in nodes.into_iter().enumerate() {
        match node.number().map(real).filter(|x| x.is_finite()) {
            Some(x) => values.push((at, x)),
            None if ignore => {}
            None => return None,
        }
    }
    let &first = values.first()?;
    let count = values.len() as f64;
    let (mut min, mut max) = (first, first);
    for &(at, x) in &values {
        if x < min.1 {
            min = (at, x);
        }
        if x > max.1 {
            max = (at, x);
        }
    }
    let sum: f64 = values.iter().map(|(_, x)| x).sum();
    let mean = sum / count;
    // A sample of one has no variance; Kusto says 0.
    let variance = match values.len() {
        1 => 0.0,
        _ => values.iter().map(|(_, x)| (x - mean).powi(2)).sum::<f64>() / (count - 1.0),
    };
    let mut out = Bag::default();
    out.push("min", &real_json(min.1));
    out.push("min_idx", &min.0.to_string());
    out.push("max", &real_json(max.1));
    out.push("max_idx", &max.0.to_string());
    out.push("avg", &real_json(mean));
    out.push("stdev", &real_json(variance.sqrt()));
    out.push("variance", &real_json(variance));
    out.push("sum", &real_json(sum));
    out.push("len", &length.to_string());
    Some(out.finish())
}

series_function!(
    STATS_DYNAMIC,
    "series_stats_dynamic",
    [
        SERIES,
        Parameter::new("ignore_nonfinite", Accepts::Exactly(Ty::Bool)).optional()
    ],
    Udf::new(
        "kql_series_stats_dynamic",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, stats) }
    )
    .variadic(),
    "Least and greatest value with their places, mean, deviation, variance, sum and length.",
    "print series_stats_dynamic(dynamic([10, 20])).variance, series_stats_dynamic(dynamic([1, null])), series_stats_dynamic(dynamic([4, null, 2]), true).min_idx",
    "[[50.0, null, 2]]"
);

series_function!(
    STATS,
    "series_stats",
    [
        SERIES,
        Parameter::new("ignore_nonfinite", Accepts::Exactly(Ty::Bool)).optional()
    ],
    Udf::new("kql_series_stats", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, |cells| Some(members(&stats(cells)?, 7)))
    })
    .variadic(),
    "Least and greatest value with their places, mean, deviation and variance, a column for each.",
    "print x = dynamic([10, 20]) | project series_stats(x)",
    "[[10.0, 0, 20.0, 1, 15.0, 7.0710678118654755, 50.0]]"
);

/// Arguments: series, filter, whether to divide by the filter's sum, whether to centre it.
fn fir(arguments: &[Option<&str>]) -> Option<String> {
    let series = reals((*arguments.first()?)?)?;
    let filter = reals((*arguments.get(1)?)?)?;
    let negative = filter.iter().any(|x| *x < 0.0);
    let flag = |at: usize| {
        arguments
            .get(at)
            .copied()
            .flatten()
            .map(|text| text == "true")
    };
    let normalize = flag(2).unwrap_or(!negative);
    if normalize && negative {
        return None;
    }
    let scale = if normalize { filter.iter().sum() } else { 1.0 };
    let shift = if flag(3) == Some(true) {
        filter.len() / 2
    } else {
        0
    };
    let out = (0..series.len()).map(|at| {
        let sum: f64 = filter
            .iter()
            .enumerate()
            .filter_map(|(back, weight)| {
                Some(weight * series.get((at + shift).checked_sub(back)?)?)
            })
            .sum();
        real_json(sum / scale)
    });
    Some(out.collect::<json::Array>().finish())
}

series_function!(
    FIR,
    "series_fir",
    [
        SERIES,
        Parameter::new("filter", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("normalize", Accepts::Exactly(Ty::Bool)).optional(),
        Parameter::new("center", Accepts::Exactly(Ty::Bool)).optional()
    ],
    Udf::new("kql_series_fir", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, fir)
    })
    .variadic(),
    "The series under a filter of finite impulse response.",
    "print series_fir(dynamic([0, 3, 0]), dynamic([1, 1, 1])), series_fir(dynamic([0, 3, 0]), dynamic([1, 1, 1]), true, true), series_fir(dynamic([1, 4, 6]), dynamic([1, -1]))",
    "[[[0.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 3.0, 2.0]]]"
);

/// Y(i) = (sum of b(k) X(i-k) less the sum of a(k) Y(i-k) from k = 1) / a(0).
fn iir(series: &str, numerators: &str, denominators: &str) -> Option<String> {
    let (x, b, a) = (reals(series)?, reals(numerators)?, reals(denominators)?);
    let first = *a.first().filter(|a| **a != 0.0)?;
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        let terms = |weights: &[f64], values: &[f64], from: usize| -> f64 {
            let used = weights.iter().enumerate().skip(from);
            used.filter_map(|(k, w)| Some(w * values.get(i.checked_sub(k)?)?))
                .sum()
        };
        let next = (terms(&b, &x, 0) - terms(&a, &y, 1)) / first;
        y.push(next);
    }
    Some(
        y.into_iter()
            .map(real_json)
            .collect::<json::Array>()
            .finish(),
    )
}

series_function!(
    IIR,
    "series_iir",
    [
        SERIES,
        Parameter::new("numerators", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("denominators", Accepts::Exactly(Ty::Dynamic))
    ],
    Udf::new(
        "kql_series_iir",
        &[Ty::Dynamic, Ty::Dynamic, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map3::<Text, Text, Text, Text>(a, n, iir) }
    ),
    "The series under a filter of infinite impulse response.",
    "print series_iir(dynamic([1, 2, 3]), dynamic([1]), dynamic([1, -1]))",
    "[[[1.0, 3.0, 6.0]]]"
);
