//! Columns that only the data tells: those of `evaluate bag_unpack`, `evaluate pivot` and `_GetWatchlist`.
//!
//! In: what has been found so far, one answer a place, in the order of binding. Out: at the first place
//! without an answer, the question. Binding the same text with the same answers comes to the same places, so
//! that one question after the other is answered until none is left.
//! What always holds: a query with a place without an answer gives no plan; its columns are those that are
//! known without data.

use crate::diagnostics::Span;
use crate::plan::{Expr, ExprKind, Found, Query, Relation, RelationKind};
use crate::symbols::ScalarType;

use super::Binder;
use super::liveness;

/// A question to the data.
#[derive(Debug, Clone)]
pub struct Discovery {
    pub ask: Ask,
    /// What gives the columns: `evaluate pivot`.
    pub what: String,
    pub span: Span,
    /// Names that the query takes from the columns to be found; empty where several places could give them.
    pub wanted: Vec<String>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// This query's rows: a name, and where there is a second column, the type of one of its values.
    Rows(Box<Query>),
    /// The columns of this watchlist.
    Watchlist(String),
}

/// The places so far.
#[derive(Debug, Default)]
pub(super) struct Places<'a> {
    pub found: &'a [Found],
    /// How many were met.
    met: usize,
    question: Option<Discovery>,
    /// The first place that has no answer, and what stands there.
    unanswered: Option<(String, Span)>,
    wanted: Vec<String>,
}

impl<'a> Places<'a> {
    pub fn new(found: &'a [Found]) -> Self {
        Self {
            found,
            ..Self::default()
        }
    }

    /// Notes a name that must be one of the columns to be found.
    pub fn want(&mut self, name: &str) {
        if self.wanted.iter().all(|n| n != name) {
            self.wanted.push(name.to_owned());
        }
    }

    /// The question that is open, where there is one.
    pub fn question(&mut self) -> Option<Discovery> {
        let wanted = match self.met {
            1 => std::mem::take(&mut self.wanted),
            _ => Vec::new(),
        };
        self.question
            .take()
            .map(|question| Discovery { wanted, ..question })
    }

    /// The first place without an answer.
    pub fn unanswered(&self) -> Option<&(String, Span)> {
        self.unanswered.as_ref()
    }
}

impl Binder<'_> {
    /// The answer for the next place, where there is one; else this is the place to ask for.
    pub(super) fn found(&mut self, what: &str, span: Span) -> Option<Found> {
        let place = self.places.met;
        self.places.met += 1;
        let found = self.places.found.get(place).cloned();
        if found.is_none() && self.places.unanswered.is_none() {
            self.places.unanswered = Some((what.to_owned(), span));
        }
        found
    }

    /// Whether a question can be asked here: it is the first, and nothing before it is in doubt.
    pub(super) fn may_ask(&self) -> bool {
        self.places.question.is_none()
            && self.places.met == self.places.found.len() + 1
            && !self.has_errors()
    }

    /// Asks the rows of a relation.
    pub(super) fn ask_rows(&mut self, relation: Relation, what: &str, span: Span) {
        let query = liveness::prune(self.lets.clone(), relation);
        self.ask(Ask::Rows(Box::new(query)), what, span);
    }

    pub(super) fn ask(&mut self, ask: Ask, what: &str, span: Span) {
        self.places.question = Some(Discovery {
            ask,
            what: what.to_owned(),
            span,
            wanted: Vec::new(),
        });
    }
}

/// Those of the columns of a relation that stand for columns to be found: their type is not known.
pub(super) fn untyped(relation: &Relation) -> Vec<String> {
    let below: Vec<String> = relation.inputs().into_iter().flat_map(untyped).collect();
    let columns = relation.columns.iter();
    let names = |names: Vec<&String>| names.into_iter().cloned().collect();
    match &relation.kind {
        RelationKind::Project { input, expressions } => {
            let pairs = columns.zip(expressions);
            let open = pairs.filter(|(_, expr)| is_untyped(expr, input, &below));
            names(open.map(|(column, _)| &column.name).collect())
        }
        RelationKind::Expand { input, values, .. } => {
            // An element of what is not known is not known either.
            let elements = columns.clone().skip(input.columns.len()).zip(values);
            let open = elements.filter(|(_, value)| is_untyped(value, input, &below));
            let open: Vec<&String> = open.map(|(column, _)| &column.name).collect();
            let all = columns.map(|c| &c.name);
            names(
                all.filter(|n| below.contains(n) || open.contains(n))
                    .collect(),
            )
        }
        RelationKind::Table { .. }
        | RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Unit
        | RelationKind::Range { .. }
        | RelationKind::Where { .. }
        | RelationKind::Summarize { .. }
        | RelationKind::Distinct { .. }
        | RelationKind::Take { .. }
        | RelationKind::Sort { .. }
        | RelationKind::Top { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::FirstOfEach { .. }
        | RelationKind::Serialize { .. }
        | RelationKind::Window { .. }
        | RelationKind::External { .. } => names(
            columns
                .map(|c| &c.name)
                .filter(|n| below.contains(n))
                .collect(),
        ),
    }
}

/// Whether an expression is a column that the relation does not have yet, or one whose type is not known.
fn is_untyped(expr: &Expr, over: &Relation, untyped: &[String]) -> bool {
    match &expr.kind {
        ExprKind::Column(name) if expr.ty == ScalarType::Dynamic => {
            untyped.contains(name) || over.columns.iter().all(|c| c.name != *name)
        }
        ExprKind::Column(_)
        | ExprKind::Literal(_)
        | ExprKind::AsOf
        | ExprKind::Call { .. }
        | ExprKind::Convert(_)
        | ExprKind::Scalar(_)
        | ExprKind::InTable { .. } => false,
    }
}
