//! A matcher over a whole array of texts.
//!
//! In: a matcher and an array of strings of any encoding. Out: a Boolean array without nulls.
//! What always holds: SQL NULL answers as `""` does; texts that share their bytes may be asked once.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::Matcher;

/// The array as string views; nothing is copied where it is one.
pub fn strings(array: &ArrayRef) -> Result<StringViewArray> {
    match array.data_type() {
        DataType::Utf8View => Ok(array.as_string_view().clone()),
        _ => Ok(cast(array, &DataType::Utf8View)?.as_string_view().clone()),
    }
}

/// Whether each text matches.
pub fn evaluate(matcher: &Matcher, texts: &StringViewArray) -> BooleanArray {
    let mut scratch = String::new();
    let shortest = u32::try_from(matcher.shortest()).unwrap_or(u32::MAX);
    let views = texts.views();
    let nulls = texts.nulls().filter(|nulls| nulls.null_count() > 0);
    let empty = matcher.is_match("", &mut scratch);
    let mut seen = Seen::new(empty);
    let values = BooleanBuffer::collect_bool(texts.len(), |row| {
        if nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return empty;
        }
        let view = views[row];
        // A view's low half-word is the text's length: most short texts end here.
        (view as u32) >= shortest
            && seen.get(view, || matcher.is_match(texts.value(row), &mut scratch))
    });
    BooleanArray::new(values, None)
}

/// How many views are remembered.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 9;
/// After so many questions it is decided whether remembering pays.
const TRIAL: u32 = 256;

/// The answers for the views seen last. Equal views of one array are equal texts, and a column that
/// Parquet holds as a dictionary is read as views that repeat.
struct Seen {
    slots: Vec<(u128, bool)>,
    asked: u32,
    found: u32,
}

impl Seen {
    /// `empty` is the answer for `""`, whose view is zero.
    fn new(empty: bool) -> Self {
        Self {
            slots: vec![(0, empty); SLOTS],
            asked: 0,
            found: 0,
        }
    }

    fn get(&mut self, view: u128, answer: impl FnOnce() -> bool) -> bool {
        if self.asked == TRIAL && self.found < TRIAL / 4 {
            return answer();
        }
        let mixed = (view as u64 ^ (view >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let slot = &mut self.slots[(mixed >> (u64::BITS - SLOT_BITS)) as usize];
        let known = slot.0 == view;
        if !known {
            *slot = (view, answer());
        }
        if self.asked < TRIAL {
            self.asked += 1;
            self.found += u32::from(known);
        }
        slot.1
    }
}
