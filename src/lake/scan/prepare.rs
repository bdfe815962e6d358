//! Decides what of one file must be read: from its footer, its statistics and its dictionaries.
//!
//! In: a file of the listing. Out: a [`PreparedFile`] with the row groups that may hold a matching row
//! and, for each, the filters that are not proven yet; or None where nothing is left.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::ScanError;
use super::adapt::{FileColumns, Layout, Source, constant};
use super::bounds::Nulls;
use super::chunk::OpenFile;
use super::conjunct::Conjunct;
use super::dictionary::Answers;
use super::pageindex;
use super::report::Pruned;
use super::sift::sift;
use super::spec::ScanSpec;
use super::statistics::bounds;
use crate::lake::file::LakeFile;

/// A file of which something must be read.
#[derive(Debug)]
pub(super) struct PreparedFile {
    pub open: OpenFile,
    pub metadata: Arc<ParquetMetaData>,
    pub columns: FileColumns,
    pub output: Layout,
    /// For each conjunct, how to read its columns.
    pub filters: Vec<Layout>,
    /// How to read the column by which rows compete, where they do.
    pub order: Option<Layout>,
    pub groups: Vec<GroupPlan>,
}

/// A row group of which something must be read.
#[derive(Debug, Clone)]
pub(super) struct GroupPlan {
    pub index: usize,
    /// The filters that are open, as positions in the scan's conjuncts, in the order to try them.
    pub open: Vec<usize>,
    /// The filters that the dictionary of this row group answered.
    pub answered: Vec<(usize, Arc<Answers>)>,
}

/// What is known of a filter over the rows of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    None,
    All,
    Some,
}

pub(super) async fn prepare(
    spec: &ScanSpec,
    file: LakeFile,
) -> Result<Option<PreparedFile>, ScanError> {
    let open = OpenFile::open(
        spec.source.as_ref(),
        Arc::new(file),
        spec.options.coalesce_bytes,
        Arc::clone(&spec.report),
    )?;
    let metadata = spec.footers.get(&open).await?;
    let columns = FileColumns::of(spec, &open, &metadata)?;
    spec.report.opened(
        &open.file,
        metadata.num_row_groups() as u64,
        metadata
            .row_groups()
            .iter()
            .map(|g| g.num_rows().max(0) as u64)
            .sum(),
    );
    note_null_columns(spec, &columns, &metadata);

    let by_constants = spec
        .conjuncts
        .iter()
        .map(|conjunct| decide_by_constants(conjunct, &columns))
        .collect::<Result<Vec<_>, _>>()?;
    let groups: Vec<GroupPlan> = metadata
        .row_groups()
        .iter()
        .enumerate()
        .filter_map(|(index, group)| {
            let open = open_conjuncts(spec, &columns, group, &by_constants);
            if open.is_none() {
                spec.report.group_pruned(Pruned::Statistics);
            }
            open.map(|open| GroupPlan {
                index,
                open,
                answered: Vec::new(),
            })
        })
        .collect();
    if groups.is_empty() {
        spec.report.file_pruned(Pruned::Statistics);
        return Ok(None);
    }

    let groups = sift(spec, &open, &metadata, &columns, groups).await?;
    if groups.is_empty() {
        spec.report.file_pruned(Pruned::Dictionary);
        return Ok(None);
    }

    let indexed = pageindex::read(&open, &metadata, groups.iter().map(|g| g.index)).await?;
    let metadata = indexed.map_or(metadata, Arc::new);
    let schema = metadata.file_metadata().schema_descr();
    let layout = |of: &[usize]| Layout::new(of, &columns, schema).map_err(|e| open.bad(e));
    let output = layout(&spec.projection)?;
    let filters = spec
        .conjuncts
        .iter()
        .map(|c| layout(&c.columns))
        .collect::<Result<_, _>>()?;
    let competing = spec.leading.as_ref();
    let order = competing.map(|l| layout(&[l.order])).transpose()?;
    for plan in &groups {
        note_kept(spec, &columns, metadata.row_group(plan.index), plan);
    }
    Ok(Some(PreparedFile {
        open,
        metadata,
        columns,
        output,
        filters,
        order,
        groups,
    }))
}

/// The filters that statistics leave open; None where one of them passes no row.
fn open_conjuncts(
    spec: &ScanSpec,
    columns: &FileColumns,
    group: &RowGroupMetaData,
    by_constants: &[Option<bool>],
) -> Option<Vec<usize>> {
    if group.num_rows() <= 0 {
        return None;
    }
    let mut open = Vec::new();
    for (at, conjunct) in spec.conjuncts.iter().enumerate() {
        let verdict = match by_constants[at] {
            Some(true) => Verdict::All,
            Some(false) => Verdict::None,
            None => {
                let outcomes = conjunct
                    .rule
                    .outcomes(&|column| bounds(columns, column, group));
                if outcomes.none() {
                    Verdict::None
                } else if outcomes.all() {
                    Verdict::All
                } else {
                    Verdict::Some
                }
            }
        };
        match verdict {
            Verdict::None => return None,
            Verdict::All => {}
            Verdict::Some => open.push(at),
        }
    }
    Some(open)
}

/// The result of a filter all of whose columns are the same in every row of the file.
pub(super) fn decide_by_constants(
    conjunct: &Conjunct,
    columns: &FileColumns,
) -> Result<Option<bool>, ScanError> {
    let mut arrays = Vec::with_capacity(conjunct.columns.len());
    for (at, column) in conjunct.columns.iter().enumerate() {
        match columns.source(*column) {
            Source::Constant(value) => {
                arrays.push(constant(value, conjunct.schema.field(at).data_type(), 1)?)
            }
            Source::File(_) => return Ok(None),
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let failed = |e: &dyn std::fmt::Display| ScanError::Filter(format!("{}: {e}", conjunct.expr));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&conjunct.schema), arrays, &options)
        .map_err(|e| failed(&e))?;
    let passed = conjunct.evaluate(&batch).map_err(|e| failed(&e))?;
    Ok(Some(passed.value(0)))
}

pub(super) fn note_null_columns(
    spec: &ScanSpec,
    columns: &FileColumns,
    metadata: &ParquetMetaData,
) {
    for column in spec.needed() {
        let all_null = metadata
            .row_groups()
            .iter()
            .all(|group| bounds(columns, column, group).nulls == Nulls::All);
        if all_null {
            spec.report.null_column(&spec.columns[column].name);
        }
    }
}

fn note_kept(spec: &ScanSpec, columns: &FileColumns, group: &RowGroupMetaData, plan: &GroupPlan) {
    let mut needed = spec.projection.clone();
    let filters = plan.answered.iter().map(|(at, _)| at).chain(&plan.open);
    needed.extend(filters.flat_map(|at| spec.conjuncts[*at].columns.iter().copied()));
    needed.sort_unstable();
    needed.dedup();
    let bytes = needed
        .into_iter()
        .filter_map(|column| columns.file_column(column))
        .flat_map(|file| file.all_leaves())
        .map(|leaf| group.column(leaf).compressed_size().max(0) as u64)
        .sum();
    spec.report.group_kept(group.num_rows() as u64, bytes);
}
