//! Compiled regular expressions, kept like the other matchers.
//!
//! KQL's dialect is that of the `regex` crate ("Regex syntax" in Microsoft's reference): RE2-like, with
//! case, Unicode classes, no look-around. In: a pattern. Out: the compiled pattern or why it is none.
//!
//! Until 2024 the dialect was RE2's own, and older rules hold what only RE2 takes. A pattern that the crate
//! refuses is read as RE2 reads it; one that the crate takes means what the crate says.

use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder};

use super::Bounded;

/// The most bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 16 << 20;

/// The compiled pattern.
pub fn compile(pattern: &str) -> Result<Arc<Regex>, regex::Error> {
    static PATTERNS: LazyLock<Bounded<(), Regex>> = LazyLock::new(Bounded::new);
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build();
    PATTERNS.get((), &[pattern], || match build(pattern) {
        Err(fault @ regex::Error::Syntax(_)) => build(&from_re2(pattern)).map_err(|_| fault),
        built => built,
    })
}

/// The pattern with RE2's forms written as the crate has them: `\0`, `\012` (octal), `\Q…\E`, `[` and `&&` within
/// a class, `{` that counts nothing. Source: "Syntax" of RE2's documentation.
fn from_re2(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let mut taken = c.len_utf8();
        match c {
            '\\' if after.starts_with('Q') => {
                let quoted = &after[1..];
                let end = quoted.find(r"\E").unwrap_or(quoted.len());
                out.push_str(&regex::escape(&quoted[..end]));
                taken += 1 + (end + 2).min(quoted.len());
            }
            '\\' if after.starts_with('0') => {
                let octal = |c: &char| ('0'..='7').contains(c);
                let digits = after.chars().take(3).take_while(octal).count();
                let code = u32::from_str_radix(&after[..digits], 8).unwrap_or_default();
                out.push_str(&format!(r"\x{{{code:x}}}"));
                taken += digits;
            }
            '\\' => {
                let escaped = after.chars().next().map_or(0, char::len_utf8);
                taken += escaped;
                out.push_str(&rest[..taken]);
            }
            '[' if in_class => match after.starts_with(':').then(|| after.find(":]")).flatten() {
                Some(end) => {
                    taken += end + 2;
                    out.push_str(&rest[..taken]);
                }
                None => out.push_str(r"\["),
            },
            '[' => {
                in_class = true;
                out.push(c);
                let negated = usize::from(after.starts_with('^'));
                out.push_str(&after[..negated]);
                taken += negated;
                // The first of a class is no end.
                if after[negated..].starts_with(']') {
                    out.push_str(r"\]");
                    taken += 1;
                }
            }
            ']' => {
                in_class = false;
                out.push(c);
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '{' if !in_class && !counts(after) => out.push_str(r"\{"),
            _ => out.push(c),
        }
        rest = &rest[taken..];
    }
    out
}

/// Whether what follows `{` makes a number of repetitions of it: `3}`, `3,}`, `3,4}`.
fn counts(after: &str) -> bool {
    after.split_once('}').is_some_and(|(inner, _)| {
        let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        !least.is_empty() && digits(least) && digits(most)
    })
}

/// What is wrong with a pattern, in one line.
pub fn fault(pattern: &str) -> Option<String> {
    match compile(pattern) {
        Ok(_) => None,
        Err(regex::Error::CompiledTooBig(limit)) => Some(format!(
            "the regular expression needs more than {limit} bytes once compiled"
        )),
        Err(error) => {
            let text = error.to_string();
            let reason = text
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            Some(format!("this is no regular expression: {reason}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_in_one_line() {
        assert_eq!(fault("a.*b"), None);
        assert_eq!(
            fault("a(b").as_deref(),
            Some("this is no regular expression: unclosed group")
        );
        assert!(fault(r"\w{5000}{5000}").is_some_and(|f| f.contains("bytes")));
    }

    /// Texts that RE2's own documentation says a pattern matches, or does not.
    #[test]
    fn what_only_re2_takes_is_read_as_re2_reads_it() {
        for (pattern, text, matches) in [
            (r"a\0b", "a\0b", true),
            (r"a\0b", "a0b", false),
            (r"\011", "\t", true),
            (r"\0111", "\t1", true),
            (r#"^[[",\]]+$"#, r#"["],"#, true),
            (r"^[[]$", "[", true),
            (r"^[[:digit:][]+$", "4[", true),
            (r"^[[:digit:][]+$", "a", false),
            (r"[]a[]", "]", true),
            (r"^\Qa.b(\E$", "a.b(", true),
            (r"^\Qa.b(\E$", "axb(", false),
            (r#"{"key": ?(\d{2})}"#, r#"{"key": 42}"#, true),
            (r#"{"key": ?(\d{2})}"#, r#"{"key": 4}"#, false),
        ] {
            let compiled = compile(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
            assert_eq!(compiled.is_match(text), matches, "{pattern} on {text}");
        }
        for bad in [r"(a)\1", "(?=a)", "a(b", "[a"] {
            assert!(compile(bad).is_err(), "{bad}");
        }
    }
}
