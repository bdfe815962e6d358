//! What the tests of hunts share: a hunt of the sample's twelve days, and what is in its output.
//!
//! The output is read with the `parquet` crate and with serde_json, not with the tool.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::files;

/// The twelve days of the sample, a window a day.
pub const DAYS: [&str; 6] = [
    "--from",
    "2026-01-01",
    "--to",
    "2026-01-13",
    "--every",
    "1d",
];

/// The arguments of a hunt of the Kaseya rule.
pub fn arguments<'a>(
    rules: &[&'a str],
    lake: &'a str,
    out: &'a str,
    more: &[&'a str],
) -> Vec<&'a str> {
    let mut all = vec!["hunt"];
    all.extend(rules);
    all.extend(["--lake", lake, "--out", out, "--format", "json"]);
    if !more.contains(&"--from") {
        all.extend(DAYS);
    }
    all.extend(more);
    all
}

/// Hunts with the Kaseya rule over the sample lake.
pub fn kaseya(out: &Path, more: &[&str]) -> Outcome {
    retrohunt(arguments(&[RULE], LAKE, out.to_str().unwrap(), more), &[])
}

/// The end and the state (`run`, `current`, `stale` …) of each window of the only rule.
fn windows(outcome: &Outcome) -> Vec<(String, String)> {
    let summary: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let rules = summary["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let windows = rules[0]["windows"].as_array().unwrap().iter();
    windows
        .map(|w| (text(&w["window_end"]), text(&w["state"])))
        .collect()
}

/// The state of each window, by its end's day.
pub fn states(outcome: &Outcome) -> BTreeMap<String, String> {
    let windows = windows(outcome).into_iter();
    windows
        .map(|(end, state)| (end[..10].to_owned(), state))
        .collect()
}

/// How many windows are in each state.
pub fn counts(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (_, state) in windows(outcome) {
        *counts.entry(state).or_default() += 1;
    }
    counts
}

/// The results that a reader of the folder sees: names that begin with `_` are hidden.
pub fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for file in files::below(out) {
        let inside = file.strip_prefix(out).unwrap().to_str().unwrap().to_owned();
        if !inside.split('/').any(|part| part.starts_with(['_', '.'])) {
            found.insert(inside, std::fs::read(&file).unwrap());
        }
    }
    found
}

/// Rows of a result file.
pub fn rows(bytes: &[u8]) -> i64 {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes)
        .unwrap()
        .metadata()
        .file_metadata()
        .num_rows()
}

/// The rule and window of a result, from its path, and no other part of it.
pub fn window_of(path: &str) -> (String, String) {
    let parts: Vec<&str> = path.split('/').collect();
    assert_eq!(parts.len(), 4, "{path}");
    (parts[1].to_owned(), parts[2].to_owned())
}

/// That a reader sees no window of a rule twice.
#[track_caller]
pub fn assert_single(found: &BTreeMap<String, Vec<u8>>) {
    let mut windows: Vec<_> = found.keys().map(|path| window_of(path)).collect();
    windows.sort();
    let all = windows.len();
    windows.dedup();
    assert_eq!(all, windows.len(), "{:?}", found.keys());
}

/// Every entry of the ledger's logs, in their order.
pub fn entries(out: &Path) -> Vec<(PathBuf, Value)> {
    let logs = files::below(&out.join("_ledger"));
    logs.into_iter()
        .filter(|file| file.to_str().unwrap().contains("/rule_id="))
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let value = serde_json::from_str(&text).unwrap_or(Value::Null);
            (file, value)
        })
        .collect()
}

/// How often each window was committed, by its end.
pub fn commits(out: &Path) -> BTreeMap<String, usize> {
    let mut commits = BTreeMap::new();
    for (_, entry) in entries(out) {
        for window in entry["windows"].as_array().into_iter().flatten() {
            let end = window["end"].as_str().unwrap().to_owned();
            *commits.entry(end).or_default() += 1;
        }
    }
    commits
}

/// A copy of the sample's network events, to add to.
pub fn copy_of_lake() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let lake = Path::new(LAKE);
    for file in files::below(&lake.join("DeviceNetworkEvents")) {
        let target = copy.path().join(file.strip_prefix(lake).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
    copy
}

/// A file that comes late: the events of the 5th once more.
pub fn late_file(lake: &Path) {
    let day = lake.join("DeviceNetworkEvents/date=2026-01-05");
    std::fs::copy(day.join("part-0.parquet"), day.join("part-1.parquet")).unwrap();
}

/// A rule file of its own.
pub fn rule(folder: &Path, id: &str, fields: &str, query: &str) -> String {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = folder.join(format!("rule-{number}.yaml"));
    let query = query.replace('\n', "\n  ");
    let text = format!("id: '{id}'\nname: rule {id}\n{fields}query: |\n  {query}\n");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The program, running beside the test.
pub fn start(arguments: &[&str], environment: &[(&str, String)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retrohunt"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["AWS_", "AZURE_", "RETROHUNT_"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
    command
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Whether the program has fault points: release builds have none, which a test says before it skips.
pub fn has_fault_points(test: &str) -> bool {
    if !cfg!(debug_assertions) {
        eprintln!("SKIPPED {test}: a release build has no fault points");
    }
    cfg!(debug_assertions)
}

/// How often something is tried, by a variable of the environment.
pub fn times(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(otherwise)
}
