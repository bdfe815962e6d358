//! Fetching the files of `externaldata`, where the user allows it.
//!
//! In: a URL, the hosts that may be asked, the limits. Out: a temporary file of the answer. What always holds:
//! each host on the way was named; the connection goes to the very address that was looked at; no proxy and no
//! cookie is used; a URL's query, which may hold a key, is in no message.

use std::error::Error;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::{Host, Url};

use super::hosts::{AllowedHosts, host_of, is_web};
use super::shown;
use crate::engine::EngineError;
use crate::engine::temporary::{self, TemporaryFile};

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// What may be fetched, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    pub hosts: AllowedHosts,
    /// Bytes of one file, as it is sent and unpacked.
    pub most_bytes: u64,
    /// For one file, redirects included.
    pub timeout: Duration,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            hosts: AllowedHosts::default(),
            most_bytes: 256_000_000,
            timeout: Duration::from_secs(60),
        }
    }
}

/// How names become addresses.
pub(super) trait Lookup: Sync {
    /// The addresses of a host.
    fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// As the system does it.
pub(super) struct System;

impl Lookup for System {
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Fetches a file.
///
/// # Errors
/// [`EngineError::Outside`]: a host or an address that may not be asked, a limit, an answer that is no file;
/// [`EngineError::Temporary`].
pub(super) async fn fetch<L: Lookup>(
    url: &str,
    allowed: &Fetch,
    lookup: &L,
) -> Result<TemporaryFile, EngineError> {
    let fault = |why: String| EngineError::Outside {
        path: shown(url).to_owned(),
        why,
    };
    let response = async {
        let mut response = answer(url, allowed, lookup).await.map_err(fault)?;
        let file = TemporaryFile::create().map_err(temporary)?;
        save(&mut response, &file, allowed.most_bytes)
            .await
            .map_err(|e| match e {
                Unsaved::Answer(why) => fault(why),
                Unsaved::Disk(source) => temporary(source),
            })?;
        Ok(file)
    };
    match tokio::time::timeout(allowed.timeout, response).await {
        Ok(file) => file,
        Err(_) => Err(fault(format!(
            "it did not come within {} seconds; --fetch-timeout allows more, --external names a local copy",
            allowed.timeout.as_secs_f64()
        ))),
    }
}

fn temporary(source: io::Error) -> EngineError {
    EngineError::Temporary {
        folder: temporary::folder(),
        source,
    }
}

/// The answer with the file, behind all redirects.
async fn answer<L: Lookup>(url: &str, allowed: &Fetch, lookup: &L) -> Result<Response, String> {
    if url.split('?').next().is_some_and(|path| path.contains(';')) {
        return Err("a key behind `;` is not sent; name a local copy with --external".to_owned());
    }
    let mut at = Url::parse(url).map_err(|e| format!("it is no URL: {e}"))?;
    if !allowed.hosts.has(&at) {
        return Err("its host may not be asked".to_owned());
    }
    for _ in 0..=MOST_REDIRECTS {
        let response = ask(&at, allowed, lookup).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let Some(location) = location.filter(|_| status.is_redirection()) else {
            return Err(format!("{} answered {status}", place(&at)));
        };
        let next = at.join(location).map_err(|e| {
            let from = place(&at);
            format!("{from} redirects to what is no URL: {e}")
        })?;
        if !is_web(&next) || (at.scheme() == "https" && next.scheme() != "https") {
            return Err(format!(
                "{} redirects to {}, which is not followed",
                place(&at),
                next.scheme()
            ));
        }
        if !allowed.hosts.has(&next) {
            let host = host_of(next.as_str()).unwrap_or_default();
            return Err(format!(
                "{} redirects to {host}, which may not be asked; --allow-fetch {host} lets it",
                place(&at)
            ));
        }
        at = next;
    }
    Err(format!("it is behind more than {MOST_REDIRECTS} redirects"))
}

/// Asks the host of a URL, redirects not followed.
async fn ask<L: Lookup>(url: &Url, allowed: &Fetch, lookup: &L) -> Result<Response, String> {
    let host = url.host().filter(|_| is_web(url));
    let host = host.ok_or("it is no URL of the web, so it cannot be fetched")?;
    let port = url.port_or_known_default().unwrap_or_default();
    let mut client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .user_agent(concat!("retrohunt/", env!("CARGO_PKG_VERSION")));
    let addresses: Vec<IpAddr> = match host {
        Host::Ipv4(address) => vec![address.into()],
        Host::Ipv6(address) => vec![address.into()],
        Host::Domain(name) => {
            let found = lookup.addresses(name, port).await;
            let found = found.map_err(|e| format!("{name} cannot be looked up: {e}"))?;
            if found.is_empty() {
                return Err(format!("{name} has no address"));
            }
            client = client.resolve_to_addrs(name, &found);
            found.iter().map(SocketAddr::ip).collect()
        }
    };
    for address in addresses {
        allowed.hosts.check(&host, address)?;
    }
    let client = client
        .build()
        .map_err(|e| format!("no connection can be made: {}", reason(e)))?;
    let response = client.get(url.clone()).send().await;
    response.map_err(|e| format!("{} cannot be asked: {}", place(url), reason(e)))
}

/// Why a file was not saved.
enum Unsaved {
    Answer(String),
    Disk(io::Error),
}

async fn save(response: &mut Response, file: &TemporaryFile, most: u64) -> Result<(), Unsaved> {
    let too_much = || {
        Unsaved::Answer(format!(
            "it has more than {most} bytes; --fetch-bytes allows more"
        ))
    };
    if response.content_length().is_some_and(|bytes| bytes > most) {
        return Err(too_much());
    }
    let mut out = file.handle().map_err(Unsaved::Disk)?;
    let mut count = 0;
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|e| Unsaved::Answer(format!("it broke off: {}", reason(e))))?;
        let Some(chunk) = chunk else {
            return Ok(());
        };
        count += chunk.len() as u64;
        if count > most {
            return Err(too_much());
        }
        out.write_all(&chunk).map_err(Unsaved::Disk)?;
    }
}

/// A URL's scheme and host, for messages.
fn place(url: &Url) -> String {
    let host = host_of(url.as_str()).unwrap_or_default();
    format!("{}://{host}", url.scheme())
}

/// The last reason of an error, without the URL.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut last: &dyn Error = &error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests;
