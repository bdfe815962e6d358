//! The time and the partitions of a path, read segment by segment from the table downwards.

use chrono::{Months, NaiveDate};

use super::LayoutChoice;
use super::units::{self, Piece, Unit};
use crate::lake::file::TimeRange;
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// What Hive and Spark call a partition without a value.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// What the segments of a path have said so far.
#[derive(Debug, Clone, Default)]
pub struct PathTime {
    /// Year, month, day, hour, minute.
    parts: [Option<u32>; 5],
    /// Whole ranges (`date=2026-01-05`), intersected.
    dates: Option<TimeRange>,
    /// Two segments that cannot both be true.
    unclear: bool,
    /// The unit that a plain number in the next segment would have.
    next: Option<Unit>,
    partitions: Vec<(String, String)>,
    /// The segments that mean time, as a pattern: `year=`, `yyyy`.
    pattern: Vec<String>,
}

impl PathTime {
    /// This path with one more folder.
    pub fn below(&self, segment: &str, choice: &LayoutChoice) -> PathTime {
        let mut path = self.clone();
        match segment.split_once('=') {
            Some((key, value)) if !key.is_empty() => path.keyed(key, &decoded(value), choice),
            _ => path.plain(segment, choice),
        }
        path
    }

    fn keyed(&mut self, key: &str, value: &str, choice: &LayoutChoice) {
        self.next = None;
        let is_null = value == NULL_PARTITION;
        let stored = if is_null { "" } else { value };
        self.partitions.push((key.to_owned(), stored.to_owned()));
        let has = |unit: Unit| self.parts[unit as usize].is_some();
        let piece = match choice {
            LayoutChoice::Auto | LayoutChoice::Hive => units::keyed(key, value, has),
            LayoutChoice::Export => {
                units::keyed(key, value, has).filter(|piece| matches!(piece, Piece::Part(..)))
            }
            LayoutChoice::HiveKey(wanted) if wanted.eq_ignore_ascii_case(key) => units::date(value),
            LayoutChoice::HiveKey(_) | LayoutChoice::Adx | LayoutChoice::Flat => None,
        };
        if let Some(piece) = piece {
            self.take(piece);
            self.pattern.push(format!("{key}="));
        }
    }

    fn plain(&mut self, segment: &str, choice: &LayoutChoice) {
        let allowed = match choice {
            LayoutChoice::Auto | LayoutChoice::Adx => true,
            LayoutChoice::Hive
            | LayoutChoice::HiveKey(_)
            | LayoutChoice::Export
            | LayoutChoice::Flat => false,
        };
        let first = self.pattern.is_empty();
        let piece = allowed
            .then(|| units::plain(segment, self.next, first))
            .flatten();
        self.next = None;
        let Some(piece) = piece else { return };
        let shape = match piece {
            Piece::Part(Unit::Year, _) => "yyyy",
            Piece::Part(Unit::Month, _) => "MM",
            Piece::Part(Unit::Day, _) => "dd",
            Piece::Part(Unit::Hour, _) => "HH",
            Piece::Part(Unit::Minute, _) => "mm",
            Piece::Range(..) => "date",
        };
        self.take(piece);
        self.pattern.push(shape.to_owned());
        self.next = match piece {
            Piece::Part(Unit::Year, _) => Some(Unit::Month),
            Piece::Part(Unit::Month, _) => Some(Unit::Day),
            Piece::Part(Unit::Day, _) => Some(Unit::Hour),
            Piece::Part(Unit::Hour, _) => Some(Unit::Minute),
            Piece::Part(Unit::Minute, _) => None,
            Piece::Range(_, next) => next,
        };
    }

    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Part(unit, value) => {
                let slot = &mut self.parts[unit as usize];
                self.unclear |= slot.is_some_and(|old| old != value);
                *slot = Some(value);
            }
            Piece::Range(range, _) => {
                let known = self.dates.unwrap_or_default();
                self.unclear |= !known.overlaps(&range);
                self.dates = Some(known.intersect(&range));
            }
        }
    }

    /// The time that the path stands for; None where it says nothing, or nothing clear.
    pub fn range(&self) -> Option<TimeRange> {
        if self.unclear {
            return None;
        }
        match (self.parts_range(), self.dates) {
            (Ok(None), dates) => dates,
            (Ok(Some(parts)), None) => Some(parts),
            (Ok(Some(parts)), Some(dates)) => {
                parts.overlaps(&dates).then(|| parts.intersect(&dates))
            }
            // 31 February: whoever wrote it, the path tells nothing.
            (Err(NoSuchDay), _) => None,
        }
    }

    /// The range of year, month, day, hour and minute, or of an hour below a date.
    fn parts_range(&self) -> Result<Option<TimeRange>, NoSuchDay> {
        let [year, month, day, hour, minute] = self.parts;
        let whole = |start: i64, length: i64| TimeRange::new(Some(start), Some(start + length));
        let day_range = match (year, month, day) {
            (Some(year), month, day) => {
                let year = i32::try_from(year).map_err(|_| NoSuchDay)?;
                let date = |m, d| NaiveDate::from_ymd_opt(year, m, d).ok_or(NoSuchDay);
                let (start, months) = match (month, day) {
                    (Some(month), Some(day)) => {
                        let day = units::ticks(date(month, day)?);
                        return Ok(Some(within_day(whole(day, TICKS_PER_DAY), hour, minute)));
                    }
                    (Some(month), None) => (date(month, 1)?, 1),
                    (None, _) => (date(1, 1)?, 12),
                };
                let end = start
                    .checked_add_months(Months::new(months))
                    .ok_or(NoSuchDay)?;
                Some(TimeRange::new(
                    Some(units::ticks(start)),
                    Some(units::ticks(end)),
                ))
            }
            (None, ..) => None,
        };
        // `date=2026-01-05/hour=3`: the day comes from the date.
        Ok(day_range.or_else(|| {
            let date = self.dates.filter(|d| match (d.start, d.end) {
                (Some(start), Some(end)) => end - start == TICKS_PER_DAY,
                (None, _) | (_, None) => false,
            })?;
            hour.map(|_| within_day(date, hour, minute))
        }))
    }

    /// `name=value` folders, outermost first, values percent-decoded; "" where the value is null.
    pub fn partitions(&self) -> &[(String, String)] {
        &self.partitions
    }

    /// The time levels as a pattern, `y=/m=/d=/h=/m=` or `yyyy/MM/dd`; empty where no folder means time.
    pub fn pattern(&self) -> String {
        self.pattern.join("/")
    }
}

struct NoSuchDay;

/// A day, from an hour and a minute on.
///
/// An hour folder lasts an hour. A minute folder lasts to the end of its hour: the exports write
/// `h=05/m=00` for the whole hour and `m=05` for five minutes, and the path does not tell which.
fn within_day(day: TimeRange, hour: Option<u32>, minute: Option<u32>) -> TimeRange {
    let (Some(start), Some(hour)) = (day.start, hour) else {
        return day;
    };
    let hour_start = start + i64::from(hour) * 3600 * TICKS_PER_SECOND;
    let minutes = i64::from(minute.unwrap_or(0)) * 60 * TICKS_PER_SECOND;
    TimeRange::new(
        Some(hour_start + minutes),
        Some(hour_start + 3600 * TICKS_PER_SECOND),
    )
}

/// The text with `%20` and its like decoded, as Spark and pyarrow encode partition values; as it is where
/// that gives no UTF-8.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .filter(|hex| bytes[at] == b'%' && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, choice: &LayoutChoice) -> PathTime {
        path.split('/').fold(PathTime::default(), |time, segment| {
            time.below(segment, choice)
        })
    }

    fn at(text: &str) -> i64 {
        let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap();
        crate::symbols::UNIX_EPOCH_TICKS + time.and_utc().timestamp() * TICKS_PER_SECOND
    }

    fn auto(path: &str) -> Option<(i64, i64)> {
        let range = read(path, &LayoutChoice::Auto).range()?;
        Some((range.start?, range.end?))
    }

    #[test]
    fn every_layout_gives_its_range() {
        for (path, start, end) in [
            ("date=2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
            ("dt=20241231", "2024-12-31T00:00", "2025-01-01T00:00"),
            ("year=2024", "2024-01-01T00:00", "2025-01-01T00:00"),
            ("year=2024/month=2", "2024-02-01T00:00", "2024-03-01T00:00"),
            (
                "year=2024/month=02/day=09/hour=23",
                "2024-02-09T23:00",
                "2024-02-10T00:00",
            ),
            (
                "date=2024-02-09/hour=3",
                "2024-02-09T03:00",
                "2024-02-09T04:00",
            ),
            (
                "date=2024-02-09/hour=2024-02-09-03",
                "2024-02-09T03:00",
                "2024-02-09T04:00",
            ),
            (
                "tenantId=x/y=2024/m=03/d=04/h=05/m=00",
                "2024-03-04T05:00",
                "2024-03-04T06:00",
            ),
            (
                "y=2024/m=03/d=04/h=05/m=35",
                "2024-03-04T05:35",
                "2024-03-04T06:00",
            ),
            ("2024/03", "2024-03-01T00:00", "2024-04-01T00:00"),
            ("2024/03/04", "2024-03-04T00:00", "2024-03-05T00:00"),
            ("2024/03/04/05", "2024-03-04T05:00", "2024-03-04T06:00"),
            ("2024-03-04/05", "2024-03-04T05:00", "2024-03-04T06:00"),
            ("20240304", "2024-03-04T00:00", "2024-03-05T00:00"),
            (
                "month=2024-02/day=2024-02-09",
                "2024-02-09T00:00",
                "2024-02-10T00:00",
            ),
            (
                "hour=2024-02-09%2003%3A00%3A00",
                "2024-02-09T03:00",
                "2024-02-10T00:00",
            ),
            (
                "year=2024/date=2024-02-09",
                "2024-02-09T00:00",
                "2024-02-10T00:00",
            ),
        ] {
            assert_eq!(auto(path), Some((at(start), at(end))), "{path}");
        }
    }

    #[test]
    fn what_is_unclear_narrows_nothing() {
        for path in [
            "region=eu",
            "expiry=2024-01-01",
            "1234/05/06",
            "date=__HIVE_DEFAULT_PARTITION__",
            "year=2024/date=2023-02-09",
            "date=2024-02-09/event_date=2024-02-10",
            "year=2024/month=02/day=31",
            "day=05",
            "week=12",
            "part/12",
        ] {
            assert_eq!(auto(path), None, "{path}");
        }
    }

    #[test]
    fn a_choice_limits_what_means_time() {
        let ranged = |path, choice| read(path, &choice).range().is_some();
        assert!(!ranged("date=2024-02-09", LayoutChoice::Flat));
        assert!(!ranged("date=2024-02-09", LayoutChoice::Export));
        assert!(!ranged("2024/02", LayoutChoice::Hive));
        assert!(ranged("2024/02", LayoutChoice::Adx));
        assert!(ranged(
            "expiry=2024-01-01",
            LayoutChoice::HiveKey("Expiry".into())
        ));
    }

    #[test]
    fn partitions_keep_order_and_are_decoded() {
        let path = read(
            "region=eu%2Fwest/date=2024-01-01/site=__HIVE_DEFAULT_PARTITION__/x",
            &LayoutChoice::Auto,
        );
        let pairs: Vec<_> = path
            .partitions()
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("region", "eu/west"), ("date", "2024-01-01"), ("site", "")]
        );
        assert_eq!(path.pattern(), "date=");
    }
}
