//! Repairs of rule files that are not quite YAML.
//!
//! In: the text of one document. Out: edits that make YAML of it, and what each was for.
//! What always holds: edits insert white space, quotes or a missing key and remove tabs that
//! indent; they never touch a character of a text that stands there. A well-formed document gets no
//! edit, but for an empty block whose text seems to stand unindented below it.
//!
//! Public rules were edited by hand, pasted from web pages and flattened by exports. The faults
//! here are those that their files have; what is not among them stays an error.

mod block;
mod line;
mod structure;

use std::ops::Range;

use super::offsets::Edit;
use line::{Line, Structure, key_of, lines};

/// One repair: what was done, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    pub what: String,
    /// Bytes of the document.
    pub at: Range<usize>,
    pub edits: Vec<Edit>,
    /// Whether it is needed even where the document parses as it is: the text of the query, or the
    /// tables of a connector, would otherwise be taken for something else.
    pub changes_meaning: bool,
}

/// Finds the repairs that a document needs.
pub fn find(text: &str) -> Vec<Repair> {
    let lines = lines(text);
    let Some(first) = lines.iter().find(|line| line.is_content()) else {
        return Vec::new();
    };
    // JSON and flow style have no indentation to repair.
    if first.body().starts_with(['{', '[']) {
        return Vec::new();
    }
    let mut pass = Pass {
        base: key_of(first.body()).map(|_| first.column()),
        lines: &lines,
        seen: Vec::new(),
        section: "",
        open_key: None,
        sequence: None,
        out: Vec::new(),
    };
    let mut at = 0;
    while at < lines.len() {
        at = if lines[at].is_content() {
            pass.line(at)
        } else {
            at + 1
        };
    }
    pass.out
}

/// The edits of repairs, in the order of the text. What is put in at a place stands before what is
/// taken away there.
pub fn edits(repairs: &[Repair]) -> Vec<Edit> {
    let all = repairs.iter().flat_map(|repair| repair.edits.iter());
    let mut edits: Vec<Edit> = all.cloned().collect();
    edits.sort_by_key(|edit| (edit.at, edit.remove));
    edits
}

/// A sequence whose items are being read.
#[derive(Debug, Clone, Copy)]
struct Sequence {
    /// The column of its dashes.
    dash: usize,
    /// The column of its items' keys.
    item: usize,
    /// The column of the key that it belongs to.
    parent: Option<usize>,
}

/// One walk over a document's lines.
struct Pass<'t> {
    lines: &'t [Line<'t>],
    /// The column of the top-level keys, where the document begins with one.
    base: Option<usize>,
    /// The top-level keys so far.
    seen: Vec<&'t str>,
    /// The top-level key whose value is being read.
    section: &'t str,
    /// The column of the last key without a value on its line.
    open_key: Option<usize>,
    sequence: Option<Sequence>,
    out: Vec<Repair>,
}

impl<'t> Pass<'t> {
    /// Reads the line at `at` and what belongs to it; gives the next line to read.
    fn line(&mut self, at: usize) -> usize {
        let line = self.lines[at];
        self.untab(line);
        let Structure {
            dashes,
            column,
            body,
        } = line.structure();
        if dashes == 0
            && self.base == Some(column)
            && let Some(next) = self.flattened_child(at)
        {
            return next;
        }
        let top = dashes == 0 && self.base == Some(column);
        let split = key_of(body).or_else(|| top.then(|| self.glued_key(line)).flatten());
        let Some((key, value)) = split else {
            self.open_sequence(line, dashes, column);
            return at + 1;
        };
        if self.sequence.is_some_and(|open| column < open.dash) {
            self.sequence = None;
        }
        if top {
            self.seen.push(key);
            self.section = key;
            self.sequence = None;
        } else if dashes > 0 {
            self.open_sequence(line, dashes, column);
        } else if let Some(next) = self.key_at_dash(at, key, column) {
            return next;
        }
        let value_at = line.end() - value.len();
        if value.is_empty() || value.starts_with('#') {
            self.open_key = Some(column);
            return at + 1;
        }
        if block::is_header(value) {
            return self.block(at, key, column, top);
        }
        let next = self.continuation(at, column);
        if key == "entityType" && self.missing_field_mappings(at, next, column) {
            return at + 1;
        }
        if next == at + 1 {
            self.quote(key, value, value_at);
        }
        next
    }

    /// The first line behind `at` that does not continue the value there.
    fn continuation(&self, at: usize, column: usize) -> usize {
        let mut next = at + 1;
        for (i, line) in self.lines.iter().enumerate().skip(at + 1) {
            if line.is_blank() {
                continue;
            }
            if line.column() <= column {
                break;
            }
            next = i + 1;
        }
        next
    }

    fn open_sequence(&mut self, line: Line<'t>, dashes: usize, item: usize) {
        if dashes == 0 {
            return;
        }
        let dash = line.column();
        if self.sequence.is_none_or(|open| open.dash != dash) {
            self.sequence = Some(Sequence {
                dash,
                item,
                parent: self.open_key,
            });
        }
    }

    /// Notes a repair of a line that the document cannot be parsed without.
    fn note(&mut self, line: Line<'t>, edits: Vec<Edit>, what: String) {
        self.out.push(Repair {
            what,
            at: line.start + line.indent..line.end(),
            edits,
            changes_meaning: false,
        });
    }
}

#[cfg(test)]
mod tests;
