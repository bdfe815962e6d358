//! The tables that a pack reads, listed once for all of its windows.
//!
//! In: a lake, rules. Out: which files each window of each rule has. What always holds: the listing is taken
//! before anything is read; a table that cannot be listed fails the rules that read it, and no others.

use std::collections::BTreeMap;

use super::error::HuntError;
use super::rule::{PackRule, span};
use crate::engine::{Engine, EngineError};
use crate::hunt::ledger::{Inputs, InputsRef};
use crate::hunt::window::Window;
use crate::lake::TimeRange;

/// The listed tables.
pub struct Tables {
    pub inputs: Inputs,
    /// Why a table could not be listed.
    faults: BTreeMap<String, EngineError>,
}

impl Tables {
    /// Lists every table for all the time that the rules' windows ask of it.
    pub async fn list(engine: &Engine, rules: &[PackRule], slack: i64) -> Tables {
        let mut times: BTreeMap<&str, TimeRange> = BTreeMap::new();
        for rule in rules {
            let windows = rule.schedule.windows();
            for table in rule.tables() {
                // Bounds move with the window: the first and the last one hold all between.
                for window in [windows.first(), windows.last()].into_iter().flatten() {
                    let time = rule.time_of(table, *window);
                    let all = times.entry(table).or_insert(time);
                    *all = span(all, &time);
                }
            }
        }
        let mut tables = Tables {
            inputs: Inputs::new(slack),
            faults: BTreeMap::new(),
        };
        for (table, time) in times {
            if let Err(fault) = list(engine, &mut tables.inputs, table, time).await {
                tables.faults.insert(table.to_owned(), fault);
            }
        }
        tables
    }

    /// Lists a rule's tables anew for one window: the lake may have changed.
    ///
    /// # Errors
    /// The lake's.
    pub async fn renew(
        &mut self,
        engine: &Engine,
        rule: &PackRule,
        window: Window,
    ) -> Result<Vec<InputsRef>, HuntError> {
        let mut fresh = Inputs::new(self.inputs.slack());
        for table in rule.tables() {
            list(engine, &mut fresh, table, rule.time_of(table, window)).await?;
        }
        let named = of(&mut fresh, rule, window);
        self.inputs.take_lists(fresh);
        Ok(named)
    }

    /// The files of a window.
    pub fn of(&mut self, rule: &PackRule, window: Window) -> Vec<InputsRef> {
        of(&mut self.inputs, rule, window)
    }

    /// Why a rule cannot be run: one of its tables could not be listed.
    pub fn fault(&self, rule: &PackRule) -> Option<&EngineError> {
        rule.tables().find_map(|table| self.faults.get(table))
    }
}

fn of(inputs: &mut Inputs, rule: &PackRule, window: Window) -> Vec<InputsRef> {
    rule.tables()
        .filter_map(|table| inputs.of(table, rule.time_of(table, window)))
        .collect()
}

async fn list(
    engine: &Engine,
    inputs: &mut Inputs,
    table: &str,
    time: TimeRange,
) -> Result<(), EngineError> {
    let Some(lake) = engine.lake() else {
        return Err(EngineError::NoLake {
            table: table.to_owned(),
        });
    };
    match lake.table(table).await? {
        Some(location) => Ok(inputs.list(&location, time).await?),
        None => {
            let known = lake.tables().await?;
            Err(EngineError::NoTable {
                table: table.to_owned(),
                known: known.into_iter().map(|t| t.table).collect(),
            })
        }
    }
}
