//! Rows of one row group that are still in for a strand.
//!
//! What always holds: few rows are a list, many are bits, so that neither a thousand strands with three
//! rows each nor one strand with all rows costs much.

use std::sync::Arc;

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;

use crate::lake::scan::rows::Rows;

/// A list holds at most one row in so many.
const FEW_SHARE: usize = 32;

/// A set of rows.
#[derive(Debug, Clone)]
pub(super) enum RowSet {
    All(usize),
    /// Ascending.
    Few(Arc<[u32]>),
    Many(BooleanBuffer),
}

impl RowSet {
    pub fn from_bits(bits: BooleanBuffer) -> Self {
        let count = bits.count_set_bits();
        if count == bits.len() {
            RowSet::All(bits.len())
        } else if count * FEW_SHARE <= bits.len() {
            RowSet::Few(bits.set_indices().map(|row| row as u32).collect())
        } else {
            RowSet::Many(bits)
        }
    }

    /// Rows in ascending order, of `total`.
    pub fn from_rows(rows: Vec<u32>, total: usize) -> Self {
        if rows.len() * FEW_SHARE <= total || rows.len() <= 1 {
            return RowSet::Few(rows.into());
        }
        let mut bits = BooleanBufferBuilder::new(total);
        bits.append_n(total, false);
        for row in rows {
            bits.set_bit(row as usize, true);
        }
        Self::from_bits(bits.finish())
    }

    pub fn is_empty(&self) -> bool {
        match self {
            RowSet::All(total) => *total == 0,
            RowSet::Few(rows) => rows.is_empty(),
            RowSet::Many(bits) => !bits.has_true(),
        }
    }

    pub fn intersect(&self, other: &RowSet) -> RowSet {
        match (self, other) {
            (RowSet::All(_), set) | (set, RowSet::All(_)) => set.clone(),
            (RowSet::Few(rows), RowSet::Many(bits)) | (RowSet::Many(bits), RowSet::Few(rows)) => {
                let both = rows.iter().filter(|row| bits.value(**row as usize));
                RowSet::Few(both.copied().collect())
            }
            (RowSet::Few(a), RowSet::Few(b)) => {
                let (few, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
                let mut from = 0;
                let mut both = Vec::with_capacity(few.len());
                for row in few.iter() {
                    from += more[from..].partition_point(|other| other < row);
                    if more.get(from) == Some(row) {
                        both.push(*row);
                    }
                }
                RowSet::Few(both.into())
            }
            (RowSet::Many(a), RowSet::Many(b)) => RowSet::from_bits(a & b),
        }
    }

    /// The rows of all sets together.
    pub fn union<'a>(sets: impl Iterator<Item = &'a RowSet>, total: usize) -> RowSet {
        let mut rows = Vec::new();
        let mut bits: Option<BooleanBuffer> = None;
        for set in sets {
            match set {
                RowSet::All(total) => return RowSet::All(*total),
                RowSet::Few(few) => rows.extend_from_slice(few),
                RowSet::Many(many) => {
                    bits = Some(match bits {
                        None => many.clone(),
                        Some(bits) => &bits | many,
                    });
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        match bits {
            None => RowSet::from_rows(rows, total),
            Some(bits) => {
                let mut all = BooleanBufferBuilder::new(total);
                all.append_buffer(&bits);
                for row in rows {
                    all.set_bit(row as usize, true);
                }
                RowSet::from_bits(all.finish())
            }
        }
    }

    /// The rows one by one, ascending.
    pub fn list(&self) -> Vec<u32> {
        match self {
            RowSet::All(total) => (0..*total as u32).collect(),
            RowSet::Few(rows) => rows.to_vec(),
            RowSet::Many(bits) => bits.set_indices().map(|row| row as u32).collect(),
        }
    }

    /// The same as the scan's filters take it.
    pub fn rows(&self, total: usize) -> Rows {
        let mut rows = Rows::all(total);
        match self {
            RowSet::All(_) => {}
            RowSet::Few(few) => {
                let mut bits = BooleanBufferBuilder::new(total);
                bits.append_n(total, false);
                for row in few.iter() {
                    bits.set_bit(*row as usize, true);
                }
                rows.intersect(bits.finish());
            }
            RowSet::Many(bits) => rows.intersect(bits.clone()),
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const TOTAL: usize = 300;

    fn rows() -> impl Strategy<Value = BTreeSet<u32>> {
        prop_oneof![
            prop::collection::btree_set(0..TOTAL as u32, 0..6),
            prop::collection::btree_set(0..TOTAL as u32, 0..TOTAL),
            Just((0..TOTAL as u32).collect()),
        ]
    }

    fn set(rows: &BTreeSet<u32>) -> RowSet {
        RowSet::from_rows(rows.iter().copied().collect(), TOTAL)
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in rows(), b in rows(), c in rows()) {
            let both: Vec<u32> = a.intersection(&b).copied().collect();
            prop_assert_eq!(set(&a).intersect(&set(&b)).list(), both.clone());
            prop_assert_eq!(set(&a).intersect(&set(&b)).is_empty(), both.is_empty());
            let any: BTreeSet<u32> = a.iter().chain(&b).chain(&c).copied().collect();
            let union = RowSet::union([set(&a), set(&b), set(&c)].iter(), TOTAL);
            prop_assert_eq!(union.list(), any.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(union.rows(TOTAL).count(), any.len());
        }
    }
}
