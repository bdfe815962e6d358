//! Counts what a run asks of a store.
//!
//! In: any object store; the HTTP client of a remote one. Out: the same, counted in [`IoCounters`].
//! What always holds: counting changes neither the requests nor the answers. A cloud store counts HTTP
//! exchanges (pages of a listing and retries each count); others count calls.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::path::Path;
use object_store::{
    ClientOptions, CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, RenameOptions, Result, UploadPart,
};
use serde::Serialize;

/// What was asked of a store so far.
#[derive(Debug, Default)]
pub struct IoCounters {
    gets: AtomicU64,
    lists: AtomicU64,
    puts: AtomicU64,
    others: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    http_requests: AtomicU64,
    http_failures: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IoCounts {
    /// Calls that read an object or its metadata; a ranged read of many ranges counts each range asked for.
    pub gets: u64,
    /// Calls that list a prefix.
    pub lists: u64,
    /// Objects written, and parts of larger ones.
    pub puts: u64,
    /// Copies, renames, deletions.
    pub others: u64,
    /// Bytes of objects read: what the store sent, not what was asked for.
    pub bytes_read: u64,
    pub bytes_written: u64,
    /// HTTP exchanges; zero for stores without HTTP.
    pub http_requests: u64,
    /// HTTP exchanges that failed in a way that is tried again: no answer, 429, 5xx.
    pub http_failures: u64,
}

impl IoCounts {
    /// Requests as a cloud store bills them.
    pub fn requests(&self) -> u64 {
        if self.http_requests > 0 {
            self.http_requests
        } else {
            self.gets + self.lists + self.puts + self.others
        }
    }

    /// What happened since an earlier moment.
    pub fn since(&self, earlier: &IoCounts) -> IoCounts {
        IoCounts {
            gets: self.gets - earlier.gets,
            lists: self.lists - earlier.lists,
            puts: self.puts - earlier.puts,
            others: self.others - earlier.others,
            bytes_read: self.bytes_read - earlier.bytes_read,
            bytes_written: self.bytes_written - earlier.bytes_written,
            http_requests: self.http_requests - earlier.http_requests,
            http_failures: self.http_failures - earlier.http_failures,
        }
    }
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

impl IoCounters {
    pub fn snapshot(&self) -> IoCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        IoCounts {
            gets: read(&self.gets),
            lists: read(&self.lists),
            puts: read(&self.puts),
            others: read(&self.others),
            bytes_read: read(&self.bytes_read),
            bytes_written: read(&self.bytes_written),
            http_requests: read(&self.http_requests),
            http_failures: read(&self.http_failures),
        }
    }

    /// One read of `bytes` that went around the counted store (an open local file).
    pub(crate) fn count_read(&self, bytes: u64) {
        add(&self.gets, 1);
        add(&self.bytes_read, bytes);
    }
}

/// An object store whose calls are counted.
#[derive(Debug)]
pub(crate) struct CountingStore {
    inner: Arc<dyn ObjectStore>,
    counters: Arc<IoCounters>,
}

impl CountingStore {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, counters: Arc<IoCounters>) -> Self {
        Self { inner, counters }
    }
}

impl fmt::Display for CountingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for CountingStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        add(&self.counters.puts, 1);
        add(
            &self.counters.bytes_written,
            payload.content_length() as u64,
        );
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        add(&self.counters.puts, 1);
        let inner = self.inner.put_multipart_opts(location, opts).await?;
        Ok(Box::new(CountingUpload {
            inner,
            counters: Arc::clone(&self.counters),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        add(&self.counters.gets, 1);
        let mut result = self.inner.get_opts(location, options).await?;
        let length = result.range.end - result.range.start;
        let counters = Arc::clone(&self.counters);
        result.payload = match result.payload {
            // An open file is read by the caller, who may read less; its length is the best known.
            GetResultPayload::File(file, path) => {
                add(&counters.bytes_read, length);
                GetResultPayload::File(file, path)
            }
            GetResultPayload::Stream(stream) => GetResultPayload::Stream(
                stream
                    .inspect(move |chunk| {
                        if let Ok(chunk) = chunk {
                            add(&counters.bytes_read, chunk.len() as u64);
                        }
                    })
                    .boxed(),
            ),
        };
        Ok(result)
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        add(&self.counters.gets, ranges.len() as u64);
        let parts = self.inner.get_ranges(location, ranges).await?;
        add(
            &self.counters.bytes_read,
            parts.iter().map(|part| part.len() as u64).sum(),
        );
        Ok(parts)
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let counters = Arc::clone(&self.counters);
        self.inner
            .delete_stream(locations)
            .inspect(move |_| add(&counters.others, 1))
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        add(&self.counters.lists, 1);
        self.inner.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        add(&self.counters.lists, 1);
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        add(&self.counters.lists, 1);
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        add(&self.counters.others, 1);
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        add(&self.counters.others, 1);
        self.inner.rename_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct CountingUpload {
    inner: Box<dyn MultipartUpload>,
    counters: Arc<IoCounters>,
}

#[async_trait]
impl MultipartUpload for CountingUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        add(&self.counters.puts, 1);
        add(&self.counters.bytes_written, data.content_length() as u64);
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}

/// Makes HTTP clients whose exchanges are counted: retries happen inside object_store, above the client,
/// and are visible only here.
#[derive(Debug)]
pub(crate) struct CountingConnector(pub(crate) Arc<IoCounters>);

impl HttpConnector for CountingConnector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(CountingService {
            client,
            counters: Arc::clone(&self.0),
        }))
    }
}

#[derive(Debug)]
struct CountingService {
    client: HttpClient,
    counters: Arc<IoCounters>,
}

#[async_trait]
impl HttpService for CountingService {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        add(&self.counters.http_requests, 1);
        let response = self.client.execute(request).await;
        let failed = match &response {
            Ok(response) => {
                let status = response.status();
                status.is_server_error() || status.as_u16() == 429
            }
            Err(_) => true,
        };
        if failed {
            add(&self.counters.http_failures, 1);
        }
        response
    }
}
