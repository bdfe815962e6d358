//! Results as Parquet files, and their way into a store.
//!
//! In: the batches of a run in the engine's Arrow types. Out: one Parquet file ([`ResultFile`],
//! [`ResultSpool`]) under a fixed path ([`result_path`]), put there at once ([`write_object`]).
//!
//! What always holds: no value loses a digit on its way into the file; the same rows in the same
//! order give the same bytes, however they were cut into batches; a store never has a part of a
//! result where a reader looks for one.
//!
//! | KQL | Parquet | |
//! |---|---|---|
//! | bool, int, long, real | BOOLEAN, INT32, INT64, DOUBLE | |
//! | decimal | DECIMAL(38, 18) | |
//! | datetime | TIMESTAMP(MICROS, UTC) | where all values of the column are whole microseconds |
//! | datetime | TIMESTAMP(NANOS, UTC) | else where all lie between 1677 and 2262 |
//! | datetime | STRING, `2026-01-05T00:00:00.0000001Z` | else |
//! | timespan | INT64, ticks of 100 ns | the unit of Kusto itself; sorts and adds up |
//! | string, guid, dynamic | STRING | dynamic as JSON text |
//!
//! DuckDB, pyarrow and Polars read all of these. Spark reads nanoseconds as INT64 only, with
//! `spark.sql.legacy.parquet.nanosAsLong`; they are written only where microseconds would cut a digit.
//!
//! Which one a column has, and its KQL type, is told by the metadata key [`metadata::COLUMNS`].

mod encode;
pub mod engine;
mod error;
pub mod metadata;
mod object;
mod path;
#[cfg(test)]
pub(crate) mod sample;
mod spool;
#[cfg(test)]
mod tests;
mod types;

pub use encode::ResultFile;
pub use error::OutputError;
pub(crate) use object::{Created, STAGING, below, create_object};
pub use object::{clean_staging, write_object, write_result_object};
pub use path::{hidden_path, result_path, rule_part, window_part};
pub use spool::{ResultSpool, SpooledResult};
