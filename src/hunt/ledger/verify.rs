//! Whether the objects are what the ledger says.
//!
//! In: a ledger. Out: [`Verified`]: how much was read, and every [`Fault`]. What always holds: each object
//! that a newest record names is read whole.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::digest::Digest;
use super::folder::{Ledger, LedgerError};
use super::objects::Objects;
use super::record::ObjectRef;
use crate::hunt::output::below;

/// Objects read at a time.
const CONCURRENCY: usize = 4;

/// Something that is not as the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub url: String,
    pub why: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub windows: u64,
    pub objects: u64,
    pub bytes: u64,
    pub rows: u64,
    pub faults: Vec<Fault>,
}

/// Rereads every object against its checksum.
///
/// # Errors
/// The store's, but for objects that are not there: these are faults.
pub async fn verify(ledger: &Ledger) -> Result<Verified, LedgerError> {
    let logs = ledger.logs().await?;
    let objects = Objects::list(ledger).await?;
    let mut done = Verified::default();
    let mut named = Vec::new();
    for log in logs.values() {
        for damaged in &log.damaged {
            done.faults.push(Fault {
                url: damaged.url.clone(),
                why: damaged.why.clone(),
            });
        }
        done.windows += log.newest.len() as u64;
        named.extend(log.newest.values().filter_map(|known| {
            done.rows += known.window.rows;
            known.window.object.clone()
        }));
    }
    let known: BTreeSet<&str> = named.iter().map(|object| object.path.as_str()).collect();
    for object in objects.all() {
        if !known.contains(object.path.as_str()) {
            done.faults.push(Fault {
                url: ledger.store().url_of(&object.location),
                why: "is named by no entry of the ledger; run the hunt again".to_owned(),
            });
        }
    }
    let checked: Vec<(u64, Option<Fault>)> = futures::stream::iter(named.iter())
        .map(|object| check(ledger, object))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    for (bytes, fault) in checked {
        done.objects += 1;
        done.bytes += bytes;
        done.faults.extend(fault);
    }
    Ok(done)
}

/// Whether an object's bytes are the recorded ones.
///
/// # Errors
/// The store's.
pub(crate) async fn is_recorded(ledger: &Ledger, object: &ObjectRef) -> Result<bool, LedgerError> {
    Ok(check(ledger, object).await?.1.is_none())
}

/// Reads an object and compares; gives the bytes read.
async fn check(ledger: &Ledger, object: &ObjectRef) -> Result<(u64, Option<Fault>), LedgerError> {
    let store = ledger.store();
    // The path is encoded already.
    let inside = Path::parse(&object.path).unwrap_or_else(|_| Path::from(object.path.as_str()));
    let location = below(store, &inside);
    let fault = |why: &str| {
        Some(Fault {
            url: store.url_of(&location),
            why: why.to_owned(),
        })
    };
    let found = match store.inner().get(&location).await {
        Err(object_store::Error::NotFound { .. }) => {
            return Ok((0, fault("is not there; run the hunt again")));
        }
        found => found.map_err(|e| store.object_error(&location, &e))?,
    };
    let mut stream = found.into_stream();
    let mut digest = Digest::default();
    while let Some(bytes) = stream.next().await {
        digest.update(&bytes.map_err(|e| store.object_error(&location, &e))?);
    }
    let (sha256, size) = digest.finish();
    let why = match (sha256 == object.sha256, size == object.size) {
        (true, _) => None,
        (false, true) => fault("has another checksum than the ledger says; run the hunt again"),
        (false, false) => fault("has another size than the ledger says; run the hunt again"),
    };
    Ok((size, why))
}
