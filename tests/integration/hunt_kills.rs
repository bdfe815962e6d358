//! Hunts that are killed, ended and raced: after the last run the output is that of an undisturbed one.
//!
//! `RETROHUNT_KILLS=300 RETROHUNT_RACES=50 cargo test --test integration hunt_kills` kills 300 runs and lets
//! two run at once 50 times, and ten times with lakes that differ; without them it is 15, 5 and 2. For kills of hunts
//! into stores see `hunt_stores`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::command::{LAKE, RULE, retrohunt};
use super::hunting::{
    arguments, assert_single, commits, copy_of_lake, counts, has_fault_points, kaseya, late_file,
    results, rule, start, times,
};

type Results = BTreeMap<String, Vec<u8>>;

/// What the hunt gives where nothing happens to it.
fn undisturbed(rules: &[&str], lake: &str) -> Results {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    retrohunt(arguments(rules, lake, to, &[]), &[]).exits(0);
    results(out.path())
}

/// What a reader sees while a hunt is under way: some of the windows, each once and whole.
#[track_caller]
fn assert_part_of(found: &Results, whole: &Results) {
    assert_single(found);
    for (path, bytes) in found {
        assert_eq!(whole.get(path), Some(bytes), "{path}");
    }
}

#[test]
fn a_kill_at_any_point_leaves_what_the_next_run_needs() {
    if !has_fault_points("a_kill_at_any_point_leaves_what_the_next_run_needs") {
        return;
    }
    let whole = undisturbed(&[RULE], LAKE);
    for point in [
        "before-object",
        "object-staged",
        "after-object",
        "marker-staged",
        "after-marker",
    ] {
        for time in [1, 2, 7] {
            let out = tempfile::tempdir().unwrap();
            let to = out.path().to_str().unwrap();
            let fault = [("RETROHUNT_FAULT_POINT", format!("{point}:{time}"))];
            let killed = retrohunt(arguments(&[RULE], LAKE, to, &[]), &fault);
            assert_eq!(
                killed.code, -1,
                "{point}:{time} was not passed: {}",
                killed.stderr
            );
            assert_part_of(&results(out.path()), &whole);
            kaseya(out.path(), &[]).exits(0);
            assert_eq!(results(out.path()), whole, "{point}:{time}");
            assert!(
                commits(out.path()).values().all(|n| *n == 1),
                "{point}:{time}"
            );
            retrohunt(["verify", to], &[]).exits(0);
        }
    }
}

#[test]
fn a_kill_while_results_move_to_another_table_is_repaired() {
    if !has_fault_points("a_kill_while_results_move_to_another_table_is_repaired") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let query = "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n| project Timestamp";
    let first = rule(folder.path(), "one", "", query);
    let second = rule(folder.path(), "one", "", &format!("{query}, DeviceName"));
    let whole = undisturbed(&[&second], LAKE);
    for point in [
        "before-object",
        "object-staged",
        "after-object",
        "marker-staged",
        "after-marker",
        "before-removal",
    ] {
        for time in [1, 2] {
            let out = tempfile::tempdir().unwrap();
            let to = out.path().to_str().unwrap();
            retrohunt(arguments(&[&first], LAKE, to, &[]), &[]).exits(0);
            let fault = [("RETROHUNT_FAULT_POINT", format!("{point}:{time}"))];
            let killed = retrohunt(arguments(&[&second], LAKE, to, &["--refresh"]), &fault);
            assert_eq!(
                killed.code, -1,
                "{point}:{time} was not passed: {}",
                killed.stderr
            );
            retrohunt(arguments(&[&second], LAKE, to, &["--refresh"]), &[]).exits(0);
            assert_eq!(results(out.path()), whole, "{point}:{time}");
            retrohunt(["verify", to], &[]).exits(0);
        }
    }
}

#[test]
fn two_hunts_at_once_commit_each_window_once() {
    let whole = undisturbed(&[RULE], LAKE);
    for _ in 0..times("RETROHUNT_RACES", 5) {
        let out = tempfile::tempdir().unwrap();
        let hunt = arguments(&[RULE], LAKE, out.path().to_str().unwrap(), &[]);
        let both = [start(&hunt, &[]), start(&hunt, &[])];
        for child in both {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert_eq!(results(out.path()), whole);
        let commits = commits(out.path());
        assert_eq!(commits.len(), 12);
        assert!(commits.values().all(|n| *n == 1), "{commits:?}");
        retrohunt(["verify", out.path().to_str().unwrap()], &[]).exits(0);
    }
}

#[test]
fn two_hunts_of_different_lakes_end_as_the_last_refresh() {
    let (old, new) = (copy_of_lake(), copy_of_lake());
    late_file(new.path());
    let lakes = [old.path().to_str().unwrap(), new.path().to_str().unwrap()];
    let whole = lakes.map(|lake| undisturbed(&[RULE], lake));
    for _ in 0..times("RETROHUNT_RACES", 10) / 5 {
        let out = tempfile::tempdir().unwrap();
        let to = out.path().to_str().unwrap();
        let both = lakes.map(|lake| start(&arguments(&[RULE], lake, to, &["--refresh"]), &[]));
        for child in both {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        // Each window is of one of the two, and the ledger tells the truth about it.
        let found = results(out.path());
        assert_single(&found);
        for (path, bytes) in &found {
            assert!(whole.iter().any(|w| w.get(path) == Some(bytes)), "{path}");
        }
        retrohunt(["verify", to], &[]).exits(0);
        retrohunt(arguments(&[RULE], lakes[1], to, &["--refresh"]), &[]).exits(0);
        assert_eq!(results(out.path()), whole[1]);
    }
}

/// Waits until an entry of a rule's log is there.
fn wait_for_entry(out: &Path, number: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let name = format!("{number:08}.json");
    let there = |folder: std::fs::DirEntry| folder.path().join(&name).is_file();
    while !std::fs::read_dir(out.join("_ledger")).is_ok_and(|e| e.flatten().any(there)) {
        assert!(Instant::now() < deadline, "no entry in time");
        std::thread::yield_now();
    }
}

#[test]
fn ctrl_c_ends_a_hunt_within_five_seconds_and_it_goes_on() {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let hours = [
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-13",
        "--every",
        "1h",
    ];
    let hunt = arguments(&[RULE], LAKE, to, &hours);
    let child = start(&hunt, &[]);
    // The first entry is the plan; by the third a window is committed.
    wait_for_entry(out.path(), 3);
    let asked = Instant::now();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    retrohunt(["verify", to], &[]).exits(0);
    let again = retrohunt(hunt.clone(), &[]).exits(0);
    let counts = counts(&again);
    assert!(
        counts["current"] > 0 && counts["current"] + counts["run"] == 288,
        "{counts:?}"
    );
    let whole = tempfile::tempdir().unwrap();
    kaseya(whole.path(), &hours).exits(0);
    assert_eq!(results(out.path()), results(whole.path()));
}

/// A small generator: the same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn random_kills_change_nothing() {
    let kills = times("RETROHUNT_KILLS", 15);
    let folder = tempfile::tempdir().unwrap();
    let empty = rule(
        folder.path(),
        "none",
        "",
        "DeviceNetworkEvents | where RemoteUrl has 'nowhere.example'",
    );
    let exact = rule(
        folder.path(),
        "some",
        "",
        "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n| project Timestamp",
    );
    let rules = [RULE, &empty, &exact];
    let started = Instant::now();
    let whole = undisturbed(&rules, LAKE);
    let long = u64::try_from(started.elapsed().as_millis()).unwrap().max(1);
    let mut random = Random(20_260_108);
    let points = [
        "object-staged",
        "after-object",
        "marker-staged",
        "after-marker",
    ];
    let mut done = 0;
    while done < kills {
        let out = tempfile::tempdir().unwrap();
        let to = out.path().to_str().unwrap();
        let hunt = arguments(&rules, LAKE, to, &[]);
        // Several kills on one output, one after the other.
        for _ in 0..=random.below(3) {
            if random.below(2) == 0 {
                let point = points[usize::try_from(random.below(4)).unwrap()];
                let fault = [(
                    "RETROHUNT_FAULT_POINT",
                    format!("{point}:{}", 1 + random.below(12)),
                )];
                retrohunt(hunt.clone(), &fault);
            } else {
                let mut child = start(&hunt, &[]);
                let moment = Duration::from_millis(random.below(long));
                let until = Instant::now() + moment;
                // A moment chosen at random, not one by which something must have happened.
                while Instant::now() < until && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                child.kill().unwrap();
                child.wait().unwrap();
            }
            done += 1;
            assert_part_of(&results(out.path()), &whole);
        }
        retrohunt(hunt.clone(), &[]).exits(0);
        assert_eq!(results(out.path()), whole);
        let commits = commits(out.path());
        assert_eq!(commits.len(), 12);
        // Three rules, each window of each once.
        assert!(commits.values().all(|n| *n == 3), "{commits:?}");
        retrohunt(["verify", to], &[]).exits(0);
    }
    eprintln!("{done} kills");
}
