//! What is known of a data file before it is opened, and of the time that it may cover.

use std::sync::Arc;

use object_store::path::Path;

/// A range of time in ticks (100 ns since 0001-01-01): `start` included, `end` excluded.
/// None is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    pub start: Option<i64>,
    pub end: Option<i64>,
}

impl TimeRange {
    pub fn new(start: Option<i64>, end: Option<i64>) -> Self {
        Self { start, end }
    }

    /// Whether some instant lies in both.
    pub fn overlaps(&self, other: &TimeRange) -> bool {
        let before = |end: Option<i64>, start: Option<i64>| matches!((end, start), (Some(end), Some(start)) if end <= start);
        !before(self.end, other.start) && !before(other.end, self.start)
    }

    /// The instants in both.
    pub fn intersect(&self, other: &TimeRange) -> TimeRange {
        TimeRange {
            start: self.start.max(other.start),
            end: match (self.end, other.end) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    /// From the earlier start to the later end.
    pub fn hull(&self, other: &TimeRange) -> TimeRange {
        TimeRange {
            start: self.start.zip(other.start).map(|(a, b)| a.min(b)),
            end: self.end.zip(other.end).map(|(a, b)| a.max(b)),
        }
    }

    /// This range, longer by `slack` ticks at both ends.
    pub fn widened(&self, slack: i64) -> TimeRange {
        TimeRange {
            start: self.start.map(|t| t.saturating_sub(slack)),
            end: self.end.map(|t| t.saturating_add(slack)),
        }
    }
}

/// A data file as a listing gives it.
#[derive(Debug, Clone)]
pub struct LakeFile {
    /// Its place in the store.
    pub location: Path,
    /// Bytes.
    pub size: u64,
    /// The store's version mark: a file whose mark changes during a run is a fault.
    pub e_tag: Option<String>,
    pub last_modified_ticks: i64,
    /// `name=value` folders on its path, outermost first (`date=2026-01-05`); empty where there are none.
    pub partitions: Arc<[(String, String)]>,
    /// The time that its path stands for, without slack.
    pub path_time: Option<TimeRange>,
}
