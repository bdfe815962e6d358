//! Files of records as columns of texts.
//!
//! In: a file, plain or packed, and the columns that are wanted. Out: one batch. What always holds: a text
//! that a record lacks is `""`, a JSON value that it lacks is null; a file that cannot be read is an error
//! with its path and line, never fewer rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchOptions;
use serde_json::Value as Json;

use super::file::SourceFile;
use super::unpack::unpacked;
use crate::engine::EngineError;
use crate::plan::{Column, FileFormat, Source};

/// The columns as Arrow has them.
pub(super) fn schema(columns: &[Column]) -> SchemaRef {
    let columns: Vec<crate::symbols::Column> = columns
        .iter()
        .map(|c| crate::symbols::Column::new(&c.name, c.ty))
        .collect();
    Arc::new(crate::symbols::arrow::schema(&columns))
}

/// The names in the first line of a csv file.
pub(super) fn header(file: &SourceFile) -> Result<Vec<String>, EngineError> {
    let texts = texts(file, FileFormat::Csv)?;
    let text = texts.first().map_or("", String::as_str);
    let mut reader = delimited(text, b',');
    let names = reader.headers().map_err(|e| file.fault(e))?;
    Ok(names.iter().map(str::to_owned).collect())
}

/// The records of a file, in their order.
pub(super) fn records(
    file: &SourceFile,
    source: &Source,
    columns: &[Column],
) -> Result<RecordBatch, EngineError> {
    let mut rows = Rows::new(columns.len());
    match source {
        Source::Files {
            format,
            ignore_first_record,
            whole,
            ..
        } => {
            let whole = whole.as_deref();
            for text in texts(file, *format)? {
                let skipped = usize::from(*ignore_first_record);
                let by = |separator| by_place(file, &text, separator, skipped);
                match format {
                    FileFormat::Csv => by(b',')(&mut rows)?,
                    FileFormat::Tsv => by(b'\t')(&mut rows)?,
                    FileFormat::Psv => by(b'|')(&mut rows)?,
                    FileFormat::Scsv => by(b';')(&mut rows)?,
                    FileFormat::Txt => {
                        let lines = text.lines().filter(|line| !line.is_empty());
                        lines.skip(skipped).for_each(|line| rows.texts([line]));
                    }
                    FileFormat::Raw => rows.texts([text.as_str()]),
                    FileFormat::Json => json(file, &text, columns, whole, skipped, &mut rows)?,
                }
            }
        }
        Source::Watchlist { .. } | Source::Enrichment { .. } => {
            for text in texts(file, FileFormat::Csv)? {
                by_name(file, &text, columns, &mut rows)?;
            }
        }
        // No table: it is read by its function.
        Source::Addresses | Source::UserAgents => {}
    }
    rows.finish(columns)
        .map_err(|e| EngineError::Run(format!("{}: {e}", file.name())))
}

/// The columns so far.
struct Rows {
    columns: Vec<StringViewBuilder>,
    count: usize,
}

impl Rows {
    fn new(columns: usize) -> Self {
        Self {
            columns: (0..columns).map(|_| StringViewBuilder::new()).collect(),
            count: 0,
        }
    }

    /// A record of texts; those that it lacks are empty, those too many are left out.
    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let mut texts = texts.into_iter();
        for column in &mut self.columns {
            column.append_value(texts.next().unwrap_or_default());
        }
        self.count += 1;
    }

    /// A record of JSON values; one of the columns may be the whole of it.
    fn values(&mut self, record: &Json, columns: &[Column], whole: Option<&str>) {
        for (builder, column) in self.columns.iter_mut().zip(columns) {
            let value = match whole == Some(column.name.as_str()) {
                true => Some(record),
                false => record.get(&column.name),
            };
            match value {
                None | Some(Json::Null) => builder.append_null(),
                Some(value) => builder.append_value(value.to_string()),
            }
        }
        self.count += 1;
    }

    fn finish(self, columns: &[Column]) -> Result<RecordBatch, arrow::error::ArrowError> {
        let built: Vec<ArrayRef> = self
            .columns
            .into_iter()
            .map(|mut column| Arc::new(column.finish()) as ArrayRef)
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.count));
        RecordBatch::try_new_with_options(schema(columns), built, &options)
    }
}

/// Records whose fields go by their place.
fn by_place<'a>(
    file: &'a SourceFile,
    text: &'a str,
    separator: u8,
    skipped: usize,
) -> impl FnOnce(&mut Rows) -> Result<(), EngineError> + 'a {
    move |rows| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        for record in reader.records().skip(skipped) {
            let record = record.map_err(|e| file.fault(e))?;
            rows.texts(record.iter());
        }
        Ok(())
    }
}

/// Records whose fields go by the names in the first line.
fn by_name(
    file: &SourceFile,
    text: &str,
    columns: &[Column],
    rows: &mut Rows,
) -> Result<(), EngineError> {
    let mut reader = delimited(text, b',');
    let names = reader.headers().map_err(|e| file.fault(e))?.clone();
    let places: Vec<Option<usize>> = columns
        .iter()
        .map(|column| names.iter().position(|name| name == column.name))
        .collect();
    if !columns.is_empty() && places.iter().all(Option::is_none) {
        let wanted: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        return Err(file.fault(format!(
            "its first line names none of the columns {}",
            wanted.join(", ")
        )));
    }
    for record in reader.records() {
        let record = record.map_err(|e| file.fault(e))?;
        let fields = places.iter().map(|place| place.and_then(|p| record.get(p)));
        rows.texts(fields.map(Option::unwrap_or_default));
    }
    Ok(())
}

fn delimited(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// JSON objects, one after the other or in arrays.
fn json(
    file: &SourceFile,
    text: &str,
    columns: &[Column],
    whole: Option<&str>,
    skipped: usize,
    rows: &mut Rows,
) -> Result<(), EngineError> {
    let mut left = skipped;
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    while let Some(value) = stream.next() {
        let values = match value.map_err(|e| file.fault(e))? {
            Json::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            if !value.is_object() {
                let line = text[..stream.byte_offset()].lines().count();
                let message = format!("a record that ends in line {line} is no JSON object");
                return Err(file.fault(message));
            }
            if left > 0 {
                left -= 1;
                continue;
            }
            rows.values(&value, columns, whole);
        }
    }
    Ok(())
}

/// The text of a file, or of each file in an archive.
fn texts(file: &SourceFile, format: FileFormat) -> Result<Vec<String>, EngineError> {
    let packed = file.bytes()?;
    let files = unpacked(packed, file.most_bytes(), format).map_err(|why| file.fault(why))?;
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes);
        text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
    };
    Ok(files.into_iter().map(text).collect())
}
