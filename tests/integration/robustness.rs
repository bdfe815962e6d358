//! Mutated queries and rule files, and the inputs that found something once: nothing panics.
//!
//! The bodies are those of the fuzz targets in `tests/fuzz`. `PROPTEST_CASES` sets how many texts each tries.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestError, TestRunner};

use super::files;

#[path = "../fuzz/bodies.rs"]
mod bodies;

/// Texts that each target tries, where the environment does not say.
const CASES: u32 = 400;

/// Pieces of KQL and YAML that are put in.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ",",
    ";",
    ":",
    "=",
    "==",
    "!",
    "~",
    ".",
    "..",
    "*",
    "-",
    "'",
    "\"",
    "```",
    "\\",
    "\n",
    "\t",
    "  ",
    "- ",
    "#",
    "&a ",
    "*a",
    "%",
    "---\n",
    "query: |\n",
    "id: ",
    "é",
    "\u{feff}",
    "\0",
    " and ",
    " or ",
    " in (",
    " has_any (",
    "let x = ",
    "print ",
    "| where ",
    "| summarize count() by ",
    "| join ",
    "| union ",
    "| mv-expand ",
    "| extend a = a + ",
    "datatable(a: long) [1]",
    "dynamic([1, {'a': 2}])",
    "1d",
    "datetime(2024-01-01)",
    "ago(1d)",
    "toscalar(",
    "strcat(",
    "DeviceEvents",
    "$left.",
    "int(null)",
    "1e999",
    "9223372036854775808",
    "0x",
    "@'",
    "h'",
];

/// Each of these stands for one change of a text.
type Edit = (Index, u8, &'static str, Index);

fn changed(text: &str, edits: &[Edit]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, action, piece, other) in edits {
        let at = at.index(chars.len() + 1);
        let other = other.index(chars.len() + 1);
        let (low, high) = (at.min(other), at.max(other));
        match action {
            0 => chars.truncate(at),
            1 => drop(chars.splice(at..at, piece.chars())),
            2 => drop(chars.drain(low..high.min(low + 12))),
            3 => drop(chars.splice(low..high.min(low + 3), piece.chars())),
            _ => {
                let part: Vec<char> = chars[low..high.min(low + 200)].to_vec();
                chars.splice(at..at, part);
            }
        }
    }
    chars.into_iter().collect()
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (any::<Index>(), 0..5_u8, select(PIECES), any::<Index>());
    prop::collection::vec(edit, 1..8)
}

/// The files below a folder with this ending.
fn texts(folder: &str, ending: &str) -> Vec<String> {
    files::below(&files::project(folder))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// Runs on a thread with the stack of the program's own.
fn on_large_stack(body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(body);
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// Tries a target on changed texts, and shows the smallest that it does not take.
fn try_changed(target: fn(&[u8]), seeds: Vec<String>) {
    assert!(!seeds.is_empty());
    on_large_stack(move || {
        let cases = std::env::var("PROPTEST_CASES")
            .ok()
            .and_then(|n| n.parse().ok());
        let mut runner = TestRunner::new(Config {
            cases: cases.unwrap_or(CASES),
            failure_persistence: None,
            ..Config::default()
        });
        let tried = runner.run(&(select(seeds), edits()), |(seed, edits)| {
            target(changed(&seed, &edits).as_bytes());
            Ok(())
        });
        if let Err(TestError::Fail(reason, (seed, edits))) = tried {
            panic!("{reason}\n{}", changed(&seed, &edits));
        }
    });
}

fn queries() -> Vec<String> {
    let mut queries = texts("tests/golden", "kql");
    queries.extend(texts("tests/fuzz/inputs/parser", "kql"));
    queries
}

#[test]
fn changed_queries_lex_and_parse() {
    try_changed(
        |bytes| {
            bodies::lexer(bytes);
            bodies::parse(bytes);
        },
        queries(),
    );
}

#[test]
fn changed_queries_bind_or_are_refused() {
    try_changed(bodies::binder, texts("tests/golden", "kql"));
}

#[test]
fn changed_rule_files_are_read_or_refused() {
    let mut seeds = texts("data/rules", "yaml");
    seeds.truncate(40);
    seeds.extend(texts("tests/fixtures", "txt"));
    try_changed(bodies::yaml, seeds);
}

/// Inputs that once made a target panic, hang or take all memory.
#[test]
fn inputs_that_found_something_do_so_no_more() {
    on_large_stack(|| {
        for (name, target) in bodies::TARGETS {
            let inputs = files::below(&files::project(&format!("tests/fuzz/inputs/{name}")));
            assert!(!inputs.is_empty(), "{name} has no inputs");
            for path in inputs {
                let bytes = std::fs::read(&path).unwrap();
                let start = Instant::now();
                target(&bytes);
                let took = start.elapsed();
                assert!(
                    took < Duration::from_secs(60),
                    "{}: {took:?}",
                    path.display()
                );
            }
        }
    });
}
