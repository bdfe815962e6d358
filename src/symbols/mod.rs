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
