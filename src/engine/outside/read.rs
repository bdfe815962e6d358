//! Files of records as columns of texts.
//!
//! In: a file, plain or gzipped, and the columns that are wanted. Out: one batch. What always holds: a text
//! that a record lacks is `""`, a JSON value that it lacks is null; a file that cannot be read is an error
//! with its path and line, never fewer rows.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchOptions;
use serde_json::Value as Json;

use crate::engine::EngineError;
use crate::plan::{Column, FileFormat, Source};

/// The most bytes of a file, unpacked.
const MOST_BYTES: u64 = 2 << 30;

/// What gzip and zip files begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZIP: [u8; 4] = *b"PK\x03\x04";

/// The columns as Arrow has them.
pub(super) fn schema(columns: &[Column]) -> SchemaRef {
    let columns: Vec<crate::symbols::Column> = columns
        .iter()
        .map(|c| crate::symbols::Column::new(&c.name, c.ty))
        .collect();
    Arc::new(crate::symbols::arrow::schema(&columns))
}

/// The names in the first line of a csv file.
pub(super) fn header(path: &Path) -> Result<Vec<String>, EngineError> {
    let text = text(path)?;
    let mut reader = delimited(&text, b',');
    let names = reader.headers().map_err(|e| fault(path, e))?;
    Ok(names.iter().map(str::to_owned).collect())
}

/// The records of a file, in their order.
pub(super) fn records(
    path: &Path,
    source: &Source,
    columns: &[Column],
) -> Result<RecordBatch, EngineError> {
    let text = text(path)?;
    let mut rows = Rows::new(columns.len());
    match source {
        Source::Files {
            format,
            ignore_first_record,
            ..
        } => {
            let skipped = usize::from(*ignore_first_record);
            let by = |separator| by_place(path, &text, separator, skipped);
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
                FileFormat::Json => json(path, &text, columns, skipped, &mut rows)?,
            }
        }
        Source::Watchlist { .. } | Source::Enrichment { .. } => {
            by_name(path, &text, columns, &mut rows)?;
        }
        // No table: it is read by its function.
        Source::Addresses => {}
    }
    rows.finish(columns)
        .map_err(|e| EngineError::Run(format!("{}: {e}", path.display())))
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

    /// A record of JSON values.
    fn values(&mut self, record: &serde_json::Map<String, Json>, columns: &[Column]) {
        for (builder, column) in self.columns.iter_mut().zip(columns) {
            match record.get(&column.name) {
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
    path: &'a Path,
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
            let record = record.map_err(|e| fault(path, e))?;
            rows.texts(record.iter());
        }
        Ok(())
    }
}

/// Records whose fields go by the names in the first line.
fn by_name(
    path: &Path,
    text: &str,
    columns: &[Column],
    rows: &mut Rows,
) -> Result<(), EngineError> {
    let mut reader = delimited(text, b',');
    let names = reader.headers().map_err(|e| fault(path, e))?.clone();
    let places: Vec<Option<usize>> = columns
        .iter()
        .map(|column| names.iter().position(|name| name == column.name))
        .collect();
    if !columns.is_empty() && places.iter().all(Option::is_none) {
        let wanted: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        return Err(EngineError::Outside {
            path: path.display().to_string(),
            why: format!(
                "its first line names none of the columns {}",
                wanted.join(", ")
            ),
        });
    }
    for record in reader.records() {
        let record = record.map_err(|e| fault(path, e))?;
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
    path: &Path,
    text: &str,
    columns: &[Column],
    skipped: usize,
    rows: &mut Rows,
) -> Result<(), EngineError> {
    let mut left = skipped;
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    while let Some(value) = stream.next() {
        let values = match value.map_err(|e| fault(path, e))? {
            Json::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let Json::Object(record) = value else {
                let line = text[..stream.byte_offset()].lines().count();
                let message = format!("a record that ends in line {line} is no JSON object");
                return Err(fault(path, message));
            };
            if left > 0 {
                left -= 1;
                continue;
            }
            rows.values(&record, columns);
        }
    }
    Ok(())
}

/// The text of a file, unpacked.
fn text(path: &Path) -> Result<String, EngineError> {
    let mut file = std::fs::File::open(path).map_err(|e| fault(path, e))?;
    let mut bytes = Vec::new();
    let most = MOST_BYTES + 1;
    Read::by_ref(&mut file)
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| fault(path, e))?;
    if bytes.starts_with(&ZIP) {
        return Err(fault(
            path,
            "zip files are not read; unpack it and name the file that was in it",
        ));
    }
    if bytes.starts_with(&GZIP) {
        let mut unpacked = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .take(most)
            .read_to_end(&mut unpacked)
            .map_err(|e| fault(path, e))?;
        bytes = unpacked;
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(fault(path, format!("it has more than {MOST_BYTES} bytes")));
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn fault(path: &Path, why: impl std::fmt::Display) -> EngineError {
    EngineError::Outside {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}
