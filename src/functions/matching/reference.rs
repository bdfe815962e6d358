//! The string predicates as their definition reads, for tests: loops over characters, nothing compiled.

use super::fold::fold;
use super::{Kind, Place, Quantifier, is_term};

/// What [`super::Matcher`] must answer.
pub fn matches(kind: Kind, text: &str, needles: &[&str]) -> bool {
    match kind.quantifier {
        Quantifier::Any => needles.iter().any(|n| one(kind, text, n)),
        Quantifier::All => needles.iter().all(|n| one(kind, text, n)),
    }
}

fn one(kind: Kind, text: &str, needle: &str) -> bool {
    let chars = |s: &str| -> Vec<char> {
        s.chars()
            .map(|c| if kind.ignore_case { fold(c) } else { c })
            .collect()
    };
    let (text, needle) = (chars(text), chars(needle));
    let (Some(first), Some(last)) = (needle.first(), needle.last()) else {
        return kind.place != Place::Whole || text.is_empty();
    };
    (0..=text.len()).any(|start| {
        let end = start + needle.len();
        if text.get(start..end) != Some(&needle[..]) {
            return false;
        }
        let boundary_before = start == 0 || !is_term(text[start - 1]) || !is_term(*first);
        let boundary_after = end == text.len() || !is_term(text[end]) || !is_term(*last);
        match kind.place {
            Place::Anywhere => true,
            Place::Term => boundary_before && boundary_after,
            Place::TermStart => boundary_before,
            Place::TermEnd => boundary_after,
            Place::Start => start == 0,
            Place::End => end == text.len(),
            Place::Whole => start == 0 && end == text.len(),
        }
    })
}
