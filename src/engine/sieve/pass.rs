//! The pass over all tables of a pack.
//!
//! In: requests. Out: [`Sifted`]: each rule's rows or why it runs alone, and what reading each table took.
//! What always holds: a rule gets all rows that count for it, or none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::plan::RulePlan;
use super::residue::Residue;
use super::spool::{Spools, Wanted};
use super::{SieveOptions, SieveRequest};
use crate::engine::{Engine, EngineError, Preview, TableReport, side_by_side};
use crate::lake::TimeRange;
use crate::lake::scan::{Gate, Strand};
use crate::symbols::{Column, TableSchema, arrow::schema};

/// What a pass gave.
#[derive(Debug)]
pub struct Sifted {
    /// For each request its rows, or why it must run alone over the lake.
    pub rules: Vec<Result<Residue, String>>,
    /// For each request whether a fault of the lake ended its pass.
    pub disturbed: Vec<bool>,
    pub tables: Vec<Pass>,
}

/// The scan of one table for all rules with a gate on it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Pass {
    pub table: String,
    /// Rules that it was read for.
    pub rules: usize,
    /// The columns that the conditions look at or the rules need.
    pub columns: Vec<String>,
    pub read: TableReport,
    /// Wall time of the scan.
    pub took: Duration,
    /// Dictionary values that were looked at, once for all rules.
    pub values: u64,
    /// Values and rows that some condition was evaluated for.
    pub evaluations: u64,
}

/// The rules that share a scan.
pub(super) struct Shared {
    pub schema: TableSchema,
    pub rules: Vec<Member>,
}

/// A rule's part in a shared scan.
pub(super) struct Member {
    pub request: usize,
    /// The place of the table in the rule's plan.
    pub table: usize,
    pub strands: Vec<Strand>,
    /// Pairs of a column's position in the shared table and in the rule's own.
    pub columns: Vec<(usize, usize)>,
}

/// What rules ask for, before anything is read.
pub(super) struct Asked {
    pub plans: Vec<Result<RulePlan, String>>,
    /// For each rule with a plan: for each of its tables why it has no gate, or None.
    pub open: Vec<Vec<Option<String>>>,
    pub shared: Vec<Shared>,
}

impl Asked {
    pub async fn new(engine: &Engine, requests: &[SieveRequest<'_>]) -> Result<Self, EngineError> {
        let planned = side_by_side(
            engine.threads(),
            requests.iter().collect(),
            async |request: &SieveRequest<'_>| {
                let plan = RulePlan::new(engine, request.query).await;
                let ends = [request.first, request.last];
                let strands = plan.iter().flat_map(|plan| {
                    (0..plan.tables.len()).map(|table| plan.strands(engine, table, ends))
                });
                let strands = strands.collect::<Result<Vec<_>, _>>();
                (plan, strands)
            },
        );
        let mut asked = Self {
            plans: Vec::with_capacity(requests.len()),
            open: Vec::with_capacity(requests.len()),
            shared: Vec::new(),
        };
        for (at, (plan, strands)) in planned.await.into_iter().enumerate() {
            let mut open = Vec::new();
            if let Ok(plan) = &plan {
                for (table, strands) in strands?.into_iter().enumerate() {
                    open.push(match strands {
                        Err(why) => Some(why),
                        Ok(strands) => asked.share(at, plan, table, strands),
                    });
                }
            }
            asked.open.push(open);
            asked
                .plans
                .push(plan.map_err(|e| format!("it cannot be planned: {e}")));
        }
        Ok(asked)
    }

    /// Adds a rule to its table's scan; why not, where their columns do not fit.
    fn share(
        &mut self,
        request: usize,
        plan: &RulePlan,
        table: usize,
        strands: Vec<Strand>,
    ) -> Option<String> {
        let slot = &plan.tables[table];
        let at = match self
            .shared
            .iter()
            .position(|s| s.schema.name == slot.name())
        {
            Some(at) => at,
            None => {
                self.shared.push(Shared {
                    schema: TableSchema {
                        name: slot.name().to_owned(),
                        columns: slot.columns().to_vec(),
                    },
                    rules: Vec::new(),
                });
                self.shared.len() - 1
            }
        };
        let shared = &mut self.shared[at];
        let mentions = plan.mentions.iter().filter(|m| m.table == table);
        let mut own: Vec<usize> = mentions.flat_map(|m| m.columns.iter().copied()).collect();
        own.sort_unstable();
        own.dedup();
        let mut columns = Vec::with_capacity(own.len());
        for own in own {
            let column = &slot.columns()[own];
            match place(&mut shared.schema.columns, column) {
                Some(place) => columns.push((place, own)),
                None => {
                    return Some(format!(
                        "another rule knows its column {} by another type",
                        column.name
                    ));
                }
            }
        }
        columns.sort_unstable();
        shared.rules.push(Member {
            request,
            table,
            strands,
            columns,
        });
        None
    }

    /// What the shared scans would read.
    pub async fn previews(&self, engine: &Engine) -> Result<Vec<Preview>, EngineError> {
        let mut previews = Vec::with_capacity(self.shared.len());
        for shared in &self.shared {
            let table = engine.open_table(shared.schema.clone(), false).await?;
            let gates = shared.rules.iter().map(Member::gate).collect();
            previews.push(Preview {
                table: shared.schema.name.clone(),
                columns: read_columns(shared),
                summary: table.provider.sift_preview(&engine.state, gates).await?,
            });
        }
        Ok(previews)
    }

    /// Why a rule has nothing to sift; None where it has.
    pub fn alone(&self, rule: usize) -> Option<String> {
        let plan = match &self.plans[rule] {
            Ok(plan) => plan,
            Err(why) => return Some(why.clone()),
        };
        if self.open[rule].iter().any(Option::is_none) {
            return None;
        }
        if self.open[rule].is_empty() {
            return Some("it reads no table".to_owned());
        }
        let reasons = plan.tables.iter().zip(&self.open[rule]);
        let reasons: Vec<String> = reasons
            .filter_map(|(t, why)| Some(format!("{}: {}", t.name(), why.as_ref()?)))
            .collect();
        Some(reasons.join("; "))
    }
}

/// The place of a column in a shared table, which grows by those that it lacks.
fn place(columns: &mut Vec<Column>, column: &Column) -> Option<usize> {
    match columns.iter().position(|c| c.name == column.name) {
        Some(at) => (columns[at].ty == column.ty).then_some(at),
        None => {
            columns.push(column.clone());
            Some(columns.len() - 1)
        }
    }
}

impl Member {
    pub fn gate(&self) -> Gate {
        Gate {
            columns: self.columns.iter().map(|(shared, _)| *shared).collect(),
            strands: self.strands.clone(),
        }
    }

    fn window(&self) -> TimeRange {
        self.strands
            .first()
            .map_or_else(TimeRange::default, |s| s.window)
    }
}

pub(super) async fn sift(
    engine: &Engine,
    requests: &[SieveRequest<'_>],
    options: SieveOptions,
) -> Result<Sifted, EngineError> {
    let asked = Asked::new(engine, requests).await?;
    if engine.has_limits() {
        // A table that cannot be looked at cannot be sifted either, and its rules say so.
        let previews = asked.previews(engine).await.unwrap_or_default();
        engine.check_limits(&previews)?;
    }
    let mut alone: Vec<Option<String>> = (0..requests.len()).map(|r| asked.alone(r)).collect();
    let mut tables = Vec::new();
    let mut disturbed = vec![false; requests.len()];
    let mut held = 0;
    for shared in &asked.shared {
        let pass = one(engine, shared, &asked.plans, options, &mut held, &mut alone).await;
        match pass {
            Ok(pass) => tables.push(pass),
            Err(fault @ EngineError::Temporary { .. }) => return Err(fault),
            Err(fault) => {
                for member in &shared.rules {
                    disturbed[member.request] = true;
                    alone[member.request].get_or_insert_with(|| fault.to_string());
                }
            }
        }
    }
    let rules = asked
        .plans
        .into_iter()
        .zip(alone)
        .map(|(plan, alone)| match alone {
            Some(why) => Err(why),
            None => plan.map(|plan| Residue { plan }),
        })
        .collect();
    Ok(Sifted {
        rules,
        disturbed,
        tables,
    })
}

/// Scans one table for its rules. `held` bytes of memory are taken before and after.
async fn one(
    engine: &Engine,
    shared: &Shared,
    plans: &[Result<RulePlan, String>],
    options: SieveOptions,
    held: &mut usize,
    alone: &mut [Option<String>],
) -> Result<Pass, EngineError> {
    let started = Instant::now();
    let table = engine.open_table(shared.schema.clone(), false).await?;
    let mut wanted = Vec::with_capacity(shared.rules.len());
    for member in &shared.rules {
        if let Ok(plan) = &plans[member.request] {
            let slot = &plan.tables[member.table];
            wanted.push(Wanted {
                table: Arc::clone(slot.arrow_schema()),
                columns: member.columns.iter().map(|(_, own)| *own).collect(),
                window: member.window(),
                time: slot
                    .time_column()
                    .and_then(|name| slot.arrow_schema().index_of(name).ok()),
            });
        }
    }
    let mut spools = Spools::new(options, wanted, *held)?;
    let gates = shared.rules.iter().map(Member::gate).collect();
    let mut sift = table.provider.sift(&engine.state, gates).await?;
    while let Some(kept) = sift.next().await.map_err(fault)? {
        for kept in kept {
            if !spools.push(kept.rule, kept.batch)? {
                let limit = options.residue;
                sift.end(kept.rule, format!("its rows take more than {limit} bytes"));
            }
        }
    }
    *held = spools.held();
    for (at, (member, rows)) in shared.rules.iter().zip(spools.finish()?).enumerate() {
        if let Some(why) = sift.ended(at) {
            alone[member.request].get_or_insert_with(|| why.to_owned());
        }
        if let (Some(rows), Ok(plan)) = (rows, &plans[member.request]) {
            plan.tables[member.table].fill(rows);
        }
    }
    let counts = sift.counts();
    Ok(Pass {
        table: shared.schema.name.clone(),
        rules: shared.rules.len(),
        columns: read_columns(shared),
        values: counts.values.load(Relaxed),
        evaluations: counts.evaluations.load(Relaxed),
        took: started.elapsed(),
        read: table.report(),
    })
}

fn fault(fault: crate::lake::scan::ScanError) -> EngineError {
    EngineError::Scan(fault.to_string())
}

/// The columns that the rules of a scan look at, in the table's order.
pub(super) fn read_columns(shared: &Shared) -> Vec<String> {
    let fields = schema(&shared.schema.columns);
    let mut read: BTreeMap<usize, String> = BTreeMap::new();
    for (at, _) in shared.rules.iter().flat_map(|m| &m.columns) {
        read.insert(*at, fields.field(*at).name().clone());
    }
    read.into_values().collect()
}
