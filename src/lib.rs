//! `retrohunt` runs Microsoft Sentinel and Defender hunting rules over Parquet history.
pub mod diagnostics;
pub mod lake;
pub mod parser;
pub mod symbols;
pub mod syntax;
