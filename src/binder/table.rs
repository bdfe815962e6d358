//! A table while it is being bound: its relation and what is not known of it.
//!
//! What always holds: where `open` is true or `poisoned` is not empty, an error was reported, so the plan
//! is never used.

use std::rc::Rc;

use crate::diagnostics::Span;
use crate::functions::Value;
use crate::plan::{Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;

use super::environment::Environment;

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub relation: Relation,
    /// There may be columns beside `relation.columns`.
    pub open: bool,
    /// The place whose answer gave columns, and might give more on another day.
    pub told: Option<usize>,
    /// Columns whose type is not known.
    pub poisoned: Vec<String>,
    /// The table of the catalogue whose rows these are, as long as they are one table's.
    pub origin: Option<Rc<str>>,
    /// What `union withsource` calls it.
    pub label: Option<Rc<str>>,
}

/// What an expression may name: the columns of a row and the bindings around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub environment: &'s Environment,
    pub columns: &'s [Column],
    pub open: bool,
    pub told: Option<usize>,
    pub poisoned: &'s [String],
    pub origin: Option<&'s str>,
}

impl<'s> Scope<'s> {
    /// A scope without a row.
    pub fn constant(environment: &'s Environment) -> Self {
        Self {
            environment,
            columns: &[],
            open: false,
            told: None,
            poisoned: &[],
            origin: None,
        }
    }

    pub fn column(&self, name: &str) -> Option<&'s Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    pub fn is_poisoned(&self, name: &str) -> bool {
        self.poisoned.iter().any(|p| p == name)
    }
}

impl Table {
    pub fn new(relation: Relation) -> Self {
        Self {
            relation,
            open: false,
            told: None,
            poisoned: Vec::new(),
            origin: None,
            label: None,
        }
    }

    /// A table of which nothing is known.
    pub fn unknown(span: Span) -> Self {
        Self {
            open: true,
            ..Self::new(Relation {
                kind: RelationKind::Unit,
                columns: Vec::new(),
                ordered: false,
                span,
            })
        }
    }

    pub fn columns(&self) -> &[Column] {
        &self.relation.columns
    }

    /// What an expression over a row of this table may name.
    pub fn scope<'s>(&'s self, environment: &'s Environment) -> Scope<'s> {
        Scope {
            environment,
            columns: &self.relation.columns,
            open: self.open,
            told: self.told,
            poisoned: &self.poisoned,
            origin: self.origin.as_deref(),
        }
    }

    /// The table under an operator that keeps its columns.
    pub fn wrap(
        self,
        span: Span,
        ordered: bool,
        kind: impl FnOnce(Box<Relation>) -> RelationKind,
    ) -> Self {
        let columns = self.relation.columns.clone();
        Self {
            relation: Relation {
                kind: kind(Box::new(self.relation)),
                columns,
                ordered,
                span,
            },
            label: None,
            ..self
        }
    }

    /// The columns of these places, under these names.
    pub fn select(self, span: Span, picks: &[(usize, &str)]) -> Self {
        let old = &self.relation.columns;
        let expressions = picks
            .iter()
            .map(|(i, _)| column_expr(&old[*i], span))
            .collect();
        let poisoned = picks
            .iter()
            .filter(|(i, _)| self.poisoned.contains(&old[*i].name))
            .map(|(_, name)| (*name).to_owned())
            .collect();
        let columns = picks
            .iter()
            .map(|(i, name)| Column {
                name: (*name).to_owned(),
                ..old[*i].clone()
            })
            .collect();
        Self {
            open: self.open,
            told: self.told,
            poisoned,
            origin: self.origin,
            label: None,
            relation: Relation {
                columns,
                ordered: self.relation.ordered,
                span,
                kind: RelationKind::Project {
                    input: Box::new(self.relation),
                    expressions,
                },
            },
        }
    }
}

/// A column as an expression.
pub(super) fn column_expr(column: &Column, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Column(column.name.clone()),
        ty: column.ty,
        span,
        nullable_string: column.nullable_string,
    }
}

/// Nothing of this type: `""` of a string, null of any other.
pub(super) fn missing(ty: ScalarType, span: Span) -> Expr {
    let value = match ty {
        ScalarType::String => Value::String(String::new()),
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Decimal
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => Value::Null(ty),
    };
    Expr::literal(value, span)
}
