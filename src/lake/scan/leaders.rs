//! Leaves out rows that another row of their group beats, for a query that wants one row of each: the last
//! logon of a device, and nothing of those before it.
//!
//! In: the rows of a row group that passed all filters, the columns that make a group, the column that orders
//! it. Out: the rows that no row seen so far beats, in this row group or in those read before.
//! What always holds: a row that is left out has a row of the same texts in the group's columns that is read,
//! passes the same filters and orders strictly before it; so rows with equal keys all stay, and so does
//! whatever cannot be told.
//!
//! A group may well be coarser than its columns' texts (`tolower(DeviceName)`): the best row of the whole is
//! the best of the best of its parts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::SchemaRef;
use datafusion::common::hash_utils::RandomState;

use super::bounds::{Bounds, Nulls, Value};

/// Which rows a query wants of a scan, beside its filters.
#[derive(Debug, Clone)]
pub(super) struct Leading {
    /// The columns that tell groups apart, all of texts: positions in the table.
    pub group: Vec<usize>,
    /// The column of 64-bit numbers or times by which rows compete: a position in the table.
    pub order: usize,
    /// That column alone.
    pub schema: SchemaRef,
    /// The greatest is wanted, or the least.
    pub greatest: bool,
}

impl Leading {
    /// A value as a key of which the greater one wins.
    pub fn key(&self, value: i64) -> i64 {
        if self.greatest { value } else { !value }
    }

    /// No row of a row group has a greater key; None is unknown.
    pub fn limit(&self, bounds: &Bounds) -> Option<i64> {
        let bound = if self.greatest {
            &bounds.max
        } else {
            &bounds.min
        };
        match bound {
            Some(Value::Int(bound)) => i64::try_from(*bound).ok().map(|bound| self.key(bound)),
            Some(Value::Text(_)) | None => None,
        }
    }
}

/// Groups beyond so many are not remembered.
const MOST_GROUPS: usize = 1 << 18;
/// Nor are they beyond so many bytes of their texts.
const MOST_BYTES: u64 = 16 << 20;
/// Rows after which it is known whether leaving out pays.
const TRIAL_ROWS: u64 = 1 << 20;

/// The best keys so far, of one run of a scan.
#[derive(Debug, Default)]
pub(super) struct Leaders {
    known: RwLock<HashMap<Box<[u8]>, i64, RandomState>>,
    bytes: AtomicU64,
    seen: AtomicU64,
    left_out: AtomicU64,
}

/// No key is known. No key is less, so a row with this very key stays too.
const NOTHING: i64 = i64::MIN;

impl Leaders {
    /// Whether it is worth asking: not where nearly every row is a group of its own.
    pub fn pays(&self) -> bool {
        self.seen.load(Relaxed) < TRIAL_ROWS
            || self.left_out.load(Relaxed) * 4 >= self.seen.load(Relaxed)
    }

    /// Whether no group is known yet.
    pub fn is_empty(&self) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.is_empty()
    }

    /// Adds rows that competed, and how many of them were left out.
    pub fn count(&self, seen: usize, left_out: usize) {
        self.seen.fetch_add(seen as u64, Relaxed);
        self.left_out.fetch_add(left_out as u64, Relaxed);
    }

    /// Whether each text of a dictionary, and null where there may be one, is a group with a greater key than
    /// `limit`. The array has null at its end.
    pub fn beat_all(&self, dictionary: &ArrayRef, nulls: Nulls, limit: i64) -> bool {
        let texts = match nulls {
            Nulls::None => dictionary.len() - 1,
            Nulls::All | Nulls::Unknown => dictionary.len(),
        };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut name = Vec::new();
        (0..texts).all(|at| {
            name.clear();
            push(dictionary, at, &mut name);
            known.get(name.as_slice()).is_some_and(|best| *best > limit)
        })
    }

    /// The best known key of each slot of a row group that is in use.
    pub fn of(&self, groups: &Groups) -> Vec<i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut name = Vec::new();
        let mut best = vec![NOTHING; groups.examples.len()];
        for (best, example) in best.iter_mut().zip(&groups.examples) {
            if let Some(row) = example {
                groups.name(*row, &mut name);
                if let Some(key) = known.get(name.as_slice()) {
                    *best = *key;
                }
            }
        }
        best
    }

    /// Remembers the keys that a row group brought.
    pub fn learn(&self, groups: &Groups, before: &[i64], best: &[i64]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut name = Vec::new();
        for (slot, row) in groups.examples.iter().enumerate() {
            let (Some(row), true) = (row, best[slot] > before[slot]) else {
                continue;
            };
            groups.name(*row, &mut name);
            if let Some(key) = known.get_mut(name.as_slice()) {
                *key = best[slot].max(*key);
            } else if known.len() < MOST_GROUPS && self.bytes.load(Relaxed) < MOST_BYTES {
                self.bytes.fetch_add(name.len() as u64, Relaxed);
                known.insert(name.as_slice().into(), best[slot]);
            }
        }
    }
}

/// The dictionary ids of one column in a row group.
#[derive(Debug)]
pub(super) struct Column {
    /// The dictionary, and null behind it.
    pub values: ArrayRef,
    /// An id for each row; that of null is the one behind the dictionary's.
    pub ids: Vec<u32>,
}

/// The groups of a row group: a slot for each, and for each row its slot.
#[derive(Debug)]
pub(super) struct Groups {
    columns: Vec<Column>,
    slots: Vec<u32>,
    /// A row of each slot; None where no row is left.
    examples: Vec<Option<u32>>,
}

impl Groups {
    /// The groups of the rows whose bit is set. Without a column all rows are one group.
    pub fn new(columns: Vec<Column>, rows: &BooleanBuffer) -> Self {
        let (slots, count) = match &columns[..] {
            [] => (vec![0; rows.len()], 1),
            [only] => (only.ids.clone(), only.values.len()),
            [first, rest @ ..] => {
                let mut slots = first.ids.clone();
                let mut count = first.values.len();
                for column in rest {
                    let mut pairs: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
                    for row in rows.set_indices() {
                        let next = pairs.len() as u32;
                        slots[row] = *pairs.entry((slots[row], column.ids[row])).or_insert(next);
                    }
                    count = pairs.len();
                }
                (slots, count)
            }
        };
        let mut examples = vec![None; count];
        for row in rows.set_indices() {
            examples[slots[row] as usize].get_or_insert(row as u32);
        }
        Self {
            columns,
            slots,
            examples,
        }
    }

    pub fn slot(&self, row: usize) -> usize {
        self.slots[row] as usize
    }

    /// Whether every group that has a row is known with a greater key than `limit`.
    pub fn beaten(&self, best: &[i64], limit: i64) -> bool {
        let mut groups = self.examples.iter().zip(best);
        groups.all(|(example, best)| example.is_none() || *best > limit)
    }

    /// What tells the group of a row from all others.
    fn name(&self, row: u32, name: &mut Vec<u8>) {
        name.clear();
        for column in &self.columns {
            push(&column.values, column.ids[row as usize] as usize, name);
        }
    }
}

/// Appends a text so that texts behind one another stay apart, and null from `""`.
fn push(values: &ArrayRef, at: usize, name: &mut Vec<u8>) {
    if values.is_null(at) {
        name.push(0);
        return;
    }
    let text = values.as_string_view().value(at);
    name.push(1);
    name.extend((text.len() as u64).to_le_bytes());
    name.extend(text.as_bytes());
}

/// Whether a row with this key stays where the best of its group is so.
pub(super) fn stays(key: Option<i64>, best: i64) -> bool {
    match key {
        Some(key) => key >= best,
        // A null key loses to any other.
        None => best == NOTHING,
    }
}
