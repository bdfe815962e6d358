//! Which files of a table a window of time needs.
//!
//! In: a [`TableLocation`], a window and a slack. Out: [`Listing`]. What always holds: a file is left out
//! only when the time of its path does not touch the widened window; files without a time in their path
//! are all listed.
//!
//! Folders outside the window are not listed. Over a network a request costs more than a page of names, so
//! that a folder that is needed in part is first asked for one page of everything below it: a small table
//! is listed with one request. Only where that page is not all does the walk go level by level; folders
//! that are needed whole, or no longer than a day, are listed in one go.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectMeta;
use object_store::path::Path;

use super::error::LakeError;
use super::file::{LakeFile, TimeRange};
use super::layout::{LayoutChoice, PathTime};
use super::names::{self, Entry, Foreign};
use super::store::Store;
use crate::symbols::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// Listing requests under way at one time.
const REQUESTS_AT_ONCE: usize = 16;
/// Folders of this machine that are read at one time: each takes a thread, whose start costs more than the reading.
const FOLDERS_AT_ONCE: usize = 2;
/// How many ignored names are kept for messages.
const IGNORED_NAMES: usize = 5;

/// A part of a table in its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Everything below a folder.
    Folder(Path),
    /// Files of one folder.
    Files(Vec<ObjectMeta>),
}

/// Where a table is.
#[derive(Debug, Clone)]
pub struct TableLocation {
    /// The name as it was asked for, or as the catalogue spells it.
    pub table: String,
    pub store: Store,
    /// Usually one; more where the table is in folders of several workspaces, or in a folder and in files.
    pub places: Vec<Place>,
    pub layout: LayoutChoice,
}

/// The files that a window needs, and what is known from listing them.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Sorted by path.
    pub files: Vec<LakeFile>,
    /// Data files whose names were seen; those in folders that were not listed are not among them.
    pub files_seen: usize,
    /// Of these, files whose path lies outside the widened window.
    pub files_outside_window: usize,
    /// Prefixes asked for: requests, apart from further pages of long answers.
    pub prefixes_listed: usize,
    /// Folders that the window made needless to list.
    pub prefixes_pruned: usize,
    /// Days of the window (without slack) that no file's path touches, ascending. Where the window is open
    /// at an end, the days between the first and the last file stand for it. Empty where a file has no
    /// time in its path: then it is not known.
    pub days_without_files: Vec<NaiveDate>,
    /// Whether every file has a time in its path.
    pub days_known: bool,
    /// The time levels found, `date=` or `y=/m=/d=/h=/m=`; "" stands for files without a time.
    pub patterns: BTreeSet<String>,
    /// Files with names that are not data, and the first of those names.
    pub ignored: usize,
    pub ignored_names: Vec<String>,
}

impl Listing {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }
}

/// A folder to visit.
struct Folder {
    prefix: Path,
    time: PathTime,
    /// Whether one page of everything below it is worth asking for before its folders.
    peek: bool,
    /// A table's own folder: that nothing is there is a fault.
    root: bool,
}

/// What a visit of a folder gave.
#[derive(Default)]
struct Visit {
    files: Vec<(ObjectMeta, PathTime)>,
    folders: Vec<Folder>,
    seen: usize,
    outside: usize,
    listed: usize,
    pruned: usize,
    ignored: Vec<String>,
}

struct Walk<'a> {
    table: &'a TableLocation,
    window: TimeRange,
}

impl TableLocation {
    /// The URL of the table, for messages.
    pub fn url(&self) -> String {
        match self.places.first() {
            Some(Place::Folder(prefix)) => self.store.url_of(prefix),
            Some(Place::Files(_)) | None => self.store.url().to_owned(),
        }
    }

    /// Lists the files whose path may hold events of the window, widened by `slack` ticks at both ends.
    ///
    /// # Errors
    /// [`LakeError::ForeignFormat`] for a table that is not plain Parquet; [`LakeError::MissingPrefix`]
    /// where nothing is there; the store's faults.
    pub async fn list(&self, window: TimeRange, slack: i64) -> Result<Listing, LakeError> {
        let walk = Walk {
            table: self,
            window: window.widened(slack),
        };
        let mut total = Visit::default();
        let mut frontier = Vec::new();
        for place in &self.places {
            match place {
                Place::Folder(prefix) => frontier.push(Folder {
                    prefix: prefix.clone(),
                    time: PathTime::default(),
                    peek: true,
                    root: true,
                }),
                Place::Files(metas) => {
                    total.seen += metas.len();
                    let files = metas.iter().cloned();
                    total
                        .files
                        .extend(files.map(|meta| (meta, PathTime::default())));
                }
            }
        }
        let at_once = match self.store.page_size() {
            Some(_) => REQUESTS_AT_ONCE,
            None => FOLDERS_AT_ONCE,
        };
        while !frontier.is_empty() {
            let visits: Vec<Visit> = futures::stream::iter(frontier)
                .map(|folder| walk.visit(folder))
                .buffer_unordered(at_once)
                .try_collect()
                .await?;
            frontier = Vec::new();
            for mut visit in visits {
                frontier.append(&mut visit.folders);
                total.add(visit);
            }
        }
        Ok(total.finish(&self.store, window))
    }
}

impl Walk<'_> {
    async fn visit(&self, folder: Folder) -> Result<Visit, LakeError> {
        let page = self.table.store.page_size();
        if self.whole(&folder.time) {
            return self.everything(&folder, None).await.map(|(visit, _)| visit);
        }
        let mut peeks = 0;
        if let Some(page) = page.filter(|_| folder.peek) {
            let (visit, complete) = self.everything(&folder, Some(page)).await?;
            if complete {
                return Ok(visit);
            }
            peeks = 1;
        }
        let mut visit = self.level(&folder).await?;
        visit.listed += peeks;
        Ok(visit)
    }

    /// Whether nothing below a folder is worth leaving out by its path: all of it is needed, or it is no
    /// longer than a day.
    fn whole(&self, time: &PathTime) -> bool {
        let unbounded = self.window == TimeRange::default();
        let inside = |range: TimeRange| self.window.intersect(&range) == range;
        let short = |range: TimeRange| matches!((range.start, range.end), (Some(a), Some(b)) if b - a <= TICKS_PER_DAY);
        unbounded
            || time
                .range()
                .is_some_and(|range| inside(range) || short(range))
    }

    fn needed(&self, time: &PathTime) -> bool {
        time.range()
            .is_none_or(|range| range.overlaps(&self.window))
    }

    /// Lists all below a folder, or stops when `limit` names were seen: then the answer is not complete.
    async fn everything(
        &self,
        folder: &Folder,
        limit: Option<usize>,
    ) -> Result<(Visit, bool), LakeError> {
        let store = &self.table.store;
        let mut visit = Visit {
            listed: 1,
            ..Visit::default()
        };
        let mut names = 0;
        let mut last: Option<(String, PathTime)> = None;
        let mut foreign = None;
        let mut listed = store.inner().list(prefix_of(&folder.prefix));
        while let Some(meta) = listed.next().await {
            let meta = meta.map_err(|e| store.list_error(&folder.prefix, &e))?;
            names += 1;
            if limit.is_some_and(|limit| names >= limit) {
                return Ok((visit, false));
            }
            let (parent, segments) = below(&meta.location, &folder.prefix);
            let time = match &last {
                Some((known, time)) if *known == parent => time.clone(),
                _ => segments[..segments.len().saturating_sub(1)]
                    .iter()
                    .fold(folder.time.clone(), |time, segment| {
                        time.below(segment, &self.table.layout)
                    }),
            };
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            self.file(meta, &segments, &time, &mut visit, &mut foreign);
            last = Some((parent, time));
        }
        self.refuse(&folder.prefix, foreign)?;
        if folder.root && names == 0 {
            return Err(self.nothing(&folder.prefix));
        }
        Ok((visit, true))
    }

    /// Lists the files and the folders of one folder.
    async fn level(&self, folder: &Folder) -> Result<Visit, LakeError> {
        let store = &self.table.store;
        let result = store
            .inner()
            .list_with_delimiter(prefix_of(&folder.prefix))
            .await
            .map_err(|e| store.list_error(&folder.prefix, &e))?;
        if folder.root && result.objects.is_empty() && result.common_prefixes.is_empty() {
            return Err(self.nothing(&folder.prefix));
        }
        let mut visit = Visit {
            listed: 1,
            ..Visit::default()
        };
        let mut foreign = None;
        for meta in result.objects {
            let name = meta.location.filename().unwrap_or_default().to_owned();
            self.file(meta, &[&name], &folder.time, &mut visit, &mut foreign);
        }
        let peek = result.common_prefixes.len() > 1;
        for prefix in result.common_prefixes {
            let name = prefix.filename().unwrap_or_default().to_owned();
            foreign = first_of(foreign, names::foreign_folder(&name));
            if names::is_hidden(&name) {
                continue;
            }
            let time = folder.time.below(&name, &self.table.layout);
            if self.needed(&time) {
                visit.folders.push(Folder {
                    prefix,
                    time,
                    peek,
                    root: false,
                });
            } else {
                visit.pruned += 1;
            }
        }
        self.refuse(&folder.prefix, foreign)?;
        Ok(visit)
    }

    /// Sorts one file into the visit.
    fn file(
        &self,
        meta: ObjectMeta,
        segments: &[&str],
        time: &PathTime,
        visit: &mut Visit,
        foreign: &mut Option<Foreign>,
    ) {
        if names::is_iceberg(meta.location.as_ref()) {
            *foreign = first_of(*foreign, Some(Foreign::Iceberg));
            return;
        }
        match names::classify(segments, meta.size) {
            Entry::Data => {
                visit.seen += 1;
                if self.needed(time) {
                    visit.files.push((meta, time.clone()));
                } else {
                    visit.outside += 1;
                }
            }
            Entry::Foreign(found) => *foreign = first_of(*foreign, Some(found)),
            Entry::Other => visit.ignored.push(meta.location.to_string()),
        }
    }

    fn refuse(&self, prefix: &Path, foreign: Option<Foreign>) -> Result<(), LakeError> {
        match foreign {
            Some(foreign) => Err(LakeError::ForeignFormat {
                url: self.table.store.url_of(prefix),
                format: foreign.format(),
                help: foreign.help(),
            }),
            None => Ok(()),
        }
    }

    fn nothing(&self, prefix: &Path) -> LakeError {
        LakeError::MissingPrefix {
            url: self.table.store.url_of(prefix),
        }
    }
}

impl Visit {
    fn add(&mut self, other: Visit) {
        self.files.extend(other.files);
        self.seen += other.seen;
        self.outside += other.outside;
        self.listed += other.listed;
        self.pruned += other.pruned;
        self.ignored.extend(other.ignored);
    }

    fn finish(mut self, store: &Store, window: TimeRange) -> Listing {
        self.files
            .sort_unstable_by(|(a, _), (b, _)| a.location.cmp(&b.location));
        self.ignored.sort_unstable();
        let patterns = self.files.iter().map(|(_, time)| time.pattern()).collect();
        let files: Vec<LakeFile> = self
            .files
            .into_iter()
            .map(|(meta, time)| LakeFile {
                location: meta.location,
                size: meta.size,
                e_tag: meta.e_tag.map(|tag| store.header_tag(tag)),
                last_modified_ticks: UNIX_EPOCH_TICKS
                    + meta.last_modified.timestamp() * TICKS_PER_SECOND
                    + i64::from(meta.last_modified.timestamp_subsec_nanos() / 100),
                partitions: Arc::from(time.partitions()),
                path_time: time.range(),
            })
            .collect();
        let days_known = files.iter().all(|f| f.path_time.is_some());
        Listing {
            days_without_files: days_without(&files, window),
            days_known,
            files,
            files_seen: self.seen,
            files_outside_window: self.outside,
            prefixes_listed: self.listed,
            prefixes_pruned: self.pruned,
            patterns,
            ignored: self.ignored.len(),
            ignored_names: self.ignored.into_iter().take(IGNORED_NAMES).collect(),
        }
    }
}

fn first_of(a: Option<Foreign>, b: Option<Foreign>) -> Option<Foreign> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn prefix_of(prefix: &Path) -> Option<&Path> {
    (!prefix.as_ref().is_empty()).then_some(prefix)
}

/// The folder of a file, and the segments below a prefix, the file's name last.
fn below(location: &Path, prefix: &Path) -> (String, Vec<String>) {
    let text = location.as_ref();
    let parent = text.rsplit_once('/').map_or("", |(parent, _)| parent);
    let segments = match location.prefix_match(prefix) {
        Some(parts) => parts.map(|part| part.as_ref().to_owned()).collect(),
        None => vec![text.to_owned()],
    };
    (parent.to_owned(), segments)
}

fn days_without(files: &[LakeFile], window: TimeRange) -> Vec<NaiveDate> {
    let Some(ranges) = files
        .iter()
        .map(|f| Some((f.path_time?.start?, f.path_time?.end?)))
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let first = window.start.or(ranges.iter().map(|r| r.0).min());
    let last = window.end.or(ranges.iter().map(|r| r.1).max());
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let day = |ticks: i64| ticks.div_euclid(TICKS_PER_DAY);
    let covered: BTreeSet<i64> = ranges
        .iter()
        .map(|&(start, end)| (start.max(first), end.min(last)))
        .filter(|(start, end)| start < end)
        .flat_map(|(start, end)| day(start)..=day(end - 1))
        .collect();
    (day(first)..=day(last - 1))
        .filter(|day| !covered.contains(day))
        .filter_map(|day| date_of(day * TICKS_PER_DAY))
        .collect()
}

/// The day of an instant in ticks.
pub(crate) fn date_of(ticks: i64) -> Option<NaiveDate> {
    let days = (ticks - UNIX_EPOCH_TICKS).div_euclid(TICKS_PER_DAY);
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(days)?)
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
