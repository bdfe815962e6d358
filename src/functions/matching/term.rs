//! Terms: runs of letters and digits; `_` and everything else separates.
//!
//! Source: "What is a term?" in Microsoft's page on string operators.
//! In: a text and a place in it. Out: whether a term may begin or end there.

/// Whether this character belongs to a term.
pub fn is_term(c: char) -> bool {
    c.is_alphanumeric()
}

/// Whether the character before byte `at` (a character's start) is part of a term.
pub(super) fn term_before(text: &str, at: usize) -> bool {
    match text.as_bytes()[..at].last() {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[..at].chars().next_back().is_some_and(is_term),
    }
}

/// Whether the character at byte `at` is part of a term.
pub(super) fn term_at(text: &str, at: usize) -> bool {
    match text.as_bytes()[at..].first() {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[at..].chars().next().is_some_and(is_term),
    }
}

/// On which sides of a match the neighbour must not be part of a term.
///
/// A side where the needle itself ends in a separator is a boundary whatever stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edges {
    pub left: bool,
    pub right: bool,
}

impl Edges {
    /// The sides to look at for this needle, of those that the operator asks for.
    pub fn of(needle: &str, left: bool, right: bool) -> Self {
        Self {
            left: left && needle.chars().next().is_some_and(is_term),
            right: right && needle.chars().next_back().is_some_and(is_term),
        }
    }

    /// Whether a match from `start` to `end` has the boundaries.
    pub fn hold(self, text: &str, start: usize, end: usize) -> bool {
        !(self.left && term_before(text, start) || self.right && term_at(text, end))
    }
}
