//! Where a node of a YAML document stands in its text.
//!
//! In: a document that parses, and the path to a node. Out: the byte at which the node begins.
//! What always holds: the answer is the YAML parser's own. It gives no places of nodes, but it
//! gives the place of an error; so the document is read once more by a reader that follows the
//! path and refuses the node at its end.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_yaml::Value;

/// One step down into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a mapping's key.
    Key(String),
    /// An element of a sequence, from 0.
    Index(usize),
    /// The key itself where it stands for the n-th time, from 0. Always the last step.
    Name(String, usize),
}

/// The byte of `text` at which the node at `path` begins; the last such node where keys stand there more than once,
/// since the last value is the one that counts.
pub fn find(text: &str, path: &[Step]) -> Option<usize> {
    let met = Cell::new(0);
    let read = |refused| {
        met.set(0);
        let finder = Finder {
            path,
            met: &met,
            refused,
        };
        finder.deserialize(serde_yaml::Deserializer::from_str(text))
    };
    // Where this fails, so does the next one, and there.
    let _ = read(usize::MAX);
    let last = met.get().checked_sub(1)?;
    let refusal = read(last).err()?;
    let found = met.get() == last + 1;
    refusal
        .location()
        .filter(|_| found)
        .map(|location| location.index())
}

#[derive(Clone, Copy)]
struct Finder<'p> {
    path: &'p [Step],
    /// How many nodes at the path were met.
    met: &'p Cell<usize>,
    /// Which of them is refused, from 0.
    refused: usize,
}

impl<'p> Finder<'p> {
    fn below(self) -> Self {
        Self {
            path: &self.path[1..],
            ..self
        }
    }

    /// Counts a node at the path; whether it is the one to be refused.
    fn meet(self) -> bool {
        let met = self.met.get();
        self.met.set(met + 1);
        met == self.refused
    }
}

impl<'de> DeserializeSeed<'de> for Finder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.path.is_empty() {
            deserializer.deserialize_any(self)
        } else if self.meet() {
            deserializer.deserialize_any(Refuse)
        } else {
            deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ())
        }
    }
}

/// Where a path leads on, and nothing is: no node is met there, and the rest is read.
macro_rules! leads_nowhere {
    ($($visit:ident($ty:ty))*) => {
        $(fn $visit<E: serde::de::Error>(self, _: $ty) -> Result<(), E> {
            Ok(())
        })*
    };
}

impl<'de> Visitor<'de> for Finder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a sequence")
    }

    leads_nowhere! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) visit_f64(f64) visit_str(&str)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // The whole mapping is read even where the path leads nowhere: an unread rest would be an
        // error of its own, with a place.
        let mut seen = 0;
        loop {
            let refused = match self.path.first() {
                Some(Step::Name(name, nth)) if seen == *nth && self.met.get() == self.refused => {
                    Some(name.as_str())
                }
                Some(Step::Name(..) | Step::Key(_) | Step::Index(_)) | None => None,
            };
            let Some(key) = map.next_key_seed(Key {
                refused,
                met: self.met,
            })?
            else {
                return Ok(());
            };
            match self.path.first() {
                Some(Step::Key(name)) if key.as_str() == Some(name) => {
                    map.next_value_seed(self.below())?;
                    continue;
                }
                Some(Step::Name(name, nth)) if key.as_str() == Some(name) => {
                    if seen == *nth {
                        self.meet();
                    }
                    seen += 1;
                }
                Some(Step::Key(_) | Step::Name(..) | Step::Index(_)) | None => {}
            }
            map.next_value::<IgnoredAny>()?;
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(Step::Index(index)) = self.path.first() else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        for _ in 0..*index {
            seq.next_element::<IgnoredAny>()?;
        }
        seq.next_element_seed(self.below())?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Refuses whatever it is given, by being a visitor of nothing.
struct Refuse;

impl Visitor<'_> for Refuse {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

/// Reads a key, and refuses it where it is the one looked for.
struct Key<'p> {
    refused: Option<&'p str>,
    met: &'p Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.refused {
            Some(_) => deserializer.deserialize_str(self),
            None => serde::Deserialize::deserialize(deserializer),
        }
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Value, E> {
        if self.refused == Some(key) {
            self.met.set(self.met.get() + 1);
            Err(E::custom("found"))
        } else {
            Ok(Value::String(key.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_where_they_stand() {
        let text = "ä: 1\na:\n  - x\n  - b: |\n      text\na: 'twice'\n";
        let at = |path: &[Step]| find(text, path).map(|at| &text[at..]);
        assert!(at(&[Step::Key("ä".into())]).unwrap().starts_with("1\n"));
        let nested = [Step::Key("a".into()), Step::Index(1), Step::Key("b".into())];
        assert!(at(&nested).unwrap().starts_with("|\n"));
        assert!(
            at(&[Step::Name("a".into(), 1)])
                .unwrap()
                .starts_with("a: 'tw")
        );
        assert!(at(&[Step::Name("a".into(), 2)]).is_none());
        assert!(at(&[Step::Key("zz".into())]).is_none());
        // The last value of `a` is a text, and nothing is below it.
        assert!(at(&[Step::Key("a".into())]).unwrap().starts_with("'twice'"));
        assert!(at(&[Step::Key("a".into()), Step::Index(7)]).is_none());
    }

    #[test]
    fn a_node_below_keys_that_stand_twice_is_the_last_one() {
        let text = "a: é\na:\n  b: 1\n  b: 2\na:\n  b: 3\n  c: !tag 4\n  b: 5\n";
        let line = |path: &[Step]| find(text, path).map(|at| text[..at].lines().count());
        let (a, b) = (Step::Key("a".into()), Step::Key("b".into()));
        assert_eq!(line(&[a.clone(), b]), Some(8));
        assert_eq!(line(&[a.clone(), Step::Name("b".into(), 0)]), Some(6));
        assert_eq!(line(&[a.clone(), Step::Name("b".into(), 1)]), Some(8));
        assert_eq!(line(&[a, Step::Name("b".into(), 2)]), None);
    }
}
