//! A list of objects, or an object a line.
//!
//! In: batches. Out: JSON, a row a line in both forms. What always holds: keys stand in the order
//! of the columns; the bytes of a batch are handed on at once, never held back to the end.

use std::io::Write;

use arrow::array::RecordBatch;

use crate::plan::Column;
use crate::report::ReportError;
use crate::report::cells::cells;
use crate::report::json_text::push_string;

/// Bytes that are gathered before they are written.
const CHUNK: usize = 1 << 16;

pub(super) struct JsonWriter<'w> {
    columns: Vec<Column>,
    /// `{"name":` or `,"name":` of each column.
    keys: Vec<Vec<u8>>,
    out: &'w mut dyn Write,
    buffer: Vec<u8>,
    list: bool,
    empty: bool,
}

impl<'w> JsonWriter<'w> {
    pub(super) fn list(columns: &[Column], out: &'w mut dyn Write) -> Self {
        Self::new(columns, out, true)
    }

    pub(super) fn lines(columns: &[Column], out: &'w mut dyn Write) -> Self {
        Self::new(columns, out, false)
    }

    fn new(columns: &[Column], out: &'w mut dyn Write, list: bool) -> Self {
        let keys = columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let mut key = vec![if i == 0 { b'{' } else { b',' }];
                push_string(&mut key, &column.name);
                key.push(b':');
                key
            })
            .collect();
        Self {
            columns: columns.to_vec(),
            keys,
            out,
            buffer: Vec::with_capacity(CHUNK + CHUNK / 4),
            list,
            empty: true,
        }
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ReportError> {
        let cells = cells(&self.columns, batch)?;
        for row in 0..batch.num_rows() {
            if self.list {
                let before: &[u8] = if self.empty { b"[\n" } else { b",\n" };
                self.buffer.extend_from_slice(before);
            }
            self.empty = false;
            for (key, cell) in self.keys.iter().zip(&cells) {
                self.buffer.extend_from_slice(key);
                cell.push_json(row, &mut self.buffer);
            }
            if cells.is_empty() {
                self.buffer.push(b'{');
            }
            self.buffer.push(b'}');
            if !self.list {
                self.buffer.push(b'\n');
            }
            if self.buffer.len() >= CHUNK {
                self.out.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ReportError> {
        if self.list {
            let end: &[u8] = if self.empty { b"[]\n" } else { b"\n]\n" };
            self.buffer.extend_from_slice(end);
        }
        self.out.write_all(&self.buffer)?;
        Ok(self.out.flush()?)
    }
}
