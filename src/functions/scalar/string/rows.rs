//! Row by row work on UDF arguments: strings and whole numbers in, one array out.
//!
//! In: arguments as arrays or constants. Out: an array, or a constant where all arguments are.
//! What always holds: a NULL string reads as `""`; constants are not spread over rows.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ColumnarValue;

use crate::functions::matching;

/// The rows to work on.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub len: usize,
    constant: bool,
}

/// A string argument.
#[derive(Debug)]
pub enum Texts {
    One(String),
    Many(StringViewArray),
}

impl Texts {
    pub fn get(&self, row: usize) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(array) if array.is_null(row) => "",
            Self::Many(array) => array.value(row),
        }
    }

    /// The value where it is the same in all rows.
    pub fn constant(&self) -> Option<&str> {
        match self {
            Self::One(text) => Some(text),
            Self::Many(_) => None,
        }
    }
}

/// A long argument.
#[derive(Debug)]
pub enum Longs {
    One(Option<i64>),
    Many(Int64Array),
}

impl Longs {
    pub fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::One(value) => *value,
            Self::Many(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

impl Rows {
    pub fn of(arguments: &[ColumnarValue], rows: usize) -> Self {
        let constant = arguments
            .iter()
            .all(|a| matches!(a, ColumnarValue::Scalar(_)));
        Self {
            len: if constant { 1 } else { rows },
            constant,
        }
    }

    pub fn texts(&self, argument: &ColumnarValue) -> Result<Texts> {
        Ok(match argument {
            ColumnarValue::Array(array) => Texts::Many(matching::strings(array)?),
            ColumnarValue::Scalar(value) => {
                Texts::One(value.try_as_str().flatten().unwrap_or_default().to_owned())
            }
        })
    }

    /// The strings of all of these arguments.
    pub fn all_texts(&self, arguments: &[ColumnarValue]) -> Result<Vec<Texts>> {
        arguments.iter().map(|a| self.texts(a)).collect()
    }

    pub fn longs(&self, argument: &ColumnarValue) -> Result<Longs> {
        Ok(match argument {
            ColumnarValue::Array(array) => Longs::Many(array.as_primitive::<Int64Type>().clone()),
            ColumnarValue::Scalar(ScalarValue::Int64(value)) => Longs::One(*value),
            ColumnarValue::Scalar(value) => {
                let array = value.to_array()?;
                let array = arrow::compute::cast(&array, &arrow::datatypes::DataType::Int64)?;
                let array = array.as_primitive::<Int64Type>();
                Longs::One(array.is_valid(0).then(|| array.value(0)))
            }
        })
    }

    /// The long argument at `index`, and this value where it was left out.
    pub fn longs_or(
        &self,
        arguments: &[ColumnarValue],
        index: usize,
        default: i64,
    ) -> Result<Longs> {
        arguments
            .get(index)
            .map_or(Ok(Longs::One(Some(default))), |a| self.longs(a))
    }

    /// A string for each row: what `write` puts into an empty buffer; NULL where it gives false.
    pub fn strings(
        &self,
        mut write: impl FnMut(usize, &mut String) -> Result<bool>,
    ) -> Result<ColumnarValue> {
        let mut builder = StringViewBuilder::with_capacity(self.len);
        let mut text = String::new();
        for row in 0..self.len {
            text.clear();
            match write(row, &mut text)? {
                true => builder.append_value(&text),
                false => builder.append_null(),
            }
        }
        self.finish(Arc::new(builder.finish()))
    }

    /// A long for each row.
    pub fn whole(&self, value: impl FnMut(usize) -> Option<i64>) -> Result<ColumnarValue> {
        let array: Int64Array = (0..self.len).map(value).collect();
        self.finish(Arc::new(array))
    }

    /// A long for each row, where finding it may fail.
    pub fn try_whole(
        &self,
        value: impl FnMut(usize) -> Result<Option<i64>>,
    ) -> Result<ColumnarValue> {
        let array = (0..self.len).map(value).collect::<Result<Int64Array>>()?;
        self.finish(Arc::new(array))
    }

    /// A bool for each row.
    pub fn flags(&self, value: impl FnMut(usize) -> bool) -> Result<ColumnarValue> {
        let array: BooleanArray = (0..self.len).map(value).map(Some).collect();
        self.finish(Arc::new(array))
    }

    fn finish(&self, array: ArrayRef) -> Result<ColumnarValue> {
        match self.constant {
            true => Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                &array, 0,
            )?)),
            false => Ok(ColumnarValue::Array(array)),
        }
    }
}
