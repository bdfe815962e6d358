//! Follows a YAML scalar's text through its form, byte by byte.
//!
//! In: a document, the place where a scalar begins, and the value that the YAML parser gave it.
//! Out: the map from the value's bytes to the document's.
//! What always holds: the map is given only where reading the form here gives the parser's very
//! value; so an error of this file can cost a precise place, never move one.

use super::offsets::OffsetMap;

/// The map of the scalar that begins at `mark`, or one that leads to `mark` alone where the form
/// cannot be followed (an alias, a directive's tag).
pub fn map(text: &str, mark: usize, value: &str) -> OffsetMap {
    let start = skip_properties(text, mark);
    let read = match text.as_bytes().get(start) {
        Some(b'|') => block(text, start, false),
        Some(b'>') => block(text, start, true),
        Some(b'"') => flow(text, start + 1, Flow::Double, usize::MAX),
        Some(b'\'') => flow(text, start + 1, Flow::Single, usize::MAX),
        _ => flow(text, start, Flow::Plain, value.len()),
    };
    if read.text == value {
        read.map
    } else {
        OffsetMap::shifted(mark, 0)
    }
}

/// Whether the scalar at `mark` is plain, and a comment cuts its line short.
pub fn cut_by_comment(text: &str, mark: usize, value: &str) -> bool {
    let style = text.as_bytes().get(mark);
    if matches!(style, Some(b'|' | b'>' | b'"' | b'\'')) {
        return false;
    }
    let line = text[mark..].lines().next().unwrap_or_default();
    line.strip_prefix(value.lines().next().unwrap_or_default())
        .is_some_and(|rest| rest.trim_start().starts_with('#'))
}

/// Skips a tag and an anchor.
fn skip_properties(text: &str, mark: usize) -> usize {
    let mut at = mark;
    while text[at..].starts_with(['!', '&']) {
        let rest = &text[at..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let blank = rest[end..].len() - rest[end..].trim_start().len();
        at += end + blank;
    }
    at
}

/// A value being put together, with its map.
#[derive(Default)]
struct Reading {
    text: String,
    map: OffsetMap,
}

impl Reading {
    /// Adds text that stands so at `at`.
    fn copy(&mut self, text: &str, at: usize) {
        self.map.push(self.text.len(), at, text.len());
        self.text.push_str(text);
    }

    /// Adds a character that is written in another way at `at`.
    fn made(&mut self, character: char, at: usize) {
        self.map.push(self.text.len(), at, 0);
        self.text.push(character);
    }
}

/// The length of the line end at `at`: 0 where there is none.
fn line_end(text: &str, at: usize) -> usize {
    match text.as_bytes().get(at) {
        Some(b'\n') => 1,
        Some(b'\r') if text.as_bytes().get(at + 1) == Some(&b'\n') => 2,
        Some(b'\r') => 1,
        _ => 0,
    }
}

fn is_blank(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t'))
}

/// The column of the key (or dash) that the scalar at `mark` belongs to.
fn parent_column(text: &str, mark: usize) -> usize {
    let start = text[..mark].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = &text[start..mark];
    let mut column = line.len() - line.trim_start_matches(' ').len();
    while let Some(rest) = line[column..].strip_prefix('-')
        && rest.starts_with(' ')
        && !rest.trim_start().is_empty()
    {
        column += 1 + rest.len() - rest.trim_start_matches(' ').len();
    }
    column
}

/// A literal or folded block scalar: YAML 1.2, chapter 8.1, as libyaml reads it.
fn block(text: &str, mark: usize, folded: bool) -> Reading {
    let bytes = text.as_bytes();
    let mut at = mark + 1;
    let mut chomp = None;
    let mut explicit = None;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'+' | b'-' => chomp = Some(*byte),
            b'1'..=b'9' => explicit = Some(usize::from(byte - b'0')),
            _ => break,
        }
        at += 1;
    }
    while at < text.len() && line_end(text, at) == 0 {
        at += 1;
    }
    at += line_end(text, at);

    let parent = parent_column(text, mark);
    let mut indent = explicit.map_or(0, |n| parent + n);
    let mut read = Reading::default();
    let mut pending: Option<usize> = None;
    let mut breaks = Vec::new();
    let mut after_blank = false;
    let mut column = skip_breaks(text, &mut at, &mut indent, parent, &mut breaks);
    while column == indent && at < text.len() {
        let blank = is_blank(bytes.get(at));
        if let Some(end) = pending.take() {
            if !folded || after_blank || blank {
                read.made('\n', end);
            } else if breaks.is_empty() {
                read.made(' ', end);
            }
        }
        breaks.drain(..).for_each(|end| read.made('\n', end));
        after_blank = blank;
        let start = at;
        while at < text.len() && line_end(text, at) == 0 {
            at += 1;
        }
        read.copy(&text[start..at], start);
        if at == text.len() {
            break;
        }
        pending = Some(at);
        at += line_end(text, at);
        column = skip_breaks(text, &mut at, &mut indent, parent, &mut breaks);
    }
    if chomp != Some(b'-') {
        pending.into_iter().for_each(|end| read.made('\n', end));
    }
    if chomp == Some(b'+') {
        breaks.drain(..).for_each(|end| read.made('\n', end));
    }
    read
}

/// Passes indentation and empty lines; gives the column where it stopped. The first call finds the
/// indentation where the header does not give it.
fn skip_breaks(
    text: &str,
    at: &mut usize,
    indent: &mut usize,
    parent: usize,
    breaks: &mut Vec<usize>,
) -> usize {
    let mut deepest = 0;
    let mut column;
    loop {
        column = 0;
        while (*indent == 0 || column < *indent) && text.as_bytes().get(*at) == Some(&b' ') {
            *at += 1;
            column += 1;
        }
        deepest = deepest.max(column);
        let end = line_end(text, *at);
        if end == 0 {
            break;
        }
        breaks.push(*at);
        *at += end;
    }
    if *indent == 0 {
        *indent = deepest.max(parent + 1);
    }
    column
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Single,
    Double,
    Plain,
}

/// A quoted or plain scalar; it stops at its quote, or where the value has `limit` bytes.
fn flow(text: &str, start: usize, form: Flow, limit: usize) -> Reading {
    let bytes = text.as_bytes();
    let mut read = Reading::default();
    let mut at = start;
    while at < text.len() && read.text.len() < limit {
        let rest = &text[at..];
        if is_blank(bytes.get(at)) || line_end(text, at) > 0 {
            at = fold(text, at, &mut read, false);
        } else if form == Flow::Single && rest.starts_with("''") {
            read.made('\'', at);
            at += 2;
        } else if (form == Flow::Single && rest.starts_with('\''))
            || (form == Flow::Double && rest.starts_with('"'))
        {
            break;
        } else if form == Flow::Double && rest.starts_with('\\') {
            if line_end(text, at + 1) > 0 {
                at = fold(text, at + 1, &mut read, true);
                continue;
            }
            let Some((character, len)) = escape(&rest[1..]) else {
                break;
            };
            read.made(character, at);
            at += 1 + len;
        } else {
            let len = rest.chars().next().map_or(1, char::len_utf8);
            read.copy(&rest[..len], at);
            at += len;
        }
    }
    read
}

/// White space inside a flow scalar: kept within a line, folded over line ends.
fn fold(text: &str, start: usize, read: &mut Reading, escaped: bool) -> usize {
    let mut at = start;
    let mut ends = Vec::new();
    loop {
        if is_blank(text.as_bytes().get(at)) {
            at += 1;
        } else if line_end(text, at) > 0 {
            ends.push(at);
            at += line_end(text, at);
        } else {
            break;
        }
    }
    match ends.as_slice() {
        [] => read.copy(&text[start..at], start),
        [_] if escaped => {}
        [only] => read.made(' ', *only),
        [_, more @ ..] => more.iter().for_each(|end| read.made('\n', *end)),
    }
    at
}

/// The character that an escape stands for, and the escape's length behind the backslash.
fn escape(rest: &str) -> Option<(char, usize)> {
    let name = rest.chars().next()?;
    let digits = match name {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let code = u32::from_str_radix(rest.get(1..1 + digits)?, 16).ok()?;
        return Some((char::from_u32(code)?, 1 + digits));
    }
    let character = match name {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0B',
        'f' => '\x0C',
        'r' => '\r',
        'e' => '\x1B',
        'N' => '\u{85}',
        '_' => '\u{A0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' | '"' | '\'' | '\\' | '/' => name,
        _ => return None,
    };
    Some((character, name.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::super::mark::{Step, find};
    use super::*;

    fn check(text: &str) {
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let value = value["q"].as_str().unwrap().to_owned();
        let mark = find(text, &[Step::Key("q".into())]).unwrap();
        let map = map(text, mark, &value);
        assert_ne!(map, OffsetMap::shifted(mark, 0), "not followed: {text:?}");
        for (at, character) in value.char_indices() {
            let origin = &text[map.locate(at)..];
            if character.is_alphanumeric() {
                assert!(origin.starts_with(character), "{text:?} at {at}");
            }
        }
    }

    #[test]
    fn every_form_is_followed() {
        for text in [
            "q: |\n  T\n  | where x\n",
            "q: |\r\n  T\r\n\r\n  | where ö\r\n",
            "q: |-\n    T\n      | deep\n\n\nz: 1\n",
            "q: |+\n  T\n\n",
            "q: |2\n    T\n  a\n",
            "q: >\n  T\n  | where a\n\n  b\n    deep\n  c\n",
            "q: >-\n  T\n\n\n  b\n",
            "q: 'T | where a == ''b'' '\n",
            "q: 'T\n  | where\n\n  a'\n",
            "q: \"T\\n| where a == \\\"b\\\" \\u0021 c\"\n",
            "q: \"T \\\n   | take\n  5\"\n",
            "q: T | take 5 # no\n",
            "q: T\n  | take 5\n\n  | count\n",
            "q: !!str |\n  T\n",
            "z:\n - 1\nq: &a |\n  T\n",
            "{\"q\": \"T\\n| take 5\"}",
            "q: |  # note\n  T",
        ] {
            check(text);
        }
    }

    #[test]
    fn comments_that_cut_a_plain_scalar_are_seen() {
        assert!(cut_by_comment("q: T | take 5 # no", 3, "T | take 5"));
        assert!(!cut_by_comment("q: T | take 5", 3, "T | take 5"));
        assert!(!cut_by_comment("q: 'T' # no", 3, "T"));
    }
}
