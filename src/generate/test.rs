//! What a text must be, and texts that are.
//!
//! In: the tests of one cell, and what the text would best be. Out: texts that pass all of them. What
//! always holds: each text that is given was tried with the matchers that a query runs with.

use std::net::Ipv4Addr;

use crate::functions::matching::{Kind, Place, matcher, regex};
use crate::functions::scalar::network::address::{Family, Network, V4, print_v4};

use super::pattern;

/// A predicate over a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Match(Kind, Vec<String>),
    Regex(String),
    Empty,
    /// An IPv4 address of a private network.
    Private,
    /// An IPv4 address in one of these networks.
    InRange(Vec<String>),
    /// So many characters at least.
    AtLeast(usize),
    /// The text is there so many times.
    Repeats(String, usize),
}

/// A predicate and whether it must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextTest {
    pub(super) test: Test,
    pub(super) wanted: bool,
}

impl TextTest {
    pub(super) fn new(test: Test, wanted: bool) -> Self {
        TextTest { test, wanted }
    }

    pub(super) fn passes(&self, text: &str) -> bool {
        let holds = match &self.test {
            Test::Match(kind, needles) => {
                let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
                matcher(*kind, &needles).is_match(text, &mut String::new())
            }
            Test::Regex(pattern) => regex::compile(pattern).is_ok_and(|r| r.is_match(text)),
            Test::Empty => text.is_empty(),
            Test::Private => text.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_private()),
            Test::InRange(networks) => V4::read(text).is_some_and(|ip| {
                let inside = |network: Network<u32>| V4::compare(ip, network).is_eq();
                ip.prefix == V4::LENGTH && networks.iter().filter_map(|n| V4::read(n)).any(inside)
            }),
            Test::AtLeast(length) => text.chars().count() >= *length,
            Test::Repeats(needle, times) => text.matches(needle.as_str()).count() >= *times,
        };
        holds == self.wanted
    }
}

/// Texts that pass, the best first, this many at most.
pub(super) fn texts(tests: &[TextTest], best: &str, most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut tried = 0;
    let mut offer = |text: String| {
        tried += 1;
        if !found.contains(&text) && tests.iter().all(|test| test.passes(&text)) {
            found.push(text);
        }
        found.len() >= most || tried > 4_000 + 4 * most
    };
    let bases = candidates(tests, best);
    for base in &bases {
        if offer(base.clone()) {
            return found;
        }
    }
    // Others for rows that must differ.
    for number in 1..=most {
        for base in &bases {
            for text in variants(base, number) {
                if offer(text) {
                    return found;
                }
            }
        }
    }
    found
}

/// The text with a number in it.
fn variants(base: &str, number: usize) -> Vec<String> {
    let mut all = Vec::new();
    if let Ok(ip) = base.parse::<Ipv4Addr>() {
        all.push(Ipv4Addr::from(u32::from(ip).wrapping_add(number as u32)).to_string());
    }
    if let Some((stem, end)) = base.rsplit_once('.') {
        all.push(format!("{stem}{number}.{end}"));
    }
    all.extend([
        format!("{base}{number}"),
        format!("{base} {number}"),
        format!("{number}{base}"),
        format!("{number} {base}"),
        format!("{number}-{base}"),
    ]);
    all
}

/// Texts of which one may well pass.
fn candidates(tests: &[TextTest], best: &str) -> Vec<String> {
    let mut found = vec![best.to_owned()];
    let (mut start, mut end) = (String::new(), String::new());
    let mut middle: Vec<String> = Vec::new();
    let mut samples: Vec<String> = Vec::new();
    for TextTest { test, wanted } in tests {
        match (test, wanted) {
            (Test::Match(kind, needles), true) => {
                let chosen: Vec<&String> = match kind.quantifier {
                    crate::functions::matching::Quantifier::Any => needles.iter().take(1).collect(),
                    crate::functions::matching::Quantifier::All => needles.iter().collect(),
                };
                match kind.place {
                    Place::Whole => found.extend(needles.iter().cloned()),
                    Place::Start => start = longer(start, chosen),
                    Place::End => end = longer(end, chosen),
                    Place::Anywhere | Place::Term | Place::TermStart | Place::TermEnd => {
                        middle.extend(chosen.into_iter().cloned());
                        // Each may be the one that the other tests allow.
                        found.extend(needles.iter().cloned());
                    }
                }
            }
            (Test::Regex(pattern), true) => samples.extend(pattern::samples(pattern, None)),
            (Test::Empty, true) => found.insert(0, String::new()),
            (Test::Private, true) => found.push("10.20.30.40".to_owned()),
            (Test::InRange(networks), true) => {
                let inside =
                    |n: Network<u32>| print_v4(n.first | (9 & !V4::mask(u32::MAX, n.prefix)));
                found.extend(networks.iter().filter_map(|n| V4::read(n)).map(inside));
            }
            (Test::AtLeast(length), true) => middle.push("a".repeat(*length)),
            (Test::Repeats(needle, times), true) => {
                middle.push(format!("x{needle}").repeat(*times))
            }
            (Test::Private, false) => found.push("203.0.113.77".to_owned()),
            (Test::AtLeast(_), false) => found.push("a".to_owned()),
            (
                Test::Match(..)
                | Test::Regex(_)
                | Test::Empty
                | Test::InRange(_)
                | Test::Repeats(..),
                false,
            ) => {}
        }
    }
    middle.retain(|part| !start.contains(part.as_str()) && !end.contains(part.as_str()));
    let mut pieces: Vec<Vec<String>> = vec![middle.clone()];
    for sample in &samples {
        found.push(sample.clone());
        let rest = middle
            .iter()
            .filter(|part| !sample.contains(part.as_str()))
            .cloned();
        let rest: Vec<String> = rest.collect();
        pieces.push([vec![sample.clone()], rest.clone()].concat());
        pieces.push([rest, vec![sample.clone()]].concat());
    }
    pieces.push(samples);
    for pieces in pieces {
        for separator in [" ", "", "\\", "/", ".", "\" \"", " ; "] {
            let inner = pieces.join(separator);
            let parts = [start.as_str(), inner.as_str(), end.as_str()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            found.push(parts.join(separator));
            found.push(parts.concat());
            found.push(format!(
                "{start}{best}{separator}{inner}{separator}{best}{end}"
            ));
            found.push(format!("{start}{inner}{separator}{best}{end}"));
        }
    }
    // Where only what must not be is said.
    found.extend(
        best.split(['.', ' ', ',', '\\', '/'])
            .next()
            .map(str::to_owned),
    );
    found.extend([
        "other".to_owned(),
        "zq7".to_owned(),
        "-".to_owned(),
        String::new(),
    ]);
    found
}

fn longer(own: String, others: Vec<&String>) -> String {
    others
        .into_iter()
        .fold(own, |longest, next| match next.len() > longest.len() {
            true => next.clone(),
            false => longest,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(place: Place, needle: &str, wanted: bool) -> TextTest {
        TextTest::new(
            Test::Match(Kind::any(place), vec![needle.to_owned()]),
            wanted,
        )
    }

    #[test]
    fn a_text_meets_a_conjunction() {
        let tests = [
            matches(Place::Start, "C:\\Users", true),
            matches(Place::Term, "temp", true),
            matches(Place::End, ".exe", true),
            matches(Place::Anywhere, "windows", false),
            TextTest::new(Test::Regex(r"\\[0-9]{4}\\".to_owned()), true),
        ];
        let text = &texts(&tests, "word", 1)[0];
        assert!(text.starts_with("C:\\Users") && text.ends_with(".exe") && text.contains("temp"));
        assert!(!text.contains("windows") && text.contains("\\"));
    }

    #[test]
    fn texts_that_must_differ_do() {
        let found = texts(&[matches(Place::End, ".example", true)], "host", 20);
        let distinct: std::collections::BTreeSet<_> = found.iter().collect();
        assert_eq!(distinct.len(), 20);
        assert!(found.iter().all(|text| text.ends_with(".example")));
    }

    #[test]
    fn what_cannot_be_has_no_text() {
        let tests = [
            matches(Place::Whole, "a", true),
            matches(Place::Whole, "b", true),
        ];
        assert!(texts(&tests, "c", 1).is_empty());
    }
}
