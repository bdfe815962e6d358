//! Columns that only the data tells: those of `evaluate bag_unpack`, `evaluate pivot` and `_GetWatchlist`.
//!
//! In: what has been found so far, one answer a place, in the order of binding. Out: at the first place
//! without an answer, the question. Binding the same text with the same answers comes to the same places, so
//! that one question after the other is answered until none is left.
//! What always holds: a query with a place without an answer gives no plan; its columns are those that are
//! known without data. A name that the query takes and no row gives is a column of its own, null in every row:
//! a quiet day is no fault. Which names these are is known once all else is bound, so the query is bound again
//! with them.

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
    /// The first name that no column has, with the place that could have given it. Those after it may be of
    /// its making: `project-rename a = b`.
    lacking: Option<(usize, String)>,
}

impl<'a> Places<'a> {
    pub fn new(found: &'a [Found]) -> Self {
        Self {
            found,
            ..Self::default()
        }
    }

    /// Notes a name that this place could have given; false where it is one of its columns already.
    pub fn lack(&mut self, place: usize, name: &str) -> bool {
        let known = |found: &Found| found.wanted.iter().any(|n| n == name);
        if self.found.get(place).is_none_or(known) {
            return false;
        }
        self.lacking.get_or_insert_with(|| (place, name.to_owned()));
        true
    }

    /// The name that is lacking, with its place.
    pub fn lacking(&mut self) -> Option<(usize, String)> {
        self.lacking.take()
    }

    /// The question that is open, where there is one.
    pub fn question(&mut self) -> Option<Discovery> {
        self.question.take()
    }

    /// The first place without an answer.
    pub fn unanswered(&self) -> Option<&(String, Span)> {
        self.unanswered.as_ref()
    }
}

impl Binder<'_> {
    /// The next place with its answer, where there is one; else this is the place to ask for.
    pub(super) fn found(&mut self, what: &str, span: Span) -> Option<(usize, Found)> {
        let place = self.places.met;
        self.places.met += 1;
        let found = self.places.found.get(place).cloned();
        if found.is_none() && self.places.unanswered.is_none() {
            self.places.unanswered = Some((what.to_owned(), span));
        }
        Some((place, found?))
    }

    /// Whether a column is there only because the query takes it: no row gives it.
    pub(super) fn is_lacking(&self, name: &str) -> bool {
        let mut wanted = self.places.found.iter().flat_map(|f| &f.wanted);
        wanted.any(|n| n == name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binder::{Bound, bind_with};
    use crate::parser::parse;
    use crate::symbols::BuiltinCatalogue;

    const UNPACKED: &str = "datatable(k: long, s: string, d: dynamic) [] | evaluate bag_unpack(d) ";

    fn bound(operators: &str, found: &[Found]) -> Bound {
        let query = parse(&format!("{UNPACKED}{operators}")).query.unwrap();
        bind_with(&query, &BuiltinCatalogue, found)
    }

    fn columns(bound: &Bound) -> Vec<&str> {
        let columns = bound.columns.iter().flatten();
        columns.map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn what_is_known_before_the_data_is_asked() {
        for (operators, expected) in [
            (
                "| summarize arg_max(k, *) by s | where new == 1",
                vec!["s", "k"],
            ),
            ("| distinct * | where new == 1", vec!["k", "s"]),
            ("| project-keep k, n* | where new == 1", vec!["k"]),
            ("| evaluate pivot(s, any(new), k) | where x == 1", vec!["k"]),
            (
                "| evaluate pivot(new, count(), k) | where x == 1",
                vec!["k"],
            ),
        ] {
            let bound = bound(operators, &[]);
            assert_eq!(columns(&bound), expected, "{operators}");
            assert!(bound.discovery.is_some(), "{operators}");
        }
        for operators in [
            "| project k | where new == 1",
            "| project-keep k | where new == 1",
        ] {
            let closed = bound(operators, &[]);
            assert!(closed.diagnostics.has_errors(), "{operators}");
        }
    }

    #[test]
    fn only_what_nothing_else_gives_is_lacking() {
        let nothing = [Found::default()];
        let lacking = |operators| bound(operators, &nothing).found.remove(0).wanted;
        assert_eq!(lacking("| where new == 1 and newer == 2"), ["new", "newer"]);
        assert_eq!(lacking("| project-rename a = new | where a == 1"), ["new"]);
        let join = "| join (print k = 1, s = 'x') on k | where s1 == 'x'";
        assert!(lacking(join).is_empty());
        assert!(
            bound("| project k | where new == 1", &nothing)
                .query
                .is_none()
        );
    }

    #[test]
    fn each_place_lacks_its_own_names() {
        let operators =
            "| extend e = dynamic({}) | where new == 1 | evaluate bag_unpack(e) | where newer == 1";
        let bound = bound(operators, &[Found::default(), Found::default()]);
        let wanted: Vec<&[String]> = bound.found.iter().map(|f| f.wanted.as_slice()).collect();
        assert_eq!(wanted, [["new".to_owned()], ["newer".to_owned()]]);
        assert!(bound.query.is_some());
    }
}
