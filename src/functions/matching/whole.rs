//! Finding a text among many, whole.
//!
//! In: the needles of `=~`, `in~` and of `in` over rows. Out: whether a text is one of them. Most texts end
//! at their length, the rest at a number made of their first and last bytes.

use super::term_starts::word;

const CASE_BITS: u64 = 0x2020_2020_2020_2020;

/// A set of needles.
#[derive(Debug)]
pub(super) struct Whole {
    /// Sorted by key.
    needles: Vec<(u64, Box<[u8]>)>,
    /// A bit for each length that occurs, the last one for all that are longer.
    lengths: u64,
    ignore_case: bool,
}

impl Whole {
    /// With `ignore_case` ASCII letters match in either case.
    pub fn new(needles: Vec<String>, ignore_case: bool) -> Self {
        let mut needles: Vec<_> = needles
            .into_iter()
            .map(|needle| (key(needle.as_bytes()), needle.into_bytes().into()))
            .collect();
        needles.sort_unstable();
        needles.dedup();
        Self {
            lengths: needles
                .iter()
                .fold(0, |bits, (_, needle): &(_, Box<[u8]>)| {
                    bits | length_bit(needle)
                }),
            needles,
            ignore_case,
        }
    }

    pub fn is_match(&self, text: &str) -> bool {
        let text = text.as_bytes();
        if self.lengths & length_bit(text) == 0 {
            return false;
        }
        let key = key(text);
        let from = self.needles.partition_point(|(other, _)| *other < key);
        self.needles[from..]
            .iter()
            .take_while(|(other, _)| *other == key)
            .any(|(_, needle)| match self.ignore_case {
                true => needle.eq_ignore_ascii_case(text),
                false => needle[..] == *text,
            })
    }
}

fn length_bit(text: &[u8]) -> u64 {
    1 << text.len().min(63)
}

/// The same for texts that differ in the case of ASCII letters.
fn key(text: &[u8]) -> u64 {
    let last = &text[text.len().saturating_sub(8)..];
    (word(text) | CASE_BITS).rotate_left(29) ^ (word(last) | CASE_BITS)
}
