//! The rows that a pass keeps, in memory up to a budget that all rules share, then in one temporary file.
//!
//! In: batches of a rule, in order. Out: [`Held`]: the same rows in the same order, in chunks that know their
//! times. What always holds: a rule whose rows pass its own limit holds none.

use std::fs::File;
use std::io::{Cursor, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use datafusion::error::{DataFusionError, Result};

use super::SieveOptions;
use crate::engine::EngineError;
use crate::engine::temporary::{self, TemporaryFile};
use crate::lake::TimeRange;
use crate::lake::scan::{Times, times};

/// Rows of a chunk, about. Fewer make a window's edges cheaper, more make its middle cheaper.
const CHUNK_ROWS: usize = 1024;

/// The rows of one rule and table.
#[derive(Debug)]
pub(super) struct Held {
    /// The whole table's columns.
    pub table: SchemaRef,
    /// Which of them are held: positions in the table.
    pub columns: Vec<usize>,
    /// The times that were read.
    pub window: TimeRange,
    pub chunks: Vec<Chunk>,
    pub rows: usize,
    pub bytes: usize,
    file: Option<Arc<File>>,
}

/// Rows that stand together.
#[derive(Debug)]
pub(super) struct Chunk {
    data: Data,
    /// None where the rows have no time, or it is not held.
    pub times: Option<Times>,
}

#[derive(Debug)]
enum Data {
    Memory(RecordBatch),
    File { at: u64, length: usize },
}

impl Held {
    /// The rows of a chunk.
    ///
    /// # Errors
    /// Those of the temporary file.
    pub fn load(&self, chunk: &Chunk) -> Result<RecordBatch> {
        match (&chunk.data, &self.file) {
            (Data::Memory(batch), _) => Ok(batch.clone()),
            (Data::File { at, length }, Some(file)) => {
                let mut bytes = vec![0; *length];
                file.read_exact_at(&mut bytes, *at)
                    .map_err(|e| DataFusionError::External(Box::new(fault(e))))?;
                let mut batches = StreamReader::try_new(Cursor::new(bytes), None)?;
                batches.next().transpose()?.ok_or_else(gone)
            }
            (Data::File { .. }, None) => Err(gone()),
        }
    }

    /// The names of the columns that are held.
    pub fn names(&self) -> Vec<String> {
        let names = self.columns.iter().map(|at| self.table.field(*at).name());
        names.cloned().collect()
    }

    /// Whether some rows are in the temporary file.
    pub fn spilled(&self) -> bool {
        self.chunks
            .iter()
            .any(|c| matches!(c.data, Data::File { .. }))
    }
}

fn gone() -> DataFusionError {
    DataFusionError::Internal("rows that were put aside are gone".to_owned())
}

fn fault(source: std::io::Error) -> EngineError {
    EngineError::Temporary {
        folder: temporary::folder(),
        source,
    }
}

/// What a rule wants held.
#[derive(Debug)]
pub(super) struct Wanted {
    pub table: SchemaRef,
    pub columns: Vec<usize>,
    pub window: TimeRange,
    /// The position of the time column in the table.
    pub time: Option<usize>,
}

/// The rows of all rules of a pass over one table.
pub(super) struct Spools {
    options: SieveOptions,
    spools: Vec<Spool>,
    /// Bytes in memory, of this table and of those before.
    held: usize,
    file: Option<Overflow>,
}

struct Overflow {
    /// Keeps the file on systems where it has a name.
    _file: TemporaryFile,
    handle: Arc<File>,
    length: u64,
}

struct Spool {
    wanted: Wanted,
    schema: SchemaRef,
    chunks: Vec<Chunk>,
    /// Batches that are still to become a chunk.
    pending: Vec<RecordBatch>,
    pending_rows: usize,
    rows: usize,
    bytes: usize,
    /// Of `bytes`, those in memory.
    in_memory: usize,
    over: bool,
}

impl Spools {
    /// `held` bytes of memory are taken already.
    pub fn new(options: SieveOptions, wanted: Vec<Wanted>, held: usize) -> Result<Self> {
        let spools = wanted
            .into_iter()
            .map(|wanted| {
                Ok(Spool {
                    schema: Arc::new(wanted.table.project(&wanted.columns)?),
                    wanted,
                    chunks: Vec::new(),
                    pending: Vec::new(),
                    pending_rows: 0,
                    rows: 0,
                    bytes: 0,
                    in_memory: 0,
                    over: false,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            options,
            spools,
            held,
            file: None,
        })
    }

    /// Takes rows in; false where the rule has too many now.
    pub fn push(&mut self, rule: usize, batch: RecordBatch) -> Result<bool, EngineError> {
        let spool = &mut self.spools[rule];
        if spool.over {
            return Ok(false);
        }
        let bytes = batch.get_array_memory_size();
        spool.rows += batch.num_rows();
        spool.bytes += bytes;
        spool.in_memory += bytes;
        self.held += bytes;
        if spool.bytes > self.options.residue {
            self.held -= spool.in_memory;
            spool.over = true;
            (spool.chunks, spool.pending) = (Vec::new(), Vec::new());
            spool.in_memory = 0;
            return Ok(false);
        }
        spool.pending_rows += batch.num_rows();
        spool.pending.push(batch);
        if spool.pending_rows >= CHUNK_ROWS {
            spool.gather()?;
        }
        if self.held > self.options.memory {
            self.spill()?;
        }
        Ok(true)
    }

    /// Puts the rules with the most rows in memory aside, until half of the budget is free.
    fn spill(&mut self) -> Result<(), EngineError> {
        while self.held > self.options.memory / 2 {
            let Some(largest) = self.spools.iter_mut().max_by_key(|s| s.in_memory) else {
                break;
            };
            if largest.in_memory == 0 {
                break;
            }
            largest.gather()?;
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(Overflow::create()?),
            };
            for chunk in &mut largest.chunks {
                if let Data::Memory(batch) = &chunk.data {
                    chunk.data = file.write(batch)?;
                }
            }
            self.held -= largest.in_memory;
            largest.in_memory = 0;
        }
        Ok(())
    }

    /// Bytes in memory now.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Each rule's rows; None of one that had too many.
    pub fn finish(self) -> Result<Vec<Option<Held>>, EngineError> {
        let file = self.file.as_ref().map(|f| Arc::clone(&f.handle));
        self.spools
            .into_iter()
            .map(|mut spool| {
                spool.gather()?;
                Ok((!spool.over).then(|| Held {
                    table: spool.wanted.table,
                    columns: spool.wanted.columns,
                    window: spool.wanted.window,
                    chunks: spool.chunks,
                    rows: spool.rows,
                    bytes: spool.bytes,
                    file: file.clone(),
                }))
            })
            .collect()
    }
}

impl Spool {
    /// Makes a chunk of the batches that wait.
    fn gather(&mut self) -> Result<(), EngineError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let batch = concat_batches(&self.schema, &self.pending).map_err(DataFusionError::from)?;
        self.pending.clear();
        self.pending_rows = 0;
        let time = self.wanted.time;
        let at = self.wanted.columns.iter().position(|c| Some(*c) == time);
        self.chunks.push(Chunk {
            times: at.and_then(|at| times(batch.column(at).as_ref())),
            data: Data::Memory(batch),
        });
        Ok(())
    }
}

impl Overflow {
    fn create() -> Result<Self, EngineError> {
        let file = TemporaryFile::create().map_err(fault)?;
        Ok(Self {
            handle: Arc::new(file.handle().map_err(fault)?),
            _file: file,
            length: 0,
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<Data, EngineError> {
        let mut bytes = Vec::new();
        let mut writer =
            StreamWriter::try_new(&mut bytes, &batch.schema()).map_err(DataFusionError::from)?;
        writer.write(batch).map_err(DataFusionError::from)?;
        writer.finish().map_err(DataFusionError::from)?;
        drop(writer);
        (&*self.handle).write_all(&bytes).map_err(fault)?;
        let at = self.length;
        self.length += bytes.len() as u64;
        Ok(Data::File {
            at,
            length: bytes.len(),
        })
    }
}
