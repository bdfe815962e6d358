//! Results as table, JSON, NDJSON, CSV or Parquet.
//!
//! In: columns and batches, all at once ([`write_result`]) or one by one ([`ResultWriter`]). Out:
//! bytes on any writer. What always holds: every format but the table keeps each value whole; a
//! table says so where it leaves rows out.

mod csv;
mod json;
mod table;

use std::io::Write;
use std::str::FromStr;

use arrow::array::RecordBatch;
use clap::ValueEnum;

use super::ReportError;
use crate::hunt::output::ResultSpool;
use crate::plan::Column;

/// How a result is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: aligned columns.
    Table,
    /// A list of objects.
    Json,
    /// One object a line.
    Ndjson,
    /// With a header, quoted where needed. Cells are data, never guarded against spreadsheets that
    /// take `=`, `+`, `-` or `@` for the beginning of a formula: import such files as text.
    Csv,
    /// The file that a hunt stores.
    Parquet,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Format as ValueEnum>::from_str(text, true)
    }
}

/// What the output is like, and what goes with the result.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The output is looked at: text that a terminal would obey is escaped in every format.
    pub terminal: bool,
    /// Columns of the terminal that a table must fit in; None: as wide as its cells.
    pub width: Option<u16>,
    /// The rows that a table shows at most.
    pub max_rows: Option<usize>,
    /// The key-value metadata of a Parquet file.
    pub metadata: Vec<(String, String)>,
}

impl Options {
    /// Rows of a table that are still looked at rather than searched.
    const TERMINAL_ROWS: usize = 10_000;

    /// The options for stdout as it is: a pipe gets everything, whole.
    pub fn for_stdout() -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        Self {
            terminal,
            width: terminal.then(table::terminal_width).flatten(),
            max_rows: terminal.then_some(Self::TERMINAL_ROWS),
            metadata: Vec::new(),
        }
    }

    /// Whole cells and all rows, on a terminal too.
    pub fn wide(mut self) -> Self {
        self.width = None;
        self.max_rows = None;
        self
    }
}

/// Writes a whole result.
///
/// # Errors
/// [`ReportError::Write`], or batches that are not ones of these columns.
pub fn write_result(
    format: Format,
    columns: &[Column],
    batches: &[RecordBatch],
    out: &mut dyn Write,
    options: &Options,
) -> Result<(), ReportError> {
    let mut writer = ResultWriter::new(format, columns, out, options)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()
}

/// Writes a result batch by batch.
pub struct ResultWriter<'w>(Form<'w>);

enum Form<'w> {
    Table(table::TableWriter<'w>),
    Json(json::JsonWriter<'w>),
    Csv(csv::CsvWriter<'w>),
    Parquet {
        spool: ResultSpool,
        out: &'w mut dyn Write,
        metadata: Vec<(String, String)>,
    },
}

impl<'w> ResultWriter<'w> {
    /// # Errors
    /// [`ReportError::Write`], [`ReportError::ParquetOnTerminal`].
    pub fn new(
        format: Format,
        columns: &[Column],
        out: &'w mut dyn Write,
        options: &Options,
    ) -> Result<Self, ReportError> {
        Ok(Self(match format {
            Format::Table => Form::Table(table::TableWriter::new(columns, out, options)),
            Format::Json => Form::Json(json::JsonWriter::list(columns, out)),
            Format::Ndjson => Form::Json(json::JsonWriter::lines(columns, out)),
            Format::Csv => Form::Csv(csv::CsvWriter::new(columns, out, options.terminal)?),
            Format::Parquet if options.terminal => return Err(ReportError::ParquetOnTerminal),
            Format::Parquet => Form::Parquet {
                spool: ResultSpool::new(columns),
                out,
                metadata: options.metadata.clone(),
            },
        }))
    }

    /// # Errors
    /// [`ReportError::Write`], or a batch that is not one of the columns.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ReportError> {
        match &mut self.0 {
            Form::Table(table) => table.write(batch),
            Form::Json(json) => json.write(batch),
            Form::Csv(csv) => csv.write(batch),
            Form::Parquet { spool, .. } => Ok(spool.push(batch)?),
        }
    }

    /// Writes what is still held back. Without it the output is not whole.
    ///
    /// # Errors
    /// [`ReportError::Write`].
    pub fn finish(self) -> Result<(), ReportError> {
        match self.0 {
            Form::Table(table) => table.finish(),
            Form::Json(json) => json.finish(),
            Form::Csv(csv) => csv.finish(),
            Form::Parquet {
                spool,
                out,
                metadata,
            } => {
                spool.finish(&metadata)?.copy_to(out)?;
                Ok(out.flush()?)
            }
        }
    }
}
