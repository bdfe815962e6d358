//! Commits windows of one rule to the ledger, as [`crate::hunt::ledger`] tells.
//!
//! In: what runs gave. Out: objects and entries. What always holds: the object is put before the entry that
//! names it; a window that another run has committed since is not committed twice; where that run had
//! another result, the window is to be run again.

use std::collections::BTreeMap;

use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::error::HuntError;
use super::rule::PackRule;
use crate::hunt::fault;
use crate::hunt::ledger::{
    Appended, Entry, Failed, Ledger, LedgerError, ObjectRef, Objects, Plan, RuleLog, WindowRecord,
    same_tag,
};
use crate::hunt::output::{SpooledResult, below, write_result_object};

/// Who committed a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    Own,
    /// Another run, with the same result.
    ByOther,
    /// Another run, with another result: this one's does not count, and the window is to be run again.
    Changed,
}

/// Windows without rows that wait for an entry that they share.
#[derive(Debug, Default)]
struct Pending {
    records: Vec<WindowRecord>,
    /// The number that each window's newest record had when it was run.
    base: BTreeMap<i64, u64>,
}

/// The commits of one rule.
pub struct Committer<'a> {
    ledger: &'a Ledger,
    rule: &'a PackRule,
    objects: &'a Objects,
    log: RuleLog,
    pending: Pending,
    /// The windows that are to be done, until an entry has said so.
    plan: Option<Plan>,
}

impl<'a> Committer<'a> {
    pub fn new(ledger: &'a Ledger, rule: &'a PackRule, objects: &'a Objects, log: RuleLog) -> Self {
        Self {
            ledger,
            rule,
            objects,
            log,
            pending: Pending::default(),
            plan: None,
        }
    }

    pub fn log(&self) -> &RuleLog {
        &self.log
    }

    fn entry(&self) -> Entry {
        let rule = self.rule;
        Entry {
            plan: self.plan,
            ..Entry::of(&rule.rule, self.ledger.writer(), rule.ran.clone())
        }
    }

    /// Notes which windows are to be done, for the next entry to say, where the ledger does not say so already.
    pub fn plan(&mut self) {
        let plan = Plan::from(self.rule.schedule);
        let same = |(known, ran): &(Plan, _)| *known == plan && *ran == self.rule.ran;
        self.plan = (!self.log.plan.as_ref().is_some_and(same)).then_some(plan);
    }

    /// Appends an entry, which also tells the plan where that is still to be told.
    async fn append(&mut self, entry: &Entry) -> Result<Appended, LedgerError> {
        let appended = self.ledger.append(&mut self.log, entry).await?;
        if appended == Appended::Done {
            self.plan = None;
        }
        Ok(appended)
    }

    /// Tells the plan, where no entry has done so.
    async fn tell_plan(&mut self) -> Result<(), LedgerError> {
        while self.plan.is_some() {
            let entry = self.entry();
            if self.append(&entry).await? == Appended::Behind {
                // The other writer may have told it.
                self.plan();
            }
        }
        Ok(())
    }

    /// Says what failed, where the ledger does not say so already.
    ///
    /// # Errors
    /// The store's.
    pub async fn failed(
        &mut self,
        window_end: Option<i64>,
        error: &str,
    ) -> Result<(), LedgerError> {
        let entry = Entry {
            failed: Some(Failed {
                window_end,
                error: error.to_owned(),
            }),
            ..self.entry()
        };
        loop {
            if self
                .log
                .failed
                .get(&window_end)
                .is_some_and(|known| known == error)
            {
                return Ok(());
            }
            if self.append(&entry).await? == Appended::Done {
                return Ok(());
            }
        }
    }

    /// Commits a window with rows, whose lists of inputs are stored. `base` is the number that its newest record had when it was run.
    ///
    /// # Errors
    /// The store's.
    pub async fn rows(
        &mut self,
        mut record: WindowRecord,
        (path, result, object): (&Path, &SpooledResult, &ObjectRef),
        base: u64,
    ) -> Result<Committed, HuntError> {
        let before = self
            .log
            .newest
            .get(&record.end)
            .and_then(|k| k.window.object.clone());
        let store = self.ledger.store();
        fault::point("before-object");
        let e_tag = write_result_object(store, path, result).await?;
        fault::point("after-object");
        record.object = Some(ObjectRef {
            e_tag,
            ..object.clone()
        });
        let end = record.end;
        let entry = Entry {
            windows: vec![record],
            ..self.entry()
        };
        loop {
            if self.log.number_of_window(end) > base {
                let theirs = self
                    .log
                    .newest
                    .get(&end)
                    .and_then(|k| k.window.object.as_ref());
                let same =
                    theirs.is_some_and(|o| o.path == object.path && o.sha256 == object.sha256);
                return Ok(match same {
                    true => Committed::ByOther,
                    false => Committed::Changed,
                });
            }
            if self.append(&entry).await? == Appended::Done {
                break;
            }
        }
        self.remove_others(end, Some(&object.path), before).await?;
        Ok(Committed::Own)
    }

    /// Takes in a window without rows; it is committed by [`Committer::flush`].
    pub fn empty(&mut self, record: WindowRecord, base: u64) {
        self.pending.base.insert(record.end, base);
        self.pending.records.push(record);
    }

    /// Windows that wait.
    pub fn waiting(&self) -> usize {
        self.pending.records.len()
    }

    /// Commits the windows without rows in one entry. Gives what became of each, by its end.
    ///
    /// # Errors
    /// The store's.
    pub async fn flush(&mut self) -> Result<Vec<(i64, Committed)>, HuntError> {
        let Pending { mut records, base } = std::mem::take(&mut self.pending);
        let mut fates = Vec::with_capacity(records.len());
        let before: BTreeMap<i64, Option<ObjectRef>> = records
            .iter()
            .map(|r| {
                (
                    r.end,
                    self.log
                        .newest
                        .get(&r.end)
                        .and_then(|k| k.window.object.clone()),
                )
            })
            .collect();
        loop {
            records.retain(|record| {
                let known = self.log.newest.get(&record.end);
                let newer =
                    known.filter(|k| k.number > base.get(&record.end).copied().unwrap_or(0));
                if let Some(newer) = newer {
                    let fate = match newer.window.object {
                        None => Committed::ByOther,
                        Some(_) => Committed::Changed,
                    };
                    fates.push((record.end, fate));
                }
                newer.is_none()
            });
            if records.is_empty() {
                self.tell_plan().await?;
                return Ok(fates);
            }
            let entry = Entry {
                windows: records.clone(),
                ..self.entry()
            };
            if self.append(&entry).await? == Appended::Done {
                break;
            }
        }
        for record in &records {
            let before = before.get(&record.end).cloned().flatten();
            self.remove_others(record.end, None, before).await?;
            fates.push((record.end, Committed::Own));
        }
        Ok(fates)
    }

    /// Whether the object of a window is what its newest record says, by size and version mark: asked after
    /// a window had to be run more than once.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_settled(&self, end: i64) -> Result<bool, HuntError> {
        let Some(object) = self
            .log
            .newest
            .get(&end)
            .and_then(|k| k.window.object.as_ref())
        else {
            return Ok(true);
        };
        let store = self.ledger.store();
        let location = below(store, &parsed(&object.path));
        match store.inner().head(&location).await {
            Ok(meta) => Ok(meta.size == object.size
                && same_tag(meta.e_tag.as_deref(), object.e_tag.as_deref())),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(store.object_error(&location, &e).into()),
        }
    }

    /// Removes objects of the window that its newest record does not name.
    async fn remove_others(
        &self,
        end: i64,
        keep: Option<&str>,
        before: Option<ObjectRef>,
    ) -> Result<(), HuntError> {
        let store = self.ledger.store();
        let listed = self
            .objects
            .of(&self.rule.rule.id, end)
            .iter()
            .map(|o| o.path.clone());
        let mut paths: Vec<String> = listed.chain(before.map(|o| o.path)).collect();
        paths.sort();
        paths.dedup();
        for path in paths.iter().filter(|path| Some(path.as_str()) != keep) {
            fault::point("before-removal");
            let location = below(store, &parsed(path));
            match store.inner().delete(&location).await {
                // That it is gone already is an error for some stores and none for others.
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(store.object_error(&location, &e).into()),
            }
        }
        Ok(())
    }
}

/// A path that is encoded already.
fn parsed(path: &str) -> Path {
    Path::parse(path).unwrap_or_else(|_| Path::from(path))
}
