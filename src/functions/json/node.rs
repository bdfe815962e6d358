//! One JSON value as a slice of its text.

use std::borrow::Cow;

use super::scan;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A number as KQL sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Long(i64),
    Real(f64),
}

/// A value: a slice of JSON text without white space round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'a> {
    text: &'a str,
}

impl<'a> Node<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text }
    }

    pub fn text(self) -> &'a str {
        self.text
    }

    pub fn kind(self) -> Kind {
        match self.text.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::Array,
            Some(b'{') => Kind::Object,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(_) | None => Kind::Null,
        }
    }

    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The content of a string.
    pub fn string(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| unescape(self.text))
    }

    pub fn boolean(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The number: long where it is written whole and fits, else real.
    pub fn number(self) -> Option<Number> {
        if self.kind() != Kind::Number {
            return None;
        }
        match self.text.parse::<i64>() {
            Ok(n) => Some(Number::Long(n)),
            Err(_) => self.text.parse::<f64>().ok().map(Number::Real),
        }
    }

    /// The elements of an array; none for anything else.
    pub fn elements(self) -> Elements<'a> {
        let open = match self.kind() {
            Kind::Array => Some(1),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Object => None,
        };
        Elements {
            text: self.text,
            at: open,
        }
    }

    /// The members of an object in their order; none for anything else.
    pub fn members(self) -> Members<'a> {
        let open = match self.kind() {
            Kind::Object => Some(1),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Array => None,
        };
        Members {
            text: self.text,
            at: open,
        }
    }

    /// The value of an object's member.
    pub fn member(self, name: &str) -> Option<Node<'a>> {
        self.members()
            .find(|(key, _)| key_is(key, name))
            .map(|(_, value)| value)
    }

    /// The element at a place; a negative one counts from the end.
    pub fn element(self, index: i64) -> Option<Node<'a>> {
        if index >= 0 {
            return self.elements().nth(usize::try_from(index).ok()?);
        }
        let all: Vec<_> = self.elements().collect();
        let from_end = usize::try_from(index.checked_neg()?).ok()?;
        all.get(all.len().checked_sub(from_end)?).copied()
    }
}

/// Whether a key's raw text (with quotes) says `name`.
fn key_is(raw: &str, name: &str) -> bool {
    let inner = &raw[1..raw.len() - 1];
    if inner.contains('\\') {
        return unescape(raw) == name;
    }
    inner == name
}

/// See [`Node::elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    text: &'a str,
    at: Option<usize>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let start = scan::blank(bytes, self.at.take()?);
        let end = scan::value(bytes, start)?;
        self.at = following(bytes, end);
        Some(Node::new(&self.text[start..end]))
    }
}

/// See [`Node::members`]: the key's raw text with its quotes, and the value.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    text: &'a str,
    at: Option<usize>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let start = scan::blank(bytes, self.at.take()?);
        let behind_key = scan::string(bytes, start)?;
        let value = scan::key(bytes, start)?;
        let end = scan::value(bytes, value)?;
        self.at = following(bytes, end);
        Some((
            &self.text[start..behind_key],
            Node::new(&self.text[value..end]),
        ))
    }
}

/// The place of the next item, None where the array or object closes.
fn following(bytes: &[u8], end: usize) -> Option<usize> {
    let at = scan::blank(bytes, end);
    (bytes.get(at) == Some(&b',')).then_some(at + 1)
}

/// The content of a string literal that the scanner has accepted. Half a surrogate pair alone, which
/// no Rust string can hold, becomes U+FFFD.
pub(super) fn unescape(quoted: &str) -> Cow<'_, str> {
    let inner = quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default();
    let Some(first) = inner.find('\\') else {
        return Cow::Borrowed(inner);
    };
    let mut out = String::with_capacity(inner.len());
    out.push_str(&inner[..first]);
    let mut rest = &inner[first..];
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or_default();
        rest = rest.get(at + 2..).unwrap_or_default();
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let high = hex(rest);
                rest = rest.get(4..).unwrap_or_default();
                let low = match high {
                    0xd800..=0xdbff => rest.strip_prefix("\\u").map(hex),
                    _ => None,
                };
                match low {
                    Some(low @ 0xdc00..=0xdfff) => {
                        rest = rest.get(6..).unwrap_or_default();
                        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    Some(_) | None => {
                        out.push(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
                    }
                }
            }
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn hex(text: &str) -> u32 {
    text.get(..4)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0xfffd)
}

#[cfg(test)]
mod tests {
    use super::super::{canonical, compact, parse};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_deep_text_is_read_without_recursion() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let mut node = parse(&deep).unwrap();
        for _ in 0..1000 {
            node = node.element(0).unwrap();
        }
        assert_eq!(node.kind(), Kind::Array);
        assert_eq!(canonical(&deep), None);
    }

    #[test]
    fn numbers_and_order_are_kept() {
        let node = parse(r#" { "b" : 1.0, "a": [1e5, -0] } "#).unwrap();
        assert_eq!(node.member("b").unwrap().text(), "1.0");
        let keys: Vec<_> = node.members().map(|(key, _)| key).collect();
        assert_eq!(keys, ["\"b\"", "\"a\""]);
        assert_eq!(compact(node.text()), r#"{"b":1.0,"a":[1e5,-0]}"#);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "nul",
            "[1,]",
            "{\"a\":}",
            "{a:1}",
            "01",
            "1.",
            "\"\t\"",
            "\"\\x\"",
            "1 2",
            "[",
            "'a'",
            "NaN",
            "+1",
            ".5",
            "{\"a\" 1}",
            "]",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            (-1e9..1e9).prop_map(|x: f64| serde_json::json!(x)),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn rebuild(node: Node) -> serde_json::Value {
        match node.kind() {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool => node.boolean().unwrap().into(),
            Kind::Number => serde_json::from_str(node.text()).unwrap(),
            Kind::String => node.string().unwrap().into_owned().into(),
            Kind::Array => node.elements().map(rebuild).collect::<Vec<_>>().into(),
            Kind::Object => serde_json::Value::Object(
                node.members()
                    .map(|(key, value)| (unescape(key).into_owned(), rebuild(value)))
                    .collect(),
            ),
        }
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_writes(value in json()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(rebuild(parse(&pretty).unwrap()), value.clone());
            prop_assert_eq!(compact(&pretty).into_owned(), value.to_string());
        }

        #[test]
        fn takes_what_serde_json_takes(text in r#"[\[\]{}",:0-9eE.+\-truefalsn \\u]{0,12}"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text);
            let ours = parse(&text).is_some();
            prop_assert_eq!(ours, theirs.is_ok(), "{}", text);
        }
    }
}
