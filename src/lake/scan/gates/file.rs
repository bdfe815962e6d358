//! Decides what of one file must be read for a pack: by its footer, its statistics and its dictionaries.
//!
//! In: a file of the listing. Out: the row groups in which some strand may have a row, and for each what is
//! known of the conditions. What always holds: small dictionaries are asked before large ones, and only
//! about conditions of strands that are still in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::SerializedPageReader;

use super::evaluate::{Answer, ask};
use super::pack::Pack;
use crate::lake::file::{LakeFile, TimeRange};
use crate::lake::scan::ScanError;
use crate::lake::scan::adapt::FileColumns;
use crate::lake::scan::bounds::{Nulls, Value};
use crate::lake::scan::chunk::OpenFile;
use crate::lake::scan::dictionary::{DictionaryPage, page_range};
use crate::lake::scan::prepare::{decide_by_constants, note_null_columns};
use crate::lake::scan::report::{Phase, Pruned};
use crate::lake::scan::sift::SMALL_BYTES;
use crate::lake::scan::{pageindex, statistics::bounds};

/// A file of which something must be read.
#[derive(Debug)]
pub(super) struct PackFile {
    pub open: OpenFile,
    pub metadata: Arc<ParquetMetaData>,
    pub columns: FileColumns,
}

/// A row group in which some strand may have a row.
#[derive(Debug)]
pub(super) struct GroupState {
    pub index: usize,
    /// The strands that are still in.
    pub strands: Vec<u32>,
    /// By condition.
    pub known: Vec<Known>,
}

/// What is known of a condition over the rows of a row group.
#[derive(Debug, Clone)]
pub(super) enum Known {
    Open,
    /// Every row passes, or those that do not are out already.
    All,
    None,
    /// The dictionary has answered; its ids are still to be looked at.
    Ids(Arc<Answer>),
}

impl GroupState {
    /// Lets go of the strands that have a condition which passes no row.
    pub fn sift(&mut self, pack: &Pack) {
        let known = &self.known;
        self.strands.retain(|strand| {
            pack.runs(*strand)
                && pack.strands[*strand as usize]
                    .conditions
                    .iter()
                    .all(|c| !matches!(known[*c], Known::None))
        });
    }

    /// The conditions of strands that are in, once each, of which this holds.
    pub fn conditions(&self, pack: &Pack, which: impl Fn(usize, &Known) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .strands
            .iter()
            .flat_map(|strand| &pack.strands[*strand as usize].conditions)
            .copied()
            .filter(|c| which(*c, &self.known[*c]))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes down what a dictionary said.
    pub fn answered(&mut self, condition: usize, answer: Answer, nulls: Nulls) {
        let none = answer.ids.is_empty() && (!answer.null || nulls == Nulls::None);
        let all = answer.ids.len() == answer.values && (answer.null || nulls == Nulls::None);
        self.known[condition] = match (none, all) {
            (true, _) => Known::None,
            (false, true) => Known::All,
            (false, false) => Known::Ids(Arc::new(answer)),
        };
    }
}

/// The file and its row groups; None where nothing is left.
pub(super) async fn prepare(
    pack: &Pack,
    file: LakeFile,
) -> Result<Option<(PackFile, Vec<GroupState>)>, ScanError> {
    let spec = &pack.spec;
    let open = OpenFile::open(
        spec.source.as_ref(),
        Arc::new(file),
        spec.options.coalesce_bytes,
        Arc::clone(&spec.report),
    )?;
    let metadata = spec.footers.get(&open).await?;
    let columns = FileColumns::or_else(spec, &open, &metadata, |column, fault| {
        end_rules_of(pack, column, fault)
    })?;
    let groups = metadata.row_groups();
    spec.report.opened(
        &open.file,
        groups.len() as u64,
        groups.iter().map(|g| g.num_rows().max(0) as u64).sum(),
    );
    note_null_columns(spec, &columns, &metadata);

    let by_constants = constants(pack, &columns)?;
    let mut left = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let mut state = GroupState {
            index,
            strands: by_time(pack, &columns, group),
            known: by_constants.clone(),
        };
        decide_by_bounds(pack, &columns, group, &mut state);
        state.sift(pack);
        if state.strands.is_empty() {
            spec.report.group_pruned(Pruned::Statistics);
        } else {
            left.push(state);
        }
    }
    if left.is_empty() {
        spec.report.file_pruned(Pruned::Statistics);
        return Ok(None);
    }
    let left = ask_dictionaries(pack, &open, &metadata, &columns, left).await?;
    if left.is_empty() {
        spec.report.file_pruned(Pruned::Dictionary);
        return Ok(None);
    }
    let indexed = pageindex::read(&open, &metadata, left.iter().map(|g| g.index)).await?;
    let metadata = indexed.map_or(metadata, Arc::new);
    for state in &left {
        note_kept(pack, &columns, metadata.row_group(state.index), state);
    }
    Ok(Some((
        PackFile {
            open,
            metadata,
            columns,
        },
        left,
    )))
}

/// A column that cannot be read is the fault of no rule but those that need it.
fn end_rules_of(pack: &Pack, column: usize, fault: ScanError) -> Result<(), ScanError> {
    if !matches!(fault, ScanError::ColumnType { .. }) {
        return Err(fault);
    }
    let fault = fault.to_string();
    for (at, rule) in pack.rules.iter().enumerate() {
        if rule.columns.contains(&column) {
            pack.end(at, || fault.clone());
        }
    }
    for strand in &pack.strands {
        let uses = |c: &usize| pack.spec.conjuncts[*c].columns.contains(&column);
        if strand.conditions.iter().any(uses) {
            pack.end(strand.rule, || fault.clone());
        }
    }
    Ok(())
}

/// What the columns that are the same in all rows of the file decide.
fn constants(pack: &Pack, columns: &FileColumns) -> Result<Vec<Known>, ScanError> {
    pack.spec
        .conjuncts
        .iter()
        .map(|conjunct| {
            Ok(match decide_by_constants(conjunct, columns)? {
                None => Known::Open,
                Some(true) => Known::All,
                Some(false) => Known::None,
            })
        })
        .collect()
}

/// The strands whose window the row group's times overlap.
fn by_time(pack: &Pack, columns: &FileColumns, group: &RowGroupMetaData) -> Vec<u32> {
    if group.num_rows() <= 0 {
        return Vec::new();
    }
    let ticks = |value: Option<Value>| match value {
        Some(Value::Int(ticks)) => i64::try_from(ticks).ok(),
        Some(Value::Text(_)) | None => None,
    };
    let times = pack.time.map_or_else(TimeRange::default, |time| {
        let bounds = bounds(columns, time, group);
        TimeRange::new(
            ticks(bounds.min),
            ticks(bounds.max).and_then(|last| last.checked_add(1)),
        )
    });
    (0..pack.strands.len() as u32)
        .filter(|strand| times.overlaps(&pack.strands[*strand as usize].window))
        .collect()
}

fn decide_by_bounds(
    pack: &Pack,
    columns: &FileColumns,
    group: &RowGroupMetaData,
    state: &mut GroupState,
) {
    for condition in &pack.decidable {
        if !matches!(state.known[*condition], Known::Open) {
            continue;
        }
        let rule = &pack.spec.conjuncts[*condition].rule;
        let outcomes = rule.outcomes(&|column| bounds(columns, column, group));
        if outcomes.none() {
            state.known[*condition] = Known::None;
        } else if outcomes.all() {
            state.known[*condition] = Known::All;
        }
    }
}

/// Asks the dictionaries of one file, the smallest column first, those of all row groups together.
async fn ask_dictionaries(
    pack: &Pack,
    open: &OpenFile,
    metadata: &ParquetMetaData,
    columns: &FileColumns,
    mut groups: Vec<GroupState>,
) -> Result<Vec<GroupState>, ScanError> {
    let mut bytes: BTreeMap<usize, u64> = BTreeMap::new();
    for state in &groups {
        let mut own: Vec<usize> = state
            .conditions(pack, |_, known| matches!(known, Known::Open))
            .into_iter()
            .filter_map(|c| single_column(pack, c))
            .collect();
        own.dedup();
        own.sort_unstable();
        own.dedup();
        for column in own {
            if let Some(range) = dictionary(columns, metadata.row_group(state.index), column) {
                *bytes.entry(column).or_default() += range.end - range.start;
            }
        }
    }
    let mut order: Vec<(u64, usize)> = bytes.into_iter().map(|(c, bytes)| (bytes, c)).collect();
    order.sort_unstable();
    for (_, column) in order {
        groups = ask_column(pack, open, metadata, columns, groups, column).await?;
    }
    Ok(groups)
}

async fn ask_column(
    pack: &Pack,
    open: &OpenFile,
    metadata: &ParquetMetaData,
    columns: &FileColumns,
    groups: Vec<GroupState>,
    column: usize,
) -> Result<Vec<GroupState>, ScanError> {
    let Some(leaf) = columns.file_column(column).and_then(|f| f.flat_leaf()) else {
        return Ok(groups);
    };
    let asked: Vec<Vec<usize>> = groups
        .iter()
        .map(|state| {
            to_ask(
                pack,
                columns,
                metadata.row_group(state.index),
                state,
                column,
            )
        })
        .collect();
    let ranges: Vec<Range<u64>> = groups
        .iter()
        .zip(&asked)
        .filter(|(_, asked)| !asked.is_empty())
        .filter_map(|(state, _)| dictionary(columns, metadata.row_group(state.index), column))
        .collect();
    let chunks = Arc::new(open.chunks(&ranges, Phase::Dictionaries).await?);
    let started = Instant::now();
    let mut kept = Vec::with_capacity(groups.len());
    for (mut state, asked) in groups.into_iter().zip(asked) {
        let group = metadata.row_group(state.index);
        if !asked.is_empty() {
            let rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let chunk = group.column(leaf);
            let answers = SerializedPageReader::new(Arc::clone(&chunks), chunk, rows, None)
                .ok()
                .and_then(|mut pages| DictionaryPage::read(chunk, &mut pages))
                .and_then(|page| ask(pack, &page, &asked));
            if let Some(answers) = answers {
                let nulls = bounds(columns, column, group).nulls;
                for (condition, answer) in asked.iter().zip(answers) {
                    if let Some(answer) = answer {
                        state.answered(*condition, answer, nulls);
                    }
                }
            }
            state.sift(pack);
        }
        if state.strands.is_empty() {
            pack.spec.report.group_pruned(Pruned::Dictionary);
        } else {
            kept.push(state);
        }
    }
    pack.spec.report.spent(Phase::Dictionaries, started);
    Ok(kept)
}

/// The conditions to ask a column's dictionary about now: none where it is large and all strands that
/// would ask have fewer rows left by a smaller one.
fn to_ask(
    pack: &Pack,
    columns: &FileColumns,
    group: &RowGroupMetaData,
    state: &GroupState,
    column: usize,
) -> Vec<usize> {
    let Some(range) = dictionary(columns, group, column) else {
        return Vec::new();
    };
    let open = |condition: usize| {
        matches!(state.known[condition], Known::Open)
            && single_column(pack, condition) == Some(column)
    };
    let bytes = range.end - range.start;
    let chunk: u64 = columns
        .file_column(column)
        .into_iter()
        .flat_map(|file| file.all_leaves())
        .map(|leaf| group.column(leaf).compressed_size().max(0) as u64)
        .sum();
    let unanswered = |strand: &u32| {
        let conditions = &pack.strands[*strand as usize].conditions;
        conditions.iter().any(|c| open(*c))
            && conditions
                .iter()
                .all(|c| !matches!(state.known[*c], Known::Ids(_)))
    };
    let worth =
        bytes <= SMALL_BYTES || (bytes <= chunk / 2 && state.strands.iter().any(unanswered));
    match worth {
        true => state.conditions(pack, |condition, _| open(condition)),
        false => Vec::new(),
    }
}

/// The column of a condition that is over one alone.
pub(super) fn single_column(pack: &Pack, condition: usize) -> Option<usize> {
    match pack.spec.conjuncts[condition].columns[..] {
        [column] => Some(column),
        _ => None,
    }
}

/// Where the dictionary of a column lies, if its chunk is made of ids alone.
pub(super) fn dictionary(
    columns: &FileColumns,
    group: &RowGroupMetaData,
    column: usize,
) -> Option<Range<u64>> {
    let file = columns.file_column(column)?;
    page_range(file, group.column(file.flat_leaf()?))
}

fn note_kept(pack: &Pack, columns: &FileColumns, group: &RowGroupMetaData, state: &GroupState) {
    let mut needed: Vec<usize> = state
        .strands
        .iter()
        .map(|strand| pack.strands[*strand as usize].rule)
        .flat_map(|rule| pack.rules[rule].columns.iter().copied())
        .collect();
    let filters = state.conditions(pack, |_, known| !matches!(known, Known::All));
    needed.extend(
        filters
            .into_iter()
            .flat_map(|c| pack.spec.conjuncts[c].columns.iter().copied()),
    );
    needed.sort_unstable();
    needed.dedup();
    let bytes = needed
        .into_iter()
        .filter_map(|column| columns.file_column(column))
        .flat_map(|file| file.all_leaves())
        .map(|leaf| group.column(leaf).compressed_size().max(0) as u64)
        .sum();
    pack.spec.report.group_kept(group.num_rows() as u64, bytes);
}
