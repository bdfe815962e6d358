//! A result with every KQL type and awkward values, for tests.
//!
//! In: nothing. Out: columns and a batch. What always holds: the arrays have the engine's types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringViewArray,
};

use crate::plan::Column;
use crate::symbols::ScalarType;
use crate::symbols::arrow::{DECIMAL_PRECISION, DECIMAL_SCALE, data_type};
use crate::syntax::{datetime, timespan};
use arrow::datatypes::{Field, Schema};

pub(crate) fn column(name: &str, ty: ScalarType) -> Column {
    Column {
        name: name.to_owned(),
        ty,
        nullable_string: false,
    }
}

/// The batch of these columns in the engine's types.
pub(crate) fn batch(columns: &[Column], arrays: Vec<ArrayRef>) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|c| Field::new(&c.name, data_type(c.ty), true))
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

pub(crate) fn times(texts: &[&str]) -> ArrayRef {
    let ticks = texts
        .iter()
        .map(|text| Some(datetime::parse(text).unwrap()));
    Arc::new(ticks.collect::<Int64Array>())
}

pub(crate) fn strings(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringViewArray::from(texts.to_vec()))
}

/// Three rows; the last one is null throughout.
pub(crate) fn every_type() -> (Vec<Column>, RecordBatch) {
    let columns: Vec<Column> = [
        ("flag", ScalarType::Bool),
        ("i", ScalarType::Int),
        ("n", ScalarType::Long),
        ("x", ScalarType::Real),
        ("d", ScalarType::Decimal),
        ("s", ScalarType::String),
        ("at", ScalarType::DateTime),
        ("span", ScalarType::TimeSpan),
        ("g", ScalarType::Guid),
        ("bag", ScalarType::Dynamic),
    ]
    .into_iter()
    .map(|(name, ty)| column(name, ty))
    .collect();
    let at = ["2026-01-05T00:00:00.1234567Z", "0001-01-01"].map(datetime::parse);
    let span = ["1.02:03:04.5", "-00:00:00.0000001"].map(timespan::parse);
    let decimals = Decimal128Array::from(vec![
        Some(3_140_000_000_000_000_000),
        Some(-100_000_000_000_000_000_000_000_000_001),
        None,
    ])
    .with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)
    .unwrap();
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        Arc::new(Int32Array::from(vec![Some(i32::MIN), Some(0), None])),
        Arc::new(Int64Array::from(vec![Some(i64::MAX), Some(-1), None])),
        Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN), None])),
        Arc::new(decimals),
        strings(&[Some("a\"b,c\r\n\u{1b}[31m\u{202e}"), Some("=1+2"), None]),
        Arc::new(Int64Array::from(vec![at[0], at[1], None])),
        Arc::new(Int64Array::from(vec![span[0], span[1], None])),
        strings(&[
            Some("550e8400-e29b-41d4-a716-446655440000"),
            Some("00000000-0000-0000-0000-000000000000"),
            None,
        ]),
        strings(&[
            Some("{\"z\": 1.50, \"a\": [1e400,\n null]}"),
            Some("\"text\u{9b}\""),
            None,
        ]),
    ];
    let batch = batch(&columns, arrays);
    (columns, batch)
}
