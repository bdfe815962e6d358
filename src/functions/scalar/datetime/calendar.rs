//! The civil calendar over ticks: days, months, weeks of the years 1 to 9999.
//!
//! In and out: ticks of 100 ns since 0001-01-01. What always holds: a result outside those years is
//! None. Source: the proleptic Gregorian calendar; week numbers by ISO 8601.

use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// The last tick of the year 9999.
pub const MAX_TICKS: i64 = 3_155_378_975_999_999_999;
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;

const DAYS_PER_400_YEARS: i64 = 146_097;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// The ticks if they are a datetime.
pub fn in_range(ticks: i64) -> Option<i64> {
    (0..=MAX_TICKS).contains(&ticks).then_some(ticks)
}

/// Moves a datetime by a timespan.
pub fn plus(ticks: i64, span: i64) -> Option<i64> {
    ticks.checked_add(span).and_then(in_range)
}

/// Days since 0001-01-01 of a day of any year.
///
/// Years are counted from March, so that the leap day is a year's last.
pub fn days_of(date: Date) -> i64 {
    let year = date.year - i64::from(date.month <= 2);
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let month_from_march = (date.month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    // 0001-01-01 is 306 days after 0000-03-01.
    cycle * DAYS_PER_400_YEARS + day_of_cycle - 306
}

/// The day that begins so many days after 0001-01-01.
pub fn date_of_days(days: i64) -> Date {
    let days = days + 306;
    let cycle = days.div_euclid(DAYS_PER_400_YEARS);
    let day_of_cycle = days.rem_euclid(DAYS_PER_400_YEARS);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
        - day_of_cycle / 146_096)
        / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    Date {
        year: cycle * 400 + year_of_cycle + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
    }
}

/// The day of a datetime.
pub fn date(ticks: i64) -> Date {
    date_of_days(ticks.div_euclid(TICKS_PER_DAY))
}

/// Ticks since midnight.
pub fn time_of_day(ticks: i64) -> i64 {
    ticks.rem_euclid(TICKS_PER_DAY)
}

/// How many days a month has.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The ticks of a day's midnight, where there is such a day in the years 1 to 9999.
pub fn midnight(date: Date) -> Option<i64> {
    let valid = (1..=9999).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=days_in_month(date.year, date.month)).contains(&date.day);
    valid.then(|| days_of(date) * TICKS_PER_DAY)
}

/// 0 for Sunday to 6 for Saturday.
pub fn weekday(ticks: i64) -> i64 {
    // 0001-01-01 is a Monday.
    (ticks.div_euclid(TICKS_PER_DAY) + 1).rem_euclid(7)
}

/// 1 for the first of January.
pub fn day_of_year(ticks: i64) -> i64 {
    let first = Date {
        year: date(ticks).year,
        month: 1,
        day: 1,
    };
    ticks.div_euclid(TICKS_PER_DAY) - days_of(first) + 1
}

/// The week number of ISO 8601: weeks begin on Monday, and belong to the year of their Thursday.
pub fn iso_week(ticks: i64) -> i64 {
    let days = ticks.div_euclid(TICKS_PER_DAY);
    week_of_middle(days - days.rem_euclid(7) + 3)
}

/// The older week number: weeks begin on Sunday, and belong to the year of their Wednesday.
pub fn sunday_week(ticks: i64) -> i64 {
    let days = ticks.div_euclid(TICKS_PER_DAY);
    week_of_middle(days - weekday(ticks) + 3)
}

/// The number of a week, told by its fourth day.
fn week_of_middle(middle: i64) -> i64 {
    let first = Date {
        year: date_of_days(middle).year,
        month: 1,
        day: 1,
    };
    (middle - days_of(first)) / 7 + 1
}

/// Months since January of year 0.
pub fn months(ticks: i64) -> i64 {
    let date = date(ticks);
    date.year * 12 + date.month - 1
}

/// A unit whose beginnings cut time into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    /// Begins on Sunday.
    Week,
    Month,
    Year,
}

/// The first tick of the period that `ticks` is in, moved by `offset` periods; not checked to be a
/// datetime, so that the end of the last period can be reckoned.
fn start_unchecked(period: Period, ticks: i64, offset: i64) -> Option<i64> {
    let days = ticks.div_euclid(TICKS_PER_DAY);
    // Nothing that far is a datetime; the bound keeps the products below small.
    if !(-4_000_000..=4_000_000).contains(&offset) {
        return None;
    }
    let days = match period {
        Period::Day => days + offset,
        Period::Week => days - weekday(ticks) + 7 * offset,
        Period::Month => {
            let months = months(ticks) + offset;
            days_of(Date {
                year: months.div_euclid(12),
                month: months.rem_euclid(12) + 1,
                day: 1,
            })
        }
        Period::Year => days_of(Date {
            year: date(ticks).year + offset,
            month: 1,
            day: 1,
        }),
    };
    days.checked_mul(TICKS_PER_DAY)
}

/// The first tick of the period, moved by `offset` periods.
pub fn start_of(period: Period, ticks: i64, offset: i64) -> Option<i64> {
    start_unchecked(period, ticks, offset).and_then(in_range)
}

/// The last tick of the period, moved by `offset` periods.
pub fn end_of(period: Period, ticks: i64, offset: i64) -> Option<i64> {
    start_unchecked(period, ticks, offset.checked_add(1)?).and_then(|next| in_range(next - 1))
}

/// Moves by months; a day that the month lacks becomes its last.
pub fn add_months(ticks: i64, count: i64) -> Option<i64> {
    let months = months(ticks).checked_add(count)?;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let day = date(ticks).day.min(days_in_month(year, month));
    midnight(Date { year, month, day }).map(|midnight| midnight + time_of_day(ticks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Days, Months, NaiveDate};
    use proptest::prelude::*;

    fn chrono_date(ticks: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(1, 1, 1).unwrap()
            + Days::new(ticks.div_euclid(TICKS_PER_DAY).unsigned_abs())
    }

    fn ticks_of(date: NaiveDate) -> i64 {
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        (date - first).num_days() * TICKS_PER_DAY
    }

    #[test]
    fn the_years_end_where_kusto_ends_them() {
        let last = Date {
            year: 9999,
            month: 12,
            day: 31,
        };
        assert_eq!(midnight(last), Some(MAX_TICKS - TICKS_PER_DAY + 1));
        assert_eq!(end_of(Period::Year, MAX_TICKS, 0), Some(MAX_TICKS));
        assert_eq!(start_of(Period::Year, MAX_TICKS, 1), None);
        assert_eq!(end_of(Period::Week, MAX_TICKS, 0), None);
        assert_eq!(start_of(Period::Day, 0, i64::MIN), None);
        assert_eq!(add_months(0, i64::MAX), None);
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(ticks in 0..=MAX_TICKS, offset in -30i64..30) {
            let theirs = chrono_date(ticks);
            let ours = date(ticks);
            prop_assert_eq!(
                (ours.year, ours.month, ours.day),
                (i64::from(theirs.year()), i64::from(theirs.month()), i64::from(theirs.day()))
            );
            prop_assert_eq!(days_of(ours) * TICKS_PER_DAY + time_of_day(ticks), ticks);
            prop_assert_eq!(weekday(ticks), i64::from(theirs.weekday().num_days_from_sunday()));
            prop_assert_eq!(day_of_year(ticks), i64::from(theirs.ordinal()));
            prop_assert_eq!(iso_week(ticks), i64::from(theirs.iso_week().week()));

            let moved = if offset < 0 {
                theirs.checked_sub_months(Months::new(offset.unsigned_abs() as u32))
            } else {
                theirs.checked_add_months(Months::new(offset as u32))
            };
            let expected = moved
                .filter(|d| (1..=9999).contains(&d.year()))
                .map(|d| ticks_of(d) + time_of_day(ticks));
            prop_assert_eq!(add_months(ticks, offset), expected);

            let month = start_of(Period::Month, ticks, 0).unwrap();
            prop_assert_eq!(month, ticks_of(theirs.with_day(1).unwrap()));
            prop_assert!(end_of(Period::Month, ticks, 0).unwrap() >= ticks);
            let year = start_of(Period::Year, ticks, 0).unwrap();
            prop_assert_eq!(year, ticks_of(theirs.with_ordinal(1).unwrap()));
        }
    }
}
