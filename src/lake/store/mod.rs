//! One bucket, container or folder, opened.
//!
//! In: a URL or path and [`StoreSettings`]. Out: [`Store`], which lists, reads and writes under that URL.
//! What always holds: each `Store` has its own client, so that two containers of one account never share
//! one; what is read of a listed file is the listed version, or [`LakeError::Replaced`]; credentials are
//! in neither `Debug` nor errors nor [`Store::url`].

mod counting;
mod read;
mod settings;
mod target;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::ClientOptions;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

pub use counting::{IoCounters, IoCounts};
pub use read::LakeReader;
pub use settings::StoreSettings;

use super::error::{LakeError, Operation, StoreKind};
use counting::{CountingConnector, CountingStore};
use target::Target;

/// Retries of one request: 0.1 s, doubled up to 5 s. Six make about 8 s of waiting, enough for a
/// throttled store and short enough for a wrong endpoint.
const MAX_RETRIES: usize = 6;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
const RETRY_TIMEOUT: Duration = Duration::from_secs(120);
/// Keys in one answer to a listing.
const S3_PAGE: usize = 1000;
const AZURE_PAGE: usize = 5000;

/// A bucket, a container or a folder, with a path inside it.
#[derive(Clone)]
pub struct Store {
    url: String,
    kind: StoreKind,
    /// The path of the URL inside the store; empty for a local folder, which is the store's root.
    prefix: Path,
    inner: Arc<dyn ObjectStore>,
    /// The store again where it is a local folder, for reading through one open file.
    local: Option<Arc<LocalFileSystem>>,
    page_size: Option<usize>,
    counters: Arc<IoCounters>,
}

impl Store {
    /// Opens what must be there already, to read it. Nothing is requested of a remote store yet.
    ///
    /// # Errors
    /// [`LakeError::BadUrl`], [`LakeError::Setting`], [`LakeError::MissingPrefix`] (a local folder).
    pub fn open(url: &str, settings: &StoreSettings) -> Result<Store, LakeError> {
        Self::from_target(target::parse(url)?, settings)
    }

    /// Opens a place to write to: a local folder is made where it is not there.
    ///
    /// # Errors
    /// As [`Store::open`]; [`LakeError::Io`] where the folder cannot be made.
    pub fn create(url: &str, settings: &StoreSettings) -> Result<Store, LakeError> {
        let target = target::parse(url)?;
        if let Target::Local(folder) = &target {
            std::fs::create_dir_all(folder).map_err(|e| LakeError::Io {
                url: folder.display().to_string(),
                detail: format!("the folder cannot be made: {e}"),
            })?;
        }
        Self::from_target(target, settings)
    }

    /// A store that is already open, such as one in memory.
    pub fn from_object_store(url: &str, inner: Arc<dyn ObjectStore>, prefix: Path) -> Store {
        let counters = Arc::new(IoCounters::default());
        Store {
            url: url.trim_end_matches('/').to_owned(),
            kind: StoreKind::Memory,
            prefix,
            inner: Arc::new(CountingStore::new(inner, Arc::clone(&counters))),
            local: None,
            page_size: Some(S3_PAGE),
            counters,
        }
    }

    fn from_target(target: Target, settings: &StoreSettings) -> Result<Store, LakeError> {
        let counters = Arc::new(IoCounters::default());
        let url = target.display();
        let kind = target.kind();
        let fault = |e: object_store::Error| LakeError::from_builder(kind, &url, &e);
        let mut local = None;
        let (inner, prefix): (Arc<dyn ObjectStore>, Path) = match target {
            Target::Local(folder) => {
                if !folder.is_dir() {
                    return Err(LakeError::MissingPrefix { url });
                }
                let store = LocalFileSystem::new_with_prefix(&folder).map_err(fault)?;
                let store = Arc::new(store);
                local = Some(Arc::clone(&store));
                (store, Path::default())
            }
            Target::S3 { ref base, ref path } => {
                let builder = AmazonS3Builder::new()
                    .with_client_options(client_options(settings))
                    .with_http_connector(CountingConnector(Arc::clone(&counters)))
                    .with_retry(retry(settings))
                    .with_url(base);
                let options = settings
                    .options
                    .iter()
                    .filter_map(|(name, value)| Some((settings::s3_key(name)?, value.clone())));
                let builder = options.fold(builder, |b, (key, value)| b.with_config(key, value));
                (Arc::new(builder.build().map_err(fault)?), path.clone())
            }
            Target::Azure {
                ref base,
                ref path,
                ref sas,
            } => {
                let mut settings = settings.clone();
                if let Some(sas) = sas {
                    let over = StoreSettings::from_profile([("azure_storage_sas_token", sas)])?;
                    settings = settings.overlaid(over);
                }
                let builder = MicrosoftAzureBuilder::new()
                    .with_client_options(client_options(&settings))
                    .with_http_connector(CountingConnector(Arc::clone(&counters)))
                    .with_retry(retry(&settings));
                let options = settings
                    .options
                    .iter()
                    .filter_map(|(name, value)| Some((settings::azure_key(name)?, value.clone())));
                let builder = options.fold(builder, |b, (key, value)| b.with_config(key, value));
                let store = builder.with_url(base).build().map_err(fault)?;
                (Arc::new(store), path.clone())
            }
        };
        Ok(Store {
            url,
            kind,
            prefix,
            inner: Arc::new(CountingStore::new(inner, Arc::clone(&counters))),
            local,
            page_size: match kind {
                StoreKind::Local => None,
                StoreKind::S3 | StoreKind::Memory => Some(S3_PAGE),
                StoreKind::Azure => Some(AZURE_PAGE),
            },
            counters,
        })
    }

    /// The URL without credentials and without a last slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn kind(&self) -> StoreKind {
        self.kind
    }

    /// Where the URL points to inside [`Store::inner`].
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The counted object store of the whole bucket, container or folder.
    pub fn inner(&self) -> &Arc<dyn ObjectStore> {
        &self.inner
    }

    pub fn counters(&self) -> &Arc<IoCounters> {
        &self.counters
    }

    /// How many keys a remote store answers a listing with at once; None where listing costs no round trip.
    pub(crate) fn page_size(&self) -> Option<usize> {
        self.page_size
    }

    /// This store as if it answered with pages of another size.
    #[cfg(test)]
    pub(crate) fn with_page_size(mut self, page_size: Option<usize>) -> Store {
        self.page_size = page_size;
        self
    }

    /// An entity tag of a listing as `If-Match` wants it: Azure lists it without the quotes.
    pub(crate) fn header_tag(&self, tag: String) -> String {
        match self.kind {
            StoreKind::Azure if !tag.contains('"') => format!("\"{tag}\""),
            StoreKind::Azure | StoreKind::S3 | StoreKind::Local | StoreKind::Memory => tag,
        }
    }

    /// Where an object of a local store is on this machine; None for other stores.
    pub fn local_path(&self, location: &Path) -> Option<PathBuf> {
        self.local.as_ref()?.path_to_filesystem(location).ok()
    }

    /// The URL of a place in the store, for messages.
    pub fn url_of(&self, location: &Path) -> String {
        let relative: Vec<_> = match location.prefix_match(&self.prefix) {
            Some(parts) => parts.map(|part| part.as_ref().to_owned()).collect(),
            None => return format!("{} ({location})", self.url),
        };
        if relative.is_empty() {
            self.url.clone()
        } else {
            format!("{}/{}", self.url, relative.join("/"))
        }
    }

    /// The fault that an error of [`Store::inner`] stands for when it came from listing `prefix`.
    pub fn list_error(&self, prefix: &Path, error: &object_store::Error) -> LakeError {
        LakeError::from_store(self.kind, &self.url_of(prefix), Operation::List, error)
    }

    /// The fault that an error of [`Store::inner`] stands for when it came from one object.
    pub fn object_error(&self, location: &Path, error: &object_store::Error) -> LakeError {
        LakeError::from_store(self.kind, &self.url_of(location), Operation::Object, error)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("url", &self.url).finish()
    }
}

fn client_options(settings: &StoreSettings) -> ClientOptions {
    let options = ClientOptions::new();
    match settings.request_timeout {
        Some(timeout) => options.with_timeout(timeout),
        None => options,
    }
}

fn retry(settings: &StoreSettings) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: FIRST_BACKOFF,
            max_backoff: LONGEST_BACKOFF,
            base: 2.0,
        },
        max_retries: settings.max_retries.unwrap_or(MAX_RETRIES),
        retry_timeout: RETRY_TIMEOUT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    #[test]
    fn a_store_shows_no_secret() {
        let settings = StoreSettings::from_profile([
            ("azure_storage_account_key", "aHVzaGh1c2g="),
            ("account_name", "acct"),
        ])
        .unwrap();
        let store = Store::open("az://c/x/", &settings).unwrap();
        assert_eq!(store.prefix().as_ref(), "x");
        assert!(!format!("{store:?} {settings:?}").contains("aHVz"));
        let sas = "https://acct.blob.core.windows.net/c/p?sv=2024&sig=hushhush";
        let store = Store::open(sas, &StoreSettings::default()).unwrap();
        assert_eq!(store.url(), "https://acct.blob.core.windows.net/c/p");
    }

    #[tokio::test]
    async fn an_endpoint_where_nothing_listens_is_a_network_fault() {
        let mut settings = StoreSettings::from_profile([
            ("aws_endpoint", "http://127.0.0.1:1"),
            ("aws_allow_http", "true"),
            ("aws_access_key_id", "k"),
            ("aws_secret_access_key", "hushhush"),
        ])
        .unwrap();
        settings.max_retries = Some(1);
        let store = Store::open("s3://bucket/a", &settings).unwrap();
        let listed: Result<Vec<_>, _> = store.inner().list(None).try_collect().await;
        let error = store.list_error(store.prefix(), &listed.unwrap_err());
        assert!(matches!(error, LakeError::Network { .. }), "{error}");
        assert!(!error.to_string().contains("hushhush"));
        let counts = store.counters().snapshot();
        assert_eq!((counts.http_requests, counts.http_failures), (2, 2));
    }

    #[test]
    fn a_missing_local_folder_is_named() {
        let error = Store::open("/no/such/folder", &StoreSettings::default()).unwrap_err();
        assert!(matches!(error, LakeError::MissingPrefix { url } if url == "/no/such/folder"));
    }
}
