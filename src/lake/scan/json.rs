//! Writes a value of an Arrow array as JSON, or as the bare text that KQL's `tostring` gives.
//!
//! What always holds: what [`write`] appends is one valid JSON value.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int64Type, TimeUnit, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;

/// Each value of a nested array as JSON text; a null stays null.
pub(super) fn texts(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
        } else {
            text.clear();
            write(array, row, &mut text)?;
            builder.append_value(&text);
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Appends one value as JSON.
pub(super) fn write(array: &ArrayRef, row: usize, out: &mut String) -> Result<(), ArrowError> {
    if array.is_null(row) {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let members = fields
                .iter()
                .map(|f| f.name().as_str())
                .zip(columns.iter().map(|c| (c, row)));
            object(members, out)
        }
        DataType::Map(..) => {
            let entries: ArrayRef = Arc::new(array.as_map().value(row));
            let (keys, values) = (entries.as_struct().column(0), entries.as_struct().column(1));
            let mut names = Vec::with_capacity(entries.len());
            for entry in 0..entries.len() {
                let mut name = String::new();
                write_plain(keys, entry, &mut name)?;
                names.push(name);
            }
            object(
                names
                    .iter()
                    .map(String::as_str)
                    .zip((0..entries.len()).map(|i| (values, i))),
                out,
            )
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row), out),
        DataType::Boolean => {
            out.push_str(if array.as_boolean().value(row) {
                "true"
            } else {
                "false"
            });
            Ok(())
        }
        ty if ty.is_integer() => write_plain(array, row, out),
        ty if ty.is_floating() => {
            let value = float(array, row);
            if value.is_finite() {
                write_plain(array, row, out)
            } else {
                string(
                    if value.is_nan() {
                        "NaN"
                    } else if value > 0.0 {
                        "Infinity"
                    } else {
                        "-Infinity"
                    },
                    out,
                );
                Ok(())
            }
        }
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => write_plain(array, row, out),
        // Text, times and bytes: their plain text, quoted.
        _ => {
            let mut text = String::new();
            write_plain(array, row, &mut text)?;
            string(&text, out);
            Ok(())
        }
    }
}

/// Appends one plain value as KQL's `tostring` prints it; a null is the empty text.
pub(super) fn write_plain(
    array: &ArrayRef,
    row: usize,
    out: &mut String,
) -> Result<(), ArrowError> {
    if array.is_null(row) {
        return Ok(());
    }
    match array.data_type() {
        DataType::Boolean => out.push_str(if array.as_boolean().value(row) {
            "True"
        } else {
            "False"
        }),
        DataType::Utf8 => out.push_str(array.as_string::<i32>().value(row)),
        DataType::Utf8View => out.push_str(array.as_string_view().value(row)),
        DataType::Binary => out.push_str(&String::from_utf8_lossy(
            array.as_binary::<i32>().value(row),
        )),
        DataType::FixedSizeBinary(16) => guid(array.as_fixed_size_binary().value(row), out),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            let wide = one(array, row, &DataType::Int64)?;
            let _ = write!(out, "{}", wide.as_primitive::<Int64Type>().value(0));
        }
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            let wide = one(array, row, &DataType::UInt64)?;
            let _ = write!(out, "{}", wide.as_primitive::<UInt64Type>().value(0));
        }
        ty if ty.is_floating() => {
            // Debug keeps the fraction of a whole number, as Kusto does: 1.0.
            let _ = write!(out, "{:?}", float(array, row));
        }
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => {
            let at = one(
                array,
                row,
                &DataType::Timestamp(TimeUnit::Microsecond, None),
            )?;
            let micros = one(&at, 0, &DataType::Int64)?
                .as_primitive::<Int64Type>()
                .value(0);
            let digit = match array.data_type() {
                DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                    one(array, row, &DataType::Int64)?
                        .as_primitive::<Int64Type>()
                        .value(0)
                        .rem_euclid(1_000)
                        / 100
                }
                _ => 0,
            };
            if let Some(at) = DateTime::from_timestamp_micros(micros) {
                let _ = write!(out, "{}{digit}Z", at.format("%Y-%m-%dT%H:%M:%S%.6f"));
            }
        }
        _ => {
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(array.as_ref(), &options)?;
            let _ = write!(out, "{}", formatter.value(row));
        }
    }
    Ok(())
}

fn object<'a>(
    members: impl Iterator<Item = (&'a str, (&'a ArrayRef, usize))>,
    out: &mut String,
) -> Result<(), ArrowError> {
    out.push('{');
    for (count, (name, (values, row))) in members.enumerate() {
        if count > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        write(values, row, out)?;
    }
    out.push('}');
    Ok(())
}

fn list(items: &ArrayRef, out: &mut String) -> Result<(), ArrowError> {
    out.push('[');
    for item in 0..items.len() {
        if item > 0 {
            out.push(',');
        }
        write(items, item, out)?;
    }
    out.push(']');
    Ok(())
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn guid(bytes: &[u8], out: &mut String) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{byte:02x}");
    }
}

fn one(array: &ArrayRef, row: usize, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(&array.slice(row, 1), to, &CastOptions::default())
}

fn float(array: &ArrayRef, row: usize) -> f64 {
    match array.data_type() {
        DataType::Float16 => array.as_primitive::<Float16Type>().value(row).to_f64(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).into(),
        _ => array.as_primitive::<Float64Type>().value(row),
    }
}
