//! One rule's log, read and appended to.
//!
//! In: the entries `_ledger/rule_id=…/00000001.json`, …. Out: [`RuleLog`]: the newest record of each window,
//! what the last run set out to do, what failed. What always holds: an entry is never changed; its number
//! is given by a conditional create, so that two writers never have the same one.

use std::collections::BTreeMap;

use bytes::Bytes;
use object_store::path::Path;

use super::record::{Entry, Failed, Plan, Ran, WindowRecord};

/// What a log says of one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The number of the entry.
    pub number: u64,
    pub ran: Ran,
    pub window: WindowRecord,
}

/// An entry that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The object's URL.
    pub url: String,
    pub why: String,
}

/// What is known of one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleLog {
    /// Its folder in the store.
    pub folder: Path,
    pub rule_id: String,
    pub rule_name: String,
    /// The number that the next entry takes.
    pub next: u64,
    /// By the window's end.
    pub newest: BTreeMap<i64, Known>,
    /// The last run's plan, and what the rule was then.
    pub plan: Option<(Plan, Ran)>,
    /// By the window's end; None is the rule itself.
    pub failed: BTreeMap<Option<i64>, String>,
    pub damaged: Vec<Damaged>,
}

impl RuleLog {
    pub fn new(folder: Path, rule_id: &str, rule_name: &str) -> Self {
        Self {
            folder,
            rule_id: rule_id.to_owned(),
            rule_name: rule_name.to_owned(),
            next: 1,
            ..Self::default()
        }
    }

    /// Where the entry of a number stands.
    pub fn path_of(&self, number: u64) -> Path {
        self.folder.clone().join(format!("{number:08}.json"))
    }

    /// The number of an entry by its name; None for what is no entry.
    pub fn number_of(path: &Path) -> Option<u64> {
        let digits = path.filename()?.strip_suffix(".json")?;
        let plain = digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    }

    /// Takes in the bytes of an entry; they must come in the order of their numbers. A window that ends
    /// after `now`, in ticks, has not ended, whatever its writer's clock said: it is taken for open.
    pub fn read(&mut self, number: u64, url: &str, bytes: &Bytes, now: i64) {
        self.next = self.next.max(number + 1);
        let mut damaged = |why| {
            self.damaged.push(Damaged {
                url: url.to_owned(),
                why,
            });
        };
        match Entry::from_json(bytes) {
            Ok(mut entry) => {
                let ahead = |window: &&mut WindowRecord| window.end > now && !window.open;
                let mut found = entry.windows.iter_mut().filter(ahead).peekable();
                if found.peek().is_some() {
                    damaged(
                        "says that windows have ended which have not: its writer's clock was ahead, or \
                         this machine's is behind"
                            .to_owned(),
                    );
                }
                found.for_each(|window| window.open = true);
                self.apply(number, entry);
            }
            Err(why) => damaged(why),
        }
    }

    /// Takes in an entry.
    pub fn apply(&mut self, number: u64, entry: Entry) {
        self.next = self.next.max(number + 1);
        self.rule_id = entry.rule_id;
        self.rule_name = entry.rule_name;
        if let Some(plan) = entry.plan {
            self.plan = Some((plan, entry.ran.clone()));
            self.failed.clear();
        }
        if let Some(Failed { window_end, error }) = entry.failed {
            self.failed.insert(window_end, error);
        }
        for window in entry.windows {
            self.failed.remove(&Some(window.end));
            let known = Known {
                number,
                ran: entry.ran.clone(),
                window,
            };
            self.newest.insert(known.window.end, known);
        }
    }

    /// The number of the entry that holds a window's newest record; 0 where there is none.
    pub fn number_of_window(&self, end: i64) -> u64 {
        self.newest.get(&end).map_or(0, |known| known.number)
    }
}
