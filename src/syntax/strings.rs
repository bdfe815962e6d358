//! From a string literal's text to the string.
//!
//! In: one literal with its quotes, as the lexer cut it. Out: the string, and the escapes that KQL
//! does not know. What always holds: text without escapes is copied once.
//!
//! Source: "The string data type" of the Kusto reference.

use crate::diagnostics::Span;

/// An escape that KQL does not know, at its place in the literal.
#[derive(Debug, PartialEq, Eq)]
pub struct BadEscape {
    pub span: Span,
}

/// Appends the string that a closed literal stands for; says which escapes are bad.
pub fn decode(literal: &str, out: &mut String) -> Vec<BadEscape> {
    let obfuscated = usize::from(literal.starts_with(['h', 'H']));
    let body = &literal[obfuscated..];
    if let Some(verbatim) = body.strip_prefix('@') {
        let quote = &verbatim[..1];
        let inner = &verbatim[1..verbatim.len() - 1];
        if inner.contains(quote) {
            out.push_str(&inner.replace(&quote.repeat(2), quote));
        } else {
            out.push_str(inner);
        }
        return Vec::new();
    }
    if body.starts_with("```") || body.starts_with("~~~") {
        out.push_str(&body[3..body.len() - 3]);
        return Vec::new();
    }
    unescape(&body[1..body.len() - 1], obfuscated + 1, out)
}

fn unescape(inner: &str, offset: usize, out: &mut String) -> Vec<BadEscape> {
    let mut bad = Vec::new();
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let place = offset + (inner.len() - rest.len()) + at;
        let (character, length) = read_escape(escape);
        match character {
            Some(c) => out.push(c),
            None => bad.push(BadEscape {
                span: Span::new(place, place + 1 + length),
            }),
        }
        rest = &escape[length..];
    }
    out.push_str(rest);
    bad
}

/// The character of an escape (its backslash taken off) and how many bytes it takes.
fn read_escape(escape: &str) -> (Option<char>, usize) {
    let Some(first) = escape.chars().next() else {
        return (None, 0);
    };
    let simple = match first {
        '\\' | '"' | '\'' => Some(first),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        _ => None,
    };
    if simple.is_some() {
        return (simple, 1);
    }
    match first {
        'u' => utf16_escape(escape),
        'U' => hex_escape(escape, 8),
        'x' => hex_escape(escape, 2),
        '0'..='7' => {
            let longest = if first <= '3' { 3 } else { 2 };
            let length = escape
                .bytes()
                .take(longest)
                .take_while(|b| matches!(b, b'0'..=b'7'))
                .count();
            let value = u32::from_str_radix(&escape[..length], 8).ok();
            (value.and_then(char::from_u32), length)
        }
        other => (None, other.len_utf8()),
    }
}

fn hex_digits(text: &str, digits: usize) -> Option<u32> {
    let hex = text.get(..digits)?;
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(hex, 16).ok()
}

fn hex_escape(escape: &str, digits: usize) -> (Option<char>, usize) {
    match hex_digits(&escape[1..], digits) {
        Some(value) => (char::from_u32(value), 1 + digits),
        None => (None, 1),
    }
}

/// `\u` with four digits is a UTF-16 unit: a pair of them makes one character.
fn utf16_escape(escape: &str) -> (Option<char>, usize) {
    let Some(high) = hex_digits(&escape[1..], 4) else {
        return (None, 1);
    };
    if (0xd800..0xdc00).contains(&high)
        && let Some(low) = escape[5..]
            .strip_prefix("\\u")
            .and_then(|t| hex_digits(t, 4))
        && (0xdc00..0xe000).contains(&low)
    {
        let value = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(value), 11);
    }
    (char::from_u32(high), 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(literal: &str) -> String {
        let mut out = String::new();
        assert_eq!(decode(literal, &mut out), vec![], "{literal}");
        out
    }

    #[test]
    fn every_form_of_quotes() {
        assert_eq!(good(r#""a'b""#), "a'b");
        assert_eq!(good(r"'a\'b'"), "a'b");
        assert_eq!(good(r#"@"C:\x""y""#), r#"C:\x"y"#);
        assert_eq!(good(r"h@'it''s'"), "it's");
        assert_eq!(good("H'secret'"), "secret");
        assert_eq!(good("```a\n\\d```"), "a\n\\d");
        assert_eq!(good("~~~a`~~~"), "a`");
    }

    #[test]
    fn escapes() {
        assert_eq!(good(r#""\t\n\\\"\a\0\101""#), "\t\n\\\"\u{7}\0A");
        assert_eq!(good(r#""\x41\u00e9\U0001f600\ud83d\ude00""#), "Aé😀😀");
    }

    #[test]
    fn unknown_escapes_are_named_by_place() {
        let mut out = String::new();
        let bad = decode(r#""a\d\w""#, &mut out);
        let spans: Vec<_> = bad.iter().map(|b| (b.span.start, b.span.end)).collect();
        assert_eq!(spans, [(2, 4), (4, 6)]);
        assert_eq!(decode(r#""\x4""#, &mut out).len(), 1);
        assert_eq!(decode(r#""\ud83d""#, &mut out).len(), 1);
    }
}
