//! Exclusions in a bound query: known-good events and rows are filtered out, and counted.
//!
//! In: a bound query and the scenarios that apply to its rule. Out: the query without what they set
//! aside, and [`Exclusions`]: queries that count and show what that was.
//!
//! What always holds:
//! - the rule gives what it would give over a lake without the events that are set aside: every mention
//!   of the table is filtered, behind the rule's own filters over it, since these are cheap and their
//!   order does not matter;
//! - `drop_when P` sets aside the rows for which P is true, `keep_when P` those for which it is not;
//! - each scenario is counted alone, whatever the others set aside: the events that pass the rule's own
//!   row-wise filters over the table and that the scenario sets aside. Where the rule mentions the table
//!   several times, those that pass the filters of one mention.

mod count;
mod ecs;
mod make;
mod predicate;
mod rewrite;
#[cfg(test)]
mod tests;

use super::CompiledQuery;
use super::dedup::filtered_table;
use crate::diagnostics::Diagnostics;
use crate::plan::{Column, Expr, Query, Relation, RelationKind};
use crate::rule::exclusion::{Action, Level, Scenario};
use crate::symbols::{Catalogue, ScalarType};
use predicate::Over;

/// Samples of each scenario where no other number is asked for.
pub const DEFAULT_SAMPLES: u64 = 5;

/// What a compiled query sets aside, and the queries that say how much.
#[derive(Debug, Clone)]
pub struct Exclusions {
    pub scenarios: Vec<Applied>,
    pub counting: Vec<Counting>,
    /// Samples of each scenario at most.
    pub samples: u64,
}

impl Exclusions {
    /// All queries that count and show.
    pub fn queries(&self) -> impl Iterator<Item = &CompiledQuery> {
        self.counting.iter().flat_map(|counting| {
            let rows: Vec<&CompiledQuery> = match &counting.rows {
                RowCount::Themselves | RowCount::EachEvent | RowCount::NoRow => Vec::new(),
                RowCount::Groups(query) => vec![query],
                RowCount::Difference { without, with } => {
                    std::iter::once(without.as_ref()).chain(with).collect()
                }
            };
            let own = std::iter::once(&counting.counts).chain(&counting.samples);
            own.chain(rows)
        })
    }
}

/// A scenario that a query applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub name: String,
    pub level: Level,
    /// The table whose events are set aside.
    pub table: Option<String>,
}

/// How much the scenarios over one table, or over the rows, set aside.
#[derive(Debug, Clone)]
pub struct Counting {
    /// Places in [`Exclusions::scenarios`].
    pub scenarios: Vec<usize>,
    /// A row a device: its id, its name, then for each scenario how many events (or rows) it sets aside.
    pub counts: CompiledQuery,
    /// For each scenario 0 or 1, then time, device id, device name, and the event (or row) as a bag; in
    /// the order of time, enough of each combination of flags for [`Exclusions::samples`] of a scenario.
    pub samples: Option<CompiledQuery>,
    pub rows: RowCount,
}

/// How to know the number of result rows that a scenario takes away.
#[derive(Debug, Clone)]
pub enum RowCount {
    /// What is counted are rows, and no event is set aside.
    Themselves,
    /// Each event is a row of its own.
    EachEvent,
    /// The rule always gives one row.
    NoRow,
    /// One row: for each scenario, how many groups have no other event than those set aside.
    Groups(Box<CompiledQuery>),
    /// One row with one number each: the rows without exclusions, and with each scenario alone.
    Difference {
        without: Box<CompiledQuery>,
        with: Vec<CompiledQuery>,
    },
}

/// The faults of one scenario's predicate; spans count in its text.
#[derive(Debug, Clone)]
pub struct ScenarioFaults {
    /// The scenario's place in [`super::Options::exclusions`].
    pub scenario: usize,
    pub diagnostics: Diagnostics,
}

/// A scenario whose predicate is bound.
struct Bound<'s> {
    scenario: &'s Scenario,
    predicate: Expr,
}

impl Bound<'_> {
    /// The condition under which a row is kept.
    fn keeps(&self) -> Option<Expr> {
        match self.scenario.action {
            Action::KeepWhen => Some(self.predicate.clone()),
            Action::DropWhen => make::untrue(&self.predicate),
        }
    }

    /// 1 for a row that is set aside, else 0.
    fn flag(&self) -> Option<Expr> {
        make::flag(&self.predicate, self.scenario.action == Action::DropWhen)
    }
}

/// Filters a query in place. Gives None where no scenario applies; faults stop the query.
pub fn apply(
    query: &mut Query,
    scenarios: &[Scenario],
    samples: u64,
    catalogue: &dyn Catalogue,
    faults: &mut Vec<ScenarioFaults>,
    compile: &mut dyn FnMut(Query) -> Option<CompiledQuery>,
) -> Option<Exclusions> {
    let (events, rows): (Vec<_>, Vec<_>) = scenarios
        .iter()
        .enumerate()
        .filter(|(_, s)| {
            let table = s.table.as_deref();
            table.is_none_or(|table| !count::mentions(query, table).is_empty())
        })
        .partition(|(_, s)| s.level == Level::Events);
    let mut bound_events = Vec::with_capacity(events.len());
    for (index, scenario) in events {
        let table = scenario.table.as_deref();
        let columns = table.and_then(|table| table_columns(query, table));
        let over = Over {
            table,
            is_result: false,
            columns: columns.as_deref().unwrap_or_default(),
        };
        bound_events.extend(bind(index, scenario, over, catalogue, faults));
    }
    let mut bound_rows = Vec::with_capacity(rows.len());
    for (index, scenario) in rows {
        let over = Over {
            table: scenario.table.as_deref(),
            is_result: true,
            columns: &query.root.columns,
        };
        bound_rows.extend(bind(index, scenario, over, catalogue, faults));
    }
    if bound_events.is_empty() && bound_rows.is_empty() {
        return None;
    }
    let mut counting = count::Plans::default();
    counting.events(query, &bound_events, samples);
    for bound in &bound_events {
        filter_events(query, bound);
    }
    counting.rows(query, &bound_rows, bound_events.len(), samples);
    for bound in &bound_rows {
        if let Some(keeps) = bound.keeps() {
            query.root = make::filter(query.root.clone(), keeps);
        }
    }
    let applied = bound_events.iter().chain(&bound_rows);
    Some(Exclusions {
        scenarios: applied
            .map(|bound| Applied {
                name: bound.scenario.name.clone(),
                level: bound.scenario.level,
                table: bound.scenario.table.clone(),
            })
            .collect(),
        counting: counting.compile(compile)?,
        samples,
    })
}

/// Binds a predicate, and notes its faults.
fn bind<'s>(
    index: usize,
    scenario: &'s Scenario,
    over: Over<'_>,
    catalogue: &dyn Catalogue,
    faults: &mut Vec<ScenarioFaults>,
) -> Option<Bound<'s>> {
    let (predicate, diagnostics) = predicate::bind(scenario, over, catalogue);
    if !diagnostics.is_empty() {
        faults.push(ScenarioFaults {
            scenario: index,
            diagnostics,
        });
    }
    predicate.map(|predicate| Bound {
        scenario,
        predicate,
    })
}

/// The faults that a scenario over events has whatever the rule: its predicate over the catalogue's table.
/// None where there is no such table, or where the scenario is over rows.
pub fn check(scenario: &Scenario, catalogue: &dyn Catalogue) -> Option<Diagnostics> {
    if scenario.level == Level::Rows {
        return None;
    }
    let schema = catalogue.table(scenario.table.as_deref()?)?;
    let columns: Vec<Column> = schema
        .columns
        .into_iter()
        .map(|c| Column {
            nullable_string: c.ty == ScalarType::String,
            name: c.name,
            ty: c.ty,
        })
        .collect();
    let over = Over {
        table: scenario.table.as_deref(),
        is_result: false,
        columns: &columns,
    };
    Some(predicate::bind(scenario, over, catalogue).1)
}

/// The columns of a table that the query reads.
fn table_columns(query: &Query, table: &str) -> Option<Vec<Column>> {
    let mut at = *count::mentions(query, table).first()?;
    while let Some(below) = at.inputs().first() {
        at = below;
    }
    Some(at.columns.clone())
}

/// Puts a scenario's filter over every mention of its table.
fn filter_events(query: &mut Query, bound: &Bound<'_>) {
    let (Some(table), Some(keeps)) = (bound.scenario.table.as_deref(), bound.keeps()) else {
        return;
    };
    for shared in &mut query.lets {
        filter_table(&mut shared.relation, table, &keeps);
    }
    filter_table(&mut query.root, table, &keeps);
}

fn filter_table(relation: &mut Relation, table: &str, keeps: &Expr) {
    for expr in relation.expressions_mut() {
        expr.for_each_subquery_mut(&mut |below| filter_table(below, table, keeps));
    }
    match filtered_table(relation) {
        Some(name) if name == table => {
            filter_subqueries(relation, table, keeps);
            let input = relation.clone();
            relation.kind = RelationKind::Where {
                input: Box::new(input),
                predicate: keeps.clone(),
            };
        }
        Some(_) | None => {
            for input in relation.inputs_mut() {
                filter_table(input, table, keeps);
            }
        }
    }
}

/// Filters within the conditions of the filters over a table, the topmost of which is done.
fn filter_subqueries(relation: &mut Relation, table: &str, keeps: &Expr) {
    for input in relation.inputs_mut() {
        for expr in input.expressions_mut() {
            expr.for_each_subquery_mut(&mut |below| filter_table(below, table, keeps));
        }
        filter_subqueries(input, table, keeps);
    }
}
