//! What a URL or a path names: a local folder, a bucket or a container, and a path inside.
//!
//! In: text as a user gives it. Out: [`Target`]. What always holds: a shared access signature in the URL
//! is taken out of it and is not part of what is shown.

use std::path::PathBuf;

use object_store::path::Path;
use url::Url;

use crate::lake::error::{LakeError, StoreKind, redact};

/// Host endings of Azure's public endpoints for Blob, Data Lake and Fabric.
const AZURE_HOSTS: [&str; 4] = [
    ".blob.core.windows.net",
    ".dfs.core.windows.net",
    ".blob.fabric.microsoft.com",
    ".dfs.fabric.microsoft.com",
];

/// A place that a store is opened on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Local(PathBuf),
    S3 {
        /// `s3://bucket`, which is what object_store reads.
        base: String,
        path: Path,
    },
    Azure {
        base: String,
        path: Path,
        /// The shared access signature that stood in the URL.
        sas: Option<String>,
    },
}

impl Target {
    pub(crate) fn kind(&self) -> StoreKind {
        match self {
            Target::Local(_) => StoreKind::Local,
            Target::S3 { .. } => StoreKind::S3,
            Target::Azure { .. } => StoreKind::Azure,
        }
    }

    /// The URL to show: without credentials, without a last slash.
    pub(crate) fn display(&self) -> String {
        match self {
            Target::Local(folder) => {
                let text = folder.display().to_string();
                let trimmed = text.trim_end_matches('/');
                if trimmed.is_empty() {
                    text
                } else {
                    trimmed.to_owned()
                }
            }
            Target::S3 { base, path } | Target::Azure { base, path, .. }
                if path.as_ref().is_empty() =>
            {
                base.clone()
            }
            Target::S3 { base, path } | Target::Azure { base, path, .. } => {
                format!("{base}/{path}")
            }
        }
    }
}

/// Reads a URL or a path.
///
/// # Errors
/// [`LakeError::BadUrl`] for a scheme or a host that is no store, and for a URL without a container.
pub(crate) fn parse(text: &str) -> Result<Target, LakeError> {
    let bad = |why: &str| LakeError::BadUrl {
        url: redact(text),
        why: why.to_owned(),
    };
    if text.is_empty() {
        return Err(bad("the URL is empty"));
    }
    if !text.contains("://") {
        return Ok(Target::Local(PathBuf::from(text)));
    }
    let url = Url::parse(text).map_err(|e| bad(&e.to_string()))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let path_of = |text: &str| Path::from_url_path(text).map_err(|e| bad(&e.to_string()));
    match url.scheme() {
        "file" => match url.to_file_path() {
            Ok(path) => Ok(Target::Local(path)),
            Err(()) => Err(bad("a file URL has no host: file:///folder")),
        },
        "s3" | "s3a" if host.is_empty() => Err(bad("the bucket is missing")),
        "s3" | "s3a" => Ok(Target::S3 {
            base: format!("s3://{host}"),
            path: path_of(url.path())?,
        }),
        scheme @ ("az" | "azure" | "adl" | "abfs" | "abfss") => {
            if host.is_empty() {
                return Err(bad("the container is missing"));
            }
            let base = if url.username().is_empty() {
                format!("{scheme}://{host}")
            } else {
                format!("{scheme}://{}@{host}", url.username())
            };
            Ok(Target::Azure {
                base,
                path: path_of(url.path())?,
                sas: url.query().map(str::to_owned),
            })
        }
        "https" if AZURE_HOSTS.iter().any(|ending| host.ends_with(ending)) => {
            let inside = url.path().trim_start_matches('/');
            let (container, path) = inside.split_once('/').unwrap_or((inside, ""));
            if container.is_empty() {
                return Err(bad("the container is missing"));
            }
            Ok(Target::Azure {
                base: format!("https://{host}/{container}"),
                path: path_of(path)?,
                sas: url.query().map(str::to_owned),
            })
        }
        "http" | "https" => Err(bad(
            "the host is not Azure's; for another endpoint set AWS_ENDPOINT or AZURE_STORAGE_ENDPOINT and use s3:// or az://",
        )),
        _ => Err(bad("the scheme is not one that is read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn azure(base: &str, path: &str, sas: Option<&str>) -> Target {
        Target::Azure {
            base: base.into(),
            path: Path::from(path),
            sas: sas.map(str::to_owned),
        }
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(parse("lake/x").unwrap(), Target::Local("lake/x".into()));
        assert_eq!(parse("file:///a/b").unwrap(), Target::Local("/a/b".into()));
        let s3 = parse("s3://b/x/y%20z/").unwrap();
        assert_eq!(
            s3,
            Target::S3 {
                base: "s3://b".into(),
                path: Path::from("x/y z")
            }
        );
        assert_eq!(parse("az://c").unwrap(), azure("az://c", "", None));
        assert_eq!(
            parse("abfss://c@acct.dfs.core.windows.net/x").unwrap(),
            azure("abfss://c@acct.dfs.core.windows.net", "x", None)
        );
        let sas = parse("https://acct.blob.core.windows.net/c/x?sv=1&sig=hush").unwrap();
        assert_eq!(
            sas,
            azure(
                "https://acct.blob.core.windows.net/c",
                "x",
                Some("sv=1&sig=hush")
            )
        );
        assert!(!sas.display().contains("hush"));
    }

    #[test]
    fn what_is_no_store_is_refused_without_its_query() {
        for text in [
            "https://example.org/c?sig=hush",
            "gs://b/x",
            "s3:///x",
            "https://a.blob.core.windows.net/",
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(
                !error.contains("hush") && error.contains("s3://bucket"),
                "{error}"
            );
        }
    }
}
