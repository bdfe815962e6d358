//! Columns of one file, put together by name.
//!
//! In: values. Out: Arrow arrays in one plain form: UTF-8 text, Int64, microseconds in UTC. How a day's
//! file differs from that is the matter of `drift`. What always holds: all columns are of one length.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};

/// Columns in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(pub(crate) Vec<(String, ArrayRef)>);

impl Columns {
    /// A column more, as Arrow has it.
    pub(crate) fn push(mut self, name: &str, array: ArrayRef) -> Self {
        self.0.push((name.to_owned(), array));
        self
    }

    /// Text; None is null.
    pub(crate) fn text<'a, T>(
        self,
        name: &str,
        rows: &'a [T],
        value: impl Fn(&'a T) -> Option<&'a str>,
    ) -> Self {
        let array: StringArray = rows.iter().map(value).collect();
        self.push(name, Arc::new(array))
    }

    /// Text that is made for each row.
    pub(crate) fn made<T>(self, name: &str, rows: &[T], value: impl Fn(&T) -> String) -> Self {
        let array: StringArray = rows.iter().map(|row| Some(value(row))).collect();
        self.push(name, Arc::new(array))
    }

    /// Microseconds since 1970, UTC.
    pub(crate) fn time<T>(self, name: &str, rows: &[T], value: impl Fn(&T) -> i64) -> Self {
        let array = TimestampMicrosecondArray::from_iter_values(rows.iter().map(value));
        self.push(name, Arc::new(array.with_timezone("UTC")))
    }

    pub(crate) fn long<T>(self, name: &str, rows: &[T], value: impl Fn(&T) -> i64) -> Self {
        let array = Int64Array::from_iter_values(rows.iter().map(value));
        self.push(name, Arc::new(array))
    }

    pub(crate) fn int<T>(self, name: &str, rows: &[T], value: impl Fn(&T) -> i32) -> Self {
        let array = Int32Array::from_iter_values(rows.iter().map(value));
        self.push(name, Arc::new(array))
    }

    pub(crate) fn flag<T>(
        self,
        name: &str,
        rows: &[T],
        value: impl Fn(&T) -> Option<bool>,
    ) -> Self {
        let array: BooleanArray = rows.iter().map(value).collect();
        self.push(name, Arc::new(array))
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.0.first().map_or(0, |(_, array)| array.len())
    }

    /// The rows in this many pieces of about one size, in their order.
    pub(crate) fn split(&self, pieces: usize) -> Vec<Columns> {
        let rows = self.rows();
        (0..pieces)
            .map(|piece| {
                let start = rows * piece / pieces;
                let end = rows * (piece + 1) / pieces;
                let cut = |(name, array): &(String, ArrayRef)| {
                    (name.clone(), array.slice(start, end - start))
                };
                Columns(self.0.iter().map(cut).collect())
            })
            .collect()
    }
}
