//! One file's footer: its schema, rows, null counts, and the range of its events' time.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::Type as PhysicalType;
use parquet::file::metadata::ParquetMetaData;

use crate::lake::error::LakeError;
use crate::lake::file::LakeFile;
use crate::lake::listing::TableLocation;
use crate::lake::schema::EVENT_TIME_COLUMNS;
use crate::lake::store::LakeReader;
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// A file whose footer was read.
pub(super) struct Footer {
    pub(super) file: LakeFile,
    pub(super) schema: SchemaRef,
    pub(super) metadata: Arc<ParquetMetaData>,
    pub(super) reader: Arc<LakeReader>,
    /// First and last event time in ticks, of the row groups that have statistics.
    pub(super) events: Option<(i64, i64)>,
    /// Whether every row group with rows has statistics of the event's time.
    pub(super) events_known: bool,
}

impl Footer {
    pub(super) async fn read(table: &TableLocation, file: &LakeFile) -> Result<Footer, LakeError> {
        let reader = table.store.reader(file);
        let metadata = reader.footer().await?;
        let parquet = metadata.file_metadata();
        let schema = parquet_to_arrow_schema(parquet.schema_descr(), parquet.key_value_metadata())
            .map_err(|e| reader.parquet_error(e))?;
        let mut footer = Footer {
            file: file.clone(),
            schema: Arc::new(schema),
            metadata: Arc::new(metadata),
            reader: Arc::new(reader),
            events: None,
            events_known: false,
        };
        (footer.events, footer.events_known) = footer.event_range();
        Ok(footer)
    }

    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default()
    }

    /// The file's own spelling of a column.
    pub(super) fn spelled(&self, column: &str) -> Option<&str> {
        let fields = self.schema.fields();
        let exact = fields.iter().find(|f| f.name() == column);
        let other = || {
            fields
                .iter()
                .find(|f| f.name().eq_ignore_ascii_case(column))
        };
        exact.or_else(other).map(|f| f.name().as_str())
    }

    /// Null values of a column; all rows where the file lacks it, None without statistics.
    pub(super) fn nulls(&self, column: &str) -> Option<u64> {
        let Some(name) = self.spelled(column) else {
            let is_partition = |(key, _): &(String, String)| key.eq_ignore_ascii_case(column);
            let known = self.file.partitions.iter().any(is_partition);
            return Some(if known { 0 } else { self.rows() });
        };
        let counts = self
            .converter(name)?
            .with_missing_null_counts_as_zero(false)
            .row_group_null_counts(self.metadata.row_groups())
            .ok()?;
        (counts.null_count() == 0).then(|| counts.values().iter().sum())
    }

    fn converter<'a>(&'a self, name: &'a str) -> Option<StatisticsConverter<'a>> {
        let descriptor = self.metadata.file_metadata().schema_descr();
        StatisticsConverter::try_new(name, &self.schema, descriptor)
            .ok()
            // Nested columns have no statistics of their own.
            .filter(|converter| converter.parquet_column_index().is_some())
    }

    /// The name of the event's time in this file.
    pub(super) fn time_column(&self) -> Option<&str> {
        EVENT_TIME_COLUMNS
            .iter()
            .find_map(|name| self.spelled(name))
    }

    fn event_range(&self) -> (Option<(i64, i64)>, bool) {
        let ranges = self.row_group_ranges();
        let groups = self.metadata.row_groups();
        let known = |(range, group): (&Option<(i64, i64)>, _)| range.is_some() || empty(group);
        let all = ranges.len() == groups.len() && ranges.iter().zip(groups).all(known);
        let range = ranges
            .into_iter()
            .flatten()
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        (range, all)
    }

    /// For each row group, the first and the last event time in ticks; empty where the column's type has
    /// no usable statistics.
    pub(super) fn row_group_ranges(&self) -> Vec<Option<(i64, i64)>> {
        let read = || {
            let converter = self.converter(self.time_column()?)?;
            let descriptor = self.metadata.file_metadata().schema_descr();
            let column = descriptor.column(converter.parquet_column_index()?);
            // The order of INT96 statistics is not defined.
            if column.physical_type() == PhysicalType::INT96 {
                return None;
            }
            let groups = self.metadata.row_groups();
            let lows = ticks(&converter.row_group_mins(groups).ok()?)?;
            let highs = ticks(&converter.row_group_maxes(groups).ok()?)?;
            Some(
                lows.into_iter()
                    .zip(highs)
                    .map(|(a, b)| Some((a?, b?)))
                    .collect(),
            )
        };
        read().unwrap_or_default()
    }
}

fn empty(group: &parquet::file::metadata::RowGroupMetaData) -> bool {
    group.num_rows() == 0
}

/// First and last event time over all footers.
pub(super) fn event_range(footers: &[Footer]) -> Option<(i64, i64)> {
    footers
        .iter()
        .filter_map(|f| f.events)
        .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
}

/// Times of a file as ticks; None for a type that is no time.
pub(super) fn ticks(array: &ArrayRef) -> Option<Vec<Option<i64>>> {
    let (array, unit) = match array.data_type() {
        DataType::Timestamp(unit, _) => (Arc::clone(array), *unit),
        DataType::Date32 => (
            cast(array, &DataType::Timestamp(TimeUnit::Second, None)).ok()?,
            TimeUnit::Second,
        ),
        DataType::Date64 => (Arc::clone(array), TimeUnit::Millisecond),
        _ => return None,
    };
    let counts = cast(&array, &DataType::Int64).ok()?;
    let scaled = |value: i64| match unit {
        TimeUnit::Second => value.checked_mul(TICKS_PER_SECOND),
        TimeUnit::Millisecond => value.checked_mul(TICKS_PER_SECOND / 1_000),
        TimeUnit::Microsecond => value.checked_mul(TICKS_PER_SECOND / 1_000_000),
        TimeUnit::Nanosecond => Some(value.div_euclid(100)),
    };
    let to_ticks = |value: i64| scaled(value)?.checked_add(UNIX_EPOCH_TICKS);
    let counts = counts.as_primitive::<Int64Type>();
    Some(
        counts
            .iter()
            .map(|value| value.and_then(to_ticks))
            .collect(),
    )
}

/// The day that an instant lies in, as ticks.
pub(super) fn day_of(ticks: i64) -> i64 {
    ticks.div_euclid(TICKS_PER_DAY) * TICKS_PER_DAY
}
