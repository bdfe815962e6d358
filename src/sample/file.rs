//! One Parquet file of the sample.
//!
//! In: columns and a form. Out: bytes on disk. What always holds: the same columns give the same bytes,
//! and a file stands under its name only when it is whole.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::SampleError;
use super::columns::Columns;
use super::drift::{Form, Text};

/// Writes the rows to `path`, making its folder; gives its size in bytes.
pub(crate) fn write(path: &Path, columns: Columns, form: &Form) -> Result<u64, SampleError> {
    let bytes = encode(columns, form).map_err(|source| SampleError::Encode {
        path: path.to_owned(),
        source,
    })?;
    store(path, &bytes).map_err(|source| SampleError::Write {
        path: path.to_owned(),
        source,
    })?;
    Ok(bytes.len() as u64)
}

fn encode(columns: Columns, form: &Form) -> Result<Vec<u8>, ParquetError> {
    let columns = form.apply(columns)?;
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
    let properties = WriterProperties::builder()
        // The library's version is the default, and would change the bytes with every update.
        .set_created_by("retrohunt sample".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?))
        .set_max_row_group_row_count(Some(form.row_group))
        .build();
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        // Only these two forms are lost without Arrow's own schema; it is half of a small file's footer.
        .with_skip_arrow_metadata(form.text == Text::Plain);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}

/// Puts the bytes at `path`, making its folder.
///
/// # Errors
/// A folder or file that cannot be written.
pub(crate) fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A name with a dot in front is no data to any reader.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = path.with_file_name(format!(".{name}.unfinished"));
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}
