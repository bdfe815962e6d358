//! `datetime_utc_to_local`, `datetime_local_to_utc`, `datetime_list_timezones`: the time zones of the IANA
//! database.
//!
//! What always holds: an unknown zone gives null; a local time that comes twice is the later one; one that the
//! clocks skip is read by the offset that they skip to, as in Microsoft's example of a spring in Brussels.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::calendar::in_range;
use crate::functions::json;
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf, none};
use crate::functions::scalar::rows::{Kind, Long, Text, map2};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature, sql};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&UTC_TO_LOCAL, &LOCAL_TO_UTC, &LIST_TIMEZONES]
}

/// Ticks at 1970-01-01.
const EPOCH: i64 = 621_355_968_000_000_000;

fn instant(ticks: i64) -> Option<NaiveDateTime> {
    let since = ticks.checked_sub(EPOCH)?;
    let seconds = since.div_euclid(10_000_000);
    let nanoseconds = u32::try_from(since.rem_euclid(10_000_000) * 100).ok()?;
    Some(DateTime::<Utc>::from_timestamp(seconds, nanoseconds)?.naive_utc())
}

/// The ticks moved by the difference between two times, where that is still a datetime.
fn moved(ticks: i64, by: TimeDelta) -> Option<i64> {
    in_range(ticks.checked_add(by.num_seconds().checked_mul(10_000_000)?)?)
}

fn to_local(ticks: i64, zone: &str) -> Option<i64> {
    let zone: Tz = zone.parse().ok()?;
    let utc = instant(ticks)?;
    moved(ticks, zone.from_utc_datetime(&utc).naive_local() - utc)
}

fn to_utc(ticks: i64, zone: &str) -> Option<i64> {
    let zone: Tz = zone.parse().ok()?;
    let local = instant(ticks)?;
    let utc = match zone.from_local_datetime(&local).latest() {
        Some(time) => time.naive_utc(),
        None => {
            // By the offset before the skip, the time lies behind it.
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            let behind = zone.offset_from_utc_datetime(&(local - before.fix()));
            local - behind.fix()
        }
    };
    moved(ticks, utc - local)
}

macro_rules! zone_function {
    ($static:ident, $name:literal, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
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
                Parameter::new("from", Accepts::Exactly(Ty::DateTime)),
                Parameter::new("timezone", Accepts::Exactly(Ty::String)),
            ]),
            gives: Gives::Always(Ty::DateTime),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::DateTime, Ty::String],
                Ty::DateTime,
                |a, n| {
                    map2::<Long, Text, Long>(a, n, |ticks, zone: <Text as Kind>::Item<'_>| {
                        $body(ticks, zone)
                    })
                },
            )),
        };
    };
}

zone_function!(
    UTC_TO_LOCAL,
    "datetime_utc_to_local",
    to_local,
    "The local time of a time zone at an instant.",
    "print datetime_utc_to_local(datetime(2021-07-01 12:00:00.1234567), 'Europe/Berlin'), datetime_utc_to_local(datetime(2021-01-01), 'US/Pacific'), datetime_utc_to_local(datetime(0001-01-01), 'US/Pacific')",
    r#"[["2021-07-01T14:00:00.1234567Z", "2020-12-31T16:00:00.0000000Z", null]]"#
);
zone_function!(
    LOCAL_TO_UTC,
    "datetime_local_to_utc",
    to_utc,
    "The instant of a local time of a time zone.",
    "print datetime_local_to_utc(datetime(2021-07-01 14:00), 'Europe/Berlin'), datetime_local_to_utc(datetime(2022-03-27 02:00), 'Europe/Brussels'), datetime_local_to_utc(datetime(2021-01-01), 'Nowhere/Land')",
    r#"[["2021-07-01T12:00:00.0000000Z", "2022-03-27T00:00:00.0000000Z", null]]"#
);

static LIST_TIMEZONES: Definition = Definition {
    name: "datetime_list_timezones",
    aliases: &[],
    category: Category::DateTime,
    summary: "The names of the time zones, in alphabetical order: those of the IANA database that is built in.",
    examples: &[Example {
        kql: "print zones = datetime_list_timezones() | project tostring(zones[0]), set_has_element(zones, 'Asia/Tokyo')",
        rows: r#"[["Africa/Abidjan", true]]"#,
    }],
    signature: Signature::new(&[]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Sql {
        sql: |_, _| {
            let mut names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
            names.sort_unstable();
            let names = names.into_iter().map(json::string_text);
            Ok(sql::text(&names.collect::<json::Array>().finish()))
        },
        udfs: none,
    },
};
