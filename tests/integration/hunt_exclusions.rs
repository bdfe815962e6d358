//! Exclusions in hunts, and what a hunt says of its pass over the lake before it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::files;
use super::hunting::{DAYS, counts, kaseya, results, rows, rule};

const MAINTENANCE: &str = "Scheduled system maintenance via Kaseya VSA";
const DESKTOP: &str = "RDP session initiated via Kaseya";
const INVENTORY: &str = "Kaseya agent performing inventory scan";
const SETTINGS: &str = "Network settings reconfigured via Kaseya";
const UPDATE: &str = "Kaseya agent updating itself via internal server";

fn scenarios() -> String {
    let path = files::project("data/exclusions/kaseya.yaml");
    path.to_str().unwrap().to_owned()
}

/// By scenario and the day of the window's end: events, devices, rows; those that set nothing aside left out.
fn set_aside(outcome: &Outcome) -> BTreeMap<(String, u32), [i64; 3]> {
    let summary: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mut found = BTreeMap::new();
    for window in summary["rules"][0]["windows"].as_array().unwrap() {
        let end = window["window_end"].as_str().unwrap();
        for one in window["excluded"].as_array().into_iter().flatten() {
            let number = |name: &str| one[name].as_i64().unwrap();
            let counts = ["events", "devices", "rows"].map(number);
            if counts != [0; 3] {
                let scenario = one["scenario"].as_str().unwrap().to_owned();
                found.insert((scenario, end[8..10].parse().unwrap()), counts);
            }
        }
    }
    found
}

/// The sample windows look back five days, both ends included. What the scenarios set aside are single events:
///
/// | Event | At | In the windows to the | Its row |
/// |---|---|---|---|
/// | 9050, maintenance | 3rd 02:00 | 4th … 8th | has no other event, and goes |
/// | 9051, desktop | 3rd 02:05 | 4th … 8th | keeps 9052 |
/// | 9053, inventory | 4th 02:10 | 5th … 9th | keeps 9054 |
/// | 9055, settings | 5th 02:20 | 6th … 10th | keeps 9056 |
/// | 9057, update and maintenance | 7th 02:30 | 8th … 12th | keeps 9058 |
#[test]
fn each_window_tells_what_was_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = scenarios();
    let hunt = kaseya(folder.path(), &["--exclusions", &scenarios]).exits(0);
    let mut wanted: BTreeMap<(String, u32), [i64; 3]> = BTreeMap::new();
    for (scenario, first, row) in [
        (MAINTENANCE, 4, 1),
        (DESKTOP, 4, 0),
        (INVENTORY, 5, 0),
        (SETTINGS, 6, 0),
        (UPDATE, 8, 0),
        (MAINTENANCE, 8, 0),
    ] {
        for day in first..first + 5 {
            let counts = wanted.entry((scenario.to_owned(), day)).or_default();
            *counts = [counts[0] + 1, 1, counts[2] + row];
        }
    }
    assert_eq!(set_aside(&hunt), wanted);

    // The hits are those of a hunt without exclusions, but for the five windows' row of the maintenance.
    let plain = tempfile::tempdir().unwrap();
    kaseya(plain.path(), &[]).exits(0);
    let hits = |out: &Path| results(out).values().map(|bytes| rows(bytes)).sum::<i64>();
    assert_eq!(hits(plain.path()) - hits(folder.path()), 5);

    // Samples stand beside the results: one for each event in each window.
    let samples = files::below(&folder.path().join("_excluded"));
    let sampled: i64 = samples
        .iter()
        .map(|file| rows(&std::fs::read(file).unwrap()))
        .sum();
    let events: i64 = wanted.values().map(|[events, ..]| events).sum();
    assert_eq!(sampled, events);
    let days: BTreeSet<u32> = wanted.keys().map(|(_, day)| *day).collect();
    assert_eq!(samples.len(), days.len());

    // Run again, they are told from the ledger.
    let again = kaseya(folder.path(), &["--exclusions", &scenarios]).exits(0);
    assert_eq!(counts(&again), BTreeMap::from([("current".to_owned(), 12)]));
    assert_eq!(set_aside(&again), wanted);
}

#[test]
fn changed_exclusions_make_windows_stale_and_their_samples_go() {
    let folder = tempfile::tempdir().unwrap();
    kaseya(folder.path(), &["--exclusions", &scenarios()]).exits(0);
    let without = kaseya(folder.path(), &[]).exits(0);
    assert_eq!(counts(&without), BTreeMap::from([("stale".to_owned(), 12)]));
    let fresh = kaseya(folder.path(), &["--refresh"]).exits(0);
    assert_eq!(counts(&fresh), BTreeMap::from([("run".to_owned(), 12)]));
    assert_eq!(files::below(&folder.path().join("_excluded")).len(), 0);
    let plain = tempfile::tempdir().unwrap();
    kaseya(plain.path(), &[]).exits(0);
    assert_eq!(results(folder.path()), results(plain.path()));
}

#[test]
fn a_job_names_exclusions_and_the_values_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("hunt.yaml");
    let text = format!(
        "lake: {LAKE}\noutput: results\nrules: [{RULE}]\nexclusions: {}\nwindows: {{from: 2026-01-01, to: 2026-01-13, every: 1d}}\nparameters: {{known_internal_network: [192.0.2.0/24]}}\n",
        scenarios()
    );
    std::fs::write(&job, &text).unwrap();
    let path = job.to_str().unwrap();
    let hunt = retrohunt(["hunt", path, "--format", "json"], &[]).exits(0);
    let found = set_aside(&hunt);
    let names: BTreeSet<&str> = found.keys().map(|(name, _)| name.as_str()).collect();
    // No event of the two that ask for the company's networks is in that one.
    assert_eq!(names, BTreeSet::from([MAINTENANCE, INVENTORY, SETTINGS]));
    for idle in [DESKTOP, UPDATE] {
        let told = format!("the exclusion `{idle}` never matched");
        assert!(hunt.stderr.contains(&told), "{}", hunt.stderr);
    }
    std::fs::write(&job, text.replace("192.0.2.0/24", "192.0.2.0/40")).unwrap();
    let wrong = retrohunt(["hunt", path], &[]).exits(1);
    assert!(
        wrong.stderr.contains("known_internal_network"),
        "{}",
        wrong.stderr
    );
    assert!(wrong.stderr.contains("192.0.2.0/40"), "{}", wrong.stderr);
}

#[test]
fn explaining_shows_gates_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let open = rule(
        folder.path(),
        "open",
        "",
        "DeviceNetworkEvents\n| summarize count() by DeviceName",
    );
    let mut arguments = vec!["hunt", RULE, &open, "--lake", LAKE, "--explain"];
    arguments.extend(DAYS);
    let text = retrohunt(arguments.clone(), &[]).exits(0).stdout;
    let gate = text
        .lines()
        .find(|line| line.contains("DeviceNetworkEvents: "));
    assert!(
        gate.unwrap()
            .contains("InitiatingProcessVersionInfoCompanyName"),
        "{text}"
    );
    assert!(
        text.contains("no gate: its only conditions are on the time"),
        "{text}"
    );
    assert!(text.contains("rule open\n"), "{text}");
    assert!(text.contains("one pass over DeviceNetworkEvents"), "{text}");
    arguments.extend(["--format", "json"]);
    let json: Value = serde_json::from_str(&retrohunt(arguments, &[]).exits(0).stdout).unwrap();
    assert_eq!(json["rules"][0]["alone"], Value::Null);
    assert!(json["rules"][1]["alone"].is_string());
    assert_eq!(json["passes"][0]["summary"]["files_listed"], 12);
    assert_eq!(files::below(folder.path()).len(), 1);
}

#[test]
fn a_pass_that_would_read_too_much_is_refused_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let refused = kaseya(folder.path(), &["--max-files", "3"]).exits(1);
    assert!(refused.stderr.contains("--max-files"), "{}", refused.stderr);
    assert_eq!(results(folder.path()).len(), 0);
}
