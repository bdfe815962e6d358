//! Tables for people.
//!
//! In: batches. Out: aligned text. On a terminal a table fits its width: long cells are cut with an
//! ellipsis, and rows with too many columns for it stand one cell a line. What always holds: no
//! control character of an event is written; rows that are left out are counted in a last line.

use std::io::Write;

use arrow::array::RecordBatch;
use comfy_table::{
    CellAlignment, ContentArrangement, Row, Table,
    presets::{NOTHING, UTF8_FULL_CONDENSED},
};

use super::Options;
use crate::plan::Column;
use crate::report::ReportError;
use crate::report::cells::cells;
use crate::report::neutral::neutral;

/// Rows of one table; more rows follow in a next one, so that memory stays bounded.
const ROWS_A_TABLE: usize = 10_000;
/// A column is not made narrower than this on a terminal.
const MIN_WIDTH: u16 = 10;
/// Two spaces and a line beside each cell.
const CELL_FRAME: u16 = 3;
/// Occurs in no cell: so cells are cut at the terminal's width and not at a space.
const NO_DELIMITER: char = '\0';

/// The width of the terminal at stdout.
pub(super) fn terminal_width() -> Option<u16> {
    Table::new().width()
}

pub(super) struct TableWriter<'w> {
    columns: Vec<Column>,
    out: &'w mut dyn Write,
    width: Option<u16>,
    max_rows: usize,
    /// The cells of the rows that are not written yet.
    rows: Vec<Vec<String>>,
    /// Whether cells stand at the right, a flag a column.
    right: Vec<bool>,
    shown: usize,
    total: usize,
}

impl<'w> TableWriter<'w> {
    pub(super) fn new(columns: &[Column], out: &'w mut dyn Write, options: &Options) -> Self {
        Self {
            columns: columns.to_vec(),
            out,
            width: options.width,
            max_rows: options.max_rows.unwrap_or(usize::MAX),
            rows: Vec::new(),
            right: vec![false; columns.len()],
            shown: 0,
            total: 0,
        }
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ReportError> {
        self.total += batch.num_rows();
        let cells = cells(&self.columns, batch)?;
        self.right = cells.iter().map(|cell| cell.is_number()).collect();
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            if self.shown + self.rows.len() >= self.max_rows {
                break;
            }
            if self.rows.len() == ROWS_A_TABLE {
                self.write_table()?;
            }
            let shown = cells.iter().map(|cell| {
                text.clear();
                cell.push_text(row, &mut text);
                neutral(&String::from_utf8_lossy(&text)).into_owned()
            });
            self.rows.push(shown.collect());
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ReportError> {
        if self.columns.is_empty() {
            writeln!(self.out, "({} rows without columns)", self.total)?;
        } else if !self.rows.is_empty() || self.shown == 0 {
            self.write_table()?;
        }
        if self.shown < self.total {
            writeln!(
                self.out,
                "(the first {} of {} rows; another format or a pipe has them all)",
                self.shown, self.total
            )?;
        }
        Ok(self.out.flush()?)
    }

    fn write_table(&mut self) -> Result<(), ReportError> {
        let rows = std::mem::take(&mut self.rows);
        let first = self.shown + 1;
        self.shown += rows.len();
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| neutral(&column.name).into_owned())
            .collect();
        let mut table = new_table(UTF8_FULL_CONDENSED, self.width);
        table.set_header(one_line(names.clone()));
        for (column, right) in table.column_iter_mut().zip(&self.right) {
            if *right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let fits = |table: &Table, width: u16| {
            let widths = table.column_max_content_widths();
            let least: u32 = widths
                .iter()
                .map(|w| u32::from((*w).min(MIN_WIDTH) + CELL_FRAME))
                .sum();
            least < u32::from(width)
        };
        for row in &rows {
            table.add_row(one_line(row.clone()));
        }
        match self.width {
            Some(width) if !fits(&table, width) => self.write_records(&names, &rows, first),
            Some(_) | None => {
                for line in table.lines() {
                    writeln!(self.out, "{}", line.trim_end())?;
                }
                Ok(())
            }
        }
    }

    /// A row as a block of lines: a cell a line, its name before it.
    fn write_records(
        &mut self,
        names: &[String],
        rows: &[Vec<String>],
        first: usize,
    ) -> Result<(), ReportError> {
        for (i, row) in rows.iter().enumerate() {
            writeln!(self.out, "row {}", first + i)?;
            let mut table = new_table(NOTHING, self.width);
            for (name, cell) in names.iter().zip(row) {
                table.add_row(one_line(vec![name.clone(), cell.clone()]));
            }
            for line in table.lines() {
                writeln!(self.out, " {}", line.trim_end())?;
            }
        }
        if rows.is_empty() {
            writeln!(self.out, "no rows; columns: {}", names.join(", "))?;
        }
        Ok(())
    }
}

fn new_table(style: comfy_table::TableStyle, width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(style);
    table.set_truncation_indicator("…");
    table.set_delimiter(NO_DELIMITER);
    match width {
        Some(width) => table
            .set_width(width)
            .set_content_arrangement(ContentArrangement::Dynamic),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

fn one_line(cells: Vec<String>) -> Row {
    let mut row = Row::from(cells);
    row.max_height(1);
    row
}
