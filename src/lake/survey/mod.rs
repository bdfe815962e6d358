//! What a lake holds and what is odd about it: the content of `retrohunt lake`.
//!
//! In: a [`Lake`] and [`SurveyOptions`]. Out: a [`TableSurvey`] for each table, as plain data. What always
//! holds: what was not looked at is said to be so (`footers_read` of `files`), and a table that cannot be
//! read is in the answer with its fault.

mod duplicates;
mod footers;
mod oddity;

use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

pub use duplicates::DuplicateSample;
pub use oddity::Oddity;

use super::error::LakeError;
use super::file::TimeRange;
use super::listing::{Listing, TableLocation};
use super::open::Lake;
use super::schema::{self, FileSchema};
use crate::symbols::{
    BuiltinCatalogue, Catalogue, ScalarType, TICKS_PER_SECOND, TableSchema, UNIX_EPOCH_TICKS,
};
use footers::Footer;

/// Footers read at one time.
const CONCURRENCY: usize = 16;

/// How much of a lake is looked at.
#[derive(Debug, Clone)]
pub struct SurveyOptions {
    /// Only this table.
    pub table: Option<String>,
    /// Footers read of one table: the first file's, the last's and those between at even distances.
    pub max_footers: usize,
    /// Whether a day is read to count duplicates.
    pub duplicates: bool,
    /// The day to count duplicates in; the one of the middle file where None.
    pub day: Option<NaiveDate>,
    /// A day with more rows is not counted: its keys are held in memory.
    pub max_duplicate_rows: u64,
}

impl Default for SurveyOptions {
    fn default() -> Self {
        Self {
            table: None,
            max_footers: 1000,
            duplicates: true,
            day: None,
            max_duplicate_rows: 5_000_000,
        }
    }
}

/// A range of time as ISO texts in UTC, for people and for JSON; both ends are times of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    pub first: String,
    pub last: String,
}

/// A column of the table in the files that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnSurvey {
    pub name: String,
    #[serde(rename = "type", serialize_with = "schema::serialize_type")]
    pub ty: ScalarType,
    /// Null values; None where a file has no statistics for the column.
    pub nulls: Option<u64>,
    /// Whether the catalogue has the column in this table; None for tables that it lacks.
    pub in_catalogue: Option<bool>,
}

/// What is known of one table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableSurvey {
    pub table: String,
    pub url: String,
    pub in_catalogue: bool,
    /// The time levels of its paths, `date=` or `y=/m=/d=/h=/m=`; "flat" where there are none.
    pub layout: Vec<String>,
    pub files: usize,
    pub bytes: u64,
    pub footers_read: usize,
    /// Rows of the files whose footers were read.
    pub rows: u64,
    /// Rows of all files, in proportion to bytes; equal to `rows` where all footers were read.
    pub rows_estimated: u64,
    /// From the statistics of the event's time in the footers read.
    pub events: Option<Span>,
    /// The times that the paths of all files stand for.
    pub paths: Option<Span>,
    pub columns: Vec<ColumnSurvey>,
    pub duplicates: Option<DuplicateSample>,
    pub oddities: Vec<Oddity>,
    /// Why the table could not be looked at.
    pub fault: Option<String>,
}

/// Looks at the tables of a lake.
///
/// # Errors
/// Those of finding the tables. A fault of one table is in its [`TableSurvey::fault`].
pub async fn survey(lake: &Lake, options: &SurveyOptions) -> Result<Vec<TableSurvey>, LakeError> {
    let tables = match &options.table {
        Some(name) => lake.table(name).await?.into_iter().collect(),
        None => lake.tables().await?,
    };
    let mut surveys = Vec::new();
    for table in &tables {
        surveys.push(match survey_table(table, options).await {
            Ok(survey) => survey,
            Err(fault) => TableSurvey {
                fault: Some(fault.to_string()),
                ..TableSurvey::empty(table)
            },
        });
    }
    Ok(surveys)
}

/// The schema of a table's files: of the first, the last and some between (`max_footers` in all). A file
/// that cannot be read is passed over here; the scan names it.
///
/// # Errors
/// Those of the store.
pub async fn table_schema(
    table: &TableLocation,
    listing: &Listing,
    max_footers: usize,
) -> Result<schema::Reconciled, LakeError> {
    let (footers, _) = read_footers(table, listing, max_footers).await?;
    let known = BuiltinCatalogue.table(&table.table);
    Ok(reconciled(table, &footers, known.as_ref()))
}

async fn survey_table(
    table: &TableLocation,
    options: &SurveyOptions,
) -> Result<TableSurvey, LakeError> {
    let listing = table.list(TimeRange::default(), 0).await?;
    let (footers, bad) = read_footers(table, &listing, options.max_footers).await?;
    let known = BuiltinCatalogue.table(&table.table);
    let merged = reconciled(table, &footers, known.as_ref());
    let time = schema::event_time_column(&merged.schema).map(|c| c.name.clone());
    let events = footers::event_range(&footers);
    let mut survey = TableSurvey {
        in_catalogue: known.is_some(),
        layout: listing.patterns.iter().map(|p| shown(p)).collect(),
        files: listing.files.len(),
        bytes: listing.bytes(),
        footers_read: footers.len(),
        rows: footers.iter().map(Footer::rows).sum(),
        events: events.map(|(first, last)| span(first, last)),
        paths: path_span(&listing),
        columns: columns(&merged.schema, &footers, known.as_ref()),
        ..TableSurvey::empty(table)
    };
    let read: u64 = footers.iter().map(|f| f.file.size).sum();
    survey.rows_estimated = if footers.len() == listing.files.len() || read == 0 {
        survey.rows
    } else {
        (survey.rows as f64 * survey.bytes as f64 / read as f64) as u64
    };
    survey.oddities = oddity::find(&listing, &footers, time.as_deref(), &survey.columns);
    survey
        .oddities
        .extend(merged.oddities.into_iter().map(Oddity::Schema));
    survey.oddities.extend(bad);
    if options.duplicates {
        let counted = duplicates::count(table, &listing, &merged.schema, &footers, options).await;
        match counted {
            Ok(sample) => survey.duplicates = sample,
            Err(fault) => survey.oddities.push(Oddity::DuplicatesNotCounted {
                reason: fault.to_string(),
            }),
        }
    }
    Ok(survey)
}

/// Reads the footers of some files; a damaged file is an oddity.
async fn read_footers(
    table: &TableLocation,
    listing: &Listing,
    most: usize,
) -> Result<(Vec<Footer>, Vec<Oddity>), LakeError> {
    let read: Vec<Result<Footer, Oddity>> =
        futures::stream::iter(sample(listing.files.len(), most))
            .map(|at| async move {
                match Footer::read(table, &listing.files[at]).await {
                    Ok(footer) => Ok(Ok(footer)),
                    Err(LakeError::BadFile { url, detail }) => {
                        Ok(Err(Oddity::BadFile { file: url, detail }))
                    }
                    Err(other) => Err(other),
                }
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
    let mut footers = Vec::new();
    let mut bad = Vec::new();
    for result in read {
        match result {
            Ok(footer) => footers.push(footer),
            Err(oddity) => bad.push(oddity),
        }
    }
    Ok((footers, bad))
}

/// At most `most` of `count` positions, at even distances, the first and the last among them.
fn sample(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    match most {
        0 => Vec::new(),
        1 => vec![0],
        most => (0..most).map(|n| n * (count - 1) / (most - 1)).collect(),
    }
}

fn reconciled(
    table: &TableLocation,
    footers: &[Footer],
    known: Option<&TableSchema>,
) -> schema::Reconciled {
    let files: Vec<FileSchema<'_>> = footers
        .iter()
        .map(|f| FileSchema {
            name: f.file.location.as_ref(),
            schema: &f.schema,
            partitions: &f.file.partitions,
        })
        .collect();
    schema::reconcile(&table.table, &files, known)
}

fn columns(
    merged: &TableSchema,
    footers: &[Footer],
    known: Option<&TableSchema>,
) -> Vec<ColumnSurvey> {
    merged
        .columns
        .iter()
        .map(|column| ColumnSurvey {
            name: column.name.clone(),
            ty: column.ty,
            nulls: footers.iter().map(|f| f.nulls(&column.name)).sum(),
            in_catalogue: known.map(|known| known.column(&column.name).is_some()),
        })
        .collect()
}

fn path_span(listing: &Listing) -> Option<Span> {
    let ranges = || listing.files.iter().filter_map(|f| f.path_time);
    let first = ranges().filter_map(|r| r.start).min()?;
    let last = ranges().filter_map(|r| r.end).max()?;
    Some(span(first, last - 1))
}

fn shown(pattern: &str) -> String {
    if pattern.is_empty() { "flat" } else { pattern }.to_owned()
}

fn span(first: i64, last: i64) -> Span {
    Span {
        first: iso(first),
        last: iso(last),
    }
}

/// Ticks as KQL prints a datetime: seven fraction digits and Z.
fn iso(ticks: i64) -> String {
    let since = ticks - UNIX_EPOCH_TICKS;
    let seconds = since.div_euclid(TICKS_PER_SECOND);
    let fraction = since.rem_euclid(TICKS_PER_SECOND);
    match chrono::DateTime::from_timestamp(seconds, 0) {
        Some(time) => format!("{}.{fraction:07}Z", time.format("%Y-%m-%dT%H:%M:%S")),
        None => ticks.to_string(),
    }
}

impl TableSurvey {
    fn empty(table: &TableLocation) -> TableSurvey {
        TableSurvey {
            table: table.table.clone(),
            url: table.url(),
            in_catalogue: BuiltinCatalogue.table(&table.table).is_some(),
            layout: Vec::new(),
            files: 0,
            bytes: 0,
            footers_read: 0,
            rows: 0,
            rows_estimated: 0,
            events: None,
            paths: None,
            columns: Vec::new(),
            duplicates: None,
            oddities: Vec::new(),
            fault: None,
        }
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
