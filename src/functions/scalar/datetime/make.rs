//! Datetimes and timespans from numbers: `make_datetime`, `make_timespan`, `unixtime_…_todatetime`.

use super::calendar::{Date, in_range, midnight};
use crate::functions::scalar::conversion::text::truncate;
use crate::functions::scalar::conversion::{convert, udfs_into};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Real, map_all, map2};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, sql,
};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &MAKE_DATETIME,
        &MAKE_TIMESPAN,
        &UNIX_SECONDS,
        &UNIX_MILLISECONDS,
        &UNIX_MICROSECONDS,
        &UNIX_NANOSECONDS,
    ]
}

/// Ticks of a time of day; None where a part is out of its range.
fn clock(hour: f64, minute: f64, second: f64) -> Option<i64> {
    let valid = (0.0..24.0).contains(&hour)
        && (0.0..60.0).contains(&minute)
        && (0.0..60.0).contains(&second);
    let whole = (hour.trunc() * 60.0 + minute.trunc()) * 60.0;
    valid.then(|| {
        whole as i64 * TICKS_PER_SECOND + (second * TICKS_PER_SECOND as f64).round() as i64
    })
}

fn datetime(parts: &[Option<f64>]) -> Option<i64> {
    let part = |at: usize| parts.get(at).copied().unwrap_or(Some(0.0));
    let date = Date {
        year: truncate(part(0)?)?,
        month: truncate(part(1)?)?,
        day: truncate(part(2)?)?,
    };
    in_range(midnight(date)? + clock(part(3)?, part(4)?, part(5)?)?)
}

/// Two or three parts are hours, minutes, seconds; four begin with days.
fn timespan(parts: &[Option<f64>]) -> Option<i64> {
    let (days, time) = match parts {
        [days, time @ ..] if time.len() == 3 => (truncate((*days)?)?, time),
        time => (0, time),
    };
    let part = |at: usize| time.get(at).copied().unwrap_or(Some(0.0));
    let time = clock(part(0)?, part(1)?, part(2)?)?;
    // The last whole day of a timespan.
    (0..=10_675_199)
        .contains(&days)
        .then(|| days.checked_mul(TICKS_PER_DAY)?.checked_add(time))?
}

static MAKE_DATETIME: Definition = Definition {
    name: "make_datetime",
    aliases: &[],
    category: Category::DateTime,
    summary: "A datetime from year, month, day and the time of day; null where there is none.",
    examples: &[Example {
        kql: "print make_datetime(2020, 2, 29, 13, 45, 9), make_datetime(2020, 13, 1)",
        rows: r#"[["2020-02-29T13:45:09.0000000Z", null]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("year", Accepts::Any),
        Parameter::new("month", Accepts::Number).optional(),
        Parameter::new("day", Accepts::Number).optional(),
        Parameter::new("hour", Accepts::Number).optional(),
        Parameter::new("minute", Accepts::Number).optional(),
        Parameter::new("second", Accepts::Number).optional(),
    ]),
    gives: Gives::Of(|arguments| match arguments.len() {
        2 => Err(ArgumentFault::call(
            "make_datetime takes year, month and day",
        )),
        _ => Ok(Ty::DateTime),
    }),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [value] => convert(value.sql.clone(), value.ty, Ty::DateTime),
            _ => MAKE_DATETIME_UDF.call(arguments),
        },
        udfs: || {
            let mut udfs = udfs_into(Ty::DateTime);
            udfs.push(MAKE_DATETIME_UDF.build());
            udfs
        },
    },
};

const MAKE_DATETIME_UDF: Udf = Udf::new("kql_make_datetime", &[Ty::Real], Ty::DateTime, |a, n| {
    map_all::<Real, Long>(a, n, datetime)
})
.variadic();

static MAKE_TIMESPAN: Definition = Definition {
    name: "make_timespan",
    aliases: &[],
    category: Category::DateTime,
    summary: "A timespan from [days,] hours, minutes[, seconds]; null where a part is out of its range.",
    examples: &[Example {
        kql: "print make_timespan(1, 2, 3, 4), make_timespan(2, 30), make_timespan(25, 70)",
        rows: r#"[["1.02:03:04", "02:30:00", null]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("first", Accepts::Any),
        Parameter::new("second", Accepts::Number).optional(),
        Parameter::new("third", Accepts::Number).optional(),
        Parameter::new("fourth", Accepts::Number).optional(),
    ]),
    gives: Gives::Always(Ty::TimeSpan),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [value] => convert(value.sql.clone(), value.ty, Ty::TimeSpan),
            _ => MAKE_TIMESPAN_UDF.call(arguments),
        },
        udfs: || {
            let mut udfs = udfs_into(Ty::TimeSpan);
            udfs.push(MAKE_TIMESPAN_UDF.build());
            udfs
        },
    },
};

const MAKE_TIMESPAN_UDF: Udf = Udf::new("kql_make_timespan", &[Ty::Real], Ty::TimeSpan, |a, n| {
    map_all::<Real, Long>(a, n, timespan)
})
.variadic();

/// A time since 1970 in units of so many nanoseconds.
fn unix_time(value: i64, nanoseconds: i64) -> Option<i64> {
    let ticks = i128::from(value) * i128::from(nanoseconds) / 100;
    in_range(i64::try_from(ticks).ok()?.checked_add(UNIX_EPOCH_TICKS)?)
}

const UNIX_TIME: Udf = Udf::new(
    "kql_unixtime",
    &[Ty::Long, Ty::Long],
    Ty::DateTime,
    |a, n| map2::<Long, Long, Long>(a, n, unix_time),
);

const UNIX_TIME_REAL: Udf = Udf::new(
    "kql_unixtime_real",
    &[Ty::Real, Ty::Long],
    Ty::DateTime,
    |a, n| {
        map2::<Real, Long, Long>(a, n, |value, nanoseconds| {
            let ticks = truncate((value * nanoseconds as f64 / 100.0).round())?;
            in_range(ticks.checked_add(UNIX_EPOCH_TICKS)?)
        })
    },
);

macro_rules! unixtime {
    ($static:ident, $name:literal, $nanoseconds:literal, $summary:literal, $kql:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::DateTime,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: r#"[["2019-01-01T00:00:00.0000000Z"]]"#,
            }],
            signature: Signature::new(&[Parameter::new("number", Accepts::Number)]),
            gives: Gives::Always(Ty::DateTime),
            form: Form::Sql {
                sql: |arguments, _| {
                    let [value] = arguments else {
                        return Err(ArgumentFault::call("takes one argument"));
                    };
                    let whole = matches!(value.ty, Ty::Int | Ty::Long);
                    let (udf, ty) = match whole {
                        true => (&UNIX_TIME, Ty::Long),
                        false => (&UNIX_TIME_REAL, Ty::Real),
                    };
                    let number = convert(value.sql.clone(), value.ty, ty)?;
                    Ok(sql::call(udf.name, vec![number, sql::long($nanoseconds)]))
                },
                udfs: || vec![UNIX_TIME.build(), UNIX_TIME_REAL.build()],
            },
        };
    };
}

unixtime!(
    UNIX_SECONDS,
    "unixtime_seconds_todatetime",
    1_000_000_000,
    "The datetime so many seconds after 1970-01-01.",
    "print unixtime_seconds_todatetime(1546300800)"
);
unixtime!(
    UNIX_MILLISECONDS,
    "unixtime_milliseconds_todatetime",
    1_000_000,
    "The datetime so many milliseconds after 1970-01-01.",
    "print unixtime_milliseconds_todatetime(1546300800000)"
);
unixtime!(
    UNIX_MICROSECONDS,
    "unixtime_microseconds_todatetime",
    1_000,
    "The datetime so many microseconds after 1970-01-01.",
    "print unixtime_microseconds_todatetime(1546300800000000)"
);
unixtime!(
    UNIX_NANOSECONDS,
    "unixtime_nanoseconds_todatetime",
    1,
    "The datetime so many nanoseconds after 1970-01-01.",
    "print unixtime_nanoseconds_todatetime(1546300800000000000)"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ticks::{datetime_text, timespan_text};

    fn numbers(parts: &[f64]) -> Vec<Option<f64>> {
        parts.iter().copied().map(Some).collect()
    }

    #[test]
    fn datetimes_from_parts() {
        let make = |parts: &[f64]| datetime(&numbers(parts)).map(datetime_text);
        assert_eq!(
            make(&[2000.0, 4.0, 15.0, 1.0, 1.0]).as_deref(),
            Some("2000-04-15T01:01:00.0000000Z")
        );
        assert_eq!(make(&[2020.0, 13.0, 1.0]), None);
        assert_eq!(make(&[2021.0, 2.0, 29.0]), None);
        assert_eq!(make(&[2021.0, 2.0, 28.0, 24.0]), None);
        assert_eq!(datetime(&[None, Some(1.0), Some(1.0)]), None);
    }

    #[test]
    fn timespans_from_parts() {
        let make = |parts: &[f64]| timespan(&numbers(parts)).map(timespan_text);
        assert_eq!(make(&[1.0, 2.0, 3.0, 4.0]).as_deref(), Some("1.02:03:04"));
        assert_eq!(make(&[1.0, 2.0, 3.0]).as_deref(), Some("01:02:03"));
        assert_eq!(make(&[2.0, 30.0]).as_deref(), Some("02:30:00"));
        assert_eq!(
            make(&[0.0, 0.0, 0.0, 0.000_000_1]).as_deref(),
            Some("00:00:00.0000001")
        );
        for parts in [&[25.0, 70.0][..], &[-1.0, -2.0], &[0.0, 25.0, 61.0, 61.5]] {
            assert_eq!(make(parts), None);
        }
    }
}
