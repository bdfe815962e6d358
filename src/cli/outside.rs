//! What stands for the sources outside the lake: `--external`, `--watchlist`, `--enrichment`, `--geoip`; and
//! what may be fetched.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::exit::{Exit, Failure};
use super::time;
use crate::engine::{AllowedHost, AllowedHosts, Fetch, Outside};
use crate::rule::job::{self, JobOutside};
use crate::symbols::TICKS_PER_SECOND;

/// Files for what rules read from elsewhere. Nothing is fetched but from hosts that are named.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Outside the lake")]
pub struct OutsideArgs {
    /// The local copy of a URL that rules read with externaldata; may come again
    #[arg(long, value_name = "URL=FILE", value_parser = pair)]
    external: Vec<(String, PathBuf)>,
    /// The csv file of a watchlist that rules read with _GetWatchlist; may come again
    #[arg(long, value_name = "NAME=FILE", value_parser = pair)]
    watchlist: Vec<(String, PathBuf)>,
    /// The csv file that FileProfile, DeviceFromIP, AssignedIPAddresses or SeenBy reads; may come again
    #[arg(long, value_name = "FUNCTION=FILE", value_parser = pair)]
    enrichment: Vec<(String, PathBuf)>,
    /// A YAML file of all of these: external, watchlists, enrichment, geoip
    #[arg(long, value_name = "FILE")]
    outside: Option<PathBuf>,
    /// The MaxMind DB file that geo_info_from_ip_address asks
    #[arg(long, value_name = "FILE")]
    geoip: Option<PathBuf>,
    /// The list that parse_user_agent asks: regexes.yaml of github.com/ua-parser/uap-core
    #[arg(long, value_name = "FILE")]
    user_agents: Option<PathBuf>,
    /// A host from which files of externaldata may be fetched, over https or http; may come again. An address
    /// that is not public must be named itself
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_fetch: Vec<AllowedHost>,
    /// The most bytes of a file that is fetched, unpacked as well [default: 256MB]
    #[arg(long, value_name = "BYTES", value_parser = time::bytes)]
    fetch_bytes: Option<u64>,
    /// How long to wait for a file that is fetched [default: 1m]
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    fetch_timeout: Option<i64>,
}

impl OutsideArgs {
    /// A job file's own, under those of the flags.
    pub fn under(&mut self, file: &str, job: JobOutside) -> Result<(), Failure> {
        for (own, below) in [
            (&mut self.external, job.external),
            (&mut self.watchlist, job.watchlists),
            (&mut self.enrichment, job.enrichment),
        ] {
            let below = below.into_iter().map(|(name, path)| (name, path.into()));
            own.splice(0..0, below);
        }
        self.geoip = self.geoip.take().or(job.geoip.map(PathBuf::from));
        self.user_agents = self
            .user_agents
            .take()
            .or(job.user_agents.map(PathBuf::from));
        for host in job.allow_fetch {
            self.allow_fetch
                .extend(read(file, "allow_fetch", &Some(host), |text| {
                    text.parse::<AllowedHost>()
                })?);
        }
        let bytes = read(file, "fetch_bytes", &job.fetch_bytes, time::bytes)?;
        let timeout = read(file, "fetch_timeout", &job.fetch_timeout, time::duration)?;
        self.fetch_bytes = self.fetch_bytes.or(bytes);
        self.fetch_timeout = self.fetch_timeout.or(timeout);
        Ok(())
    }

    /// All of them; a flag wins over the file.
    pub fn outside(&self) -> Result<Outside, Failure> {
        let mut all = self.clone();
        if let Some(path) = &self.outside {
            let job = job::read(path, &|name| std::env::var(name).ok())?;
            all.under(&path.display().to_string(), job.outside)?;
        }
        let default = Fetch::default();
        let ticks =
            |ticks: i64| Duration::from_secs_f64(ticks.max(0) as f64 / TICKS_PER_SECOND as f64);
        Ok(Outside {
            external: all.external,
            watchlists: all.watchlist,
            enrichment: all.enrichment,
            geoip: all.geoip,
            user_agents: all.user_agents,
            fetch: Fetch {
                hosts: AllowedHosts(all.allow_fetch),
                most_bytes: all.fetch_bytes.unwrap_or(default.most_bytes),
                timeout: all.fetch_timeout.map_or(default.timeout, ticks),
            },
            ..Outside::default()
        })
    }
}

/// A value of a job file, read as its flag's would be.
pub fn read<T>(
    file: &str,
    key: &str,
    value: &Option<String>,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Failure> {
    let Some(text) = value else {
        return Ok(None);
    };
    parse(text)
        .map(Some)
        .map_err(|why| Failure::new(Exit::Fault, format!("{file}: `{key}`: {why}")))
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
