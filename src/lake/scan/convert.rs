//! Brings a file's Arrow arrays to the one Arrow type that KQL's type has in the engine.
//!
//! In: an array of the file, and the [`Conversion`] chosen once for its column. Out: the array in the
//! engine's type, and how many values could not be converted and became null.
//! What always holds: nothing wraps; a value that the target cannot hold is null and counted.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, Int64Array, PrimitiveArray, StringViewBuilder,
};
use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use datafusion::common::ScalarValue;

use super::json;
use crate::symbols::arrow::data_type;
use crate::symbols::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// How a column of a file is brought to the table's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conversion {
    /// It is of that type already.
    None,
    /// Between whole numbers; `narrow` where the target is `int` and may be too small.
    Integer { narrow: bool },
    /// Timestamps of a unit to datetime ticks.
    Ticks(TimeUnit),
    /// Days since 1970 to datetime ticks.
    Date,
    /// Milliseconds since 1970 to datetime ticks.
    DateMillis,
    /// Parquet's old 96-bit timestamp to datetime ticks.
    Int96,
    /// Durations and times of day of a unit to timespan ticks.
    Span(TimeUnit),
    /// Arrow's own cast between numbers.
    Cast,
    /// A plain value to the text that KQL's tostring gives, or to JSON for a dynamic.
    Text(ScalarType),
    /// Structs, lists and maps to JSON.
    Json,
    /// Text to a value.
    Parse(ScalarType),
}

/// The last tick of 9999-12-31.
const MAX_DATETIME_TICKS: i64 = 3_155_378_975_999_999_999;

impl Conversion {
    /// The conversion from a Parquet column as Arrow reads it, or None where there is no safe one.
    pub fn between(found: &DataType, int96: bool, wanted: ScalarType) -> Option<Conversion> {
        let text = matches!(
            found,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary
        );
        let number = found.is_numeric();
        match wanted {
            ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => {
                if text {
                    return Some(Conversion::None);
                }
                if found.is_nested() {
                    return Some(Conversion::Json);
                }
                let plain = number
                    || found.is_temporal()
                    || matches!(found, DataType::Boolean | DataType::Null)
                    || matches!(found, DataType::FixedSizeBinary(16));
                // INT96 has no text of its own here: its reader gives wrapped nanoseconds.
                (plain && !int96).then_some(Conversion::Text(wanted))
            }
            ScalarType::DateTime => match found {
                DataType::Timestamp(..) if int96 => Some(Conversion::Int96),
                DataType::Timestamp(unit, _) => Some(Conversion::Ticks(*unit)),
                DataType::Date32 => Some(Conversion::Date),
                DataType::Date64 => Some(Conversion::DateMillis),
                DataType::Null => Some(Conversion::Cast),
                _ if text => Some(Conversion::Parse(wanted)),
                // A bare number does not say its unit or origin.
                _ => None,
            },
            ScalarType::TimeSpan => match found {
                DataType::Duration(unit) | DataType::Time32(unit) | DataType::Time64(unit) => {
                    Some(Conversion::Span(*unit))
                }
                DataType::Int64 => Some(Conversion::None),
                DataType::Null => Some(Conversion::Cast),
                _ if text => Some(Conversion::Parse(wanted)),
                _ => None,
            },
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal => {
                let target = data_type(wanted);
                if *found == target {
                    return Some(Conversion::None);
                }
                if text {
                    return Some(Conversion::Parse(wanted));
                }
                if found.is_integer() && target.is_integer() {
                    return Some(Conversion::Integer {
                        narrow: wanted == ScalarType::Int,
                    });
                }
                (number || matches!(found, DataType::Boolean | DataType::Null))
                    .then_some(Conversion::Cast)
            }
        }
    }

    /// Converts an array; also how many values became null by it.
    pub fn apply(
        &self,
        array: &ArrayRef,
        wanted: ScalarType,
    ) -> Result<(ArrayRef, u64), ArrowError> {
        let converted = match self {
            Conversion::None if *array.data_type() == data_type(wanted) => {
                return Ok((Arc::clone(array), 0));
            }
            Conversion::None | Conversion::Integer { .. } | Conversion::Cast => {
                cast(array, &data_type(wanted))?
            }
            Conversion::Ticks(TimeUnit::Second) => {
                datetime::<TimestampSecondType>(array, TimeUnit::Second)
            }
            Conversion::Ticks(TimeUnit::Millisecond) => {
                datetime::<TimestampMillisecondType>(array, TimeUnit::Millisecond)
            }
            Conversion::Ticks(TimeUnit::Microsecond) => {
                datetime::<TimestampMicrosecondType>(array, TimeUnit::Microsecond)
            }
            Conversion::Ticks(TimeUnit::Nanosecond) => {
                datetime::<TimestampNanosecondType>(array, TimeUnit::Nanosecond)
            }
            // Already joined from its two readings: see `int96_ticks`.
            Conversion::Int96 => Arc::clone(array),
            Conversion::Date => Arc::new(
                array
                    .as_primitive::<Date32Type>()
                    .unary_opt::<_, Int64Type>(|v| date_ticks(v.into())),
            ),
            Conversion::DateMillis => datetime::<Date64Type>(array, TimeUnit::Millisecond),
            Conversion::Span(unit) => span(array, *unit)?,
            Conversion::Text(target) => texts(array, *target)?,
            Conversion::Json => json::texts(array)?,
            Conversion::Parse(target) => return parse(array, *target),
        };
        let failed = converted
            .null_count()
            .saturating_sub(array.logical_null_count());
        Ok((converted, failed as u64))
    }
}

/// Datetime ticks of a count of units since 1970; None outside the years 1 to 9999.
pub(super) fn ticks(value: i64, unit: TimeUnit) -> Option<i64> {
    let since_1970 = span_ticks(value, unit)?;
    let ticks = since_1970.checked_add(UNIX_EPOCH_TICKS)?;
    (0..=MAX_DATETIME_TICKS).contains(&ticks).then_some(ticks)
}

pub(super) fn date_ticks(days: i64) -> Option<i64> {
    let ticks = days
        .checked_mul(TICKS_PER_DAY)?
        .checked_add(UNIX_EPOCH_TICKS)?;
    (0..=MAX_DATETIME_TICKS).contains(&ticks).then_some(ticks)
}

/// Ticks of a unit that is no shorter than one.
fn ticks_per(unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => Some(TICKS_PER_SECOND),
        TimeUnit::Millisecond => Some(TICKS_PER_SECOND / 1_000),
        TimeUnit::Microsecond => Some(TICKS_PER_SECOND / 1_000_000),
        TimeUnit::Nanosecond => None,
    }
}

fn span_ticks(value: i64, unit: TimeUnit) -> Option<i64> {
    match ticks_per(unit) {
        Some(ticks) => value.checked_mul(ticks),
        // Towards the past, so that the order of times is kept across 1970.
        None => Some(value.div_euclid(100)),
    }
}

fn datetime<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    let array: &PrimitiveArray<T> = array.as_primitive();
    if let Some(per_unit) = ticks_per(unit) {
        // Without a branch for each value, where all lie within the years that there are.
        let first = -UNIX_EPOCH_TICKS / per_unit;
        let last = (MAX_DATETIME_TICKS - UNIX_EPOCH_TICKS) / per_unit;
        let values = array.values().iter();
        if values.fold(true, |all, v| all & (first <= *v) & (*v <= last)) {
            return Arc::new(array.unary::<_, Int64Type>(|v| v * per_unit + UNIX_EPOCH_TICKS));
        }
    }
    Arc::new(array.unary_opt::<_, Int64Type>(|v| ticks(v, unit)))
}

/// Joins the two readings of an INT96 column: microseconds say the time but for its last digit,
/// nanoseconds give that digit even where they have wrapped.
pub(super) fn int96_ticks(micros: &ArrayRef, nanos: &ArrayRef) -> (ArrayRef, u64) {
    let micros = micros.as_primitive::<TimestampMicrosecondType>();
    let nanos = nanos.as_primitive::<TimestampNanosecondType>();
    let joined: Int64Array = micros
        .iter()
        .zip(nanos.iter())
        .map(|(micros, nanos)| {
            let (micros, nanos) = (micros?, nanos?);
            let rest = nanos.wrapping_sub(micros.wrapping_mul(1_000));
            if !(0..1_000).contains(&rest) {
                return None;
            }
            ticks(micros, TimeUnit::Microsecond)?.checked_add(rest / 100)
        })
        .collect();
    let failed = joined.null_count().saturating_sub(micros.null_count());
    (Arc::new(joined), failed as u64)
}

fn span(array: &ArrayRef, unit: TimeUnit) -> Result<ArrayRef, ArrowError> {
    fn wide<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: TimeUnit) -> ArrayRef {
        Arc::new(
            array
                .as_primitive::<T>()
                .unary_opt::<_, Int64Type>(|v| span_ticks(v, unit)),
        )
    }
    fn narrow<T: ArrowPrimitiveType<Native = i32>>(array: &ArrayRef, unit: TimeUnit) -> ArrayRef {
        Arc::new(
            array
                .as_primitive::<T>()
                .unary_opt::<_, Int64Type>(|v| span_ticks(v.into(), unit)),
        )
    }
    Ok(match array.data_type() {
        DataType::Duration(TimeUnit::Second) => wide::<DurationSecondType>(array, unit),
        DataType::Duration(TimeUnit::Millisecond) => wide::<DurationMillisecondType>(array, unit),
        DataType::Duration(TimeUnit::Microsecond) => wide::<DurationMicrosecondType>(array, unit),
        DataType::Duration(TimeUnit::Nanosecond) => wide::<DurationNanosecondType>(array, unit),
        DataType::Time32(TimeUnit::Second) => narrow::<Time32SecondType>(array, unit),
        DataType::Time32(_) => narrow::<Time32MillisecondType>(array, unit),
        DataType::Time64(TimeUnit::Microsecond) => wide::<Time64MicrosecondType>(array, unit),
        DataType::Time64(_) => wide::<Time64NanosecondType>(array, unit),
        other => return Err(ArrowError::CastError(format!("{other} is not a time span"))),
    })
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(
        array,
        to,
        &CastOptions {
            safe: true,
            ..CastOptions::default()
        },
    )
}

fn texts(array: &ArrayRef, target: ScalarType) -> Result<ArrayRef, ArrowError> {
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        if target == ScalarType::Dynamic {
            json::write(array, row, &mut text)?;
        } else {
            json::write_plain(array, row, &mut text)?;
        }
        builder.append_value(&text);
    }
    Ok(Arc::new(builder.finish()))
}

/// Parses texts; an empty one is null and no failure.
fn parse(array: &ArrayRef, target: ScalarType) -> Result<(ArrayRef, u64), ArrowError> {
    let array = cast(array, &DataType::Utf8View)?;
    let texts = array.as_string_view();
    let mut failed = 0;
    let mut values = Vec::with_capacity(texts.len());
    let ty = data_type(target);
    let null = ScalarValue::try_from(&ty).map_err(|e| ArrowError::CastError(e.to_string()))?;
    for text in texts {
        let text = text.map_or("", str::trim);
        values.push(match parse_scalar(text, target) {
            Some(value) => value,
            None => {
                failed += u64::from(!text.is_empty());
                null.clone()
            }
        });
    }
    if values.is_empty() {
        return Ok((arrow::array::new_empty_array(&ty), 0));
    }
    let parsed =
        ScalarValue::iter_to_array(values).map_err(|e| ArrowError::CastError(e.to_string()))?;
    Ok((parsed, failed))
}

/// The value that a text stands for; None where it is none of that type.
pub(super) fn parse_scalar(text: &str, target: ScalarType) -> Option<ScalarValue> {
    Some(match target {
        ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => {
            ScalarValue::Utf8View(Some(text.to_owned()))
        }
        ScalarType::Bool => ScalarValue::Boolean(Some(match text.to_ascii_lowercase().as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        })),
        ScalarType::Int => ScalarValue::Int32(Some(text.parse().ok()?)),
        ScalarType::Long => ScalarValue::Int64(Some(text.parse().ok()?)),
        ScalarType::Real => ScalarValue::Float64(Some(text.parse().ok()?)),
        ScalarType::Decimal => {
            let text: ArrayRef = Arc::new(arrow::array::StringArray::from(vec![text]));
            let parsed = cast(&text, &data_type(target)).ok()?;
            ScalarValue::try_from_array(&parsed, 0)
                .ok()
                .filter(|v| !v.is_null())?
        }
        ScalarType::DateTime => ScalarValue::Int64(Some(parse_datetime(text)?)),
        ScalarType::TimeSpan => ScalarValue::Int64(Some(parse_timespan(text)?)),
    })
}

fn parse_datetime(text: &str) -> Option<i64> {
    let at: DateTime<Utc> = string_to_datetime(&Utc, text).ok()?;
    let seconds = at.timestamp().checked_mul(TICKS_PER_SECOND)?;
    let ticks = seconds
        .checked_add(i64::from(at.timestamp_subsec_nanos() / 100))?
        .checked_add(UNIX_EPOCH_TICKS)?;
    (0..=MAX_DATETIME_TICKS).contains(&ticks).then_some(ticks)
}

/// `[-][d.]hh:mm:ss[.fffffff]`, as Kusto prints a timespan.
fn parse_timespan(text: &str) -> Option<i64> {
    let (negative, text) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = |s: &str| {
        s.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| s.parse::<i64>().ok())
            .flatten()
    };
    let (days, hours, minutes, seconds) = (
        digits(days)?,
        digits(hours)?,
        digits(minutes)?,
        digits(seconds)?,
    );
    if hours > 23 || minutes > 59 || seconds > 59 || fraction.len() > 7 {
        return None;
    }
    let fraction = digits(&format!("{fraction:0<7}"))?;
    let whole = (hours * 60 + minutes) * 60 + seconds;
    let ticks = days
        .checked_mul(TICKS_PER_DAY)?
        .checked_add(whole * TICKS_PER_SECOND + fraction)?;
    Some(if negative { -ticks } else { ticks })
}
