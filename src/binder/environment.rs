//! What names stand for at a place of the query, beside columns and tables: `let`s, parameters, `as`.
//!
//! In: bindings, one after the other. Out: the innermost binding of a name. What always holds: an
//! environment never changes (a new binding makes a new one), so a function keeps the one it was defined in.

use std::rc::Rc;

use crate::diagnostics::Span;
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::syntax::ast;

use super::liveness::LetId;
use super::table::Table;

/// Bindings, the innermost first.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment(Option<Rc<Frame>>);

/// One binding and those around it.
#[derive(Debug)]
pub(super) struct Frame {
    pub name: String,
    pub binding: Binding,
    /// The `let` that made it.
    pub id: Option<LetId>,
    outer: Environment,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    Scalar(ScalarBinding),
    Table(SharedTable),
    Function(Rc<FunctionBinding>),
    /// A scalar that could not be bound; its fault was reported.
    Poison,
    /// A function whose body is being bound: to call it would be recursion.
    Recursion,
}

/// A scalar, put in where its name stands.
#[derive(Debug, Clone)]
pub(super) struct ScalarBinding {
    pub expr: Rc<Expr>,
    /// The row depth whose columns it stands over; None where it stands over none.
    pub row_depth: Option<usize>,
    /// The nodes of the expression.
    pub size: usize,
}

impl ScalarBinding {
    pub fn new(expr: Expr, row_depth: Option<usize>) -> Self {
        Self {
            size: expr.walk().count(),
            expr: Rc::new(expr),
            row_depth,
        }
    }
}

/// A table that is bound once.
#[derive(Debug, Clone)]
pub(super) struct SharedTable {
    index: usize,
    columns: Rc<[Column]>,
    ordered: bool,
    open: bool,
    told: Option<usize>,
    poisoned: Rc<[String]>,
    origin: Option<Rc<str>>,
    label: Option<Rc<str>>,
}

/// A `let` function with the environment of its definition.
#[derive(Debug)]
pub(super) struct FunctionBinding {
    pub function: ast::Function,
    pub environment: Environment,
    /// Whether its body gives a table.
    pub tabular: bool,
}

impl SharedTable {
    pub fn new(index: usize, table: &Table) -> Self {
        Self {
            index,
            columns: table.relation.columns.clone().into(),
            ordered: table.relation.ordered,
            open: table.open,
            told: table.told,
            poisoned: table.poisoned.clone().into(),
            origin: table.origin.clone(),
            label: None,
        }
    }

    /// The same table under the name that `union withsource` gives it.
    pub fn labelled(mut self, name: &str) -> Self {
        self.label = Some(name.into());
        self
    }

    /// A reference to it.
    pub fn reference(&self, span: Span) -> Table {
        Table {
            relation: Relation {
                kind: RelationKind::Let { index: self.index },
                columns: self.columns.to_vec(),
                ordered: self.ordered,
                span,
            },
            open: self.open,
            told: self.told,
            poisoned: self.poisoned.to_vec(),
            origin: self.origin.clone(),
            label: self.label.clone(),
        }
    }
}

impl Environment {
    /// This environment with one more binding.
    pub fn with(&self, name: &str, binding: Binding, id: Option<LetId>) -> Self {
        Self(Some(Rc::new(Frame {
            name: name.to_owned(),
            binding,
            id,
            outer: self.clone(),
        })))
    }

    /// The innermost binding of exactly this name.
    pub fn find(&self, name: &str) -> Option<&Frame> {
        self.frames().find(|f| f.name == name)
    }

    /// All bindings, the innermost first.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(self.0.as_deref(), |f| f.outer.0.as_deref())
    }
}
