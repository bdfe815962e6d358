//! Compiled regular expressions, kept like the other matchers.
//!
//! KQL's dialect is that of the `regex` crate ("Regex syntax" in Microsoft's reference): RE2-like, with
//! case, Unicode classes, no look-around. In: a pattern. Out: the compiled pattern or why it is none.

use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder};

use super::Bounded;

/// The most bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 16 << 20;

/// The compiled pattern.
pub fn compile(pattern: &str) -> Result<Arc<Regex>, regex::Error> {
    static PATTERNS: LazyLock<Bounded<(), Regex>> = LazyLock::new(Bounded::new);
    PATTERNS.get((), &[pattern], || {
        RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build()
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
}
