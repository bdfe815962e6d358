//! Conversions out of dynamic: what a JSON value is as a scalar of each type.
//!
//! In: JSON text. Out: the value, None for null. What always holds: text that is no JSON after all
//! counts as a string of that text.

use std::borrow::Cow;

use super::text;
use crate::functions::json::{self, Kind, Node, Number};
use crate::functions::scalar::datetime::calendar::in_range;
use crate::functions::scalar::datetime::text::{parse_datetime, parse_timespan};

/// The content of a string, the compact text of anything else, `""` for null.
pub fn to_string(json_text: &str) -> Cow<'_, str> {
    match json::parse(json_text) {
        None => Cow::Borrowed(json_text),
        Some(node) if node.is_null() => Cow::Borrowed(""),
        Some(node) => match node.string() {
            Some(content) => content,
            None => json::compact(node.text()),
        },
    }
}

/// One scalar, whatever the JSON says.
enum Scalar<'a> {
    Bool(bool),
    Long(i64),
    Real(f64),
    Text(Cow<'a, str>),
}

fn scalar(json_text: &str) -> Option<Scalar<'_>> {
    let Some(node) = json::parse(json_text) else {
        return Some(Scalar::Text(Cow::Borrowed(json_text)));
    };
    scalar_of(node)
}

fn scalar_of(node: Node<'_>) -> Option<Scalar<'_>> {
    match node.kind() {
        Kind::Null | Kind::Array | Kind::Object => None,
        Kind::Bool => node.boolean().map(Scalar::Bool),
        Kind::Number => node.number().map(|number| match number {
            Number::Long(n) => Scalar::Long(n),
            Number::Real(x) => Scalar::Real(x),
        }),
        Kind::String => node.string().map(Scalar::Text),
    }
}

/// A real is cut, and held to the ends of long.
pub fn to_long(json_text: &str) -> Option<i64> {
    match scalar(json_text)? {
        Scalar::Bool(b) => Some(i64::from(b)),
        Scalar::Long(n) => Some(n),
        Scalar::Real(x) => Some(x as i64),
        Scalar::Text(content) => text::long(&content),
    }
}

/// A whole number loses its upper 32 bits, a real is held to the ends of int, as Kusto does.
pub fn to_int(json_text: &str) -> Option<i32> {
    match scalar(json_text)? {
        Scalar::Bool(b) => Some(i32::from(b)),
        Scalar::Long(n) => Some(n as i32),
        Scalar::Real(x) => Some(x as i32),
        Scalar::Text(content) => i32::try_from(text::long(&content)?).ok(),
    }
}

/// The number only if it is whole: a comparison with 1 must not take 1.5 for it.
pub fn to_whole(json_text: &str) -> Option<i64> {
    match scalar(json_text)? {
        Scalar::Bool(b) => Some(i64::from(b)),
        Scalar::Long(n) => Some(n),
        Scalar::Real(x) if x.fract() == 0.0 => text::truncate(x),
        Scalar::Real(_) => None,
        Scalar::Text(content) => text::long(&content),
    }
}

pub fn to_real(json_text: &str) -> Option<f64> {
    match scalar(json_text)? {
        Scalar::Bool(b) => Some(f64::from(u8::from(b))),
        Scalar::Long(n) => Some(n as f64),
        Scalar::Real(x) => Some(x),
        Scalar::Text(content) => text::real(&content),
    }
}

pub fn to_decimal(json_text: &str) -> Option<i128> {
    match scalar(json_text)? {
        Scalar::Bool(b) => text::decimal(if b { "1" } else { "0" }),
        Scalar::Long(n) => text::decimal(&n.to_string()),
        Scalar::Real(x) => text::decimal(&x.to_string()),
        Scalar::Text(content) => text::decimal(&content),
    }
}

pub fn to_bool(json_text: &str) -> Option<bool> {
    match scalar(json_text)? {
        Scalar::Bool(b) => Some(b),
        Scalar::Long(n) => Some(n != 0),
        Scalar::Real(x) => Some(x != 0.0),
        Scalar::Text(content) => text::boolean(&content),
    }
}

/// A number counts ticks.
pub fn to_datetime(json_text: &str) -> Option<i64> {
    match scalar(json_text)? {
        Scalar::Bool(_) => None,
        Scalar::Long(n) => in_range(n),
        Scalar::Real(x) => text::truncate(x).and_then(in_range),
        Scalar::Text(content) => parse_datetime(&content),
    }
}

/// A number counts ticks.
pub fn to_timespan(json_text: &str) -> Option<i64> {
    match scalar(json_text)? {
        Scalar::Bool(_) => None,
        Scalar::Long(n) => Some(n),
        Scalar::Real(x) => text::truncate(x),
        Scalar::Text(content) => parse_timespan(&content),
    }
}

pub fn to_guid(json_text: &str) -> Option<String> {
    match scalar(json_text)? {
        Scalar::Bool(_) | Scalar::Long(_) | Scalar::Real(_) => None,
        Scalar::Text(content) => text::guid(&content),
    }
}

/// `parse_json`: JSON text made compact, None for null and for blank text; what is not JSON becomes a
/// string of that text.
pub fn from_text(content: &str) -> Option<String> {
    if content.trim().is_empty() {
        return None;
    }
    match json::parse(content) {
        None => Some(json::string_text(content)),
        Some(node) if node.is_null() => None,
        Some(node) => Some(json::compact(node.text()).into_owned()),
    }
}

/// The name that `gettype` gives a dynamic value.
pub fn type_name(json_text: &str) -> &'static str {
    let Some(node) = json::parse(json_text) else {
        return "string";
    };
    match node.kind() {
        Kind::Null => "null",
        Kind::Bool => "bool",
        Kind::Number => match node.number() {
            Some(Number::Long(_)) => "long",
            Some(Number::Real(_)) | None => "double",
        },
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "dictionary",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_inside_dynamic() {
        for (json, int, real, string) in [
            ("1", Some(1), Some(1.0), "1"),
            ("1.5", Some(1), Some(1.5), "1.5"),
            ("\"3\"", Some(3), Some(3.0), "3"),
            ("true", Some(1), Some(1.0), "true"),
            ("null", None, None, ""),
            ("[1, 2]", None, None, "[1,2]"),
            (
                "9223372036854775807",
                Some(-1),
                Some(i64::MAX as f64),
                "9223372036854775807",
            ),
            (
                "1.7976931348623157e+308",
                Some(i32::MAX),
                Some(f64::MAX),
                "1.7976931348623157e+308",
            ),
        ] {
            assert_eq!(to_int(json), int, "{json}");
            assert_eq!(to_real(json), real, "{json}");
            assert_eq!(to_string(json), string, "{json}");
        }
        assert_eq!(to_long("1.7976931348623157e+308"), Some(i64::MAX));
        assert_eq!(to_whole("1.5"), None);
        assert_eq!(to_whole("2.0"), Some(2));
    }

    #[test]
    fn json_text_becomes_dynamic() {
        assert_eq!(from_text(" {\"a\": 1} ").as_deref(), Some("{\"a\":1}"));
        assert_eq!(from_text("null"), None);
        assert_eq!(from_text(""), None);
        assert_eq!(
            from_text("{\"a\":\"\t\"}").as_deref(),
            Some(r#""{\"a\":\"\t\"}""#)
        );
        assert_eq!(type_name("1"), "long");
        assert_eq!(type_name("1.0"), "double");
        assert_eq!(type_name("{}"), "dictionary");
    }
}
