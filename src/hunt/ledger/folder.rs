//! The ledger's folder in the output's store.
//!
//! In: a store. Out: [`Ledger`], which claims the folder, reads logs and appends to them. What always
//! holds: a folder that holds something else is refused before anything is written.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::{Path, PathPart};
use ring::rand::{SecureRandom, SystemRandom};

use super::digest::hex;
use super::log::RuleLog;
use super::record::Entry;
use crate::hunt::fault;
use crate::hunt::output::{Created, STAGING, below, create_object, rule_part};
use crate::lake::{LakeError, Store};
use crate::syntax::ticks;

/// The ledger's folder below the output's URL.
pub const FOLDER: &str = "_ledger";
/// The file by which the tool knows its own folder.
const OWN: &str = "retrohunt.json";
/// What stands in it.
const OWN_TEXT: &str = "{\"tool\":\"retrohunt\",\"ledger\":1}\n";
/// Requests at a time.
const CONCURRENCY: usize = 16;
/// How often an entry that is said to be there and then is not is asked for again.
const VANISHED: usize = 3;

/// What keeps a ledger from being read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Store(#[from] LakeError),
    #[error(
        "{url} holds {found} and no ledger of retrohunt: choose an empty folder for --out, or one of an earlier hunt"
    )]
    NotOurs { url: String, found: String },
    #[error("{url} {why}")]
    Damaged { url: String, why: String },
    #[error("an entry for the ledger cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the system gives no random numbers")]
    Random,
}

/// Whether an entry was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    Done,
    /// Another writer has the number. Its entry is in the log now; look at it before another try.
    Behind,
}

/// The ledger of one output.
#[derive(Debug, Clone)]
pub struct Ledger {
    store: Store,
    root: Path,
    writer: String,
}

impl Ledger {
    /// The ledger of an output, or None where the output is empty.
    ///
    /// # Errors
    /// [`LedgerError::NotOurs`]; the store's.
    pub async fn find(store: &Store) -> Result<Option<Ledger>, LedgerError> {
        let mut random = [0; 16];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| LedgerError::Random)?;
        let ledger = Ledger {
            root: below(store, &Path::from(FOLDER)),
            store: store.clone(),
            writer: hex(&random),
        };
        if ledger.is_ours().await? {
            return Ok(Some(ledger));
        }
        match ledger.first_name().await? {
            None => Ok(None),
            // Another run has claimed the folder in between: its file comes before all else.
            Some(found) if found == FOLDER && ledger.is_ours().await? => Ok(Some(ledger)),
            Some(found) => Err(LedgerError::NotOurs {
                url: store.url().to_owned(),
                found,
            }),
        }
    }

    /// Whether the file by which the tool knows its folder is there.
    async fn is_ours(&self) -> Result<bool, LedgerError> {
        let own = self.root.clone().join(OWN);
        let found = match self.store.inner().get(&own).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            found => found.map_err(|e| self.fault(&own, &e))?,
        };
        let bytes = found.bytes().await.map_err(|e| self.fault(&own, &e))?;
        match serde_json::from_slice::<serde_json::Value>(&bytes) {
            Ok(value) if value["tool"] == "retrohunt" && value["ledger"] == 1 => Ok(true),
            Ok(_) | Err(_) => Err(LedgerError::Damaged {
                url: self.store.url_of(&own),
                why: "is not what this version of retrohunt writes there: choose another folder for --out"
                    .to_owned(),
            }),
        }
    }

    /// The ledger of an output, made where the output is empty.
    ///
    /// # Errors
    /// As [`Ledger::find`].
    pub async fn claim(store: &Store) -> Result<Ledger, LedgerError> {
        if let Some(ledger) = Self::find(store).await? {
            return Ok(ledger);
        }
        let path = Path::from(FOLDER).join(OWN);
        // Another run that was quicker has written the same.
        create_object(store, &path, Bytes::from_static(OWN_TEXT.as_bytes())).await?;
        match Self::find(store).await? {
            Some(ledger) => Ok(ledger),
            None => Err(LedgerError::Damaged {
                url: store.url_of(&below(store, &path)),
                why: "is not there after it was written".to_owned(),
            }),
        }
    }

    /// A name in the output that is no staging of ours.
    async fn first_name(&self) -> Result<Option<String>, LedgerError> {
        let prefix = self.store.prefix();
        let at = (!prefix.as_ref().is_empty()).then_some(prefix);
        let listed = match self.store.inner().list_with_delimiter(at).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            listed => listed.map_err(|e| self.store.list_error(prefix, &e))?,
        };
        let names = listed
            .common_prefixes
            .iter()
            .chain(listed.objects.iter().map(|o| &o.location))
            .filter_map(Path::filename)
            .map(str::to_owned);
        let mut found: Vec<String> = names.filter(|name| name != STAGING).collect();
        found.sort_by_key(|name| name == FOLDER);
        // An empty folder is what a run leaves that was killed in its first moment.
        if found == [FOLDER] {
            let below = self.store.inner().list(Some(&self.root)).next().await;
            found.retain(|_| below.is_some());
        }
        Ok(found.into_iter().next())
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who writes: unique to this process.
    pub fn writer(&self) -> &str {
        &self.writer
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a rule's log.
    pub fn folder_of(&self, rule_id: &str) -> Path {
        let part = rule_part(rule_id);
        // It is encoded already; a part that is no part of a path cannot come of that.
        let part = PathPart::parse(&part).unwrap_or_else(|_| PathPart::from(part.as_str()));
        self.root.clone().join(part)
    }

    /// All logs, by their folder.
    ///
    /// # Errors
    /// The store's. An entry that cannot be read is in its log.
    pub async fn logs(&self) -> Result<BTreeMap<Path, RuleLog>, LedgerError> {
        let listed: Vec<_> = self
            .store
            .inner()
            .list(Some(&self.root))
            .try_collect()
            .await
            .map_err(|e| self.store.list_error(&self.root, &e))?;
        let mut entries: Vec<(Path, u64, Path)> = listed
            .into_iter()
            .filter_map(|meta| {
                let number = RuleLog::number_of(&meta.location)?;
                let parts: Vec<_> = meta.location.parts().collect();
                let folder: Path = parts[..parts.len() - 1].iter().cloned().collect();
                let of_rule = folder.filename()?.starts_with("rule_id=");
                of_rule.then_some((folder, number, meta.location))
            })
            .collect();
        // A store may list as it likes.
        entries.sort();
        let read: Vec<(Path, u64, Path, Bytes)> = futures::stream::iter(entries)
            .map(|(folder, number, path)| async move {
                let bytes = self.get(&path).await?;
                Ok::<_, LedgerError>((folder, number, path, bytes))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        let now = ticks::now();
        let mut logs: BTreeMap<Path, RuleLog> = BTreeMap::new();
        for (folder, number, path, bytes) in read {
            let log = logs
                .entry(folder.clone())
                .or_insert_with(|| RuleLog::new(folder, "", ""));
            log.read(number, &self.store.url_of(&path), &bytes, now);
        }
        Ok(logs)
    }

    /// Appends an entry to a rule's log.
    ///
    /// # Errors
    /// The store's: then it is not known whether the entry is there, and a later run finds out.
    pub async fn append(&self, log: &mut RuleLog, entry: &Entry) -> Result<Appended, LedgerError> {
        let json = Bytes::from(entry.to_json()?);
        let mut vanished = 0;
        loop {
            let number = log.next;
            let path = log.path_of(number);
            match self.create(&path, json.clone()).await? {
                Created::New => {
                    fault::point("after-marker");
                    log.apply(number, entry.clone());
                    return Ok(Appended::Done);
                }
                Created::Exists => {}
            }
            let there = match self.store.inner().get(&path).await {
                Ok(found) => found.bytes().await.map_err(|e| self.fault(&path, &e))?,
                // A store that is busy with another writer may refuse both.
                Err(object_store::Error::NotFound { .. }) if vanished < VANISHED => {
                    vanished += 1;
                    continue;
                }
                Err(e) => return Err(self.fault(&path, &e).into()),
            };
            if there == json {
                // Our own: the acknowledgement was lost, and the store was asked again.
                log.apply(number, entry.clone());
                return Ok(Appended::Done);
            }
            log.read(number, &self.store.url_of(&path), &there, ticks::now());
            return Ok(Appended::Behind);
        }
    }

    /// Creates an object that is not to be replaced.
    pub(super) async fn create(&self, path: &Path, bytes: Bytes) -> Result<Created, LedgerError> {
        let inside: Path = path
            .prefix_match(self.store.prefix())
            .map_or_else(|| path.clone(), Iterator::collect);
        Ok(create_object(&self.store, &inside, bytes).await?)
    }

    pub(super) async fn get(&self, path: &Path) -> Result<Bytes, LedgerError> {
        let found = self.store.inner().get(path).await;
        let found = found.map_err(|e| self.fault(path, &e))?;
        Ok(found.bytes().await.map_err(|e| self.fault(path, &e))?)
    }

    fn fault(&self, path: &Path, error: &object_store::Error) -> LakeError {
        self.store.object_error(path, error)
    }
}
