//! The result objects that are in an output.
//!
//! In: a listing of everything that is not hidden. Out: the objects of each rule and window. What always
//! holds: nothing is opened; names that are no results are passed over.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use object_store::path::Path;

use super::folder::{Ledger, LedgerError};
use crate::hunt::output::{rule_part, window_part};

/// An object of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// In the store, its prefix included.
    pub location: Path,
    /// Below the output's URL.
    pub path: String,
    pub size: u64,
    pub e_tag: Option<String>,
}

/// The objects by the folders of their rule and window.
#[derive(Debug, Clone, Default)]
pub struct Objects(BTreeMap<(String, String), Vec<StoredObject>>);

impl Objects {
    /// Lists the results of an output.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(ledger: &Ledger) -> Result<Objects, LedgerError> {
        let store = ledger.store();
        let prefix = store.prefix();
        let at = (!prefix.as_ref().is_empty()).then_some(prefix);
        let top = match store.inner().list_with_delimiter(at).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(Objects::default()),
            top => top.map_err(|e| store.list_error(prefix, &e))?,
        };
        let mut found = Objects::default();
        for table in top.common_prefixes {
            if table
                .filename()
                .is_none_or(|name| name.starts_with(['_', '.']))
            {
                continue;
            }
            let metas: Vec<_> = store
                .inner()
                .list(Some(&table))
                .try_collect()
                .await
                .map_err(|e| store.list_error(&table, &e))?;
            for meta in metas {
                let inside: Path = match meta.location.prefix_match(prefix) {
                    Some(parts) => parts.collect(),
                    None => continue,
                };
                let parts: Vec<String> = inside.parts().map(|p| p.as_ref().to_owned()).collect();
                let [_, rule, window, _] = parts.as_slice() else {
                    continue;
                };
                if rule.starts_with("rule_id=") && window.starts_with("window_end=") {
                    let object = StoredObject {
                        path: inside.to_string(),
                        location: meta.location,
                        size: meta.size,
                        e_tag: meta.e_tag,
                    };
                    let key = (rule.clone(), window.clone());
                    found.0.entry(key).or_default().push(object);
                }
            }
        }
        Ok(found)
    }

    /// The objects of one rule and window: one at most, but where a run was killed.
    pub fn of(&self, rule_id: &str, window_end: i64) -> &[StoredObject] {
        let key = (rule_part(rule_id), window_part(window_end));
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }

    /// All objects.
    pub fn all(&self) -> impl Iterator<Item = &StoredObject> {
        self.0.values().flatten()
    }
}
