//! Block scalars whose lines do not stand where they must.
//!
//! In: the line of a header such as `query: |`. Out: indentation for the lines of its text.
//! What always holds: only indentation is added, and tabs that stand for it are removed. Where a line stood deeper than its neighbours, it
//! still does.

use super::super::offsets::Edit;
use super::line::{Line, is_rule_key, key_of};
use super::{Pass, Repair};

/// Whether a value is the header of a block scalar.
pub fn is_header(value: &str) -> bool {
    let Some(rest) = value.strip_prefix(['|', '>']) else {
        return false;
    };
    let rest = rest.trim_start_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    rest.trim_start().is_empty() || rest.trim_start().starts_with('#')
}

impl<'t> Pass<'t> {
    /// Reads the block under the header on line `at`; gives the line behind it.
    pub(super) fn block(&mut self, at: usize, key: &str, column: usize, top: bool) -> usize {
        let lines = self.lines;
        let Some(first) = (at + 1..lines.len()).find(|i| !lines[*i].is_blank()) else {
            return lines.len();
        };
        let indented = lines[first].spaces() > column;
        if !top {
            return (first..lines.len())
                .find(|i| !lines[*i].is_blank() && lines[*i].spaces() <= column)
                .unwrap_or(lines.len());
        }
        if indented {
            // A header such as `|2` says how far the text is indented.
            let header = lines[at].structure().body;
            let explicit = header.rsplit(['|', '>']).next().and_then(|indicators| {
                let digit = indicators.chars().find_map(|c| c.to_digit(10))?;
                Some(column + usize::try_from(digit).ok()?)
            });
            let indent = lines[first].spaces();
            let indent = explicit.map_or(indent, |explicit| explicit.min(indent));
            self.ragged(first, indent, key, column)
        } else {
            self.flattened(at, first, key, column)
        }
    }

    /// A block that begins as it must: lines further out are taken into it unless they are keys.
    fn ragged(&mut self, first: usize, indent: usize, key: &str, column: usize) -> usize {
        let lines = self.lines;
        let mut moved: Option<(usize, usize)> = None;
        let mut edits = Vec::new();
        let mut at = first;
        while at < lines.len() {
            let line = lines[at];
            if !line.is_blank() && line.spaces() < indent {
                if self.ends_block(at, column) {
                    break;
                }
                let missing = indent - line.spaces();
                edits.push(Edit::insert(line.start, " ".repeat(missing)));
                moved = Some((moved.map_or(at, |(from, _)| from), at));
            }
            at += 1;
        }
        if let Some((from, to)) = moved {
            let what = format!(
                "lines of the text of `{key}` stand further out than its first; taken as its text"
            );
            self.report(from, to, edits, what, false);
        }
        at
    }

    fn ends_block(&self, at: usize, column: usize) -> bool {
        let line = self.lines[at];
        if line.spaces() > column || line.text.starts_with('\t') {
            return false;
        }
        if line.body().starts_with('#') {
            return self.lines[at + 1..]
                .iter()
                .find(|later| later.is_content())
                .is_none_or(|later| key_of(later.body()).is_some());
        }
        key_of(line.body()).is_some()
    }

    /// A block whose text stands at its key's own column, or behind tabs. Since any line could be
    /// its text, only a key of rules that the document does not have yet ends it.
    fn flattened(&mut self, header: usize, first: usize, key: &str, column: usize) -> usize {
        let lines = self.lines;
        let is_next_key = |line: &Line<'_>| {
            line.spaces() == column
                && line.indent == column
                && key_of(line.body())
                    .is_some_and(|(key, _)| is_rule_key(key) && !self.seen.contains(&key))
        };
        let end = (first..lines.len())
            .find(|i| is_next_key(&lines[*i]))
            .unwrap_or(lines.len());
        let Some(last) = (first..end).rev().find(|i| !lines[*i].is_blank()) else {
            return header + 1;
        };
        // Tabs cannot indent a text: those of the first line give way to spaces on every line.
        let prefix = &lines[first].text[..lines[first].indent];
        let tabs = if prefix.contains('\t') { prefix } else { "" };
        let outermost = if tabs.is_empty() { prefix.len() } else { 0 };
        let content = lines[first..=last].iter().filter(|line| !line.is_blank());
        let edits = content
            .map(|line| {
                let common = line.text.bytes().zip(tabs.bytes());
                Edit {
                    at: line.start,
                    remove: common.take_while(|(a, b)| a == b).count(),
                    insert: " ".repeat(column + 2 - outermost.min(line.spaces())),
                }
            })
            .collect();
        let what = format!("the text of `{key}` is not indented below it; taken as its text");
        // A parser may take the text for keys, and the query for empty.
        let is_query = key.eq_ignore_ascii_case("query");
        self.report(first, last, edits, what, is_query);
        end
    }

    fn report(
        &mut self,
        first: usize,
        last: usize,
        edits: Vec<Edit>,
        what: String,
        changes_meaning: bool,
    ) {
        let from = &self.lines[first];
        self.out.push(Repair {
            what,
            at: from.start + from.indent..self.lines[last].end(),
            edits,
            changes_meaning,
        });
    }
}
