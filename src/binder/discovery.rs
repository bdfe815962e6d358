//! Columns that only the data tells: those of `evaluate bag_unpack`, `evaluate pivot` and `_GetWatchlist`.
//!
//! In: what has been found so far, one answer a place, in the order of binding. Out: at the first place
//! without an answer, the question. Binding the same text with the same answers comes to the same places, so
//! that one question after the other is answered until none is left.
//! What always holds: a query with a place without an answer gives no plan; its columns are those that are
//! known without data.

use crate::diagnostics::Span;
use crate::plan::{ExprKind, Found, Query, Relation, RelationKind};
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
    if let RelationKind::Project { input, expressions } = &relation.kind {
        let below = untyped(input);
        let columns = relation.columns.iter().zip(expressions);
        return columns
            .filter(|(_, expr)| {
                expr.ty == ScalarType::Dynamic
                    && matches!(&expr.kind, ExprKind::Column(name)
                        if below.contains(name) || input.columns.iter().all(|c| c.name != *name))
            })
            .map(|(column, _)| column.name.clone())
            .collect();
    }
    let mut names: Vec<String> = relation.inputs().into_iter().flat_map(untyped).collect();
    names.retain(|name| relation.columns.iter().any(|c| c.name == *name));
    names
}
