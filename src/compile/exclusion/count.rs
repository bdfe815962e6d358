//! Queries that count and show what scenarios set aside.
//!
//! In: a bound query as it is before the scenarios are applied, and their bound predicates. Out: plans,
//! each of which reads the table once for all scenarios over it.
//! What always holds: the rule's own filters stand in these plans too, so that they read no more of the
//! lake than the rule does. Hidden columns begin with `__` and are made straight over the table, where
//! its columns still have their own meaning.

use super::{Bound, CompiledQuery, Counting, RowCount, filter_events, make};
use crate::compile::dedup::filtered_table;
use crate::compile::time_bound::{TIME_COLUMNS, all_of};
use crate::diagnostics::Span;
use crate::functions::{AggregateFunction, Value, registry};
use crate::plan::{Column, Expr, ExprKind, Query, Relation, RelationKind, SortKey};
use crate::symbols::ScalarType;

/// Plans that are still to be compiled.
#[derive(Default)]
pub struct Plans(Vec<Plan>);

struct Plan {
    scenarios: Vec<usize>,
    counts: Query,
    samples: Option<Query>,
    rows: RowPlan,
}

enum RowPlan {
    Themselves,
    EachEvent,
    NoRow,
    Groups(Query),
    Difference { without: Query, with: Vec<Query> },
}

impl Plans {
    /// Plans for the scenarios over events, one set a table.
    pub fn events(&mut self, query: &Query, bounds: &[Bound<'_>], samples: u64) {
        let mut tables: Vec<&str> = Vec::new();
        for table in bounds.iter().filter_map(|b| b.scenario.table.as_deref()) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        for table in tables {
            let own: Vec<(usize, &Bound<'_>)> = bounds
                .iter()
                .enumerate()
                .filter(|(_, b)| b.scenario.table.as_deref() == Some(table))
                .collect();
            self.0.extend(events_of(query, table, &own, samples));
        }
    }

    /// Plans for the scenarios over the rows; `query` is without the events that are set aside.
    pub fn rows(&mut self, query: &Query, bounds: &[Bound<'_>], first: usize, samples: u64) {
        if bounds.is_empty() {
            return;
        }
        let flags: Option<Vec<Expr>> = bounds.iter().map(Bound::flag).collect();
        let rows = flags.map(|flags| {
            let hidden = Hidden::new(&query.root, flags);
            (hidden.over(&query.root), hidden)
        });
        let Some((flagged, hidden)) = rows else {
            return;
        };
        let plan = hidden.counts(&flagged).map(|counts| Plan {
            scenarios: (first..first + bounds.len()).collect(),
            counts: with_lets(query, counts),
            samples: hidden.samples(&flagged, samples, query),
            rows: RowPlan::Themselves,
        });
        self.0.extend(plan);
    }

    /// Compiles all; None where one has a fault, which `compile` has told.
    pub fn compile(
        self,
        compile: &mut dyn FnMut(Query) -> Option<CompiledQuery>,
    ) -> Option<Vec<Counting>> {
        let mut counting = Vec::with_capacity(self.0.len());
        for plan in self.0 {
            let rows = match plan.rows {
                RowPlan::Themselves => RowCount::Themselves,
                RowPlan::EachEvent => RowCount::EachEvent,
                RowPlan::NoRow => RowCount::NoRow,
                RowPlan::Groups(query) => RowCount::Groups(Box::new(compile(query)?)),
                RowPlan::Difference { without, with } => RowCount::Difference {
                    without: Box::new(compile(without)?),
                    with: with.into_iter().map(&mut *compile).collect::<Option<_>>()?,
                },
            };
            counting.push(Counting {
                scenarios: plan.scenarios,
                counts: compile(plan.counts)?,
                samples: match plan.samples {
                    Some(samples) => Some(compile(samples)?),
                    None => None,
                },
                rows,
            });
        }
        Some(counting)
    }
}

fn events_of(
    query: &Query,
    table: &str,
    bounds: &[(usize, &Bound<'_>)],
    samples: u64,
) -> Option<Plan> {
    let mentions = mentions(query, table);
    let flags: Vec<Expr> = bounds
        .iter()
        .map(|(_, bound)| bound.flag())
        .collect::<Option<_>>()?;
    let chain = match mentions.as_slice() {
        [] => return None,
        [only] => (*only).clone(),
        [first, ..] => one_of(lowest(first), &mentions)?,
    };
    let hidden = Hidden::new(lowest(&chain), flags);
    let flagged = hidden.over(&chain);
    let rows = match mentions.as_slice() {
        [_] => row_plan(query, table, &flagged, &hidden),
        _ => None,
    };
    let rows = match rows {
        Some(rows) => rows,
        None => difference(query, bounds)?,
    };
    Some(Plan {
        scenarios: bounds.iter().map(|(index, _)| *index).collect(),
        counts: with_lets(query, hidden.counts(&flagged)?),
        samples: hidden.samples(&flagged, samples, query),
        rows,
    })
}

/// Each mention of a table with the filters and new columns over it.
pub fn mentions<'q>(query: &'q Query, table: &str) -> Vec<&'q Relation> {
    let mut found = Vec::new();
    let mut rest: Vec<&Relation> = vec![&query.root];
    rest.extend(query.lets.iter().rev().map(|shared| &shared.relation));
    while let Some(relation) = rest.pop() {
        let is_chain = chain_table(relation).is_some();
        if chain_table(relation) == Some(table) {
            found.push(relation);
        }
        let mut at = relation;
        loop {
            let subqueries = at.expressions().into_iter().flat_map(Expr::walk);
            rest.extend(subqueries.filter_map(Expr::subquery));
            match at.inputs().first() {
                Some(below) if is_chain => at = below,
                Some(_) | None => break,
            }
        }
        if !is_chain {
            rest.extend(relation.inputs());
        }
    }
    found
}

/// The table under filters and new columns alone.
fn chain_table(relation: &Relation) -> Option<&str> {
    relation.source_table().and_then(Relation::table_name)
}

/// The table at the foot of a chain.
fn lowest(chain: &Relation) -> &Relation {
    let mut at = chain;
    while let Some(below) = at.inputs().first() {
        at = below;
    }
    at
}

/// The events that pass the filters straight over one of the mentions.
fn one_of(table: &Relation, mentions: &[&Relation]) -> Option<Relation> {
    let mut passes = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let mut at = *mention;
        let mut conditions = Vec::new();
        while let Some(below) = at.inputs().first().copied() {
            if let RelationKind::Where { predicate, .. } = &at.kind {
                conditions.push(predicate.clone());
            } else {
                // Over new columns a name may mean another one.
                conditions.clear();
            }
            at = below;
        }
        if conditions.is_empty() {
            return Some(table.clone());
        }
        conditions.reverse();
        passes.push(all_of(conditions, table.span));
    }
    Some(make::filter(table.clone(), make::any(passes, table.span)?))
}

/// How the rule's rows come from the events, where it is one mention's chain, perhaps grouped once.
fn row_plan(query: &Query, table: &str, flagged: &Relation, hidden: &Hidden) -> Option<RowPlan> {
    let mut at = &query.root;
    loop {
        if chain_table(at) == Some(table) {
            return Some(RowPlan::EachEvent);
        }
        match &at.kind {
            RelationKind::Project { input, .. }
            | RelationKind::Sort { input, .. }
            | RelationKind::Serialize { input } => at = input,
            RelationKind::Summarize { input, keys, .. } if chain_table(input) == Some(table) => {
                if keys.is_empty() {
                    return Some(RowPlan::NoRow);
                }
                let groups = hidden.groups(flagged, keys.clone())?;
                return Some(RowPlan::Groups(with_lets(query, groups)));
            }
            RelationKind::Distinct { input } if chain_table(input) == Some(table) => {
                let span = at.span;
                let keys = at.columns.iter().map(|c| make::column(c, span)).collect();
                let groups = hidden.groups(flagged, keys)?;
                return Some(RowPlan::Groups(with_lets(query, groups)));
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
            | RelationKind::Top { .. }
            | RelationKind::Union { .. }
            | RelationKind::Join(_)
            | RelationKind::FirstOfEach { .. }
            | RelationKind::Expand { .. }
            | RelationKind::Window { .. }
            | RelationKind::Scan(_)
            | RelationKind::External { .. } => return None,
        }
    }
}

/// The rows without exclusions, and with each alone.
fn difference(query: &Query, bounds: &[(usize, &Bound<'_>)]) -> Option<RowPlan> {
    let count = |query: &Query| {
        let counted = counted(query.root.clone())?;
        Some(with_lets(query, counted))
    };
    let mut with = Vec::with_capacity(bounds.len());
    for (_, bound) in bounds {
        let mut alone = query.clone();
        filter_events(&mut alone, bound);
        with.push(count(&alone)?);
    }
    Some(RowPlan::Difference {
        without: count(query)?,
        with,
    })
}

fn counted(relation: Relation) -> Option<Relation> {
    let count = registry::aggregate("count")?;
    let aggregates = vec![("rows".to_owned(), count, Vec::new())];
    Some(make::summarize(relation, Vec::new(), aggregates))
}

fn with_lets(query: &Query, root: Relation) -> Query {
    Query {
        lets: query.lets.clone(),
        root,
    }
}

/// Columns that go with each event: a flag a scenario, and what samples show.
struct Hidden {
    columns: Vec<(String, Expr)>,
    flags: usize,
    span: Span,
}

const TIME: &str = "__time";
const DEVICE_ID: &str = "__device_id";
const DEVICE_NAME: &str = "__device_name";
const EVENT: &str = "__event";

fn flag_name(index: usize) -> String {
    format!("__excluded{index}")
}

impl Hidden {
    fn new(source: &Relation, flags: Vec<Expr>) -> Self {
        let span = source.span;
        let find = |name: &str, ty| {
            let mut columns = source.columns.iter();
            let found = columns.find(|c| c.name == name && c.ty == ty)?;
            Some(make::column(found, span))
        };
        let text = |name: &str| {
            find(name, ScalarType::String)
                .unwrap_or_else(|| Expr::literal(Value::String(String::new()), span))
        };
        let mut times = TIME_COLUMNS.into_iter();
        let time = times.find_map(|name| find(name, ScalarType::DateTime));
        let mut columns: Vec<(String, Expr)> = Vec::new();
        let count = flags.len();
        for (index, flag) in flags.into_iter().enumerate() {
            columns.push((flag_name(index), flag));
        }
        let no_time = || Expr::literal(Value::Null(ScalarType::DateTime), span);
        columns.push((TIME.to_owned(), time.unwrap_or_else(no_time)));
        columns.push((DEVICE_ID.to_owned(), text("DeviceId")));
        columns.push((DEVICE_NAME.to_owned(), text("DeviceName")));
        let mut pairs = Vec::with_capacity(2 * source.columns.len());
        for column in &source.columns {
            pairs.push(Expr::literal(Value::String(column.name.clone()), span));
            pairs.push(make::column(column, span));
        }
        let bag = make::call("bag_pack", pairs, ScalarType::Dynamic, span);
        columns.extend(bag.map(|bag| (EVENT.to_owned(), bag)));
        Self {
            columns,
            flags: count,
            span,
        }
    }

    /// A chain, or the rows of a result, with the hidden columns.
    fn over(&self, relation: &Relation) -> Relation {
        let own = |columns: &[Column]| -> Vec<(String, Expr)> {
            let columns = columns.iter();
            columns
                .map(|c| (c.name.clone(), make::column(c, self.span)))
                .collect()
        };
        if filtered_table(relation).is_none() && chain_table(relation).is_some() {
            match &relation.kind {
                RelationKind::Where { input, predicate } => {
                    return make::filter(self.over(input), predicate.clone());
                }
                RelationKind::Project { input, expressions } => {
                    let names = relation.columns.iter().map(|c| c.name.clone());
                    let mut outputs: Vec<_> = names.zip(expressions.iter().cloned()).collect();
                    outputs.extend(self.columns.iter().map(|(name, expr)| {
                        let column = make::named(name, expr);
                        (name.clone(), make::column(&column, self.span))
                    }));
                    return make::project(self.over(input), outputs);
                }
                _ => {}
            }
        }
        let mut outputs = own(&relation.columns);
        outputs.extend(self.columns.iter().cloned());
        make::project(relation.clone(), outputs)
    }

    fn column(&self, name: &str) -> Option<Expr> {
        let (name, expr) = self.columns.iter().find(|(own, _)| own == name)?;
        Some(make::column(&make::named(name, expr), self.span))
    }

    fn flag_columns(&self) -> Option<Vec<(String, Expr)>> {
        (0..self.flags)
            .map(|index| {
                let name = flag_name(index);
                let column = self.column(&name)?;
                Some((name, column))
            })
            .collect()
    }

    /// What at least one scenario sets aside.
    fn set_aside(&self, flagged: &Relation) -> Option<Relation> {
        let conditions = self.flag_columns()?.into_iter().map(|(_, flag)| {
            let one = make::long(1, self.span);
            make::call("==", vec![flag, one], ScalarType::Bool, self.span)
        });
        let condition = make::any(conditions.collect::<Option<_>>()?, self.span)?;
        Some(make::filter(flagged.clone(), condition))
    }

    fn counts(&self, flagged: &Relation) -> Option<Relation> {
        let sum: &'static dyn AggregateFunction = registry::aggregate("sum")?;
        let keys = [DEVICE_ID, DEVICE_NAME]
            .into_iter()
            .map(|name| Some((name.to_owned(), self.column(name)?)))
            .collect::<Option<_>>()?;
        let sums = self.flag_columns()?.into_iter();
        let sums = sums.map(|(name, flag)| (name, sum, vec![flag])).collect();
        Some(make::summarize(self.set_aside(flagged)?, keys, sums))
    }

    fn samples(&self, flagged: &Relation, count: u64, query: &Query) -> Option<Query> {
        if count == 0 {
            return None;
        }
        let mut outputs = self.flag_columns()?;
        for name in [TIME, DEVICE_ID, DEVICE_NAME, EVENT] {
            outputs.push((name.to_owned(), self.column(name)?));
        }
        let keys = (0..self.flags).map(flag_name).collect();
        let input = make::project(self.set_aside(flagged)?, outputs);
        let input = Relation {
            ordered: false,
            ..input
        };
        let order = vec![SortKey {
            expr: self.column(TIME)?,
            descending: false,
            nulls_first: true,
        }];
        let root = Relation {
            columns: input.columns.clone(),
            ordered: false,
            span: self.span,
            kind: RelationKind::FirstOfEach {
                input: Box::new(input),
                keys,
                order,
                count,
            },
        };
        Some(with_lets(query, root))
    }

    /// For each scenario, the number of groups all of whose events it sets aside.
    fn groups(&self, flagged: &Relation, keys: Vec<Expr>) -> Option<Relation> {
        const EVENTS: &str = "__events";
        let (sum, count) = (registry::aggregate("sum")?, registry::aggregate("count")?);
        let keys = keys
            .into_iter()
            .enumerate()
            .map(|(index, key)| (format!("__key{index}"), key))
            .collect();
        let mut aggregates: Vec<(String, &'static dyn AggregateFunction, Vec<Expr>)> = Vec::new();
        for (name, flag) in self.flag_columns()? {
            aggregates.push((name, sum, vec![flag]));
        }
        aggregates.push((EVENTS.to_owned(), count, Vec::new()));
        let grouped = make::summarize(flagged.clone(), keys, aggregates);
        let countif = registry::aggregate("countif")?;
        let long = |name: &str| Expr {
            kind: ExprKind::Column(name.to_owned()),
            ty: ScalarType::Long,
            span: self.span,
            nullable_string: false,
        };
        let whole: Vec<(String, &'static dyn AggregateFunction, Vec<Expr>)> = (0..self.flags)
            .map(|index| {
                let name = flag_name(index);
                let operands = vec![long(&name), long(EVENTS)];
                let all = make::call("==", operands, ScalarType::Bool, self.span)?;
                Some((name, countif, vec![all]))
            })
            .collect::<Option<_>>()?;
        Some(make::summarize(grouped, Vec::new(), whole))
    }
}
