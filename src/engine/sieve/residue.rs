//! The rows of a rule, and its plan over them for one window.
//!
//! In: a [`Residue`] of the pass, and the instant that `now()` means. Out: the planned query. What always
//! holds: where a window asks for more than was read, the rule is planned over the lake instead.

use std::sync::Arc;

use datafusion::physical_plan::empty::EmptyExec;

use super::plan::RulePlan;
use super::slot::covers;
use crate::compile::CompiledQuery;
use crate::engine::session::{NamedTable, bind};
use crate::engine::{Engine, EngineError, Planned};

/// The rows that one rule's gates have left.
#[derive(Debug)]
pub struct Residue {
    pub(super) plan: RulePlan,
}

/// How much was left of one table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TableRows {
    pub table: String,
    /// The columns that the rule looks at.
    pub columns: Vec<String>,
    pub rows: usize,
    pub bytes: usize,
    /// Whether memory had no room for all of them.
    pub spilled: bool,
}

impl Residue {
    /// The tables that were sifted for the rule. Its others are read from the lake, for each window.
    pub fn tables(&self) -> Vec<TableRows> {
        let sifted = self.plan.tables.iter().filter_map(|t| Some((t, t.held()?)));
        sifted
            .map(|(table, held)| TableRows {
                table: table.name().to_owned(),
                columns: held.names(),
                rows: held.rows,
                bytes: held.bytes,
                spilled: held.spilled(),
            })
            .collect()
    }

    /// Rows of all tables.
    pub fn rows(&self) -> usize {
        self.tables().iter().map(|t| t.rows).sum()
    }

    /// Bytes of all tables.
    pub fn bytes(&self) -> usize {
        self.tables().iter().map(|t| t.bytes).sum()
    }
}

impl Engine {
    /// Plans a query over its residue; `as_of` is what `now()` means, in ticks.
    ///
    /// # Errors
    /// Those of [`Engine::plan`], and of the temporary file.
    pub async fn plan_over(
        &self,
        query: &CompiledQuery,
        as_of: i64,
        residue: &Residue,
    ) -> Result<Planned, EngineError> {
        let plan = &residue.plan;
        let lean = self.lean();
        let mut rows = false;
        for mention in &plan.mentions {
            let table = &plan.tables[mention.table];
            let Some(held) = table.held() else {
                rows = true;
                continue;
            };
            let filter = mention.filter(lean, table, as_of)?;
            if !covers(&held.window, &filter.window()) {
                return self.plan(query, as_of).await;
            }
            rows = rows || table.any(&filter)?;
        }
        if !rows && query.nothing_from_nothing {
            let schema = Arc::new(plan.logical.schema().as_arrow().clone());
            let nothing = Arc::new(EmptyExec::new(schema));
            return Ok(Planned::apart(nothing, self.lean_context(), query));
        }
        if plan.tables.iter().all(|t| t.held().is_some()) {
            let logical = bind(plan.logical.clone(), as_of)?;
            let planned = lean
                .query_planner()
                .create_physical_plan(&logical, lean)
                .await;
            return Ok(Planned::apart(planned?, self.lean_context(), query));
        }
        let instead: Vec<NamedTable> = plan
            .tables
            .iter()
            .filter(|t| t.held().is_some())
            .map(|t| (t.name().to_owned(), Arc::clone(t) as _))
            .collect();
        self.plan_with(query, as_of, &instead).await
    }
}
