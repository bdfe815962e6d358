//! A matcher over a whole array of texts.
//!
//! In: a matcher and an array of strings of any encoding. Out: a Boolean array without nulls.
//! What always holds: SQL NULL answers as `""` does.

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
    let empty = nulls.is_some() && matcher.is_match("", &mut scratch);
    let values = BooleanBuffer::collect_bool(texts.len(), |row| {
        if nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return empty;
        }
        // A view's low half-word is the text's length: most short texts end here.
        (views[row] as u32) >= shortest && matcher.is_match(texts.value(row), &mut scratch)
    });
    BooleanArray::new(values, None)
}
