//! The rows of a row group that passed every filter so far.

use arrow::array::{BooleanArray, BooleanBufferBuilder};
use arrow::buffer::BooleanBuffer;
use parquet::arrow::arrow_reader::RowSelection;

/// A set of rows of one row group.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    total: usize,
    count: usize,
    /// One bit a row; None is all of them.
    mask: Option<BooleanBuffer>,
}

impl Rows {
    pub fn all(total: usize) -> Self {
        Self {
            total,
            count: total,
            mask: None,
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn total(&self) -> usize {
        self.total
    }

    /// One bit a row; None is all of them.
    pub fn mask(&self) -> Option<&BooleanBuffer> {
        self.mask.as_ref()
    }

    /// Whether some row of a range is in the set.
    pub fn any(&self, from: usize, length: usize) -> bool {
        self.mask
            .as_ref()
            .is_none_or(|mask| mask.slice(from, length).has_true())
    }

    /// The places within a range of rows of those in the set, if they are few.
    pub fn few(&self, from: usize, length: usize) -> Option<BooleanBuffer> {
        let range = self.mask.as_ref()?.slice(from, length);
        (range.count_set_bits() * 16 < length).then_some(range)
    }

    /// Keeps the rows whose bit is set; `bits` has one for each row of the row group.
    pub fn intersect(&mut self, bits: BooleanBuffer) {
        debug_assert_eq!(bits.len(), self.total);
        let mask = match &self.mask {
            None => bits,
            Some(mask) => mask & &bits,
        };
        self.set(mask);
    }

    /// Keeps those rows of the set for which `passed`, batch after batch, is true.
    pub fn retain(&mut self, passed: &[BooleanArray]) {
        let mut bits = BooleanBufferBuilder::new(self.total);
        match &self.mask {
            None => {
                for batch in passed {
                    bits.append_buffer(batch.values());
                }
            }
            Some(mask) => {
                let results = passed.iter().flat_map(|batch| batch.values().iter());
                for (row, passes) in mask.set_indices().zip(results) {
                    if passes {
                        bits.append_n(row - bits.len(), false);
                        bits.append(true);
                    }
                }
            }
        }
        bits.append_n(self.total - bits.len(), false);
        self.set(bits.finish());
    }

    pub fn clear(&mut self) {
        self.set(BooleanBuffer::new_unset(self.total));
    }

    fn set(&mut self, mask: BooleanBuffer) {
        self.count = mask.count_set_bits();
        self.mask = (self.count < self.total).then_some(mask);
    }

    /// Whether the rows lie far apart, so that Parquet's reader goes from one to the next and never
    /// through the pages between them. It reads through when its selectors are shorter than 32 rows
    /// on average.
    pub fn sparse(&self) -> bool {
        const FAR: usize = 64;
        self.mask
            .as_ref()
            .is_some_and(|mask| (2 * mask.set_slices().count() + 1) * FAR <= self.total)
    }

    /// The set as Parquet's reader takes it; None is all rows.
    pub fn selection(&self) -> Option<RowSelection> {
        let mask = self.mask.as_ref()?;
        Some(RowSelection::from_consecutive_ranges(
            mask.set_slices().map(|(from, to)| from..to),
            self.total,
        ))
    }
}
