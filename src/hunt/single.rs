//! One rule over the lake, once.
//!
//! In: an [`Engine`], a rule's query, the instant that `now()` means. Out: [`Outcome`]: the rows, the events
//! behind them, what was read, and what a reader of the result must know ([`Outcome::notes`]).
//! What always holds: no hits and no data are told apart: days without files, columns that are null
//! throughout and files that were passed over are in the notes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arrow::record_batch::RecordBatch;

use super::exclusion::{self, OverLake, SetAside};
use crate::compile::{Compiled, CompiledQuery, Options};
use crate::engine::{Engine, EngineError, TableReport};
use crate::plan::Column;

/// Rows with their columns.
#[derive(Debug, Clone)]
pub struct Rows {
    pub columns: Vec<Column>,
    pub batches: Vec<RecordBatch>,
}

impl Rows {
    pub fn count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// How long each part took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    pub compile: Duration,
    pub plan: Duration,
    pub run: Duration,
    pub write: Duration,
}

/// What a rule gave.
#[derive(Debug)]
pub struct Outcome {
    pub result: Rows,
    pub evidence: Option<Rows>,
    /// What exclusions set aside, where some apply.
    pub set_aside: Option<SetAside>,
    pub statement: datafusion::sql::sqlparser::ast::Statement,
    /// What was read for the result, a table each.
    pub tables: Vec<TableReport>,
    /// What was read for the evidence.
    pub evidence_tables: Vec<TableReport>,
    pub timings: Timings,
}

/// A rule that compiled, or only its faults.
pub struct Prepared {
    pub compiled: Compiled,
    pub took: Duration,
}

/// Compiles a rule's query; `as_of` is what `now()` means where columns must be found in the data.
///
/// # Errors
/// Those of the lake, where its schemas or its rows are needed.
pub async fn prepare(
    engine: &Engine,
    query: &str,
    options: Options<'_>,
    as_of: i64,
) -> Result<Prepared, EngineError> {
    let start = Instant::now();
    let compiled = engine.compile_over(query, options, as_of).await?;
    Ok(Prepared {
        compiled,
        took: start.elapsed(),
    })
}

/// Runs a compiled query. `watch` is given each table's counters once, before the scan begins.
///
/// # Errors
/// Those of [`Engine::plan`] and of running.
pub async fn run(
    engine: &Engine,
    query: &CompiledQuery,
    as_of: i64,
    watch: impl FnOnce(Vec<crate::engine::Counters>),
) -> Result<Outcome, EngineError> {
    let start = Instant::now();
    let planned = engine.plan(query, as_of).await?;
    let planning = start.elapsed();
    watch(planned.counters());
    let start = Instant::now();
    let batches = planned.collect().await?;
    let tables = planned.tables();
    let mut evidence_tables = Vec::new();
    let result = Rows {
        columns: query.columns.clone(),
        batches,
    };
    let evidence = match &query.evidence {
        Some(events) if result.count() > 0 => {
            let planned = engine.plan(events, as_of).await?;
            let batches = planned.collect().await?;
            evidence_tables = planned.tables();
            Some(Rows {
                columns: events.columns.clone(),
                batches,
            })
        }
        Some(events) => Some(Rows {
            columns: events.columns.clone(),
            batches: Vec::new(),
        }),
        None => None,
    };
    let counting = OverLake { engine, as_of };
    let set_aside = exclusion::suppressed(&counting, query).await?;
    Ok(Outcome {
        result,
        evidence,
        set_aside,
        statement: query.statement.clone(),
        tables,
        evidence_tables,
        timings: Timings {
            plan: planning,
            run: start.elapsed(),
            ..Timings::default()
        },
    })
}

impl Outcome {
    /// What was read, for the result and for the evidence.
    pub fn read(&self) -> impl Iterator<Item = &TableReport> {
        self.tables.iter().chain(&self.evidence_tables)
    }

    /// What a reader of the result must know, a sentence each; the same input gives the same notes. Columns of
    /// the evidence that the rule does not need are none of it.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = notes(&self.tables);
        for note in skipped(&self.evidence_tables) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        for found in self.set_aside.iter().flat_map(|s| &s.scenarios) {
            notes.push(found.sentence());
        }
        notes
    }

    /// Whether files were passed over.
    pub fn skipped_files(&self) -> bool {
        self.read().any(|t| !t.scan.skipped_files.is_empty())
    }

    pub fn bytes_read(&self) -> u64 {
        self.read().map(|t| t.bytes_read).sum()
    }

    pub fn requests(&self) -> u64 {
        self.read().map(|t| t.requests).sum()
    }
}

/// What stands between the table and the file that was passed over.
const SKIPPED: &str = ": skipped ";

/// Whether a note names a file that was passed over: hits may be missing, which no other note says.
pub fn names_skipped_file(note: &str) -> bool {
    note.contains(SKIPPED)
}

/// What a reader of the result must know, a sentence each; the same input gives the same notes.
pub(super) fn notes(tables: &[TableReport]) -> Vec<String> {
    let mut notes = Vec::new();
    for table in tables {
        let name = &table.table;
        let scan = &table.scan;
        if scan.files_listed == 0 {
            notes.push(format!("{name}: no files in the window"));
        } else if !table.days_without_files.is_empty() {
            notes.push(format!(
                "{name}: no files for {}",
                days(&table.days_without_files)
            ));
        }
        let opened = scan.inputs.len() as u64;
        let mut missing: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for (column, lacking) in &scan.missing_columns {
            missing.entry(*lacking).or_default().push(column);
        }
        for (lacking, columns) in missing {
            let columns = match columns[..] {
                [column] => format!("the column {column}, which reads"),
                _ => format!("the columns {}, which read", columns.join(", ")),
            };
            notes.push(format!(
                "{name}: {lacking} of {opened} files lack {columns} as null there"
            ));
        }
        for column in &scan.null_columns {
            notes.push(format!("{name}: the column {column} is null throughout"));
        }
        for (column, values) in &scan.conversion_failures {
            notes.push(format!(
                "{name}: {values} values of {column} could not be read in the column's type and are null"
            ));
        }
        notes.extend(skipped(std::slice::from_ref(table)));
    }
    notes.dedup();
    notes
}

/// The files that were passed over, a sentence each.
fn skipped(tables: &[TableReport]) -> impl Iterator<Item = String> {
    tables.iter().flat_map(|table| {
        let files = table.scan.skipped_files.iter();
        files.map(|(file, why)| format!("{}{SKIPPED}{file}: {why}", table.table))
    })
}

/// The first days of a list, and how many more there are.
pub(super) fn days(days: &[chrono::NaiveDate]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = days.iter().take(SHOWN).map(ToString::to_string).collect();
    match days.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more days", shown.join(", ")),
    }
}
