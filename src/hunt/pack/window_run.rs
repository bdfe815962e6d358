//! One run of one rule.
//!
//! In: a rule, a window, limits. Out: [`WindowRun`]: the result as a file, in memory or spooled, and what
//! was read for it. What always holds: the file holds nothing of the clock, the machine or the run, so that
//! the same rule, window and lake give the same bytes.

use std::ops::ControlFlow;

use object_store::path::Path;

use super::error::HuntError;
use super::rule::PackRule;
use super::source::{From, OfWindow, RuleSource};
use super::table;
use crate::engine::{self, EngineError, TableReport};
use crate::hunt::exclusion::{self, SetAside};
use crate::hunt::ledger::{Digest, ObjectRef};
use crate::hunt::output::{OutputError, ResultSpool, SpooledResult, metadata, result_path};
use crate::hunt::window::Window;
use crate::syntax::ticks::datetime_text;

/// The fixed name of a result.
const HITS: &str = "hits.parquet";

/// What a run may use and give.
#[derive(Debug, Clone, Copy)]
pub struct RunLimits {
    /// Rows of a rule and window at most.
    pub max_rows: Option<u64>,
    /// Bytes of rows that are held before they go to a temporary file.
    pub spool: usize,
}

/// What a run gave.
pub struct WindowRun {
    pub rows: u64,
    pub truncated: bool,
    /// A `make_set` or `make_list` had more values than Kusto keeps.
    pub bounded: bool,
    /// None where there are no rows.
    pub result: Option<(Path, SpooledResult, ObjectRef)>,
    /// What was read of the lake for this window alone.
    pub tables: Vec<TableReport>,
    /// What the pass learnt of the tables that the rows came from.
    pub pass: Vec<TableReport>,
    /// What exclusions set aside, where some apply.
    pub set_aside: Option<SetAside>,
}

/// Runs a rule for a window.
///
/// # Errors
/// Those of the engine and of spooling.
pub async fn run(
    source: &RuleSource<'_>,
    rule: &PackRule,
    (window, from): (Window, From),
    limits: RunLimits,
) -> Result<WindowRun, HuntError> {
    let columns = table::columns(&rule.query.columns);
    let bounded = engine::bounded_collections();
    let planned = source.plan(&rule.query, window, from).await?;
    let mut spool = ResultSpool::of_table(&columns, limits.spool);
    let mut truncated = false;
    let mut fault: Option<OutputError> = None;
    let take = |batch: arrow::array::RecordBatch| {
        let room = limits
            .max_rows
            .map_or(u64::MAX, |most| most.saturating_sub(spool.rows()));
        let keep = usize::try_from(room)
            .unwrap_or(usize::MAX)
            .min(batch.num_rows());
        truncated = keep < batch.num_rows();
        let taken = table::rows(&columns, &rule.rule, window, &batch.slice(0, keep))
            .and_then(|rows| spool.push(&rows));
        Ok::<_, EngineError>(match taken {
            Ok(()) if !truncated => ControlFlow::Continue(()),
            Ok(()) => ControlFlow::Break(()),
            Err(error) => {
                fault = Some(error);
                ControlFlow::Break(())
            }
        })
    };
    planned.for_each_until(take).await?;
    if let Some(fault) = fault {
        return Err(fault.into());
    }
    let of_window = OfWindow {
        source,
        window,
        from,
    };
    let set_aside = exclusion::suppressed(&of_window, &rule.query).await?;
    let rows = spool.rows();
    let result = match rows {
        0 => None,
        _ => {
            let name = table::name(&columns, spool.has_text_times());
            let path = result_path(&name, &rule.rule.id, window.end, HITS);
            let spooled = spool.finish(&describe(rule, window, truncated))?;
            let object = object_of(&path, &spooled)?;
            Some((path, spooled, object))
        }
    };
    let tables = planned.tables();
    Ok(WindowRun {
        rows,
        truncated,
        bounded: engine::bounded_collections() > bounded,
        result,
        tables,
        pass: source.reports(&rule.query, from).to_vec(),
        set_aside,
    })
}

fn object_of(path: &Path, result: &SpooledResult) -> Result<ObjectRef, HuntError> {
    let mut digest = Digest::default();
    result
        .copy_to(&mut digest)
        .map_err(|source| OutputError::Temporary {
            folder: std::env::temp_dir().display().to_string(),
            source,
        })?;
    let (sha256, size) = digest.finish();
    Ok(ObjectRef {
        path: path.to_string(),
        size,
        sha256,
        e_tag: None,
    })
}

/// What the file says of itself. What was read stands in the ledger: files that hold no hit may come and
/// go without a change of the result.
pub fn describe(rule: &PackRule, window: Window, truncated: bool) -> Vec<(String, String)> {
    let list = |words: &[String]| serde_json::json!(words).to_string();
    let mut entries = vec![
        (metadata::RULE_ID, rule.rule.id.clone()),
        (metadata::RULE_NAME, rule.rule.name.clone()),
        (metadata::TACTICS, list(&rule.rule.tactics)),
        (metadata::TECHNIQUES, list(&rule.rule.techniques)),
        (metadata::WINDOW_START, datetime_text(window.start)),
        (metadata::WINDOW_END, datetime_text(window.end)),
        (metadata::SQL, rule.sql().to_owned()),
        (metadata::TOOL_VERSION, env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if truncated {
        entries.push((metadata::TRUNCATED, "true".to_owned()));
    }
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
