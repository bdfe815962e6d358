//! Finding many needles that begin with a term: only the starts of the text's terms are looked at.
//!
//! In: needles whose first character is a letter or digit and must have a boundary before it. Out: whether
//! one of them stands in a text with its boundaries. The cost hardly grows with the number of needles: a
//! term start costs one look into a table by its first bytes.

use super::term::Edges;

/// The most bytes that the table is keyed by.
const KEY_BYTES: usize = 4;
/// How many bytes are looked at together: a bit each.
const BLOCK: usize = 64;
/// Sets the bit in which upper and lower case differ; merges some other bytes, which the comparison tells apart.
const CASE_BITS: u32 = 0x2020_2020;

/// Needles by the hash of their first bytes.
#[derive(Debug)]
pub(super) struct TermStarts {
    /// Sorted by slot.
    needles: Vec<(Box<[u8]>, Edges)>,
    /// The first needle of each slot, and one past the last.
    first: Box<[u32]>,
    /// The bits of the key that count: as many bytes as the shortest needle has.
    key_mask: u32,
    key_bytes: usize,
    shift: u32,
    ignore_case: bool,
}

impl TermStarts {
    /// Needles of which each must have a boundary on its left. None where there is nothing to key by.
    pub fn new(needles: &[(String, Edges)], ignore_case: bool) -> Option<Self> {
        let shortest = needles.iter().map(|(needle, _)| needle.len()).min()?;
        let key_bytes = shortest.min(KEY_BYTES);
        if key_bytes == 0 {
            return None;
        }
        let key_mask = u32::MAX >> (8 * (KEY_BYTES - key_bytes));
        let bits = (needles.len() * 8).next_power_of_two().trailing_zeros();
        let mut starts = Self {
            needles: Vec::new(),
            first: Box::default(),
            key_mask,
            key_bytes,
            shift: u32::BITS - bits.clamp(6, 16),
            ignore_case,
        };
        let mut by_slot: Vec<_> = needles
            .iter()
            .map(|(needle, edges)| (starts.slot(needle.as_bytes(), 0), needle, *edges))
            .collect();
        by_slot.sort();
        let slots = 1 << (u32::BITS - starts.shift);
        starts.first = (0..=slots)
            .map(|slot| by_slot.partition_point(|(at, ..)| *at < slot) as u32)
            .collect();
        starts.needles = by_slot
            .into_iter()
            .map(|(_, needle, edges)| (needle.as_bytes().into(), edges))
            .collect();
        Some(starts)
    }

    pub fn is_match(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let Some(last) = bytes.len().checked_sub(self.key_bytes) else {
            return false;
        };
        let mut in_term = 0;
        for (index, block) in bytes.chunks(BLOCK).enumerate() {
            let terms = terms(block);
            // A start is a byte of a term after one of none.
            let mut starts = terms & !(terms << 1 | in_term);
            in_term = terms >> (BLOCK - 1);
            while starts != 0 {
                let at = index * BLOCK + starts.trailing_zeros() as usize;
                if at > last {
                    return false;
                }
                if self.stands_at(text, at) {
                    return true;
                }
                starts &= starts - 1;
            }
        }
        false
    }

    fn stands_at(&self, text: &str, at: usize) -> bool {
        let bytes = text.as_bytes();
        let slot = self.slot(bytes, at);
        let (from, to) = (self.first[slot], self.first[slot + 1]);
        self.needles[from as usize..to as usize]
            .iter()
            .any(|(needle, edges)| {
                let end = at + needle.len();
                bytes
                    .get(at..end)
                    .is_some_and(|part| match self.ignore_case {
                        true => part.eq_ignore_ascii_case(needle),
                        false => part == &needle[..],
                    })
                    && edges.hold(text, at, end)
            })
    }

    /// The slot of what begins at this byte; at least `key_bytes` bytes must remain.
    fn slot(&self, bytes: &[u8], at: usize) -> usize {
        let key = match bytes[at..].first_chunk::<KEY_BYTES>() {
            Some(chunk) => u32::from_le_bytes(*chunk),
            None => word(&bytes[at..]) as u32,
        };
        let key = (key | CASE_BITS) & self.key_mask;
        (key.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }
}

/// Up to eight bytes as a number, the first one lowest, zeros where there are fewer.
pub(super) fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let mut chunk = [0; 8];
            chunk[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(chunk)
        }
    }
}

/// A bit for each byte of a block: whether it is an ASCII letter or digit.
fn terms(block: &[u8]) -> u64 {
    let (words, rest) = block.as_chunks::<8>();
    let mut terms = 0;
    for (index, word) in words.iter().enumerate() {
        terms |= terms_of_word(u64::from_le_bytes(*word)) << (8 * index);
    }
    if !rest.is_empty() {
        // The last eight bytes, without those that are known already, cost less than a copy.
        let last = match block.last_chunk::<8>() {
            Some(chunk) => u64::from_le_bytes(*chunk) >> (8 * (8 - rest.len())),
            None => word(rest),
        };
        terms |= terms_of_word(last) << (8 * words.len());
    }
    terms
}

/// A bit for each of eight bytes: whether it is an ASCII letter or digit.
fn terms_of_word(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The high bit of each byte tells whether the seven below, plus a summand, reach 128.
    let at_least = |bytes: u64, least: u8| bytes + (0x80 - u64::from(least)) * ONES;
    let seven = word & !HIGH;
    let lower = seven | (0x20 * ONES);
    let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digit = at_least(seven, b'0') & !at_least(seven, b'9' + 1);
    let marks = (letter | digit) & !word & HIGH;
    // Gathers the eight marks into the top byte.
    (marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_terms() {
        for place in 0..8 {
            for byte in 0..=255u8 {
                for around in [0, 255, b'a', b'.'] {
                    let mut bytes = [around; 8];
                    bytes[place] = byte;
                    let expected = bytes
                        .iter()
                        .enumerate()
                        .filter(|(_, b)| b.is_ascii_alphanumeric())
                        .fold(0, |mask, (bit, _)| mask | 1 << bit);
                    assert_eq!(terms(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
