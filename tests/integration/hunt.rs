//! Hunts over windows: what is run, what is skipped, what is refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::command::{LAKE, RULE, retrohunt};
use super::hunting::{
    arguments, assert_single, copy_of_lake, counts, entries, kaseya, late_file, results, rows,
    rule, states,
};
use super::{expected, files, servers};

/// A query without a bound of time, whose hits are two of Kaseya's planted domains.
const DOMAINS: &str = "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n| project Timestamp, DeviceName, RemoteUrl";

fn of(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    pairs
        .iter()
        .map(|(state, count)| ((*state).to_owned(), *count))
        .collect()
}

#[test]
fn each_window_is_what_a_run_on_that_day_gives() {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(
        counts(&kaseya(out.path(), &[]).exits(0)),
        of(&[("run", 12)])
    );
    let found = results(out.path());
    assert_single(&found);
    for day in 2..=13 {
        let as_of = format!("2026-01-{day:02}T00:00:00Z");
        let run = [
            "run", RULE, "--lake", LAKE, "--as-of", &as_of, "--format", "ndjson",
        ];
        let wanted = expected::from_json(&retrohunt(run, &[]).exits(0).rows());
        let window = format!("window_end=202601{day:02}T000000Z");
        let file = found.iter().find(|(path, _)| path.contains(&window));
        let bytes = bytes::Bytes::copy_from_slice(file.unwrap().1);
        assert_eq!(expected::from_parquet(bytes), wanted, "{day}");
        if as_of == expected::AS_OF {
            assert_eq!(wanted, expected::as_of());
        }
    }
}

#[test]
fn a_second_hunt_runs_nothing_and_touches_nothing() {
    let out = tempfile::tempdir().unwrap();
    kaseya(out.path(), &[]).exits(0);
    let before: Vec<_> = files::below(out.path())
        .into_iter()
        .map(|file| (std::fs::metadata(&file).unwrap().modified().unwrap(), file))
        .collect();
    for more in [&[][..], &["--refresh"]] {
        assert_eq!(
            counts(&kaseya(out.path(), more).exits(0)),
            of(&[("current", 12)])
        );
    }
    let after: Vec<_> = files::below(out.path())
        .into_iter()
        .map(|file| (std::fs::metadata(&file).unwrap().modified().unwrap(), file))
        .collect();
    assert_eq!(before, after);
    retrohunt(["verify", out.path().to_str().unwrap()], &[]).exits(0);
}

#[test]
fn other_readers_see_one_table_with_the_path_in_it() {
    let Some(folder) = servers::folder("other_readers_see_one_table_with_the_path_in_it") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let more = tempfile::tempdir().unwrap();
    // One rule's times have seven digits, the other's are whole seconds: the table has one type for both.
    let exact = rule(
        more.path(),
        "exact",
        "",
        "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n| project Seen = Timestamp",
    );
    let whole = rule(
        more.path(),
        "whole",
        "",
        "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n| project Seen = startofday(Timestamp)",
    );
    let path = out.path().to_str().unwrap();
    retrohunt(arguments(&[&exact, &whole], LAKE, path, &[]), &[]).exits(0);
    let found = results(out.path());
    let tables: std::collections::BTreeSet<_> =
        found.keys().map(|p| p.split('/').next().unwrap()).collect();
    assert_eq!(tables.len(), 1);
    let wanted: i64 = found.values().map(|bytes| rows(bytes)).sum();
    let script = "
import sys, duckdb, pyarrow.dataset
table, wanted = sys.argv[1], int(sys.argv[2])
connection = duckdb.connect()
query = \"SELECT count(*), count(DISTINCT rule_id), count(Seen), min(window_end) FROM read_parquet(?, hive_partitioning = true)\"
assert connection.execute(query, [table + '/*/*/*.parquet']).fetchall() == [(wanted, 2, wanted, '20260104T000000Z')], connection.execute(query, [table + '/*/*/*.parquet']).fetchall()
dataset = pyarrow.dataset.dataset(table, format='parquet', partitioning='hive')
assert dataset.to_table(columns=['rule_id', 'window_end', 'rule_name', 'rule_tactics', 'window_start', 'Seen']).num_rows == wanted
";
    let table = out.path().join(tables.into_iter().next().unwrap());
    let read = std::process::Command::new(servers::python(&folder))
        .args(["-c", script])
        .args([table.to_str().unwrap(), &wanted.to_string()])
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
}

#[test]
fn a_late_file_makes_its_windows_stale() {
    let lake = copy_of_lake();
    let out = tempfile::tempdir().unwrap();
    let (url, to) = (lake.path().to_str().unwrap(), out.path().to_str().unwrap());
    let hunt = |more: &[&str]| retrohunt(arguments(&[RULE], url, to, more), &[]).exits(0);
    hunt(&[]);
    let before = results(out.path());
    late_file(lake.path());
    // A window looks five days back, and a path may be a day off: the file of the 5th is for the windows
    // to the 5th, and to the 11th at the latest; that to the 4th touches it with its last instant.
    let wanted = |state: &str| -> BTreeMap<String, String> {
        (2..=13)
            .map(|day| {
                let touched = (4..=11).contains(&day);
                let state = if touched { state } else { "current" };
                (format!("2026-01-{day:02}"), state.to_owned())
            })
            .collect()
    };
    assert_eq!(states(&hunt(&[])), wanted("stale"));
    assert_eq!(results(out.path()), before);
    let status = ["status", to, "--lake", url, "--format", "json"];
    let status: Value = serde_json::from_str(&retrohunt(status, &[]).exits(0).stdout).unwrap();
    assert_eq!(status["rules"][0]["stale"].as_array().unwrap().len(), 8);
    assert_eq!(status["rules"][0]["stale"][0]["changed"][0], "the files");

    assert_eq!(states(&hunt(&["--refresh"])), wanted("run"));
    let after = results(out.path());
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    let total = |found: &BTreeMap<String, Vec<u8>>| -> i64 {
        let file = found
            .iter()
            .find(|(path, _)| path.contains("20260108T"))
            .unwrap()
            .1;
        let rows = expected::from_parquet(bytes::Bytes::copy_from_slice(file));
        rows.iter().map(|row| row.count).sum()
    };
    // Five of the 21 events are of the 5th.
    assert_eq!((total(&before), total(&after)), (21, 26));
    assert_eq!(counts(&hunt(&[])), of(&[("current", 12)]));
}

#[test]
fn a_changed_rule_replaces_its_results_even_in_another_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let hunt = |query: &str, more: &[&str]| {
        let rule = rule(folder.path(), "one", "", query);
        retrohunt(arguments(&[&rule], LAKE, to, more), &[]).exits(0)
    };
    hunt(DOMAINS, &[]);
    let first = results(out.path());
    assert!(!first.is_empty());
    let other = format!("{DOMAINS}, LocalIP");
    let stale = states(&hunt(&other, &[]));
    assert!(stale.values().all(|state| state == "stale"), "{stale:?}");
    assert_eq!(results(out.path()), first);

    hunt(&other, &["--refresh"]);
    let second = results(out.path());
    assert_single(&second);
    assert_eq!(second.len(), first.len());
    assert!(second.keys().all(|path| !first.contains_key(path)));

    // And to a rule that finds nothing any more.
    hunt(
        &other.replace("kaseya.net", "nowhere.example"),
        &["--refresh"],
    );
    assert_eq!(results(out.path()), BTreeMap::new());
    retrohunt(["verify", to], &[]).exits(0);
}

#[test]
fn windows_without_a_hit_share_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let rule = rule(
        folder.path(),
        "none",
        "",
        "DeviceNetworkEvents | where RemoteUrl has 'nowhere.example'",
    );
    retrohunt(arguments(&[&rule], LAKE, to, &[]), &[]).exits(0);
    assert_eq!(results(out.path()), BTreeMap::new());
    // What was to be done, and what was: in one entry, or a few where the machine is slow.
    let entries = entries(out.path());
    let windows = |entry: &Value| entry["windows"].as_array().map_or(0, Vec::len);
    assert_eq!(entries.iter().map(|(_, e)| windows(e)).sum::<usize>(), 12);
    assert!(entries.len() < 12, "{}", entries.len());
    let again = retrohunt(arguments(&[&rule], LAKE, to, &[]), &[]).exits(0);
    assert_eq!(counts(&again), of(&[("current", 12)]));
}

#[test]
fn windows_without_files_are_done_and_said() {
    let out = tempfile::tempdir().unwrap();
    let long_ago = [
        "--from",
        "2025-06-01",
        "--to",
        "2025-06-03",
        "--every",
        "1d",
    ];
    assert_eq!(
        counts(&kaseya(out.path(), &long_ago).exits(0)),
        of(&[("run", 2)])
    );
    let status = retrohunt(["status", out.path().to_str().unwrap()], &[]).exits(0);
    // Five days back from the first window's end, to the day before the last one's.
    let days = "2025-05-28, 2025-05-29, 2025-05-30, 2025-05-31, 2025-06-01, 2025-06-02\n";
    assert!(status.stdout.contains(days), "{}", status.stdout);
}

#[test]
fn windows_that_have_not_ended_are_run_again() {
    let out = tempfile::tempdir().unwrap();
    // 1 January 2036 is ten years of 365 days and two or three leap days away: the last windows are in
    // the future of any clock that this test meets, the first ones are not.
    let decade = [
        "--from",
        "2025-12-25",
        "--to",
        "2035-12-23",
        "--every",
        "365d",
    ];
    let first = counts(&kaseya(out.path(), &decade).exits(0));
    assert_eq!(first, of(&[("run", 10)]));
    let again = states(&kaseya(out.path(), &decade).exits(0));
    assert_eq!(
        again["2026-12-25"] == "run",
        chrono::Utc::now().to_rfc3339().as_str() < "2026-12-25"
    );
    assert_eq!(again["2035-12-23"], "run");
}

#[test]
fn another_tools_folder_is_refused_untouched() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("notes.txt"), "mine").unwrap();
    let refused = kaseya(out.path(), &[]).exits(2);
    assert!(refused.stderr.contains("notes.txt"), "{}", refused.stderr);
    assert_eq!(files::below(out.path()).len(), 1);
    // Results without a ledger are no hunt's either.
    let run = tempfile::tempdir().unwrap();
    let path = run.path().to_str().unwrap();
    retrohunt(
        [
            "run",
            RULE,
            "--lake",
            LAKE,
            "--as-of",
            expected::AS_OF,
            "--out",
            path,
        ],
        &[],
    )
    .exits(0);
    kaseya(run.path(), &[]).exits(2);
}

#[test]
fn an_entry_with_garbage_is_named_and_its_window_run_again() {
    let out = tempfile::tempdir().unwrap();
    kaseya(out.path(), &[]).exits(0);
    let before = results(out.path());
    let (marker, entry) = entries(out.path())
        .into_iter()
        .find(|(_, e)| e["windows"][0]["rows"] == 13)
        .unwrap();
    assert_eq!(entry["windows"][0]["end"], "2026-01-08T00:00:00.0000000Z");
    std::fs::write(&marker, "{\"format\":1,\"ru").unwrap();
    let to = out.path().to_str().unwrap();
    let name = marker.file_name().unwrap().to_str().unwrap();
    let status = retrohunt(["status", to, "--format", "json"], &[]).exits(0);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(
        status["rules"][0]["missing"][0],
        "2026-01-08T00:00:00.0000000Z"
    );
    assert!(
        status["rules"][0]["damaged"][0]["object"]
            .as_str()
            .unwrap()
            .ends_with(name)
    );
    let verified = retrohunt(["verify", to], &[]).exits(3);
    assert!(verified.stdout.contains(name), "{}", verified.stdout);

    let again = kaseya(out.path(), &[]).exits(0);
    assert!(again.stderr.contains(name), "{}", again.stderr);
    assert_eq!(counts(&again), of(&[("current", 11), ("run", 1)]));
    assert_eq!(results(out.path()), before);
    assert_eq!(
        counts(&kaseya(out.path(), &[]).exits(0)),
        of(&[("current", 12)])
    );
}

#[test]
fn a_damaged_or_lost_result_is_found_and_made_anew() {
    let out = tempfile::tempdir().unwrap();
    kaseya(out.path(), &[]).exits(0);
    let before = results(out.path());
    let to = out.path().to_str().unwrap();
    let paths: Vec<_> = before.keys().map(|path| out.path().join(path)).collect();
    let bytes = std::fs::read(&paths[0]).unwrap();
    std::fs::write(&paths[0], &bytes[..bytes.len() / 2]).unwrap();
    // One bit, the size as it was.
    let mut flipped = std::fs::read(&paths[1]).unwrap();
    flipped[100] ^= 1;
    std::fs::write(&paths[1], flipped).unwrap();
    std::fs::remove_file(&paths[2]).unwrap();
    let verified = retrohunt(["verify", to, "--format", "json"], &[]).exits(3);
    let verified: Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(
        verified["faults"].as_array().unwrap().len(),
        3,
        "{verified}"
    );
    assert_eq!(
        counts(&kaseya(out.path(), &[]).exits(0)),
        of(&[("current", 9), ("run", 3)])
    );
    assert_eq!(results(out.path()), before);
    retrohunt(["verify", to], &[]).exits(0);
}

#[test]
fn ids_cannot_leave_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/b/out");
    for id in ["../../../evil", "..", "x/../../y", "C:\\x", "a=b?*"] {
        let rule = rule(folder.path(), id, "", DOMAINS);
        retrohunt(arguments(&[&rule], LAKE, out.to_str().unwrap(), &[]), &[]).exits(0);
        let again = retrohunt(arguments(&[&rule], LAKE, out.to_str().unwrap(), &[]), &[]).exits(0);
        assert_eq!(counts(&again), of(&[("current", 12)]), "{id}");
    }
    let outside: Vec<_> = files::below(folder.path())
        .into_iter()
        .filter(|file| !file.starts_with(&out) && file.extension().is_none_or(|e| e != "yaml"))
        .collect();
    assert_eq!(outside, Vec::<std::path::PathBuf>::new());
    assert_single(&results(&out));
}

#[test]
fn a_rule_at_fault_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let wrong = rule(
        folder.path(),
        "wrong",
        "",
        "DeviceNetworkEvents | where Nowhere == 1",
    );
    let elsewhere = rule(
        folder.path(),
        "elsewhere",
        "",
        "EmailEvents | where Subject has 'x'",
    );
    let twin = rule(
        folder.path(),
        "c75a64e3-2849-4342-a115-7cc6f009b520",
        "",
        DOMAINS,
    );
    let outcome = retrohunt(
        arguments(&[&wrong, &elsewhere, RULE, &twin], LAKE, to, &[]),
        &[],
    )
    .exits(4);
    for part in [
        "KQL202",
        "EmailEvents",
        "another rule of the pack has the id",
    ] {
        assert!(
            outcome.stderr.contains(part),
            "no {part}\n{}",
            outcome.stderr
        );
    }
    let whole = tempfile::tempdir().unwrap();
    kaseya(whole.path(), &[]).exits(0);
    assert_eq!(results(out.path()), results(whole.path()));
    let status = retrohunt(["status", to], &[]).exits(0);
    assert!(
        status.stdout.contains("rule wrong: failed"),
        "{}",
        status.stdout
    );
    assert!(
        status.stdout.contains("rule elsewhere: failed"),
        "{}",
        status.stdout
    );
}

#[test]
fn a_job_file_does_what_flags_do_and_flags_win() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("hunt.yaml");
    let text = format!(
        "lake: ${{SAMPLE}}\noutput: results\nrules: [{RULE}]\nwindows: {{from: 2026-01-01, to: 2026-01-13, every: 1d}}\nlimits: {{max_rows: 1000, memory: 200MB}}\nthresholds: [1, 5]\n"
    );
    std::fs::write(&job, &text).unwrap();
    let environment = [("SAMPLE", LAKE.to_owned())];
    let path = job.to_str().unwrap();
    retrohunt(["hunt", path], &environment).exits(0);
    let flags = tempfile::tempdir().unwrap();
    kaseya(flags.path(), &[]).exits(0);
    assert_eq!(
        results(&folder.path().join("results")),
        results(flags.path())
    );

    let other = tempfile::tempdir().unwrap();
    let to = other.path().to_str().unwrap();
    let won = [
        "hunt", path, "--out", to, "--every", "6d", "--format", "json",
    ];
    assert_eq!(
        counts(&retrohunt(won, &environment).exits(0)),
        of(&[("run", 2)])
    );

    std::fs::write(&job, text.replace("windows:", "wnidows:")).unwrap();
    let wrong = retrohunt(["hunt", path], &environment).exits(1);
    assert!(
        wrong.stderr.contains("wnidows") && wrong.stderr.contains("line 4"),
        "{}",
        wrong.stderr
    );
    let unset = retrohunt(["hunt", path], &[]).exits(1);
    assert!(unset.stderr.contains("wnidows") || unset.stderr.contains("SAMPLE"));
}

#[test]
fn what_comes_from_the_environment_is_written_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("hunt.yaml");
    // A signature in a lake's URL: the lake is not there, and the message must not hold it.
    let text = format!(
        "lake: 'https://acct.blob.core.windows.net/c?sv=1&sig=${{SIGNATURE}}'\noutput: out\nrules: [{RULE}]\nwindows: {{from: 2026-01-01, to: 2026-01-02}}\nlimits: {{timeout: 1s}}\n"
    );
    std::fs::write(&job, text).unwrap();
    let environment = [
        ("SIGNATURE", "hushhush".to_owned()),
        ("AZURE_STORAGE_ENDPOINT", "http://127.0.0.1:1".to_owned()),
        ("AZURE_ALLOW_HTTP", "true".to_owned()),
    ];
    let outcome = retrohunt(["hunt", job.to_str().unwrap()], &environment);
    assert_ne!(outcome.code, 0);
    assert!(!outcome.stderr.contains("hushhush"), "{}", outcome.stderr);
    for file in files::below(&folder.path().join("out")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !String::from_utf8_lossy(&bytes).contains("hushhush"),
            "{}",
            file.display()
        );
    }
}

#[test]
fn rows_beyond_the_limit_are_left_out_and_marked() {
    let out = tempfile::tempdir().unwrap();
    kaseya(out.path(), &["--max-rows", "5"]).exits(0);
    let found = results(out.path());
    let file = found
        .iter()
        .find(|(path, _)| path.contains("20260108T"))
        .unwrap()
        .1;
    assert_eq!(rows(file), 5);
    let bytes = bytes::Bytes::copy_from_slice(file);
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let pairs = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    assert!(pairs.iter().any(|pair| pair.key == "retrohunt.truncated"));
    let marked: Vec<bool> = entries(out.path())
        .iter()
        .flat_map(|(_, e)| e["windows"].as_array().cloned().unwrap_or_default())
        .map(|w| w["truncated"] == true)
        .collect();
    // Windows of one, two, four and again two rows keep all of theirs, two have five rows to the row.
    assert_eq!(marked.iter().filter(|m| **m).count(), 6, "{marked:?}");
}

#[test]
fn the_whole_time_is_one_window_where_bounds_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let odd = rule(
        folder.path(),
        "odd",
        "",
        "DeviceNetworkEvents\n| where now() - Timestamp < 3d\n| project DeviceName",
    );
    let to = out.path().to_str().unwrap();
    let whole = [
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-13",
        "--window",
        "whole",
    ];
    let outcome = retrohunt(arguments(&[RULE, &odd], LAKE, to, &whole), &[]).exits(4);
    assert!(outcome.stderr.contains("KQL406"), "{}", outcome.stderr);
    let found = results(out.path());
    assert_eq!(found.len(), 1);
    let bytes = found.into_values().next().unwrap();
    let wanted = expected::in_order(expected::all_days());
    assert_eq!(expected::from_parquet(bytes.into()), wanted);
}

#[test]
fn an_analytics_rule_is_back_tested() {
    let folder = tempfile::tempdir().unwrap();
    let query = std::fs::read_to_string(RULE).unwrap();
    let query = query
        .split_once("query: |\n")
        .unwrap()
        .1
        .replace("\n  ", "\n");
    let query = query.trim();
    // Thirteen rows in the window to the 8th are more than twelve; no other window has so many.
    let scheduled = "kind: Scheduled\nqueryFrequency: P1D\nqueryPeriod: P5D\ntriggerOperator: gt\ntriggerThreshold: 12\n";
    let hunt = |fields: &str| -> Value {
        let out = tempfile::tempdir().unwrap();
        let rule = rule(folder.path(), "alert", fields, query);
        let to = out.path().to_str().unwrap();
        let time = [
            "--from",
            "2026-01-01",
            "--to",
            "2026-01-13",
            "--thresholds",
            "12,100",
        ];
        let outcome = retrohunt(arguments(&[&rule], LAKE, to, &time), &[]).exits(0);
        serde_json::from_str::<Value>(&outcome.stdout).unwrap()["rules"][0].clone()
    };
    let alerts = |rule: &Value| -> Vec<(String, u64)> {
        let windows = rule["windows"].as_array().unwrap();
        let alert = |w: &&Value| w["would_alert"] == true;
        let end = |w: &Value| {
            (
                w["window_end"].as_str().unwrap()[..10].to_owned(),
                w["alerts"].as_u64().unwrap(),
            )
        };
        windows.iter().filter(alert).map(end).collect()
    };
    let single = hunt(scheduled);
    assert_eq!(alerts(&single), [("2026-01-08".to_owned(), 1)]);
    assert_eq!(single["alerts_a_day"]["12"], serde_json::json!(1.0 / 12.0));
    assert_eq!(single["alerts_a_day"]["100"], serde_json::json!(0.0));
    let each = hunt(&format!(
        "{scheduled}eventGroupingSettings: {{aggregationKind: AlertPerResult}}\n"
    ));
    assert_eq!(alerts(&each), [("2026-01-08".to_owned(), 13)]);
    // Every window has a row, so that each run alerts; two days without a run follow each alert.
    let quiet =
        scheduled.replace("12", "0") + "suppressionEnabled: true\nsuppressionDuration: P2D\n";
    let days: Vec<String> = alerts(&hunt(&quiet))
        .into_iter()
        .map(|(day, _)| day)
        .collect();
    assert_eq!(
        days,
        [
            "2026-01-02",
            "2026-01-04",
            "2026-01-06",
            "2026-01-08",
            "2026-01-10",
            "2026-01-12"
        ]
    );
}

#[test]
fn a_query_without_time_sees_each_event_in_one_window() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let rule = rule(
        folder.path(),
        "all",
        "",
        "DeviceNetworkEvents | project Timestamp, ReportId",
    );
    retrohunt(
        arguments(&[&rule], LAKE, out.path().to_str().unwrap(), &[]),
        &[],
    )
    .exits(0);
    let found: i64 = results(out.path()).values().map(|bytes| rows(bytes)).sum();
    // The whole table, as data/lake/README.md counts it.
    assert_eq!(found, 12559);
}

#[test]
fn time_runs_out_for_one_rule_only() {
    let out = tempfile::tempdir().unwrap();
    let short = kaseya(out.path(), &["--timeout", "1tick"]);
    assert_ne!(short.code, 0);
    assert!(short.stderr.contains("--timeout"), "{}", short.stderr);
    assert_single(&results(out.path()));
    kaseya(out.path(), &[]).exits(0);
    let whole = tempfile::tempdir().unwrap();
    kaseya(whole.path(), &[]).exits(0);
    assert_eq!(results(out.path()), results(whole.path()));
}

#[test]
fn old_staging_is_cleared_and_new_is_spared() {
    let out = tempfile::tempdir().unwrap();
    let staging = out.path().join("_staging");
    std::fs::create_dir(&staging).unwrap();
    let (old, new) = (staging.join("old.parquet"), staging.join("new.parquet"));
    for file in [&old, &new] {
        std::fs::write(file, "x").unwrap();
    }
    let two_hours_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(two_hours_ago).unwrap();
    kaseya(out.path(), &[]).exits(0);
    assert!(!Path::exists(&old) && Path::exists(&new));
}

#[test]
fn lists_that_kusto_would_cut_are_said_to_be_cut() {
    let folder = tempfile::tempdir().unwrap();
    let day = ["--from", "2026-01-01", "--to", "2026-01-02"];
    for (values, cut) in [(1_048_576, false), (1_048_577, true)] {
        let query = format!(
            "range x from 1 to {values} step 1\n| summarize All = make_list(x)\n| project Count = array_length(All)"
        );
        let rule = rule(folder.path(), &format!("list {values}"), "", &query);
        let out = tempfile::tempdir().unwrap();
        let outcome = retrohunt(
            arguments(&[&rule], LAKE, out.path().to_str().unwrap(), &day),
            &[],
        )
        .exits(0);
        assert_eq!(
            outcome.stderr.contains("1,048,576 values"),
            cut,
            "{}",
            outcome.stderr
        );
    }
}
