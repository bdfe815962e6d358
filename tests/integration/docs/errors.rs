//! The pages of errors: one a code, with a rule that gives it, what the program prints, and the mend.
//!
//! In: the faults beside this file. Out: a page a code, and their list. What always holds: the rule that a
//! page shows gives that code and no other fault, and the mended rule does not give it; both are run here.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use retrohunt::diagnostics::Code;

use super::faults::{self, Fault, Shows};
use super::{NOTE, Pages};
use crate::command::{LAKE, Outcome, retrohunt_in};
use crate::files;

/// Runs the program in a folder that holds these files, and the sample lake as `lake`.
fn run(arguments: &[&str], written: &[(&str, &str)]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(LAKE, folder.path().join("lake")).unwrap();
    for (name, text) in written {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    retrohunt_in(folder.path(), arguments.iter().copied())
}

/// The codes that an output names.
fn codes(outcome: &Outcome) -> BTreeSet<String> {
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    let code = |at: usize| {
        text.get(at..at + 6)
            .filter(|c| c[3..].bytes().all(|b| b.is_ascii_digit()))
    };
    text.match_indices("KQL")
        .filter_map(|(at, _)| code(at))
        .map(str::to_owned)
        .collect()
}

pub fn pages() -> Pages {
    let mut pages = Pages::new();
    let mut list = format!("# Errors, warnings and notes\n\n{NOTE}\n\n| | |\n| --- | --- |\n");
    for code in Code::ALL {
        writeln!(list, "| [{code}]({code}.md) | {} |", code.summary()).unwrap();
        pages.insert(format!("errors/{code}.md"), page(*code));
    }
    pages.insert("errors/README.md".to_owned(), list);
    pages
}

fn page(code: Code) -> String {
    let mut text = format!("# {code}\n\n{NOTE}\n\n{}\n", code.summary());
    let Some(fault) = faults::of(code) else {
        return text;
    };
    write!(text, "\n{}\n", fault.meaning).unwrap();
    let Shows::Run {
        arguments,
        written,
        mended,
        ..
    } = &fault.shows
    else {
        text.push_str("\nThis version has nothing that gives it; the number is kept.\n");
        return text;
    };
    text.push_str("\n## A rule that shows it\n");
    text.push_str(&blocks(written));
    let outcome = run(arguments, written);
    let printed = format!("{}{}", outcome.stdout, outcome.stderr);
    let command = arguments.join(" ");
    write!(
        text,
        "\n```text\n$ retrohunt {command}\n{}\n```\n",
        printed.trim_end()
    )
    .unwrap();
    write!(text, "\n## The mend\n\n{}\n", fault.mend).unwrap();
    text.push_str(&blocks(mended));
    text
}

/// Files as Markdown, each under its name.
fn blocks(written: &[(&str, &str)]) -> String {
    let block = |(name, text): &(&str, &str)| {
        let language = match Path::new(name).extension().and_then(|e| e.to_str()) {
            Some("kql") => "kql",
            Some("yaml") => "yaml",
            Some("jsonl") => "json",
            Some("md") => "markdown",
            _ => "text",
        };
        format!("\n`{name}`\n\n````{language}\n{}\n````\n", text.trim_end())
    };
    written.iter().map(block).collect()
}

#[test]
fn every_code_has_its_page() {
    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| faults::of(**code).is_none())
        .collect();
    assert!(missing.is_empty(), "no fault shows {missing:?}");
    let numbers: BTreeSet<_> = faults::all().map(|fault| fault.code).collect();
    assert_eq!(
        numbers.len(),
        faults::all().count(),
        "a code is shown twice"
    );
}

#[test]
fn each_rule_gives_its_code_and_the_mended_one_does_not() {
    let mut wrong = Vec::new();
    for Fault { code, shows, .. } in faults::all() {
        match shows {
            Shows::Run {
                arguments,
                written,
                mended,
                beside,
            } => {
                let found = run(arguments, written);
                let wanted = beside.iter().chain([code]).map(|c| c.as_str().to_owned());
                if codes(&found) != wanted.collect() {
                    wrong.push(format!("{code}: {arguments:?} gives {found:?}"));
                }
                let found = run(arguments, mended);
                if codes(&found).contains(code.as_str()) || found.code != 0 {
                    wrong.push(format!("{code}: mended, it gives {found:?}"));
                }
            }
            Shows::Nothing => {
                let name = format!("Code::{code:?}");
                let users = files::below(&files::project("src"))
                    .into_iter()
                    .filter(|path| {
                        let text = std::fs::read_to_string(path).unwrap_or_default();
                        if path.ends_with("tests.rs") {
                            return false;
                        }
                        text.match_indices(&name).any(|(at, _)| {
                            !text[at + name.len()..].starts_with(|c: char| c.is_alphanumeric())
                        })
                    });
                wrong.extend(users.map(|path| format!("{} gives {code}", path.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
