//! Numbers, bools and guids in text.
//!
//! In: any text. Out: the value, None where Kusto's `to…` functions give null. White space round the
//! value is allowed.

use arrow::datatypes::i256;

use crate::symbols::arrow::DECIMAL_SCALE;

/// Decimal digits with a sign, or `0x` and hexadecimal digits.
pub fn long(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.starts_with(['+', '-']) => None,
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Digits with a fraction and an exponent, `inf`, `nan`.
pub fn real(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// `true`, `false` in any case, or a whole number.
pub fn boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    long(text).map(|n| n != 0)
}

/// The first 32 hexadecimal digits, in brackets or none; hyphens among them are passed over, and what follows
/// them does not count. Gives lower case with hyphens.
///
/// Source: "toguid()" of Microsoft's reference.
pub fn guid(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text.strip_prefix(['{', '(']).unwrap_or(text);
    let digits = inner.bytes().filter(|byte| *byte != b'-').take(32);
    let digits: String = digits.map(char::from).collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    Some(format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    ))
}

/// A decimal as a number without its point. Digits beyond the scale are rounded half up.
pub fn decimal(text: &str) -> Option<i128> {
    let text = text.trim();
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    // How many of the digits stand before the end of the scale.
    let kept = i64::try_from(digits.len()).ok()? - i64::try_from(fraction.len()).ok()?
        + i64::from(exponent)
        + i64::from(DECIMAL_SCALE);
    if kept < 0 {
        return Some(0);
    }
    if kept > 38 {
        return None;
    }
    let kept = usize::try_from(kept).ok()?;
    let number: i128 = match digits.get(..kept) {
        Some("") => 0,
        Some(head) => head.parse().ok()?,
        None => format!("{digits:0<kept$}").parse().ok()?,
    };
    let round_up = digits
        .as_bytes()
        .get(kept)
        .is_some_and(|byte| *byte >= b'5');
    let number = number.checked_add(i128::from(round_up))?;
    in_range(if negative { -number } else { number })
}

/// The number if it has no more digits than a decimal holds.
pub fn in_range(number: i128) -> Option<i128> {
    (number.unsigned_abs() < 10u128.pow(38)).then_some(number)
}

/// A decimal's digits, with as many after the point as it needs.
pub fn print_decimal(number: i128) -> String {
    let scale = 10u128.pow(DECIMAL_SCALE.unsigned_abs().into());
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.unsigned_abs() / scale, number.unsigned_abs() % scale);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!(
        "{fraction:0width$}",
        width = DECIMAL_SCALE.unsigned_abs().into()
    );
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// The same of a wide decimal.
pub fn print_wide_decimal(number: i256) -> String {
    let scale = i256::from_i128(10_i128.pow(DECIMAL_SCALE.unsigned_abs().into()));
    let whole = number.wrapping_div(scale);
    // What is left has fewer digits than the scale.
    let rest = number.wrapping_sub(whole.wrapping_mul(scale));
    let rest = print_decimal(rest.as_i128());
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) if whole == i256::ZERO => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", rest.as_str()),
    };
    format!(
        "{sign}{whole}{}",
        rest.strip_prefix('0').unwrap_or_default()
    )
}

/// A finite real cut to a whole number, held to the ends of long: Kusto's `tolong` gives no null where a
/// column's value is too large.
pub fn saturate(x: f64) -> Option<i64> {
    x.is_finite().then_some(x as i64)
}

/// A finite real cut to a whole number, held to the ends of int.
pub fn saturate_int(x: f64) -> Option<i32> {
    x.is_finite().then_some(x as i32)
}

/// A real cut to a whole number; None for what is too large or no number.
pub fn truncate(x: f64) -> Option<i64> {
    // -2^63 is a long, 2^63 is not.
    (x >= i64::MIN as f64 && x < -(i64::MIN as f64)).then_some(x as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, value) in [
            ("  45  ", Some(45)),
            ("+7", Some(7)),
            ("-0", Some(0)),
            ("00789", Some(789)),
            ("0x1F", Some(31)),
            ("3.14", None),
            ("1e3", None),
            ("1_000", None),
            ("0b101", None),
            ("0x", None),
            ("0x-1", None),
            ("", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(long(text), value, "{text}");
        }
    }

    #[test]
    fn reals_and_bools() {
        for (text, value) in [("5.", 5.0), ("+.5", 0.5), ("1.5E+3", 1500.0), (" -0 ", 0.0)] {
            assert_eq!(real(text), Some(value), "{text}");
        }
        assert_eq!(real("Inf"), Some(f64::INFINITY));
        for text in ["0x1F", "1d", "1f", "", "1,000"] {
            assert_eq!(real(text), None, "{text}");
        }
        for (text, value) in [
            ("tRuE", Some(true)),
            ("0", Some(false)),
            ("-1", Some(true)),
            ("1.0", None),
            ("yes", None),
        ] {
            assert_eq!(boolean(text), value, "{text}");
        }
    }

    #[test]
    fn decimals() {
        for (text, printed) in [
            ("3.14159", Some("3.14159")),
            ("3.14159265358979323846", Some("3.141592653589793238")),
            ("-0.0", Some("0")),
            ("1e3", Some("1000")),
            ("1.5e-2", Some("0.015")),
            ("1e-30", Some("0")),
            ("0.0000000000000000005", Some("0.000000000000000001")),
            ("1e25", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(
                decimal(text).map(print_decimal).as_deref(),
                printed,
                "{text}"
            );
        }
    }

    #[test]
    fn guids() {
        let plain = "74be27de-1e4e-49d9-b579-fe0b331d3642";
        for text in [
            "74BE27DE-1E4E-49D9-B579-FE0B331D3642",
            "{74be27de-1e4e-49d9-b579-fe0b331d3642}",
            "74be27de1e4e49d9b579fe0b331d3642",
            "74be27de1e4e-49d9-b579-fe0b331d3642",
            "74be27de-1e4e-49d9-b579-fe0b331d3642 and more",
        ] {
            assert_eq!(guid(text).as_deref(), Some(plain));
        }
        for text in [
            "xyz",
            "",
            "é",
            "74be27de-1e4e-49d9-b579-fe0b331d364",
            "74be27de 1e4e-49d9-b579-fe0b331d3642",
        ] {
            assert_eq!(guid(text), None);
        }
    }

    #[test]
    fn reals_are_cut_towards_zero() {
        assert_eq!(truncate(-1.9999999999), Some(-1));
        assert_eq!(truncate(f64::INFINITY), None);
        assert_eq!(truncate(f64::NAN), None);
        assert_eq!(truncate(9.3e18), None);
        assert_eq!(saturate(9.3e18), Some(i64::MAX));
        assert_eq!(saturate(f64::NEG_INFINITY), None);
        assert_eq!(saturate_int(1e10), Some(i32::MAX));
        assert_eq!(saturate_int(-2.5), Some(-2));
        assert_eq!(saturate_int(f64::NAN), None);
        assert_eq!(truncate(i64::MIN as f64), Some(i64::MIN));
    }
}
