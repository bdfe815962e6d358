//! Where a rule's query stands in its file.
//!
//! In: a file's text and the map that reading its query gave. Out: [`RuleSource`].
//! What always holds: an offset of the query leads to the same character in the file, except in a
//! scalar whose YAML form is too unusual to follow: there it leads to where the scalar begins.

use std::path::{Path, PathBuf};

use crate::diagnostics::Span;

use super::diagnostic::FileSpan;
use super::offsets::OffsetMap;
use super::text::FileText;

/// The file of a rule, and the way from its query's bytes to the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSource {
    path: PathBuf,
    text: FileText,
    map: OffsetMap,
}

impl RuleSource {
    pub(super) fn new(path: &Path, text: FileText, map: OffsetMap) -> Self {
        Self {
            path: path.to_owned(),
            text,
            map,
        }
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's whole text, which [`FileSpan`]s count in.
    pub fn text(&self) -> &FileText {
        &self.text
    }

    /// The byte of the file at which the query's byte `query_offset` stands.
    pub fn file_offset(&self, query_offset: usize) -> usize {
        self.map.locate(query_offset)
    }

    /// The line and the column (in characters) in the file, both from 1, of a byte of the query.
    pub fn locate(&self, query_offset: usize) -> (usize, usize) {
        self.text.position(self.file_offset(query_offset))
    }

    /// The part of the file that a span of the query covers. Over several lines it takes in the
    /// indentation between them.
    pub fn file_span(&self, span: Span) -> FileSpan {
        let start = self.file_offset(span.start);
        // The end is behind the last byte, which may be the last of its line: what follows it in
        // the query begins on the next line of the file.
        let end = if span.end > span.start {
            self.file_offset(span.end - 1) + 1
        } else {
            start
        };
        FileSpan::new(start, end.max(start).min(self.text.as_str().len()))
    }
}
