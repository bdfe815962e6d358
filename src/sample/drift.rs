//! How the files of the sample differ from one day to the next, as those of real exports do.
//!
//! In: the plain columns of a file. Out: its columns as that day's exporter would have written them.
//! What always holds: the values stay the same; only their form changes, or a column is left out.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::error::ArrowError;

use super::columns::Columns;

/// How text stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Plain,
    /// Arrow's 64-bit offsets.
    Large,
    /// Arrow's dictionaries, as pandas' categories give them.
    Dictionary,
}

/// The form of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(super) time_unit: TimeUnit,
    /// Whether times say that they are UTC.
    pub(super) zone: bool,
    pub(super) text: Text,
    /// Names begin with a small letter.
    pub(super) camel_case: bool,
    /// Columns whose number type differs from the plain one.
    pub(super) numbers: &'static [(&'static str, DataType)],
    /// Columns that the file lacks.
    pub(super) without: &'static [&'static str],
    /// A column that no catalogue knows.
    pub(super) extra: Option<&'static str>,
    /// Rows of a row group at most.
    pub(super) row_group: usize,
    /// Files that the day's rows are spread over.
    pub(super) parts: usize,
}

impl Form {
    pub(crate) const PLAIN: Form = Form {
        time_unit: TimeUnit::Microsecond,
        zone: true,
        text: Text::Plain,
        camel_case: false,
        numbers: &[],
        without: &[],
        extra: None,
        row_group: 100_000,
        parts: 1,
    };

    /// The form of a day of January in DeviceNetworkEvents; None is a day without a file.
    pub(super) fn of_day(day: i64) -> Option<Form> {
        let plain = Form::PLAIN;
        Some(match day {
            2 => Form {
                without: &["AdditionalFields"],
                ..plain
            },
            3 => Form {
                time_unit: TimeUnit::Millisecond,
                numbers: &[("ReportId", DataType::Int32)],
                ..plain
            },
            4 => Form {
                time_unit: TimeUnit::Nanosecond,
                camel_case: true,
                ..plain
            },
            5 => Form {
                text: Text::Dictionary,
                ..plain
            },
            6 => return None,
            7 => Form {
                text: Text::Large,
                numbers: &[("RemotePort", DataType::Int64)],
                without: &["InitiatingProcessVersionInfoFileDescription"],
                ..plain
            },
            8 => Form { parts: 2, ..plain },
            9 => Form {
                without: &["InitiatingProcessVersionInfoProductName"],
                ..plain
            },
            10 => Form {
                extra: Some("Region"),
                row_group: 200,
                ..plain
            },
            11 => Form {
                zone: false,
                ..plain
            },
            _ => plain,
        })
    }

    /// The columns in this form.
    pub(super) fn apply(&self, columns: Columns) -> Result<Vec<(String, ArrayRef)>, ArrowError> {
        let rows = columns.0.first().map_or(0, |(_, array)| array.len());
        let mut formed = Vec::with_capacity(columns.0.len() + 1);
        for (name, array) in columns.0 {
            if self.without.contains(&name.as_str()) {
                continue;
            }
            let data_type = self.data_type(&name, array.data_type());
            formed.push((self.name(&name), cast(&array, &data_type)?));
        }
        if let Some(name) = self.extra {
            let values: StringArray = (0..rows).map(|_| Some("westeurope")).collect();
            formed.push((self.name(name), Arc::new(values) as ArrayRef));
        }
        Ok(formed)
    }

    fn data_type(&self, name: &str, plain: &DataType) -> DataType {
        if let Some((_, data_type)) = self.numbers.iter().find(|(column, _)| *column == name) {
            return data_type.clone();
        }
        let zone = || self.zone.then(|| Arc::from("UTC"));
        match (plain, self.text) {
            (DataType::Timestamp(..), _) => DataType::Timestamp(self.time_unit, zone()),
            (DataType::Utf8, Text::Large) => DataType::LargeUtf8,
            (DataType::Utf8, Text::Dictionary) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            (other, _) => other.clone(),
        }
    }

    fn name(&self, name: &str) -> String {
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if self.camel_case => {
                first.to_ascii_lowercase().to_string() + letters.as_str()
            }
            _ => name.to_owned(),
        }
    }
}
