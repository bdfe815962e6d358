//! Writing JSON.

use std::borrow::Cow;
use std::fmt::Write;

/// Appends a string literal.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x8 => "\\b",
            0xc => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + 1;
        if escape.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// A string literal.
pub fn string_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_string(&mut out, text);
    out
}

/// A real as KQL prints it: as few digits as read back the same, always with a fraction or an
/// exponent, `inf`, `-inf`, `NaN`.
///
/// Among several texts of 17 digits Kusto takes the largest, not the nearest: `0.1 + 0.2` is
/// `0.30000000000000007`.
pub fn real_text(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{:e}", x.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = largest_digits(x.abs(), &digits.replace('.', ""), exponent);
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let places = digits.len();
    match exponent {
        -4..0 => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        0..16 if exponent as usize + 1 >= places => {
            let zeros = "0".repeat(exponent as usize + 1 - places);
            format!("{sign}{digits}{zeros}.0")
        }
        0..16 => {
            let (whole, fraction) = digits.split_at(exponent as usize + 1);
            format!("{sign}{whole}.{fraction}")
        }
        _ => {
            let (whole, fraction) = digits.split_at(1);
            let point = if fraction.is_empty() { "" } else { "." };
            let direction = if exponent < 0 { '-' } else { '+' };
            format!(
                "{sign}{whole}{point}{fraction}e{direction}{:02}",
                exponent.abs()
            )
        }
    }
}

/// The largest number of 17 digits that still reads as `x`, where it needs so many.
fn largest_digits(x: f64, digits: &str, exponent: i32) -> String {
    let mut largest = digits.to_owned();
    if digits.len() < 17 {
        return largest;
    }
    let scale = exponent + 1 - digits.len() as i32;
    let mut number: u64 = digits.parse().unwrap_or(0);
    loop {
        number += 1;
        let text = format!("{number}e{scale}");
        if text.parse() != Ok(x) {
            return largest;
        }
        largest = number.to_string();
    }
}

/// Appends a real; what JSON has no number for becomes a string.
pub fn push_real(out: &mut String, x: f64) {
    if x.is_finite() {
        out.push_str(&real_text(x));
    } else {
        push_string(out, &real_text(x));
    }
}

/// The text without white space between its parts.
pub fn compact(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
                out.push_str(&text[from..at]);
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    match out {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(&text[from..]);
            Cow::Owned(out)
        }
    }
}

/// An array under construction, from the texts of its elements.
#[derive(Debug)]
pub struct Array(String);

impl Default for Array {
    fn default() -> Self {
        Self("[".to_owned())
    }
}

impl Array {
    /// Appends an element: JSON text.
    pub fn push(&mut self, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(json);
    }

    pub fn push_text(&mut self, text: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        push_string(&mut self.0, text);
    }

    pub fn finish(mut self) -> String {
        self.0.push(']');
        self.0
    }
}

impl<S: AsRef<str>> FromIterator<S> for Array {
    fn from_iter<I: IntoIterator<Item = S>>(elements: I) -> Self {
        let mut array = Self::default();
        for element in elements {
            array.push(element.as_ref());
        }
        array
    }
}

/// An object under construction.
#[derive(Debug)]
pub struct Bag(String);

impl Default for Bag {
    fn default() -> Self {
        Self("{".to_owned())
    }
}

impl Bag {
    /// Appends a member: its key as raw JSON with quotes, its value as JSON text.
    pub fn push_raw(&mut self, key: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(key);
        self.0.push(':');
        self.0.push_str(json);
    }

    pub fn push(&mut self, key: &str, json: &str) {
        self.push_raw(&string_text(key), json);
    }

    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reals_print_as_kusto_prints_them() {
        for (x, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000007"),
            (1.0 / 3.0, "0.3333333333333333"),
            (0.0, "0.0"),
            (-2.5e20, "-2.5e+20"),
            (0.0015, "0.0015"),
            (120.25, "120.25"),
            (1e11, "100000000000.0"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (1e16, "1e+16"),
            (0.00001, "1e-05"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(real_text(x), text);
        }
    }

    proptest! {
        #[test]
        fn a_written_string_reads_back(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&string_text(&text)).unwrap(), text);
        }

        #[test]
        fn a_written_real_reads_back(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            prop_assert_eq!(real_text(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
        }
    }
}
