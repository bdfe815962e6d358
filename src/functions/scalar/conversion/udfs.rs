//! The UDFs that convert.

use datafusion::logical_expr::ScalarUDF;

use super::{dynamic, text};
use crate::functions::json;
use crate::functions::scalar::datetime::calendar::in_range;
use crate::functions::scalar::datetime::text::{parse_datetime, parse_timespan};
use crate::functions::scalar::rows::{
    Bool, Decimal, Int, Long, Real, Text, WideDecimal, map1, map1_nullable,
};
use crate::functions::udf::{self, Body};
use crate::functions::{Sql, sql};
use crate::symbols::ScalarType;
use crate::symbols::ScalarType as Ty;
use crate::symbols::arrow::WIDE_DECIMAL;
use crate::syntax::ticks::{datetime_text, timespan_text};

/// A conversion: from, to, its UDF's name and body.
type Conversion = (Ty, Ty, &'static str, Body);

static CONVERSIONS: &[Conversion] = &[
    (Ty::String, Ty::Bool, "kql_string_to_bool", |a, n| {
        map1::<Text, Bool>(a, n, text::boolean)
    }),
    (Ty::String, Ty::Int, "kql_string_to_int", |a, n| {
        map1::<Text, Int>(a, n, |t| i32::try_from(text::long(t)?).ok())
    }),
    (Ty::String, Ty::Long, "kql_string_to_long", |a, n| {
        map1::<Text, Long>(a, n, text::long)
    }),
    (Ty::String, Ty::Real, "kql_string_to_real", |a, n| {
        map1::<Text, Real>(a, n, text::real)
    }),
    (Ty::String, Ty::Decimal, "kql_string_to_decimal", |a, n| {
        map1::<Text, Decimal>(a, n, text::decimal)
    }),
    (
        Ty::String,
        Ty::DateTime,
        "kql_string_to_datetime",
        |a, n| map1::<Text, Long>(a, n, parse_datetime),
    ),
    (
        Ty::String,
        Ty::TimeSpan,
        "kql_string_to_timespan",
        |a, n| map1::<Text, Long>(a, n, parse_timespan),
    ),
    (Ty::String, Ty::Guid, "kql_string_to_guid", |a, n| {
        map1::<Text, Text>(a, n, text::guid)
    }),
    (Ty::Dynamic, Ty::Bool, "kql_dynamic_to_bool", |a, n| {
        map1::<Text, Bool>(a, n, dynamic::to_bool)
    }),
    (Ty::Dynamic, Ty::Int, "kql_dynamic_to_int", |a, n| {
        map1::<Text, Int>(a, n, dynamic::to_int)
    }),
    (Ty::Dynamic, Ty::Long, "kql_dynamic_to_long", |a, n| {
        map1::<Text, Long>(a, n, dynamic::to_long)
    }),
    (Ty::Dynamic, Ty::Real, "kql_dynamic_to_real", |a, n| {
        map1::<Text, Real>(a, n, dynamic::to_real)
    }),
    (
        Ty::Dynamic,
        Ty::Decimal,
        "kql_dynamic_to_decimal",
        |a, n| map1::<Text, Decimal>(a, n, dynamic::to_decimal),
    ),
    (
        Ty::Dynamic,
        Ty::DateTime,
        "kql_dynamic_to_datetime",
        |a, n| map1::<Text, Long>(a, n, dynamic::to_datetime),
    ),
    (
        Ty::Dynamic,
        Ty::TimeSpan,
        "kql_dynamic_to_timespan",
        |a, n| map1::<Text, Long>(a, n, dynamic::to_timespan),
    ),
    (Ty::Dynamic, Ty::Guid, "kql_dynamic_to_guid", |a, n| {
        map1::<Text, Text>(a, n, dynamic::to_guid)
    }),
    (Ty::Dynamic, Ty::String, "kql_dynamic_to_string", |a, n| {
        map1_nullable::<Text, Text>(a, n, |t| {
            Some(t.map_or_else(String::new, |t| dynamic::to_string(t).into_owned()))
        })
    }),
    (Ty::Bool, Ty::String, "kql_bool_to_string", |a, n| {
        map1_nullable::<Bool, Text>(a, n, |b| {
            printed(b, |b| if b { "True" } else { "False" }.into())
        })
    }),
    (Ty::Int, Ty::String, "kql_int_to_string", |a, n| {
        map1_nullable::<Int, Text>(a, n, |x| printed(x, |x| x.to_string()))
    }),
    (Ty::Long, Ty::String, "kql_long_to_string", |a, n| {
        map1_nullable::<Long, Text>(a, n, |x| printed(x, |x| x.to_string()))
    }),
    (Ty::Real, Ty::String, "kql_real_to_string", |a, n| {
        map1_nullable::<Real, Text>(a, n, |x| printed(x, json::real_text))
    }),
    (Ty::Decimal, Ty::String, "kql_decimal_to_string", |a, n| {
        if a.first().is_some_and(|a| a.data_type() == WIDE_DECIMAL) {
            return map1_nullable::<WideDecimal, Text>(a, n, |x| {
                printed(x, text::print_wide_decimal)
            });
        }
        map1_nullable::<Decimal, Text>(a, n, |x| printed(x, text::print_decimal))
    }),
    (
        Ty::DateTime,
        Ty::String,
        "kql_datetime_to_string",
        |a, n| map1_nullable::<Long, Text>(a, n, |x| printed(x, datetime_text)),
    ),
    (
        Ty::TimeSpan,
        Ty::String,
        "kql_timespan_to_string",
        |a, n| map1_nullable::<Long, Text>(a, n, |x| printed(x, timespan_text)),
    ),
    (Ty::Bool, Ty::Dynamic, "kql_bool_to_dynamic", |a, n| {
        map1::<Bool, Text>(a, n, |b| Some(b.to_string()))
    }),
    (Ty::Int, Ty::Dynamic, "kql_int_to_dynamic", |a, n| {
        map1::<Int, Text>(a, n, |x| Some(x.to_string()))
    }),
    (Ty::Long, Ty::Dynamic, "kql_long_to_dynamic", |a, n| {
        map1::<Long, Text>(a, n, |x| Some(x.to_string()))
    }),
    (Ty::Real, Ty::Dynamic, "kql_real_to_dynamic", |a, n| {
        map1::<Real, Text>(a, n, |x| {
            let mut out = String::new();
            json::push_real(&mut out, x);
            Some(out)
        })
    }),
    (
        Ty::Decimal,
        Ty::Dynamic,
        "kql_decimal_to_dynamic",
        |a, n| map1::<Decimal, Text>(a, n, |x| Some(json::string_text(&text::print_decimal(x)))),
    ),
    (
        Ty::DateTime,
        Ty::Dynamic,
        "kql_datetime_to_dynamic",
        |a, n| map1::<Long, Text>(a, n, |x| Some(json::string_text(&datetime_text(x)))),
    ),
    (
        Ty::TimeSpan,
        Ty::Dynamic,
        "kql_timespan_to_dynamic",
        |a, n| map1::<Long, Text>(a, n, |x| Some(json::string_text(&timespan_text(x)))),
    ),
    (Ty::Guid, Ty::Dynamic, "kql_guid_to_dynamic", |a, n| {
        map1::<Text, Text>(a, n, |x| Some(json::string_text(x)))
    }),
    (Ty::String, Ty::Dynamic, "kql_string_to_dynamic", |a, n| {
        map1_nullable::<Text, Text>(a, n, |x| Some(json::string_text(x.unwrap_or_default())))
    }),
    (Ty::Long, Ty::Int, "kql_long_to_int", |a, n| {
        // The upper 32 bits are lost, as of a whole number inside a dynamic.
        map1::<Long, Int>(a, n, |x| Some(x as i32))
    }),
    (Ty::Real, Ty::Int, "kql_real_to_int", |a, n| {
        map1::<Real, Int>(a, n, text::saturate_int)
    }),
    (Ty::Real, Ty::Long, "kql_real_to_long", |a, n| {
        map1::<Real, Long>(a, n, text::saturate)
    }),
    (Ty::Real, Ty::Decimal, "kql_real_to_decimal", |a, n| {
        map1::<Real, Decimal>(a, n, |x| text::decimal(&x.to_string()))
    }),
    (Ty::Decimal, Ty::Long, "kql_decimal_to_long", |a, n| {
        map1::<Decimal, Long>(a, n, |x| i64::try_from(x / 10i128.pow(18)).ok())
    }),
    (Ty::Long, Ty::DateTime, "kql_long_to_datetime", |a, n| {
        map1::<Long, Long>(a, n, in_range)
    }),
];

/// The text of a value, `""` for null.
fn printed<T>(value: Option<T>, print: impl Fn(T) -> String) -> Option<String> {
    Some(value.map_or_else(String::new, print))
}

/// The name of the UDF that converts; `kql_no_conversion` where there is none, which no route asks for.
pub(super) fn name(from: ScalarType, to: ScalarType) -> &'static str {
    CONVERSIONS
        .iter()
        .find(|(f, t, ..)| (*f, *t) == (from, to))
        .map_or("kql_no_conversion", |(_, _, name, _)| name)
}

/// The UDFs that a conversion into this type may call.
pub fn into_type(to: ScalarType) -> Vec<ScalarUDF> {
    CONVERSIONS
        .iter()
        // Other types are reached by way of long and real.
        .filter(|(_, t, ..)| *t == to || matches!(t, Ty::Long | Ty::Real))
        .map(|(from, to, name, body)| match (from, to) {
            (Ty::Decimal, Ty::String) => udf::of_any_decimal(name, *to, *body),
            (_, _) => udf::scalar(name, &[*from], false, *to, *body),
        })
        .collect()
}

const WHOLE: &str = "kql_dynamic_to_whole";

/// A dynamic's number where it is whole, else null.
pub fn whole(operand: Sql) -> Sql {
    sql::call(WHOLE, vec![operand])
}

/// The UDF behind [`whole`].
pub fn is_whole_udf() -> ScalarUDF {
    udf::scalar(WHOLE, &[Ty::Dynamic], false, Ty::Long, |a, n| {
        map1::<Text, Long>(a, n, dynamic::to_whole)
    })
}
