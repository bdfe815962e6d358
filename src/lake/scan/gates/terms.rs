//! The terms of conditions over one column, sought in texts at once.
//!
//! In: for each condition texts of which one must stand in whatever it passes, ASCII case aside. Out: the
//! conditions that a text may pass. What always holds: a condition that passes a text is among them; the
//! cost of a text grows with its length and its finds, not with the number of conditions.

use std::collections::HashMap;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use arrow::array::{Array, StringViewArray};
use regex::bytes::{Regex, RegexBuilder};

/// Up to so many bytes of terms get the automaton that is faster and larger.
const DFA_BYTES: usize = 32 << 10;

/// An automaton over the terms of a column.
#[derive(Debug)]
pub(super) struct TermIndex {
    automaton: AhoCorasick,
    /// The conditions of each pattern.
    owners: Vec<Vec<usize>>,
}

impl TermIndex {
    /// Conditions with their terms, none of which may be empty. None where no automaton can be made.
    pub fn new(conditions: &[(usize, &[String])]) -> Option<Self> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut owners: Vec<Vec<usize>> = Vec::new();
        let mut patterns: Vec<String> = Vec::new();
        for (condition, terms) in conditions {
            for term in *terms {
                let term = term.to_ascii_lowercase();
                let place = *places.entry(term.clone()).or_insert_with(|| {
                    patterns.push(term);
                    owners.push(Vec::new());
                    owners.len() - 1
                });
                owners[place].push(*condition);
            }
        }
        let bytes: usize = patterns.iter().map(String::len).sum();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .kind((bytes <= DFA_BYTES).then_some(AhoCorasickKind::DFA))
            .build(&patterns)
            .ok()?;
        Some(Self { automaton, owners })
    }

    /// For each condition the places of the texts that it may pass, ascending. Null holds no term.
    pub fn candidates(&self, texts: &StringViewArray) -> HashMap<usize, Vec<u32>> {
        let mut found: HashMap<usize, Vec<u32>> = HashMap::new();
        for row in 0..texts.len() {
            if texts.is_null(row) {
                continue;
            }
            let text = texts.value(row);
            let mut state = OverlappingState::start();
            loop {
                self.automaton.find_overlapping(text, &mut state);
                let Some(one) = state.get_match() else { break };
                for condition in &self.owners[one.pattern().as_usize()] {
                    let rows = found.entry(*condition).or_default();
                    if rows.last() != Some(&(row as u32)) {
                        rows.push(row as u32);
                    }
                }
            }
        }
        found
    }
}

/// Up to so many terms are sought through a page.
const FEW_TERMS: usize = 64;

/// The terms of few conditions, sought in many texts as they lie one behind the other.
#[derive(Debug)]
pub(super) struct TermSearch(Regex);

impl TermSearch {
    /// None where there are many terms.
    pub fn new(terms: &[String]) -> Option<Self> {
        if terms.len() > FEW_TERMS {
            return None;
        }
        let terms: Vec<String> = terms.iter().map(|term| regex::escape(term)).collect();
        // A regular expression seeks the rare beginnings of its words with vector instructions.
        let pattern = RegexBuilder::new(&terms.join("|"))
            .case_insensitive(true)
            .unicode(false)
            .build();
        pattern.ok().map(Self)
    }

    /// Where the first term at or after a place begins.
    pub fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        self.0.find_at(bytes, from).map(|found| found.start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_with_a_term_in_the_text_is_found() {
        let terms = |terms: &[&str]| terms.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let (a, b, c) = (
            terms(&["kaseya.com", "Vsa"]),
            terms(&["seya"]),
            terms(&["kaseya.com"]),
        );
        let index = TermIndex::new(&[(3, &a), (5, &b), (9, &c)]).unwrap();
        let texts = StringViewArray::from(vec![
            Some("https://KASEYA.COM/vsa?kaseya.com"),
            None,
            Some("aseya"),
            Some("VSA"),
            Some("kaseya-com"),
        ]);
        let found = index.candidates(&texts);
        assert_eq!(found.get(&3), Some(&vec![0, 3]));
        assert_eq!(found.get(&5), Some(&vec![0, 2, 4]));
        assert_eq!(found.get(&9), Some(&vec![0]));
        assert_eq!(found.len(), 3);
    }
}
