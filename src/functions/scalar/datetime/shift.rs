//! `datetime_add` and `datetime_diff`.

use super::calendar::{
    Period, TICKS_PER_HOUR, TICKS_PER_MINUTE, add_months, date, months, plus, weekday,
};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Text, map3};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature,
    Value,
};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY, TICKS_PER_SECOND};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&DATETIME_ADD, &DATETIME_DIFF]
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Months(i64),
    Period(Period),
    Ticks(i64),
    /// A hundredth of a tick.
    Nanosecond,
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => Unit::Months(12),
        "quarter" => Unit::Months(3),
        "month" => Unit::Months(1),
        "week" => Unit::Period(Period::Week),
        "day" => Unit::Ticks(TICKS_PER_DAY),
        "hour" => Unit::Ticks(TICKS_PER_HOUR),
        "minute" => Unit::Ticks(TICKS_PER_MINUTE),
        "second" => Unit::Ticks(TICKS_PER_SECOND),
        "millisecond" => Unit::Ticks(TICKS_PER_SECOND / 1_000),
        "microsecond" => Unit::Ticks(10),
        "nanosecond" => Unit::Nanosecond,
        _ => return None,
    })
}

fn known_unit(arguments: &[Argument], result: Ty) -> Result<Ty, ArgumentFault> {
    if let Some(Value::String(name)) = arguments.first().and_then(|a| a.constant)
        && unit(name).is_none()
    {
        return Err(ArgumentFault::at(0, format!("there is no unit {name:?}")).with_help(
            "year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, nanosecond",
        ));
    }
    Ok(result)
}

/// A datetime moved by so many units; a day that the month lacks becomes its last.
fn add(name: &str, count: i64, ticks: i64) -> Option<i64> {
    match unit(name)? {
        Unit::Months(each) => add_months(ticks, count.checked_mul(each)?),
        Unit::Period(_) => plus(ticks, count.checked_mul(7 * TICKS_PER_DAY)?),
        Unit::Ticks(each) => plus(ticks, count.checked_mul(each)?),
        Unit::Nanosecond => plus(ticks, count / 100),
    }
}

/// How many beginnings of the unit lie between: positive where `a` is the later one.
fn difference(name: &str, a: i64, b: i64) -> Option<i64> {
    let between = |count: fn(i64) -> i64| Some(count(a) - count(b));
    match unit(name)? {
        Unit::Months(12) => between(|t| date(t).year),
        Unit::Months(each) => Some(months(a).div_euclid(each) - months(b).div_euclid(each)),
        // The Sundays' numbers.
        Unit::Period(_) => between(|t| (t.div_euclid(TICKS_PER_DAY) - weekday(t)).div_euclid(7)),
        Unit::Ticks(each) => Some(a.div_euclid(each) - b.div_euclid(each)),
        Unit::Nanosecond => a.checked_sub(b)?.checked_mul(100),
    }
}

static DATETIME_ADD: Definition = Definition {
    name: "datetime_add",
    aliases: &[],
    category: Category::DateTime,
    summary: "A datetime moved by a number of units.",
    examples: &[Example {
        kql: "print datetime_add('month', 1, datetime(2020-01-31)), datetime_add('week', 100, make_datetime(2017, 1, 1))",
        rows: r#"[["2020-02-29T00:00:00.0000000Z", "2018-12-02T00:00:00.0000000Z"]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("unit", Accepts::Exactly(Ty::String)).constant(),
        Parameter::new("count", Accepts::Integer),
        Parameter::new("datetime", Accepts::Exactly(Ty::DateTime)),
    ]),
    gives: Gives::Of(|arguments| known_unit(arguments, Ty::DateTime)),
    form: Form::Udf(Udf::new(
        "kql_datetime_add",
        &[Ty::String, Ty::Long, Ty::DateTime],
        Ty::DateTime,
        |a, n| map3::<Text, Long, Long, Long>(a, n, add),
    )),
};

static DATETIME_DIFF: Definition = Definition {
    name: "datetime_diff",
    aliases: &[],
    category: Category::DateTime,
    summary: "How many beginnings of a unit lie between two datetimes; negative where the first is earlier.",
    examples: &[Example {
        kql: "print datetime_diff('year', datetime(2020-12-31), datetime(2021-01-01)), datetime_diff('week', datetime(2020-01-15), datetime(2020-01-01))",
        rows: "[[-1, 2]]",
    }],
    signature: Signature::new(&[
        Parameter::new("unit", Accepts::Exactly(Ty::String)).constant(),
        Parameter::new("datetime1", Accepts::Exactly(Ty::DateTime)),
        Parameter::new("datetime2", Accepts::Exactly(Ty::DateTime)),
    ]),
    gives: Gives::Of(|arguments| known_unit(arguments, Ty::Long)),
    form: Form::Udf(Udf::new(
        "kql_datetime_diff",
        &[Ty::String, Ty::DateTime, Ty::DateTime],
        Ty::Long,
        |a, n| map3::<Text, Long, Long, Long>(a, n, difference),
    )),
};

#[cfg(test)]
mod tests {
    use super::super::text::parse_datetime;
    use super::*;
    use crate::syntax::ticks::datetime_text;

    #[test]
    fn boundaries_are_counted() {
        for (unit, a, b, count) in [
            ("year", "2021-01-01", "2020-01-01", 1),
            ("year", "2020-12-31", "2021-01-01", -1),
            ("month", "2021-03-15", "2020-01-01", 14),
            ("quarter", "2024-03-31", "2020-04-01", 15),
            ("quarter", "2020-01-31", "2019-12-31", 1),
            ("week", "2020-12-31", "2020-01-01", 52),
            ("week", "2024-02-29", "2020-02-29", 209),
            ("week", "2020-01-31", "2019-12-31", 4),
            ("day", "2020-01-01 23:00:00", "2020-01-01 01:00:00", 0),
            ("hour", "2020-03-01", "2020-02-28 12:00:00", 36),
            (
                "second",
                "2020-01-01 00:00:01.9999999",
                "2020-01-01 00:00:00.0000001",
                1,
            ),
            (
                "millisecond",
                "2020-01-01 00:00:00.0019999",
                "2020-01-01",
                1,
            ),
            (
                "nanosecond",
                "2020-01-01 00:00:00.0000001",
                "2020-01-01",
                100,
            ),
        ] {
            let (a, b) = (parse_datetime(a).unwrap(), parse_datetime(b).unwrap());
            assert_eq!(difference(unit, a, b), Some(count), "{unit}");
        }
    }

    #[test]
    fn moves_by_units() {
        for (unit, count, from, to) in [
            ("year", 1, "2020-02-29", "2021-02-28"),
            ("quarter", 1, "2020-11-30", "2021-02-28"),
            ("quarter", -3, "2020-02-29 12:00:00", "2019-05-29 12:00:00"),
            (
                "month",
                -1,
                "2020-03-31 00:00:00.0000001",
                "2020-02-29 00:00:00.0000001",
            ),
            ("second", 90, "2020-12-31 23:59:00", "2021-01-01 00:00:30"),
            ("millisecond", 1500, "2020-01-01", "2020-01-01 00:00:01.5"),
        ] {
            let moved = add(unit, count, parse_datetime(from).unwrap());
            assert_eq!(
                moved.map(datetime_text),
                parse_datetime(to).map(datetime_text),
                "{unit}"
            );
        }
        assert_eq!(add("year", i64::MAX, 0), None);
        assert_eq!(add("day", -1, 0), None);
    }
}
