//! One path segment read as a piece of time.
//!
//! In: a segment and the units that the path has so far. Out: [`Piece`]. What always holds: numbers out of
//! range are no time. Only listed keys mean time: `expiry_date=…` must not hide events.

use crate::lake::file::TimeRange;
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};
use chrono::{Months, NaiveDate};

/// A unit of a path level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
}

/// What a segment says about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A number of one unit, which needs the units above it.
    Part(Unit, u32),
    /// A whole range, and the unit that a plain number below it would have.
    Range(TimeRange, Option<Unit>),
}

/// Keys whose value is a date, or a date with a time.
const DATE_KEYS: [&str; 26] = [
    "date",
    "dt",
    "ds",
    "day",
    "time",
    "timestamp",
    "timegenerated",
    "datetime",
    "p_date",
    "part_date",
    "event_date",
    "eventdate",
    "event_day",
    "event_dt",
    "event_time",
    "eventtime",
    "log_date",
    "logdate",
    "ingest_date",
    "ingestdate",
    "ingestion_date",
    "ingestiondate",
    "partition_date",
    "partitiondate",
    "hour",
    "month",
];

/// What a folder named only by digits or a date means, where `next` is the unit that the plain folder
/// above it calls for and `first` says that no folder above means time.
pub(super) fn plain(segment: &str, next: Option<Unit>, first: bool) -> Option<Piece> {
    if let Some(unit) = next {
        return (segment.len() == 2)
            .then(|| number(unit, segment))
            .flatten();
    }
    if !first {
        return None;
    }
    if segment.len() == 4 {
        return number(Unit::Year, segment).filter(|piece| plausible_year(*piece));
    }
    date(segment).filter(|_| {
        segment
            .get(..4)
            .and_then(|year| number(Unit::Year, year))
            .is_some_and(plausible_year)
    })
}

/// A folder `1234` is more likely an id than a year.
fn plausible_year(piece: Piece) -> bool {
    matches!(piece, Piece::Part(Unit::Year, 1990..=2100))
}

/// What `key=value` means, where `has` tells whether the path has a unit already.
pub(super) fn keyed(key: &str, value: &str, has: impl Fn(Unit) -> bool) -> Option<Piece> {
    let key = key.to_ascii_lowercase();
    let unit = match key.as_str() {
        "year" | "yyyy" | "y" | "yr" => Some(Unit::Year),
        "month" | "mm" | "mon" => Some(Unit::Month),
        "day" | "dd" | "d" => Some(Unit::Day),
        "hour" | "hh" | "h" | "hr" => Some(Unit::Hour),
        "minute" | "min" => Some(Unit::Minute),
        // The cloud exports' two: the month above the day, the minute below the hour.
        "m" if has(Unit::Hour) => Some(Unit::Minute),
        "m" if !has(Unit::Month) => Some(Unit::Month),
        _ => None,
    };
    if let Some(piece) = unit.and_then(|unit| number(unit, value)) {
        return Some(piece);
    }
    DATE_KEYS
        .contains(&key.as_str())
        .then(|| date(value))
        .flatten()
}

/// A number of a unit, at most as long as the unit is written.
fn number(unit: Unit, text: &str) -> Option<Piece> {
    let (longest, range) = match unit {
        Unit::Year => (4, 1..=9999),
        Unit::Month => (2, 1..=12),
        Unit::Day => (2, 1..=31),
        Unit::Hour => (2, 0..=23),
        Unit::Minute => (2, 0..=59),
    };
    let shaped = !text.is_empty()
        && text.len() <= longest
        && (unit != Unit::Year || text.len() == longest)
        && text.bytes().all(|b| b.is_ascii_digit());
    let value: u32 = shaped.then(|| text.parse().ok()).flatten()?;
    range.contains(&value).then_some(Piece::Part(unit, value))
}

/// `yyyy-MM-dd`, `yyyyMMdd`, `yyyy-MM`, `yyyyMM`, and a date with a time after it.
///
/// `yyyy-MM-dd-HH` and `yyyyMMddHH` are one hour. A time with minutes (`2026-01-05 06:00:00`) tells where
/// the partition starts and not how long it is: it is taken to last to the end of its day.
pub(super) fn date(text: &str) -> Option<Piece> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let fields = fields(text)?;
    let (year, month) = (i32::try_from(fields[0]).ok()?, fields[1]);
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let Some(&day) = fields.get(2) else {
        let end = first.checked_add_months(Months::new(1))?;
        return Some(Piece::Range(
            TimeRange::new(Some(ticks(first)), Some(ticks(end))),
            Some(Unit::Day),
        ));
    };
    let start = ticks(NaiveDate::from_ymd_opt(year, month, day)?);
    let end = start + TICKS_PER_DAY;
    let valid = |at: usize, limit: u32| fields.get(at).is_none_or(|&value| value < limit);
    if !valid(3, 24) || !valid(4, 60) || !valid(5, 60) {
        return None;
    }
    let seconds = [3600, 60, 1];
    let offset: i64 = fields[3..]
        .iter()
        .zip(seconds)
        .map(|(&value, unit)| i64::from(value) * unit * TICKS_PER_SECOND)
        .sum();
    Some(match fields.len() {
        3 => Piece::Range(TimeRange::new(Some(start), Some(end)), Some(Unit::Hour)),
        4 => {
            let hour = start + offset;
            let end = hour + 3600 * TICKS_PER_SECOND;
            Piece::Range(TimeRange::new(Some(hour), Some(end)), Some(Unit::Minute))
        }
        _ => Piece::Range(TimeRange::new(Some(start + offset), Some(end)), None),
    })
}

/// Two to six numbers: year, month, day, hour, minute, second.
fn fields(text: &str) -> Option<Vec<u32>> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let texts: Vec<&str> = match text.len() {
        6 if digits => vec![&text[..4], &text[4..]],
        8 if digits => vec![&text[..4], &text[4..6], &text[6..]],
        10 if digits => vec![&text[..4], &text[4..6], &text[6..8], &text[8..]],
        _ => {
            // A fraction of a second is no seventh field.
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            if !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            whole.split(['-', '_', ':', 'T', ' ']).collect()
        }
    };
    let lengths = [4, 2, 2, 2, 2, 2];
    let shaped = (2..=6).contains(&texts.len())
        && texts.iter().zip(lengths).all(|(field, length)| {
            field.len() == length && field.bytes().all(|b| b.is_ascii_digit())
        });
    shaped
        .then(|| texts.iter().map(|field| field.parse().ok()).collect())
        .flatten()
}

/// The first tick of a day.
pub(super) fn ticks(day: NaiveDate) -> i64 {
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    UNIX_EPOCH_TICKS + days * TICKS_PER_DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<(i64, i64)> {
        match date(text)? {
            Piece::Range(range, _) => Some((range.start?, range.end?)),
            Piece::Part(..) => None,
        }
    }

    #[test]
    fn dates_in_their_spellings() {
        let leap = ticks(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
        let hour = 3600 * TICKS_PER_SECOND;
        for text in ["2024-02-29", "20240229", "2024_02_29"] {
            assert_eq!(range(text), Some((leap, leap + TICKS_PER_DAY)), "{text}");
        }
        for text in ["2024-02-29-05", "2024022905", "2024-02-29T05"] {
            assert_eq!(
                range(text),
                Some((leap + 5 * hour, leap + 6 * hour)),
                "{text}"
            );
        }
        let day_from_five = Some((leap + 5 * hour, leap + TICKS_PER_DAY));
        assert_eq!(range("2024-02-29 05:00:00.000Z"), day_from_five);
        let february = range("2024-02").unwrap();
        assert_eq!(february.1 - february.0, 29 * TICKS_PER_DAY);
        for text in [
            "2023-02-29",
            "2024-13",
            "29-02-2024",
            "2024-02-29 25",
            "2024-02-29+01:00",
            "",
        ] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn the_epoch_is_chronos_default_date() {
        assert_eq!(ticks(NaiveDate::default()), UNIX_EPOCH_TICKS);
        assert_eq!(ticks(NaiveDate::from_ymd_opt(1, 1, 1).unwrap()), 0);
    }
}
