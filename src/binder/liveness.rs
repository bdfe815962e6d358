//! What of a query its result depends on: a `let` that nothing uses is neither run nor refused.
//!
//! In: which `let` names which, and the bound plan. Out: the plan with the `let` tables that it uses,
//! and the faults without those that only concern what is left out.

use std::collections::HashSet;

use crate::diagnostics::{FaultKind, Severity};
use crate::plan::{LetTable, Query, Relation, RelationKind};

use super::Binder;

/// A `let` statement, by the order of binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LetId(usize);

/// Which `let` uses which, and where in the diagnostics each one's own stand.
#[derive(Debug, Default)]
pub(super) struct Uses {
    open: Vec<LetId>,
    /// Who names whom; None is the result.
    edges: Vec<(Option<LetId>, LetId)>,
    /// For each `let`, the diagnostics that were reported while it was bound.
    reported: Vec<(usize, usize)>,
}

impl Uses {
    pub fn begin(&mut self, reported: usize) -> LetId {
        let id = LetId(self.reported.len());
        self.reported.push((reported, reported));
        self.open.push(id);
        id
    }

    pub fn end(&mut self, id: LetId, reported: usize) {
        self.open.pop();
        self.reported[id.0].1 = reported;
    }

    /// Notes that what is being bound names this one.
    pub fn record(&mut self, used: Option<LetId>) {
        if let Some(used) = used {
            self.edges.push((self.open.last().copied(), used));
        }
    }

    fn unused(&self) -> Vec<(usize, usize)> {
        let mut live = HashSet::new();
        let mut pending = vec![None];
        while let Some(user) = pending.pop() {
            for (_, used) in self.edges.iter().filter(|(from, _)| *from == user) {
                if live.insert(*used) {
                    pending.push(Some(*used));
                }
            }
        }
        let dead = |(i, _): &(usize, &(usize, usize))| !live.contains(&LetId(*i));
        let ranges = self.reported.iter().enumerate().filter(dead);
        ranges.map(|(_, range)| *range).collect()
    }
}

impl Binder<'_> {
    /// Makes warnings of what is not supported in a `let` that the result does not depend on.
    pub(super) fn forgive_unused(&mut self) {
        for (from, to) in self.uses.unused() {
            for diagnostic in &mut self.diagnostics[from..to] {
                if diagnostic.code.kind() == FaultKind::Unsupported {
                    diagnostic.severity = Severity::Warning;
                }
            }
        }
    }
}

/// The query with those of the `let` tables that its result uses, in the order of their definition.
pub(super) fn prune(lets: Vec<LetTable>, mut root: Relation) -> Query {
    if lets.is_empty() {
        return Query { lets, root };
    }
    let mut used = vec![false; lets.len()];
    let mut lets: Vec<Option<LetTable>> = lets.into_iter().map(Some).collect();
    let mut mark = |index: &mut usize, pending: &mut Vec<usize>| {
        if let Some(flag) = used.get_mut(*index)
            && !std::mem::replace(flag, true)
        {
            pending.push(*index);
        }
    };
    let mut pending = Vec::new();
    relation(&mut root, &mut |index| mark(index, &mut pending));
    while let Some(index) = pending.pop() {
        if let Some(table) = lets[index].as_mut() {
            let mut more = Vec::new();
            relation(&mut table.relation, &mut |index| mark(index, &mut more));
            pending.append(&mut more);
        }
    }
    let mut places = vec![0; used.len()];
    let mut next = 0;
    for (place, used) in places.iter_mut().zip(&used) {
        *place = next;
        next += usize::from(*used);
    }
    let mut renumber = |index: &mut usize| *index = places[*index];
    relation(&mut root, &mut renumber);
    let mut kept = Vec::with_capacity(next);
    for (table, used) in lets.iter_mut().zip(used) {
        if let Some(mut table) = table.take().filter(|_| used) {
            relation(&mut table.relation, &mut renumber);
            kept.push(table);
        }
    }
    Query { lets: kept, root }
}

/// Visits every reference to a `let` table in a relation.
fn relation(node: &mut Relation, visit: &mut dyn FnMut(&mut usize)) {
    if let RelationKind::Let { index } = &mut node.kind {
        visit(index);
    }
    for expr in node.expressions_mut() {
        expr.for_each_subquery_mut(&mut |table| relation(table, visit));
    }
    for input in node.inputs_mut() {
        relation(input, visit);
    }
}
