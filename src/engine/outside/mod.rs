//! Tables from outside the lake: which local file stands for which source.
//!
//! In: what the user gave for each source. Out: a table of the file's records. What always holds: nothing is
//! ever fetched; a source that was not given is refused by the option that gives it; a URL's query, which may
//! hold a key, is in no message.

mod addresses;
mod read;

pub(super) use addresses::udf as geo_info;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

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
    /// A source that was not given has no rows: for queries that are only looked at.
    pub empty_where_missing: bool,
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

    /// The file of a URL: given for the whole of it, or for the part before its query.
    fn file(&self, url: &str) -> Option<&PathBuf> {
        let by = |wanted: &str| self.external.iter().rev().find(|(own, _)| own == wanted);
        by(url).or_else(|| by(shown(url))).map(|(_, path)| path)
    }

    /// The files of a source; the options that are missing where not all of them were given.
    fn files(&self, source: &Source) -> Result<Vec<&PathBuf>, Vec<String>> {
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
    fn wanted(&self, source: &Source) -> Vec<(Option<&PathBuf>, String)> {
        match source {
            Source::Files { urls, .. } => urls
                .iter()
                .map(|url| (self.file(url), format!("--external {}=FILE", shown(url))))
                .collect(),
            Source::Watchlist { name } => vec![(self.watchlist(name), watchlist_option(name))],
            Source::Enrichment { function } => {
                let mut given = self.enrichment.iter().rev();
                let found = given.find(|(own, _)| own == function);
                let option = format!("--enrichment {function}=FILE");
                vec![(found.map(|(_, path)| path), option)]
            }
            Source::Addresses => vec![(self.geoip.as_ref(), "--geoip FILE".to_owned())],
        }
    }

    /// The files that stand for sources, each with a name that tells which.
    pub fn inputs(&self, externals: &[External]) -> Vec<(String, PathBuf)> {
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
            };
            let files = self.files(&external.source).unwrap_or_default();
            let named = files.into_iter().enumerate();
            named
                .map(|(place, file)| (name(place), file.clone()))
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
        };
        Some(
            Diagnostic::error(
                Code::SourceNotGiven,
                external.span,
                format!("{what} lies outside the lake, and nothing is read from the network"),
            )
            .with_help(format!("give a local copy: {}", missing.join(" "))),
        )
    }

    /// What `check` says of a source, given or not.
    pub(super) fn note(&self, external: &External) -> Diagnostic {
        let options: Vec<String> = self
            .wanted(&external.source)
            .into_iter()
            .map(|(file, option)| match file {
                Some(file) => format!(
                    "{} (given)",
                    option.replace("FILE", &file.display().to_string())
                ),
                None => option,
            })
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
        let columns = read::header(path)?;
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
                    options: missing.join(" "),
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
            .into_iter()
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
