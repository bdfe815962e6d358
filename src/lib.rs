//! `retrohunt` runs Microsoft Sentinel and Defender hunting rules over Parquet history.
//!
//! The way of a rule: `rule` reads its file, `parser` its query, `binder` gives names and types,
//! `sqlgen` writes SQL, `engine` runs it over the `lake` with DataFusion, `hunt` keeps the results,
//! `report` shows them. Each folder uses only those before it.

pub mod binder;
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod engine;
pub mod functions;
pub mod generate;
pub mod hunt;
pub mod lake;
pub mod parser;
pub mod plan;
pub mod report;
pub mod rule;
pub mod sample;
pub mod sqlgen;
pub mod symbols;
pub mod syntax;
