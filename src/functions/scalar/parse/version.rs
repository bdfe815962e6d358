//! `parse_version(text)`: a decimal that orders versions as their parts do; null for what is none.

use super::parse_function;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Decimal, Text, map1};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;
use crate::symbols::arrow::DECIMAL_SCALE;

/// Each of the four parts has eight digits; missing ones are 0.
const PARTS: usize = 4;
const PART: i128 = 100_000_000;

fn version(text: &str) -> Option<i128> {
    let parts: Vec<_> = text.trim().split('.').collect();
    if parts.len() > PARTS {
        return None;
    }
    let mut whole = 0;
    for at in 0..PARTS {
        let part = *parts.get(at).unwrap_or(&"0");
        let digits =
            !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit());
        whole = whole * PART + digits.then(|| part.parse::<i128>().ok())??;
    }
    let scale = u32::try_from(DECIMAL_SCALE).ok()?;
    // The largest parts need more digits than the engine's decimal has before its point.
    let number = whole.checked_mul(10i128.pow(scale))?;
    (number < 10i128.pow(38)).then_some(number)
}

parse_function!(
    PARSE_VERSION,
    "parse_version",
    &[],
    [Parameter::new("version", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_version", &[Ty::String], Ty::Decimal, |a, n| {
        map1::<Text, Decimal>(a, n, version)
    }),
    "A version of one to four numbers as a decimal that compares.",
    "print parse_version(\"0.0.0.5\"), parse_version(\"0.0.3\"), parse_version(\"0.1\") < parse_version(\"0.1.0.2\"), parse_version(\"1.x\")",
    "[[5, 300000000, true, null]]"
);
