//! Hunts into SeaweedFS and Azurite: the same objects as on disk, one winner of each race.
//!
//! `RETROHUNT_STORE_KILLS=50 cargo test --test integration hunt_stores` kills 50 hunts into each, between the first put
//! and the last marker; without it, three.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::command::{LAKE, RULE, retrohunt};
use super::hunting::{self, arguments, counts, start};
use super::servers::{self, Azure, BUCKET, Process, S3, wait};

/// Every object below a prefix, and what is in it.
fn objects(store: &Arc<dyn ObjectStore>, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    wait(async {
        let listed: Vec<_> = store
            .list(Some(&Path::from(prefix)))
            .try_collect()
            .await
            .unwrap();
        let mut found = BTreeMap::new();
        for object in listed {
            let bytes = store
                .get(&object.location)
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            let name = object.location.as_ref().strip_prefix(prefix).unwrap();
            found.insert(name.trim_start_matches('/').to_owned(), bytes.to_vec());
        }
        found
    })
}

fn shown(mut objects: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    objects.retain(|name, _| !name.starts_with('_'));
    objects
}

/// Windows in the ledger, each as often as it was committed.
fn commits(objects: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let logs = objects
        .iter()
        .filter(|(name, _)| name.starts_with("_ledger/rule_id="));
    let mut ends: Vec<String> = logs
        .flat_map(|(_, bytes)| {
            let entry: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            entry["windows"].as_array().cloned().unwrap_or_default()
        })
        .map(|window| window["end"].as_str().unwrap().to_owned())
        .collect();
    ends.sort();
    ends
}

/// A hunt, a second one, and two at once.
fn hunt_and_race(
    url: &str,
    prefix: &str,
    store: &Arc<dyn ObjectStore>,
    environment: &[(&str, String)],
) {
    let local = tempfile::tempdir().unwrap();
    hunting::kaseya(local.path(), &[]).exits(0);
    let whole = hunting::results(local.path());

    let one = format!("{url}/{prefix}/one");
    let first = retrohunt(arguments(&[RULE], LAKE, &one, &[]), environment).exits(0);
    assert_eq!(counts(&first)["run"], 12);
    let again = retrohunt(arguments(&[RULE], LAKE, &one, &[]), environment).exits(0);
    assert_eq!(counts(&again)["current"], 12);
    assert_eq!(shown(objects(store, &format!("{prefix}/one"))), whole);
    retrohunt(["verify", &one], environment).exits(0);

    for race in 0..3 {
        let inside = format!("{prefix}/race-{race}");
        let out = format!("{url}/{inside}");
        let hunt = arguments(&[RULE], LAKE, &out, &[]);
        let both = [start(&hunt, environment), start(&hunt, environment)];
        for child in both {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let found = objects(store, &inside);
        let ends = commits(&found);
        assert_eq!(ends.len(), 12, "{ends:?}");
        assert_eq!(shown(found), whole);
        retrohunt(["verify", &out], environment).exits(0);
    }

    if !hunting::has_fault_points(prefix) {
        return;
    }
    let points = ["before-object", "after-object", "after-marker"];
    for kill in 0..hunting::times("RETROHUNT_STORE_KILLS", 3) {
        let point = points[(kill % 3) as usize];
        // At the third of the nine windows with rows first, then at the others.
        let time = 1 + (kill / 3 * 5 + 2) % 9;
        let inside = format!("{prefix}/{point}-{kill}");
        let out = format!("{url}/{inside}");
        let mut killed = environment.to_vec();
        killed.push(("RETROHUNT_FAULT_POINT", format!("{point}:{time}")));
        let code = retrohunt(arguments(&[RULE], LAKE, &out, &[]), &killed).code;
        assert_eq!(code, -1, "{point}:{time}");
        retrohunt(arguments(&[RULE], LAKE, &out, &[]), environment).exits(0);
        let found = objects(store, &inside);
        assert_eq!(commits(&found).len(), 12, "{point}:{time}");
        assert_eq!(shown(found), whole, "{point}:{time}");
    }
}

/// A proxy in front of a store that answers some requests as a store in trouble does.
struct Proxy {
    port: u16,
    control: u16,
    _process: Process,
    _dir: tempfile::TempDir,
}

impl Proxy {
    /// Before the store at a port; None where the proxy is not there, which is said.
    fn start(folder: &std::path::Path, upstream: u16, test: &str) -> Option<Proxy> {
        let script = std::env::var_os("RETROHUNT_CORPUS")
            .map(|corpus| std::path::Path::new(&corpus).join("tools/faultproxy.py"))
            .filter(|script| script.is_file());
        let Some(script) = script else {
            eprintln!("SKIPPED {test}: RETROHUNT_CORPUS names no folder with tools/faultproxy.py");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let ports = servers::free_ports(2);
        let mut command = vec![
            servers::python(folder).display().to_string(),
            script.display().to_string(),
        ];
        command.extend([ports[0], upstream, ports[1]].map(|port| port.to_string()));
        let proxy = Proxy {
            port: ports[0],
            control: ports[1],
            _process: Process::start(&command, &[], dir.path()),
            _dir: dir,
        };
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while proxy.try_set("latency=0").is_err() {
            assert!(
                std::time::Instant::now() < deadline,
                "the proxy does not answer"
            );
            std::thread::yield_now();
        }
        Some(proxy)
    }

    /// Sets shares of requests, and gives the proxy's counts.
    fn try_set(&self, query: &str) -> std::io::Result<String> {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.control))?;
        write!(stream, "GET /?{query} HTTP/1.1\r\nHost: x\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

#[test]
fn faults_of_the_store_change_nothing() {
    let test = "faults_of_the_store_change_nothing";
    let Some(folder) = servers::folder(test) else {
        return;
    };
    let server = S3::shared(&folder);
    let Some(proxy) = Proxy::start(&folder, server.port, test) else {
        return;
    };
    let local = tempfile::tempdir().unwrap();
    hunting::kaseya(local.path(), &[]).exits(0);
    let whole = hunting::results(local.path());
    let environment: Vec<(&str, String)> = server
        .environment()
        .into_iter()
        .map(|(name, value)| match name {
            "AWS_ENDPOINT" => (name, format!("http://127.0.0.1:{}", proxy.port)),
            _ => (name, value),
        })
        .collect();
    let none = "slowdown=0&reset=0&cut=0&lostack=0&latency=0&method=GET,HEAD,PUT,POST,DELETE";
    for (case, faults) in [
        "slowdown=0.2",
        "reset=0.1",
        "cut=0.2&method=GET",
        "lostack=0.3&method=PUT",
        "slowdown=0.05&reset=0.05&cut=0.05&lostack=0.05&latency=0.002",
    ]
    .into_iter()
    .enumerate()
    {
        let inside = format!("faults/{case}");
        let out = format!("s3://{BUCKET}/{inside}");
        let hunt = arguments(&[RULE], LAKE, &out, &[]);
        proxy.try_set(faults).unwrap();
        // Two at once, each of which may give up; the last one, on a store that is well, may not.
        let both = [start(&hunt, &environment), start(&hunt, &environment)];
        let outputs = both.map(|child| child.wait_with_output().unwrap());
        let counts = proxy.try_set(none).unwrap();
        eprintln!("{faults}: {}", counts.lines().last().unwrap_or_default());
        let last = retrohunt(hunt.clone(), &environment).exits(0);
        let found = objects(&server.store(), &inside);
        let ends = commits(&found);
        let told = outputs.map(|o| String::from_utf8_lossy(&o.stderr).into_owned());
        assert_eq!(shown(found), whole, "{faults}: {counts}\n{told:#?}");
        assert_eq!(
            ends.len(),
            12,
            "{faults}: {ends:?}\n{told:#?}\n{}",
            last.stderr
        );
        retrohunt(["verify", &out], &environment).exits(0);
    }
}

#[test]
fn s3_takes_hunts() {
    let Some(folder) = servers::folder("s3_takes_hunts") else {
        return;
    };
    let server = S3::shared(&folder);
    let url = format!("s3://{BUCKET}");
    hunt_and_race(&url, "hunts", &server.store(), &server.environment());
}

#[test]
fn azure_takes_hunts() {
    let Some(folder) = servers::folder("azure_takes_hunts") else {
        return;
    };
    let server = Azure::shared(&folder);
    let url = format!("az://{BUCKET}");
    hunt_and_race(&url, "hunts", &server.store(BUCKET), &server.environment());
}
