//! Tables from outside the lake: which local file stands for which source.
//!
//! In: what the user gave for each source. Out: a table of the file's records. What always holds: nothing is
//! fetched from a host that the user did not name; a source that was not given is refused by the option that
//! gives it; a URL's query, which may hold a key, is in no message.

mod addresses;
mod agents;
mod fetch;
mod file;
mod hosts;
mod read;
mod unpack;

pub(super) use addresses::udf as geo_info;
pub(super) use agents::udf as user_agent;
pub use fetch::Fetch;
pub use file::SourceFile;
pub use hosts::{AllowedHost, AllowedHosts};

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use super::EngineError;
use crate::compile::External;
use crate::diagnostics::{Code, Diagnostic};
use crate::plan::{Column, Found, Source};
use crate::symbols::ScalarType;

/// The files that the user gave.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// A URL of `externaldata`, with or without its query, and the file that stands for it.
    pub external: Vec<(String, PathBuf)>,
    /// A watchlist's name and its file.
    pub watchlists: Vec<(String, PathBuf)>,
    /// A function's name and its file.
    pub enrichment: Vec<(String, PathBuf)>,
    /// A MaxMind DB file, which says where addresses are.
    pub geoip: Option<PathBuf>,
    /// The list `regexes.yaml` of uap-core, which says what user agents name.
    pub user_agents: Option<PathBuf>,
    /// What may be fetched.
    pub fetch: Fetch,
    /// A source that was not given has no rows: for queries that are only looked at.
    pub empty_where_missing: bool,
    /// What was fetched so far.
    pub fetched: Fetched,
}

/// Files from the network, each URL once.
#[derive(Debug, Clone, Default)]
pub struct Fetched(Arc<Mutex<Vec<(String, SourceFile)>>>);

impl Fetched {
    fn files(&self) -> MutexGuard<'_, Vec<(String, SourceFile)>> {
        // Files are only ever added whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, url: &str) -> Option<SourceFile> {
        let files = self.files();
        let own = files.iter().find(|(own, _)| own == url);
        own.map(|(_, file)| file.clone())
    }
}

/// The tables that were read so far: a hunt asks for the same ones in each window.
#[derive(Debug, Default)]
pub(super) struct Loaded(Mutex<Vec<LoadedTable>>);

type LoadedTable = (Source, Vec<Column>, Arc<MemTable>);

impl Outside {
    /// The file of a watchlist.
    fn watchlist(&self, name: &str) -> Option<&PathBuf> {
        let given = self.watchlists.iter();
        let same = |own: &str| own.eq_ignore_ascii_case(name);
        given.rev().find(|(own, _)| same(own)).map(|(_, path)| path)
    }

    /// The file of a URL: given for the whole of it, or for the part before its query; else what was fetched.
    fn file(&self, url: &str) -> Option<SourceFile> {
        let by = |wanted: &str| self.external.iter().rev().find(|(own, _)| own == wanted);
        let given = by(url).or_else(|| by(shown(url)));
        given
            .map(|(_, path)| SourceFile::local(path))
            .or_else(|| self.fetched.file(url))
    }

    /// Fetches what these sources need, was not given, and may be fetched.
    pub(super) async fn fetch(&self, externals: &[External]) -> Result<(), EngineError> {
        let urls = externals
            .iter()
            .flat_map(|external| match &external.source {
                Source::Files { urls, .. } => urls.as_slice(),
                Source::Watchlist { .. }
                | Source::Enrichment { .. }
                | Source::Addresses
                | Source::UserAgents => &[],
            });
        for url in urls.filter(|_| !self.empty_where_missing) {
            if self.file(url).is_some() || !self.fetch.hosts.allow(url) {
                continue;
            }
            let file = fetch::fetch(url, &self.fetch, &fetch::System).await?;
            let file = SourceFile::fetched(url, Arc::new(file), self.fetch.most_bytes);
            self.fetched.files().push((url.clone(), file));
        }
        Ok(())
    }

    /// The files of a source; the options that are missing where not all of them were given.
    fn files(&self, source: &Source) -> Result<Vec<SourceFile>, Vec<String>> {
        let (mut files, mut missing) = (Vec::new(), Vec::new());
        for (file, option) in self.wanted(source) {
            match file {
                Some(file) => files.push(file),
                None => missing.push(option),
            }
        }
        match missing.is_empty() {
            true => Ok(files),
            false => Err(missing),
        }
    }

    /// The files of a source, each with the option that gives it.
    fn wanted(&self, source: &Source) -> Vec<(Option<SourceFile>, String)> {
        let local = |path: &PathBuf| SourceFile::local(path);
        match source {
            Source::Files { urls, .. } => urls
                .iter()
                .map(|url| (self.file(url), format!("--external {}=FILE", shown(url))))
                .collect(),
            Source::Watchlist { name } => {
                vec![(self.watchlist(name).map(local), watchlist_option(name))]
            }
            Source::Enrichment { function } => {
                let mut given = self.enrichment.iter().rev();
                let found = given.find(|(own, _)| own == function);
                let option = format!("--enrichment {function}=FILE");
                vec![(found.map(|(_, path)| local(path)), option)]
            }
            Source::Addresses => {
                vec![(self.geoip.as_ref().map(local), "--geoip FILE".to_owned())]
            }
            Source::UserAgents => {
                let option = "--user-agents FILE".to_owned();
                vec![(self.user_agents.as_ref().map(local), option)]
            }
        }
    }

    /// The options that let a source be fetched; none where it cannot be.
    fn fetching(&self, source: &Source) -> Vec<String> {
        let urls = match source {
            Source::Files { urls, .. } => urls.as_slice(),
            Source::Watchlist { .. }
            | Source::Enrichment { .. }
            | Source::Addresses
            | Source::UserAgents => &[],
        };
        let missing = urls.iter().filter(|url| self.file(url).is_none());
        let mut options: Vec<String> = missing
            .filter_map(|url| hosts::host_of(url))
            .map(|host| format!("--allow-fetch {host}"))
            .collect();
        options.dedup();
        options
    }

    /// The files that stand for sources, each with a name that tells which.
    pub fn inputs(&self, externals: &[External]) -> Vec<(String, SourceFile)> {
        let of = |external: &External| {
            let name = |place: usize| match &external.source {
                Source::Files { urls, .. } => {
                    format!(
                        "external {}",
                        shown(urls.get(place).map_or("", String::as_str))
                    )
                }
                Source::Watchlist { name } => format!("watchlist {name}"),
                Source::Enrichment { function } => format!("enrichment {function}"),
                Source::Addresses => "geoip".to_owned(),
                Source::UserAgents => "user agents".to_owned(),
            };
            let files = self.files(&external.source).unwrap_or_default();
            let named = files.into_iter().enumerate();
            named
                .map(|(place, file)| (name(place), file))
                .collect::<Vec<_>>()
        };
        externals.iter().flat_map(of).collect()
    }

    /// What is to be said of a source: an error where it was not given.
    pub(super) fn fault(&self, external: &External) -> Option<Diagnostic> {
        let missing = self.files(&external.source).err()?;
        let what = match &external.source {
            Source::Files { .. } => "`externaldata`".to_owned(),
            Source::Watchlist { name } => format!("the watchlist `{name}`"),
            Source::Enrichment { function } => format!("`{function}`"),
            Source::Addresses => "the place of an address".to_owned(),
            Source::UserAgents => "the list of browsers and devices".to_owned(),
        };
        let fetched = match &external.source {
            Source::Files { .. } => "from hosts that are not named",
            Source::Watchlist { .. }
            | Source::Enrichment { .. }
            | Source::Addresses
            | Source::UserAgents => "from the network",
        };
        Some(
            Diagnostic::error(
                Code::SourceNotGiven,
                external.span,
                format!("{what} lies outside the lake, and nothing is read {fetched}"),
            )
            .with_help(self.ways(&external.source, &missing)),
        )
    }

    /// How the source can be given.
    fn ways(&self, source: &Source, missing: &[String]) -> String {
        let local = format!("give a local copy: {}", missing.join(" "));
        match self.fetching(source).as_slice() {
            [] => local,
            fetching => format!("{local}; or let it be fetched: {}", fetching.join(" ")),
        }
    }

    /// What `check` says of a source, given or not.
    pub(super) fn note(&self, external: &External) -> Diagnostic {
        let options: Vec<String> = self
            .wanted(&external.source)
            .into_iter()
            .map(|(file, option)| match file {
                Some(file) if file.is_fetched() => format!("{} (fetched)", file.name()),
                Some(file) => format!("{} (given)", option.replace("FILE", file.name())),
                None => option,
            })
            .chain(self.fetching(&external.source).into_iter().map(|option| {
                match self.fetch.hosts.has_option(&option) {
                    true => format!("{option} (given)"),
                    false => format!("or {option}"),
                }
            }))
            .collect();
        Diagnostic::note(
            Code::SourceNotGiven,
            external.span,
            format!("this is read from outside the lake: {}", options.join(" ")),
        )
    }

    /// The columns of a watchlist; None where it was not given.
    pub(super) fn watchlist_columns(&self, name: &str) -> Result<Option<Found>, EngineError> {
        let Some(path) = self.watchlist(name) else {
            return Ok(None);
        };
        let columns = read::header(&SourceFile::local(path))?;
        Ok(Some(Found {
            columns: columns
                .into_iter()
                .map(|column| (column, ScalarType::String))
                .collect(),
            wanted: Vec::new(),
        }))
    }

    /// The records of a source.
    pub(super) fn table(
        &self,
        external: &External,
        loaded: &Loaded,
    ) -> Result<Arc<dyn TableProvider>, EngineError> {
        let files = match self.files(&external.source) {
            Ok(files) => files,
            Err(_) if self.empty_where_missing => Vec::new(),
            Err(missing) => {
                return Err(EngineError::NotGiven {
                    how: self.ways(&external.source, &missing),
                });
            }
        };
        let mut tables = match loaded.0.lock() {
            Ok(tables) => tables,
            // Tables are only ever added whole.
            Err(poisoned) => poisoned.into_inner(),
        };
        let known = tables.iter().find(|(source, columns, _)| {
            *source == external.source && *columns == external.columns
        });
        if let Some((_, _, table)) = known {
            return Ok(Arc::clone(table) as _);
        }
        let batches = files
            .iter()
            .map(|file| read::records(file, &external.source, &external.columns))
            .collect::<Result<Vec<_>, _>>()?;
        let table = Arc::new(MemTable::try_new(
            read::schema(&external.columns),
            vec![batches],
        )?);
        tables.push((
            external.source.clone(),
            external.columns.clone(),
            Arc::clone(&table),
        ));
        Ok(table)
    }
}

/// The option that gives a watchlist.
pub(super) fn watchlist_option(name: &str) -> String {
    format!("--watchlist {name}=FILE")
}

/// A URL without its query: that may hold a key.
fn shown(url: &str) -> &str {
    url.split(['?', ';', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
