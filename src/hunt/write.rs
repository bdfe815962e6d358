//! Writes what a rule gave under the output's URL.
//!
//! In: a rule, an [`Outcome`], a store. Out: one Parquet object for the result and one for its evidence,
//! each under a fixed path that a later run with the same instant replaces. What always holds: a reader sees a
//! whole result or none; the same run on the same input writes the same bytes.

use std::collections::BTreeSet;

use object_store::path::Path;

use super::output::{OutputError, ResultFile, metadata, result_path, write_object};
use super::single::{Outcome, Rows};
use crate::lake::{LakeError, Store};
use crate::rule::{Rule, quote};
use crate::sqlgen;
use crate::syntax::ticks::datetime_text;

/// The file of a result, of the events behind it, and of samples of what was set aside.
const HITS: &str = "hits.parquet";
const EVENTS: &str = "events.parquet";
const SAMPLES: &str = "samples.parquet";

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Store(#[from] LakeError),
}

/// The time that a result stands for, in ticks.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub start: Option<i64>,
    pub end: i64,
}

/// Writes the result, its evidence and samples of what exclusions set aside; gives the paths below the store's URL.
///
/// # Errors
/// Encoding and the store.
pub async fn write(
    store: &Store,
    rule: &Rule,
    outcome: &Outcome,
    window: Window,
) -> Result<Vec<Path>, WriteError> {
    let folder = folder(rule);
    let notes = metadata(rule, outcome, window);
    let mut written = Vec::new();
    let hits = result_path(&folder, &rule.id, window.end, HITS);
    put(store, &hits, &outcome.result, &notes).await?;
    written.push(hits);
    if let Some(evidence) = &outcome.evidence {
        let events = result_path(&format!("{folder}-evidence"), &rule.id, window.end, EVENTS);
        put(store, &events, evidence, &notes).await?;
        written.push(events);
    }
    if let Some(set_aside) = &outcome.set_aside {
        let samples = result_path(&format!("{folder}-excluded"), &rule.id, window.end, SAMPLES);
        put(store, &samples, &set_aside.samples, &notes).await?;
        written.push(samples);
    }
    Ok(written)
}

async fn put(
    store: &Store,
    path: &Path,
    rows: &Rows,
    notes: &[(String, String)],
) -> Result<(), WriteError> {
    let bytes = ResultFile::encode(&rows.columns, &rows.batches, notes)?;
    write_object(store, path, bytes).await?;
    Ok(())
}

/// The rule's own table: its name as one word.
fn folder(rule: &Rule) -> String {
    match quote::slug(&rule.name) {
        folder if folder.is_empty() => "rule".to_owned(),
        folder => folder,
    }
}

/// What the file says of itself.
pub fn metadata(rule: &Rule, outcome: &Outcome, window: Window) -> Vec<(String, String)> {
    // A file may have been read for the result and again for the evidence.
    let inputs: BTreeSet<_> = outcome.read().flat_map(|t| &t.scan.inputs).collect();
    let input_bytes: u64 = inputs.iter().map(|f| f.size).sum();
    let skipped: BTreeSet<_> = outcome.read().flat_map(|t| &t.scan.skipped_files).collect();
    let entries = [
        (metadata::RULE_ID, rule.id.clone()),
        (metadata::RULE_NAME, rule.name.clone()),
        (metadata::TACTICS, rule.tactics.join(", ")),
        (metadata::TECHNIQUES, rule.techniques.join(", ")),
        (
            metadata::WINDOW_START,
            window.start.map(datetime_text).unwrap_or_default(),
        ),
        (metadata::WINDOW_END, datetime_text(window.end)),
        (metadata::SQL, sqlgen::format(&outcome.statement)),
        (metadata::INPUT_FILES, serde_json::json!(inputs).to_string()),
        (metadata::INPUT_BYTES, input_bytes.to_string()),
        (metadata::TOOL_VERSION, env!("CARGO_PKG_VERSION").to_owned()),
        (
            metadata::SKIPPED_FILES,
            serde_json::json!(skipped).to_string(),
        ),
        (
            metadata::NOTES,
            serde_json::json!(outcome.notes()).to_string(),
        ),
    ];
    let mut entries = entries.map(|(key, value)| (key.to_owned(), value)).to_vec();
    if let Some(set_aside) = &outcome.set_aside {
        let counts = serde_json::json!(set_aside.scenarios).to_string();
        entries.push((metadata::EXCLUDED.to_owned(), counts));
    }
    entries
}
