//! `format_datetime` and `format_timespan`.
//!
//! In: a time and a format of specifiers (`yyyy-MM-dd HH:mm`). What always holds: a run of one letter
//! longer than any specifier is several of them (`dddd` is `dd` twice, `MMM` is `MM` and `M`); what is
//! no specifier stands for itself.

use std::fmt::Write;

use super::calendar::{TICKS_PER_HOUR, TICKS_PER_MINUTE, date, time_of_day};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Text, map2_nullable};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY, TICKS_PER_SECOND};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&FORMAT_DATETIME, &FORMAT_TIMESPAN]
}

/// Runs of one letter, each no longer than `longest` allows.
fn runs(format: &str, longest: fn(char) -> usize) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for letter in format.chars() {
        match runs.last_mut() {
            Some((last, count)) if *last == letter && *count < longest(letter) => *count += 1,
            _ => runs.push((letter, 1)),
        }
    }
    runs
}

/// The first digits of a second's fraction; trailing zeros go where `trimmed`.
fn push_fraction(out: &mut String, fraction: i64, places: usize, trimmed: bool) {
    let digits = format!("{fraction:07}");
    let kept = &digits[..places.min(7)];
    out.push_str(if trimmed {
        kept.trim_end_matches('0')
    } else {
        kept
    });
}

fn push_number(out: &mut String, number: i64, width: usize) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{number:0width$}");
}

/// A datetime in a format.
fn format_datetime(ticks: i64, format: &str) -> String {
    let day = date(ticks);
    let time = time_of_day(ticks);
    let hour = time / TICKS_PER_HOUR;
    let mut out = String::with_capacity(format.len());
    let longest = |letter| match letter {
        'y' => 4,
        'M' | 'd' | 'H' | 'h' | 'm' | 's' | 't' => 2,
        'f' | 'F' => 7,
        _ => 1,
    };
    for (letter, count) in runs(format, longest) {
        match letter {
            'y' if count > 2 => push_number(&mut out, day.year, count),
            'y' => push_number(&mut out, day.year % 100, count),
            'M' => push_number(&mut out, day.month, count),
            'd' => push_number(&mut out, day.day, count),
            'H' => push_number(&mut out, hour, count),
            'h' => push_number(&mut out, (hour + 11) % 12 + 1, count),
            'm' => push_number(&mut out, time / TICKS_PER_MINUTE % 60, count),
            's' => push_number(&mut out, time / TICKS_PER_SECOND % 60, count),
            'f' | 'F' => push_fraction(&mut out, time % TICKS_PER_SECOND, count, letter == 'F'),
            't' => out.push_str(&(if hour < 12 { "AM" } else { "PM" })[..count]),
            other => out.push(other),
        }
    }
    out
}

/// A timespan in a format; a negative one begins with its sign.
fn format_timespan(ticks: i64, format: &str) -> String {
    let span = ticks.checked_abs().unwrap_or(i64::MAX);
    let mut out = String::with_capacity(format.len() + 1);
    if ticks < 0 {
        out.push('-');
    }
    let longest = |letter| match letter {
        'd' => 8,
        'H' | 'h' | 'm' | 's' => 2,
        'f' | 'F' => 7,
        _ => 1,
    };
    for (letter, count) in runs(format, longest) {
        match letter {
            'd' => push_number(&mut out, span / TICKS_PER_DAY, count),
            'H' | 'h' => push_number(&mut out, span / TICKS_PER_HOUR % 24, count),
            'm' => push_number(&mut out, span / TICKS_PER_MINUTE % 60, count),
            's' => push_number(&mut out, span / TICKS_PER_SECOND % 60, count),
            'f' | 'F' => push_fraction(&mut out, span % TICKS_PER_SECOND, count, letter == 'F'),
            other => out.push(other),
        }
    }
    out
}

static FORMAT_DATETIME: Definition = Definition {
    name: "format_datetime",
    aliases: &[],
    category: Category::DateTime,
    summary: "A datetime as text in a format.",
    examples: &[Example {
        kql: "print format_datetime(datetime(2017-01-29 09:00:05), 'yy-M-dd [hh:mm:ss tt]')",
        rows: r#"[["17-1-29 [09:00:05 AM]"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("date", Accepts::Exactly(Ty::DateTime)),
        Parameter::new("format", Accepts::Exactly(Ty::String)).constant(),
    ]),
    gives: Gives::Always(Ty::String),
    form: Form::Udf(Udf::new(
        "kql_format_datetime",
        &[Ty::DateTime, Ty::String],
        Ty::String,
        |a, n| {
            map2_nullable::<Long, Text, Text>(a, n, |t, format| {
                Some(t.map_or_else(String::new, |t| format_datetime(t, format.unwrap_or(""))))
            })
        },
    )),
};

static FORMAT_TIMESPAN: Definition = Definition {
    name: "format_timespan",
    aliases: &[],
    category: Category::DateTime,
    summary: "A timespan as text in a format.",
    examples: &[Example {
        kql: "print format_timespan(time(29.09:00:05.12345), 'ddd.h:mm:ss [fffffff]'), format_timespan(-2h - 30m, 'hh:mm')",
        rows: r#"[["029.9:00:05 [1234500]", "-02:30"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("timespan", Accepts::Exactly(Ty::TimeSpan)),
        Parameter::new("format", Accepts::Exactly(Ty::String)).constant(),
    ]),
    gives: Gives::Always(Ty::String),
    form: Form::Udf(Udf::new(
        "kql_format_timespan",
        &[Ty::TimeSpan, Ty::String],
        Ty::String,
        |a, n| {
            map2_nullable::<Long, Text, Text>(a, n, |t, format| {
                Some(t.map_or_else(String::new, |t| format_timespan(t, format.unwrap_or(""))))
            })
        },
    )),
};

#[cfg(test)]
mod tests {
    use super::super::text::{parse_datetime, parse_timespan};
    use super::*;

    #[test]
    fn datetimes() {
        for (date, format, text) in [
            (
                "2017-01-29 09:00:05",
                "yyyy-M-dd [H:mm:ss]",
                "2017-1-29 [9:00:05]",
            ),
            (
                "2020-06-15 13:45:09.123",
                "yyyy-MM-dd HH:mm:ss.fff",
                "2020-06-15 13:45:09.123",
            ),
            (
                "2020-06-15 13:45:09",
                "M/d/yyyy h:mm:ss tt",
                "6/15/2020 1:45:09 PM",
            ),
            (
                "2007-03-09 05:04:03",
                "dddd, MMMM d, yyyy",
                "0909, 0303 9, 2007",
            ),
            ("2007-03-09 05:04:03", "ddd MMM", "099 033"),
            ("2020-06-15 13:45:09.0000007", "FFFFFFF", "0000007"),
            ("2020-06-15 13:45:09", "FFFFFFF", ""),
            ("2007-03-09 05:04:03.5", "s.f", "3.5"),
            ("2007-03-09 00:30:00", "hh:mm tt", "12:30 AM"),
        ] {
            assert_eq!(
                format_datetime(parse_datetime(date).unwrap(), format),
                text,
                "{format}"
            );
        }
    }

    #[test]
    fn timespans() {
        for (span, format, text) in [
            ("29.09:00:05.12345", "dd.hh:mm:ss:FF", "29.09:00:05:12"),
            (
                "1.02:03:04.567",
                "dd.hh:mm:ss.fffffff",
                "01.02:03:04.5670000",
            ),
            ("1.02:01:00", "h:m", "2:1"),
            ("-1.02:30:00", "d.hh:mm:ss", "-1.02:30:00"),
            ("-00:01:30", "mm:ss", "-01:30"),
            ("1.01:01:01.123", "d:h:m:s.fff", "1:1:1:1.123"),
        ] {
            assert_eq!(
                format_timespan(parse_timespan(span).unwrap(), format),
                text,
                "{format}"
            );
        }
    }
}
