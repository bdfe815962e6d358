//! How the output of a hunt stands, from its ledger alone or against a lake.
//!
//! In: a ledger; a lake, where late files are to be found. Out: [`RuleStatus`] for each rule. What always
//! holds: nothing is written; a window is in one of the lists done, missing and stale; one that failed is
//! missing too.

use std::collections::{BTreeMap, BTreeSet};

use crate::hunt::ledger::{
    Day, Inputs, InputsRef, Known, Ledger, LedgerError, Objects, RuleLog, Standing, standing,
};
use crate::hunt::window::{Schedule, Window};
use crate::lake::{Lake, TimeRange};
use crate::syntax::datetime;

/// How one rule stands.
#[derive(Debug, Clone, Default)]
pub struct RuleStatus {
    pub id: String,
    pub name: String,
    /// Windows of the last plan.
    pub planned: usize,
    /// By their ends.
    pub done: Vec<i64>,
    pub missing: Vec<i64>,
    pub stale: Vec<(i64, Vec<&'static str>)>,
    pub failed: Vec<(Option<i64>, String)>,
    /// Entries that cannot be read.
    pub damaged: Vec<(String, String)>,
    /// By table.
    pub days_without_files: BTreeMap<String, BTreeSet<Day>>,
    pub with_rows: usize,
    pub rows: u64,
}

/// Reads how every rule stands. With a lake, windows whose files have changed are stale.
///
/// # Errors
/// The store's and the lake's.
pub async fn read(ledger: &Ledger, lake: Option<&Lake>) -> Result<Vec<RuleStatus>, LedgerError> {
    let logs = ledger.logs().await?;
    let objects = Objects::list(ledger).await?;
    let mut current = Current {
        ledger,
        lake,
        known: BTreeMap::new(),
    };
    let mut rules = Vec::with_capacity(logs.len());
    for log in logs.values() {
        rules.push(rule(log, &objects, &mut current).await?);
    }
    rules.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(rules)
}

async fn rule(
    log: &RuleLog,
    objects: &Objects,
    current: &mut Current<'_>,
) -> Result<RuleStatus, LedgerError> {
    let mut status = RuleStatus {
        id: log.rule_id.clone(),
        name: log.rule_name.clone(),
        failed: log
            .failed
            .iter()
            .map(|(end, why)| (*end, why.clone()))
            .collect(),
        damaged: log
            .damaged
            .iter()
            .map(|d| (d.url.clone(), d.why.clone()))
            .collect(),
        ..RuleStatus::default()
    };
    let Some((plan, ran)) = &log.plan else {
        return Ok(status);
    };
    let windows = Schedule::from(*plan).windows();
    status.planned = windows.len();
    for window in windows {
        let known = log.newest.get(&window.end);
        let inputs = match known {
            Some(known) => current.inputs(known).await?,
            None => Vec::new(),
        };
        status.take(log, objects, window, ran, &inputs);
    }
    Ok(status)
}

impl RuleStatus {
    fn take(
        &mut self,
        log: &RuleLog,
        objects: &Objects,
        window: Window,
        ran: &crate::hunt::ledger::Ran,
        inputs: &[InputsRef],
    ) {
        match standing(log, objects, window, ran, inputs) {
            // `verify` reads the bytes.
            Standing::Done | Standing::Unsure(_) => self.done.push(window.end),
            Standing::Missing(_) => self.missing.push(window.end),
            Standing::Stale(why) => self.stale.push((window.end, why)),
        }
        let Some(known) = log.newest.get(&window.end) else {
            return;
        };
        self.rows += known.window.rows;
        self.with_rows += usize::from(known.window.rows > 0);
        for list in &known.window.inputs {
            if !list.days_without_files.is_empty() {
                let days = self
                    .days_without_files
                    .entry(list.table.clone())
                    .or_default();
                days.extend(list.days_without_files.iter().copied());
            }
        }
    }
}

/// The files that windows would have now.
struct Current<'a> {
    ledger: &'a Ledger,
    lake: Option<&'a Lake>,
    /// By the digest of the recorded list.
    known: BTreeMap<String, InputsRef>,
}

impl Current<'_> {
    /// The lists of a window's record as they would be now; as they are recorded where there is no lake.
    async fn inputs(&mut self, known: &Known) -> Result<Vec<InputsRef>, LedgerError> {
        let mut now = Vec::with_capacity(known.window.inputs.len());
        for recorded in &known.window.inputs {
            now.push(match self.lake {
                None => recorded.clone(),
                Some(lake) => self.one(lake, recorded).await?,
            });
        }
        Ok(now)
    }

    async fn one(&mut self, lake: &Lake, recorded: &InputsRef) -> Result<InputsRef, LedgerError> {
        if let Some(known) = self.known.get(&recorded.sha256) {
            return Ok(known.clone());
        }
        let list = Inputs::load(self.ledger, &recorded.sha256).await?;
        let time = |text: &Option<String>| text.as_deref().and_then(datetime::parse);
        let range = TimeRange::new(time(&list.from), time(&list.to));
        let mut inputs = Inputs::new(list.slack);
        let now = match lake.table(&recorded.table).await? {
            Some(table) => {
                inputs.list(&table, range).await?;
                inputs.of(&recorded.table, range)
            }
            None => None,
        };
        // Without its table, a window has lost its files.
        let now = now.unwrap_or_else(|| InputsRef {
            sha256: String::new(),
            ..recorded.clone()
        });
        self.known.insert(recorded.sha256.clone(), now.clone());
        Ok(now)
    }
}
