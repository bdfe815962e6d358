//! The UDF behind `range`: as many indices as the range has steps.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// The most rows that `range` gives.
///
/// Source: "range operator", which bounds the result by the query's memory; this bound keeps a slip of
/// the pen (a step of one tick over a year) from filling it.
const MOST: i64 = 10_000_000;

/// `kql_range_indices(from, to, step)` over BIGINT and `kql_range_indices_real` over DOUBLE: the list 0, 1, …
pub fn udfs() -> Vec<ScalarUDF> {
    [
        ("kql_range_indices", DataType::Int64),
        ("kql_range_indices_real", DataType::Float64),
    ]
    .map(|(name, over)| {
        ScalarUDF::new_from_impl(Indices {
            name,
            signature: Signature::exact(vec![over; 3], Volatility::Immutable),
        })
    })
    .into()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Indices {
    name: &'static str,
    signature: Signature,
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Int64, true))
}

impl ScalarUDFImpl for Indices {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = args
            .args
            .iter()
            .map(|a| a.to_array(args.number_rows))
            .collect::<Result<Vec<ArrayRef>>>()?;
        let mut lengths = Vec::with_capacity(args.number_rows);
        let mut indices = Vec::new();
        for row in 0..args.number_rows {
            let steps = match arrays.iter().any(|a| a.is_null(row)) {
                true => 0,
                false => steps(&arrays, row)?,
            };
            lengths.push(usize::try_from(steps).unwrap_or(0));
            indices.extend(0..steps);
        }
        let list = ListArray::new(
            item(),
            OffsetBuffer::from_lengths(lengths),
            Arc::new(Int64Array::from(indices)),
            None,
        );
        Ok(ColumnarValue::Array(Arc::new(list)))
    }
}

/// How many steps lead from the first value to the last: none where the step leads away from it.
fn steps(arrays: &[ArrayRef], row: usize) -> Result<i64> {
    let count = if arrays[0].data_type() == &DataType::Float64 {
        let [from, to, step] =
            [0, 1, 2].map(|i| arrays[i].as_primitive::<Float64Type>().value(row));
        let spans = (to - from) / step;
        // NaN compares false: a step of zero over no distance gives nothing.
        if spans >= 0.0 && step != 0.0 {
            spans.floor() as i64 + 1
        } else {
            0
        }
    } else {
        let [from, to, step] =
            [0, 1, 2].map(|i| i128::from(arrays[i].as_primitive::<Int64Type>().value(row)));
        let ahead = (to - from) * step.signum();
        match step == 0 || ahead < 0 {
            true => 0,
            false => i64::try_from(ahead / step.abs() + 1).unwrap_or(i64::MAX),
        }
    };
    if count > MOST {
        return exec_err!(
            "range gives {count} rows, more than the {MOST} allowed; take a longer step"
        );
    }
    Ok(count)
}
