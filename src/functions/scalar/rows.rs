//! Bodies of UDFs from functions over one row's values.
//!
//! In: arguments as DataFusion hands them over, already of the Arrow types of `symbols::arrow`. Out:
//! the result, row by row. What always holds: a null argument gives null, unless the function asks
//! for nulls ([`map1_nullable`] and kin).

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Decimal256Array, Float64Array,
    Int32Array, Int64Array, NullBufferBuilder, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::{Decimal128Type, Decimal256Type, Float64Type, Int32Type, Int64Type, i256};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::super::udf::row_wise;
use crate::symbols::arrow::{DECIMAL_PRECISION, DECIMAL_SCALE, WIDE_DECIMAL};

/// An Arrow type, as the values of one row.
pub trait Kind {
    type Array: Array + 'static;
    type Item<'a>;
    type Owned;
    fn cast(array: &ArrayRef) -> &Self::Array;
    fn value(array: &Self::Array, row: usize) -> Self::Item<'_>;
    fn collect(rows: impl Iterator<Item = Option<Self::Owned>>) -> Result<ArrayRef>;

    fn get(array: &Self::Array, row: usize) -> Option<Self::Item<'_>> {
        (!array.is_null(row)).then(|| Self::value(array, row))
    }
}

macro_rules! primitive {
    ($(#[$doc:meta])* $kind:ident, $arrow:ty, $array:ty, $native:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;

        impl Kind for $kind {
            type Array = $array;
            type Item<'a> = $native;
            type Owned = $native;

            fn cast(array: &ArrayRef) -> &Self::Array {
                array.as_primitive::<$arrow>()
            }

            fn value(array: &Self::Array, row: usize) -> $native {
                array.value(row)
            }

            fn collect(rows: impl Iterator<Item = Option<$native>>) -> Result<ArrayRef> {
                let count = rows.size_hint().0;
                let mut values = Vec::with_capacity(count);
                // It has no bits before the first null.
                let mut nulls = NullBufferBuilder::new(count);
                for row in rows {
                    match row {
                        Some(_) => nulls.append_non_null(),
                        None => nulls.append_null(),
                    }
                    values.push(row.unwrap_or_default());
                }
                Ok(Arc::new(<$array>::new(values.into(), nulls.finish())))
            }
        }
    };
}

primitive!(
    /// KQL's int.
    Int,
    Int32Type,
    Int32Array,
    i32
);
primitive!(
    /// KQL's long, datetime and timespan.
    Long,
    Int64Type,
    Int64Array,
    i64
);
primitive!(
    /// KQL's real.
    Real,
    Float64Type,
    Float64Array,
    f64
);

/// KQL's decimal, as the number without its point.
#[derive(Debug)]
pub struct Decimal;

impl Kind for Decimal {
    type Array = Decimal128Array;
    type Item<'a> = i128;
    type Owned = i128;

    fn cast(array: &ArrayRef) -> &Self::Array {
        array.as_primitive::<Decimal128Type>()
    }

    fn value(array: &Self::Array, row: usize) -> i128 {
        array.value(row)
    }

    fn collect(rows: impl Iterator<Item = Option<i128>>) -> Result<ArrayRef> {
        let array = rows
            .collect::<Decimal128Array>()
            .with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?;
        Ok(Arc::new(array))
    }
}

/// A wide decimal, as the number without its point.
#[derive(Debug)]
pub struct WideDecimal;

impl Kind for WideDecimal {
    type Array = Decimal256Array;
    type Item<'a> = i256;
    type Owned = i256;

    fn cast(array: &ArrayRef) -> &Self::Array {
        array.as_primitive::<Decimal256Type>()
    }

    fn value(array: &Self::Array, row: usize) -> i256 {
        array.value(row)
    }

    fn collect(rows: impl Iterator<Item = Option<i256>>) -> Result<ArrayRef> {
        let array = rows.collect::<Decimal256Array>();
        Ok(Arc::new(array.with_data_type(WIDE_DECIMAL)))
    }
}

/// KQL's bool.
#[derive(Debug)]
pub struct Bool;

impl Kind for Bool {
    type Array = BooleanArray;
    type Item<'a> = bool;
    type Owned = bool;

    fn cast(array: &ArrayRef) -> &Self::Array {
        array.as_boolean()
    }

    fn value(array: &Self::Array, row: usize) -> bool {
        array.value(row)
    }

    fn collect(rows: impl Iterator<Item = Option<bool>>) -> Result<ArrayRef> {
        Ok(Arc::new(rows.collect::<BooleanArray>()))
    }
}

/// KQL's string, guid and dynamic.
#[derive(Debug)]
pub struct Text;

impl Kind for Text {
    type Array = StringViewArray;
    type Item<'a> = &'a str;
    type Owned = String;

    fn cast(array: &ArrayRef) -> &Self::Array {
        array.as_string_view()
    }

    fn value(array: &Self::Array, row: usize) -> &str {
        array.value(row)
    }

    fn collect(rows: impl Iterator<Item = Option<String>>) -> Result<ArrayRef> {
        let mut builder = StringViewBuilder::new();
        for row in rows {
            builder.append_option(row);
        }
        Ok(Arc::new(builder.finish()))
    }
}

/// One argument, null for null.
pub fn map1<A: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(A::Item<'_>) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    map1_nullable::<A, R>(arguments, rows, |a| a.and_then(&f))
}

/// One argument that may be null.
pub fn map1_nullable<A: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(Option<A::Item<'_>>) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays| {
        let a = A::cast(&arrays[0]);
        R::collect((0..a.len()).map(|row| f(A::get(a, row))))
    })
}

/// Two arguments, null where one is.
pub fn map2<A: Kind, B: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(A::Item<'_>, B::Item<'_>) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    map2_nullable::<A, B, R>(arguments, rows, |a, b| f(a?, b?))
}

/// Two arguments that may be null.
pub fn map2_nullable<A: Kind, B: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(Option<A::Item<'_>>, Option<B::Item<'_>>) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays| {
        let a = A::cast(&arrays[0]);
        let b = B::cast(&arrays[1]);
        R::collect((0..a.len()).map(|row| f(A::get(a, row), B::get(b, row))))
    })
}

/// Three arguments, null where one is.
pub fn map3<A: Kind, B: Kind, C: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(A::Item<'_>, B::Item<'_>, C::Item<'_>) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays| {
        let a = A::cast(&arrays[0]);
        let b = B::cast(&arrays[1]);
        let c = C::cast(&arrays[2]);
        R::collect((0..a.len()).map(|row| f(A::get(a, row)?, B::get(b, row)?, C::get(c, row)?)))
    })
}

/// Any number of arguments of one kind, each of which may be null.
pub fn map_all<A: Kind, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl Fn(&[Option<A::Item<'_>>]) -> Option<R::Owned>,
) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays| {
        let columns: Vec<_> = arrays.iter().map(A::cast).collect();
        let rows = columns.first().map_or(rows, |column| column.len());
        R::collect((0..rows).map(|row| {
            let values: Vec<_> = columns.iter().map(|column| A::get(column, row)).collect();
            f(&values)
        }))
    })
}
