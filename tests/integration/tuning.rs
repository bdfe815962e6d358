//! `exclude --from-hit` and `tune`: from a hit to an exclusion, and what that changes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::hunting::{kaseya, results, rule};
use super::{expected, files};

const KASEYA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/exclusions/kaseya.yaml");

/// Runs a rule; its result file.
fn result(rule: &str, out: &Path) -> PathBuf {
    let arguments = [
        "run",
        rule,
        "--lake",
        LAKE,
        "--as-of",
        expected::AS_OF,
        "--out",
        out.to_str().unwrap(),
    ];
    retrohunt(arguments, &[]).exits(0);
    let found = files::below(out);
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn exclude(result: &Path, row: &str, out: &Path) -> Outcome {
    let arguments = [
        "exclude",
        "--from-hit",
        result.to_str().unwrap(),
        row,
        "--out",
        out.to_str().unwrap(),
    ];
    retrohunt(arguments, &[])
}

/// The rows of a rule with exclusions, in the order of the result.
fn rows(rule: &str, exclusions: &[&Path]) -> Vec<serde_json::Map<String, Value>> {
    let mut arguments = vec![
        "run",
        rule,
        "--lake",
        LAKE,
        "--as-of",
        expected::AS_OF,
        "--format",
        "ndjson",
    ];
    for path in exclusions {
        arguments.extend(["--exclusions", path.to_str().unwrap()]);
    }
    retrohunt(arguments, &[]).exits(0).rows()
}

fn tune(rule: &str, exclusions: &Path, more: &[&str]) -> Outcome {
    let exclusions = exclusions.to_str().unwrap();
    let mut arguments = vec!["tune", rule, "--exclusions", exclusions, "--lake", LAKE];
    arguments.extend(["--as-of", expected::AS_OF]);
    arguments.extend(more);
    retrohunt(arguments, &[])
}

#[test]
fn a_hit_becomes_a_scenario_that_sets_just_this_hit_aside() {
    let folder = tempfile::tempdir().unwrap();
    let result = result(RULE, &folder.path().join("out"));
    let all = rows(RULE, &[]);
    assert_eq!(all.len(), 13);
    for row in [1, 3, 13] {
        let scenario = folder.path().join(format!("exclusions/{row}.yaml"));
        exclude(&result, &row.to_string(), &scenario).exits(0);
        let check = ["check", RULE, "--exclusions", scenario.to_str().unwrap()];
        retrohunt(check, &[]).exits(0);
        let mut wanted = all.clone();
        wanted.remove(row - 1);
        assert_eq!(rows(RULE, &[&scenario]), wanted, "{row}");
        // What is there is a person's work.
        std::fs::write(&scenario, "edited").unwrap();
        let refused = exclude(&result, "2", &scenario).exits(1);
        assert!(
            refused.stderr.contains("is there already"),
            "{}",
            refused.stderr
        );
        assert_eq!(std::fs::read_to_string(&scenario).unwrap(), "edited");
    }
    let nowhere = folder.path().join("none.yaml");
    exclude(&result, "14", &nowhere).exits(1);
    exclude(&result, "0", &nowhere).exits(2);
    exclude(&result, "first", &nowhere).exits(2);
    let lake_file = Path::new(LAKE).join("DeviceNetworkEvents/date=2026-01-04/part-0.parquet");
    let refused = exclude(&lake_file, "1", &nowhere).exits(1);
    assert!(
        refused.stderr.contains("no result of a hunt"),
        "{}",
        refused.stderr
    );
    exclude(Path::new(RULE), "1", &nowhere).exits(3);
    assert!(!nowhere.exists());
}

/// A hunt's table has columns of its own before the rule's, which no row of the rule has.
#[test]
fn a_hit_of_a_hunt_becomes_a_scenario_too() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let day = [
        "--from",
        "2026-01-07",
        "--to",
        "2026-01-08",
        "--every",
        "1d",
    ];
    kaseya(&out, &day).exits(0);
    let found = results(&out);
    let [path] = found.keys().collect::<Vec<_>>()[..] else {
        panic!("{:?}", found.keys());
    };
    let all = rows(RULE, &[]);
    let scenario = folder.path().join("hit.yaml");
    exclude(&out.join(path), "3", &scenario).exits(0);
    let mut wanted = all;
    wanted.remove(2);
    assert_eq!(rows(RULE, &[&scenario]), wanted);
}

/// 9053 and 9054 are alike but for the command line, which the second one lacks; 9055 and 9056 too, whose
/// second has an empty one.
#[test]
fn a_hit_without_a_value_is_not_every_hit() {
    let folder = tempfile::tempdir().unwrap();
    let rule = rule(
        folder.path(),
        "lines",
        "",
        "DeviceNetworkEvents | where ReportId between (9053 .. 9056) | project RemoteUrl, InitiatingProcessCommandLine, ReportId",
    );
    let result = result(&rule, &folder.path().join("out"));
    let all = rows(&rule, &[]);
    let reports = |rows: &[serde_json::Map<String, Value>]| -> Vec<i64> {
        let mut found: Vec<i64> = rows
            .iter()
            .map(|r| r["ReportId"].as_i64().unwrap())
            .collect();
        found.sort();
        found
    };
    assert_eq!(reports(&all), [9053, 9054, 9055, 9056]);
    for (index, row) in all.iter().enumerate() {
        let scenario = folder.path().join(format!("{index}.yaml"));
        exclude(&result, &(index + 1).to_string(), &scenario).exits(0);
        let own = row["ReportId"].as_i64().unwrap();
        let mut wanted = vec![9053, 9054, 9055, 9056];
        wanted.retain(|report| *report != own);
        assert_eq!(reports(&rows(&rule, &[&scenario])), wanted, "{own}");
    }
}

/// The numbers of `exclusions.rs`: the first scenario takes a row, four more rows lose an event each.
#[test]
fn tune_shows_what_exclusions_change() {
    let outcome = tune(RULE, Path::new(KASEYA), &["--format", "json"]).exits(0);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(told["never_matched"], serde_json::json!([]));
    let rule = &told["rules"][0];
    assert_eq!(
        (&rule["rows_without"], &rule["rows_with"]),
        (&13.into(), &12.into())
    );
    let counts: Vec<[i64; 3]> = rule["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| ["events", "devices", "rows"].map(|key| s[key].as_i64().unwrap()))
        .collect();
    assert_eq!(
        counts,
        [[2, 1, 1], [1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 1, 0]]
    );
    let urls = |key: &str| -> Vec<String> {
        let mut urls: Vec<String> = rule[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.as_str().unwrap().rsplit_once('=').unwrap().1.to_owned())
            .collect();
        urls.sort();
        urls
    };
    assert_eq!(urls("gone"), ["maintenance.kaseya.net"]);
    assert_eq!(
        urls("changed"),
        [
            "config.kaseya.net",
            "inventory.kaseya.net",
            "rdp-relay.kaseya.net",
            "update.kaseya.net"
        ]
    );
    assert_eq!(urls("new"), Vec::<String>::new());

    let text = tune(RULE, Path::new(KASEYA), &[]).exits(0).stdout;
    assert!(
        text.contains("13 rows without exclusions, 12 with"),
        "{text}"
    );
}

#[test]
fn what_never_matched_has_expired_or_is_at_fault_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.yaml");
    let scenario = |name: &str, rest: &str| {
        format!(
            "  - name: {name}\n    rules: all\n    owner: o\n    reason: r\n    table: DeviceNetworkEvents\n    {rest}\n"
        )
    };
    let none = scenario("of another house", "drop_when: host.name == 'nowhere'");
    let old = scenario("long over", "expires: 2020-01-31\n    drop_when: 'true'");
    std::fs::write(&path, format!("scenarios:\n{none}{old}")).unwrap();
    let outcome = tune(RULE, &path, &[]).exits(0);
    assert!(
        outcome
            .stdout
            .contains("13 rows without exclusions, 13 with")
            && outcome.stdout.contains("never matched: of another house"),
        "{}",
        outcome.stdout
    );
    // Set aside by nothing that is over, and said where it stands.
    assert!(
        outcome
            .stderr
            .contains("`long over` expired after 2020-01-31")
            && outcome.stderr.contains("e.yaml:8:11"),
        "{}",
        outcome.stderr
    );
    let run = retrohunt(
        [
            "run",
            RULE,
            "--lake",
            LAKE,
            "--as-of",
            expected::AS_OF,
            "--exclusions",
            path.to_str().unwrap(),
            "--format",
            "ndjson",
        ],
        &[],
    )
    .exits(0);
    assert_eq!(run.rows().len(), 13);
    assert!(
        run.stderr.contains("expired after 2020-01-31"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("the exclusion `of another house` set nothing aside"),
        "{}",
        run.stderr
    );

    let wrong = scenario(
        "misspelt",
        "drop_when: destination_ip == <nets> or RemotePort == 1",
    );
    std::fs::write(
        &path,
        format!("parameters: {{net: [10.0.0.0/8]}}\nscenarios:\n{wrong}"),
    )
    .unwrap();
    for command in ["check", "run"] {
        let mut arguments = vec![command, RULE, "--exclusions", path.to_str().unwrap()];
        arguments.extend(["--lake", LAKE, "--as-of", expected::AS_OF]);
        let refused = retrohunt(arguments, &[]);
        assert_ne!(refused.code, 0, "{command}");
        // `check` is asked for faults, so that they are its result.
        let told = refused.stdout + &refused.stderr;
        assert!(
            told.contains("e.yaml:8:35") && told.contains("the file has no parameter `nets`"),
            "{command}: {told}"
        );
    }
    tune(RULE, &path, &[]).exits(1);
    retrohunt(["tune", RULE, "--lake", LAKE], &[]).exits(2);
}
