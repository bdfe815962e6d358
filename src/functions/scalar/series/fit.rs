//! The line that fits a series best by least squares.

use super::{real_json, reals, series_function};
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&FIT_LINE]
}

fn fit(text: &str) -> Option<String> {
    let y = reals(text)?;
    if y.len() < 2 {
        return None;
    }
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let middle = (n - 1.0) / 2.0;
    let places = (0..y.len()).map(|x| x as f64);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in places.clone().zip(&y) {
        xx += (x - middle).powi(2);
        xy += (x - middle) * (y - mean);
        yy += (y - mean).powi(2);
    }
    let slope = xy / xx;
    let intercept = mean - slope * middle;
    let line: Vec<f64> = places.map(|x| slope * x + intercept).collect();
    let left: f64 = y.iter().zip(&line).map(|(y, fit)| (y - fit).powi(2)).sum();
    let mut out = Bag::default();
    out.push(
        "rsquare",
        &real_json(if yy == 0.0 { 0.0 } else { 1.0 - left / yy }),
    );
    out.push("slope", &real_json(slope));
    out.push("variance", &real_json(yy / (n - 1.0)));
    out.push("rvariance", &real_json(left / (n - 1.0)));
    // The first place is 1.
    out.push("interception", &real_json(intercept - slope));
    let line = line.into_iter().map(real_json).collect::<json::Array>();
    out.push("line_fit", &line.finish());
    Some(out.finish())
}

series_function!(
    FIT_LINE,
    "series_fit_line_dynamic",
    [Parameter::new("series", Accepts::Exactly(Ty::Dynamic))],
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
