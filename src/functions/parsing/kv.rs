//! `parse-kv`: keys and values in a text.
//!
//! In: a text and how its pairs are written. Out: the value of each column's key, None where it is not
//! there. What always holds: of a key that comes again the first value counts; white space round keys and
//! values is not theirs.

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::spec::Column;

/// How pairs are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pairs {
    pub columns: Vec<Column>,
    /// What parts one pair from the next; None: anything that is no letter or digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<String>,
    /// What parts a key from its value; None: anything that is no letter or digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv: Option<String>,
    /// Opening and closing quotes.
    #[serde(rename = "quote", skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<(char, char)>,
    #[serde(rename = "escape", skip_serializing_if = "Vec::is_empty")]
    pub escapes: Vec<char>,
    /// An expression whose first group is a key and whose second is its value, in place of all that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Whether a value reaches to the next key, over delimiters of pairs, rather than to the next delimiter.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub greedy: bool,
}

impl Pairs {
    fn is_quote(&self, c: char) -> bool {
        self.quotes.iter().any(|(open, _)| *open == c)
    }

    fn opens_quote(&self, text: &str) -> bool {
        text.starts_with(|c| self.is_quote(c))
    }
}

pub(super) fn read(text: &str, pairs: &Pairs, regex: Option<&Regex>) -> Vec<Option<String>> {
    let found = match (regex, &pairs.pair, &pairs.kv) {
        (Some(regex), _, _) => by_regex(text, regex),
        (None, Some(pair), Some(kv)) => by_delimiters(text, pairs, pair, kv),
        (None, _, _) => by_words(text, pairs),
    };
    let value = |name: &str| found.iter().find(|(key, _)| key == name);
    pairs
        .columns
        .iter()
        .map(|column| value(&column.name).map(|(_, value)| value.clone()))
        .collect()
}

fn by_regex(text: &str, regex: &Regex) -> Vec<(String, String)> {
    regex
        .captures_iter(text)
        .filter_map(|found| {
            let group = |index| found.get(index).map(|m| m.as_str().trim().to_owned());
            Some((group(1)?, group(2)?))
        })
        .collect()
}

/// A text being read from left to right.
struct Cursor<'a> {
    rest: &'a str,
    pairs: &'a Pairs,
}

impl Cursor<'_> {
    /// What stands in quotes here; an open end reaches to the end of the text.
    fn quoted(&mut self) -> Option<String> {
        let first = self.rest.chars().next()?;
        let (open, close) = *self.pairs.quotes.iter().find(|(open, _)| *open == first)?;
        let inner = &self.rest[open.len_utf8()..];
        let mut content = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if self.pairs.escapes.contains(&c) {
                if let Some((_, escaped)) = chars.next() {
                    content.push(escaped);
                }
            } else if c == close {
                self.rest = &inner[at + c.len_utf8()..];
                return Some(content);
            } else {
                content.push(c);
            }
        }
        self.rest = "";
        Some(content)
    }

    /// The text up to one of these, which is passed over; whether one was there, and which.
    fn until(&mut self, ends: &[&str]) -> (String, Option<usize>) {
        let at = ends
            .iter()
            .enumerate()
            .filter_map(|(index, end)| Some((self.rest.find(end)?, index)))
            .min();
        match at {
            Some((at, index)) => {
                let found = self.rest[..at].to_owned();
                self.rest = &self.rest[at + ends[index].len()..];
                (found, Some(index))
            }
            None => (std::mem::take(&mut self.rest).to_owned(), None),
        }
    }

    /// The text up to the last `pair` before the next `kv`, which is where the next key begins; else all of it.
    fn until_key(&mut self, pair: &str, kv: &str) -> String {
        let end = self
            .rest
            .match_indices(kv)
            .find_map(|(at, _)| self.rest[..at].rfind(pair));
        let Some(end) = end else {
            return std::mem::take(&mut self.rest).to_owned();
        };
        let found = self.rest[..end].to_owned();
        self.rest = &self.rest[end + pair.len()..];
        found
    }
}

fn by_delimiters(text: &str, pairs: &Pairs, pair: &str, kv: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut cursor = Cursor { rest: text, pairs };
    while !cursor.rest.is_empty() {
        if pair.trim().is_empty() || !pair.starts_with(char::is_whitespace) {
            // White space before a key; where white space parts the pairs, empty ones say nothing.
            cursor.rest = cursor.rest.trim_start();
        }
        let (key, end) = match cursor.quoted() {
            Some(key) => (key, cursor.until(&[kv, pair]).1),
            None => cursor.until(&[kv, pair]),
        };
        if end != Some(0) {
            continue;
        }
        let unspaced = cursor.rest.trim_start_matches(' ');
        if pairs.opens_quote(unspaced) {
            cursor.rest = unspaced;
        }
        let value = match cursor.quoted() {
            Some(value) => {
                cursor.until(&[pair]);
                value
            }
            None if pairs.greedy => cursor.until_key(pair, kv).trim().to_owned(),
            None => cursor.until(&[pair]).0.trim().to_owned(),
        };
        found.push((key.trim().to_owned(), value));
    }
    found
}

/// Keys and values as runs of letters and digits, whatever stands between.
fn by_words(text: &str, pairs: &Pairs) -> Vec<(String, String)> {
    let mut tokens = Vec::new();
    let mut cursor = Cursor { rest: text, pairs };
    while !cursor.rest.is_empty() {
        if let Some(quoted) = cursor.quoted() {
            tokens.push(quoted);
            continue;
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let start = cursor.rest.find(word).unwrap_or(cursor.rest.len());
        let quote = cursor.rest.find(|c| pairs.is_quote(c));
        if let Some(quote) = quote.filter(|quote| *quote <= start) {
            cursor.rest = &cursor.rest[quote..];
            continue;
        }
        let rest = &cursor.rest[start..];
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        if end > 0 {
            tokens.push(rest[..end].to_owned());
        }
        cursor.rest = &rest[end..];
    }
    // A word is a key only where a column has its name: its value is the next word.
    tokens
        .windows(2)
        .filter(|pair| pairs.columns.iter().any(|c| c.name == pair[0]))
        .map(|pair| (pair[0].clone(), pair[1].clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::ScalarType;

    fn pairs(names: &[&str], pair: Option<&str>, kv: Option<&str>) -> Pairs {
        Pairs {
            columns: names
                .iter()
                .map(|name| Column {
                    name: (*name).into(),
                    ty: ScalarType::String,
                })
                .collect(),
            pair: pair.map(str::to_owned),
            kv: kv.map(str::to_owned),
            ..Pairs::default()
        }
    }

    fn found(text: &str, pairs: &Pairs) -> Vec<String> {
        let found = read(text, pairs, None);
        found.into_iter().map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn pairs_by_delimiters() {
        let spec = pairs(&["b", "a", "c"], Some(";"), Some("="));
        assert_eq!(found(" a = 1 ; b = x=y ;a=2", &spec), ["x=y", "1", ""]);
    }

    #[test]
    fn quotes_hold_delimiters() {
        let mut spec = pairs(&["event time", "src", "failure"], Some(" "), Some("="));
        spec.quotes = vec![('"', '"')];
        let text =
            r#"src=10.1.1.123 failure="connection aborted" "event time"=2021-01-01T10:00:54"#;
        let values = ["2021-01-01T10:00:54", "10.1.1.123", "connection aborted"];
        assert_eq!(found(text, &spec), values);
        spec.quotes.push(('<', '>'));
        let text = r#"failure=<a b> src="c d" "event time"=e"#;
        assert_eq!(found(text, &spec), ["e", "c d", "a b"]);
    }

    #[test]
    fn greedy_values_reach_to_the_next_key() {
        let text = "name=John Doe phone=555 5555 city=New York";
        let mut spec = pairs(&["name", "phone", "city"], Some(" "), Some("="));
        assert_eq!(found(text, &spec), ["John", "555", "New"]);
        spec.greedy = true;
        assert_eq!(found(text, &spec), ["John Doe", "555 5555", "New York"]);
        assert_eq!(found("name=a=b c city=", &spec), ["a=b c", "", ""]);
    }

    #[test]
    fn without_delimiters_words_follow_keys() {
        let mut spec = pairs(&["Text", "ThreadId"], None, None);
        spec.quotes = vec![('\'', '\'')];
        spec.escapes = vec!['\\'];
        let text = r"10:00 [INFO] ThreadId:458, Text: 'it \' is up'";
        assert_eq!(found(text, &spec), ["it ' is up", "458"]);
    }
}
