//! What names stand for before a query is read: KQL's scalar types, table schemas, the catalogue.
//!
//! In: `data/schemas/tables.csv`, built into the binary. Out: [`ScalarType`], [`TableSchema`],
//! [`Catalogue`]. What always holds: column order is the order of Microsoft's binder.

pub mod arrow;
mod builtin;
mod schema;
pub mod types;

pub use builtin::BuiltinCatalogue;
pub use schema::{Catalogue, Column, TableSchema};
pub use types::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// The name of a column that no file has: when the file of a row was last written, a datetime. It is one of a
/// table's columns where a query asks for it, and of no result.
pub const FILE_TIME: &str = "$FileTime";

/// The names under which exports keep what `ingestion_time()` gives. `_TimeReceived` is none of them: it is when
/// the event was received, before it was ingested.
pub const INGESTION_COLUMNS: [&str; 4] = [
    "ingestion_time",
    "IngestionTime",
    "_IngestionTime",
    "$IngestionTime",
];
