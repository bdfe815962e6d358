//! What a pack of rules wants of a table, with what the rules share found once.
//!
//! In: [`Gate`]s. Out: [`Pack`]: distinct conditions, strands that name them, the columns of each rule.
//! What always holds: a condition that two rules write alike is one condition here.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::Session;
use datafusion::error::Result;
use datafusion::logical_expr::Expr;

use super::terms::{TermIndex, TermSearch};
use crate::lake::file::TimeRange;
use crate::lake::scan::filter::RowFilter;
use crate::lake::scan::spec::ScanSpec;
use crate::lake::scan::{LakeTable, ScanReport};

/// What one rule wants of a table: the rows that pass one of the strands.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The columns that it needs: positions in the table, ascending.
    pub columns: Vec<usize>,
    pub strands: Vec<Strand>,
}

/// Conditions that all must hold.
#[derive(Debug, Clone)]
pub struct Strand {
    pub conditions: Vec<Condition>,
    /// The times that its rows can have. Rows outside may be given all the same.
    pub window: TimeRange,
}

/// A condition over the columns of a row, the same each time that it is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    pub expr: Expr,
    /// Texts of which one stands, ASCII case aside, in every value of its one column that passes.
    pub terms: Option<Vec<String>>,
}

/// What a pass cost beyond its bytes. Every count only grows.
#[derive(Debug, Default)]
pub struct Counts {
    /// Dictionary values that were looked at, once each for all conditions.
    pub values: AtomicU64,
    /// Values and rows that some condition was evaluated for.
    pub evaluations: AtomicU64,
}

impl Counts {
    pub(super) fn looked_at(&self, values: usize) {
        self.values.fetch_add(values as u64, Relaxed);
    }

    pub(super) fn evaluated(&self, values: usize) {
        self.evaluations.fetch_add(values as u64, Relaxed);
    }
}

/// The gates of a pack over one table.
#[derive(Debug)]
pub(super) struct Pack {
    /// Its conjuncts are the distinct conditions; here they are not all needed.
    pub spec: ScanSpec,
    pub strands: Vec<PackStrand>,
    pub rules: Vec<PackRule>,
    /// The conditions that bounds may decide.
    pub decidable: Vec<usize>,
    /// By column, where many conditions have terms.
    pub indexes: BTreeMap<usize, TermIndex>,
    /// Whether a condition is in the index of its column.
    pub indexed: Vec<bool>,
    /// By condition, texts of which one stands in every value that passes.
    terms: Vec<Option<Vec<String>>>,
    searches: Mutex<HashMap<Vec<usize>, Option<Arc<TermSearch>>>>,
    /// The position of the time column.
    pub time: Option<usize>,
    pub counts: Arc<Counts>,
}

#[derive(Debug)]
pub(super) struct PackStrand {
    pub rule: usize,
    /// Places in the spec's conjuncts.
    pub conditions: Vec<usize>,
    pub window: TimeRange,
}

#[derive(Debug)]
pub(super) struct PackRule {
    pub columns: Vec<usize>,
    pub schema: SchemaRef,
    /// Why nothing more is read for this rule.
    pub ended: OnceLock<String>,
}

/// From so many conditions with terms on, one automaton is asked for all of them.
pub(super) const MANY_CONDITIONS: usize = 8;

impl Pack {
    pub fn new(
        table: &LakeTable,
        state: &dyn Session,
        gates: Vec<Gate>,
        report: Arc<ScanReport>,
    ) -> Result<Self> {
        let mut conjuncts = Vec::new();
        let mut terms: Vec<Option<Vec<String>>> = Vec::new();
        let mut known: HashMap<Condition, std::ops::Range<usize>> = HashMap::new();
        let mut strands = Vec::new();
        let mut rules = Vec::new();
        let mut window: Option<TimeRange> = None;
        let mut projection: Vec<usize> = Vec::new();
        for (rule, gate) in gates.into_iter().enumerate() {
            for strand in gate.strands {
                let mut conditions = Vec::new();
                for condition in strand.conditions {
                    let places = match known.get(&condition) {
                        Some(places) => places.clone(),
                        None => {
                            let own = RowFilter::new(
                                state,
                                &table.schema,
                                table.time_column.as_deref(),
                                std::slice::from_ref(&condition.expr),
                            )?
                            .into_conjuncts();
                            let places = conjuncts.len()..conjuncts.len() + own.len();
                            let whole = (own.len() == 1).then(|| condition.terms.clone()).flatten();
                            terms.extend(own.iter().map(|_| whole.clone()));
                            conjuncts.extend(own);
                            known.insert(condition, places.clone());
                            places
                        }
                    };
                    conditions.extend(places);
                }
                conditions.sort_unstable();
                conditions.dedup();
                window = Some(window.map_or(strand.window, |w| w.hull(&strand.window)));
                strands.push(PackStrand {
                    rule,
                    conditions,
                    window: strand.window,
                });
            }
            projection.extend(&gate.columns);
            rules.push(PackRule {
                schema: Arc::new(table.schema.project(&gate.columns)?),
                columns: gate.columns,
                ended: OnceLock::new(),
            });
        }
        projection.sort_unstable();
        projection.dedup();
        let spec = ScanSpec {
            table: Arc::clone(&table.name),
            source: Arc::clone(&table.source),
            footers: Arc::clone(&table.footers),
            report,
            options: table.options.clone(),
            columns: Arc::clone(&table.columns),
            output: Arc::new(table.schema.project(&projection)?),
            projection,
            conjuncts,
            window: window.unwrap_or_default(),
            limit: None,
            leading: None,
        };
        let (indexes, indexed) = indexes(&spec, &terms);
        Ok(Self {
            decidable: (0..spec.conjuncts.len())
                .filter(|at| !spec.conjuncts[*at].rule.is_undecided())
                .collect(),
            time: table
                .time_column
                .as_ref()
                .and_then(|name| table.schema.index_of(name).ok()),
            spec,
            strands,
            rules,
            indexes,
            indexed,
            terms,
            searches: Mutex::default(),
            counts: Arc::default(),
        })
    }

    /// Whether the strand's rule still wants rows.
    pub fn runs(&self, strand: u32) -> bool {
        let rule = self.strands[strand as usize].rule;
        self.rules[rule].ended.get().is_none()
    }

    /// A search for the terms of these conditions; None where one has no terms, or they are many.
    pub fn search(&self, conditions: &[usize]) -> Option<Arc<TermSearch>> {
        if conditions.len() >= MANY_CONDITIONS {
            return None;
        }
        let terms = conditions.iter().map(|c| self.terms[*c].as_deref());
        let terms = terms.collect::<Option<Vec<_>>>()?.concat();
        let mut known = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let search = known
            .entry(conditions.to_vec())
            .or_insert_with(|| TermSearch::new(&terms).map(Arc::new));
        search.clone()
    }

    /// Ends a rule's part of the pass; the first reason counts.
    pub fn end(&self, rule: usize, why: impl FnOnce() -> String) {
        self.rules[rule].ended.get_or_init(why);
    }
}

/// An automaton for each column that many conditions with terms are on.
fn indexes(
    spec: &ScanSpec,
    terms: &[Option<Vec<String>>],
) -> (BTreeMap<usize, TermIndex>, Vec<bool>) {
    let mut by_column: BTreeMap<usize, Vec<(usize, &[String])>> = BTreeMap::new();
    for (at, (conjunct, terms)) in spec.conjuncts.iter().zip(terms).enumerate() {
        if let ([column], Some(terms)) = (&conjunct.columns[..], terms)
            && *conjunct.schema.field(0).data_type() == DataType::Utf8View
        {
            by_column.entry(*column).or_default().push((at, terms));
        }
    }
    let mut indexed = vec![false; spec.conjuncts.len()];
    let mut made = BTreeMap::new();
    for (column, conditions) in by_column {
        if conditions.len() < MANY_CONDITIONS {
            continue;
        }
        if let Some(index) = TermIndex::new(&conditions) {
            for (at, _) in conditions {
                indexed[at] = true;
            }
            made.insert(column, index);
        }
    }
    (made, indexed)
}
