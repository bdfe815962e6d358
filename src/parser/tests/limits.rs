//! Deep, long and large queries.

use super::parse;
use crate::diagnostics::Code;
use std::time::{Duration, Instant};

fn codes(text: &str) -> Vec<Code> {
    parse(text).diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn nesting_within_the_limit() {
    for (open, close) in [("(", ")"), ("f(", ")"), ("-", ""), ("a[", "]")] {
        let text = format!("print {}1{}", open.repeat(200), close.repeat(200));
        assert_eq!(codes(&text), [], "{open}");
    }
}

#[test]
fn nesting_beyond_the_limit_is_one_fault() {
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("- ", ""),
        ("a[", "]"),
        ("T | join (", ")"),
        ("not ", ""),
        ("dynamic([", "])"),
        ("x in (", ")"),
        ("[", "]"),
        ("{", "}"),
    ] {
        let text = format!("print {}1{}", open.repeat(100_000), close.repeat(100_000));
        let found = codes(&text);
        let deep = found.iter().filter(|c| **c == Code::TooDeep).count();
        assert!(
            deep == 1 || matches!(open, "[" | "{"),
            "{open}: {:?}",
            &found[..found.len().min(5)]
        );
    }
    let text = format!(
        "print dynamic({}1{})",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(codes(&text), [Code::TooDeep]);
}

#[test]
fn long_chains() {
    for link in [" and a", " or a == 1"] {
        assert_eq!(
            codes(&format!("T | where a{}", link.repeat(50_000))),
            [],
            "{link}"
        );
    }
    for link in [" + a", ".a", "[0]", " | take 1"] {
        let good = format!("T | project a{}", link.repeat(400));
        assert_eq!(codes(&good), [], "{link}");
        let long = format!("T | project a{}", link.repeat(50_000));
        assert_eq!(codes(&long), [Code::TooDeep], "{link}");
    }
}

/// Twice the text may take a good deal more than twice the time on a busy machine, but not the
/// hundredfold that a quadratic step would make of a list of this length.
fn within_seconds(text: &str) {
    let start = Instant::now();
    let parsed = parse(text);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    drop(parsed);
}

#[test]
fn large_texts() {
    let list = vec!["'0123456789abcdef'"; 100_000].join(", ");
    let text = format!("T | where a in ({list})");
    assert_eq!(codes(&text), []);
    within_seconds(&text);
    within_seconds(&"T | where a == 1 and b has 'x' or c in (1, 2, 3);\n".repeat(40_000));
    within_seconds(&"(".repeat(3_000_000));
    within_seconds(&")".repeat(3_000_000));
    within_seconds(&"([".repeat(1_000_000));
    within_seconds(&"(]".repeat(1_000_000));
    within_seconds(&"'a' ".repeat(1_000_000));
    within_seconds(&"T | x | ".repeat(500_000));
    within_seconds(&"let a = (".repeat(300_000));
    within_seconds(&"\\".repeat(3_000_000));
    within_seconds(&"'\\d' ".repeat(500_000));
    within_seconds(&"datetime(".repeat(500_000));
    within_seconds(&"```".repeat(500_001));
    within_seconds(&"“".repeat(500_000));
    within_seconds(&"a=".repeat(500_000));
    within_seconds(&"a.".repeat(500_000));
    within_seconds(&"union a*".repeat(500_000));
    within_seconds(&format!("T | project-away {}", "a*".repeat(500_000)));
}
