//! The line, or the two lines, that fit a series best by least squares.

use super::{members, real_json, reals, series_function};
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &FIT_LINE_DYNAMIC,
        &FIT_LINE,
        &FIT_2LINES_DYNAMIC,
        &FIT_2LINES,
    ]
}

const SERIES: Parameter = Parameter::new("series", Accepts::Exactly(Ty::Dynamic));

/// A line over the places 0, 1, … of a series.
#[derive(Debug)]
pub(super) struct Line {
    slope: f64,
    /// Its value at place 0.
    start: f64,
    /// The mean square distance of the values from their mean, and from the line, over one less than their number.
    variance: f64,
    residual: f64,
}

impl Line {
    /// None for fewer than two values.
    pub(super) fn of(y: &[f64]) -> Option<Self> {
        if y.len() < 2 {
            return None;
        }
        let n = y.len() as f64;
        let mean = y.iter().sum::<f64>() / n;
        let middle = (n - 1.0) / 2.0;
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in y.iter().enumerate() {
            let x = x as f64;
            xx += (x - middle).powi(2);
            xy += (x - middle) * (y - mean);
            yy += (y - mean).powi(2);
        }
        let slope = xy / xx;
        let start = mean - slope * middle;
        let left: f64 = y
            .iter()
            .enumerate()
            .map(|(x, y)| (y - (slope * x as f64 + start)).powi(2))
            .sum();
        Some(Self {
            slope,
            start,
            variance: yy / (n - 1.0),
            residual: left / (n - 1.0),
        })
    }

    pub(super) fn at(&self, place: usize) -> f64 {
        self.slope * place as f64 + self.start
    }

    fn rsquare(&self) -> f64 {
        match self.variance == 0.0 {
            true => 0.0,
            false => 1.0 - self.residual / self.variance,
        }
    }

    /// The first place is 1.
    fn interception(&self) -> f64 {
        self.start - self.slope
    }
}

fn fit(text: &str) -> Option<String> {
    let y = reals(text)?;
    let line = Line::of(&y)?;
    let mut out = Bag::default();
    out.push("rsquare", &real_json(line.rsquare()));
    out.push("slope", &real_json(line.slope));
    out.push("variance", &real_json(line.variance));
    out.push("rvariance", &real_json(line.residual));
    out.push("interception", &real_json(line.interception()));
    let values = (0..y.len()).map(|x| real_json(line.at(x)));
    out.push("line_fit", &values.collect::<json::Array>().finish());
    Some(out.finish())
}

series_function!(
    FIT_LINE_DYNAMIC,
    "series_fit_line_dynamic",
    [SERIES],
    Udf::new(
        "kql_series_fit_line_dynamic",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map1::<Text, Text>(a, n, fit) }
    ),
    "The line that fits a series best: slope, interception, variances, r-square, the line itself.",
    "print f = series_fit_line_dynamic(dynamic([2, 5, 6, 8, 11, 15, 17, 18, 25, 26, 30, 30])) | project round(todouble(f.rsquare), 3), round(todouble(f.slope), 3), round(todouble(f.variance), 3), round(todouble(f.rvariance), 3), round(todouble(f.interception), 3)",
    "[[0.983, 2.731, 98.629, 1.686, -1.667]]"
);

series_function!(
    FIT_LINE,
    "series_fit_line",
    [SERIES],
    Udf::new(
        "kql_series_fit_line",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map1::<Text, Text>(a, n, |text| Some(members(&fit(text)?, 6))) }
    ),
    "The line that fits a series best, a column for each of its parts.",
    "print y = dynamic([1, 3, 5]) | extend series_fit_line(y)",
    "[[[1, 3, 5], 1.0, 2.0, 4.0, 0.0, -1.0, [1.0, 3.0, 5.0]]]"
);

/// Two lines, parted where they leave the least of the values.
fn fit_two(text: &str) -> Option<String> {
    let y = reals(text)?;
    let whole = Line::of(&y)?;
    let sum = |line: &Line, count: usize| line.residual * (count as f64 - 1.0);
    let mut best: Option<(f64, usize, Line, Line)> = None;
    for split in 2..y.len().saturating_sub(1) {
        let (left, right) = (Line::of(&y[..split])?, Line::of(&y[split..])?);
        let error = sum(&left, split) + sum(&right, y.len() - split);
        if best.as_ref().is_none_or(|(least, ..)| error < *least) {
            best = Some((error, split, left, right));
        }
    }
    let (error, split, left, right) = best?;
    let residual = error / (y.len() as f64 - 1.0);
    let rsquare = match whole.variance == 0.0 {
        true => 0.0,
        false => 1.0 - residual / whole.variance,
    };
    let values = (0..y.len()).map(|x| {
        real_json(match x.checked_sub(split) {
            None => left.at(x),
            Some(x) => right.at(x),
        })
    });
    let mut out = Bag::default();
    out.push("rsquare", &real_json(rsquare));
    out.push("split_idx", &split.to_string());
    out.push("variance", &real_json(whole.variance));
    out.push("rvariance", &real_json(residual));
    out.push("line_fit", &values.collect::<json::Array>().finish());
    for (side, line) in [("right", &right), ("left", &left)] {
        out.push(&format!("{side}_rsquare"), &real_json(line.rsquare()));
        out.push(&format!("{side}_slope"), &real_json(line.slope));
        out.push(
            &format!("{side}_interception"),
            &real_json(line.interception()),
        );
        out.push(&format!("{side}_variance"), &real_json(line.variance));
        out.push(&format!("{side}_rvariance"), &real_json(line.residual));
    }
    Some(out.finish())
}

series_function!(
    FIT_2LINES_DYNAMIC,
    "series_fit_2lines_dynamic",
    [SERIES],
    Udf::new(
        "kql_series_fit_2lines_dynamic",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map1::<Text, Text>(a, n, fit_two) }
    ),
    "The two lines that fit a series best, one after the other.",
    "print f = series_fit_2lines_dynamic(dynamic([0, 1, 2, 10, 8, 6])) | project f.split_idx, f.left_slope, f.right_slope",
    "[[3, 1.0, -2.0]]"
);

series_function!(
    FIT_2LINES,
    "series_fit_2lines",
    [SERIES],
    Udf::new(
        "kql_series_fit_2lines",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map1::<Text, Text>(a, n, |text| Some(members(&fit_two(text)?, 15))) }
    ),
    "The two lines that fit a series best, a column for each of their parts.",
    "print y = dynamic([0, 1, 2, 10, 8, 6]) | project (r, at, v, rv, line) = series_fit_2lines(y) | project r, at, line",
    "[[1.0, 3, [0.0, 1.0, 2.0, 10.0, 8.0, 6.0]]]"
);
