//! Where the rows of a rule and a window come from.
//!
//! In: an engine, the rules with what is to be run of each ([`Need`]). Out: a [`RuleSource`] a rule, which plans
//! its queries for a window. What always holds: the rows are those of the rule's own SQL with `now()` at the
//! window's end, whether they come of the pass over the lake or of the lake itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;

use super::rule::PackRule;
use crate::compile::CompiledQuery;
use crate::engine::sieve::{self, Explained, Pass, Residue, SieveOptions, SieveRequest, TableRows};
use crate::engine::{Engine, EngineError, Planned, TableReport};
use crate::hunt::exclusion::RunQuery;
use crate::hunt::window::Window;

/// The windows of one rule that are to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The rule's place in the pack.
    pub rule: usize,
    /// The ends of the first and of the last one, in ticks.
    pub first: i64,
    pub last: i64,
    pub windows: usize,
}

/// Whether a query is answered from what the pass has kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Pass,
    /// The lake as it is now: it may have changed since the pass.
    Lake,
}

/// What the pass did.
#[derive(Debug, Clone, Default)]
pub struct PassReport {
    /// The scans, one a table.
    pub tables: Vec<Pass>,
    /// Planning the rules and reading the tables.
    pub took: Duration,
}

/// What the pass did for one rule.
#[derive(Debug, Clone)]
pub enum Share {
    /// Nothing of the rule was to be run, or it is one query for one window: no pass can spare a scan.
    None,
    /// The rows that were kept for it.
    Kept(Vec<TableRows>),
    /// Why the rule reads the lake for each window.
    Alone(String),
}

/// The rows of one rule.
pub struct RuleSource<'a> {
    engine: &'a Engine,
    kept: Vec<(&'a CompiledQuery, Residue)>,
    /// What the pass learnt of the rule's tables.
    reports: Vec<TableReport>,
    pub share: Share,
    /// The pass met a fault of the lake, which may have changed since its listing.
    pub disturbed: bool,
}

/// Reads the lake once for all that is to be run. Gives the sources of the rules by their places.
///
/// # Errors
/// [`EngineError::Temporary`]: no room for the rows. [`EngineError::TooMuch`]: the pass would read more than is
/// allowed. A fault of the lake is told by the rules that it concerns.
pub async fn sift<'a>(
    engine: &'a Engine,
    rules: &'a [PackRule],
    needs: &[Need],
    options: SieveOptions,
) -> Result<(BTreeMap<usize, RuleSource<'a>>, PassReport), EngineError> {
    let started = Instant::now();
    let mut sources: BTreeMap<usize, RuleSource<'a>> = BTreeMap::new();
    let mut report = PassReport::default();
    for need in needs {
        sources.insert(need.rule, RuleSource::over_lake(engine));
    }
    let asked = requests(rules, needs);
    let runs = needs.iter().map(|need| need.windows).sum::<usize>();
    if runs.max(asked.len()) < 2 {
        return Ok((sources, report));
    }
    let of_engine: Vec<SieveRequest<'_>> = asked.iter().map(|(_, request)| *request).collect();
    let sifted = sieve::sift(engine, &of_engine, options).await?;
    let rows = sifted.rules.into_iter().zip(sifted.disturbed);
    for ((rule, request), (kept, disturbed)) in asked.into_iter().zip(rows) {
        let Some(source) = sources.get_mut(&rule) else {
            continue;
        };
        source.disturbed |= disturbed;
        let is_rule = std::ptr::eq(request.query, &rules[rule].query);
        match kept {
            Ok(kept) => {
                if is_rule {
                    let tables = kept.tables();
                    source.reports = reports(&sifted.tables, &tables);
                    source.share = Share::Kept(tables);
                }
                source.kept.push((request.query, kept));
            }
            Err(why) if is_rule => source.share = Share::Alone(why),
            // A query that only counts: it reads the lake.
            Err(_) => {}
        }
    }
    report.tables = sifted.tables;
    report.took = started.elapsed();
    Ok((sources, report))
}

/// What a pass would do for all windows of all rules; the gates are in the rules' order.
///
/// # Errors
/// The lake's.
pub async fn explain(engine: &Engine, rules: &[PackRule]) -> Result<Explained, EngineError> {
    let mut requests = Vec::with_capacity(rules.len());
    for rule in rules {
        let windows = rule.schedule.windows();
        if let (Some(first), Some(last)) = (windows.first(), windows.last()) {
            requests.push(SieveRequest {
                query: &rule.query,
                first: first.end,
                last: last.end,
            });
        }
    }
    sieve::explain(engine, &requests).await
}

/// Each rule's query, and those that count what its exclusions set aside.
fn requests<'a>(rules: &'a [PackRule], needs: &[Need]) -> Vec<(usize, SieveRequest<'a>)> {
    let mut asked = Vec::new();
    for need in needs {
        let query = &rules[need.rule].query;
        let counting = query.exclusions.iter().flat_map(|e| e.queries());
        for query in std::iter::once(query).chain(counting) {
            let request = SieveRequest {
                query,
                first: need.first,
                last: need.last,
            };
            asked.push((need.rule, request));
        }
    }
    asked
}

/// What the pass learnt of a rule's tables, as far as the rule's columns go. Days are left out: each window has
/// its own.
fn reports(passes: &[Pass], tables: &[TableRows]) -> Vec<TableReport> {
    let of = |table: &TableRows| {
        let pass = passes.iter().find(|pass| pass.table == table.table)?;
        let mut report = pass.read.clone();
        let own = |name: &str| table.columns.iter().any(|column| column == name);
        report.days_without_files.clear();
        report.scan.missing_columns.retain(|name, _| own(name));
        report.scan.null_columns.retain(|name| own(name));
        report.scan.conversion_failures.retain(|name, _| own(name));
        Some(report)
    };
    tables.iter().filter_map(of).collect()
}

impl<'a> RuleSource<'a> {
    /// The lake for every window.
    pub fn over_lake(engine: &'a Engine) -> Self {
        Self {
            engine,
            kept: Vec::new(),
            reports: Vec::new(),
            share: Share::None,
            disturbed: false,
        }
    }

    /// Whether the pass has kept the rule's rows, so that others are worked on beside it.
    pub fn is_kept(&self) -> bool {
        match self.share {
            Share::Kept(_) => true,
            Share::Alone(_) | Share::None => false,
        }
    }

    /// The plan of one of the rule's queries for a window.
    ///
    /// # Errors
    /// Those of [`Engine::plan`].
    pub async fn plan(
        &self,
        query: &CompiledQuery,
        window: Window,
        from: From,
    ) -> Result<Planned, EngineError> {
        match self.kept(query, from) {
            Some(kept) => self.engine.plan_over(query, window.end, kept).await,
            None => self.engine.plan(query, window.end).await,
        }
    }

    fn kept(&self, query: &CompiledQuery, from: From) -> Option<&Residue> {
        let own = |(known, _): &&(&CompiledQuery, Residue)| std::ptr::eq(*known, query);
        match from {
            From::Pass => self.kept.iter().find(own).map(|(_, kept)| kept),
            From::Lake => None,
        }
    }

    /// What is known of the tables that a query's rows came from beside what its plan tells.
    pub fn reports(&self, query: &CompiledQuery, from: From) -> &[TableReport] {
        match self.kept(query, from) {
            Some(_) => &self.reports,
            None => &[],
        }
    }
}

/// A rule's queries for one window.
pub struct OfWindow<'s, 'a> {
    pub source: &'s RuleSource<'a>,
    pub window: Window,
    pub from: From,
}

#[async_trait]
impl RunQuery for OfWindow<'_, '_> {
    async fn rows(&self, query: &CompiledQuery) -> Result<Vec<RecordBatch>, EngineError> {
        let planned = self.source.plan(query, self.window, self.from).await?;
        planned.collect().await
    }
}
