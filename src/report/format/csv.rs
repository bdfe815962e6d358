//! CSV with a header (RFC 4180, but lines end in LF).
//!
//! In: batches. Out: text; null and `""` are both empty, dynamics are JSON. What always holds: a
//! cell is written as it is, quoted where it holds a comma, a quote or a line end. A cell that
//! begins with `=`, `+`, `-` or `@` is no exception: an added apostrophe would be a changed event,
//! and programs would read it as data. Only towards a terminal are control characters escaped.

use std::io::Write;

use arrow::array::RecordBatch;

use crate::plan::Column;
use crate::report::ReportError;
use crate::report::cells::cells;
use crate::report::neutral::neutral;

pub(super) struct CsvWriter<'w> {
    columns: Vec<Column>,
    out: csv::Writer<&'w mut dyn Write>,
    terminal: bool,
}

impl<'w> CsvWriter<'w> {
    pub(super) fn new(
        columns: &[Column],
        out: &'w mut dyn Write,
        terminal: bool,
    ) -> Result<Self, ReportError> {
        let mut writer = Self {
            columns: columns.to_vec(),
            out: csv::Writer::from_writer(out),
            terminal,
        };
        for column in columns {
            writer.field(column.name.as_bytes())?;
        }
        writer.end_row()?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ReportError> {
        let cells = cells(&self.columns, batch)?;
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            for cell in &cells {
                text.clear();
                cell.push_text(row, &mut text);
                self.field(&text)?;
            }
            self.end_row()?;
        }
        Ok(())
    }

    fn field(&mut self, text: &[u8]) -> Result<(), ReportError> {
        if self.terminal {
            let text = String::from_utf8_lossy(text);
            self.out.write_field(neutral(&text).as_bytes())?;
        } else {
            self.out.write_field(text)?;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), ReportError> {
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    pub(super) fn finish(mut self) -> Result<(), ReportError> {
        Ok(self.out.flush()?)
    }
}
