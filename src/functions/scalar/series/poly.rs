//! `series_fit_poly`: the polynomial that fits a series best by least squares.
//!
//! In: the values, the places that they stand at (1, 2, … where none are given) and the degree (1). Out: an array of
//! r-square, the coefficients from the highest power down, the two variances and the polynomial's values.
//! What always holds: variances are over one less than the number of values, as `series_fit_line` has them.

use super::{real, real_json, reals, series_function};
use crate::functions::json;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&FIT_POLY]
}

/// The coefficients, highest power first; None where the places do not settle them.
///
/// Householder's reflections over the powers of places that are moved and scaled into -1 to 1, so that high
/// powers stay apart; the coefficients are then those of the places as they were given.
fn coefficients(x: &[f64], y: &[f64], degree: usize) -> Option<Vec<f64>> {
    let (least, most) = x
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| {
            (a.min(*x), b.max(*x))
        });
    let (middle, half) = ((least + most) / 2.0, (most - least) / 2.0);
    let half = if half > 0.0 { half } else { 1.0 };
    let columns = degree + 1;
    if x.len() < columns {
        return None;
    }
    let mut rows: Vec<Vec<f64>> = x
        .iter()
        .map(|x| {
            let scaled = (x - middle) / half;
            std::iter::successors(Some(1.0), |power| Some(power * scaled))
                .take(columns)
                .collect()
        })
        .collect();
    let mut right = y.to_vec();
    for column in 0..columns {
        let length: f64 = rows[column..]
            .iter()
            .map(|row| row[column].powi(2))
            .sum::<f64>()
            .sqrt();
        if length < 1e-10 {
            return None;
        }
        let alpha = if rows[column][column] > 0.0 {
            -length
        } else {
            length
        };
        let mut reflector: Vec<f64> = rows[column..].iter().map(|row| row[column]).collect();
        reflector[0] -= alpha;
        let norm: f64 = reflector.iter().map(|v| v * v).sum();
        for at in column..columns {
            let dot: f64 = reflector
                .iter()
                .zip(&rows[column..])
                .map(|(v, row)| v * row[at])
                .sum();
            for (v, row) in reflector.iter().zip(&mut rows[column..]) {
                row[at] -= 2.0 * v * dot / norm;
            }
        }
        let dot: f64 = reflector
            .iter()
            .zip(&right[column..])
            .map(|(v, y)| v * y)
            .sum();
        for (v, y) in reflector.iter().zip(&mut right[column..]) {
            *y -= 2.0 * v * dot / norm;
        }
    }
    let mut scaled = vec![0.0; columns];
    for column in (0..columns).rev() {
        let known: f64 = (column + 1..columns)
            .map(|at| rows[column][at] * scaled[at])
            .sum();
        scaled[column] = (right[column] - known) / rows[column][column];
    }
    // Horner's scheme over polynomials: ((c2 t + c1) t + c0) with t = (x - middle) / half.
    let mut lowest_first: Vec<f64> = Vec::with_capacity(columns);
    for coefficient in scaled.iter().rev() {
        let mut next = vec![0.0; lowest_first.len() + 1];
        for (power, value) in lowest_first.iter().enumerate() {
            next[power + 1] += value / half;
            next[power] -= value * middle / half;
        }
        next[0] += coefficient;
        lowest_first = next;
    }
    lowest_first.truncate(columns);
    lowest_first.reverse();
    Some(lowest_first)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Arguments: values, places, degree.
fn fit(arguments: &[Option<&str>]) -> Option<String> {
    let y = reals((*arguments.first()?)?)?;
    let x = match arguments.get(1) {
        Some(text) => reals((*text)?)?,
        None => (1..=y.len()).map(|place| place as f64).collect(),
    };
    let degree = match arguments.get(2) {
        Some(text) => real(json::trusted((*text)?).number()?),
        None => 1.0,
    };
    if x.len() != y.len() || y.len() < 2 || !(0.0..=100.0).contains(&degree) {
        return None;
    }
    let found = coefficients(&x, &y, degree as usize)?;
    let at = |x: f64| found.iter().fold(0.0, |sum, c| sum * x + c);
    let values: Vec<f64> = x.iter().map(|x| at(*x)).collect();
    let spread = y.len() as f64 - 1.0;
    let middle = mean(&y);
    let variance = y.iter().map(|y| (y - middle).powi(2)).sum::<f64>() / spread;
    let residual = y
        .iter()
        .zip(&values)
        .map(|(y, f)| (y - f).powi(2))
        .sum::<f64>()
        / spread;
    let rsquare = match variance == 0.0 {
        true => 0.0,
        false => 1.0 - residual / variance,
    };
    let array = |values: &[f64]| {
        values
            .iter()
            .map(|x| real_json(*x))
            .collect::<json::Array>()
            .finish()
    };
    Some(
        [
            real_json(rsquare),
            array(&found),
            real_json(variance),
            real_json(residual),
            array(&values),
        ]
        .iter()
        .collect::<json::Array>()
        .finish(),
    )
}

series_function!(
    FIT_POLY,
    "series_fit_poly",
    [
        Parameter::new("y_series", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("x_series", Accepts::Exactly(Ty::Dynamic)).optional(),
        Parameter::new("degree", Accepts::Integer).optional()
    ],
    Udf::new(
        "kql_series_fit_poly",
        &[Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map_all::<Text, Text>(a, n, fit) }
    )
    .variadic(),
    "The polynomial that fits a series best, a column for each of its parts.",
    "print y = dynamic([6, 11, 18, 27]), x = dynamic([1, 2, 3, 4]) | extend (r, c) = series_fit_poly(y, x, 2) | project round(r, 9), round(todouble(c[0]), 9), round(todouble(c[1]), 9), round(todouble(c[2]), 9)",
    "[[1.0, 1.0, 2.0, 3.0]]"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_polynomial_that_made_the_values_is_found() {
        let want = [0.5, -8.0, 0.0, 10.0, 6.0, -3.0];
        let x: Vec<f64> = (0..40).map(|at| f64::from(at) / 8.0 - 2.3).collect();
        let y: Vec<f64> = x
            .iter()
            .map(|x| want.iter().fold(0.0, |sum, c| sum * x + c))
            .collect();
        let got = coefficients(&x, &y, 5).unwrap();
        for (want, got) in want.iter().zip(&got) {
            assert!((want - got).abs() < 1e-8, "{got:?}");
        }
    }

    /// Hand-made: the mean of each of two places is what a line through them fits best.
    #[test]
    fn a_line_goes_through_the_means() {
        let got = coefficients(&[0.0, 0.0, 1.0, 1.0], &[1.0, 3.0, 5.0, 9.0], 1).unwrap();
        assert!(
            (got[0] - 5.0).abs() < 1e-12 && (got[1] - 2.0).abs() < 1e-12,
            "{got:?}"
        );
        assert_eq!(coefficients(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0], 1), None);
        assert_eq!(coefficients(&[1.0, 2.0], &[1.0, 2.0], 2), None);
    }
}
