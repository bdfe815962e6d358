//! `ingestion_time()` over tables that have no column of it: the time at which a row's file was last written.
//!
//! The times are set with the system's own call on copies of the sample's files, and what is in a file is told
//! by a lake of that file alone.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::command::{LAKE, Outcome, retrohunt};
use super::files;
use super::hunting::{DAYS, results, rows, rule};

/// 2020-01-01 and 2026-02-01.
const EARLY: Duration = Duration::from_secs(1_577_836_800);
const LATE: Duration = Duration::from_secs(1_769_904_000);

/// A copy of one table's files; those of `day` were written early, all others late.
fn copy(into: &Path, day: &str) {
    let from = Path::new(LAKE).join("DeviceNetworkEvents");
    for file in files::below(&from) {
        let to = into
            .join("DeviceNetworkEvents")
            .join(file.strip_prefix(&from).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, &to).unwrap();
        let early = to.to_str().unwrap().contains(day);
        written(&to, UNIX_EPOCH + if early { EARLY } else { LATE });
    }
}

fn written(file: &Path, time: SystemTime) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_modified(time).unwrap();
}

fn query(lake: &str, text: &str) -> Outcome {
    retrohunt(
        [
            "query",
            text,
            "--lake",
            lake,
            "--as-of",
            "2026-02-02",
            "--format",
            "ndjson",
        ],
        &[],
    )
}

fn one(outcome: Outcome, column: &str) -> Value {
    outcome.exits(0).rows()[0][column].clone()
}

#[test]
fn a_table_without_a_column_has_the_time_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    copy(&lake, "date=2026-01-05");
    let lake = lake.to_str().unwrap();
    let file = format!("DeviceNetworkEvents={lake}/DeviceNetworkEvents/date=2026-01-05");
    let wanted = one(query(&file, "DeviceNetworkEvents | count"), "Count");
    assert!(wanted.as_i64().unwrap() > 0);
    let all = one(query(lake, "DeviceNetworkEvents | count"), "Count");
    for early in [
        "DeviceNetworkEvents | where ingestion_time() < ago(365d) | count",
        "DeviceNetworkEvents | project DeviceName | where ingestion_time() < ago(365d) | where ingestion_time() > ago(3000d) | count",
        "let T = DeviceNetworkEvents | where Timestamp > ago(60d);\nT | where ingestion_time() < ago(365d) | count",
        "DeviceNetworkEvents | extend At = ingestion_time() | summarize Count = countif(At == datetime(2020-01-01))",
        "DeviceNetworkEvents | sort by Timestamp asc | extend N = row_number(), At = ingestion_time() | where At < ago(365d) | count",
    ] {
        let found = query(lake, early);
        assert!(found.stderr.contains("last written"), "{}", found.stderr);
        assert_eq!(one(found, "Count"), wanted, "{early}");
    }
    let times = "DeviceNetworkEvents | extend At = ingestion_time() | distinct At | sort by At asc";
    let times: Vec<Value> = query(lake, times)
        .exits(0)
        .rows()
        .iter()
        .map(|row| row["At"].clone())
        .collect();
    assert_eq!(
        times,
        [
            "2020-01-01T00:00:00.0000000Z",
            "2026-02-01T00:00:00.0000000Z"
        ]
    );
    // The files that were written otherwise are not read.
    let recent = query(
        lake,
        "DeviceNetworkEvents | where ingestion_time() > ago(7d) | count",
    );
    let early = wanted.as_i64().unwrap();
    assert_eq!(
        one(recent, "Count").as_i64().unwrap(),
        all.as_i64().unwrap() - early
    );
}

#[test]
fn the_time_of_files_is_no_column_of_the_result() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path(), "date=2026-01-05");
    let lake = folder.path().to_str().unwrap();
    let columns = |text: &str| {
        let schema = query(lake, &format!("{text} | getschema | project ColumnName")).exits(0);
        schema
            .rows()
            .iter()
            .map(|row| row["ColumnName"].to_string())
            .collect::<Vec<_>>()
    };
    let plain = columns("DeviceNetworkEvents");
    assert_eq!(
        columns("DeviceNetworkEvents | where ingestion_time() > ago(7d)"),
        plain
    );
    assert_eq!(
        columns("DeviceNetworkEvents | take 5 | where ingestion_time() > ago(7d)"),
        plain
    );
    let rows = "DeviceNetworkEvents | where ingestion_time() < ago(365d) | take 1";
    let row = query(lake, rows).exits(0).rows().remove(0);
    assert_eq!(row.len(), plain.len());
    let packed = "DeviceNetworkEvents | where ingestion_time() < ago(365d) | project Keys = bag_keys(pack_all()) | mv-expand Keys to typeof(string) | distinct Keys | count";
    assert_eq!(one(query(lake, packed), "Count"), plain.len());
    let united = "DeviceNetworkEvents | where ingestion_time() < ago(365d) | union (DeviceNetworkEvents | take 1) | take 1";
    assert_eq!(
        query(lake, united).exits(0).rows().remove(0).len(),
        plain.len()
    );
}

#[test]
fn rows_of_no_one_table_have_no_such_time() {
    let text =
        "DeviceNetworkEvents | summarize count() by DeviceName | where ingestion_time() > ago(1d)";
    let refused = query(LAKE, text).exits(1);
    assert!(refused.stderr.contains("KQL402"), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("right behind the table"),
        "{}",
        refused.stderr
    );
}

/// Two rules, so that one pass answers both.
#[test]
fn hunts_see_the_time_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    copy(&lake, "date=2026-01-05");
    let early = "DeviceNetworkEvents | where Timestamp > ago(1d) | where ingestion_time() < datetime(2021-01-01)";
    let late = "DeviceNetworkEvents | where Timestamp > ago(1d) | where ingestion_time() > datetime(2021-01-01)";
    let rules = ["early", "late"].map(|name| folder.path().join(name));
    for (path, text) in rules.iter().zip([early, late]) {
        std::fs::create_dir(path).unwrap();
        rule(path, path.file_name().unwrap().to_str().unwrap(), "", text);
    }
    let out = folder.path().join("out");
    let mut arguments = vec![
        "hunt",
        rules[0].to_str().unwrap(),
        rules[1].to_str().unwrap(),
    ];
    arguments.extend([
        "--lake",
        lake.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    arguments.extend(DAYS);
    retrohunt(arguments, &[]).exits(0);
    let mut found = [0, 0];
    for (path, bytes) in results(&out) {
        found[usize::from(path.contains("late"))] += rows(&bytes);
    }
    let lake = lake.to_str().unwrap();
    let count = |text: &str| {
        one(query(lake, &format!("{text} | count")), "Count")
            .as_i64()
            .unwrap()
    };
    let bounded = "DeviceNetworkEvents | where Timestamp between (datetime(2026-01-01) .. datetime(2026-01-13))";
    let wanted = ["<", ">"].map(|operator| {
        count(&format!(
            "{bounded} | where ingestion_time() {operator} datetime(2021-01-01)"
        ))
    });
    assert!(wanted[0] > 0 && wanted[1] > 0, "{wanted:?}");
    assert_eq!(found, wanted);
}
