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

/// `NAME=FILE`: the last `=` parts them, since a URL may have some of its own.
fn pair(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        Some(_) | None => Err("write the name, `=` and a file".to_owned()),
    }
}
