//! Regular expressions as arguments: constant or a row's own.
//!
//! In: patterns in KQL's dialect (`matching::regex`). Out: compiled patterns; a constant that is no
//! pattern is a fault of the query, one that only a row holds a fault of the run.

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};
use regex::{Captures, Regex};

use super::rows::Texts;
use crate::functions::matching::regex::{compile, fault};
use crate::functions::{Argument, ArgumentFault, Value};

/// The patterns of an argument; a constant one is compiled once, in each form that is asked for.
#[derive(Debug)]
pub struct Patterns {
    texts: Texts,
    constant: Option<Arc<Regex>>,
    at_start: Option<Arc<Regex>>,
    at_end: Option<Arc<Regex>>,
}

impl Patterns {
    pub fn of(texts: Texts) -> Result<Self> {
        let make = |form: fn(&str) -> String| {
            texts
                .constant()
                .map(|pattern| run_compile(&form(pattern)))
                .transpose()
        };
        Ok(Self {
            constant: make(str::to_owned)?,
            at_start: make(anchored_start)?,
            at_end: make(anchored_end)?,
            texts,
        })
    }

    pub fn get(&self, row: usize) -> Result<Arc<Regex>> {
        self.form(row, &self.constant, str::to_owned)
    }

    /// The pattern, to match at the text's start only.
    pub fn at_start(&self, row: usize) -> Result<Arc<Regex>> {
        self.form(row, &self.at_start, anchored_start)
    }

    /// The pattern, to match at the text's end only.
    pub fn at_end(&self, row: usize) -> Result<Arc<Regex>> {
        self.form(row, &self.at_end, anchored_end)
    }

    fn form(
        &self,
        row: usize,
        constant: &Option<Arc<Regex>>,
        form: fn(&str) -> String,
    ) -> Result<Arc<Regex>> {
        match constant {
            Some(pattern) => Ok(Arc::clone(pattern)),
            None => run_compile(&form(self.texts.get(row))),
        }
    }
}

fn anchored_start(pattern: &str) -> String {
    format!(r"\A(?:{pattern})")
}

fn anchored_end(pattern: &str) -> String {
    format!(r"(?:{pattern})\z")
}

fn run_compile(pattern: &str) -> Result<Arc<Regex>> {
    compile(pattern)
        .map_err(|error| DataFusionError::Execution(format!("not a regular expression: {error}")))
}

/// A fault where the first argument is a constant and no pattern.
pub fn check_first(arguments: &[Argument]) -> std::result::Result<(), ArgumentFault> {
    check(arguments, 0)
}

/// A fault where the second argument is a constant and no pattern.
pub fn check_second(arguments: &[Argument]) -> std::result::Result<(), ArgumentFault> {
    check(arguments, 1)
}

fn check(arguments: &[Argument], index: usize) -> std::result::Result<(), ArgumentFault> {
    match arguments.get(index).and_then(|a| a.constant) {
        Some(Value::String(pattern)) => match fault(pattern) {
            Some(fault) => Err(ArgumentFault::at(index, fault)),
            None => Ok(()),
        },
        Some(_) | None => Ok(()),
    }
}

/// Writes the text with each match replaced. In the rewrite `\0` to `\9` stand for the match and its
/// groups, `\\` for a backslash.
pub fn replace(pattern: Arc<Regex>, text: &str, rewrite: &str, out: &mut String) {
    let mut from = 0;
    for captures in pattern.captures_iter(text) {
        let Some(found) = captures.get(0) else {
            continue;
        };
        out.push_str(&text[from..found.start()]);
        expand(rewrite, &captures, out);
        from = found.end();
    }
    out.push_str(&text[from..]);
}

fn expand(rewrite: &str, captures: &Captures, out: &mut String) {
    let mut chars = rewrite.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.peek().copied() {
            Some('\\') => {
                chars.next();
                out.push('\\');
            }
            Some(digit) if digit.is_ascii_digit() => {
                chars.next();
                let group = digit.to_digit(10).unwrap_or_default() as usize;
                out.push_str(captures.get(group).map_or("", |m| m.as_str()));
            }
            Some(_) | None => out.push('\\'),
        }
    }
}
