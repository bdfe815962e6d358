//! The texts that Kusto prints for datetimes and timespans.
//!
//! In: ticks of 100 ns. Out: `2026-01-05T00:00:00.0000000Z`, `-1.02:03:04.5000000`, appended to a
//! buffer. What always holds: `datetime::parse` and `timespan::parse` read back the same ticks.

use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// Days in 400 years of the Gregorian calendar.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where a year's leap day comes last, to 0001-01-01.
const DAYS_BEFORE_YEAR_ONE: i64 = 306;

/// This machine's clock, in ticks since 0001-01-01.
pub fn now() -> i64 {
    let now = chrono::Utc::now();
    let nanos = i64::from(now.timestamp_subsec_nanos());
    UNIX_EPOCH_TICKS + now.timestamp() * TICKS_PER_SECOND + nanos / 100
}

/// Appends a datetime: seven fraction digits and Z. `ticks` count from 0001-01-01T00:00:00Z.
pub fn push_datetime(out: &mut Vec<u8>, ticks: i64) {
    let (year, month, day) = date(ticks.div_euclid(TICKS_PER_DAY));
    let time = ticks.rem_euclid(TICKS_PER_DAY);
    let seconds = time / TICKS_PER_SECOND;
    if year < 0 {
        out.push(b'-');
    }
    push_digits(out, year.unsigned_abs(), 4);
    out.push(b'-');
    push_digits(out, month, 2);
    out.push(b'-');
    push_digits(out, day, 2);
    out.push(b'T');
    push_clock(out, seconds.unsigned_abs());
    out.push(b'.');
    push_digits(out, (time % TICKS_PER_SECOND).unsigned_abs(), 7);
    out.push(b'Z');
}

/// Appends a timespan: `[-][d.]hh:mm:ss[.fffffff]`, the fraction only where there is one.
pub fn push_timespan(out: &mut Vec<u8>, ticks: i64) {
    if ticks < 0 {
        out.push(b'-');
    }
    let ticks = ticks.unsigned_abs();
    let day = TICKS_PER_DAY.unsigned_abs();
    let second = TICKS_PER_SECOND.unsigned_abs();
    if ticks >= day {
        push_digits(out, ticks / day, 1);
        out.push(b'.');
    }
    push_clock(out, ticks % day / second);
    if !ticks.is_multiple_of(second) {
        out.push(b'.');
        push_digits(out, ticks % second, 7);
    }
}

/// A datetime as text of its own.
pub fn datetime_text(ticks: i64) -> String {
    text(ticks, push_datetime)
}

/// A timespan as text of its own.
pub fn timespan_text(ticks: i64) -> String {
    text(ticks, push_timespan)
}

fn text(ticks: i64, push: fn(&mut Vec<u8>, i64)) -> String {
    let mut out = Vec::with_capacity(28);
    push(&mut out, ticks);
    // All that is pushed here is ASCII.
    out.into_iter().map(char::from).collect()
}

fn push_clock(out: &mut Vec<u8>, seconds: u64) {
    push_digits(out, seconds / 3600, 2);
    out.push(b':');
    push_digits(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_digits(out, seconds % 60, 2);
}

/// Appends a number with zeros before it, at least `width` digits.
fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 || digits.len() - at < width {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Year, month and day of a number of days since 0001-01-01.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
fn date(days: i64) -> (i64, u64, u64) {
    let days = days + DAYS_BEFORE_YEAR_ONE;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month.unsigned_abs(), day.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{datetime, timespan};
    use proptest::prelude::*;

    #[test]
    fn known_instants() {
        for (ticks, text) in [
            (0, "0001-01-01T00:00:00.0000000Z"),
            (datetime::MAX_TICKS, "9999-12-31T23:59:59.9999999Z"),
            (UNIX_EPOCH_TICKS, "1970-01-01T00:00:00.0000000Z"),
            // Seconds since 1970 from `date -u -d`.
            (
                UNIX_EPOCH_TICKS + 1_709_209_845 * TICKS_PER_SECOND + 1_234_567,
                "2024-02-29T12:30:45.1234567Z",
            ),
        ] {
            assert_eq!(datetime_text(ticks), text);
        }
    }

    #[test]
    fn timespans_as_kusto_prints_them() {
        for (ticks, text) in [
            (0, "00:00:00"),
            (1, "00:00:00.0000001"),
            (-36_610_000_000, "-01:01:01"),
            (26 * 36_000_000_000, "1.02:00:00"),
            (
                TICKS_PER_DAY + 7384 * TICKS_PER_SECOND + 5_000_000,
                "1.02:03:04.5000000",
            ),
            (3_652_058 * TICKS_PER_DAY, "3652058.00:00:00"),
            (i64::MIN, "-10675199.02:48:05.4775808"),
        ] {
            assert_eq!(timespan_text(ticks), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(ticks in 0..=datetime::MAX_TICKS, span in any::<i64>()) {
            prop_assert_eq!(datetime::parse(&datetime_text(ticks)), Some(ticks));
            // The one span whose amount has no positive counterpart.
            prop_assume!(span != i64::MIN);
            prop_assert_eq!(timespan::parse(&timespan_text(span)), Some(span));
        }
    }
}
