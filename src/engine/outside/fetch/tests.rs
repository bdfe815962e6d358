//! Fetching from a small server on this machine.

use std::io::Read;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that answers each path with a text, and keeps what was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answers`: the begin of a path, and the whole answer. A path without one gets none at all.
    async fn start(answers: Vec<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (known, answers) = (Arc::clone(&asked), Arc::new(answers));
        tokio::spawn(async move {
            let mut silent = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                known.lock().unwrap().push(head);
                match answers.iter().find(|(own, _)| path.starts_with(own)) {
                    Some((_, answer)) => {
                        // A client that has enough closes the connection.
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                    None => silent.push(stream),
                }
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn found(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
}

/// Every name is at this machine.
struct Here;

impl Lookup for Here {
    async fn addresses(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(vec![([127, 0, 0, 1], port).into()])
    }
}

fn allow(hosts: &[&str]) -> Fetch {
    Fetch {
        hosts: AllowedHosts(hosts.iter().map(|host| host.parse().unwrap()).collect()),
        most_bytes: 100,
        ..Fetch::default()
    }
}

async fn text(url: &str, allowed: &Fetch) -> Result<String, String> {
    let file = fetch(url, allowed, &Here)
        .await
        .map_err(|e| e.to_string())?;
    let mut text = String::new();
    file.rewound().unwrap().read_to_string(&mut text).unwrap();
    Ok(text)
}

#[tokio::test]
async fn a_file_is_fetched_and_a_fault_shows_no_key() {
    let server = Server::start(vec![
        ("/list", found("a,b\n")),
        (
            "/gone",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
    ])
    .await;
    let allowed = allow(&["127.0.0.1"]);
    let url = server.url("/list?sig=hush");
    assert_eq!(text(&url, &allowed).await.unwrap(), "a,b\n");
    assert!(server.asked.lock().unwrap()[0].starts_with("GET /list?sig=hush "));
    let gone = text(&server.url("/gone?sig=hush"), &allowed)
        .await
        .unwrap_err();
    assert!(gone.contains("404") && gone.contains("/gone"), "{gone}");
    assert!(!gone.contains("hush"), "{gone}");
    // A port on which nothing listens any more.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let refused = text(&format!("http://127.0.0.1:{port}/x?sig=hush"), &allowed).await;
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("cannot be asked") && !refused.contains("hush"),
        "{refused}"
    );
    let keyed = text("https://a.example/list;hush", &allow(&["a.example"]))
        .await
        .unwrap_err();
    assert!(
        keyed.contains("--external") && !keyed.contains("hush"),
        "{keyed}"
    );
}

#[tokio::test]
async fn what_is_too_large_is_refused_told_or_not() {
    let body = "x".repeat(101);
    let untold = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n{0}\r\n33\r\n{0}x\r\n0\r\n\r\n",
        "y".repeat(50)
    );
    let server = Server::start(vec![
        ("/told", found(&body)),
        ("/untold", untold),
        ("/chunked", chunked),
        ("/full", found(&body[1..])),
    ])
    .await;
    let allowed = allow(&["127.0.0.1"]);
    for path in ["/told", "/untold", "/chunked"] {
        let why = text(&server.url(path), &allowed).await.unwrap_err();
        assert!(why.contains("100 bytes"), "{path}: {why}");
    }
    assert_eq!(
        text(&server.url("/full"), &allowed).await.unwrap().len(),
        100
    );
}

#[tokio::test]
async fn redirects_go_to_named_hosts_alone() {
    let target = Server::start(vec![("/list", found("there"))]).await;
    let elsewhere = format!("http://other.example:{}/list?sig=hush", target.port);
    let server = Server::start(vec![
        ("/other", moved(&elsewhere)),
        ("/near", moved("/far")),
        ("/far", moved(&target.url("/list"))),
        ("/loop", moved("/loop")),
        ("/file", moved("file:///etc/passwd")),
    ])
    .await;
    let named = allow(&["127.0.0.1"]);
    let other = text(&server.url("/other"), &named).await.unwrap_err();
    let option = format!("--allow-fetch other.example:{}", target.port);
    assert!(
        other.contains(&option) && !other.contains("hush"),
        "{other}"
    );
    assert_eq!(target.requests(), 0);
    assert_eq!(text(&server.url("/near"), &named).await.unwrap(), "there");
    let both = allow(&["127.0.0.1", "other.example"]);
    assert_eq!(text(&server.url("/other"), &both).await.unwrap(), "there");
    let endless = text(&server.url("/loop"), &named).await.unwrap_err();
    assert!(endless.contains("5 redirects"), "{endless}");
    let file = text(&server.url("/file"), &named).await.unwrap_err();
    assert!(file.contains("not followed"), "{file}");
}

#[tokio::test]
async fn a_name_does_not_lead_to_an_address_that_was_not_named() {
    let server = Server::start(vec![("/list", found("here"))]).await;
    let url = format!("http://lists.example:{}/list", server.port);
    let why = text(&url, &allow(&["lists.example"])).await.unwrap_err();
    assert!(why.contains("--allow-fetch 127.0.0.1"), "{why}");
    assert_eq!(server.requests(), 0);
    // The connection goes to the address that was looked at, under the name that was asked for.
    let both = allow(&["lists.example", "127.0.0.1"]);
    assert_eq!(text(&url, &both).await.unwrap(), "here");
    let host = format!("host: lists.example:{}\r\n", server.port);
    let head = server.asked.lock().unwrap()[0].to_lowercase();
    assert!(head.contains(&host), "{head}");
    let local = format!("http://localhost:{}/list", server.port);
    assert_eq!(text(&local, &allow(&["localhost"])).await.unwrap(), "here");
}

#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for() {
    let server = Server::start(Vec::new()).await;
    let allowed = Fetch {
        timeout: Duration::from_millis(200),
        ..allow(&["127.0.0.1"])
    };
    let why = text(&server.url("/x?sig=hush"), &allowed)
        .await
        .unwrap_err();
    assert!(
        why.contains("0.2 seconds") && !why.contains("hush"),
        "{why}"
    );
}
