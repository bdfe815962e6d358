//! `kql_fold(text)`: the text with its case folded, for `in~` over a table's column.
//!
//! In: text, null read as `""`. Out: the folded text, never null. What always holds: two texts fold to one
//! exactly where `=~` takes them for equal, since both use one folding.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};

use crate::functions::matching::fold::folded;
use crate::functions::udf;
use crate::symbols::ScalarType;

/// The name under which SQL calls it.
pub(super) const FOLD: &str = "kql_fold";

pub(super) fn udf() -> ScalarUDF {
    udf::scalar(FOLD, &[ScalarType::String], false, ScalarType::String, body)
}

fn body(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let texts = arguments[0].to_array(rows)?;
    let texts = cast(&texts, &DataType::Utf8View)?;
    let mut out = StringViewBuilder::with_capacity(rows);
    for text in texts.as_string_view() {
        out.append_value(folded(text.unwrap_or_default()));
    }
    Ok(ColumnarValue::Array(Arc::new(out.finish()) as ArrayRef))
}
