//! `format_bytes(value [, precision [, unit]])`: a number of bytes for people.

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Text, map_all};
use crate::functions::{Accepts, Category, Example, Parameter, Signature};
use crate::symbols::ScalarType as Ty;

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

pub static FORMAT_BYTES: Definition = Definition {
    name: "format_bytes",
    aliases: &[],
    category: Category::String,
    summary: "A number of bytes in the largest unit that fits, or in the unit asked for.",
    examples: &[Example {
        kql: "print format_bytes(564), format_bytes(10332, 1), format_bytes(20010332), format_bytes(20010332, 2), format_bytes(20010332, 0, \"KB\")",
        rows: r#"[["564 Bytes", "10.1 KB", "19 MB", "19.08 MB", "19541 KB"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("value", Accepts::Number),
        Parameter::new("precision", Accepts::Exactly(Ty::Long)).optional(),
        Parameter::new("unit", Accepts::Exactly(Ty::String)).optional(),
    ]),
    gives: Gives::Always(Ty::String),
    // Any number of texts: what the arguments are is in their texts.
    form: Form::Udf(
        Udf::new("kql_format_bytes", &[Ty::String], Ty::String, |a, n| {
            map_all::<Text, Text>(a, n, format)
        })
        .variadic(),
    ),
};

fn format(arguments: &[Option<&str>]) -> Option<String> {
    let value: f64 = (*arguments.first()?)?.parse().ok()?;
    let precision = match arguments.get(1) {
        Some(text) => text.as_ref()?.parse::<usize>().ok()?.min(15),
        None => 0,
    };
    let unit = match arguments.get(2) {
        Some(wanted) => UNITS.iter().position(|unit| Some(*unit) == *wanted)?,
        None => (1..UNITS.len())
            .rev()
            .find(|power| value.abs() >= size(*power))
            .unwrap_or(0),
    };
    let number = format!("{:.precision$}", value / size(unit));
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number.as_str(),
    };
    Some(format!("{number} {}", UNITS[unit]))
}

fn size(power: usize) -> f64 {
    1024_f64.powi(i32::try_from(power).unwrap_or(0))
}
