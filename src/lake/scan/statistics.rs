//! Statistics of row groups and pages as [`Bounds`] in KQL's types.

use arrow::datatypes::TimeUnit;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::adapt::{FileColumns, Source};
use super::bounds::{Bounds, Nulls, Value};
use super::convert::{Conversion, date_ticks, ticks};

/// What the statistics of a row group say of a table's column.
pub(super) fn bounds(columns: &FileColumns, column: usize, group: &RowGroupMetaData) -> Bounds {
    match columns.source(column) {
        Source::Constant(value) => Bounds::constant(value),
        Source::File(file) => file.flat_leaf().map_or(Bounds::UNKNOWN, |leaf| {
            chunk_bounds(group.column(leaf), &file.conversion, group.num_rows())
        }),
    }
}

fn chunk_bounds(chunk: &ColumnChunkMetaData, conversion: &Conversion, rows: i64) -> Bounds {
    let Some(statistics) = chunk.statistics() else {
        return whole(chunk, Extremes::Unknown, Nulls::Unknown, conversion);
    };
    let nulls = match statistics.null_count_opt() {
        Some(0) => Nulls::None,
        Some(count) if u64::try_from(rows).is_ok_and(|rows| count == rows) => Nulls::All,
        Some(_) | None => Nulls::Unknown,
    };
    let bounds = whole(chunk, extremes(statistics), nulls, conversion);
    Bounds {
        exact: bounds.min.is_some()
            && bounds.max.is_some()
            && statistics.min_is_exact()
            && statistics.max_is_exact(),
        ..bounds
    }
}

/// A least and a greatest stored value.
pub(super) enum Extremes<'a> {
    Int(Option<i64>, Option<i64>),
    Bool(Option<bool>, Option<bool>),
    Bytes(Option<&'a [u8]>, Option<&'a [u8]>),
    Unknown,
}

fn extremes(statistics: &Statistics) -> Extremes<'_> {
    match statistics {
        Statistics::Int32(s) => Extremes::Int(
            s.min_opt().map(|v| (*v).into()),
            s.max_opt().map(|v| (*v).into()),
        ),
        Statistics::Int64(s) => Extremes::Int(s.min_opt().copied(), s.max_opt().copied()),
        Statistics::Boolean(s) => Extremes::Bool(s.min_opt().copied(), s.max_opt().copied()),
        // Old writers compared bytes as signed and said so by the deprecated fields alone.
        Statistics::ByteArray(s) if !statistics.is_min_max_deprecated() => {
            Extremes::Bytes(s.min_bytes_opt(), s.max_bytes_opt())
        }
        Statistics::ByteArray(_)
        | Statistics::Int96(_)
        | Statistics::Float(_)
        | Statistics::Double(_)
        | Statistics::FixedLenByteArray(_) => Extremes::Unknown,
    }
}

/// Bounds of some rows of a chunk, not taken to be exact.
pub(super) fn whole(
    chunk: &ColumnChunkMetaData,
    extremes: Extremes<'_>,
    nulls: Nulls,
    conversion: &Conversion,
) -> Bounds {
    let required = chunk.column_descr().max_def_level() == 0;
    let nulls = if required { Nulls::None } else { nulls };
    let (min, max) = values(chunk, extremes, conversion);
    // A value outside the type's range reads as null: then the null count is not the column's.
    let lossless = *conversion == Conversion::None || (min.is_some() && max.is_some());
    Bounds {
        exact: false,
        nulls: if lossless || nulls == Nulls::All {
            nulls
        } else {
            Nulls::Unknown
        },
        min,
        max,
    }
}

fn values(
    chunk: &ColumnChunkMetaData,
    extremes: Extremes<'_>,
    conversion: &Conversion,
) -> (Option<Value>, Option<Value>) {
    let descriptor = chunk.column_descr();
    let unsigned = match descriptor.logical_type_ref() {
        Some(LogicalType::Integer(int)) => !int.is_signed,
        Some(_) | None => matches!(
            descriptor.converted_type(),
            ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        ),
    };
    let number = |value: i64| -> Option<Value> {
        let number = match conversion {
            _ if unsigned => return None,
            Conversion::None | Conversion::Integer { narrow: false } => value,
            Conversion::Integer { narrow: true } => i32::try_from(value).ok()?.into(),
            Conversion::Ticks(unit) => ticks(value, *unit)?,
            Conversion::Date => date_ticks(value)?,
            Conversion::DateMillis => ticks(value, TimeUnit::Millisecond)?,
            Conversion::Int96
            | Conversion::Cast
            | Conversion::Text(_)
            | Conversion::Span(_)
            | Conversion::Json
            | Conversion::Parse(_) => return None,
        };
        Some(Value::Int(number.into()))
    };
    let same = *conversion == Conversion::None;
    let text = |bytes: &[u8]| {
        std::str::from_utf8(bytes)
            .ok()
            .map(|s| Value::Text(s.into()))
    };
    match extremes {
        Extremes::Int(min, max) => (min.and_then(number), max.and_then(number)),
        Extremes::Bool(min, max) if same => (
            min.map(|v| Value::Int(v.into())),
            max.map(|v| Value::Int(v.into())),
        ),
        Extremes::Bytes(min, max) if same => (min.and_then(text), max.and_then(text)),
        Extremes::Bool(..) | Extremes::Bytes(..) | Extremes::Unknown => (None, None),
    }
}
