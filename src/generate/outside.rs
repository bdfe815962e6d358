//! Files that stand for what queries read from outside the lake.
//!
//! In: the sources that queries name, and planted rows of them. Out: a file a source below `_outside/`, which a
//! lake passes over for its name, and `outside.yaml`, which names them for `--outside`. What always holds:
//! every source has a file, with a row even where no query needs one; a source that several queries read has
//! the rows of all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;

use crate::plan::{Column, FileFormat, Source};
use crate::sample::{SampleError, file};

use super::render::Datum;

/// A planted row: its source, its columns in their order, its values.
pub(super) type Row = (Source, Vec<String>, BTreeMap<String, Datum>);

/// Writes the files; false where there is no source that is a table.
pub(super) fn write(
    dir: &Path,
    sources: &[(Source, Vec<Column>)],
    rows: &[Row],
) -> Result<bool, SampleError> {
    let mut external: BTreeMap<String, String> = BTreeMap::new();
    let (mut watchlists, mut enrichment) = (BTreeMap::new(), BTreeMap::new());
    for (number, key) in keys(sources).into_iter().enumerate() {
        let of_key = |source: &Source| key_of(source).as_ref() == Some(&key);
        let names: Vec<Vec<String>> = sources
            .iter()
            .filter(|(source, _)| of_key(source))
            .map(|(_, columns)| columns.iter().map(|c| c.name.clone()).collect())
            .collect();
        let own: Vec<&Row> = rows.iter().filter(|(source, ..)| of_key(source)).collect();
        let source = sources
            .iter()
            .map(|(source, _)| source)
            .find(|source| of_key(source));
        let Some(source) = source else { continue };
        let (text, ending) = text(source, &names, &own);
        let path = format!("_outside/{number}.{ending}");
        let full = dir.join(&path);
        file::store(&full, text.as_bytes()).map_err(|source| SampleError::Write {
            path: full.clone(),
            source,
        })?;
        match key {
            Key::Url(url) => external.insert(url, path),
            Key::Watchlist(name) => watchlists.insert(name, path),
            Key::Enrichment(name) => enrichment.insert(name, path),
        };
    }
    if external.is_empty() && watchlists.is_empty() && enrichment.is_empty() {
        return Ok(false);
    }
    let all = serde_json::json!({"external": external, "watchlists": watchlists, "enrichment": enrichment});
    let path = dir.join("outside.yaml");
    // JSON is YAML.
    let text = format!("{all:#}\n");
    file::store(&path, text.as_bytes()).map_err(|source| SampleError::Write {
        path: path.clone(),
        source,
    })?;
    Ok(true)
}

/// What tells sources apart: one file each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Url(String),
    Watchlist(String),
    Enrichment(String),
}

/// Of several files the first has the rows; the others are listed by [`keys`] and get the same.
fn key_of(source: &Source) -> Option<Key> {
    match source {
        Source::Files { urls, .. } => urls.first().cloned().map(Key::Url),
        Source::Watchlist { name } => Some(Key::Watchlist(name.clone())),
        Source::Enrichment { function } => Some(Key::Enrichment(function.clone())),
        Source::Addresses | Source::UserAgents => None,
    }
}

fn keys(sources: &[(Source, Vec<Column>)]) -> BTreeSet<Key> {
    sources
        .iter()
        .filter_map(|(source, _)| key_of(source))
        .collect()
}

fn value(row: &Row, name: &str) -> Json {
    match row.2.get(name) {
        Some(Datum::Text(text)) => serde_json::from_str::<Json>(text)
            .ok()
            .filter(|json| !json.is_number() && !json.is_boolean())
            .unwrap_or_else(|| text.as_str().into()),
        Some(Datum::Whole(number)) => (*number).into(),
        Some(Datum::Real(number)) => (*number).into(),
        Some(Datum::Flag(flag)) => (*flag).into(),
        Some(Datum::Time(_) | Datum::Null) | None => Json::Null,
    }
}

fn field(row: &Row, name: &str) -> String {
    match row.2.get(name) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Whole(number)) => number.to_string(),
        Some(Datum::Real(number)) => number.to_string(),
        Some(Datum::Flag(flag)) => flag.to_string(),
        Some(Datum::Time(_) | Datum::Null) | None => String::new(),
    }
}

/// The file's text and its name's ending.
fn text(source: &Source, names: &[Vec<String>], rows: &[&Row]) -> (String, &'static str) {
    match source {
        Source::Files {
            format,
            ignore_first_record,
            whole,
            ..
        } => {
            let widest = names
                .iter()
                .max_by_key(|names| names.len())
                .cloned()
                .unwrap_or_default();
            let heading = ignore_first_record.then_some(widest.as_slice());
            let by_place = |separator: u8| {
                let records = rows
                    .iter()
                    .map(|row| row.1.iter().map(|name| field(row, name)).collect());
                delimited(separator, heading, widest.len(), records)
            };
            match format {
                FileFormat::Csv => (by_place(b','), "csv"),
                FileFormat::Tsv => (by_place(b'\t'), "tsv"),
                FileFormat::Psv => (by_place(b'|'), "psv"),
                FileFormat::Scsv => (by_place(b';'), "scsv"),
                FileFormat::Txt | FileFormat::Raw => {
                    let lines = rows
                        .iter()
                        .filter_map(|row| Some(field(row, row.1.first()?)));
                    let lines: Vec<String> =
                        heading.iter().map(|h| h.join(",")).chain(lines).collect();
                    (format!("{}\nnoise.example\n", lines.join("\n")), "txt")
                }
                FileFormat::Json => {
                    let members = |row: &Row, name: &String| match value(row, name) {
                        Json::Object(members) if whole.as_ref() == Some(name) => members,
                        _ if whole.as_ref() == Some(name) => serde_json::Map::new(),
                        value => [(name.clone(), value)].into_iter().collect(),
                    };
                    let records = rows.iter().map(|row| {
                        Json::Object(row.1.iter().flat_map(|name| members(row, name)).collect())
                    });
                    (Json::Array(records.collect()).to_string(), "json")
                }
            }
        }
        Source::Watchlist { .. }
        | Source::Enrichment { .. }
        | Source::Addresses
        | Source::UserAgents => {
            let heading: BTreeSet<String> = names.iter().flatten().cloned().collect();
            let heading: Vec<String> = heading.into_iter().collect();
            let records = rows
                .iter()
                .map(|row| heading.iter().map(|name| field(row, name)).collect());
            (
                delimited(b',', Some(&heading), heading.len(), records),
                "csv",
            )
        }
    }
}

fn delimited(
    separator: u8,
    heading: Option<&[String]>,
    width: usize,
    records: impl Iterator<Item = Vec<String>>,
) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new());
    let noise: Vec<String> = (0..width).map(|place| format!("noise{place}")).collect();
    for record in heading
        .map(<[String]>::to_vec)
        .into_iter()
        .chain(records)
        .chain([noise])
    {
        let mut record = record;
        record.resize(width, String::new());
        // Memory takes every record of one width.
        let _ = writer.write_record(&record);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
