//! Real object stores for the tests: SeaweedFS for S3, Azurite for Azure Blob, on loopback.
//!
//! In: the folder that `tests/servers/install` filled (`RETROHUNT_SERVERS`, else `target/servers`). Out:
//! running servers with data of the tests' own, stopped when the last test lets go of them. What always
//! holds: a server is used only after a real put and get went through; it stops even where the test
//! process is killed, since it hangs on that process's pipe.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};

/// How long a server may take to answer: seconds on an idle machine, far more beside a build.
const START_DEADLINE: Duration = Duration::from_secs(90);

/// The emulator's public account, the same in every installation.
const AZURE_ACCOUNT: &str = "devstoreaccount1";
const AZURE_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The bucket, and the container, that every test finds.
pub const BUCKET: &str = "data";
pub const S3_KEY: &str = "testkey";
pub const S3_SECRET: &str = "testsecret";

/// The folder of the servers; None where they are not installed, which a test says before it skips.
///
/// # Panics
/// Where they are not installed and `RETROHUNT_REQUIRE_SERVERS` is set.
pub fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("RETROHUNT_SERVERS")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"));
    if folder.join("installed").is_file() {
        return Some(folder);
    }
    let required = std::env::var_os("RETROHUNT_REQUIRE_SERVERS").is_some_and(|v| v == "1");
    assert!(
        !required,
        "{test}: no servers in {}; run tests/servers/install",
        folder.display()
    );
    eprintln!(
        "SKIPPED {test}: no servers in {}; run tests/servers/install",
        folder.display()
    );
    None
}

/// The Python with the readers.
pub fn python(folder: &Path) -> PathBuf {
    folder.join("python/bin/python")
}

/// A server process that dies with this one.
pub struct Process {
    shell: Child,
    log: PathBuf,
}

impl Process {
    pub fn start(command: &[String], environment: &[(&str, &str)], dir: &Path) -> Process {
        let log = dir.join("log");
        let output = std::fs::File::create(&log).unwrap();
        // `cat` ends when our end of the pipe closes, be it by Drop or by our death.
        let shell = Command::new("sh")
            .args([
                "-c",
                r#""$@" </dev/null & server=$!; cat >/dev/null; kill -9 "$server""#,
                "sh",
            ])
            .args(command)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Process { shell, log }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Free loopback ports, held together so that they differ.
pub fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap())
        .collect();
    held.iter()
        .map(|socket| socket.local_addr().unwrap().port())
        .collect()
}

/// Runs a future to its end.
pub fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Tries a put and a get until both work.
fn probe(name: &str, store: &dyn ObjectStore, process: &Process) {
    let deadline = Instant::now() + START_DEADLINE;
    let path = object_store::path::Path::from("_probe");
    wait(async {
        let mut pause = tokio::time::interval(Duration::from_millis(100));
        loop {
            pause.tick().await;
            let tried = async {
                store.put(&path, "ready".into()).await?;
                store.get(&path).await?.bytes().await
            };
            match tried.await {
                Ok(_) => break,
                Err(error) if Instant::now() > deadline => {
                    let log = std::fs::read_to_string(&process.log).unwrap_or_default();
                    panic!("{name} does not answer: {error}\n{log}");
                }
                Err(_) => {}
            }
        }
        store.delete(&path).await.unwrap();
    });
}

/// No retries of the client's own: the probe's loop is the only one.
fn no_retries() -> RetryConfig {
    RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    }
}

/// SeaweedFS.
pub struct S3 {
    pub port: u16,
    _process: Process,
    _dir: tempfile::TempDir,
}

static S3_SERVER: Mutex<Weak<S3>> = Mutex::new(Weak::new());
static AZURE_SERVER: Mutex<Weak<Azure>> = Mutex::new(Weak::new());

/// The server that other tests hold, or a new one.
fn shared<T>(slot: &Mutex<Weak<T>>, start: impl FnOnce() -> T) -> Arc<T> {
    // A test that failed while it started one leaves nothing behind that could be wrong.
    let mut slot = slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    slot.upgrade().unwrap_or_else(|| {
        let started = Arc::new(start());
        *slot = Arc::downgrade(&started);
        started
    })
}

impl S3 {
    pub fn shared(folder: &Path) -> Arc<S3> {
        shared(&S3_SERVER, || Self::start(folder))
    }

    fn start(folder: &Path) -> S3 {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("s3.json");
        let identities = serde_json::json!({"identities": [{
            "name": "tests",
            "credentials": [{"accessKey": S3_KEY, "secretKey": S3_SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }]});
        std::fs::write(&config, identities.to_string()).unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        std::fs::create_dir(at("data")).unwrap();
        let ports = free_ports(10);
        let mut command = vec![
            folder.join("python/bin/weed").display().to_string(),
            format!("-logdir={}", dir.path().display()),
            "mini".to_owned(),
            format!("-dir={}", at("data")),
            format!("-s3.config={}", config.display()),
            format!("-s3.localSocket={}", at("s3.sock")),
            format!("-filer.localSocket={}", at("filer.sock")),
            format!("-bucket={BUCKET}"),
        ];
        command.extend(
            [
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-master.telemetry=false",
                // Else the free disk is cut into volumes of a gigabyte: none, where little is free.
                "-master.volumeSizeLimitMB=64",
                "-volume.max=64",
                "-admin.ui=false",
                "-webdav=false",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-s3.autoCreateBucket=false",
            ]
            .map(str::to_owned),
        );
        let listeners = [
            "s3",
            "s3.port.grpc",
            "master",
            "master.port.grpc",
            "filer",
            "filer.port.grpc",
            "volume",
            "volume.port.grpc",
            "admin",
            "admin.port.grpc",
        ];
        for (name, port) in listeners.iter().zip(&ports) {
            let flag = match name.ends_with("grpc") {
                true => (*name).to_owned(),
                false => format!("{name}.port"),
            };
            command.push(format!("-{flag}={port}"));
        }
        let environment = [("GOMEMLIMIT", "400MiB"), ("TMPDIR", &at(""))];
        let process = Process::start(&command, &environment, dir.path());
        let server = S3 {
            port: ports[0],
            _process: process,
            _dir: dir,
        };
        probe("SeaweedFS", &*server.store(), &server._process);
        server
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What a process needs in its environment to talk to it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", S3_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", S3_SECRET.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT", self.endpoint()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// The bucket, seen by a client that is not retrohunt's.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(BUCKET)
            .with_retry(no_retries());
        for (key, value) in self.environment() {
            builder = builder.with_config(key.to_ascii_lowercase().parse().unwrap(), value);
        }
        Arc::new(builder.build().unwrap())
    }
}

/// Azurite.
pub struct Azure {
    pub port: u16,
    folder: PathBuf,
    _process: Process,
    _dir: tempfile::TempDir,
}

impl Azure {
    pub fn shared(folder: &Path) -> Arc<Azure> {
        shared(&AZURE_SERVER, || Self::start(folder))
    }

    fn start(folder: &Path) -> Azure {
        let dir = tempfile::tempdir().unwrap();
        let port = free_ports(1)[0];
        let data = dir.path().join("data");
        let command = [
            folder
                .join("node/node_modules/.bin/azurite-blob")
                .display()
                .to_string(),
            "--blobHost".to_owned(),
            "127.0.0.1".to_owned(),
            "--blobPort".to_owned(),
            port.to_string(),
            "--location".to_owned(),
            data.display().to_string(),
            "--silent".to_owned(),
            "--disableTelemetry".to_owned(),
            "--skipApiVersionCheck".to_owned(),
        ];
        let process = Process::start(&command, &[], dir.path());
        let server = Azure {
            port,
            folder: folder.to_owned(),
            _process: process,
            _dir: dir,
        };
        let deadline = Instant::now() + START_DEADLINE;
        while let Err(error) = server.try_container(BUCKET) {
            let log = std::fs::read_to_string(&server._process.log).unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "Azurite does not answer: {error}\n{log}"
            );
            // A new process each time: its start is the pause.
        }
        probe("Azurite", &*server.store(BUCKET), &server._process);
        server
    }

    /// Makes a container.
    pub fn container(&self, name: &str) {
        self.try_container(name).unwrap();
    }

    fn try_container(&self, name: &str) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/azure_container.py");
        let output = Command::new(python(&self.folder))
            .arg(script)
            .args([&self.port.to_string(), name])
            .output()
            .map_err(|e| e.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// What a process needs in its environment to talk to it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AZURE_STORAGE_ACCOUNT_NAME", AZURE_ACCOUNT.to_owned()),
            ("AZURE_STORAGE_ACCOUNT_KEY", AZURE_KEY.to_owned()),
            (
                "AZURE_STORAGE_ENDPOINT",
                format!("http://127.0.0.1:{}/{AZURE_ACCOUNT}", self.port),
            ),
            ("AZURE_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// A container, seen by a client that is not retrohunt's.
    pub fn store(&self, container: &str) -> Arc<dyn ObjectStore> {
        let mut builder = MicrosoftAzureBuilder::new()
            .with_container_name(container)
            .with_retry(no_retries());
        for (key, value) in self.environment() {
            builder = builder.with_config(key.to_ascii_lowercase().parse().unwrap(), value);
        }
        Arc::new(builder.build().unwrap())
    }
}

/// Puts a folder's files into a store, below `prefix`.
pub fn upload(store: &dyn ObjectStore, folder: &Path, prefix: &str) {
    let files = super::files::below(folder);
    assert!(!files.is_empty(), "{} is empty", folder.display());
    wait(async {
        for file in files {
            let relative = file.strip_prefix(folder).unwrap();
            let parts = relative.iter().map(|part| part.to_string_lossy());
            let path: object_store::path::Path = prefix
                .split('/')
                .filter(|part| !part.is_empty())
                .map(object_store::path::PathPart::parse)
                .map(Result::unwrap)
                .chain(parts.map(|part| part.into_owned().into()))
                .collect();
            let bytes = std::fs::read(&file).unwrap();
            store.put(&path, bytes.into()).await.unwrap();
        }
    });
}
