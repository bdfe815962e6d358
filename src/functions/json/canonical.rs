//! One text for every way to write a value.

use std::collections::BTreeMap;

use super::node::unescape;
use super::write::{push_real, push_string};
use super::{Kind, Node, Number, parse};

/// Deeper values have no canonical text: the writer recurses.
const MAX_DEPTH: usize = 1_000;

/// The value without white space, members sorted by key, numbers and strings in one spelling. Two
/// values are equal to KQL where these texts are. None where the text is not JSON or too deep.
pub fn canonical(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    push(&mut out, parse(text)?, 0)?;
    Some(out)
}

fn push(out: &mut String, node: Node, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    match node.kind() {
        Kind::Null | Kind::Bool => out.push_str(node.text()),
        Kind::Number => match node.number()? {
            Number::Long(n) => out.push_str(&n.to_string()),
            Number::Real(x) => push_real(out, x),
        },
        Kind::String => push_string(out, &node.string()?),
        Kind::Array => {
            out.push('[');
            for (i, element) in node.elements().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push(out, element, depth + 1)?;
            }
            out.push(']');
        }
        Kind::Object => {
            let mut members = BTreeMap::new();
            for (key, value) in node.members() {
                members.entry(unescape(key)).or_insert(value);
            }
            out.push('{');
            for (i, (key, value)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push_string(out, &key);
                out.push(':');
                push(out, value, depth + 1)?;
            }
            out.push('}');
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_for_one_value() {
        assert_eq!(
            canonical(r#"{ "b": [1, 1.50], "a": "\u0041" }"#).as_deref(),
            Some(r#"{"a":"A","b":[1,1.5]}"#)
        );
        assert_eq!(canonical("1.0").as_deref(), Some("1.0"));
        assert_eq!(canonical("{"), None);
    }
}
