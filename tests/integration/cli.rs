//! The command line: exit codes, damaged rules and files, and what a person is told.

use std::collections::BTreeMap;
use std::path::Path;

use super::command::{LAKE, RULE, retrohunt};
use super::{expected, files};

const AS_OF: [&str; 4] = ["--as-of", expected::AS_OF, "--format", "ndjson"];

fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> super::command::Outcome {
    retrohunt(["run"].into_iter().chain(arguments).chain(AS_OF), &[])
}

/// A folder with a copy of the sample's network events, to damage.
fn copy_of_network_events() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let lake = Path::new(LAKE);
    for file in files::below(&lake.join("DeviceNetworkEvents")) {
        let target = copy.path().join(file.strip_prefix(lake).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
    copy
}

#[test]
fn flattened_rule_runs_and_says_what_was_repaired() {
    let dir = tempfile::tempdir().unwrap();
    let rule = dir.path().join("rule.yaml");
    std::fs::copy(
        files::project("tests/fixtures/rules/kaseya-flattened.txt"),
        &rule,
    )
    .unwrap();
    let outcome = run([rule.to_str().unwrap(), "--lake", LAKE]).exits(0);
    assert_eq!(expected::from_json(&outcome.rows()), expected::as_of());
    assert!(outcome.stderr.contains("KQL601"), "{}", outcome.stderr);
    // A repair is a warning, and so a fault where warnings are.
    let strict = run([rule.to_str().unwrap(), "--lake", LAKE, "--strict"]);
    assert_ne!(strict.code, 0);
    assert_eq!(strict.stdout, "");
}

#[test]
fn bundled_rules_find_what_was_planted_for_them() {
    let rules = files::project("data/rules/rmm");
    let outcome = run([rules.to_str().unwrap(), "--lake", LAKE]).exits(0);
    // Of several rules, each one's rows come after a line with its name.
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let mut rule = String::new();
    for row in outcome.rows() {
        match row.get("rule_id") {
            Some(_) => rule = row["name"].as_str().unwrap().to_owned(),
            None => *counts.entry(rule.clone()).or_default() += row["Count"].as_i64().unwrap(),
        }
    }
    // Events, from the list in data/lake/README.md.
    let wanted = [
        ("AnyDesk: network connection", 2),
        ("AnyDesk: process start", 1),
        ("AnyDesk: signed file", 1),
        ("Atera: network connection", 1),
        ("Atera: process start", 1),
        ("ConnectWise: network connection", 2),
        ("ConnectWise: process start", 1),
        ("Kaseya: network connection", 21),
        ("Kaseya: signed file", 2),
        ("RustDesk: network connection", 1),
        ("RustDesk: process start", 1),
        ("TeamViewer: network connection", 1),
        ("TeamViewer: process start", 1),
    ];
    let wanted: BTreeMap<String, i64> = wanted
        .into_iter()
        .map(|(name, count)| (format!("RMM tool {name}"), count))
        .collect();
    assert_eq!(counts, wanted);
}

#[test]
fn hits_can_fail_a_run() {
    run([RULE, "--lake", LAKE, "--fail-on-hits"]).exits(10);
    let quiet = [
        "run",
        RULE,
        "--lake",
        LAKE,
        "--fail-on-hits",
        "--as-of",
        "2026-03-01T00:00:00Z",
    ];
    retrohunt(quiet, &[]).exits(0);
}

#[test]
fn arguments_at_fault_exit_with_two() {
    retrohunt(["run"], &[]).exits(2);
    retrohunt(
        ["run", RULE, "--lake", LAKE, "--as-of", "yesterday-ish"],
        &[],
    )
    .exits(2);
    retrohunt(["run", RULE, "--lake", LAKE, "--from", "2026-01-01"], &[]).exits(2);
}

#[test]
fn rules_at_fault_exit_with_one_and_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let rule = dir.path().join("wrong.kql");
    std::fs::write(
        &rule,
        "DeviceNetworkEvents\n| where Nowhere has 'x'\n| where AlsoNowhere == 1\n",
    )
    .unwrap();
    let outcome = run([rule.to_str().unwrap(), "--lake", LAKE]).exits(1);
    assert_eq!(outcome.stdout, "");
    // Both faults at once, each with its line.
    for part in [
        "KQL202",
        "Nowhere",
        "AlsoNowhere",
        "wrong.kql:2:9",
        "wrong.kql:3:9",
    ] {
        assert!(
            outcome.stderr.contains(part),
            "no {part}\n{}",
            outcome.stderr
        );
    }
    retrohunt(["check", rule.to_str().unwrap()], &[]).exits(1);
    retrohunt(["check", RULE], &[]).exits(0);
}

#[test]
fn lake_that_is_not_there_exits_with_three() {
    let outcome = run([RULE, "--lake", "/no/such/lake"]).exits(3);
    assert!(
        outcome.stderr.contains("/no/such/lake"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn file_cut_short_stops_the_run_or_is_listed() {
    let lake = copy_of_network_events();
    let damaged = lake
        .path()
        .join("DeviceNetworkEvents/date=2026-01-04/part-0.parquet");
    let bytes = std::fs::read(&damaged).unwrap();
    std::fs::write(&damaged, &bytes[..bytes.len() / 2]).unwrap();
    let url = lake.path().to_str().unwrap();

    let outcome = run([RULE, "--lake", url]).exits(3);
    assert_eq!(outcome.stdout, "");
    assert!(
        outcome.stderr.contains("date=2026-01-04/part-0.parquet"),
        "{}",
        outcome.stderr
    );

    let outcome = run([RULE, "--lake", url, "--skip-bad-files"]).exits(4);
    assert!(
        outcome.stderr.contains("date=2026-01-04/part-0.parquet"),
        "{}",
        outcome.stderr
    );
    let wanted: Vec<_> = expected::as_of()
        .into_iter()
        .filter(|row| !row.first.starts_with("2026-01-04"))
        .collect();
    assert_eq!(expected::from_json(&outcome.rows()), wanted);
}

#[test]
fn scan_over_its_limit_is_refused_before_it_starts() {
    for limit in [["--max-files", "2"], ["--max-bytes", "1000"]] {
        let outcome = run([RULE, "--lake", LAKE].into_iter().chain(limit));
        assert!(
            ![0, 10].contains(&outcome.code),
            "{limit:?} exits with {}",
            outcome.code
        );
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(limit[0]), "{}", outcome.stderr);
    }
}

#[test]
fn hidden_names_are_no_data_and_foreign_tables_are_refused() {
    let lake = copy_of_network_events();
    let table = lake.path().join("DeviceNetworkEvents");
    let url = lake.path().to_str().unwrap();
    // Copies that a reader who took them for data would count twice.
    let day = table.join("date=2026-01-05");
    for hidden in ["_staging", ".tmp"] {
        std::fs::create_dir(day.join(hidden)).unwrap();
        std::fs::copy(
            day.join("part-0.parquet"),
            day.join(hidden).join("part-1.parquet"),
        )
        .unwrap();
    }
    std::fs::copy(day.join("part-0.parquet"), day.join("_part-2.parquet")).unwrap();
    let outcome = run([RULE, "--lake", url]).exits(0);
    assert_eq!(expected::from_json(&outcome.rows()), expected::as_of());

    std::fs::create_dir(table.join("_delta_log")).unwrap();
    std::fs::write(table.join("_delta_log/00000000000000000000.json"), "{}").unwrap();
    let outcome = run([RULE, "--lake", url]).exits(3);
    assert!(outcome.stderr.contains("Delta"), "{}", outcome.stderr);
}

#[test]
fn repeated_events_are_dropped_where_asked() {
    let lake = copy_of_network_events();
    let day = lake.path().join("DeviceNetworkEvents/date=2026-01-05");
    std::fs::copy(day.join("part-0.parquet"), day.join("part-1.parquet")).unwrap();
    let url = lake.path().to_str().unwrap();
    let total = |rows: &[expected::Found]| rows.iter().map(|row| row.count).sum::<i64>();
    let doubled = expected::from_json(&run([RULE, "--lake", url]).exits(0).rows());
    // Five of the 21 events are of the fifth: 9002, 9020, 9021, 9055, 9056.
    assert_eq!(total(&doubled), total(&expected::as_of()) + 5);
    let single = run([RULE, "--lake", url, "--dedup"]).exits(0);
    assert_eq!(expected::from_json(&single.rows()), expected::as_of());
}
