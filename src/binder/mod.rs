//! From the syntax tree to the bound tree: names, types, `let`, and the result's schema as Kusto derives it.
//!
//! In: [`ast::Query`] and a [`Catalogue`]. Out: [`plan::Query`] and every fault that was found.
//! What always holds: what is not supported is a fault at its own span, never left out. Where something
//! cannot be bound, a fault was reported, and whatever depends on it is bound on without a further fault
//! (a table with unknown columns is `open`, a column of unknown type `poisoned`).

mod aliases;
mod discovery;
mod environment;
mod expressions;
mod file_time;
mod keys;
mod known;
mod liveness;
mod mapping;
mod naming;
mod operators;
mod outside;
mod patterns;
mod projection;
mod shape;
mod size;
mod sources;
mod statements;
mod suggest;
mod table;
mod tree;
mod tuples;
mod windows;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::plan;
use crate::symbols::{Catalogue, TableSchema};
use crate::syntax::ast;

pub use discovery::{Ask, Discovery};
use environment::Environment;
use liveness::Uses;
pub use size::wide_union;
use table::Table;

/// What binding gives.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The bound query; None where there is an error or a question to the data.
    pub query: Option<plan::Query>,
    /// The result's columns, as far as they are known without data; None where there is an error.
    pub columns: Option<Vec<plan::Column>>,
    /// Those of the columns whose type only the data tells.
    pub untyped: Vec<String>,
    /// What must be asked of the data before the query can be bound.
    pub discovery: Option<Discovery>,
    /// What was found, with the names that no row gave.
    pub found: Vec<plan::Found>,
    /// Whether it names tables by a pattern (`union *`, `search`), so that it depends on which tables there are.
    pub patterns: bool,
    pub diagnostics: Diagnostics,
}

/// Calls of `let` functions that one query may expand to. A body is bound anew at each call, so that
/// functions which call each other twice would otherwise double the plan at each level.
const CALL_LIMIT: usize = 2_000;

/// How deep calls of `let` functions may nest.
const CALL_DEPTH_LIMIT: usize = 32;

/// Nodes of expressions that names of values may be replaced by. A name is replaced by its whole expression,
/// so that values which name each other twice would otherwise double at each level.
const GROWTH_LIMIT: usize = 100_000;

/// Faults and warnings that are told; text that a program made may have one in every few bytes.
const MAX_FAULTS: usize = 1_000;

/// Binds a query.
pub fn bind(query: &ast::Query, catalogue: &dyn Catalogue) -> Bound {
    bind_with(query, catalogue, &[])
}

/// Binds a query with what was found in the data, in the order of the questions.
pub fn bind_with(query: &ast::Query, catalogue: &dyn Catalogue, found: &[plan::Found]) -> Bound {
    let mut found = found.to_vec();
    loop {
        match bind_once(query, catalogue, &found) {
            Ok(bound) => return Bound { found, ..bound },
            // Each time it is another of the query's names.
            Err((place, name)) => found[place].wanted.push(name),
        }
    }
}

/// Binds a query; fails with a name that no column has, and the place that could have given it.
fn bind_once(
    query: &ast::Query,
    catalogue: &dyn Catalogue,
    found: &[plan::Found],
) -> Result<Bound, (usize, String)> {
    let mut binder = Binder::new(catalogue, found);
    let root = binder.statements(&Environment::default(), &query.statements);
    if let Some(lacking) = binder.places.lacking() {
        return Err(lacking);
    }
    binder.forgive_unused();
    let mut untyped = Vec::new();
    binder.diagnostics.extend(binder.next_error.take());
    let root = match root {
        Some(statements::Value::Table(table)) => {
            untyped = table.poisoned;
            Some(table.relation)
        }
        Some(statements::Value::Scalar(scalar)) => {
            binder.report(
                Diagnostic::error(
                    Code::NotTabular,
                    scalar.map_or_else(Span::default, |s| s.span),
                    "the query gives a scalar, not a table",
                )
                .with_help("begin with a table, or write `print` before it"),
            );
            None
        }
        None => {
            if !binder.has_errors() {
                binder.report(no_result(query));
            }
            None
        }
    };
    let discovery = binder.places.question();
    if discovery.is_none()
        && !binder.has_errors()
        && let Some((what, span)) = binder.places.unanswered().cloned()
    {
        let message = format!("the columns of `{what}` cannot be found here");
        binder.error(Code::UnsupportedOperator, span, message);
    }
    // What could not be bound without a word must not run as null.
    if discovery.is_none()
        && !binder.has_errors()
        && let (Some(root), Some(column)) = (&root, untyped.first())
    {
        let message = format!("the type of the column `{column}` cannot be told");
        binder.error(Code::UnsupportedExpression, root.span, message);
    }
    let root = root.filter(|_| !binder.has_errors());
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(binder.diagnostics);
    let columns = root.as_ref().map(|root| root.columns.clone());
    let query = root
        .filter(|_| discovery.is_none())
        .map(|root| liveness::prune(binder.lets, root));
    let fault = query.as_ref().and_then(size::fault);
    let query = query.filter(|_| fault.is_none());
    diagnostics.extend(fault);
    Ok(Bound {
        query,
        columns,
        untyped,
        discovery,
        found: Vec::new(),
        patterns: binder.patterns,
        diagnostics,
    })
}

fn no_result(query: &ast::Query) -> Diagnostic {
    let end = query.statements.last().map_or(0, |s| s.span.end);
    Diagnostic::error(
        Code::EmptyQuery,
        Span::new(end, end),
        "the query has statements, but no expression that gives a table",
    )
    .with_help("end it with a table, such as the name of the last `let`")
}

/// The state of binding one query.
struct Binder<'a> {
    catalogue: &'a dyn Catalogue,
    diagnostics: Vec<Diagnostic>,
    /// Tables that were asked for, so that each is looked up once.
    tables: HashMap<String, Option<Rc<TableSchema>>>,
    lets: Vec<plan::LetTable>,
    /// Which `let` uses which.
    uses: Uses,
    /// The aggregates of the `summarize` that is being bound; None outside of its expressions.
    aggregates: Option<operators::Collector>,
    /// The calls of functions over ordered rows; None where such functions cannot stand.
    windows: Option<windows::Windows>,
    /// Whether what is bound is an argument of `toscalar`, so that `rand()` is drawn once.
    drawn_once: bool,
    /// Where columns depend on the data.
    places: discovery::Places<'a>,
    /// Tables outside the lake so far: their names, and what is read of them.
    sources: Vec<(String, plan::Source, Vec<plan::Column>)>,
    bin_auto: statements::AutoBins,
    /// Tables were named by a pattern.
    patterns: bool,
    /// The patterns that the query declares.
    declared: HashMap<String, Rc<patterns::PatternBinding>>,
    /// Hidden columns so far.
    hidden: usize,
    /// How many tables enclose the expression that is being bound: a value that stands over the row of
    /// one must not be used in another.
    row_depth: usize,
    calls: usize,
    call_depth: usize,
    /// Nodes of expressions that stand in the place of names so far.
    grown: usize,
    /// The first error beyond [`MAX_FAULTS`]: without it a query whose errors so far are forgiven would run.
    next_error: Option<Diagnostic>,
}

impl<'a> Binder<'a> {
    fn new(catalogue: &'a dyn Catalogue, found: &'a [plan::Found]) -> Self {
        Self {
            catalogue,
            diagnostics: Vec::new(),
            tables: HashMap::new(),
            lets: Vec::new(),
            uses: Uses::default(),
            aggregates: None,
            windows: None,
            drawn_once: false,
            places: discovery::Places::new(found),
            sources: Vec::new(),
            bin_auto: statements::AutoBins::default(),
            patterns: false,
            declared: HashMap::new(),
            hidden: 0,
            row_depth: 0,
            calls: 0,
            call_depth: 0,
            grown: 0,
            next_error: None,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() >= MAX_FAULTS {
            if diagnostic.severity == Severity::Error && self.next_error.is_none() {
                self.next_error = Some(diagnostic);
            }
            return;
        }
        // A function's body is bound at each of its calls; its faults are told once.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports an error.
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// The catalogue's table of this name.
    fn catalogue_table(&mut self, name: &str) -> Option<Rc<TableSchema>> {
        if let Some(found) = self.tables.get(name) {
            return found.clone();
        }
        let found = self.catalogue.table(name).map(Rc::new);
        self.tables.insert(name.to_owned(), found.clone());
        found
    }

    /// Makes a table one that is bound once and may be used several times.
    fn share(&mut self, name: &str, table: Table, materialized: bool) -> environment::SharedTable {
        let name = self.let_name(name);
        let shared = environment::SharedTable::new(self.lets.len(), &table);
        self.lets.push(plan::LetTable {
            name,
            relation: table.relation,
            materialized,
        });
        shared
    }

    /// A name for a common table expression that neither another one nor a table has.
    fn let_name(&mut self, wanted: &str) -> String {
        let mut candidate = wanted.to_owned();
        let mut number = 1;
        while self
            .lets
            .iter()
            .any(|l| l.name.eq_ignore_ascii_case(&candidate))
            || self.catalogue_table(&candidate).is_some()
        {
            number += 1;
            candidate = format!("{wanted}_{number}");
        }
        candidate
    }
}
