//! `startofday` … `endofyear`.

use super::calendar::{Period, end_of, start_of};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, map2};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &STARTOFDAY,
        &STARTOFWEEK,
        &STARTOFMONTH,
        &STARTOFYEAR,
        &ENDOFDAY,
        &ENDOFWEEK,
        &ENDOFMONTH,
        &ENDOFYEAR,
    ]
}

macro_rules! period {
    ($static:ident, $name:literal, $edge:path, $period:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::DateTime,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[
                Parameter::new("date", Accepts::Exactly(Ty::DateTime)),
                Parameter::new("offset", Accepts::Exactly(Ty::Long)).optional(),
            ]),
            gives: Gives::Always(Ty::DateTime),
            form: Form::Udf(
                Udf::new(
                    concat!("kql_", $name),
                    &[Ty::DateTime, Ty::Long],
                    Ty::DateTime,
                    |a, n| map2::<Long, Long, Long>(a, n, |t, offset| $edge($period, t, offset)),
                )
                .defaults(&[0]),
            ),
        };
    };
}

period!(
    STARTOFDAY,
    "startofday",
    start_of,
    Period::Day,
    "The first tick of the day, moved by days.",
    "print startofday(datetime(2017-01-01 10:10:17), -1)",
    r#"[["2016-12-31T00:00:00.0000000Z"]]"#
);
period!(
    STARTOFWEEK,
    "startofweek",
    start_of,
    Period::Week,
    "The first tick of the week, a Sunday's, moved by weeks.",
    "print startofweek(datetime(2020-06-15 13:45:00))",
    r#"[["2020-06-14T00:00:00.0000000Z"]]"#
);
period!(
    STARTOFMONTH,
    "startofmonth",
    start_of,
    Period::Month,
    "The first tick of the month, moved by months.",
    "print startofmonth(datetime(2020-06-15), 2)",
    r#"[["2020-08-01T00:00:00.0000000Z"]]"#
);
period!(
    STARTOFYEAR,
    "startofyear",
    start_of,
    Period::Year,
    "The first tick of the year, moved by years.",
    "print startofyear(datetime(2020-06-15), 1)",
    r#"[["2021-01-01T00:00:00.0000000Z"]]"#
);
period!(
    ENDOFDAY,
    "endofday",
    end_of,
    Period::Day,
    "The last tick of the day, moved by days.",
    "print endofday(datetime(1950-06-15 13:45:00))",
    r#"[["1950-06-15T23:59:59.9999999Z"]]"#
);
period!(
    ENDOFWEEK,
    "endofweek",
    end_of,
    Period::Week,
    "The last tick of the week, a Saturday's, moved by weeks.",
    "print endofweek(datetime(2020-06-15 13:45:00), 2)",
    r#"[["2020-07-04T23:59:59.9999999Z"]]"#
);
period!(
    ENDOFMONTH,
    "endofmonth",
    end_of,
    Period::Month,
    "The last tick of the month, moved by months.",
    "print endofmonth(datetime(2020-01-31), 13)",
    r#"[["2021-02-28T23:59:59.9999999Z"]]"#
);
period!(
    ENDOFYEAR,
    "endofyear",
    end_of,
    Period::Year,
    "The last tick of the year, moved by years.",
    "print endofyear(datetime(9999-06-15))",
    r#"[["9999-12-31T23:59:59.9999999Z"]]"#
);
