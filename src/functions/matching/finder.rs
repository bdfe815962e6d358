//! Finding needles in a text: one by its rarest byte, many by the starts of terms or by one automaton.
//!
//! In: needles that are not empty. Out: whether one of them stands somewhere with the boundaries it
//! needs. What always holds: a match without its boundary does not hide another one, be it of the same
//! needle or of one that overlaps it.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem;

use super::term::Edges;
use super::term_starts::TermStarts;

/// Up to so many needles are sought one after the other.
const FEW: usize = 2;
/// Up to so many bytes of needles get the automaton that is faster and larger.
const DFA_BYTES: usize = 16 << 10;

/// Needles and how to find them.
#[derive(Debug)]
pub(super) enum Finder {
    Few(Vec<(Needle, Edges)>),
    /// One automaton that reports every match, overlapping ones included; edges by pattern.
    Many {
        automaton: AhoCorasick,
        edges: Vec<Edges>,
    },
    TermStarts(TermStarts),
}

impl Finder {
    /// What to ask one after the other. With `ignore_case` ASCII letters match in either case, and the
    /// needles are ASCII.
    pub fn of(needles: Vec<(String, Edges)>, ignore_case: bool) -> Vec<Self> {
        if needles.len() <= FEW {
            return Self::new(&needles, ignore_case).into_iter().collect();
        }
        // A term start beyond ASCII is not in the table.
        let (starts, others): (Vec<_>, Vec<_>) = needles
            .into_iter()
            .partition(|(needle, edges)| edges.left && needle.as_bytes()[0].is_ascii());
        let starts = TermStarts::new(&starts, ignore_case).map(Self::TermStarts);
        starts
            .into_iter()
            .chain(Self::new(&others, ignore_case))
            .collect()
    }

    fn new(needles: &[(String, Edges)], ignore_case: bool) -> Option<Self> {
        if needles.is_empty() {
            return None;
        }
        if needles.len() > FEW {
            let bytes: usize = needles.iter().map(|(needle, _)| needle.len()).sum();
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .ascii_case_insensitive(ignore_case)
                .kind((bytes <= DFA_BYTES).then_some(AhoCorasickKind::DFA))
                .build(needles.iter().map(|(needle, _)| needle));
            if let Ok(automaton) = automaton {
                return Some(Self::Many {
                    automaton,
                    edges: needles.iter().map(|(_, edges)| *edges).collect(),
                });
            }
            // Too large for an automaton: slower, with the same answers.
        }
        Some(Self::Few(
            needles
                .iter()
                .map(|(needle, edges)| (Needle::new(needle, ignore_case), *edges))
                .collect(),
        ))
    }

    pub fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Few(needles) => needles
                .iter()
                .any(|(needle, edges)| needle.is_match(text, *edges)),
            Self::TermStarts(starts) => starts.is_match(text),
            Self::Many { automaton, edges } => {
                let mut state = OverlappingState::start();
                loop {
                    automaton.find_overlapping(text, &mut state);
                    match state.get_match() {
                        None => return false,
                        Some(found) => {
                            if edges[found.pattern().as_usize()].hold(
                                text,
                                found.start(),
                                found.end(),
                            ) {
                                return true;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One needle.
#[derive(Debug)]
pub(super) enum Needle {
    Exact(Box<memmem::Finder<'static>>),
    /// The needle in lower case, and its byte that is least common in logs in both cases.
    IgnoreCase {
        needle: Box<[u8]>,
        rare: usize,
        lower: u8,
        upper: u8,
    },
}

impl Needle {
    fn new(needle: &str, ignore_case: bool) -> Self {
        if !ignore_case || !needle.bytes().any(|b| b.is_ascii_alphabetic()) {
            return Self::Exact(Box::new(memmem::Finder::new(needle).into_owned()));
        }
        let needle: Box<[u8]> = needle.to_ascii_lowercase().into_bytes().into();
        let rare = (0..needle.len())
            .min_by_key(|i| commonness(needle[*i]))
            .unwrap_or(0);
        let lower = needle[rare];
        Self::IgnoreCase {
            rare,
            lower,
            upper: lower.to_ascii_uppercase(),
            needle,
        }
    }

    fn is_match(&self, text: &str, edges: Edges) -> bool {
        let mut from = 0;
        while let Some(start) = self.find(text.as_bytes(), from) {
            if edges.hold(text, start, start + self.len()) {
                return true;
            }
            from = start + 1;
        }
        false
    }

    fn len(&self) -> usize {
        match self {
            Self::Exact(finder) => finder.needle().len(),
            Self::IgnoreCase { needle, .. } => needle.len(),
        }
    }

    /// The first place at or after byte `from`.
    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Exact(finder) => finder.find(text.get(from..)?).map(|at| from + at),
            Self::IgnoreCase {
                needle,
                rare,
                lower,
                upper,
            } => {
                // Only places of the rare byte that leave room for the rest on both sides.
                let last = (text.len() + rare + 1).checked_sub(needle.len())?;
                let mut at = from + rare;
                loop {
                    let window = text.get(at..last)?;
                    let found = match lower == upper {
                        true => memchr::memchr(*lower, window)?,
                        false => memchr::memchr2(*lower, *upper, window)?,
                    };
                    let start = at + found - rare;
                    if text[start..start + needle.len()].eq_ignore_ascii_case(needle) {
                        return Some(start);
                    }
                    at += found + 1;
                }
            }
        }
    }
}

/// How common a byte is in paths, host names and command lines; only the order counts.
fn commonness(byte: u8) -> usize {
    const FROM_RARE: &[u8] =
        b"~`^|!#$%&*+;<>?@[]{}'\"()=,zqjxkvyw9876543fbghupdl210mn:- rst/\\_.coiae";
    match FROM_RARE.iter().position(|b| *b == byte) {
        Some(rank) => rank + 1,
        None => 0,
    }
}
