//! Where a node of a YAML document stands in its text.
//!
//! In: a document that parses, and the path to a node. Out: the byte at which the node begins.
//! What always holds: the answer is the YAML parser's own. It gives no places of nodes, but it
//! gives the place of an error; so the document is read once more by a reader that follows the
//! path and refuses the node at its end.

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

/// The byte of `text` at which the node at `path` begins.
pub fn find(text: &str, path: &[Step]) -> Option<usize> {
    let found = Finder { path }.deserialize(serde_yaml::Deserializer::from_str(text));
    found.err()?.location().map(|location| location.index())
}

struct Finder<'p> {
    path: &'p [Step],
}

impl<'de> DeserializeSeed<'de> for Finder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            deserializer.deserialize_any(Refuse)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Finder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a sequence")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // The whole mapping is read even where the path leads nowhere: an unread rest would be an
        // error of its own, with a place.
        let mut seen = 0;
        let mut entered = false;
        loop {
            let refused = match self.path.first() {
                Some(Step::Name(name, nth)) if seen == *nth => Some(name.as_str()),
                Some(Step::Name(..) | Step::Key(_) | Step::Index(_)) | None => None,
            };
            let Some(key) = map.next_key_seed(Key { refused })? else {
                return Ok(());
            };
            match self.path.first() {
                Some(Step::Key(name)) if !entered && key.as_str() == Some(name) => {
                    entered = true;
                    map.next_value_seed(Finder {
                        path: &self.path[1..],
                    })?;
                    continue;
                }
                Some(Step::Name(name, _)) if key.as_str() == Some(name) => seen += 1,
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
        seq.next_element_seed(Finder {
            path: &self.path[1..],
        })?;
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
        assert!(at(&[Step::Key("a".into()), Step::Index(7)]).is_none());
    }
}
