//! Which files a window had.
//!
//! In: the listings of a hunt's tables, taken before anything is read. Out: for a table and a time the list
//! of files with size and version mark, held once in the ledger under its digest. What always holds: a file
//! that came after the listing is not in the list, even where the scan still saw it: then a later run finds
//! that the window is not current, and the opposite cannot happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use super::digest::sha256;
use super::folder::{Ledger, LedgerError};
use super::record::{Day, InputsRef};
use crate::lake::{LakeError, LakeFile, TableLocation, TimeRange};
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};
use crate::syntax::ticks::datetime_text;

/// The files of one table that a time needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsList {
    pub table: String,
    pub url: String,
    /// The time, without slack; None is open.
    pub from: Option<String>,
    /// Excluded.
    pub to: Option<String>,
    /// How far a path's time and its events' may differ, in ticks.
    pub slack: i64,
    /// Path, size, version mark.
    pub files: Vec<(String, u64, Option<String>)>,
}

/// One table's files.
#[derive(Debug)]
struct Listed {
    url: String,
    files: Vec<LakeFile>,
}

/// The tables of a hunt, and the lists that were made of them.
#[derive(Debug, Default)]
pub struct Inputs {
    slack: i64,
    tables: BTreeMap<String, Listed>,
    lists: BTreeMap<(String, TimeKey), (InputsRef, Arc<InputsList>)>,
    stored: BTreeSet<String>,
}

/// A time as a key: `TimeRange` has no order.
type TimeKey = (Option<i64>, Option<i64>);

impl Inputs {
    /// `slack` is how far a path's time and its events' may differ, in ticks.
    pub fn new(slack: i64) -> Self {
        Self {
            slack,
            ..Self::default()
        }
    }

    pub fn slack(&self) -> i64 {
        self.slack
    }

    /// Takes over the lists that were made of other listings, so that records can name them.
    pub fn take_lists(&mut self, other: Inputs) {
        self.lists.extend(other.lists);
    }

    /// Lists a table for all the time that the hunt needs of it.
    ///
    /// # Errors
    /// The lake's.
    pub async fn list(&mut self, table: &TableLocation, time: TimeRange) -> Result<(), LakeError> {
        let listing = table.list(time, self.slack).await?;
        let listed = Listed {
            url: table.url(),
            files: listing.files,
        };
        self.tables.insert(table.table.clone(), listed);
        Ok(())
    }

    /// The files that a time needs of a table that was listed.
    pub fn of(&mut self, table: &str, time: TimeRange) -> Option<InputsRef> {
        let key = (table.to_owned(), (time.start, time.end));
        if let Some((known, _)) = self.lists.get(&key) {
            return Some(known.clone());
        }
        let listed = self.tables.get(table)?;
        let wide = time.widened(self.slack);
        let files: Vec<&LakeFile> = listed
            .files
            .iter()
            .filter(|f| f.path_time.is_none_or(|at| at.overlaps(&wide)))
            .collect();
        let list = InputsList {
            table: table.to_owned(),
            url: listed.url.clone(),
            from: time.start.map(datetime_text),
            to: time.end.map(datetime_text),
            slack: self.slack,
            files: files
                .iter()
                .map(|f| (f.location.to_string(), f.size, f.e_tag.clone()))
                .collect(),
        };
        let made = InputsRef {
            table: table.to_owned(),
            sha256: sha256(&json(&list)),
            files: files.len() as u64,
            bytes: files.iter().map(|f| f.size).sum(),
            days_without_files: days_without(&files, time),
        };
        self.lists.insert(key, (made.clone(), Arc::new(list)));
        Some(made)
    }

    /// Whether a file is in one of these lists.
    pub fn holds(&self, named: &[InputsRef], location: &str) -> bool {
        let lists = self.lists.values();
        let mut own = lists.filter(|(made, _)| named.iter().any(|n| n.sha256 == made.sha256));
        own.any(|(_, list)| list.files.iter().any(|(file, ..)| file == location))
    }

    /// Writes the lists that records are about to name.
    ///
    /// # Errors
    /// The store's.
    pub async fn store(&mut self, ledger: &Ledger, named: &[InputsRef]) -> Result<(), LedgerError> {
        for name in named {
            if self.stored.contains(&name.sha256) {
                continue;
            }
            let list = self
                .lists
                .values()
                .find(|(made, _)| made.sha256 == name.sha256);
            if let Some((_, list)) = list {
                // One that is there already is the same: its name is its digest.
                ledger
                    .create(&path(ledger, &name.sha256), json(list).into())
                    .await?;
            }
            self.stored.insert(name.sha256.clone());
        }
        Ok(())
    }

    /// Reads a list that a record names.
    ///
    /// # Errors
    /// The store's; a list that is not what its name says.
    pub async fn load(ledger: &Ledger, sha256_of: &str) -> Result<InputsList, LedgerError> {
        let path = path(ledger, sha256_of);
        let bytes = ledger.get(&path).await?;
        let damaged = |why: String| LedgerError::Damaged {
            url: ledger.store().url_of(&path),
            why,
        };
        if sha256(&bytes) != sha256_of {
            return Err(damaged("does not have the digest of its name".to_owned()));
        }
        serde_json::from_slice(&bytes).map_err(|e| damaged(format!("is no list of files: {e}")))
    }
}

impl InputsList {
    /// How a list differs from an older one: new, changed and removed files, in a few words.
    pub fn difference(&self, older: &InputsList) -> String {
        let by_path = |list: &InputsList| {
            let files = list.files.iter().cloned();
            files
                .map(|(path, size, tag)| (path, (size, tag)))
                .collect::<BTreeMap<_, _>>()
        };
        let (new, old) = (by_path(self), by_path(older));
        let added = new.keys().filter(|path| !old.contains_key(*path)).count();
        let removed = old.keys().filter(|path| !new.contains_key(*path)).count();
        let changed = new
            .iter()
            .filter(|(path, file)| old.get(*path).is_some_and(|before| before != *file))
            .count();
        format!("{added} new, {changed} changed, {removed} removed")
    }
}

fn path(ledger: &Ledger, sha256: &str) -> Path {
    ledger
        .root()
        .clone()
        .join("inputs")
        .join(format!("{sha256}.json"))
}

fn json(list: &InputsList) -> Vec<u8> {
    // A list of texts and numbers is always JSON.
    serde_json::to_vec(list).unwrap_or_default()
}

/// The days of a time that no file's path touches; none where a path tells no time.
fn days_without(files: &[&LakeFile], time: TimeRange) -> Vec<Day> {
    let (Some(start), Some(end)) = (time.start, time.end) else {
        return Vec::new();
    };
    let Some(paths) = files
        .iter()
        .map(|f| f.path_time)
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let mut days = Vec::new();
    let mut at = start - start.rem_euclid(TICKS_PER_DAY);
    // A window that includes its end touches the next day with one tick, for which there need be no file.
    while at < end - 1 {
        let day = TimeRange::new(Some(at), Some(at + TICKS_PER_DAY));
        if !paths.iter().any(|path| path.overlaps(&day)) {
            days.extend(date(at).map(Day));
        }
        at += TICKS_PER_DAY;
    }
    days
}

fn date(ticks: i64) -> Option<NaiveDate> {
    let seconds = (ticks - UNIX_EPOCH_TICKS).div_euclid(TICKS_PER_SECOND);
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.date_naive())
}
