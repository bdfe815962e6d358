//! The KQL schema of a table's files.
//!
//! In: the Arrow schemas of files as `parquet` reads them, and the partitions of their paths. Out:
//! [`Reconciled`]: one [`TableSchema`], and what differs between the files. What always holds: a type is
//! only ever widened to one that every file's values fit; where none fits but text, it is text and an
//! oddity says so.
//!
//! A table of the catalogue does not need this to be bound; it serves tables and columns that the
//! catalogue lacks, and `retrohunt lake`.

mod merge;
mod types;

use serde::Serialize;

pub use merge::{FileSchema, Reconciled, SchemaOddity, reconcile};
pub use types::kql_type;

use crate::symbols::{Column, ScalarType, TableSchema};

/// The two names of an event's time: Defender's own and Microsoft Sentinel's.
pub const EVENT_TIME_COLUMNS: [&str; 2] = ["Timestamp", "TimeGenerated"];

/// The column that an event's time stands in: `Timestamp`, else `TimeGenerated`, where it is a datetime.
/// Where a table has both, the first is the sensor's time and the second that of the ingestion.
pub fn event_time_column(table: &TableSchema) -> Option<&Column> {
    EVENT_TIME_COLUMNS.iter().find_map(|name| {
        let found = table
            .columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name));
        found.filter(|column| column.ty == ScalarType::DateTime)
    })
}

/// The other name of an event's time, which a file may have in place of this one.
pub fn event_time_stand_in(name: &str) -> Option<&'static str> {
    let [timestamp, generated] = EVENT_TIME_COLUMNS;
    if name == timestamp {
        Some(generated)
    } else if name == generated {
        Some(timestamp)
    } else {
        None
    }
}

/// A KQL type's name, for serde: the type itself belongs to the symbols.
pub(crate) fn serialize_type<S: serde::Serializer>(
    ty: &ScalarType,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    ty.name().serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_time_is_a_datetime_of_either_name() {
        let table = |columns: &[(&str, ScalarType)]| TableSchema {
            name: "T".into(),
            columns: columns.iter().map(|(n, t)| Column::new(*n, *t)).collect(),
        };
        let name = |table: &TableSchema| event_time_column(table).map(|c| c.name.clone());
        let both = table(&[
            ("TimeGenerated", ScalarType::DateTime),
            ("Timestamp", ScalarType::DateTime),
        ]);
        assert_eq!(name(&both).as_deref(), Some("Timestamp"));
        let one = table(&[
            ("timegenerated", ScalarType::DateTime),
            ("Timestamp", ScalarType::String),
        ]);
        assert_eq!(name(&one).as_deref(), Some("timegenerated"));
        assert_eq!(name(&table(&[("Time", ScalarType::DateTime)])), None);
        assert_eq!(event_time_stand_in("Timestamp"), Some("TimeGenerated"));
    }
}
