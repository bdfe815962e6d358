//! A row group's statistics as [`Bounds`] in KQL's types.

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
            let chunk = group.column(leaf);
            chunk_bounds(chunk, &file.conversion, group.num_rows())
        }),
    }
}

fn chunk_bounds(chunk: &ColumnChunkMetaData, conversion: &Conversion, rows: i64) -> Bounds {
    let required = chunk.column_descr().max_def_level() == 0;
    let Some(statistics) = chunk.statistics() else {
        let nulls = if required {
            Nulls::None
        } else {
            Nulls::Unknown
        };
        return Bounds {
            nulls,
            ..Bounds::UNKNOWN
        };
    };
    let nulls = match statistics.null_count_opt() {
        _ if required => Nulls::None,
        Some(0) => Nulls::None,
        Some(count) if u64::try_from(rows).is_ok_and(|rows| count == rows) => Nulls::All,
        Some(_) | None => Nulls::Unknown,
    };
    let (min, max) = values(chunk, statistics, conversion);
    // A value outside the type's range reads as null: then the null count is not the column's.
    let lossless = matches!(conversion, Conversion::None) || (min.is_some() && max.is_some());
    Bounds {
        exact: min.is_some()
            && max.is_some()
            && statistics.min_is_exact()
            && statistics.max_is_exact(),
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
    statistics: &Statistics,
    conversion: &Conversion,
) -> (Option<Value>, Option<Value>) {
    let unsigned = match chunk.column_descr().logical_type_ref() {
        Some(LogicalType::Integer(int)) => !int.is_signed,
        Some(_) | None => matches!(
            chunk.column_descr().converted_type(),
            ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        ),
    };
    let convert = |value: i64| -> Option<Value> {
        match conversion {
            Conversion::None | Conversion::Integer { narrow: false } if !unsigned => {
                Some(Value::Int(value.into()))
            }
            Conversion::Integer { narrow: true } if !unsigned => {
                i32::try_from(value).ok().map(|v| Value::Int(v.into()))
            }
            Conversion::Ticks(unit) => ticks(value, *unit).map(|t| Value::Int(t.into())),
            Conversion::Date => date_ticks(value).map(|t| Value::Int(t.into())),
            Conversion::DateMillis => {
                ticks(value, TimeUnit::Millisecond).map(|t| Value::Int(t.into()))
            }
            Conversion::None
            | Conversion::Integer { .. }
            | Conversion::Int96
            | Conversion::Cast
            | Conversion::Text(_)
            | Conversion::Span(_)
            | Conversion::Json
            | Conversion::Parse(_) => None,
        }
    };
    match statistics {
        Statistics::Int32(s) => (
            s.min_opt().and_then(|v| convert((*v).into())),
            s.max_opt().and_then(|v| convert((*v).into())),
        ),
        Statistics::Int64(s) => (
            s.min_opt().and_then(|v| convert(*v)),
            s.max_opt().and_then(|v| convert(*v)),
        ),
        Statistics::Boolean(s) if *conversion == Conversion::None => (
            s.min_opt().map(|v| Value::Int((*v).into())),
            s.max_opt().map(|v| Value::Int((*v).into())),
        ),
        // Old writers compared bytes as signed and said so by the deprecated fields alone.
        Statistics::ByteArray(s)
            if *conversion == Conversion::None && !statistics.is_min_max_deprecated() =>
        {
            let text = |bytes: &[u8]| {
                std::str::from_utf8(bytes)
                    .ok()
                    .map(|s| Value::Text(s.into()))
            };
            (
                s.min_opt().and_then(|v| text(v.data())),
                s.max_opt().and_then(|v| text(v.data())),
            )
        }
        Statistics::Boolean(_)
        | Statistics::ByteArray(_)
        | Statistics::Int96(_)
        | Statistics::Float(_)
        | Statistics::Double(_)
        | Statistics::FixedLenByteArray(_) => (None, None),
    }
}
