//! Texts as literals of KQL and YAML, and as names of files.
//!
//! In: any text. Out: what reads back as that text. What always holds: whatever the text holds, it
//! cannot end its literal; no control character is left in one.

use std::fmt::Write;

/// A KQL string.
pub fn kql(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' | '"' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            // Whatever a terminal might obey or hide is none of these.
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// A YAML scalar on one line.
pub fn yaml(text: &str) -> String {
    match text.chars().any(|c| c.is_control() || c == '\u{feff}') {
        false => format!("'{}'", text.replace('\'', "''")),
        // JSON's strings are YAML's double-quoted ones.
        true => serde_json::Value::from(text).to_string(),
    }
}

/// A name in file names: lower case, with one `-` for a run of what is no letter or digit.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        match c {
            c if c.is_alphanumeric() => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_literal() {
        assert_eq!(kql(r#"a"b\"#), r#""a\"b\\""#);
        assert_eq!(kql("a\nb\u{1b}[m"), r#""a\nb\u001b[m""#);
        assert_eq!(kql("Käse\u{202e}\u{1f600}"), r#""Käse\u202e\U0001f600""#);
        assert_eq!(yaml("it's: # x"), "'it''s: # x'");
        for text in ["it's", "a\nb", "\u{1b}[31m", "\"", "", " x ", "ä\u{feff}"] {
            let read: String = serde_yaml::from_str(&yaml(text)).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn slugs_are_words() {
        assert_eq!(slug("RMM tool - Käse: x/../y!"), "rmm-tool-käse-x-y");
        assert_eq!(slug("!"), "");
    }
}
