//! Bound scalar expressions.

use super::Relation;
use crate::diagnostics::Span;
use crate::functions::{ScalarFunction, Value};
use crate::symbols::ScalarType;

/// A scalar expression with its type.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: ScalarType,
    pub span: Span,
    /// A string that may be SQL NULL where KQL means `""` (it comes from a lake column).
    pub nullable_string: bool,
}

#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A column of the relation that the expression stands over.
    Column(String),
    Literal(Value),
    /// `now()`: the bound parameter `$as_of`.
    AsOf,
    /// A function or an operator; arguments are converted to what its signature takes.
    Call {
        function: &'static dyn ScalarFunction,
        arguments: Vec<Expr>,
    },
    /// A conversion that Kusto makes by itself (int to long, long to real, dynamic to anything).
    Convert(Box<Expr>),
    /// `toscalar(…)`: the first column of the first row; null where there is no row.
    Scalar(Box<Relation>),
    /// `subject in (table)`, and its kin by `operator` (`in`, `!in`, `in~`, `!in~`, `has_any`, `has_all`): the
    /// table's first column.
    InTable {
        operator: crate::syntax::ast::ListOp,
        subject: Box<Expr>,
        table: Box<Relation>,
    },
}

impl Expr {
    /// A constant.
    pub fn literal(value: Value, span: Span) -> Self {
        Self {
            ty: value.ty(),
            kind: ExprKind::Literal(value),
            span,
            nullable_string: false,
        }
    }

    /// The value of a literal.
    pub fn constant(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            ExprKind::Column(_)
            | ExprKind::AsOf
            | ExprKind::Call { .. }
            | ExprKind::Convert(_)
            | ExprKind::Scalar(_)
            | ExprKind::InTable { .. } => None,
        }
    }
}
