//! `series_fft`, `series_ifft`: a series as the sum of waves, and back.
//!
//! In: the real and, where given, the imaginary parts. Out: an array of the two parts of the transform. What
//! always holds: a series of any length has its own transform of that length; it is never filled up.

use std::f64::consts::TAU;

use super::{real_json, reals, series_function};
use crate::functions::json;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&FFT, &IFFT]
}

type Complex = (f64, f64);

fn add(a: Complex, b: Complex) -> Complex {
    (a.0 + b.0, a.1 + b.1)
}

fn multiply(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The root of one, `k` of `n` steps round the circle.
fn root(k: usize, n: usize, sign: f64) -> Complex {
    let k = k % n;
    // Quarters are exact, so that a series of whole numbers does not get dust.
    match (4 * k).is_multiple_of(n).then(|| 4 * k / n) {
        Some(0) => (1.0, 0.0),
        Some(1) => (0.0, sign),
        Some(2) => (-1.0, 0.0),
        Some(3) => (0.0, -sign),
        Some(_) | None => {
            let (sin, cos) = (sign * TAU * k as f64 / n as f64).sin_cos();
            (cos, sin)
        }
    }
}

/// The sum over j of x(j) exp(sign 2 pi i j k / n), by halves where the length is even.
fn transform(x: &[Complex], sign: f64) -> Vec<Complex> {
    let n = x.len();
    if n < 2 {
        return x.to_vec();
    }
    if !n.is_multiple_of(2) {
        return (0..n)
            .map(|k| {
                let terms = x.iter().enumerate();
                terms
                    .map(|(j, x)| multiply(*x, root(j * k, n, sign)))
                    .fold((0.0, 0.0), add)
            })
            .collect();
    }
    let half = |from: usize| -> Vec<Complex> { x.iter().skip(from).step_by(2).copied().collect() };
    let (even, odd) = (transform(&half(0), sign), transform(&half(1), sign));
    (0..n)
        .map(|k| {
            add(
                even[k % (n / 2)],
                multiply(odd[k % (n / 2)], root(k, n, sign)),
            )
        })
        .collect()
}

/// Arguments: real parts, imaginary parts. None where they are no series of one length.
fn transformed(arguments: &[Option<&str>], inverse: bool) -> Option<String> {
    let real = reals((*arguments.first()?)?)?;
    let imaginary = match arguments.get(1) {
        Some(text) => reals((*text)?)?,
        None => vec![0.0; real.len()],
    };
    if real.len() != imaginary.len() {
        return None;
    }
    let x: Vec<Complex> = real.into_iter().zip(imaginary).collect();
    let (sign, scale) = match inverse {
        true => (1.0, x.len() as f64),
        false => (-1.0, 1.0),
    };
    let y = transform(&x, sign);
    let array = |part: fn(&Complex) -> f64| {
        y.iter()
            .map(|x| real_json(part(x) / scale))
            .collect::<json::Array>()
            .finish()
    };
    Some(
        [array(|x| x.0), array(|x| x.1)]
            .iter()
            .collect::<json::Array>()
            .finish(),
    )
}

series_function!(
    FFT,
    "series_fft",
    [
        Parameter::new("x_real", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("x_imaginary", Accepts::Exactly(Ty::Dynamic)).optional()
    ],
    Udf::new("kql_series_fft", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, |arguments| transformed(arguments, false))
    })
    .variadic(),
    "The series as waves: the real and the imaginary parts of its Fourier transform.",
    "print y = dynamic([1, 1, 1, 1]) | project (re, im) = series_fft(y)",
    "[[[4.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]"
);

series_function!(
    IFFT,
    "series_ifft",
    [
        Parameter::new("fft_real", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("fft_imaginary", Accepts::Exactly(Ty::Dynamic)).optional()
    ],
    Udf::new("kql_series_ifft", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, |arguments| transformed(arguments, true))
    })
    .variadic(),
    "The series whose Fourier transform has these parts.",
    "print y = dynamic([4, 0, 0, 0]) | project (re, im) = series_ifft(y)",
    "[[[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]]"
);

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, term by term, for lengths that halve once, often and never.
    #[test]
    fn a_transform_is_what_the_definition_says() {
        for n in [1usize, 2, 3, 5, 6, 8, 12, 16, 17] {
            let x: Vec<Complex> = (0..n)
                .map(|j| ((j * j % 7) as f64 - 2.5, (j % 3) as f64))
                .collect();
            let got = transform(&x, -1.0);
            for (k, got) in got.iter().enumerate() {
                let mut want = (0.0, 0.0);
                for (j, x) in x.iter().enumerate() {
                    let angle = -TAU * j as f64 * k as f64 / n as f64;
                    want.0 += x.0 * angle.cos() - x.1 * angle.sin();
                    want.1 += x.0 * angle.sin() + x.1 * angle.cos();
                }
                assert!((want.0 - got.0).abs() < 1e-9, "{n} {k}");
                assert!((want.1 - got.1).abs() < 1e-9, "{n} {k}");
            }
            let back = transform(&got, 1.0);
            for (x, back) in x.iter().zip(back) {
                assert!((x.0 - back.0 / n as f64).abs() < 1e-9);
                assert!((x.1 - back.1 / n as f64).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn two_lengths_are_no_series() {
        assert_eq!(transformed(&[Some("[1,2]"), Some("[1]")], false), None);
        assert_eq!(transformed(&[Some("{}")], false), None);
    }
}
