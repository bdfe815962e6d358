//! The text of a datetime.
//!
//! In: ISO 8601 (whole or in part), RFC 822, RFC 850 and the sortable forms. Out: ticks of 100 ns
//! since 0001-01-01T00:00:00Z. What always holds: the result lies in the years 0001 to 9999; a text
//! without an offset is UTC.
//!
//! Source: "The datetime data type" of the Kusto reference, section "Supported formats".

use super::timespan::fraction_ticks;
use crate::symbols::types::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// Ticks of 9999-12-31T23:59:59.9999999.
pub const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// Reads a datetime as `datetime(…)` and todatetime() take it.
pub fn parse(text: &str) -> Option<i64> {
    if !text.is_ascii() {
        // Web pages put no-break spaces between date and time.
        return parse_ascii(&text.replace(char::is_whitespace, " "));
    }
    parse_ascii(text)
}

fn parse_ascii(text: &str) -> Option<i64> {
    let mut reader = Reader {
        rest: text.trim().as_bytes(),
    };
    let date = reader.date()?;
    let mut ticks = days_since_year_one(date)? * TICKS_PER_DAY;
    reader.separator();
    if !reader.rest.is_empty() && !reader.at_offset() {
        ticks += reader.time()?;
    }
    ticks -= reader.offset()?;
    (reader.rest.is_empty() && (0..=MAX_TICKS).contains(&ticks)).then_some(ticks)
}

/// The days from 0001-01-01 to a date of the Gregorian calendar; None for no such date.
fn days_since_year_one((year, month, day): (i64, i64, i64)) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let month = month as usize;
    let length = BEFORE[month] - BEFORE[month - 1] + i64::from(leap && month == 2);
    if !(1..=length).contains(&day) {
        return None;
    }
    let past = year - 1;
    let leap_days = past / 4 - past / 100 + past / 400;
    let this_year = BEFORE[month - 1] + i64::from(leap && month > 2) + day - 1;
    Some(past * 365 + leap_days + this_year)
}

struct Reader<'t> {
    rest: &'t [u8],
}

impl<'t> Reader<'t> {
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && !self.rest.is_empty();
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn take_while(&mut self, keep: impl Fn(&u8) -> bool) -> &'t str {
        let length = self.rest.iter().take_while(|b| keep(b)).count();
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        std::str::from_utf8(taken).unwrap_or_default()
    }

    /// Digits, as many as stand there, with their count.
    fn number(&mut self) -> Option<(i64, usize)> {
        let digits = self.take_while(u8::is_ascii_digit);
        if digits.len() > 9 {
            return None;
        }
        Some((digits.parse().ok()?, digits.len()))
    }

    fn date(&mut self) -> Option<(i64, i64, i64)> {
        if self.peek().is_ascii_alphabetic() {
            // `Sat,` or `Saturday,`: the weekday is not checked, as in Kusto.
            self.take_while(u8::is_ascii_alphabetic);
            self.eat(b',');
            self.spaces();
            let (day, _) = self.number()?;
            return self.named_month(day);
        }
        let (first, digits) = self.number()?;
        match (digits, self.peek()) {
            (8, b'T' | b' ' | 0 | b'Z') => Some((first / 10_000, first / 100 % 100, first % 100)),
            (4, b'-' | b'/') => {
                let mark = self.peek();
                self.eat(mark);
                let (month, _) = self.number()?;
                let day = if self.eat(mark) { self.number()?.0 } else { 1 };
                Some((first, month, day))
            }
            (4, b',') => {
                self.eat(b',');
                self.spaces();
                let (month, _) = self.number()?;
                self.eat(b',').then_some(())?;
                self.spaces();
                Some((first, month, self.number()?.0))
            }
            (4, _) => Some((first, 1, 1)),
            (1 | 2, b'/') => self.month_first(first, b'/'),
            (1 | 2, b'-') if self.rest.get(1).is_some_and(u8::is_ascii_digit) => {
                self.month_first(first, b'-')
            }
            (1 | 2, b' ' | b'-') => self.named_month(first),
            _ => None,
        }
    }

    /// `/8/2014` or `-08-2014` after the month.
    fn month_first(&mut self, month: i64, mark: u8) -> Option<(i64, i64, i64)> {
        self.eat(mark).then_some(())?;
        let (day, _) = self.number()?;
        self.eat(mark).then_some(())?;
        let (year, digits) = self.number()?;
        (digits == 4).then_some((year, month, day))
    }

    /// ` Nov 2014` or `-Nov-14` after the day.
    fn named_month(&mut self, day: i64) -> Option<(i64, i64, i64)> {
        if !self.eat(b'-') {
            self.spaces();
        }
        let name = self.take_while(u8::is_ascii_alphabetic);
        let month = month_number(name)?;
        if !self.eat(b'-') {
            self.spaces();
        }
        let (year, digits) = self.number()?;
        let year = match (digits, year) {
            (2, 0..=29) => 2000 + year,
            (2, _) => 1900 + year,
            (4, _) => year,
            _ => return None,
        };
        Some((year, month, day))
    }

    fn separator(&mut self) {
        self.eat(b',');
        if !self.eat(b'T') && !self.eat(b't') {
            self.spaces();
        }
    }

    fn at_offset(&self) -> bool {
        matches!(self.peek(), b'Z' | b'z' | b'+' | b'-' | b'G' | b'U')
    }

    fn time(&mut self) -> Option<i64> {
        let (mut hours, _) = self.number()?;
        let (mut minutes, mut seconds, mut fraction) = (0, 0, 0);
        if self.eat(b':') {
            minutes = self.number()?.0;
            if self.eat(b':') {
                seconds = self.number()?.0;
                if self.eat(b'.') || self.eat(b',') {
                    fraction = fraction_ticks(self.take_while(u8::is_ascii_digit))?;
                }
            }
        }
        self.spaces();
        if matches!(self.peek(), b'A' | b'a' | b'P' | b'p') {
            let half = self.take_while(u8::is_ascii_alphabetic);
            if !(1..=12).contains(&hours) {
                return None;
            }
            hours = hours % 12
                + match half {
                    "AM" | "am" => 0,
                    "PM" | "pm" => 12,
                    _ => return None,
                };
            self.spaces();
        }
        if hours > 23 || minutes > 59 || seconds > 59 {
            return None;
        }
        Some((hours * 3600 + minutes * 60 + seconds) * TICKS_PER_SECOND + fraction)
    }

    /// `Z`, `GMT`, `+02:00`, `-0530`, nothing: in ticks.
    fn offset(&mut self) -> Option<i64> {
        self.spaces();
        if self.peek().is_ascii_alphabetic() {
            return matches!(
                self.take_while(u8::is_ascii_alphabetic),
                "Z" | "z" | "GMT" | "UTC" | "UT"
            )
            .then_some(0);
        }
        let sign = match self.peek() {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        self.rest = &self.rest[1..];
        let (mut hours, digits) = self.number()?;
        let mut minutes = 0;
        if digits == 4 {
            (hours, minutes) = (hours / 100, hours % 100);
        } else if self.eat(b':') {
            minutes = self.number()?.0;
        }
        (hours <= 14 && minutes <= 59)
            .then_some(sign * (hours * 3600 + minutes * 60) * TICKS_PER_SECOND)
    }
}

fn month_number(name: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let found = MONTHS
        .iter()
        .position(|month| *month == name || (name.len() == 3 && month.starts_with(&name)))?;
    Some(found as i64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::types::UNIX_EPOCH_TICKS;

    #[test]
    fn known_instants() {
        // Seconds since 1970, from `date -u -d`.
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2024-02-29T12:30:45Z", 1_709_209_845),
            ("2024-02-29 12:30:45", 1_709_209_845),
            ("2024-02-29T12:30:45+02:00", 1_709_202_645),
            ("2024-02-29 12:30:45 -0530", 1_709_229_645),
            ("2014", 1_388_534_400),
            ("2014-11", 1_414_800_000),
            ("2014-11-08 15:05", 1_415_459_100),
            ("2014-11-8T15", 1_415_458_800),
            ("Sat, 8 Nov 2014 15:05:25 GMT", 1_415_459_125),
            ("8 Nov 2014 15:05:25", 1_415_459_125),
            ("Saturday, 08-Nov-14 15:05:25 GMT", 1_415_459_125),
            ("11/8/2014 3:05:25 PM", 1_415_459_125),
            ("11-08-2014", 1_415_404_800),
            ("20141108", 1_415_404_800),
            ("2014, 11, 8", 1_415_404_800),
        ] {
            let expected = UNIX_EPOCH_TICKS + seconds * TICKS_PER_SECOND;
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_ends_and_the_seventh_digit() {
        assert_eq!(parse("0001-01-01"), Some(0));
        assert_eq!(parse("9999-12-31 23:59:59.9999999"), Some(MAX_TICKS));
        assert_eq!(
            parse("2024-01-01 00:00:00.1234567").map(|t| t % TICKS_PER_SECOND),
            Some(1_234_567)
        );
    }

    #[test]
    fn not_a_datetime() {
        for text in [
            "",
            "x",
            "2024-13-01",
            "2023-02-29",
            "2024-01-01 24:00",
            "2024-01-01 5 x",
            "0000-01-01",
            "9999-12-31T23:59:59-01:00",
            "2024-01-01 é",
            "1/2/22",
            "8 Nov 214",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
