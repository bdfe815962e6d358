//! The set of keys of one group, and `dcount` over it.
//!
//! In: 128-bit keys ([`Column::key`]). Out: the place of each among the distinct ones. What always
//! holds: a small set is a list that is searched, so that 200,000 groups of a few values stay cheap; a
//! large one has an index beside it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;

use super::cell::{Column, text_key};
use super::groups::{Kernel, Reader, Rows};
use super::json_value::{self, Kind};
use crate::symbols::ScalarType;

/// Up to this many keys a search through the list beats a hash table.
const LIST: usize = 16;

/// Distinct keys in the order in which they came.
#[derive(Debug, Default)]
pub struct Keys {
    list: Vec<u128>,
    index: Option<Box<Index>>,
}

type Index = HashMap<u128, u32, BuildHasherDefault<Folded>>;

/// A key is a hash or a value: its halves, mixed, are hash enough.
#[derive(Debug, Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(8) ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_u128(&mut self, key: u128) {
        let low = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = low ^ ((key >> 64) as u64) ^ (low >> 32);
    }
}

impl Keys {
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn list(&self) -> &[u128] {
        &self.list
    }

    /// The place of the key.
    pub fn find(&self, key: u128) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(&key).map(|place| *place as usize),
            None => self.list.iter().position(|k| *k == key),
        }
    }

    /// The place of the key, and whether it is new.
    pub fn insert(&mut self, key: u128) -> (usize, bool) {
        let next = self.list.len();
        if let Some(index) = &mut self.index {
            let place = *index.entry(key).or_insert(next as u32) as usize;
            if place == next {
                self.list.push(key);
            }
            return (place, place == next);
        }
        if let Some(place) = self.list.iter().position(|k| *k == key) {
            return (place, false);
        }
        self.list.push(key);
        if self.list.len() > LIST {
            let pairs = self.list.iter().enumerate().map(|(i, k)| (*k, i as u32));
            self.index = Some(Box::new(pairs.collect()));
        }
        (next, true)
    }

    /// The bytes of its heap.
    pub fn heap_size(&self) -> usize {
        let index = self.index.as_ref().map_or(0, |i| i.capacity() * 40);
        self.list.capacity() * size_of::<u128>() + index
    }
}

/// `dcount`: how many distinct values that are not null. Exact, where Kusto estimates.
#[derive(Debug)]
pub struct Dcount {
    pub ty: ScalarType,
}

impl Kernel for Dcount {
    type Group = Keys;

    fn update(&self, groups: &mut [Keys], rows: Rows<'_>, values: &[ArrayRef]) -> Result<usize> {
        let column = Column::new(&values[1], self.ty)?;
        let mut grown = 0;
        for (row, group) in rows.iter() {
            let key = match self.ty {
                ScalarType::Dynamic => json_key(&column, row),
                ScalarType::Bool
                | ScalarType::Int
                | ScalarType::Long
                | ScalarType::Real
                | ScalarType::Decimal
                | ScalarType::String
                | ScalarType::DateTime
                | ScalarType::TimeSpan
                | ScalarType::Guid => column.key(row),
            };
            if let Some(key) = key {
                grown += insert(&mut groups[group], key);
            }
        }
        Ok(grown)
    }

    fn encode(&self, group: &mut Keys, out: &mut Vec<u8>) {
        for key in group.list() {
            out.extend_from_slice(&key.to_le_bytes());
        }
    }

    fn merge(&self, group: &mut Keys, state: &mut Reader<'_>) -> Result<usize> {
        let mut grown = 0;
        while !state.is_empty() {
            grown += insert(group, state.i128()? as u128);
        }
        Ok(grown)
    }

    fn finish(&self, groups: Vec<Keys>) -> Result<ArrayRef> {
        let counts = groups.iter().map(|keys| keys.len() as i64);
        Ok(Arc::new(Int64Array::from_iter_values(counts)))
    }

    fn heap_size(&self, group: &Keys) -> usize {
        group.heap_size()
    }
}

fn insert(keys: &mut Keys, key: u128) -> usize {
    let before = keys.heap_size();
    keys.insert(key);
    keys.heap_size() - before
}

/// JSON null is null; blanks do not count.
fn json_key(column: &Column<'_>, row: usize) -> Option<u128> {
    if column.is_null(row) {
        return None;
    }
    let json = column.text(row);
    (json_value::kind(json) != Kind::Null).then(|| text_key(&json_value::compact(json)))
}
