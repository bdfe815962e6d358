//! The Parquet type of each column, as the values allow it.
//!
//! In: the KQL columns and all of their values. Out: [`Layout`]: the fields of the file, the
//! conversion of a batch, and the column's description. What always holds: the type that is chosen
//! holds every value exactly.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use serde_json::{Value, json};

use super::OutputError;
use crate::plan::Column;
use crate::symbols::arrow::{WIDE_DECIMAL, data_type};
use crate::symbols::{ScalarType, UNIX_EPOCH_TICKS};
use crate::syntax::ticks::datetime_text;

const TICKS_PER_MICROSECOND: i64 = 10;
const NANOSECONDS_PER_TICK: i64 = 100;
const UTC: &str = "UTC";

/// How a datetime column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeForm {
    Micros,
    Nanos,
    Text,
}

/// What a datetime column's values allow; narrowed by each value.
#[derive(Debug, Clone, Copy)]
struct TimeRange {
    whole_micros: bool,
    in_nanos: bool,
}

impl TimeRange {
    fn observe(&mut self, ticks: &Int64Array) {
        for value in ticks.iter().flatten() {
            self.whole_micros &= value % TICKS_PER_MICROSECOND == 0;
            self.in_nanos &= nanos(value).is_some();
        }
    }

    fn form(self) -> TimeForm {
        if self.whole_micros {
            TimeForm::Micros
        } else if self.in_nanos {
            TimeForm::Nanos
        } else {
            TimeForm::Text
        }
    }
}

/// Nanoseconds since 1970; None outside the years 1677 to 2262.
fn nanos(ticks: i64) -> Option<i64> {
    ticks
        .checked_sub(UNIX_EPOCH_TICKS)?
        .checked_mul(NANOSECONDS_PER_TICK)
}

/// Microseconds since 1970 of ticks that are whole ones.
fn micros(ticks: i64) -> i64 {
    ticks / TICKS_PER_MICROSECOND - UNIX_EPOCH_TICKS / TICKS_PER_MICROSECOND
}

/// The columns of a file before its values are all known: datetimes are still ticks.
pub(super) fn held_schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|column| {
        let ty = match column.ty {
            ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => DataType::Utf8,
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::DateTime
            | ScalarType::TimeSpan => data_type(column.ty),
        };
        Field::new(&column.name, ty, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Arrays in the engine's types as those of [`held_schema`].
pub(super) fn hold(
    columns: &[Column],
    schema: &SchemaRef,
    arrays: &[ArrayRef],
    rows: usize,
) -> Result<RecordBatch, OutputError> {
    let held = columns
        .iter()
        .zip(arrays)
        .zip(schema.fields())
        .map(|((column, array), field)| {
            let array = match field.data_type() {
                // Readers know Utf8 and not all know views; a view would also keep a whole page of
                // the lake alive for one cell.
                DataType::Utf8 => cast(array, &DataType::Utf8)?,
                narrow if *array.data_type() == WIDE_DECIMAL => {
                    let strict = CastOptions {
                        safe: false,
                        ..CastOptions::default()
                    };
                    let narrow = cast_with_options(array, narrow, &strict);
                    narrow.map_err(|_| OutputError::WideDecimal(column.name.clone()))?
                }
                _ => Arc::clone(array),
            };
            Ok(match column.ty {
                ScalarType::String if array.null_count() > 0 => empty_for_null(array.as_string()),
                _ => array,
            })
        })
        .collect::<Result<Vec<_>, OutputError>>()?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(schema),
        held,
        &options,
    )?)
}

/// KQL has no null string.
fn empty_for_null(texts: &StringArray) -> ArrayRef {
    Arc::new(
        texts
            .iter()
            .map(|text| Some(text.unwrap_or_default()))
            .collect::<StringArray>(),
    )
}

/// Gathers what the layout of a file depends on.
#[derive(Debug, Clone)]
pub(super) struct Survey(Vec<TimeRange>);

impl Survey {
    pub(super) fn new(columns: &[Column]) -> Self {
        Self::starting(columns, true)
    }

    /// A survey after which times are nanoseconds even where microseconds would do: the same in every
    /// file of a table.
    pub(super) fn uniform(columns: &[Column]) -> Self {
        Self::starting(columns, false)
    }

    fn starting(columns: &[Column], whole_micros: bool) -> Self {
        let all = TimeRange {
            whole_micros,
            in_nanos: true,
        };
        Self(vec![all; columns.len()])
    }

    /// Whether a column's times must be text.
    pub(super) fn has_text_times(&self) -> bool {
        self.0.iter().any(|range| !range.in_nanos)
    }

    /// Takes in a batch of [`held_schema`].
    pub(super) fn observe(&mut self, columns: &[Column], batch: &RecordBatch) {
        for ((range, column), array) in self.0.iter_mut().zip(columns).zip(batch.columns()) {
            if column.ty == ScalarType::DateTime {
                range.observe(array.as_primitive::<Int64Type>());
            }
        }
    }

    pub(super) fn layout(&self, columns: &[Column]) -> Layout {
        let held = held_schema(columns);
        let forms: Vec<Option<TimeForm>> = columns
            .iter()
            .zip(&self.0)
            .map(|(column, range)| (column.ty == ScalarType::DateTime).then(|| range.form()))
            .collect();
        let fields = held.fields().iter().zip(&forms).map(|(field, form)| {
            let ty = match form {
                None => field.data_type().clone(),
                Some(TimeForm::Micros) => {
                    DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()))
                }
                Some(TimeForm::Nanos) => {
                    DataType::Timestamp(TimeUnit::Nanosecond, Some(UTC.into()))
                }
                Some(TimeForm::Text) => DataType::Utf8,
            };
            Field::new(field.name(), ty, true)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Layout {
            columns: columns.to_vec(),
            forms,
            schema,
        }
    }
}

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Layout {
    columns: Vec<Column>,
    forms: Vec<Option<TimeForm>>,
    pub(super) schema: SchemaRef,
}

impl Layout {
    /// A batch of [`held_schema`] as one of the file.
    pub(super) fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch, OutputError> {
        let arrays = batch
            .columns()
            .iter()
            .zip(&self.forms)
            .map(|(array, form)| match form {
                None => Arc::clone(array),
                Some(form) => times(array.as_primitive::<Int64Type>(), *form),
            })
            .collect();
        let options =
            arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            arrays,
            &options,
        )?)
    }

    /// The value of [`super::metadata::COLUMNS`].
    pub(super) fn description(&self) -> String {
        let columns = self.columns.iter().zip(&self.forms).map(|(column, form)| {
            let stored_as = match (column.ty, form) {
                (_, Some(TimeForm::Micros)) => "timestamp in microseconds, UTC",
                (_, Some(TimeForm::Nanos)) => "timestamp in nanoseconds, UTC",
                (_, Some(TimeForm::Text)) => {
                    "ISO 8601 text: values of 100 ns outside the years that nanoseconds hold"
                }
                (ScalarType::TimeSpan, None) => "ticks of 100 ns",
                (ScalarType::Dynamic, None) => "JSON text",
                (ScalarType::Guid, None) => "text",
                (
                    ScalarType::Bool
                    | ScalarType::Int
                    | ScalarType::Long
                    | ScalarType::Real
                    | ScalarType::Decimal
                    | ScalarType::String
                    | ScalarType::DateTime,
                    None,
                ) => column.ty.name(),
            };
            json!({"name": column.name, "type": column.ty.name(), "stored_as": stored_as})
        });
        Value::from(columns.collect::<Vec<_>>()).to_string()
    }
}

fn times(ticks: &Int64Array, form: TimeForm) -> ArrayRef {
    match form {
        TimeForm::Micros => {
            let array: TimestampMicrosecondArray = ticks.iter().map(|t| t.map(micros)).collect();
            Arc::new(array.with_timezone(UTC))
        }
        TimeForm::Nanos => {
            // The survey found every value in range.
            let array: TimestampNanosecondArray = ticks.iter().map(|t| t.and_then(nanos)).collect();
            Arc::new(array.with_timezone(UTC))
        }
        TimeForm::Text => {
            let mut texts = StringBuilder::new();
            for value in ticks {
                texts.append_option(value.map(datetime_text));
            }
            Arc::new(texts.finish())
        }
    }
}
