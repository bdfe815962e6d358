//! Samples of what exclusions set aside, beside the results.
//!
//! In: what a window's run set aside. Out: `OUT/_excluded/rule_id=…/window_end=…/samples.parquet`, one table for all
//! rules. What always holds: what is there of a window is of the last run that put its result; readers of the
//! output's results pass the folder over, for its name begins with `_`.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::error::HuntError;
use super::rule::PackRule;
use super::window_run::{WindowRun, describe};
use crate::hunt::exclusion::sample_columns;
use crate::hunt::ledger::{Ledger, LedgerError};
use crate::hunt::output::{ResultSpool, below, hidden_path, write_result_object};
use crate::hunt::window::Window;

/// Hidden from the readers of results.
const FOLDER: &str = "_excluded";
const FILE: &str = "samples.parquet";

/// The samples that an output holds.
#[derive(Debug, Default)]
pub struct Samples {
    there: BTreeSet<Path>,
}

impl Samples {
    /// Lists them.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(ledger: &Ledger) -> Result<Samples, LedgerError> {
        let store = ledger.store();
        let folder = below(store, &Path::from(FOLDER));
        let found: Result<Vec<_>, _> = store.inner().list(Some(&folder)).try_collect().await;
        let metas = match found {
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            found => found.map_err(|e| store.list_error(&folder, &e))?,
        };
        Ok(Samples {
            there: metas.into_iter().map(|meta| meta.location).collect(),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.there.is_empty()
    }

    /// Puts the samples of a window in the place of what is there; before the window's result is put.
    ///
    /// # Errors
    /// The store's, and those of encoding.
    pub async fn put(
        &mut self,
        ledger: &Ledger,
        rule: &PackRule,
        window: Window,
        run: &WindowRun,
    ) -> Result<(), HuntError> {
        let store = ledger.store();
        let path = hidden_path(FOLDER, &rule.rule.id, window.end, FILE);
        let location = below(store, &path);
        let samples = run.set_aside.as_ref().map(|s| &s.samples);
        match samples.filter(|samples| samples.count() > 0) {
            Some(samples) => {
                let mut spool = ResultSpool::new(&sample_columns());
                for batch in &samples.batches {
                    spool.push(batch)?;
                }
                write_result_object(store, &path, &spool.finish(&describe(rule, window, false))?)
                    .await?;
                self.there.insert(location);
            }
            None if self.there.remove(&location) => match store.inner().delete(&location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(store.object_error(&location, &e).into()),
            },
            None => {}
        }
        Ok(())
    }
}
