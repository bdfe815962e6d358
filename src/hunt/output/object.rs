//! A result file on its way into a store.
//!
//! In: bytes and a path below the store's URL. Out: the object, whole. What always holds: the path
//! has the old object or the new one, never a part. Remote stores make an object visible with its
//! last byte. In a folder the file is written under `_staging/`, which no reader of the lake enters,
//! and renamed: object_store's own staging names (`hits.parquet#1`) would stand beside the results.

use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, WriteMultipart};

use super::SpooledResult;
use crate::hunt::fault;
use crate::lake::{LakeError, Store};

/// The folder for files that are not whole yet.
pub(crate) const STAGING: &str = "_staging";
/// What is put in one request at most; more goes in parts.
const ONE_PUT: u64 = 64 << 20;
const PART: usize = 16 << 20;
/// Parts on their way at a time.
const PARTS_AT_ONCE: usize = 4;

/// Puts bytes at a path below the store's URL, in the place of what is there.
///
/// Gives the store's version mark of what was put, where it tells one.
///
/// # Errors
/// [`LakeError`] of the store, with the object's URL.
pub async fn write_object(
    store: &Store,
    path: &Path,
    bytes: Bytes,
) -> Result<Option<String>, LakeError> {
    let location = below(store, path);
    if store.local_path(&location).is_some() {
        return write_local(store, &location, Box::new(std::io::Cursor::new(bytes))).await;
    }
    store
        .inner()
        .put(&location, bytes.into())
        .await
        .map(|put| put.e_tag)
        .map_err(|e| store.object_error(&location, &e))
}

/// Whether an object was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    New,
    /// Something is there already. It may be what this very call put: an acknowledgement can be lost.
    Exists,
}

/// Puts bytes at a path below the store's URL where nothing is: of several writers one makes it.
///
/// # Errors
/// [`LakeError`] of the store, with the object's URL.
pub(crate) async fn create_object(
    store: &Store,
    path: &Path,
    bytes: Bytes,
) -> Result<Created, LakeError> {
    let location = below(store, path);
    if store.local_path(&location).is_some() {
        return create_local(store, &location, bytes).await;
    }
    let put = store
        .inner()
        .put_opts(&location, bytes.into(), PutMode::Create.into());
    match put.await {
        Ok(_) => Ok(Created::New),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Exists),
        Err(e) => Err(store.object_error(&location, &e)),
    }
}

/// Puts a result at a path below the store's URL, in the place of what is there. A large one goes in
/// parts; it is still not visible before it is whole. Gives the store's version mark, as [`write_object`].
///
/// # Errors
/// [`LakeError`] of the store, with the object's URL; of the temporary file as [`LakeError::Io`].
pub async fn write_result_object(
    store: &Store,
    path: &Path,
    result: &SpooledResult,
) -> Result<Option<String>, LakeError> {
    if let Some(bytes) = result.in_memory()
        && bytes.len() as u64 <= ONE_PUT
    {
        return write_object(store, path, bytes.clone()).await;
    }
    let location = below(store, path);
    let unreadable = |e: &dyn std::fmt::Display| LakeError::Io {
        url: store.url_of(&location),
        detail: e.to_string(),
    };
    let mut reader = result.reader().map_err(|e| unreadable(&e))?;
    if store.local_path(&location).is_some() {
        return write_local(store, &location, reader).await;
    }
    let fault = |e: object_store::Error| store.object_error(&location, &e);
    let upload = store
        .inner()
        .put_multipart(&location)
        .await
        .map_err(fault)?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
    loop {
        let mut part = Vec::with_capacity(PART);
        let read = reader.by_ref().take(PART as u64).read_to_end(&mut part);
        let sent = match read {
            Ok(0) => break,
            Ok(_) => upload.wait_for_capacity(PARTS_AT_ONCE).await.map_err(fault),
            Err(e) => Err(unreadable(&e)),
        };
        if let Err(error) = sent {
            // Parts that cannot be taken back cost room, but no reader sees them.
            let _ = upload.abort().await;
            return Err(error);
        }
        upload.put(part.into());
    }
    upload.finish().await.map(|put| put.e_tag).map_err(fault)
}

/// Removes what killed runs left under `_staging/` of a local store; `older` spares runs that are
/// still at work. Returns how many files went. Remote stores have nothing to remove.
///
/// # Errors
/// [`LakeError::Io`].
pub async fn clean_staging(store: &Store, older: Duration) -> Result<usize, LakeError> {
    let Some(folder) = store.local_path(&Path::from(STAGING)) else {
        return Ok(0);
    };
    let cleaned = blocking(move || remove_old(&folder, older)).await;
    cleaned.map_err(|e| io_fault(store, &Path::from(STAGING), &e))
}

fn remove_old(folder: &std::path::Path, older: Duration) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let now = SystemTime::now();
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        if metadata.is_file() && age >= older {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

async fn write_local(
    store: &Store,
    location: &Path,
    mut bytes: Box<dyn Read + Send>,
) -> Result<Option<String>, LakeError> {
    let (target, staged) = local_paths(store, location)?;
    blocking(move || {
        let written = stage(&mut bytes, &staged, &target, true).and_then(|()| {
            fault::point("object-staged");
            std::fs::rename(&staged, &target)
        });
        if written.is_err() {
            // What cannot be removed now is removed by the next run.
            let _ = std::fs::remove_file(&staged);
        }
        written
    })
    .await
    .map_err(|e| io_fault(store, location, &e))?;
    let meta = store.inner().head(location).await;
    Ok(meta.map_err(|e| store.object_error(location, &e))?.e_tag)
}

async fn create_local(store: &Store, location: &Path, bytes: Bytes) -> Result<Created, LakeError> {
    let (target, staged) = local_paths(store, location)?;
    blocking(move || {
        // A link is made or refused at once, and never replaces what is there.
        // Where the machine itself goes down, what is lost with it is done again: the object is on the disk before
        // the entry that names it is written.
        let made = stage(&mut bytes.as_ref(), &staged, &target, false).and_then(|()| {
            fault::point("marker-staged");
            std::fs::hard_link(&staged, &target)
        });
        let _ = std::fs::remove_file(&staged);
        match made {
            Ok(()) => Ok(Created::New),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(Created::Exists),
            Err(e) => Err(e),
        }
    })
    .await
    .map_err(|e| io_fault(store, location, &e))
}

/// Where an object of a local store is on this machine, and a name of its own under `_staging/`.
fn local_paths(store: &Store, location: &Path) -> Result<(PathBuf, PathBuf), LakeError> {
    let staged = below(store, &Path::from(STAGING).join(staged_name()));
    let paths = store.local_path(location).zip(store.local_path(&staged));
    paths.ok_or_else(|| LakeError::Io {
        url: store.url_of(location),
        detail: "it is no name of a file".to_owned(),
    })
}

/// Writes the bytes under a name of their own, and makes the folder that they are to stand in. `durable`: they are
/// on the disk when this returns.
fn stage(
    bytes: &mut dyn Read,
    staged: &PathBuf,
    target: &PathBuf,
    durable: bool,
) -> std::io::Result<()> {
    for path in [staged, target] {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
    }
    let mut file = std::fs::File::create_new(staged)?;
    std::io::copy(bytes, &mut file)?;
    match durable {
        // The name may reach the disk before the bytes do.
        true => file.sync_all(),
        false => Ok(()),
    }
}

/// A name that no other run has, even one of another machine on a shared folder.
fn staged_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "{:x}-{}-{}.parquet",
        since_epoch.as_nanos(),
        std::process::id(),
        NEXT.fetch_add(1, Relaxed)
    )
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(std::io::Error::other(e)),
    }
}

fn io_fault(store: &Store, location: &Path, error: &std::io::Error) -> LakeError {
    LakeError::Io {
        url: store.url_of(location),
        detail: format!("it cannot be written: {error}; check the folder's room and permissions"),
    }
}

/// A path below the store's URL as one of the whole bucket, container or folder.
pub(crate) fn below(store: &Store, path: &Path) -> Path {
    store.prefix().parts().chain(path.parts()).collect()
}
