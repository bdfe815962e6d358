//! The part of a text in which `indexof` and `indexof_regex` search, and positions in characters.
//!
//! In: start and length in characters. Out: bytes. What always holds: both ends are character starts.

/// A part of a text.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    whole: &'a str,
    /// The byte at which it begins; may be moved on.
    pub from: usize,
    /// Its length in characters, None without limit.
    length: Option<usize>,
}

impl<'a> Window<'a> {
    /// The window at character `start` (from the end where negative) of `length` characters (-1 for all).
    /// None where the length makes no sense.
    pub fn new(whole: &'a str, start: i64, length: i64) -> Option<Self> {
        let length = match length {
            -1 => None,
            _ => Some(usize::try_from(length).ok()?),
        };
        let start = usize::try_from(start).unwrap_or_else(|_| {
            let back = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
            whole.chars().count().saturating_sub(back)
        });
        Some(Self {
            whole,
            from: byte(whole, start),
            length,
        })
    }

    pub fn text(&self) -> &'a str {
        let rest = &self.whole[self.from..];
        self.length
            .map_or(rest, |length| &rest[..byte(rest, length)])
    }
}

/// The byte at which a character begins; the end where there are fewer.
pub fn byte(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(at, _)| at)
}

/// The character that begins at this byte, counted from 0.
pub fn position(text: &str, at: usize) -> Option<i64> {
    i64::try_from(text[..at].chars().count()).ok()
}
