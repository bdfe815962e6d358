//! Bound tables: sources and the operators over them.

use super::{Expr, Scan, Source};
use crate::diagnostics::Span;
use crate::functions::{AggregateFunction, ScalarFunction};
use crate::symbols::ScalarType;

/// A whole query: the `let` tables that it uses, each before its first use, and the result.
#[derive(Debug, Clone)]
pub struct Query {
    pub lets: Vec<LetTable>,
    pub root: Relation,
}

/// A tabular `let`: a common table expression.
#[derive(Debug, Clone)]
pub struct LetTable {
    /// Its name in SQL: unique in the query, never a table's name.
    pub name: String,
    pub relation: Relation,
    /// `materialize(…)`: computed once.
    pub materialized: bool,
}

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub ty: ScalarType,
    /// A string that may be SQL NULL where KQL means `""`.
    pub nullable_string: bool,
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub kind: RelationKind,
    pub columns: Vec<Column>,
    /// Whether the rows have an order that counts (a datatable's, a sort's). Where they have,
    /// whatever depends on order follows it; where not, it goes by value.
    pub ordered: bool,
    /// The operator's text, its word first.
    pub span: Span,
}

/// The operators. Those that only rename, reorder, drop or add columns are all `Project`.
#[derive(Debug, Clone)]
pub enum RelationKind {
    /// A table of the lake; `columns` are all of its columns.
    Table {
        name: String,
    },
    /// A tabular `let`, by its place in [`Query::lets`].
    Let {
        index: usize,
    },
    /// `datatable`: constant rows.
    Values {
        rows: Vec<Vec<Expr>>,
    },
    /// One row without columns: what `print` projects from.
    Unit,
    /// `range column from … to … step …`; one column.
    Range {
        from: Expr,
        to: Expr,
        step: Expr,
    },
    Where {
        input: Box<Relation>,
        predicate: Expr,
    },
    /// One expression for each of the columns.
    Project {
        input: Box<Relation>,
        expressions: Vec<Expr>,
    },
    /// Columns: the keys, then the aggregates' results.
    Summarize {
        input: Box<Relation>,
        keys: Vec<Expr>,
        aggregates: Vec<Aggregate>,
    },
    /// Distinct rows of the input.
    Distinct {
        input: Box<Relation>,
    },
    /// The first rows, in the input's order; count is a constant long.
    Take {
        input: Box<Relation>,
        count: Expr,
    },
    Sort {
        input: Box<Relation>,
        keys: Vec<SortKey>,
    },
    /// Sort and take; the result is ordered.
    Top {
        input: Box<Relation>,
        count: Expr,
        keys: Vec<SortKey>,
    },
    /// All rows of all inputs, which have the same columns by name and type, in the same order.
    Union {
        inputs: Vec<Relation>,
    },
    Join(Box<Join>),
    /// The first rows of each key, earliest first; a key is the values of these columns.
    FirstOfEach {
        input: Box<Relation>,
        keys: Vec<String>,
        order: Vec<SortKey>,
        count: u64,
    },
    /// The input, its order made one that counts.
    Serialize {
        input: Box<Relation>,
    },
    /// Each row once for each element of its arrays. Columns: the input's, one (dynamic) for each of the
    /// values, and the element's place (long).
    Expand {
        input: Box<Relation>,
        /// dynamic values: an array gives its elements, a bag its members, anything else itself.
        values: Vec<Expr>,
        /// Whether a bag's member is `[key, value]` instead of a bag of its own.
        pairs: bool,
        /// The most elements of one row: a constant long.
        limit: Option<Expr>,
    },
    /// Columns: the input's, then one for each of the calls, in the input's order.
    Window {
        input: Box<Relation>,
        calls: Vec<WindowCall>,
    },
    Scan(Box<Scan>),
    /// Rows that no lake holds; `columns` are all of their columns.
    External {
        /// Its name in SQL: unique in the query, never a table's name.
        name: String,
        source: Source,
    },
}

/// A call of a function over the rows before and after.
#[derive(Debug, Clone)]
pub struct WindowCall {
    pub function: WindowFunction,
    /// Columns of the input; each of their values is a sequence of rows of its own.
    pub partition: Vec<String>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum WindowFunction {
    /// A number that no other row has; it follows the order where there is one.
    RowId,
    /// A function of KQL that needs the rows in order.
    Ordered {
        function: &'static dyn ScalarFunction,
        arguments: Vec<Expr>,
    },
}

#[derive(Debug, Clone)]
pub struct Aggregate {
    pub function: &'static dyn AggregateFunction,
    pub arguments: Vec<Expr>,
    pub span: Span,
    /// How many columns it gives: 1, but for arg_max and kin.
    pub results: usize,
}

/// A sort key with its direction and its place for nulls settled.
#[derive(Debug, Clone)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Debug, Clone)]
pub struct Join {
    pub kind: JoinKind,
    pub left: Relation,
    pub right: Relation,
    /// Pairs of keys, each over its own side, of the same type. Null matches null.
    pub on: Vec<(Expr, Expr)>,
    /// Where each of the result's columns comes from.
    pub output: Vec<JoinOutput>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinOutput {
    pub side: Side,
    /// The column's name on its side.
    pub column: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Kusto's join kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// The default: one left row a key.
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    LeftAnti,
    RightSemi,
    RightAnti,
}
