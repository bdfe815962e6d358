//! Texts that a regular expression finds.
//!
//! In: a pattern of the `regex` crate's dialect. Out: a few texts made along its tree. What always holds: a
//! text may still not match, where the pattern looks around; whoever asks tries it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How a text is made.
#[derive(Debug, Clone, Copy)]
struct Way<'a> {
    /// Which of several branches and characters.
    choice: usize,
    /// How often what may be left out is there.
    optional: u32,
    /// The text of a group.
    group: Option<(u32, &'a str)>,
}

/// Texts for the pattern; what the group of this number finds is the text given with it.
pub(super) fn samples(pattern: &str, group: Option<(u32, &str)>) -> Vec<String> {
    let Ok(tree) = regex_syntax::parse(pattern) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for choice in 0..3 {
        for optional in [0, 1] {
            let mut text = String::new();
            write(
                &tree,
                Way {
                    choice,
                    optional,
                    group,
                },
                &mut text,
            );
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

fn write(tree: &Hir, way: Way, text: &mut String) {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(character(class, way.choice)),
        HirKind::Repetition(repetition) => {
            let least = repetition.min.max(way.optional);
            let times = repetition.max.map_or(least, |most| least.min(most));
            for _ in 0..times {
                write(&repetition.sub, way, text);
            }
        }
        HirKind::Capture(capture) => match way.group {
            Some((index, given)) if index == capture.index => text.push_str(given),
            Some(_) | None => write(&capture.sub, way, text),
        },
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, way, text)),
        HirKind::Alternation(branches) => {
            if let Some(branch) = branches.get(way.choice % branches.len().max(1)) {
                write(branch, way, text);
            }
        }
    }
}

/// A character of the class: a letter, a digit or a plain sign where it has one.
fn character(class: &Class, choice: usize) -> Option<char> {
    let holds = |c: char| match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|r| r.start() <= c && c <= r.end()),
        Class::Bytes(class) => u8::try_from(c).is_ok_and(|c| {
            class
                .ranges()
                .iter()
                .any(|r| r.start() <= c && c <= r.end())
        }),
    };
    let first = "aeb1257xAZ"
        .chars()
        .cycle()
        .skip(choice)
        .take(10)
        .find(|c| holds(*c));
    first
        .or_else(|| (' '..='~').find(|c| holds(*c)))
        .or(match class {
            Class::Unicode(class) => class.ranges().first().map(|r| r.start()),
            Class::Bytes(class) => class.ranges().first().map(|r| char::from(r.start())),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_matches_its_pattern() {
        for pattern in [
            r"^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$",
            r"(?i)\\users\\[^\\]+\\appdata",
            r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}",
            r"^(cmd|powershell)\.exe\s+-e(nc)?",
        ] {
            let regex = regex::Regex::new(pattern).unwrap();
            let found = samples(pattern, None);
            assert!(
                found.iter().any(|text| regex.is_match(text)),
                "{pattern}: {found:?}"
            );
        }
    }

    #[test]
    fn a_group_finds_the_text_that_was_given() {
        let pattern = r"user=(\w+);";
        let text = samples(pattern, Some((1, "eve"))).remove(0);
        let regex = regex::Regex::new(pattern).unwrap();
        assert_eq!(&regex.captures(&text).unwrap()[1], "eve");
    }
}
