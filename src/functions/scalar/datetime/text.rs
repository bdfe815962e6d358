//! Datetimes and timespans read from text; `syntax::ticks` prints them.
//!
//! In: any text, as data has it. Out: ticks, None where the text is no time. What always holds: what
//! `syntax::ticks` prints reads back as the same ticks.

use super::calendar::{Date, TICKS_PER_HOUR, TICKS_PER_MINUTE, in_range, midnight};
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// Reads a text from the left.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn digits(&mut self, min: usize, max: usize) -> Option<&'a str> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count < min || count > max {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(digits)
    }

    fn number(&mut self, min: usize, max: usize) -> Option<i64> {
        self.digits(min, max)?.parse().ok()
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(head) = self.rest.get(..token.len()) else {
            return false;
        };
        let found = head.eq_ignore_ascii_case(token);
        if found {
            self.rest = &self.rest[token.len()..];
        }
        found
    }

    fn expect(&mut self, token: &str) -> Option<()> {
        self.take(token).then_some(())
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self) -> &'a str {
        let count = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let (word, rest) = self.rest.split_at(count);
        self.rest = rest;
        word
    }

    /// `.123`, digits beyond the seventh dropped; 0 where there is none.
    fn fraction(&mut self) -> Option<i64> {
        if !self.take(".") {
            return Some(0);
        }
        let digits = self.digits(1, 30)?;
        let kept = &digits[..digits.len().min(7)];
        let places = u32::try_from(kept.len()).ok()?;
        Some(kept.parse::<i64>().ok()? * 10i64.pow(7 - places))
    }
}

/// Any of the forms that Kusto reads: ISO 8601, RFC 822, RFC 850, sortable, and with slashes.
pub fn parse_datetime(text: &str) -> Option<i64> {
    let text = text.trim();
    let forms: [fn(&mut Reader) -> Option<Date>; 3] = [year_first, month_first, named_month];
    forms.into_iter().find_map(|form| {
        let mut reader = Reader { rest: text };
        let date = form(&mut reader)?;
        rest_of_datetime(reader, date)
    })
}

/// `2026-01-05`, `2026/1/5`, `2026-01`, `2026`
fn year_first(reader: &mut Reader) -> Option<Date> {
    let year = reader.number(4, 4)?;
    let mut date = Date {
        year,
        month: 1,
        day: 1,
    };
    let separator = if reader.take("-") {
        "-"
    } else if reader.take("/") {
        "/"
    } else {
        return reader.rest.is_empty().then_some(date);
    };
    date.month = reader.number(1, 2)?;
    if !reader.take(separator) {
        return reader.rest.is_empty().then_some(date);
    }
    date.day = reader.number(1, 2)?;
    Some(date)
}

/// `1/15/2026`, `1-15-2026`
fn month_first(reader: &mut Reader) -> Option<Date> {
    let month = reader.number(1, 2)?;
    let separator = if reader.rest.starts_with('-') {
        "-"
    } else {
        "/"
    };
    reader.expect(separator)?;
    let day = reader.number(1, 2)?;
    reader.expect(separator)?;
    let year = reader.number(4, 4)?;
    Some(Date { year, month, day })
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// `Mon, 5 Jan 26`, `Monday, 05-Jan-26`, `5 Jan 2026`
fn named_month(reader: &mut Reader) -> Option<Date> {
    if !reader.word().is_empty() {
        reader.expect(",")?;
        reader.spaces();
    }
    let day = reader.number(1, 2)?;
    let separator = if reader.take("-") { "-" } else { " " };
    reader.spaces();
    let name = reader.word().to_ascii_lowercase();
    let short = name.get(..3)?;
    let month = MONTHS.iter().position(|month| *month == short)?;
    reader.expect(separator)?;
    let digits = reader.digits(2, 4)?;
    let year: i64 = digits.parse().ok()?;
    let year = match digits.len() {
        2 if year < 50 => 2000 + year,
        2 => 1900 + year,
        4 => year,
        _ => return None,
    };
    Some(Date {
        year,
        month: i64::try_from(month).ok()? + 1,
        day,
    })
}

/// The time and the zone behind a date.
fn rest_of_datetime(mut reader: Reader, date: Date) -> Option<i64> {
    let midnight = midnight(date)?;
    let mut time = 0;
    if !reader.take("T") {
        reader.spaces();
    }
    if reader.rest.starts_with(|c: char| c.is_ascii_digit()) {
        time = time_of_clock(&mut reader)?;
    }
    reader.spaces();
    let offset = zone(&mut reader)?;
    if !reader.rest.is_empty() {
        return None;
    }
    in_range(midnight + time - offset)
}

/// `15:05`, `15:05:02.123`, `3:05:02 PM`
fn time_of_clock(reader: &mut Reader) -> Option<i64> {
    let mut hour = reader.number(1, 2)?;
    reader.expect(":")?;
    let minute = reader.number(2, 2)?;
    let (mut second, mut fraction) = (0, 0);
    if reader.take(":") {
        second = reader.number(2, 2)?;
        fraction = reader.fraction()?;
    }
    let mut half = Reader {
        rest: reader.rest.trim_start(),
    };
    let afternoon = half.take("PM");
    if afternoon || half.take("AM") {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
        reader.rest = half.rest;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * TICKS_PER_SECOND + fraction)
}

/// `Z`, `GMT`, `UTC`, `+02:00`, `-0500`, or nothing; as ticks east of UTC.
fn zone(reader: &mut Reader) -> Option<i64> {
    if reader.take("Z") || reader.take("GMT") || reader.take("UTC") {
        return Some(0);
    }
    let sign = if reader.take("+") {
        1
    } else if reader.take("-") {
        -1
    } else {
        return Some(0);
    };
    let digits = reader.digits(2, 4)?;
    let (hours, minutes): (i64, i64) = match digits.len() {
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        2 if reader.take(":") => (digits.parse().ok()?, reader.number(2, 2)?),
        2 => (digits.parse().ok()?, 0),
        _ => return None,
    };
    (hours <= 14 && minutes <= 59)
        .then_some(sign * (hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE))
}

/// `1.02:03:04.5`, `02:03`, `-1d`, `1.5h`, `90s`, `5ms`. A bare number is no timespan.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let ticks = parse_clock(text).or_else(|| parse_unit(text))?;
    Some(if negative { -ticks } else { ticks })
}

fn parse_clock(text: &str) -> Option<i64> {
    let mut reader = Reader { rest: text };
    let first = reader.number(1, 8)?;
    let (days, hours) = if reader.take(".") {
        (first, reader.number(1, 2)?)
    } else {
        (0, first)
    };
    reader.expect(":")?;
    let minutes = reader.number(1, 2)?;
    let (mut seconds, mut fraction) = (0, 0);
    if reader.take(":") {
        seconds = reader.number(1, 2)?;
        fraction = reader.fraction()?;
    }
    if !reader.rest.is_empty() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    seconds.checked_mul(TICKS_PER_SECOND)?.checked_add(fraction)
}

fn parse_unit(text: &str) -> Option<i64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(split);
    let unit = match unit.trim_start() {
        "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => TICKS_PER_HOUR,
        "m" | "min" | "minute" | "minutes" => TICKS_PER_MINUTE,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => TICKS_PER_SECOND / 1_000,
        "microsecond" | "microseconds" | "micro" | "micros" => 10,
        "tick" | "ticks" => 1,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(unit);
    }
    let ticks = number.parse::<f64>().ok()? * unit as f64;
    (ticks.abs() < i64::MAX as f64).then_some(ticks.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::super::calendar::MAX_TICKS;
    use super::*;
    use crate::syntax::ticks::{datetime_text, timespan_text};
    use proptest::prelude::*;

    fn reprint(text: &str) -> String {
        parse_datetime(text).map_or_else(|| "null".to_owned(), datetime_text)
    }

    #[test]
    fn reads_every_documented_form() {
        for text in [
            "2014-11-08T15:05:02Z",
            "2014-11-08T15:05:02",
            "2014-11-08 15:05:02.0000000Z",
            "2014-11-08 15:05:02 GMT",
            "2014-11-08T17:05:02+02:00",
            "2014-11-08T10:05:02-0500",
            "Sat, 8 Nov 14 15:05:02 GMT",
            "8 Nov 14 15:05:02",
            "Saturday, 08-Nov-14 15:05:02 GMT",
            "11/8/2014 3:05:02 PM",
            "11-08-2014 15:05:02",
            "2014/11/08 15:05:02",
            "  2014-11-08T15:05:02.00000000000Z ",
        ] {
            assert_eq!(reprint(text), "2014-11-08T15:05:02.0000000Z", "{text}");
        }
        assert_eq!(reprint("2020-01-01"), "2020-01-01T00:00:00.0000000Z");
        assert_eq!(
            reprint("9999-12-31T23:59:59.9999999Z"),
            "9999-12-31T23:59:59.9999999Z"
        );
        for text in [
            "not a date",
            "",
            "2020-02-30",
            "2020-13-01",
            "2020-01-01T24:00:00",
            "2020-01-01 nonsense",
            "12:30",
            "10000-01-01",
            "0001-01-01T00:00:00+01:00",
        ] {
            assert_eq!(reprint(text), "null", "{text}");
        }
    }

    #[test]
    fn reads_and_prints_timespans() {
        for (text, printed) in [
            ("1d", "1.00:00:00"),
            ("2h", "02:00:00"),
            ("90s", "00:01:30"),
            ("-1d", "-1.00:00:00"),
            ("00:00:00.001", "00:00:00.0010000"),
            ("1.5h", "01:30:00"),
            ("1tick", "00:00:00.0000001"),
            ("-1.02:03:04.5", "-1.02:03:04.5000000"),
        ] {
            assert_eq!(
                parse_timespan(text).map(timespan_text).as_deref(),
                Some(printed),
                "{text}"
            );
        }
        for text in ["1.5", "", "abc", "24:00:00", "1x", "d"] {
            assert_eq!(parse_timespan(text), None, "{text}");
        }
        assert_eq!(timespan_text(i64::MIN), "-10675199.02:48:05.4775808");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(ticks in 0..=MAX_TICKS, span in any::<i64>()) {
            prop_assert_eq!(parse_datetime(&datetime_text(ticks)), Some(ticks));
            prop_assume!(span != i64::MIN);
            prop_assert_eq!(parse_timespan(&timespan_text(span)), Some(span));
        }

        #[test]
        fn no_text_is_too_much(text in any::<String>()) {
            let _ = parse_datetime(&text);
            let _ = parse_timespan(&text);
        }
    }
}
