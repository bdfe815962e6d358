//! A lake for given queries: for each of them rows that it gives, beside noise.
//!
//! In: queries, the catalogue, what `now()` means. Out: a folder of Parquet tables, and files for what the
//! queries read from outside. What always holds: the same request gives the same bytes; whether a query
//! gives rows is for its run to tell, since what is not understood of a query is taken as met.
//!
//! A query is bound; `witness` finds which rows of which tables give it a row, `goals` and `compare` take
//! its conditions apart until they speak of single values, `test` and `number` find those, `render` writes
//! the rows, `tables` and `outside` the files.

mod cell;
mod compare;
mod goals;
mod noise;
mod number;
mod outside;
mod pattern;
mod place;
mod render;
mod tables;
mod term;
mod test;
mod witness;

use std::collections::BTreeMap;
use std::path::Path;

use crate::plan::{self, Column, Found, RelationKind, Source};
use crate::sample::SampleError;
use crate::symbols::{Catalogue, ScalarType};
use crate::{binder, parser};

use cell::State;
use render::Planted;
use witness::{Goal, Walk};

/// Steps that one witness may take; most take a hundred.
const BUDGET: usize = 20_000;
/// Witnesses of one query that are planted.
const MOST_WITNESSES: usize = 3;
/// Times that one query is bound: for each question to the data, and for each name that it takes of the answer.
const MOST_BINDINGS: usize = 64;

/// What to generate.
pub struct Request<'a> {
    /// Queries by their names.
    pub queries: &'a [(String, String)],
    pub catalogue: &'a dyn Catalogue,
    /// Tables that are written whether a query reads them or not.
    pub tables: &'a [String],
    /// Rows of noise in each table.
    pub rows: usize,
    pub seed: u64,
    /// What `now()` means, in ticks: events are of the days before it.
    pub as_of: i64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In the order of their names.
    pub tables: Vec<WrittenTable>,
    /// Queries for which no rows were found, by name: faulty ones, and those whose conditions contradict.
    pub without_rows: Vec<String>,
    /// Whether there is a file `outside.yaml` for what queries read from elsewhere.
    pub outside: bool,
}

/// One table of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTable {
    pub name: String,
    pub files: usize,
    pub rows: usize,
    pub bytes: u64,
}

/// Writes the lake into `dir`, which is made where absent.
///
/// # Errors
/// A file that cannot be written, with its path.
pub fn write(dir: &Path, request: &Request) -> Result<Report, SampleError> {
    let mut planted: Vec<Planted> = Vec::new();
    let mut without_rows = Vec::new();
    let mut names: Vec<String> = request.tables.to_vec();
    let mut sources: Vec<(Source, Vec<Column>)> = Vec::new();
    for (number, (name, text)) in request.queries.iter().enumerate() {
        let plan = bound(text, request.catalogue);
        let rows = plan.as_ref().map_or(Vec::new(), |plan| {
            for relation in plan.relations() {
                names.extend(relation.table_name().map(str::to_owned));
                if let RelationKind::External { source, .. } = &relation.kind {
                    sources.push((source.clone(), relation.columns.clone()));
                }
            }
            rows_for(plan, request, number)
        });
        if rows.is_empty() {
            without_rows.push(name.clone());
        }
        planted.extend(rows);
    }
    names.sort();
    names.dedup();
    let mut by_table: BTreeMap<String, Vec<BTreeMap<String, render::Datum>>> = BTreeMap::new();
    let mut elsewhere = Vec::new();
    for row in planted {
        match row.place {
            witness::Place::Table(name) => by_table.entry(name).or_default().push(row.values),
            witness::Place::Outside(source, names) => elsewhere.push((source, names, row.values)),
        }
    }
    let mut tables = Vec::new();
    for name in names {
        if let Some(schema) = request.catalogue.table(&name) {
            let rows = by_table.remove(&name).unwrap_or_default();
            tables.push(tables::write(dir, &schema, rows, request)?);
        }
    }
    let outside = outside::write(dir, &sources, &elsewhere)?;
    Ok(Report {
        tables,
        without_rows,
        outside,
    })
}

/// The plan of a query; where columns depend on the data, they are those that the query names.
fn bound(text: &str, catalogue: &dyn Catalogue) -> Option<plan::Query> {
    let tree = parser::parse(text).query?;
    let mut found: Vec<Found> = Vec::new();
    let mut below = None;
    for _ in 0..MOST_BINDINGS {
        let bound = binder::bind_with(&tree, catalogue, &found);
        // A column of a table that is read would be there twice.
        let tables = below
            .iter()
            .flat_map(plan::Query::relations)
            .filter_map(|r| r.table_name());
        let known: Vec<_> = tables.filter_map(|name| catalogue.table(name)).collect();
        let is_known = |name: &str| known.iter().any(|table| table.column(name).is_some());
        if give_names(&mut found, &bound.found, is_known) {
            continue;
        }
        if let Some(query) = bound.query {
            return Some(query);
        }
        let Some(question) = bound.discovery else {
            break;
        };
        if let (None, binder::Ask::Rows(plan)) = (&below, question.ask) {
            below = Some(*plan);
        }
        found.push(Found::default());
    }
    // At least what is asked of the data is there.
    below
}

/// Gives the data the names that the query takes of it, as texts; false where it has them all.
fn give_names(found: &mut [Found], asked: &[Found], is_known: impl Fn(&str) -> bool) -> bool {
    let mut more = false;
    for (own, asked) in found.iter_mut().zip(asked) {
        for name in asked.wanted.iter().filter(|name| !is_known(name)) {
            own.columns.push((name.clone(), ScalarType::String));
            more = true;
        }
        own.columns.sort();
    }
    more
}

/// The rows of the first witnesses whose goals can be met.
fn rows_for(plan: &plan::Query, request: &Request, number: usize) -> Vec<Planted> {
    let mut walk = Walk::new(plan);
    let witnesses = walk.relation(&plan.root);
    let mut planted = Vec::new();
    let mut met = 0;
    for (place, witness) in witnesses.into_iter().enumerate() {
        let state = State::new(&walk.cells, request.as_of);
        let mut budget = BUDGET;
        let Some(state) = goals::solve(state, vec![Goal::Plant(witness)], &mut budget) else {
            continue;
        };
        let seed = format!("generate {} {number} {place}", request.seed);
        let rows = render::rows(&state, &seed, number);
        met += usize::from(!rows.is_empty());
        planted.extend(rows);
        if met >= MOST_WITNESSES {
            break;
        }
    }
    planted
}
