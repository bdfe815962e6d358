//! Columns that only the data tells: those of `evaluate bag_unpack`, `evaluate pivot` and `_GetWatchlist`.
//!
//! In: what has been found so far, one answer a place, in the order of binding. Out: at the first place
//! without an answer, the question. Binding the same text with the same answers comes to the same places, so
//! that one question after the other is answered until none is left.
//! What always holds: a query with a place without an answer gives no plan; its columns are those that are
//! known without data.

use crate::diagnostics::Span;
use crate::functions::{Argument, ArgumentFault};
use crate::plan::{Expr, ExprKind, Found, Query, Relation};
use crate::symbols::ScalarType;

use super::Binder;
use super::expressions::describe;
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

    /// Whether what cannot be bound may be a column to be found: then types are told as far as they can be.
    pub(super) fn is_guessing(&self) -> bool {
        self.places.unanswered.is_some() && !self.has_errors()
    }
}

/// What a function gives whatever the types of the arguments that are not known; None where it depends on
/// them.
pub(super) fn result_of_any<T: PartialEq>(
    arguments: &[Option<Expr>],
    result: impl Fn(&[Argument]) -> Result<T, ArgumentFault>,
) -> Option<T> {
    let with = |ty: ScalarType| {
        let described: Vec<Argument> = arguments
            .iter()
            .map(|argument| match argument {
                Some(argument) => describe(argument),
                None => Argument { ty, constant: None },
            })
            .collect();
        result(&described).ok()
    };
    let of_text = with(ScalarType::String)?;
    (with(ScalarType::Long)? == of_text).then_some(of_text)
}

/// A value that only the data tells, of a type that is known. No plan ever has it.
pub(super) fn unknown_value(ty: ScalarType, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Column(String::new()),
        ty,
        span,
        nullable_string: false,
    }
}
