//! How often events of one day are there more than once: continuous exports repeat some.
//!
//! In: a table, its footers. Out: [`DuplicateSample`]. What always holds: the count is exact for the day:
//! every file whose path is within a day of it is read, but for row groups whose statistics rule it out.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use serde::Serialize;

use super::footers::{self, Footer};
use super::{CONCURRENCY, SurveyOptions};
use crate::lake::error::LakeError;
use crate::lake::file::TimeRange;
use crate::lake::footer::OpenParquet;
use crate::lake::listing::{Listing, TableLocation, date_of};
use crate::lake::schema;
use crate::symbols::{TICKS_PER_DAY, TableSchema};

/// What tells one event from another, beside its time.
const IDENTITY: [&str; 2] = ["DeviceId", "ReportId"];

/// The events of one day that are there more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateSample {
    pub day: NaiveDate,
    /// The columns that tell events apart.
    pub columns: Vec<String>,
    pub rows: u64,
    /// Rows whose key an earlier row has.
    pub repeated: u64,
    pub files: usize,
}

/// Counts the repeated events of one day; None where the table has no such columns or no events.
pub(super) async fn count(
    table: &TableLocation,
    listing: &Listing,
    merged: &TableSchema,
    sampled: &[Footer],
    options: &SurveyOptions,
) -> Result<Option<DuplicateSample>, LakeError> {
    let has = |name: &&str| merged.columns.iter().any(|c| c.name == **name);
    let identity: Vec<&str> = IDENTITY.into_iter().filter(|name| has(name)).collect();
    let (Some(time), false) = (schema::event_time_column(merged), identity.is_empty()) else {
        return Ok(None);
    };
    let chosen = options.day.map(day_ticks).or_else(|| {
        let timed: Vec<i64> = sampled.iter().filter_map(|f| Some(f.events?.0)).collect();
        timed.get(timed.len() / 2).copied().map(footers::day_of)
    });
    let Some(day) = chosen else { return Ok(None) };
    let range = TimeRange::new(Some(day), Some(day + TICKS_PER_DAY));

    // Late events stand in the folders beside.
    let near = range.widened(TICKS_PER_DAY);
    let files = listing
        .files
        .iter()
        .filter(|f| f.path_time.is_none_or(|path| path.overlaps(&near)));
    let opened: Vec<Footer> = futures::stream::iter(files)
        .map(|file| Footer::read(table, file))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let touched: Vec<(&Footer, Vec<usize>)> = opened
        .iter()
        .map(|footer| (footer, groups_of(footer, range)))
        .filter(|(_, groups)| !groups.is_empty())
        .collect();
    let rows: u64 = touched
        .iter()
        .flat_map(|(f, groups)| groups.iter().map(|g| f.metadata.row_group(*g).num_rows()))
        .map(|rows| u64::try_from(rows).unwrap_or_default())
        .sum();
    if rows > options.max_duplicate_rows {
        return Err(LakeError::Io {
            url: table.url(),
            detail: format!(
                "the day has up to {rows} rows, more than the {} that are held in memory",
                options.max_duplicate_rows
            ),
        });
    }
    let mut sample = DuplicateSample {
        day: date_of(day).unwrap_or_default(),
        columns: std::iter::once(time.name.as_str())
            .chain(identity.iter().copied())
            .map(str::to_owned)
            .collect(),
        rows: 0,
        repeated: 0,
        files: touched.len(),
    };
    let mut seen = HashSet::new();
    for (footer, groups) in touched {
        add_file(footer, groups, &identity, range, &mut seen, &mut sample).await?;
    }
    Ok(Some(sample))
}

/// The row groups that may hold an event of the range.
fn groups_of(footer: &Footer, range: TimeRange) -> Vec<usize> {
    let ranges = footer.row_group_ranges();
    let may = |at: &usize| match ranges.get(*at).copied().flatten() {
        Some((first, last)) => TimeRange::new(Some(first), Some(last + 1)).overlaps(&range),
        None => true,
    };
    (0..footer.metadata.num_row_groups()).filter(may).collect()
}

async fn add_file(
    footer: &Footer,
    groups: Vec<usize>,
    identity: &[&str],
    range: TimeRange,
    seen: &mut HashSet<Box<[u8]>>,
    sample: &mut DuplicateSample,
) -> Result<(), LakeError> {
    let Some(time) = footer.time_column() else {
        return Ok(());
    };
    let names: Vec<Option<&str>> = identity.iter().map(|name| footer.spelled(name)).collect();
    let fault = |e| footer.reader.parquet_error(e);
    let file = OpenParquet {
        reader: footer.reader.clone(),
        metadata: footer.metadata.clone(),
    };
    let builder = ParquetRecordBatchStreamBuilder::new(file)
        .await
        .map_err(fault)?;
    let descriptor = footer.metadata.file_metadata().schema_descr();
    let wanted = names.iter().copied().flatten().chain([time]);
    let mask = ProjectionMask::columns(descriptor, wanted);
    let stream = builder
        .with_projection(mask)
        .with_row_groups(groups)
        .build();
    let mut batches = stream.map_err(fault)?;
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(fault)?;
        let column = |name: &str| batch.column_by_name(name);
        let text = |name: &Option<&str>| {
            let array = name.and_then(column)?;
            cast(array, &DataType::Utf8).ok()
        };
        let texts: Vec<Option<ArrayRef>> = names.iter().map(text).collect();
        let Some(times) = column(time).and_then(footers::ticks) else {
            return Err(footer
                .reader
                .bad("its event time is no timestamp".to_owned()));
        };
        for (row, at) in times.into_iter().enumerate() {
            let inside = at.filter(|at| range.start <= Some(*at) && Some(*at) < range.end);
            let Some(at) = inside else { continue };
            let mut key = at.to_le_bytes().to_vec();
            for array in texts.iter().map(Option::as_ref) {
                if let Some(array) = array.filter(|a| a.is_valid(row)) {
                    key.extend_from_slice(array.as_string::<i32>().value(row).as_bytes());
                }
                // No text holds this byte.
                key.push(0xff);
            }
            sample.rows += 1;
            if !seen.insert(key.into_boxed_slice()) {
                sample.repeated += 1;
            }
        }
    }
    Ok(())
}

fn day_ticks(day: NaiveDate) -> i64 {
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    crate::symbols::UNIX_EPOCH_TICKS + days * TICKS_PER_DAY
}
