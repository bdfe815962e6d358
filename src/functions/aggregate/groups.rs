//! Many groups of one aggregate: what all accumulators with a private state have in common.
//!
//! In: a [`Kernel`], which says how a group's state takes rows, is written, merged and finished. Out: a
//! groups accumulator whose state is one column of bytes, so that partial results can travel and spill.
//! What always holds: merging is associative and commutative, so threads and partitions do not show.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryBuilder};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

/// One aggregate's way with the state of a group.
pub trait Kernel: Debug + Send + Sync + 'static {
    /// A group's state; the default is that of no rows.
    type Group: Debug + Default + Send + Sync + 'static;

    /// Takes rows; gives how many bytes the groups' heaps grew.
    fn update(
        &self,
        groups: &mut [Self::Group],
        rows: Rows<'_>,
        values: &[ArrayRef],
    ) -> Result<usize>;

    /// Writes a state.
    fn encode(&self, group: &mut Self::Group, out: &mut Vec<u8>);

    /// Adds a written state; gives how many bytes the group's heap grew.
    fn merge(&self, group: &mut Self::Group, state: &mut Reader<'_>) -> Result<usize>;

    /// The results, one a group.
    fn finish(&self, groups: Vec<Self::Group>) -> Result<ArrayRef>;

    /// The bytes of a group's heap.
    fn heap_size(&self, _: &Self::Group) -> usize {
        0
    }
}

/// The rows of a batch with their groups, without those that a filter drops.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    groups: &'a [usize],
    filter: Option<&'a BooleanArray>,
}

impl<'a> Rows<'a> {
    pub fn new(groups: &'a [usize], filter: Option<&'a BooleanArray>) -> Self {
        Self { groups, filter }
    }

    /// Row and group of each.
    pub fn iter(self) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.groups
            .iter()
            .enumerate()
            .filter(move |(row, _)| self.passes(*row))
            .map(|(row, group)| (row, *group))
    }

    /// A filter that is null drops the row.
    pub fn passes(self, row: usize) -> bool {
        self.filter.is_none_or(|f| f.is_valid(row) && f.value(row))
    }
}

/// The groups accumulator of a kernel.
#[derive(Debug)]
pub struct Groups<K: Kernel> {
    kernel: K,
    groups: Vec<K::Group>,
    heap: usize,
}

impl<K: Kernel> Groups<K> {
    pub fn new(kernel: K) -> Self {
        Self {
            kernel,
            groups: Vec::new(),
            heap: 0,
        }
    }

    fn take(&mut self, emit: EmitTo) -> Vec<K::Group> {
        let taken = emit.take_needed(&mut self.groups);
        let freed: usize = match emit {
            EmitTo::All => self.heap,
            EmitTo::First(_) => taken.iter().map(|g| self.kernel.heap_size(g)).sum(),
        };
        self.heap = self.heap.saturating_sub(freed);
        taken
    }
}

impl<K: Kernel> GroupsAccumulator for Groups<K> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups.resize_with(total, K::Group::default);
        if !groups.is_empty() {
            self.heap += self
                .kernel
                .update(&mut self.groups, Rows::new(groups, filter), values)?;
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let groups = self.take(emit);
        self.kernel.finish(groups)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let groups = self.take(emit);
        let mut builder = LargeBinaryBuilder::with_capacity(groups.len(), groups.len() * 32);
        let mut bytes = Vec::new();
        for mut group in groups {
            bytes.clear();
            self.kernel.encode(&mut group, &mut bytes);
            builder.append_value(&bytes);
        }
        Ok(vec![Arc::new(builder.finish())])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.groups.resize_with(total, K::Group::default);
        let states = values[0].as_binary::<i64>();
        for (row, group) in groups.iter().enumerate() {
            if states.is_valid(row) {
                let mut reader = Reader::new(states.value(row));
                self.heap += self.kernel.merge(&mut self.groups[*group], &mut reader)?;
            }
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values.first().map_or(0, |a| a.len());
        let each: Vec<usize> = (0..rows).collect();
        let mut groups: Vec<K::Group> = Vec::new();
        groups.resize_with(rows, K::Group::default);
        self.kernel
            .update(&mut groups, Rows::new(&each, filter), values)?;
        let mut builder = LargeBinaryBuilder::with_capacity(rows, rows * 32);
        let mut bytes = Vec::new();
        for mut group in groups {
            bytes.clear();
            self.kernel.encode(&mut group, &mut bytes);
            builder.append_value(&bytes);
        }
        Ok(vec![Arc::new(builder.finish())])
    }

    fn size(&self) -> usize {
        self.heap + self.groups.capacity() * size_of::<K::Group>()
    }
}

/// Reads what [`Kernel::encode`] wrote.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        match self.bytes.split_at_checked(count) {
            Some((head, tail)) => {
                self.bytes = tail;
                Ok(head)
            }
            None => exec_err!("an aggregate's state is cut short"),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub fn i128(&mut self) -> Result<i128> {
        Ok(i128::from_le_bytes(self.array()?))
    }

    pub fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A length and as many bytes.
    pub fn text(&mut self) -> Result<&'a str> {
        let length = self.u32()? as usize;
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(_) => exec_err!("a text in an aggregate's state is not UTF-8"),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Writes a text so that [`Reader::text`] reads it. Arrow bounds one value by 4 GB.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}
