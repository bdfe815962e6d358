//! Faults of the world outside: a store that does not answer, a folder that is not there, a format
//! that is not Parquet.
//!
//! In: errors of `object_store` and what was being done. Out: [`LakeError`], whose text carries the URL
//! and what to do about it. What always holds: no credential, signature or query string is in the text;
//! the original error is rendered through [`redact`] and dropped, so that no caller can print it.

use std::error::Error;

use object_store::client::{HttpError, HttpErrorKind};

/// What went wrong with the lake, a store or a file in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LakeError {
    #[error(
        "{url}: {why}; give a path, file://, s3://bucket/…, az://container/…, abfss://container@account.dfs.core.windows.net/… or https://account.blob.core.windows.net/container/…"
    )]
    BadUrl { url: String, why: String },

    /// A setting that no store understands, or whose value does not parse. The value is not shown.
    #[error("the store setting '{key}' {why}")]
    Setting { key: String, why: String },

    #[error("{url}: the store refuses the credentials or has none ({detail}); {help}")]
    Credentials {
        url: String,
        detail: String,
        help: &'static str,
    },

    #[error("{url}: there is no such {what}; check its name, the account and the endpoint")]
    MissingContainer { url: String, what: &'static str },

    #[error("{url}: nothing is there; check the path, letter case included")]
    MissingPrefix { url: String },

    #[error(
        "{url}: the store cannot be reached ({detail}); check the network, the endpoint and the proxy settings"
    )]
    Network { url: String, detail: String },

    #[error(
        "{url} was replaced during the run: it is not the version that was listed; run again on a lake that stands still"
    )]
    Replaced { url: String },

    #[error("{url} was removed during the run; run again on a lake that stands still")]
    Removed { url: String },

    /// Files that must not be read as a plain Parquet folder.
    #[error("{url}: {format}; {help}")]
    ForeignFormat {
        url: String,
        format: &'static str,
        help: &'static str,
    },

    #[error(
        "the table {table} is in more than one place ({}); give the lake one URL for it",
        places.join(", ")
    )]
    Ambiguous { table: String, places: Vec<String> },

    #[error("{url}: not a readable Parquet file ({detail}); remove it, or skip bad files")]
    BadFile { url: String, detail: String },

    #[error("{url}: {detail}")]
    Io { url: String, detail: String },
}

/// Which kind of store an error came from: the help differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    Local,
    S3,
    Azure,
    Memory,
}

impl StoreKind {
    fn container(self) -> &'static str {
        match self {
            StoreKind::S3 => "bucket",
            StoreKind::Azure => "container",
            StoreKind::Local | StoreKind::Memory => "folder",
        }
    }

    fn credential_help(self) -> &'static str {
        match self {
            StoreKind::S3 => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT where needed), or a profile; the role needs to list and to read"
            }
            StoreKind::Azure => {
                "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_TENANT_ID, or a profile; the role needs to list and to read blobs"
            }
            StoreKind::Local | StoreKind::Memory => "check the permissions of the folder",
        }
    }
}

/// What was asked of the store: "not found" means another thing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Listing: a missing bucket or container answers "not found".
    List,
    /// Reading or writing one object.
    Object,
}

/// Codes in a store's answer that mean the credentials, whatever the HTTP status is.
const CREDENTIAL_CODES: [&str; 12] = [
    "403 Forbidden",
    "401 Unauthorized",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "AuthenticationFailed",
    "AuthorizationFailure",
    "AuthorizationPermissionMismatch",
    "169.254.169.254",
    "metadata/identity",
];

const CONTAINER_CODES: [&str; 3] = ["NoSuchBucket", "ContainerNotFound", "FilesystemNotFound"];

impl LakeError {
    pub(crate) fn from_store(
        kind: StoreKind,
        url: &str,
        operation: Operation,
        error: &object_store::Error,
    ) -> LakeError {
        let detail = redact(&chain(error));
        let url = url.to_owned();
        let has = |codes: &[&str]| codes.iter().any(|code| detail.contains(code));
        let missing = || LakeError::MissingContainer {
            url: url.clone(),
            what: kind.container(),
        };
        let refused = || LakeError::Credentials {
            url: url.clone(),
            detail: brief(&detail),
            help: kind.credential_help(),
        };
        match error {
            object_store::Error::Precondition { .. } => LakeError::Replaced { url },
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => refused(),
            object_store::Error::NotFound { .. } if has(&CONTAINER_CODES) => missing(),
            object_store::Error::NotFound { .. } => match operation {
                Operation::List => missing(),
                Operation::Object => LakeError::Removed { url },
            },
            _ if has(&CONTAINER_CODES) => missing(),
            _ if operation == Operation::List && has(&["404 Not Found"]) => missing(),
            _ if has(&CREDENTIAL_CODES) => refused(),
            _ if is_network(error) => LakeError::Network {
                url,
                detail: brief(&detail),
            },
            _ => LakeError::Io {
                url,
                detail: brief(&detail),
            },
        }
    }

    /// The fault of settings from which no store can be made.
    pub(crate) fn from_builder(
        kind: StoreKind,
        url: &str,
        error: &object_store::Error,
    ) -> LakeError {
        let detail = brief(&redact(&chain(error)));
        let url = url.to_owned();
        if detail.contains("URL") {
            return LakeError::BadUrl { url, why: detail };
        }
        LakeError::Credentials {
            url,
            detail,
            help: kind.credential_help(),
        }
    }

    /// Whether the fault is one file's own, so that the run can go on without the file.
    pub fn is_bad_file(&self) -> bool {
        matches!(self, LakeError::BadFile { .. })
    }
}

fn is_network(error: &object_store::Error) -> bool {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return matches!(
                http.kind(),
                HttpErrorKind::Connect
                    | HttpErrorKind::Request
                    | HttpErrorKind::Timeout
                    | HttpErrorKind::Interrupted
            );
        }
        source = error.source();
    }
    false
}

/// The error with its causes: object_store hides the useful part ("connection refused") in the last one.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// A text for one line. An XML body of a store's answer is long and repeats the signed request: of it, the
/// code and the message stay.
fn brief(detail: &str) -> String {
    const LONGEST: usize = 400;
    let element = |name: &str| {
        let (_, rest) = detail.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    };
    if let Some(code) = element("Code") {
        let message = element("Message").unwrap_or_default();
        let first = message.lines().next().unwrap_or_default();
        return format!("{code}: {first}");
    }
    let line = detail.replace(['\n', '\r'], " ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The text without query strings of URLs: shared access signatures and presigned requests stand there.
pub(crate) fn redact(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '>' | ',');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let end = rest[start..].find(ends).map_or(rest.len(), |at| start + at);
        let (url, after) = rest.split_at(end);
        match url[start..].find('?') {
            Some(query) => {
                out.push_str(&url[..start + query]);
                out.push_str("?…");
            }
            None => out.push_str(url),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_strings_are_dropped_from_every_url() {
        let text = "GET https://a.blob.core.windows.net/c?sv=1&sig=SECRET in 1s, then http://x/?X-Amz-Signature=ALSO: no";
        assert_eq!(
            redact(text),
            "GET https://a.blob.core.windows.net/c?… in 1s, then http://x/?… no"
        );
        assert_eq!(redact("why? nothing"), "why? nothing");
    }

    #[test]
    fn of_an_xml_answer_the_code_and_the_message_stay() {
        let source = "403 Forbidden: <Error><Code>AuthenticationFailed</Code><Message>Not authenticated.\nTime:1</Message><AuthenticationErrorDetail>The MAC signature 'c2ln' is not the same</AuthenticationErrorDetail></Error>";
        let error = object_store::Error::Generic {
            store: "MicrosoftAzure",
            source: source.into(),
        };
        let error = LakeError::from_store(StoreKind::Azure, "az://c", Operation::List, &error);
        let LakeError::Credentials { detail, help, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(detail, "AuthenticationFailed: Not authenticated.");
        assert!(help.contains("AZURE_STORAGE_ACCOUNT_KEY"));
    }

    #[test]
    fn a_changed_object_is_named_as_replaced() {
        let error = object_store::Error::Precondition {
            path: "a".into(),
            source: "etag".into(),
        };
        let error = LakeError::from_store(StoreKind::S3, "s3://b/a", Operation::Object, &error);
        assert_eq!(
            error,
            LakeError::Replaced {
                url: "s3://b/a".into()
            }
        );
        assert!(error.to_string().contains("was replaced during the run"));
    }
}
