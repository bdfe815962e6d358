//! A bucket that changes at a chosen moment: S3 as far as a lake is read, served by the test itself.
//!
//! Real servers cannot be made to replace an object between a listing and the read after it. This one asks
//! the test before each answer. What always holds: a listing's ETag is that of the bytes; a read with
//! another `If-Match` is answered 412, as S3 documents it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::files;

/// The objects, by key.
pub type Objects = BTreeMap<String, Vec<u8>>;

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    List,
    Get(&'a str),
}

/// Called before each answer.
type Hook = dyn FnMut(&Asked<'_>, &mut Objects) + Send;

/// The bucket `lake` on a port of this machine. Its threads end with the process.
pub struct Bucket {
    port: u16,
    state: Arc<Mutex<(Objects, Box<Hook>)>>,
}

impl Bucket {
    /// A bucket with the files of a folder, on which `hook` acts.
    pub fn of(
        folder: &Path,
        hook: impl FnMut(&Asked<'_>, &mut Objects) + Send + 'static,
    ) -> Bucket {
        let objects = files::below(folder)
            .into_iter()
            .map(|file| {
                let key = file.strip_prefix(folder).unwrap().to_str().unwrap();
                (key.to_owned(), std::fs::read(&file).unwrap())
            })
            .collect();
        let hook: Box<Hook> = Box::new(hook);
        let state = Arc::new(Mutex::new((objects, hook)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&served);
                std::thread::spawn(move || {
                    // A client that goes away in between is no fault of the bucket.
                    let _ = serve(&stream.unwrap(), &state);
                });
            }
        });
        Bucket { port, state }
    }

    /// From here on nothing changes.
    pub fn stands_still(&self) {
        self.state.lock().unwrap().1 = Box::new(|_, _| {});
    }

    /// Puts an object.
    pub fn put(&self, key: &str, bytes: Vec<u8>) {
        self.state.lock().unwrap().0.insert(key.to_owned(), bytes);
    }

    /// Writes the objects into a folder, as they are now.
    pub fn write_to(&self, folder: &Path) {
        for (key, bytes) in &self.state.lock().unwrap().0 {
            let path = folder.join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// How retrohunt reaches it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "RETROHUNT_LAKE_AWS_ENDPOINT",
                format!("http://127.0.0.1:{}", self.port),
            ),
            ("RETROHUNT_LAKE_AWS_ALLOW_HTTP", "true".to_owned()),
            ("RETROHUNT_LAKE_AWS_SKIP_SIGNATURE", "true".to_owned()),
            ("RETROHUNT_LAKE_AWS_REGION", "us-east-1".to_owned()),
        ]
    }
}

pub const URL: &str = "s3://lake";

fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Answers one connection's requests.
fn serve(stream: &TcpStream, state: &Mutex<(Objects, Box<Hook>)>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
                }
                None => break,
            }
        }
        if let Some(length) = headers.get("content-length") {
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body)?;
        }
        let target = request.split(' ').nth(1).unwrap_or_default();
        let url = url::Url::parse(&format!("http://bucket{target}")).unwrap();
        // The path is a form field without its name: `%3D` stands for `=`.
        let path = url.path().trim_start_matches('/');
        let path = path.strip_prefix("lake").unwrap_or(path);
        let path: String = url::form_urlencoded::parse(path.trim_matches('/').as_bytes())
            .map(|(name, value)| match value.is_empty() {
                true => name.into_owned(),
                false => format!("{name}={value}"),
            })
            .collect();
        let mut state = state.lock().unwrap();
        let (objects, hook) = &mut *state;
        let answer = match path.is_empty() {
            true => {
                hook(&Asked::List, objects);
                list(&url, objects)
            }
            false => {
                hook(&Asked::Get(&path), objects);
                get(objects.get(&path), &headers)
            }
        };
        drop(state);
        writer.write_all(&answer)?;
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn list(url: &url::Url, objects: &Objects) -> Vec<u8> {
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let prefix = parameter("prefix").unwrap_or_default();
    let delimiter = parameter("delimiter").unwrap_or_default();
    let after = parameter("start-after").unwrap_or_default();
    let mut xml = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
    let mut folders = std::collections::BTreeSet::new();
    for (key, bytes) in objects {
        let Some(rest) = key.strip_prefix(&prefix) else {
            continue;
        };
        if *key <= after && !after.is_empty() {
            continue;
        }
        if !delimiter.is_empty()
            && let Some((folder, _)) = rest.split_once(&delimiter)
        {
            folders.insert(format!("{prefix}{folder}{delimiter}"));
            continue;
        }
        xml += &format!(
            "<Contents><Key>{key}</Key><LastModified>2026-02-01T00:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            tag(bytes).replace('"', "&quot;"),
            bytes.len()
        );
    }
    for folder in folders {
        xml += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
    }
    xml += "</ListBucketResult>";
    answer(
        "200 OK",
        "Content-Type: application/xml\r\n",
        xml.as_bytes(),
    )
}

fn get(object: Option<&Vec<u8>>, headers: &BTreeMap<String, String>) -> Vec<u8> {
    let Some(bytes) = object else {
        return answer(
            "404 Not Found",
            "",
            b"<Error><Code>NoSuchKey</Code></Error>",
        );
    };
    let tag = tag(bytes);
    if headers.get("if-match").is_some_and(|wanted| *wanted != tag) {
        let body = b"<Error><Code>PreconditionFailed</Code></Error>";
        return answer("412 Precondition Failed", "", body);
    }
    let marks = format!("ETag: {tag}\r\nLast-Modified: Sun, 01 Feb 2026 00:00:00 GMT\r\n");
    let range = headers.get("range").and_then(|r| r.strip_prefix("bytes="));
    let Some((from, to)) = range.and_then(|r| r.split_once('-')) else {
        return answer("200 OK", &marks, bytes);
    };
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, (to + 1).min(bytes.len())),
        (Ok(from), Err(_)) => (from, bytes.len()),
        (Err(_), Ok(last)) => (bytes.len().saturating_sub(last), bytes.len()),
        (Err(_), Err(_)) => return answer("400 Bad Request", "", b""),
    };
    if from >= to {
        return answer("416 Range Not Satisfiable", "", b"");
    }
    let marks = format!(
        "{marks}Content-Range: bytes {from}-{}/{}\r\n",
        to - 1,
        bytes.len()
    );
    answer("206 Partial Content", &marks, &bytes[from..to])
}
