//! KQL values as JSON, and JSON texts taken apart.
//!
//! In: values and valid JSON texts. Out: JSON in the form in which Kusto writes it inside `dynamic`,
//! without blanks. What always holds: nothing here recurses, so deep nesting cannot exhaust the stack.

use std::cmp::Ordering;
use std::fmt::Write;

use super::cell::{Cell, real_of_bits};
use crate::functions::json::{self, push_string};
use crate::functions::scalar::conversion::text::print_decimal;
use crate::symbols::ScalarType;
use crate::syntax::ticks::{datetime_text, timespan_text};

/// Writes a value of this KQL type as JSON.
pub fn write(out: &mut String, cell: &Cell, ty: ScalarType) {
    match cell {
        Cell::Whole(n) => match ty {
            ScalarType::Bool => out.push_str(if *n != 0 { "true" } else { "false" }),
            ScalarType::DateTime => push_string(out, &datetime_text(*n)),
            ScalarType::TimeSpan => push_string(out, &timespan_text(*n)),
            ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::String
            | ScalarType::Guid
            | ScalarType::Dynamic => {
                let _ = write!(out, "{n}");
            }
        },
        Cell::Real(bits) => write_real(out, real_of_bits(*bits)),
        // A decimal is a string in JSON, without trailing zeros.
        Cell::Decimal(n) => push_string(out, &print_decimal(*n)),
        Cell::Text(text) if ty == ScalarType::Dynamic => out.push_str(text),
        Cell::Text(text) => push_string(out, text),
    }
}

/// A real with the fewest digits that give it back: `2.0`, `0.1`, `1E+300`. What JSON has no number for
/// stands as a string, as Kusto has it.
pub fn write_real(out: &mut String, x: f64) {
    if x.is_nan() {
        return out.push_str("\"NaN\"");
    }
    if x.is_infinite() {
        return out.push_str(if x > 0.0 {
            "\"Infinity\""
        } else {
            "\"-Infinity\""
        });
    }
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..15).contains(&exponent) {
        let _ = write!(out, "{x}");
        if x.fract() == 0.0 {
            out.push_str(".0");
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{mantissa}E{sign}{:02}", exponent.abs());
    }
}

/// A valid JSON text without blanks outside of strings, its top-level string without needless escapes:
/// equal values of one spelling have one text.
pub fn compact(json: &str) -> Box<str> {
    let json = json.trim();
    if json.starts_with('"') {
        if !json.contains('\\') {
            return json.into();
        }
        if let Ok(text) = serde_json::from_str::<String>(json) {
            let mut out = String::with_capacity(json.len());
            push_string(&mut out, &text);
            return out.into();
        }
    }
    if !json.starts_with(['[', '{']) {
        return json.into();
    }
    json::compact(json).into()
}

/// The elements of a JSON array, None where the text is no array.
pub fn elements(json: &str) -> Option<impl Iterator<Item = &str>> {
    let node = json::trusted(json);
    (node.kind() == json::Kind::Array).then(|| node.elements().map(json::Node::text))
}

/// The keys, as JSON strings, and the values of a JSON object; None where the text is no object.
pub fn members(json: &str) -> Option<impl Iterator<Item = (&str, &str)>> {
    let node = json::trusted(json);
    let members = || node.members().map(|(key, value)| (key, value.text()));
    (node.kind() == json::Kind::Object).then(members)
}

/// The kinds of JSON values, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// The kind of a JSON value, by its first byte.
pub fn kind(json: &str) -> Kind {
    match json.trim_start().bytes().next() {
        None | Some(b'n') => Kind::Null,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'"') => Kind::String,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        Some(0..=u8::MAX) => Kind::Number,
    }
}

/// An order of JSON values: by kind, numbers by value, all else by text.
pub fn compare(a: &str, b: &str) -> Ordering {
    kind(a)
        .cmp(&kind(b))
        .then_with(|| match (number(a), number(b)) {
            (Some(x), Some(y)) => x.total_cmp(&y),
            (None, None) | (Some(_), None) | (None, Some(_)) => Ordering::Equal,
        })
        .then_with(|| a.cmp(b))
}

fn number(json: &str) -> Option<f64> {
    if kind(json) == Kind::Number {
        json.trim().parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND};

    fn json(cell: Cell, ty: ScalarType) -> String {
        let mut out = String::new();
        write(&mut out, &cell, ty);
        out
    }

    fn real(x: f64) -> String {
        json(
            Cell::Real(super::super::cell::order_bits(x)),
            ScalarType::Real,
        )
    }

    #[test]
    fn reals_as_kusto_prints_them() {
        assert_eq!(real(40.0), "40.0");
        assert_eq!(real(0.1), "0.1");
        assert_eq!(real(-2.5), "-2.5");
        assert_eq!(real(1e300), "1E+300");
        assert_eq!(real(3.3333333333333335e299), "3.3333333333333335E+299");
        assert_eq!(real(1e15), "1E+15");
        assert_eq!(real(123_456_789_012_345.0), "123456789012345.0");
        assert_eq!(real(0.0001), "0.0001");
        assert_eq!(real(0.00001), "1E-05");
        assert_eq!(real(f64::NAN), "\"NaN\"");
    }

    #[test]
    fn times_as_kusto_prints_them() {
        let day = |d: i64| json(Cell::Whole(d * TICKS_PER_DAY), ScalarType::DateTime);
        assert_eq!(day(0), "\"0001-01-01T00:00:00.0000000Z\"");
        assert_eq!(day(719_162), "\"1970-01-01T00:00:00.0000000Z\"");
        assert_eq!(day(737_483), "\"2020-02-29T00:00:00.0000000Z\"");
        assert_eq!(day(3_652_058), "\"9999-12-31T00:00:00.0000000Z\"");
        let span = |t: i64| json(Cell::Whole(t), ScalarType::TimeSpan);
        assert_eq!(span(26 * 3600 * TICKS_PER_SECOND), "\"1.02:00:00\"");
        assert_eq!(span(-5_000_000), "\"-00:00:00.5000000\"");
    }

    #[test]
    fn decimals_are_strings() {
        let unit = 10_i128.pow(18);
        assert_eq!(
            json(Cell::Decimal(unit * 3 / 2), ScalarType::Decimal),
            "\"1.5\""
        );
        assert_eq!(
            json(Cell::Decimal(-unit / 100), ScalarType::Decimal),
            "\"-0.01\""
        );
        assert_eq!(json(Cell::Decimal(unit * 4), ScalarType::Decimal), "\"4\"");
    }

    #[test]
    fn strings_round_trip() {
        for text in ["", "a\"b\\c", "\u{0}\u{1f}\n\t", "café \u{1F600}", "\u{7f}"] {
            let json = json(Cell::Text(text.into()), ScalarType::String);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn takes_arrays_and_objects_apart() {
        let parts: Vec<_> = elements(r#" [1, "a,]", [2,3], {"x": [4]}, null ] "#)
            .unwrap()
            .collect();
        assert_eq!(parts, ["1", "\"a,]\"", "[2,3]", "{\"x\": [4]}", "null"]);
        assert_eq!(elements("[ ]").unwrap().count(), 0);
        assert!(elements("{}").is_none());
        let pairs: Vec<_> = members(r#"{"a:b\"": 1, "c": {"d": ","}}"#)
            .unwrap()
            .collect();
        assert_eq!(pairs, [("\"a:b\\\"\"", "1"), ("\"c\"", "{\"d\": \",\"}")]);
    }

    #[test]
    fn compacts_outside_of_strings() {
        assert_eq!(&*compact(" { \"a b\" : [ 1 , 2 ] } "), "{\"a b\":[1,2]}");
        assert_eq!(&*compact("\"\\u0041\\n\""), "\"A\\n\"");
        let deep = format!("{}1{}", "[ ".repeat(100_000), " ]".repeat(100_000));
        assert_eq!(compact(&deep).len(), 200_001);
    }

    #[test]
    fn orders_by_kind_then_value() {
        let mut values = vec!["{}", "\"a\"", "10", "null", "9.5", "true", "[1]", "\"B\""];
        values.sort_by(|a, b| compare(a, b));
        assert_eq!(
            values,
            ["null", "true", "9.5", "10", "\"B\"", "\"a\"", "[1]", "{}"]
        );
    }
}
