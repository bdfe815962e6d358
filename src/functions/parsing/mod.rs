//! What the operators `parse`, `parse-where` and `parse-kv` read out of a text.
//!
//! In: a text and a [`Spec`], which travels as JSON in a literal. Out: the texts of the spec's columns, or
//! that the text does not fit. What always holds: a text that is SQL NULL is `""`; where one column is asked
//! for after the other, the text is read once (the calls are equal but for the column's number, which
//! stands outside of them).

mod functions;
mod kv;
mod regex;
mod simple;
mod spec;
mod udfs;

pub use functions::{FITS, TEXT};
pub use kv::Pairs;
pub use spec::{Column, Part, Spec};
pub use udfs::udfs;
