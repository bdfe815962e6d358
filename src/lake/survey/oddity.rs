//! What is odd about a table: what may cost hits or time, or surprise.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::ColumnSurvey;
use super::footers::Footer;
use crate::lake::listing::Listing;
use crate::lake::schema::SchemaOddity;
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// A file below this is tiny: opening it costs more than reading it.
const TINY_BYTES: u64 = 1 << 20;
/// A table of fewer files does not suffer from tiny ones.
const MANY_FILES: usize = 100;
/// Row groups that are this much smaller than the largest, not counting each file's last one, are mixed.
const MIXED_GROUPS: i64 = 4;
/// Days without files that are named.
const NAMED_DAYS: usize = 20;

/// Something odd about a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Oddity {
    /// A file cannot be read.
    BadFile {
        file: String,
        detail: String,
    },
    /// Columns that hold nothing in the files that were read.
    AllNull {
        columns: Vec<String>,
    },
    /// No column is an event's time.
    NoEventTime,
    /// Files without statistics of the event's time: they cannot be pruned by it.
    NoTimeStatistics {
        files: usize,
        example: String,
    },
    /// The events of a file lie outside the time of its path, at most this far.
    TimeOutsidePath {
        files: usize,
        furthest_seconds: i64,
        example: String,
    },
    /// The folders of these days are missing between the first and the last.
    DaysMissing {
        count: usize,
        first: Vec<NaiveDate>,
    },
    /// Many files are smaller than 1 MiB.
    TinyFiles {
        files: usize,
        of: usize,
    },
    /// Rows of a group, the smallest and the largest.
    MixedRowGroups {
        smallest: i64,
        largest: i64,
    },
    /// Names that are passed over.
    Ignored {
        count: usize,
        first: Vec<String>,
    },
    /// Paths of one table are of several layouts.
    MixedLayouts {
        layouts: Vec<String>,
    },
    DuplicatesNotCounted {
        reason: String,
    },
    /// Files differ in their schema.
    #[serde(untagged)]
    Schema(SchemaOddity),
}

/// Looks for what listing and footers tell.
pub(super) fn find(
    listing: &Listing,
    footers: &[Footer],
    time: Option<&str>,
    columns: &[ColumnSurvey],
) -> Vec<Oddity> {
    let rows: u64 = footers.iter().map(Footer::rows).sum();
    let empty: Vec<String> = columns
        .iter()
        .filter(|c| rows > 0 && c.nulls == Some(rows))
        .map(|c| c.name.clone())
        .collect();
    let all_null = (!empty.is_empty()).then_some(Oddity::AllNull { columns: empty });
    [
        time.is_none().then_some(Oddity::NoEventTime),
        time.and_then(|_| without_statistics(footers)),
        outside_path(footers),
        all_null,
        days_missing(listing),
        tiny(listing),
        mixed_groups(footers),
        (listing.patterns.len() > 1).then(|| Oddity::MixedLayouts {
            layouts: listing.patterns.iter().map(|p| super::shown(p)).collect(),
        }),
        (listing.ignored > 0).then(|| Oddity::Ignored {
            count: listing.ignored,
            first: listing.ignored_names.clone(),
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn without_statistics(footers: &[Footer]) -> Option<Oddity> {
    let without: Vec<_> = footers.iter().filter(|f| !f.events_known).collect();
    Some(Oddity::NoTimeStatistics {
        files: without.len(),
        example: without.first()?.file.location.to_string(),
    })
}

fn outside_path(footers: &[Footer]) -> Option<Oddity> {
    let distance = |f: &Footer| {
        let ((first, last), path) = (f.events?, f.file.path_time?);
        let early = path.start? - first;
        let late = last - (path.end? - 1);
        let furthest = early.max(late);
        (furthest > 0).then(|| (furthest, f.file.location.to_string()))
    };
    let outside: Vec<(i64, String)> = footers.iter().filter_map(distance).collect();
    let (furthest, example) = outside.iter().max()?;
    Some(Oddity::TimeOutsidePath {
        files: outside.len(),
        furthest_seconds: (furthest + TICKS_PER_SECOND - 1) / TICKS_PER_SECOND,
        example: example.clone(),
    })
}

fn days_missing(listing: &Listing) -> Option<Oddity> {
    let days = &listing.days_without_files;
    (!days.is_empty()).then(|| Oddity::DaysMissing {
        count: days.len(),
        first: days.iter().take(NAMED_DAYS).copied().collect(),
    })
}

fn tiny(listing: &Listing) -> Option<Oddity> {
    let (files, of) = (
        listing.files.iter().filter(|f| f.size < TINY_BYTES).count(),
        listing.files.len(),
    );
    (of >= MANY_FILES && files * 2 > of).then_some(Oddity::TinyFiles { files, of })
}

fn mixed_groups(footers: &[Footer]) -> Option<Oddity> {
    let full = footers.iter().flat_map(|f| {
        let groups = f.metadata.row_groups();
        // The last group is what was left over, unless it is the only one.
        let last = groups.len().saturating_sub(1).max(1);
        groups.iter().take(last).map(|g| g.num_rows())
    });
    let (smallest, largest) = full.fold((i64::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
    (smallest < largest / MIXED_GROUPS).then_some(Oddity::MixedRowGroups { smallest, largest })
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::Schema(oddity) => oddity.fmt(f),
            Oddity::BadFile { file, detail } => write!(f, "{file} cannot be read: {detail}"),
            Oddity::AllNull { columns } => {
                write!(f, "columns without a value: {}", columns.join(", "))
            }
            Oddity::NoEventTime => f.write_str(
                "neither Timestamp nor TimeGenerated is a column of type datetime: no pruning by time inside files",
            ),
            Oddity::NoTimeStatistics { files, example } => write!(
                f,
                "{files} files have no statistics of the event's time and are read for every window, such as {example}"
            ),
            Oddity::TimeOutsidePath {
                files,
                furthest_seconds,
                example,
            } => {
                let day = TICKS_PER_DAY / TICKS_PER_SECOND;
                write!(
                    f,
                    "{files} files hold events outside the time of their path, up to {furthest_seconds} s ({:.1} days) away, such as {example}: the path slack must cover that",
                    *furthest_seconds as f64 / day as f64
                )
            }
            Oddity::DaysMissing { count, first } => {
                let days: Vec<String> = first.iter().map(NaiveDate::to_string).collect();
                let more = if *count > first.len() { ", …" } else { "" };
                write!(f, "{count} days have no files: {}{more}", days.join(", "))
            }
            Oddity::TinyFiles { files, of } => {
                write!(f, "{files} of {of} files are smaller than 1 MiB")
            }
            Oddity::MixedRowGroups { smallest, largest } => {
                write!(f, "row groups have from {smallest} to {largest} rows")
            }
            Oddity::Ignored { count, first } => {
                let more = if *count > first.len() { ", …" } else { "" };
                write!(f, "{count} names are passed over: {}{more}", first.join(", "))
            }
            Oddity::MixedLayouts { layouts } => {
                write!(f, "several layouts: {}", layouts.join(", "))
            }
            Oddity::DuplicatesNotCounted { reason } => {
                write!(f, "duplicates were not counted: {reason}")
            }
        }
    }
}

impl fmt::Display for SchemaOddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchemaOddity::MissingInFiles {
                column,
                files,
                of,
                example,
            } => write!(
                f,
                "{column} is missing in {files} of {of} files, such as {example}"
            ),
            SchemaOddity::TypesDiffer {
                column,
                types,
                becomes,
                clash,
            } => {
                let types: Vec<String> = types.iter().map(|(t, n)| format!("{t} ({n})")).collect();
                let why = if *clash {
                    ", for want of a better type"
                } else {
                    ""
                };
                write!(
                    f,
                    "{column} has several types, {}: it is read as {becomes}{why}",
                    types.join(", ")
                )
            }
            SchemaOddity::CaseDiffers { column, spellings } => {
                write!(f, "{column} is spelled {}", spellings.join(", "))
            }
        }
    }
}
