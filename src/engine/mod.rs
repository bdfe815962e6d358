//! Runs compiled queries with DataFusion over the lake.
//!
//! In: a [`CompiledQuery`](crate::compile::CompiledQuery), the lake, the instant that `now()` means.
//! Out: record batches in KQL's Arrow types, and what was read for them.
//! What always holds: what runs is the statement that was compiled, with `$as_of` bound; the same input
//! gives the same rows in the same order.

mod distinct_probes;
mod error;
mod functions;
mod leading_rows;
mod outside;
mod preview;
mod sanity;
mod session;
mod side_by_side;
pub mod sieve;
mod tables;
pub mod temporary;

pub use crate::functions::bounded_collections;
pub use error::EngineError;
pub use outside::{AllowedHost, AllowedHosts, Fetch, Outside, SourceFile};
pub use preview::Preview;
pub use session::{Engine, EngineOptions, Planned};
pub use side_by_side::side_by_side;
pub use tables::{Counters, TableAccess, TableReport};
