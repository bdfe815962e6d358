//! The program itself, run as a user runs it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

/// The sample lake.
pub const LAKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/lake");
/// The rule for which the sample was made.
pub const RULE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/data/rules/kaseya-network-connection.yaml"
);

/// What a run left behind.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// This outcome, where the exit code is the one wanted.
    #[track_caller]
    pub fn exits(self, code: i32) -> Outcome {
        assert_eq!(
            self.code, code,
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// The result's rows, where the format is `ndjson`: one object a line.
    #[track_caller]
    pub fn rows(&self) -> Vec<Map<String, Value>> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }
}

/// Runs `retrohunt` with these arguments and nothing of the caller's stores in the environment.
pub fn retrohunt<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    environment: &[(&str, String)],
) -> Outcome {
    retrohunt_with(arguments, environment, "")
}

/// The same, with something to read on stdin.
pub fn retrohunt_with<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    environment: &[(&str, String)],
    input: &str,
) -> Outcome {
    run(arguments, environment, input, None)
}

/// Runs `retrohunt` in a folder, so that its messages name files as they are given.
pub fn retrohunt_in<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Outcome {
    run(arguments, &[], "", Some(folder))
}

fn run<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    environment: &[(&str, String)],
    input: &str,
    folder: Option<&Path>,
) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retrohunt"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["AWS_", "AZURE_", "RETROHUNT_"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let mut child = command
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // On a thread: a child that prints before it has read all would otherwise wait for us, and we for it.
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        // A child that does not read its input closes the pipe; its output tells what went wrong.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
