//! A result of any size on its way into a file.
//!
//! In: batches, one by one. Out: [`SpooledResult`]: the whole Parquet file, in memory or in a
//! temporary file. What always holds: memory stays near [`ResultSpool::BUDGET`] however many rows
//! come. The types of a file's columns depend on all of its values, so the rows are held, in memory
//! and then in a temporary file, until the last one is there.

use std::io::{Read, Write};

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::encode::{BATCH_ROWS, encode};
use super::types::{Survey, held_schema, hold};
use super::{OutputError, engine};
use crate::engine::temporary::TemporaryFile;
use crate::plan::Column;

/// Rows of a row group of the temporary file.
const HELD_GROUP_ROWS: usize = 32 * 1024;

/// Takes in the batches of a result.
pub struct ResultSpool {
    columns: Vec<Column>,
    survey: Survey,
    held: Vec<RecordBatch>,
    held_bytes: usize,
    budget: usize,
    overflow: Option<Overflow>,
    rows: u64,
}

/// The rows that memory had no room for, as Parquet without compression.
struct Overflow {
    file: TemporaryFile,
    writer: ArrowWriter<std::fs::File>,
}

impl ResultSpool {
    /// Bytes of rows that are held in memory.
    pub const BUDGET: usize = 32 << 20;

    pub fn new(columns: &[Column]) -> Self {
        Self::with_budget(columns, Self::BUDGET)
    }

    pub(super) fn in_memory(columns: &[Column]) -> Self {
        Self::with_budget(columns, usize::MAX)
    }

    /// A spool for one of the files of a table: a column of times is nanoseconds in each of them, since
    /// readers take the types of a table from one of its files. Only times outside the years that
    /// nanoseconds hold make a text of it ([`ResultSpool::has_text_times`]).
    pub fn of_table(columns: &[Column], budget: usize) -> Self {
        Self {
            survey: Survey::uniform(columns),
            ..Self::with_budget(columns, budget)
        }
    }

    /// Whether a column of times holds one that only a text can tell.
    pub fn has_text_times(&self) -> bool {
        self.survey.has_text_times()
    }

    pub(super) fn with_budget(columns: &[Column], budget: usize) -> Self {
        Self {
            columns: columns.to_vec(),
            survey: Survey::new(columns),
            held: Vec::new(),
            held_bytes: 0,
            budget,
            overflow: None,
            rows: 0,
        }
    }

    /// Takes in a batch in the engine's types.
    ///
    /// # Errors
    /// A batch that is not one of the columns; [`OutputError::Temporary`].
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        let schema = held_schema(&self.columns);
        // By slices: a column of text of many rows might pass the 2 GB that Utf8 can hold.
        for first in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            let rows = BATCH_ROWS.min(batch.num_rows() - first);
            let arrays = engine::arrays(&self.columns, &batch.slice(first, rows))?;
            let held = hold(&self.columns, &schema, &arrays, rows)?;
            self.survey.observe(&self.columns, &held);
            self.held_bytes += held.get_array_memory_size();
            self.held.push(held);
            self.rows += rows as u64;
            if self.held_bytes > self.budget {
                self.spill()?;
            }
        }
        Ok(())
    }

    /// The rows taken in so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn spill(&mut self) -> Result<(), OutputError> {
        let schema = held_schema(&self.columns);
        let overflow = match &mut self.overflow {
            Some(overflow) => overflow,
            none => {
                let file = TemporaryFile::create().map_err(OutputError::temporary)?;
                let properties = WriterProperties::builder()
                    .set_compression(Compression::UNCOMPRESSED)
                    .set_statistics_enabled(EnabledStatistics::None)
                    .set_max_row_group_row_count(Some(HELD_GROUP_ROWS))
                    .build();
                let writer = ArrowWriter::try_new(
                    file.handle().map_err(OutputError::temporary)?,
                    schema,
                    Some(properties),
                )?;
                none.insert(Overflow { file, writer })
            }
        };
        for batch in self.held.drain(..) {
            overflow.writer.write(&batch)?;
        }
        self.held_bytes = 0;
        Ok(())
    }

    /// Encodes the file, with its metadata as [`super::ResultFile::encode`] takes it.
    ///
    /// # Errors
    /// [`OutputError::Parquet`], [`OutputError::Temporary`].
    pub fn finish(mut self, metadata: &[(String, String)]) -> Result<SpooledResult, OutputError> {
        if self.overflow.is_some() {
            self.spill()?;
        }
        let layout = self.survey.layout(&self.columns);
        let rows = self.rows;
        let data = match self.overflow {
            None => {
                let held = self.held.into_iter().map(Ok);
                Data::Memory(encode(Vec::new(), &layout, held, metadata)?.into())
            }
            Some(Overflow { file: held, writer }) => {
                writer.close()?;
                let reader = ParquetRecordBatchReaderBuilder::try_new(
                    held.handle().map_err(OutputError::temporary)?,
                )?
                .with_batch_size(BATCH_ROWS)
                .build()?
                .map(|batch| batch.map_err(OutputError::from));
                let file = TemporaryFile::create().map_err(OutputError::temporary)?;
                encode(
                    file.handle().map_err(OutputError::temporary)?,
                    &layout,
                    reader,
                    metadata,
                )?;
                Data::File(file)
            }
        };
        Ok(SpooledResult { data, rows })
    }
}

/// The Parquet file of a result.
#[derive(Debug)]
pub struct SpooledResult {
    data: Data,
    rows: u64,
}

#[derive(Debug)]
enum Data {
    Memory(Bytes),
    File(TemporaryFile),
}

impl SpooledResult {
    /// Rows of the result.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the file.
    ///
    /// # Errors
    /// [`OutputError::Temporary`].
    pub fn size(&self) -> Result<u64, OutputError> {
        match &self.data {
            Data::Memory(bytes) => Ok(bytes.len() as u64),
            Data::File(file) => file.size().map_err(OutputError::temporary),
        }
    }

    /// The whole file in memory.
    ///
    /// # Errors
    /// [`OutputError::Temporary`].
    pub fn into_bytes(self) -> Result<Bytes, OutputError> {
        match self.data {
            Data::Memory(bytes) => Ok(bytes),
            Data::File(file) => {
                let mut bytes = Vec::new();
                file.rewound()
                    .and_then(|mut file| file.read_to_end(&mut bytes))
                    .map_err(OutputError::temporary)?;
                Ok(bytes.into())
            }
        }
    }

    /// Copies the file to a writer.
    ///
    /// # Errors
    /// The writer's, or those of the temporary file.
    pub fn copy_to(&self, out: &mut dyn Write) -> std::io::Result<()> {
        match &self.data {
            Data::Memory(bytes) => out.write_all(bytes),
            Data::File(file) => {
                let mut file = file.rewound()?;
                std::io::copy(&mut file, out).map(drop)
            }
        }
    }

    /// The bytes where they are in memory already.
    pub(super) fn in_memory(&self) -> Option<&Bytes> {
        match &self.data {
            Data::Memory(bytes) => Some(bytes),
            Data::File(_) => None,
        }
    }

    /// A reader of the file where it is one.
    pub(super) fn reader(&self) -> Result<Box<dyn Read + Send>, OutputError> {
        match &self.data {
            Data::Memory(bytes) => Ok(Box::new(std::io::Cursor::new(bytes.clone()))),
            Data::File(file) => Ok(Box::new(file.rewound().map_err(OutputError::temporary)?)),
        }
    }
}
