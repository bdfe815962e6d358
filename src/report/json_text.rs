//! JSON written straight into a buffer.
//!
//! In: strings, numbers and JSON texts. Out: JSON on one line, appended. What always holds: the
//! bytes are valid JSON of the same value; inside strings, what a terminal would obey is escaped,
//! so that a result can be looked at where it is printed.

use std::io::Write;

use super::neutral::is_hostile;

/// Appends a string in quotes.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some((at, c)) = first_special(rest) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        push_escape(out, c);
        rest = &rest[at + c.len_utf8()..];
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

fn first_special(text: &str) -> Option<(usize, char)> {
    // ASCII first: most cells hold nothing else.
    let at = text
        .bytes()
        .position(|b| !matches!(b, b' '..=b'~') || b == b'"' || b == b'\\')?;
    text[at..]
        .char_indices()
        .find(|(_, c)| matches!(c, '"' | '\\') || is_hostile(*c))
        .map(|(i, c)| (at + i, c))
}

fn push_escape(out: &mut Vec<u8>, c: char) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        _ => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

/// Appends a JSON text, its numbers and the order of its keys as they are, without the white space
/// between its parts: a line end there would break a line of NDJSON in two.
pub(super) fn push_json(out: &mut Vec<u8>, json: &str) {
    let mut rest = json;
    while !rest.is_empty() {
        if let Some(string) = rest.strip_prefix('"') {
            let inside = string_end(string);
            out.push(b'"');
            push_inside(out, &string[..inside]);
            out.push(b'"');
            rest = string.get(inside + 1..).unwrap_or_default();
        } else {
            let end = rest.find('"').unwrap_or(rest.len());
            out.extend(
                rest[..end]
                    .bytes()
                    .filter(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t')),
            );
            rest = &rest[end..];
        }
    }
}

/// Where the closing quote of a string stands, given what follows its opening quote.
fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The inside of a JSON string, whose own escapes stay.
fn push_inside(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for c in text.chars() {
        if is_hostile(c) {
            push_escape(out, c);
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Appends a real; JSON has no NaN and no infinities, so they are strings.
pub(super) fn push_real(out: &mut Vec<u8>, value: f64) {
    match non_finite(value) {
        Some(name) => {
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.push(b'"');
        }
        None => push_finite(out, value),
    }
}

/// Appends a real as bare text.
pub(super) fn push_real_text(out: &mut Vec<u8>, value: f64) {
    match non_finite(value) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => push_finite(out, value),
    }
}

fn non_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("Infinity")
    } else if value == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

/// The shortest digits that read back as the same real: `0.1`, `2.0`, `1e300`.
fn push_finite(out: &mut Vec<u8>, value: f64) {
    let plain = value == 0.0 || (1e-5..1e16).contains(&value.abs());
    // Writing to a Vec cannot fail.
    let _ = if plain {
        write!(out, "{value:?}")
    } else {
        write!(out, "{value:e}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn string(text: &str) -> String {
        let mut out = Vec::new();
        push_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_escaped_and_read_back() {
        for (text, json) in [
            ("", r#""""#),
            ("C:\\a \"b\"", r#""C:\\a \"b\"""#),
            ("a\r\n\tb\u{1b}[2J\u{9b}", r#""a\r\n\tb\u001b[2J\u009b""#),
            ("x\u{202e}ä\u{e0041}🦀", "\"x\\u202eä\\udb40\\udc41🦀\""),
        ] {
            assert_eq!(string(text), json);
            assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
        }
    }

    #[test]
    fn json_keeps_numbers_and_keys_and_loses_white_space() {
        for (json, line) in [
            (
                "{ \"b\" : 1.50 ,\r\n \"a\":[1e400, 12345678901234567890123 ] }",
                r#"{"b":1.50,"a":[1e400,12345678901234567890123]}"#,
            ),
            (r#""a \" b  c\\" "#, r#""a \" b  c\\""#),
            ("\"\u{202e}\u{9b} \\u001b\"", r#""\u202e\u009b \u001b""#),
            ("[ \"ä\\\\\" , \" \" ]", r#"["ä\\"," "]"#),
            ("null", "null"),
        ] {
            let mut out = Vec::new();
            push_json(&mut out, json);
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }

    #[test]
    fn reals_read_back_as_the_same_real() {
        for (value, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1e300, "1e300"),
            (-9_223_372_036_854_775_808.0, "-9.223372036854776e18"),
            (5e-324, "5e-324"),
            (123_456_789.125, "123456789.125"),
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let mut out = Vec::new();
            push_real(&mut out, value);
            let shown = String::from_utf8(out).unwrap();
            assert_eq!(shown, text);
            if value.is_finite() {
                assert_eq!(shown.parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\\u{0}-\\u{ff}\"\\\\]*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_stays_the_same_value_on_one_harmless_line(value in json_value()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let mut out = Vec::new();
                push_json(&mut out, &text);
                let line = String::from_utf8(out).unwrap();
                prop_assert_eq!(line.chars().find(|c| is_hostile(*c)), None);
                prop_assert_eq!(&serde_json::from_str::<Value>(&line).unwrap(), &value);
            }
        }

        #[test]
        fn any_string_reads_back(text in any::<String>()) {
            let json = string(&text);
            prop_assert_eq!(json.chars().find(|c| is_hostile(*c)), None);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
