//! `getyear`, `hourofday` and kin, `datetime_part`.

use super::calendar::{
    self, Period, TICKS_PER_HOUR, TICKS_PER_MINUTE, date, end_of, iso_week, sunday_week,
    time_of_day, weekday,
};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Int, Long, Text, map1, map2};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Value,
};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY, TICKS_PER_SECOND};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &GETYEAR,
        &GETMONTH,
        &DAYOFMONTH,
        &DAYOFYEAR,
        &HOUROFDAY,
        &WEEK_OF_YEAR,
        &WEEKOFYEAR,
        &DAYOFWEEK,
        &DATETIME_PART,
    ]
}

macro_rules! part {
    ($static:ident, $name:literal, $aliases:expr, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: $aliases,
            category: Category::DateTime,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("date", Accepts::Exactly(Ty::DateTime))]),
            gives: Gives::Always(Ty::Int),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::DateTime],
                Ty::Int,
                |a, n| {
                    let body: fn(i64) -> i64 = $body;
                    map1::<Long, Int>(a, n, |t| i32::try_from(body(t)).ok())
                },
            )),
        };
    };
}

part!(
    GETYEAR,
    "getyear",
    &[],
    |t| date(t).year,
    "The year.",
    "print getyear(datetime(2020-06-15))",
    "[[2020]]"
);
part!(
    GETMONTH,
    "getmonth",
    &["monthofyear"],
    |t| date(t).month,
    "The month, 1 to 12.",
    "print getmonth(datetime(2020-06-15)), monthofyear(datetime(2024-12-31))",
    "[[6, 12]]"
);
part!(
    DAYOFMONTH,
    "dayofmonth",
    &[],
    |t| date(t).day,
    "The day of the month.",
    "print dayofmonth(datetime(2020-06-15 13:45:00))",
    "[[15]]"
);
part!(
    DAYOFYEAR,
    "dayofyear",
    &[],
    calendar::day_of_year,
    "The day of the year, 1 for the first of January.",
    "print dayofyear(datetime(2024-12-31))",
    "[[366]]"
);
part!(
    HOUROFDAY,
    "hourofday",
    &[],
    |t| time_of_day(t) / TICKS_PER_HOUR,
    "The hour, 0 to 23.",
    "print hourofday(datetime(2020-06-15 23:59:59.9999999))",
    "[[23]]"
);
part!(
    WEEK_OF_YEAR,
    "week_of_year",
    &[],
    iso_week,
    "The week number of ISO 8601.",
    "print week_of_year(datetime(2016-01-01)), week_of_year(datetime(2018-12-31))",
    "[[53, 1]]"
);
// Source: "week_of_year()" of Microsoft's reference, the note, and the page that "weekofyear()" had before.
part!(
    WEEKOFYEAR,
    "weekofyear",
    &[],
    sunday_week,
    "The older week number: weeks begin on Sunday, the first is that with the year's first Wednesday.",
    "print weekofyear(datetime(2015-01-01)), weekofyear(datetime(2020-06-14)), weekofyear(datetime(2014-01-01))",
    "[[53, 25, 1]]"
);

static DAYOFWEEK: Definition = Definition {
    name: "dayofweek",
    aliases: &[],
    category: Category::DateTime,
    summary: "The timespan since the last Sunday, in whole days.",
    examples: &[Example {
        kql: "print dayofweek(datetime(2020-06-15 13:45:00)), dayofweek(datetime(9999-12-31))",
        rows: r#"[["1.00:00:00", null]]"#,
    }],
    signature: Signature::new(&[Parameter::new("date", Accepts::Exactly(Ty::DateTime))]),
    gives: Gives::Always(Ty::TimeSpan),
    form: Form::Udf(Udf::new(
        "kql_dayofweek",
        &[Ty::DateTime],
        Ty::TimeSpan,
        // Kusto has no day of the week in the calendar's last week, which does not end.
        |a, n| {
            map1::<Long, Long>(a, n, |t| {
                end_of(Period::Week, t, 0).map(|_| weekday(t) * TICKS_PER_DAY)
            })
        },
    )),
};

static DATETIME_PART: Definition = Definition {
    name: "datetime_part",
    aliases: &["datepart"],
    category: Category::DateTime,
    summary: "A part of a datetime by its name.",
    examples: &[Example {
        kql: "print datetime_part(\"quarter\", datetime(2017-10-30)), datetime_part(\"microsecond\", datetime(2017-10-30 01:02:03.7654321))",
        rows: "[[4, 765432]]",
    }],
    signature: Signature::new(&[
        Parameter::new("part", Accepts::Exactly(Ty::String)).constant(),
        Parameter::new("date", Accepts::Exactly(Ty::DateTime)),
    ]),
    gives: Gives::Of(|arguments| {
        if let Some(Value::String(name)) = arguments.first().and_then(|a| a.constant)
            && part(name, 0).is_none()
        {
            return Err(ArgumentFault::at(0, format!("there is no part {name:?}")).with_help(
                "year, quarter, month, week_of_year, day, dayOfYear, hour, minute, second, millisecond, microsecond, nanosecond",
            ));
        }
        Ok(Ty::Int)
    }),
    form: Form::Udf(Udf::new(
        "kql_datetime_part",
        &[Ty::String, Ty::DateTime],
        Ty::Int,
        |a, n| map2::<Text, Long, Int>(a, n, |name, t| i32::try_from(part(name, t)?).ok()),
    )),
};

fn part(name: &str, ticks: i64) -> Option<i64> {
    let day = date(ticks);
    let time = time_of_day(ticks);
    let fraction = time % TICKS_PER_SECOND;
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => day.year,
        "quarter" => (day.month + 2) / 3,
        "month" => day.month,
        "week_of_year" | "weekofyear" => iso_week(ticks),
        "day" => day.day,
        "dayofyear" => calendar::day_of_year(ticks),
        "hour" => time / TICKS_PER_HOUR,
        "minute" => time / TICKS_PER_MINUTE % 60,
        "second" => time / TICKS_PER_SECOND % 60,
        "millisecond" => fraction / 10_000,
        "microsecond" => fraction / 10,
        "nanosecond" => fraction * 100,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::parse_datetime;
    use super::*;

    #[test]
    fn every_part() {
        let t = parse_datetime("2017-10-30 01:02:03.7654321").unwrap();
        let names = [
            "year",
            "quarter",
            "month",
            "week_of_year",
            "day",
            "dayOfYear",
            "hour",
            "minute",
            "second",
            "millisecond",
            "microsecond",
            "nanosecond",
        ];
        let parts: Vec<_> = names.iter().map(|name| part(name, t).unwrap()).collect();
        assert_eq!(
            parts,
            [2017, 4, 10, 44, 30, 303, 1, 2, 3, 765, 765_432, 765_432_100]
        );
        assert_eq!(part("era", t), None);
    }
}
