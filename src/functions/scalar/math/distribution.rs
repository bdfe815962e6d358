//! Probability distributions: `beta_cdf`, `beta_pdf`, `beta_inv`, `erf`, `erfc`, `welch_test`.
//!
//! What always holds: parameters outside of a distribution give NaN.
//!
//! Of `beta_inv` the reference says in words that a share outside of 0 to 1 gives NaN and a parameter
//! below 0 null; its example, which was run, shows the two the other way round, and so it is here.

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Real, map_all, map1, map3};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&BETA_CDF, &BETA_PDF, &BETA_INV, &ERF, &ERFC, &WELCH_TEST]
}

/// ln of the beta function.
fn ln_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// The regularised incomplete beta function, by its continued fraction (Lentz).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side; the other follows by symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    const TINY: f64 = 1e-300;
    let keep = |x: f64| if x.abs() < TINY { TINY } else { x };
    let front = (a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b)).exp() / a;
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let steps = [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ];
        let before = fraction;
        for step in steps {
            d = 1.0 / keep(1.0 + step * d);
            c = keep(1.0 + step / c);
            fraction *= d * c;
        }
        if (fraction - before).abs() <= 1e-16 * fraction.abs() {
            break;
        }
    }
    front * fraction
}

fn shapes(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0
}

/// The greatest parameter that `beta_cdf` takes.
const MOST: f64 = 10_000.0;

fn cdf(x: f64, a: f64, b: f64) -> f64 {
    match shapes(a, b) && a <= MOST && b <= MOST && (0.0..=1.0).contains(&x) {
        true => incomplete_beta(x, a, b),
        false => f64::NAN,
    }
}

fn pdf(x: f64, a: f64, b: f64) -> f64 {
    match shapes(a, b) && x > 0.0 && x < 1.0 {
        true => ((a - 1.0) * x.ln() + (b - 1.0) * (1.0 - x).ln() - ln_beta(a, b)).exp(),
        false => f64::NAN,
    }
}

/// By bisection: the function rises, and 200 halvings leave nothing to tell apart.
fn inverse(p: f64, a: f64, b: f64) -> Option<f64> {
    if !shapes(a, b) {
        return Some(f64::NAN);
    }
    if p <= 0.0 || p > 1.0 {
        return None;
    }
    if p == 1.0 {
        return Some(1.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        match incomplete_beta(middle, a, b) < p {
            true => low = middle,
            false => high = middle,
        }
    }
    Some((low + high) / 2.0)
}

/// The probability that two samples of these means, variances and sizes come from equal means: Welch's
/// test, both tails.
fn welch(values: &[Option<f64>]) -> Option<f64> {
    let [mean1, variance1, count1, mean2, variance2, count2] = values else {
        return None;
    };
    let (share1, share2) = ((*variance1)? / (*count1)?, (*variance2)? / (*count2)?);
    let t = ((*mean1)? - (*mean2)?) / (share1 + share2).sqrt();
    let freedom = (share1 + share2).powi(2)
        / (share1.powi(2) / ((*count1)? - 1.0) + share2.powi(2) / ((*count2)? - 1.0));
    Some(incomplete_beta(
        freedom / (freedom + t * t),
        freedom / 2.0,
        0.5,
    ))
}

macro_rules! real_function {
    ($static:ident, $name:literal, [$($parameter:literal),*], [$($ty:expr),*], $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Math,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[$(Parameter::new($parameter, Accepts::Number)),*]),
            gives: Gives::Always(Ty::Real),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[$($ty),*],
                Ty::Real,
                $body,
            )),
        };
    };
}

real_function!(
    BETA_CDF,
    "beta_cdf",
    ["x", "alpha", "beta"],
    [Ty::Real, Ty::Real, Ty::Real],
    |a, n| map3::<Real, Real, Real, Real>(a, n, |x, a, b| Some(cdf(x, a, b))),
    "The beta distribution's share up to x.",
    "print round(beta_cdf(0.9, 10.0, 20.0), 12), round(beta_cdf(0.5, 2.0, 2.0), 12), beta_cdf(0.5, 10001.0, 1.0)",
    "[[1.0, 0.5, \"NaN\"]]"
);
real_function!(
    BETA_PDF,
    "beta_pdf",
    ["x", "alpha", "beta"],
    [Ty::Real, Ty::Real, Ty::Real],
    |a, n| map3::<Real, Real, Real, Real>(a, n, |x, a, b| Some(pdf(x, a, b))),
    "The beta distribution's density at x.",
    "print round(beta_pdf(0.5, 2.0, 2.0), 12), beta_pdf(0.0, 2.0, 2.0)",
    "[[1.5, \"NaN\"]]"
);
real_function!(
    BETA_INV,
    "beta_inv",
    ["probability", "alpha", "beta"],
    [Ty::Real, Ty::Real, Ty::Real],
    |a, n| map3::<Real, Real, Real, Real>(a, n, inverse),
    "The x up to which the beta distribution has this share.",
    "print round(beta_inv(0.1, 10.0, 20.0), 12), beta_inv(1.5, 10.0, 20.0), beta_inv(0.0, 1.0, 2.0), beta_inv(0.1, -1.0, 2.0), beta_inv(1.0, 1.0, 2.0)",
    "[[0.226415022389, null, null, \"NaN\", 1.0]]"
);
real_function!(
    ERF,
    "erf",
    ["x"],
    [Ty::Real],
    |a, n| map1::<Real, Real>(a, n, |x| Some(libm::erf(x))),
    "The error function.",
    "print round(erf(0.5), 12)",
    "[[0.520499877813]]"
);
real_function!(
    ERFC,
    "erfc",
    ["x"],
    [Ty::Real],
    |a, n| map1::<Real, Real>(a, n, |x| Some(libm::erfc(x))),
    "The complement of the error function.",
    "print round(erfc(0.5), 12)",
    "[[0.479500122187]]"
);
real_function!(
    WELCH_TEST,
    "welch_test",
    [
        "mean1",
        "variance1",
        "count1",
        "mean2",
        "variance2",
        "count2"
    ],
    [Ty::Real, Ty::Real, Ty::Real, Ty::Real, Ty::Real, Ty::Real],
    |a, n| map_all::<Real, Real>(a, n, welch),
    "The probability of Welch's test that two samples have the same mean.",
    "print round(welch_test(3.0, 4.0, 10.0, 3.0, 2.0, 20.0), 9)",
    "[[1.0]]"
);
