//! Which rules a scenario is for.
//!
//! In: `all`, or a list of ids, names, tags and globs of these. Out: whether a rule is meant.
//! What always holds: case does not count; an empty list is for no rule.

use globset::{GlobBuilder, GlobMatcher};
use serde_yaml::Value;

use super::super::Rule;
use super::super::lists::scalar;

/// The rules that a scenario is for.
#[derive(Debug, Clone)]
pub struct Applies(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    text: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    All,
    Word,
    Glob(Box<GlobMatcher>),
}

impl PartialEq for Applies {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

impl Applies {
    /// Reads the entries of a list; with each entry that is a bad glob, why.
    pub fn new(entries: &[String]) -> (Self, Vec<(usize, String)>) {
        let mut read = Vec::with_capacity(entries.len());
        let mut faults = Vec::new();
        for (index, text) in entries.iter().enumerate() {
            match test(text) {
                Ok(test) => read.push(Entry {
                    text: text.clone(),
                    test,
                }),
                Err(reason) => faults.push((index, reason)),
            }
        }
        (Self(read), faults)
    }

    /// The entries as they were written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.text.as_str())
    }

    /// Whether a rule is meant: by its id, its name or one of its tags.
    pub fn to(&self, rule: &Rule) -> bool {
        let tags = rule.tags.iter().flat_map(tag_words);
        let words: Vec<String> = [rule.id.clone(), rule.name.clone()]
            .into_iter()
            .chain(tags)
            .collect();
        self.0.iter().any(|entry| {
            let text = entry.text.to_lowercase();
            let is_named = |word: &String| word.to_lowercase() == text;
            match &entry.test {
                Test::All => true,
                Test::Word => words.iter().any(is_named),
                // A name may hold what a glob takes for its own.
                Test::Glob(glob) => words.iter().any(|w| is_named(w) || glob.is_match(w)),
            }
        })
    }
}

fn test(text: &str) -> Result<Test, String> {
    if text.eq_ignore_ascii_case("all") || text == "*" {
        return Ok(Test::All);
    }
    if !text.contains(['*', '?', '[', '{']) {
        return Ok(Test::Word);
    }
    GlobBuilder::new(text)
        .case_insensitive(true)
        .literal_separator(false)
        .build()
        .map(|glob| Test::Glob(Box::new(glob.compile_matcher())))
        .map_err(|fault| fault.kind().to_string())
}

/// A tag is a word, or a mapping in the spelling of the Advanced SIEM rules.
fn tag_words(tag: &Value) -> Vec<String> {
    match tag {
        Value::Mapping(fields) => fields.values().filter_map(scalar).collect(),
        Value::String(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Null
        | Value::Sequence(_)
        | Value::Tagged(_) => scalar(tag).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn ids_names_tags_globs_and_all() {
        let text = "id: c75a\nname: RMM tool [x] used\ntags: [rmm, {Schema: Asim}]\nquery: T\n";
        let file = super::super::super::read(Path::new("r.yaml"), text.as_bytes());
        let rule = &file.rules[0];
        let applies = |entry: &str| Applies::new(&[entry.to_owned()]).0.to(rule);
        for entry in [
            "C75A",
            "RMM tool [[]x[]] used",
            "RMM tool [x] used",
            "RMM",
            "asim",
            "c7*",
            "rmm*used",
            "all",
            "*",
        ] {
            assert!(applies(entry), "{entry}");
        }
        for entry in ["c75", "tool", "other", "x*", "", "schema"] {
            assert!(!applies(entry), "{entry}");
        }
        assert!(!Applies::new(&[]).0.to(rule));
        let (_, faults) = Applies::new(&["ok".to_owned(), "{a".to_owned()]);
        assert_eq!(faults[0].0, 1);
    }
}
