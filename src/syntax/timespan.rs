//! The text of a timespan.
//!
//! In: `1d`, `2.5h`, `1.02:03:04.5`, `15 seconds`. Out: ticks of 100 ns. What always holds: a span
//! beyond ±10,675,199 days is no timespan.
//!
//! Source: "The timespan data type" of the Kusto reference.

use crate::symbols::types::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// Ticks in one of the unit that a literal's suffix names; nanoseconds are below a tick, so None is
/// only for a word that is no unit.
pub fn unit_ticks(unit: &str) -> Option<f64> {
    let ticks = match unit {
        "d" | "day" | "days" => TICKS_PER_DAY as f64,
        "h" | "hr" | "hrs" | "hour" | "hours" => (3600 * TICKS_PER_SECOND) as f64,
        "m" | "min" | "minute" | "minutes" => (60 * TICKS_PER_SECOND) as f64,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND as f64,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => {
            (TICKS_PER_SECOND / 1000) as f64
        }
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => 10.0,
        "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => 0.01,
        "tick" | "ticks" => 1.0,
        _ => return None,
    };
    Some(ticks)
}

/// Reads a timespan as `time(…)` and totimespan() take it. A bare number counts days.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let ticks = if text.contains(':') {
        parse_clock(text)?
    } else {
        parse_amount(text)?
    };
    Some(if negative { -ticks } else { ticks })
}

/// `2.5h`, `15 seconds`, `3`
fn parse_amount(text: &str) -> Option<i64> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = (&text[..split], text[split..].trim_start());
    let per_unit = if unit.is_empty() {
        TICKS_PER_DAY as f64
    } else {
        unit_ticks(unit)?
    };
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    scale(number, per_unit)
}

/// Whole numbers are counted whole: a real would lose ticks of long spans.
fn scale(number: &str, per_unit: f64) -> Option<i64> {
    if per_unit >= 1.0
        && let Ok(whole) = number.parse::<i64>()
    {
        return whole.checked_mul(per_unit as i64);
    }
    let ticks = (number.parse::<f64>().ok()? * per_unit).round();
    (ticks.abs() < i64::MAX as f64).then_some(ticks as i64)
}

/// `[d.]hh:mm[:ss[.fffffff]]`
fn parse_clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    let (days, hours) = match first.split_once('.') {
        Some((days, hours)) => (whole(days)?, whole(hours)?),
        None => (0, whole(first)?),
    };
    let minutes = whole(parts.next()?)?;
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(part) => match part.split_once('.') {
            Some((seconds, fraction)) => (whole(seconds)?, fraction_ticks(fraction)?),
            None => (whole(part)?, 0),
        },
    };
    if parts.next().is_some() || minutes > 59 || seconds > 59 {
        return None;
    }
    // `26:00:00` is 26 days in .NET, but KQL takes at most 23 hours.
    if hours > 23 {
        return None;
    }
    days.checked_mul(TICKS_PER_DAY)?
        .checked_add((hours * 3600 + minutes * 60 + seconds) * TICKS_PER_SECOND + fraction)
}

fn whole(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The digits after a second's point, in ticks; more than seven are cut.
pub(super) fn fraction_ticks(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let kept = &digits[..digits.len().min(7)];
    let value: i64 = kept.parse().ok()?;
    Some(value * 10_i64.pow(7 - kept.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, ticks) in [
            ("1d", TICKS_PER_DAY),
            ("2.5h", 90_000_000_000),
            ("30m", 18_000_000_000),
            ("100ms", 1_000_000),
            ("5micros", 50),
            ("1tick", 1),
            ("200nanos", 2),
            ("15 seconds", 150_000_000),
            ("2", 2 * TICKS_PER_DAY),
            ("-1d", -TICKS_PER_DAY),
        ] {
            assert_eq!(parse(text), Some(ticks), "{text}");
        }
    }

    #[test]
    fn clocks() {
        assert_eq!(parse("0:0:1"), Some(TICKS_PER_SECOND));
        assert_eq!(
            parse("1.02:03:04.5"),
            Some(TICKS_PER_DAY + 7384 * TICKS_PER_SECOND + 5_000_000)
        );
        assert_eq!(parse("-00:00:00.0000001"), Some(-1));
        assert_eq!(parse("12:34"), Some(45_240 * TICKS_PER_SECOND));
    }

    #[test]
    fn not_a_timespan() {
        for text in [
            "",
            "d",
            "1x",
            "1:2:3:4",
            "0:60:0",
            ".5h",
            "99999999999999d",
            "1e3d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
