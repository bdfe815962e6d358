//! Maps from offsets in a derived text back to the text that it was made from.
//!
//! In: which runs of bytes were carried over. Out: [`OffsetMap`], and [`apply`] for edits.
//! What always holds: a run maps byte for byte; bytes that have no origin map to the end of the
//! run before them.

/// A run of bytes that stands in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// Where it begins in the derived text.
    from: usize,
    /// Where it begins in the origin.
    to: usize,
    len: usize,
}

/// The way from a derived text to its origin. Runs are in the order of `from`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    runs: Vec<Run>,
}

impl OffsetMap {
    /// The map of a text of `len` bytes that begins at byte `to` of its origin.
    pub fn shifted(to: usize, len: usize) -> Self {
        Self {
            runs: vec![Run { from: 0, to, len }],
        }
    }

    /// Adds a run behind all others, joining it to the last where both go on seamlessly.
    pub fn push(&mut self, from: usize, to: usize, len: usize) {
        if let Some(last) = self.runs.last_mut()
            && last.from + last.len == from
            && last.to + last.len == to
        {
            last.len += len;
            return;
        }
        self.runs.push(Run { from, to, len });
    }

    /// Where the byte at `offset` stands in the origin.
    pub fn locate(&self, offset: usize) -> usize {
        let after = self.runs.partition_point(|run| run.from <= offset);
        match after.checked_sub(1).and_then(|i| self.runs.get(i)) {
            Some(run) => run.to + (offset - run.from).min(run.len),
            None => self.runs.first().map_or(0, |run| run.to),
        }
    }

    /// This map followed by `outer`, which leads from this one's origin to an earlier one.
    pub fn then(&self, outer: &OffsetMap) -> OffsetMap {
        let mut joined = OffsetMap::default();
        for run in &self.runs {
            if run.len == 0 {
                joined.push(run.from, outer.locate(run.to), 0);
                continue;
            }
            let end = run.to + run.len;
            let first = outer
                .runs
                .partition_point(|other| other.from + other.len <= run.to);
            for other in outer.runs[first..].iter().take_while(|o| o.from < end) {
                let start = run.to.max(other.from);
                let stop = end.min(other.from + other.len);
                if start < stop {
                    joined.push(
                        run.from + (start - run.to),
                        other.to + (start - other.from),
                        stop - start,
                    );
                }
            }
        }
        joined
    }
}

/// One change of a text: `remove` bytes at `at` give way to `insert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: usize,
    pub remove: usize,
    pub insert: String,
}

impl Edit {
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self {
            at,
            remove: 0,
            insert: text.into(),
        }
    }
}

/// Applies edits, which are in the order of `at` and do not overlap. The map leads from the new
/// text to the old one.
pub fn apply(text: &str, edits: &[Edit]) -> (String, OffsetMap) {
    let mut out = String::with_capacity(text.len() + 16 * edits.len());
    let mut map = OffsetMap::default();
    let mut done = 0;
    for edit in edits {
        map.push(out.len(), done, edit.at - done);
        out.push_str(&text[done..edit.at]);
        out.push_str(&edit.insert);
        done = edit.at + edit.remove;
    }
    map.push(out.len(), done, text.len() - done);
    out.push_str(&text[done..]);
    (out, map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_map_back() {
        let edits = [
            Edit::insert(0, "  "),
            Edit {
                at: 3,
                remove: 1,
                insert: "XYZ".into(),
            },
        ];
        let (text, map) = apply("abc\tdef", &edits);
        assert_eq!(text, "  abcXYZdef");
        assert_eq!(map.locate(0), 0);
        assert_eq!(map.locate(2), 0);
        assert_eq!(map.locate(4), 2);
        assert_eq!(map.locate(6), 3, "made text maps to where it was put");
        assert_eq!(map.locate(8), 4);
        assert_eq!(map.locate(11), 7);
    }

    #[test]
    fn maps_compose() {
        let (middle, inner) = apply("abcdef", &[Edit::insert(3, "--")]);
        let (last, outer) = apply(&middle, &[Edit::insert(1, "++")]);
        assert_eq!(last, "a++bc--def");
        let whole = outer.then(&inner);
        for (at, byte) in last
            .bytes()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_lowercase())
        {
            assert_eq!("abcdef".as_bytes()[whole.locate(at)], byte);
        }
    }
}
