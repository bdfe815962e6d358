//! A series as season, trend and rest; outliers and anomalies.
//!
//! The season is the median of each phase, the trend the mean or the line of what is left. A point's score
//! is its distance from the range between two percentiles of the rest, in ranges (Tukey's fences). Kusto does
//! not document how it looks for a period; here it is the lag, of four points to less than half the series, at
//! which the series resembles itself most and more than at the lags beside it, a short one before a long one.

use super::fit::Line;
use super::{elements, members, real_json, reals, series_function};
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&OUTLIERS, &DECOMPOSE, &ANOMALIES, &FORECAST, &SEASONAL]
}

/// How much a series must resemble itself at a lag for that to be its period.
const SEASON_THRESHOLD: f64 = 0.6;

/// The same for `series_seasonal`, which has no argument for it.
const SEASONAL_THRESHOLD: f64 = 0.7;

const SERIES: Parameter = Parameter::new("series", Accepts::Exactly(Ty::Dynamic));

/// An argument as JSON text.
fn cell<'a>(cells: &[Option<&'a str>], at: usize) -> Option<&'a str> {
    cells.get(at).copied().flatten()
}

fn number(cells: &[Option<&str>], at: usize, default: f64) -> f64 {
    let node = cell(cells, at).map(json::trusted);
    node.and_then(|n| n.number()).map_or(default, super::real)
}

fn word(cells: &[Option<&str>], at: usize) -> String {
    let node = cell(cells, at).map(json::trusted);
    node.and_then(json::Node::string)
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn array(values: &[f64]) -> String {
    values
        .iter()
        .map(|x| real_json(*x))
        .collect::<json::Array>()
        .finish()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The value below which this share of the others lies, between its neighbours by distance.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (percent / 100.0).clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    let (low, high) = (sorted[below.min(last)], sorted[above]);
    low + (high - low) * (at - below as f64)
}

/// How far each value lies outside of the range between two percentiles, in ranges.
fn scores(values: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return Vec::new();
    }
    let (low, high) = (percentile(&sorted, low), percentile(&sorted, high));
    let range = high - low;
    values
        .iter()
        .map(|x| {
            let beyond = match (*x > high, *x < low) {
                (true, _) => x - high,
                (_, true) => x - low,
                (false, false) => return 0.0,
            };
            // Where the middle is one value, whatever differs lies beyond any fence.
            beyond / range
        })
        .map(|score| match score.is_finite() {
            true => score,
            false => f64::MAX.copysign(score),
        })
        .collect()
}

/// The percentiles of a kind of fence.
fn fence(kind: &str) -> Option<(f64, f64)> {
    match kind {
        "" | "ctukey" => Some((10.0, 90.0)),
        "tukey" => Some((25.0, 75.0)),
        _ => None,
    }
}

/// Arguments: series, kind, value to leave out, lower and upper percentile.
///
/// Nulls and what is to be left out have the score 0. Source: "series_outliers" of Microsoft's reference.
fn outliers(cells: &[Option<&str>]) -> Option<String> {
    let ignored = number(cells, 2, f64::NAN);
    let values = elements(cell(cells, 0)?)?
        .into_iter()
        .map(|node| match node.is_null() {
            true => Some(None),
            false => Some(Some(super::real(node.number()?)).filter(|x| *x != ignored)),
        })
        .collect::<Option<Vec<Option<f64>>>>()?;
    let (low, high) = fence(&word(cells, 1))?;
    let (low, high) = (number(cells, 3, low), number(cells, 4, high));
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let mut scores = scores(&known, low, high).into_iter();
    let all: Vec<f64> = values
        .iter()
        .map(|value| value.and_then(|_| scores.next()).unwrap_or(0.0))
        .collect();
    Some(array(&all))
}

series_function!(
    OUTLIERS,
    "series_outliers",
    [
        SERIES,
        Parameter::new("kind", Accepts::Exactly(Ty::String)).optional(),
        Parameter::new("ignore", Accepts::Number).optional(),
        Parameter::new("min_percentile", Accepts::Number).optional(),
        Parameter::new("max_percentile", Accepts::Number).optional()
    ],
    Udf::new(
        "kql_series_outliers",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, outliers) }
    )
    .variadic(),
    "How far each point lies outside of the others, in ranges between two percentiles.",
    "print series_outliers(dynamic([1, 2, 3, 4, 5, 25]), 'tukey'), series_outliers(dynamic([1, null, 2, 3, -1, 4, 5, 25]), 'tukey', -1)",
    "[[[-0.5, -0.1, 0.0, 0.0, 0.1, 8.1], [-0.5, 0.0, -0.1, 0.0, 0.0, 0.0, 0.1, 8.1]]]"
);

/// Pearson's coefficient of a series with itself at a lag.
fn likeness(values: &[f64], lag: usize) -> f64 {
    let (a, b) = (&values[..values.len() - lag], &values[lag..]);
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        ab += (a - mean_a) * (b - mean_b);
        aa += (a - mean_a).powi(2);
        bb += (b - mean_b).powi(2);
    }
    let scale = (aa * bb).sqrt();
    if scale > 0.0 { ab / scale } else { 0.0 }
}

/// The points that a period has at least. Source: "series_periods_detect" of Microsoft's reference.
const LEAST_PERIOD: usize = 4;

/// How much more a series must resemble itself at a multiple of a period for that to be the better one: it is
/// about as good as the period itself.
const CLOSE: f64 = 0.05;

/// The lag of four points to less than half the series at which the series resembles itself most, and more than
/// at the lags beside it. Two rounds and no more are too short to tell: the first example of `series_seasonal`.
fn best_period(values: &[f64]) -> Option<(usize, f64)> {
    let most = values.len().saturating_sub(1) / 2;
    if most < LEAST_PERIOD {
        return None;
    }
    let score: Vec<f64> = (0..=most + 1)
        .map(|lag| match lag < values.len().saturating_sub(1) {
            true => likeness(values, lag),
            false => f64::NEG_INFINITY,
        })
        .collect();
    (LEAST_PERIOD..=most)
        .filter(|lag| score[*lag] > score[*lag - 1] && score[*lag] >= score[*lag + 1])
        .map(|lag| (lag, score[lag]))
        .reduce(|best, next| {
            let margin = match next.0.is_multiple_of(best.0) {
                true => CLOSE,
                false => 0.0,
            };
            match next.1 > best.1 + margin {
                true => next,
                false => best,
            }
        })
}

/// The median of each phase, over the whole series.
fn season(values: &[f64], learned: usize, period: usize) -> Vec<f64> {
    let phases: Vec<f64> = (0..period)
        .map(|phase| {
            let mut same: Vec<f64> = values[..learned]
                .iter()
                .skip(phase)
                .step_by(period)
                .copied()
                .collect();
            same.sort_by(f64::total_cmp);
            match same.is_empty() {
                true => 0.0,
                false => percentile(&same, 50.0),
            }
        })
        .collect();
    (0..values.len()).map(|at| phases[at % period]).collect()
}

/// A series taken apart.
struct Parts {
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    baseline: Vec<f64>,
    residual: Vec<f64>,
}

/// `period`: 0 for no season, -1 to look for one.
fn parts(
    values: &[f64],
    period: f64,
    trend: &str,
    test_points: f64,
    threshold: f64,
) -> Option<Parts> {
    let length = values.len();
    let learned = length.checked_sub(test_points.max(0.0) as usize)?;
    if learned == 0 {
        return None;
    }
    let period = match period {
        p if p < 0.0 => best_period(&values[..learned])
            .filter(|(_, score)| *score > threshold)
            .map_or(0, |(lag, _)| lag),
        p => p as usize,
    };
    let seasonal = match period {
        0 => vec![0.0; length],
        period => season(values, learned, period),
    };
    let rest: Vec<f64> = values.iter().zip(&seasonal).map(|(x, s)| x - s).collect();
    let line = match trend {
        "linefit" => Line::of(&rest[..learned]),
        _ => None,
    };
    let trend: Vec<f64> = match (trend, line) {
        ("linefit", Some(line)) => (0..length).map(|at| line.at(at)).collect(),
        ("none", _) => vec![0.0; length],
        ("" | "avg" | "linefit", _) => vec![mean(&rest[..learned]); length],
        (_, _) => return None,
    };
    let baseline: Vec<f64> = seasonal.iter().zip(&trend).map(|(s, t)| s + t).collect();
    let residual = values.iter().zip(&baseline).map(|(x, b)| x - b).collect();
    Some(Parts {
        seasonal,
        trend,
        baseline,
        residual,
    })
}

/// Arguments: series, period, trend, test points, threshold.
fn decompose(cells: &[Option<&str>]) -> Option<String> {
    let values = reals(cell(cells, 0)?)?;
    let parts = parts(
        &values,
        number(cells, 1, -1.0),
        &word(cells, 2),
        number(cells, 3, 0.0),
        number(cells, 4, SEASON_THRESHOLD),
    )?;
    let mut out = Bag::default();
    out.push("baseline", &array(&parts.baseline));
    out.push("seasonal", &array(&parts.seasonal));
    out.push("trend", &array(&parts.trend));
    out.push("residual", &array(&parts.residual));
    Some(members(&out.finish(), 4))
}

series_function!(
    DECOMPOSE,
    "series_decompose",
    [
        SERIES,
        Parameter::new("seasonality", Accepts::Number).optional(),
        Parameter::new("trend", Accepts::Exactly(Ty::String)).optional(),
        Parameter::new("test_points", Accepts::Number).optional(),
        Parameter::new("seasonality_threshold", Accepts::Number).optional()
    ],
    Udf::new(
        "kql_series_decompose",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, decompose) }
    )
    .variadic(),
    "A series as baseline, season, trend and rest. Kusto may find another period where none is given.",
    "print s = dynamic([1, 3, 1, 3, 1, 3]) | project (b, season, t, r) = series_decompose(s, 2)",
    "[[[1.0, 3.0, 1.0, 3.0, 1.0, 3.0], [1.0, 3.0, 1.0, 3.0, 1.0, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]]"
);

/// Arguments: series, threshold, period, trend, test points, kind of fence, threshold of a season.
fn anomalies(cells: &[Option<&str>]) -> Option<String> {
    let values = reals(cell(cells, 0)?)?;
    let threshold = number(cells, 1, 1.5);
    let parts = parts(
        &values,
        number(cells, 2, -1.0),
        &word(cells, 3),
        number(cells, 4, 0.0),
        number(cells, 6, SEASON_THRESHOLD),
    )?;
    let (low, high) = fence(&word(cells, 5))?;
    let scores = scores(&parts.residual, low, high);
    let flags = scores
        .iter()
        .map(|score| match (*score > threshold, *score < -threshold) {
            (true, _) => "1",
            (_, true) => "-1",
            (false, false) => "0",
        });
    let flags = flags.collect::<json::Array>().finish();
    let all = [flags, array(&scores), array(&parts.baseline)];
    Some(all.iter().collect::<json::Array>().finish())
}

series_function!(
    ANOMALIES,
    "series_decompose_anomalies",
    [
        SERIES,
        Parameter::new("threshold", Accepts::Number).optional(),
        Parameter::new("seasonality", Accepts::Number).optional(),
        Parameter::new("trend", Accepts::Exactly(Ty::String)).optional(),
        Parameter::new("test_points", Accepts::Number).optional(),
        Parameter::new("method", Accepts::Exactly(Ty::String)).optional(),
        Parameter::new("seasonality_threshold", Accepts::Number).optional()
    ],
    Udf::new(
        "kql_series_decompose_anomalies",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, anomalies) }
    )
    .variadic(),
    "The points of a series that its season and trend do not explain: flags, scores and the baseline.",
    "print s = dynamic([4, 5, 4, 6, 5, 90, 5, 4, 6, 5, 4, 5]) | project (flag, score, b) = series_decompose_anomalies(s, 1.5, 0) | project flag",
    "[[[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]]"
);

/// Arguments: series, points to forecast at its end, period, trend, threshold of a season.
fn forecast(cells: &[Option<&str>]) -> Option<String> {
    let values = reals(cell(cells, 0)?)?;
    let parts = parts(
        &values,
        number(cells, 2, -1.0),
        &match word(cells, 3).as_str() {
            "" => "linefit".to_owned(),
            trend => trend.to_owned(),
        },
        number(cells, 1, 0.0),
        number(cells, 4, SEASON_THRESHOLD),
    )?;
    Some(array(&parts.baseline))
}

series_function!(
    FORECAST,
    "series_decompose_forecast",
    [
        SERIES,
        Parameter::new("points", Accepts::Number),
        Parameter::new("seasonality", Accepts::Number).optional(),
        Parameter::new("trend", Accepts::Exactly(Ty::String)).optional(),
        Parameter::new("seasonality_threshold", Accepts::Number).optional()
    ],
    Udf::new(
        "kql_series_decompose_forecast",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, forecast) }
    )
    .variadic(),
    "What season and trend make of a series, the points at its end left out of the learning.",
    "print series_decompose_forecast(dynamic([1, 2, 3, 4, 0, 0]), 2, 0)",
    "[[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]"
);

/// Arguments: series, period, test points.
fn seasonal(cells: &[Option<&str>]) -> Option<String> {
    let values = reals(cell(cells, 0)?)?;
    let learned = values
        .len()
        .checked_sub(number(cells, 2, 0.0).max(0.0) as usize)?;
    let period = match number(cells, 1, -1.0) {
        p if p < 0.0 => best_period(&values[..learned])
            .filter(|(_, score)| *score > SEASONAL_THRESHOLD)
            .map_or(0, |(lag, _)| lag),
        p => p as usize,
    };
    let seasonal = match period {
        0 => vec![0.0; values.len()],
        period => season(&values, learned, period),
    };
    Some(array(&seasonal))
}

series_function!(
    SEASONAL,
    "series_seasonal",
    [
        SERIES,
        Parameter::new("period", Accepts::Number).optional(),
        Parameter::new("test_points", Accepts::Number).optional()
    ],
    Udf::new(
        "kql_series_seasonal",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, seasonal) }
    )
    .variadic(),
    "The season of a series: the median of each phase; zeros where no period is found.",
    "print series_seasonal(dynamic([1, 3, 5, 2, 4, 6, 3, 5, 7]), 3), series_seasonal(dynamic([1, 9, 4, 1, 9, 4]))",
    "[[[2.0, 4.0, 6.0, 2.0, 4.0, 6.0, 2.0, 4.0, 6.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]]"
);
