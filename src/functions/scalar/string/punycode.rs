//! Punycode (RFC 3492) of texts and of the labels of domain names.
//!
//! In: text. Out: text, `""` where it cannot be coded. What always holds, by Microsoft's examples: letters
//! keep their case, nothing is normalised, and the full stops of other scripts part labels as `.` does.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use idna::punycode::{decode_to_string, encode_str};

use super::function::{StringFunction, Udf, no_check};
use super::rows::Rows;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Category, Example, ScalarFunction, Signature};
use crate::symbols::ScalarType;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &FROM_STRING,
        &TO_STRING,
        &DOMAIN_TO_STRING,
        &DOMAIN_FROM_STRING,
    ]
}

/// What begins a label in Punycode.
const PREFIX: &str = "xn--";

/// What parts labels: the full stop, and the three others of RFC 3490, section 3.1.
const STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Codes each label; None where one cannot be coded.
fn labels(domain: &str, code: impl Fn(&str) -> Option<String>) -> Option<String> {
    let coded: Option<Vec<String>> = domain.split(STOPS).map(code).collect();
    Some(coded?.join("."))
}

fn label_to_punycode(label: &str) -> Option<String> {
    match label.is_ascii() {
        true => Some(label.to_owned()),
        false => Some(format!("{PREFIX}{}", encode_str(label)?)),
    }
}

fn label_from_punycode(label: &str) -> Option<String> {
    match label.split_at_checked(PREFIX.len()) {
        Some((prefix, coded)) if prefix.eq_ignore_ascii_case(PREFIX) => decode_to_string(coded),
        Some(_) | None => Some(label.to_owned()),
    }
}

fn coded(
    arguments: &[ColumnarValue],
    rows: usize,
    code: impl Fn(&str) -> Option<String>,
) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, rows);
    let texts = rows.texts(&arguments[0])?;
    rows.strings(|row, out| {
        out.push_str(&code(texts.get(row)).unwrap_or_default());
        Ok(true)
    })
}

macro_rules! punycode {
    ($static:ident, $name:literal, $code:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: StringFunction = StringFunction {
            name: $name,
            aliases: &[],
            category: Category::String,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new(
                "text",
                Accepts::Exactly(ScalarType::String),
            )]),
            returns: ScalarType::String,
            udf: Udf {
                name: concat!("kql_", $name),
                inputs: &[ScalarType::String],
                variadic: false,
                body: |arguments, rows| coded(arguments, rows, $code),
            },
            check: no_check,
        };
    };
}

punycode!(
    FROM_STRING,
    "punycode_from_string",
    encode_str,
    "The text in Punycode, without `xn--`.",
    "print punycode_from_string('münchen'), punycode_from_string('Gáe')",
    r#"[["mnchen-3ya", "Ge-mia"]]"#
);
punycode!(
    TO_STRING,
    "punycode_to_string",
    decode_to_string,
    "The text that Punycode stands for, given without `xn--`; `\"\"` where it stands for none.",
    "print punycode_to_string('acadmie-franaise-npb1a'), punycode_to_string('é')",
    r#"[["académie-française", ""]]"#
);
punycode!(
    DOMAIN_TO_STRING,
    "punycode_domain_to_string",
    |domain: &str| labels(domain, label_to_punycode),
    "The domain name with each label that is not ASCII in Punycode.",
    "print punycode_domain_to_string('Riðill｡Skáldskaparmál｡org')",
    r#"[["xn--Riill-jta.xn--Skldskaparml-dbbj.org"]]"#
);
punycode!(
    DOMAIN_FROM_STRING,
    "punycode_domain_from_string",
    |domain: &str| labels(domain, label_from_punycode),
    "The domain name with the labels read that are in Punycode.",
    "print punycode_domain_from_string('xn--Lin-8na.Celtchair.org'), punycode_domain_from_string('xn--!.org')",
    r#"[["Lúin.Celtchair.org", ""]]"#
);
