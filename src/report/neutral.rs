//! Text of events and rules made harmless for a terminal.
//!
//! In: any text. Out: the same text with every character escaped that a terminal would obey rather
//! than show: control characters (ESC, CSI, bell, line ends), the marks that reorder text, and
//! characters without width. What always holds: ordinary text is returned as it is. The escapes are
//! for reading; backslashes that stand in the text stay, so that paths remain paths.

use std::borrow::Cow;

/// Whether a terminal might act on this character or hide it.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text on one line, hostile characters as `\n`, `\t`, `\u{1b}`, `\u{202e}`.
pub fn neutral(text: &str) -> Cow<'_, str> {
    escape(text, is_hostile)
}

/// As [`neutral`], but line ends and tabs stay, for texts that the tool itself laid out.
pub fn neutral_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_hostile(c) && c != '\n' && c != '\t')
}

fn escape(text: &str, hostile: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) || !text.chars().any(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hostile(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The text with each hostile character but line ends and tabs replaced by a harmless one of as
/// many bytes, so that byte offsets into it still hold. A lone carriage return becomes a line end.
pub fn neutral_source(text: &str) -> Cow<'_, str> {
    let kept = |c: char| matches!(c, '\n' | '\t') || !is_hostile(c);
    if text.chars().all(kept) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(match (c, c.len_utf8()) {
            ('\r', _) if rest.peek() == Some(&'\n') => c,
            ('\r', _) => '\n',
            _ if kept(c) => c,
            (_, 1) => '?',
            (_, 2) => '·',
            (_, 3) => '\u{fffd}',
            _ => '\u{1f6ab}',
        });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        for (text, shown) in [
            ("plain C:\\new äöü 🦀", "plain C:\\new äöü 🦀"),
            ("a\x1b[31mred\x1b[0m", "a\\u{1b}[31mred\\u{1b}[0m"),
            ("\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("exe.\u{202e}txt", "exe.\\u{202e}txt"),
            ("a\u{200b}b\u{2066}", "a\\u{200b}b\\u{2066}"),
            ("one\r\ntwo\t\u{7f}", "one\\r\\ntwo\\t\\u{7f}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
        ] {
            assert_eq!(neutral(text), shown);
        }
    }

    #[test]
    fn a_source_keeps_its_offsets_and_lines() {
        let text = "a\x1bb\r\nc\u{9b}\u{202e}\rd\u{e0041}\te";
        let shown = neutral_source(text);
        assert_eq!(shown, "a?b\r\nc·\u{fffd}\nd\u{1f6ab}\te");
        assert_eq!(shown.len(), text.len());
    }
}
