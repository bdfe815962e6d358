//! The bound tree of a query: every name resolved, every type known, spans kept. Data only.
//!
//! In: made by `binder`. Out: read by `sqlgen` and by `compile` (time bounds, gates).
//! What always holds: a relation's `columns` are its columns in Kusto's order, with unique names; an
//! expression names only columns of the one relation it stands over.

mod expr;
mod outside;
mod relation;
mod scan;
mod visit;

pub use expr::{Expr, ExprKind};
pub use outside::{FileFormat, Found, Source};
pub use relation::{
    Aggregate, Column, Join, JoinKind, JoinOutput, LetTable, Query, Relation, RelationKind, Side,
    SortKey, WindowCall, WindowFunction,
};
pub use scan::{Scan, ScanOutput, ScanStep};
