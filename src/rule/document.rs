//! Strict reading of YAML documents.
//!
//! In: a file's text. Out: its documents ([`split`]) and their values ([`parse`]).
//! What always holds: a key that stands twice is reported, and its last value is taken.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Mapping, Value};

use super::mark::Step;

/// A document's value, and the paths of its keys that stand there again: where each does so first.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub value: Value,
    pub duplicates: Vec<Vec<Step>>,
}

/// Text that is not YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYaml {
    /// What the parser says. Its lines count within the document.
    pub message: String,
    /// The byte of the document at which the parser gave up.
    pub at: usize,
}

/// The documents of a file: what stands between lines of `---` or `...`, which end a document
/// wherever they begin a line. Documents without content are left out.
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let marker = ["---", "..."].into_iter().any(|marker| {
            line.strip_prefix(marker)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
        });
        if marker {
            documents.push(start..at);
            start = at + 3;
        }
        at += line.len();
    }
    documents.push(start..text.len());
    documents.retain(|range| {
        text[range.clone()]
            .lines()
            .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with(['#', '%']))
    });
    documents
}

/// Brackets that may be open at once. The YAML parser looks at each open one for every token.
const MAX_OPEN: usize = 4_096;

/// Repeated keys that are told, the query's always: to find one, the document is read once more.
const MAX_REPEATED: usize = 20;

/// Where more brackets are open than the YAML parser can take. Those within quotes and texts count too,
/// which no text of a rule comes near.
fn too_many_open(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_OPEN
    })
}

/// Reads one document.
///
/// # Errors
/// What the YAML parser says, and where.
pub fn parse(text: &str) -> Result<Parsed, NotYaml> {
    if let Some(at) = too_many_open(text) {
        return Err(NotYaml {
            message: format!("more than {MAX_OPEN} brackets are open"),
            at,
        });
    }
    let duplicates = RefCell::new(Vec::new());
    let seed = Node {
        path: Vec::new(),
        duplicates: &duplicates,
    };
    match seed.deserialize(serde_yaml::Deserializer::from_str(text)) {
        Ok(value) => Ok(Parsed {
            value,
            duplicates: duplicates.into_inner(),
        }),
        Err(fault) => Err(NotYaml {
            at: fault
                .location()
                .map_or(0, |place| place.index())
                .min(text.len()),
            message: fault.to_string(),
        }),
    }
}

struct Node<'d> {
    path: Vec<Step>,
    duplicates: &'d RefCell<Vec<Vec<Step>>>,
}

impl Node<'_> {
    fn child(&self, step: Step) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Node {
            path,
            duplicates: self.duplicates,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rule's fields without YAML tags of their own")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    // Whole numbers beyond 64 bits have no place in a YAML value; their digits have.
    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(self.child(Step::Index(values.len())))? {
            values.push(value);
        }
        Ok(Value::Sequence(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Mapping::new();
        let mut repeated: HashSet<String> = HashSet::new();
        while let Some(key) = map.next_key::<Value>()? {
            let name = match &key {
                Value::String(name) => name.clone(),
                Value::Bool(name) => name.to_string(),
                Value::Number(name) => name.to_string(),
                Value::Null => String::new(),
                Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
                    return Err(A::Error::custom("a key must be a word"));
                }
            };
            let value = map.next_value_seed(self.child(Step::Key(name.clone())))?;
            if fields.insert(key, value).is_some() && repeated.insert(name.clone()) {
                let mut duplicates = self.duplicates.borrow_mut();
                let is_query = name.eq_ignore_ascii_case("query");
                if duplicates.len() < MAX_REPEATED
                    || (is_query && duplicates.len() < 2 * MAX_REPEATED)
                {
                    let mut path = self.path.clone();
                    path.push(Step::Name(name, 1));
                    duplicates.push(path);
                }
            }
        }
        Ok(Value::Mapping(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_split_at_their_markers() {
        let text = "%YAML 1.1\n---\nid: 1\nq: |\n  ---\n--- # two\nid: 2\n...\n# nothing\n";
        let documents: Vec<&str> = split(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(documents, ["\nid: 1\nq: |\n  ---\n", " # two\nid: 2\n"]);
        assert_eq!(split("---").len(), 0);
        assert_eq!(split("----: 1").len(), 1);
    }

    #[test]
    fn values_are_those_of_the_yaml_crate() {
        let text = "a: [1, -2, 1.5, ~, true, x]\nb: {c: 0x10, d: '1'}\n1: 2\n";
        let expected: Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(parse(text).unwrap().value, expected);
    }

    #[test]
    fn brackets_without_end_are_refused_at_once() {
        let text = format!("a: {}", "[".repeat(200_000));
        assert_eq!(parse(&text).unwrap_err().at, 3 + MAX_OPEN);
        assert!(parse(&format!("a: '{}'", "[]".repeat(200_000))).is_ok());
    }

    #[test]
    fn a_key_that_stands_often_is_told_once() {
        let parsed = parse(&"a: 1\n".repeat(50_000)).unwrap();
        assert_eq!(parsed.duplicates, [vec![Step::Name("a".into(), 1)]]);
        let many: String = (0..100).map(|i| format!("a{i}: 1\n")).collect();
        let parsed = parse(&format!("{many}{many}query: 1\nquery: 2\n")).unwrap();
        assert_eq!(parsed.duplicates.len(), MAX_REPEATED + 1);
    }

    #[test]
    fn repeated_keys_and_faults_have_a_place() {
        let parsed = parse("a: 1\nb: {c: 1, c: 2}\na: 3\n").unwrap();
        assert_eq!(parsed.value["a"], Value::Number(3.into()));
        assert_eq!(
            parsed.duplicates,
            [
                vec![Step::Key("b".into()), Step::Name("c".into(), 1)],
                vec![Step::Name("a".into(), 1)]
            ]
        );
        let fault = parse("a: 1\nb: c: d\n").unwrap_err();
        assert_eq!(fault.at, 9);
    }
}
