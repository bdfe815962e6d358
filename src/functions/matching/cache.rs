//! Compiled matchers by kind and needles, because a UDF is called for each batch.
//!
//! In: a key made of borrowed texts. Out: a shared value, compiled at the first call.
//! What always holds: the cache is bounded, looking up copies no text, and a value depends on its key only.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{Kind, Matcher};

/// So many values are kept; at the next one, all are dropped.
const CAPACITY: usize = 1024;

/// A bounded cache with a tag and texts as the key.
#[derive(Debug)]
pub struct Bounded<K, V> {
    hasher: RandomState,
    entries: Mutex<HashMap<u64, Vec<Entry<K, V>>>>,
}

#[derive(Debug)]
struct Entry<K, V> {
    tag: K,
    texts: Vec<String>,
    value: Arc<V>,
}

impl<K: Eq + Hash + Copy, V> Bounded<K, V> {
    pub fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            entries: Mutex::new(HashMap::new()),
        }
    }

    /// The value of this key, made where it is not there. A fault in `make` is not kept.
    pub fn get<E>(
        &self,
        tag: K,
        texts: &[&str],
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let hash = self.hasher.hash_one((tag, texts));
        if let Some(value) = self.find(hash, tag, texts) {
            return Ok(value);
        }
        // Made without the lock: others need not wait for an automaton.
        let value = Arc::new(make()?);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CAPACITY {
            entries.clear();
        }
        entries.entry(hash).or_default().push(Entry {
            tag,
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            value: Arc::clone(&value),
        });
        Ok(value)
    }

    fn find(&self, hash: u64, tag: K, texts: &[&str]) -> Option<Arc<V>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .get(&hash)?
            .iter()
            .find(|entry| entry.tag == tag && entry.texts == texts)
            .map(|entry| Arc::clone(&entry.value))
    }
}

impl<K: Eq + Hash + Copy, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// The matcher of this kind for these needles, compiled at most once while it stays in the cache.
pub fn matcher(kind: Kind, needles: &[&str]) -> Arc<Matcher> {
    static MATCHERS: LazyLock<Bounded<Kind, Matcher>> = LazyLock::new(Bounded::new);
    let made: Result<_, std::convert::Infallible> =
        MATCHERS.get(kind, needles, || Ok(Matcher::new(kind, needles)));
    match made {
        Ok(matcher) => matcher,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::matching::Place;

    #[test]
    fn a_matcher_is_compiled_once() {
        let kind = Kind::any(Place::Term);
        let first = matcher(kind, &["compiled", "once"]);
        assert!(Arc::ptr_eq(&first, &matcher(kind, &["compiled", "once"])));
        assert!(!Arc::ptr_eq(&first, &matcher(kind, &["compiledonce"])));
        assert!(!Arc::ptr_eq(
            &first,
            &matcher(kind.case_sensitive(), &["compiled", "once"])
        ));
    }

    #[test]
    fn the_cache_stays_bounded_and_keeps_no_fault() {
        let cache = Bounded::<(), usize>::new();
        for i in 0..3 * CAPACITY {
            let made: Result<_, ()> = cache.get((), &[&i.to_string()], || Ok(i));
            assert_eq!(made.as_deref(), Ok(&i));
        }
        assert!(cache.entries.lock().unwrap().len() <= CAPACITY);
        assert_eq!(cache.get((), &["x"], || Err::<usize, _>("bad")), Err("bad"));
        assert_eq!(cache.get((), &["x"], || Ok::<_, ()>(1)).as_deref(), Ok(&1));
    }
}
