//! What stands for the sources outside the lake: `--external`, `--watchlist`, `--enrichment`, `--geoip`.

use std::path::PathBuf;

use clap::Args;

use super::exit::Failure;
use crate::engine::Outside;
use crate::rule::job::{self, JobOutside};

/// Local files for what rules read from elsewhere. Nothing is fetched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Outside the lake")]
pub struct OutsideArgs {
    /// The local copy of a URL that rules read with externaldata; may come again
    #[arg(long, value_name = "URL=FILE", value_parser = pair)]
    external: Vec<(String, PathBuf)>,
    /// The csv file of a watchlist that rules read with _GetWatchlist; may come again
    #[arg(long, value_name = "NAME=FILE", value_parser = pair)]
    watchlist: Vec<(String, PathBuf)>,
    /// The csv file that a function reads, such as FileProfile; may come again
    #[arg(long, value_name = "FUNCTION=FILE", value_parser = pair)]
    enrichment: Vec<(String, PathBuf)>,
    /// A YAML file of all of these: external, watchlists, enrichment, geoip
    #[arg(long, value_name = "FILE")]
    outside: Option<PathBuf>,
    /// The MaxMind DB file that geo_info_from_ip_address asks
    #[arg(long, value_name = "FILE")]
    geoip: Option<PathBuf>,
}

impl OutsideArgs {
    /// A job file's own, under those of the flags.
    pub fn under(&mut self, job: JobOutside) {
        for (own, below) in [
            (&mut self.external, job.external),
            (&mut self.watchlist, job.watchlists),
            (&mut self.enrichment, job.enrichment),
        ] {
            let below = below.into_iter().map(|(name, path)| (name, path.into()));
            own.splice(0..0, below);
        }
        self.geoip = self.geoip.take().or(job.geoip.map(PathBuf::from));
    }

    /// All of them; a flag wins over the file.
    pub fn outside(&self) -> Result<Outside, Failure> {
        let mut all = self.clone();
        if let Some(path) = &self.outside {
            all.under(job::read(path, &|name| std::env::var(name).ok())?.outside);
        }
        Ok(Outside {
            external: all.external,
            watchlists: all.watchlist,
            enrichment: all.enrichment,
            geoip: all.geoip,
            empty_where_missing: false,
        })
    }
}

/// `NAME=FILE`. A URL may have an `=` of its own, and so may a path: of several the first counts behind which
/// a file's path stands, else the last.
fn pair(text: &str) -> Result<(String, PathBuf), String> {
    let pairs: Vec<(&str, &str)> = text
        .match_indices('=')
        .map(|(at, _)| (&text[..at], &text[at + 1..]))
        .filter(|(name, file)| !name.is_empty() && !file.is_empty())
        .collect();
    let is_file = |(_, file): &&(&str, &str)| std::path::Path::new(file).is_file();
    match pairs.iter().find(is_file).or(pairs.last()) {
        Some((name, file)) => Ok(((*name).to_owned(), file.into())),
        None => Err("write the name, `=` and a file".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_file_is_found_behind_any_sign() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("year=2026.csv");
        std::fs::write(&path, "").unwrap();
        let url = "https://a.example/b?c=d";
        let given = pair(&format!("{url}={}", path.display())).unwrap();
        assert_eq!(given, (url.to_owned(), path));
        let missing = pair(&format!("{url}=no.csv")).unwrap();
        assert_eq!(missing, (url.to_owned(), PathBuf::from("no.csv")));
        assert!(pair("=x").is_err() && pair("x=").is_err() && pair("x").is_err());
    }
}
