//! What a string predicate asks, and the compiled form of it for a list of needles.
//!
//! In: [`Kind`] and needles. Out: [`Matcher::is_match`]. What always holds: a matcher knows nothing of
//! rows or SQL; the same kind and needles give the same answers whatever way they are found.

use super::finder::Finder;
use super::fold;
use super::term::Edges;
use super::whole::Whole;

/// Where in the text the needle must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `contains`
    Anywhere,
    /// `has`: with the boundary of a term on both sides.
    Term,
    /// `hasprefix`: with the boundary of a term before it.
    TermStart,
    /// `hassuffix`: with the boundary of a term after it.
    TermEnd,
    /// `startswith`
    Start,
    /// `endswith`
    End,
    /// `=~`, `in~`
    Whole,
}

/// How many of the needles must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    Any,
    /// True where there are no needles.
    All,
}

/// A predicate over a text and needles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    pub place: Place,
    pub ignore_case: bool,
    pub quantifier: Quantifier,
}

impl Kind {
    /// One of the needles must stand at `place`, case aside.
    pub const fn any(place: Place) -> Self {
        Self {
            place,
            ignore_case: true,
            quantifier: Quantifier::Any,
        }
    }

    /// Every needle must stand at `place`, case aside.
    pub const fn all(place: Place) -> Self {
        Self {
            quantifier: Quantifier::All,
            ..Self::any(place)
        }
    }

    /// The same with case.
    pub const fn case_sensitive(self) -> Self {
        Self {
            ignore_case: false,
            ..self
        }
    }
}

/// A predicate compiled for its needles.
#[derive(Debug)]
pub struct Matcher {
    /// Every one of these must match: one list for [`Quantifier::Any`], a list a needle for `All`.
    groups: Vec<Group>,
}

/// One of these needles must match.
#[derive(Debug)]
struct Group {
    /// `""` matches every text, but for [`Place::Whole`].
    always: bool,
    /// Needles to seek in the text as it is: all of them, or the ASCII ones where case is ignored.
    plain: Option<Search>,
    /// Folded needles to seek in the folded text: those with other characters.
    folded: Option<Search>,
    /// No text of fewer bytes matches.
    shortest: usize,
}

#[derive(Debug)]
enum Search {
    /// One of these finds a match.
    Within(Vec<Finder>),
    Edge {
        needles: Vec<String>,
        at_start: bool,
        ignore_case: bool,
    },
    Whole(Whole),
}

impl Matcher {
    /// Compiles a predicate.
    pub fn new(kind: Kind, needles: &[&str]) -> Self {
        Self {
            groups: match kind.quantifier {
                Quantifier::Any => vec![Group::new(kind, needles)],
                Quantifier::All => needles
                    .iter()
                    .map(|needle| Group::new(kind, &[needle]))
                    .collect(),
            },
        }
    }

    /// Whether the text matches. `scratch` is room for the folded text, to be used again.
    pub fn is_match(&self, text: &str, scratch: &mut String) -> bool {
        self.groups
            .iter()
            .all(|group| group.is_match(text, scratch))
    }

    /// No text of fewer bytes matches.
    pub fn shortest(&self) -> usize {
        self.groups.iter().map(|g| g.shortest).max().unwrap_or(0)
    }
}

impl Group {
    fn new(kind: Kind, needles: &[&str]) -> Self {
        let mut always = false;
        let (mut plain, mut folded) = (Vec::new(), Vec::new());
        // A folded character may take fewer bytes than another of its variants; one remains.
        let mut shortest = usize::MAX;
        for needle in needles {
            if needle.is_empty() && kind.place != Place::Whole {
                always = true;
            } else if kind.ignore_case && !needle.is_ascii() {
                shortest = shortest.min(needle.chars().count());
                folded.push(fold::folded(needle).into_owned());
            } else {
                shortest = shortest.min(needle.len());
                plain.push((*needle).to_owned());
            }
        }
        Self {
            always,
            plain: Search::new(kind.place, plain, kind.ignore_case),
            folded: Search::new(kind.place, folded, false),
            shortest: if always { 0 } else { shortest },
        }
    }

    fn is_match(&self, text: &str, scratch: &mut String) -> bool {
        if self.always || self.plain.as_ref().is_some_and(|s| s.is_match(text)) {
            return true;
        }
        match &self.folded {
            // A folded needle holds a character beyond ASCII, so an ASCII text holds no match.
            Some(search) if !text.is_ascii() => {
                fold::fold_into(text, scratch);
                search.is_match(scratch)
            }
            Some(_) | None => false,
        }
    }
}

impl Search {
    fn new(place: Place, needles: Vec<String>, ignore_case: bool) -> Option<Self> {
        if needles.is_empty() {
            return None;
        }
        let within = |needles: Vec<String>, left: bool, right: bool| {
            let needles = needles
                .into_iter()
                .map(|needle| {
                    let edges = Edges::of(&needle, left, right);
                    (needle, edges)
                })
                .collect();
            Some(Search::Within(Finder::of(needles, ignore_case)))
        };
        match place {
            Place::Anywhere => within(needles, false, false),
            Place::Term => within(needles, true, true),
            Place::TermStart => within(needles, true, false),
            Place::TermEnd => within(needles, false, true),
            Place::Start | Place::End => Some(Search::Edge {
                at_start: place == Place::Start,
                needles,
                ignore_case,
            }),
            Place::Whole => Some(Search::Whole(Whole::new(needles, ignore_case))),
        }
    }

    fn is_match(&self, text: &str) -> bool {
        match self {
            Search::Within(finders) => finders.iter().any(|finder| finder.is_match(text)),
            Search::Edge {
                needles,
                at_start,
                ignore_case,
            } => needles.iter().any(|needle| {
                let (text, needle) = (text.as_bytes(), needle.as_bytes());
                let Some(rest) = text.len().checked_sub(needle.len()) else {
                    return false;
                };
                let part = match at_start {
                    true => &text[..needle.len()],
                    false => &text[rest..],
                };
                match ignore_case {
                    true => part.eq_ignore_ascii_case(needle),
                    false => part == needle,
                }
            }),
            Search::Whole(whole) => whole.is_match(text),
        }
    }
}

#[cfg(test)]
mod tests;
