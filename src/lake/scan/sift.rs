//! Rules out row groups of one file by their dictionary pages, a few kilobytes each.
//!
//! In: the row groups that statistics left. Out: those in which every filter that a dictionary can
//! answer has a passing value; what was answered is kept for the scan of ids.
//! What always holds: the smallest dictionaries are asked first, those of all row groups together, and
//! only for row groups that are still in.

use std::sync::Arc;
use std::time::Instant;

use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::SerializedPageReader;

use super::ScanError;
use super::adapt::FileColumns;
use super::chunk::OpenFile;
use super::dictionary::{ask, page_range};
use super::prepare::GroupPlan;
use super::report::{Phase, Pruned};
use super::spec::ScanSpec;
use super::statistics::bounds;

/// A compressed dictionary up to this size is always worth asking: reading it costs less than a request.
pub(super) const SMALL_BYTES: u64 = 32 << 10;

/// The row groups that dictionaries leave.
pub(super) async fn sift(
    spec: &ScanSpec,
    open: &OpenFile,
    metadata: &ParquetMetaData,
    columns: &FileColumns,
    mut groups: Vec<GroupPlan>,
) -> Result<Vec<GroupPlan>, ScanError> {
    let mut candidates: Vec<(u64, usize)> = (0..spec.conjuncts.len())
        .filter_map(|at| {
            let bytes: u64 = groups
                .iter()
                .filter_map(|plan| dictionary(spec, metadata, columns, plan, at))
                .map(|range| range.end - range.start)
                .sum();
            (bytes > 0).then_some((bytes, at))
        })
        .collect();
    candidates.sort_unstable();
    for (_, at) in candidates {
        groups = sift_by(spec, open, metadata, columns, groups, at).await?;
    }
    Ok(groups)
}

/// Where the dictionary lies that can answer an open filter of a row group.
fn dictionary(
    spec: &ScanSpec,
    metadata: &ParquetMetaData,
    columns: &FileColumns,
    plan: &GroupPlan,
    at: usize,
) -> Option<std::ops::Range<u64>> {
    let [column] = spec.conjuncts[at].columns[..] else {
        return None;
    };
    if !plan.open.contains(&at) {
        return None;
    }
    let file = columns.file_column(column)?;
    page_range(
        file,
        metadata.row_group(plan.index).column(file.flat_leaf()?),
    )
}

/// Whether to ask now: a large dictionary waits for the rows that smaller ones leave, if there are any.
fn worth_asking(plan: &GroupPlan, range: &std::ops::Range<u64>, chunk_bytes: i64) -> bool {
    let bytes = range.end - range.start;
    bytes <= SMALL_BYTES || (plan.answered.is_empty() && bytes <= chunk_bytes.max(0) as u64 / 2)
}

async fn sift_by(
    spec: &ScanSpec,
    open: &OpenFile,
    metadata: &ParquetMetaData,
    columns: &FileColumns,
    mut groups: Vec<GroupPlan>,
    at: usize,
) -> Result<Vec<GroupPlan>, ScanError> {
    let conjunct = &spec.conjuncts[at];
    let column = conjunct.columns[0];
    let Some(leaf) = columns
        .file_column(column)
        .and_then(|file| file.flat_leaf())
    else {
        return Ok(groups);
    };
    let asked: Vec<Option<std::ops::Range<u64>>> = groups
        .iter()
        .map(|plan| {
            let bytes = metadata
                .row_group(plan.index)
                .column(leaf)
                .compressed_size();
            dictionary(spec, metadata, columns, plan, at)
                .filter(|range| worth_asking(plan, range, bytes))
        })
        .collect();
    let ranges: Vec<_> = asked.iter().flatten().cloned().collect();
    let chunks = Arc::new(open.chunks(&ranges, Phase::Dictionaries).await?);
    let started = Instant::now();
    let mut kept = Vec::with_capacity(groups.len());
    for (mut plan, asked) in groups.drain(..).zip(asked) {
        let group = metadata.row_group(plan.index);
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let chunk = group.column(leaf);
        let answers = match asked {
            None => None,
            Some(_) => {
                let pages = SerializedPageReader::new(Arc::clone(&chunks), chunk, rows, None);
                pages
                    .ok()
                    .and_then(|mut pages| ask(conjunct, chunk, &mut pages))
            }
        };
        if let Some(answers) = answers {
            let nulls = bounds(columns, column, group).nulls;
            if answers.none(nulls) {
                spec.report.group_pruned(Pruned::Dictionary);
                continue;
            }
            plan.open.retain(|open| *open != at);
            if !answers.all(nulls) {
                plan.answered.push((at, Arc::new(answers)));
            }
        }
        kept.push(plan);
    }
    spec.report.spent(Phase::Dictionaries, started);
    Ok(kept)
}
