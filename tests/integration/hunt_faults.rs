//! Hunts over a lake and a machine at fault: each fault is told by name, and nothing is lost for the next
//! hunt.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::bucket::{Asked, Bucket, URL};
use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::files;
use super::hunting::{
    arguments, assert_single, copy_of_lake, counts, entries, kaseya, results, rule, states,
};

/// The file of the 4th, which holds 6 of the 21 events.
const FOURTH: &str = "DeviceNetworkEvents/date=2026-01-04/part-0.parquet";

type Results = BTreeMap<String, Vec<u8>>;

fn of_lake(lake: &Path) -> Results {
    let out = tempfile::tempdir().unwrap();
    let (lake, to) = (lake.to_str().unwrap(), out.path().to_str().unwrap());
    retrohunt(arguments(&[RULE], lake, to, &[]), &[]).exits(0);
    results(out.path())
}

/// What was written is part of what an undisturbed hunt writes.
#[track_caller]
fn assert_part_of(found: &Results, whole: &Results) {
    assert_single(found);
    for (path, bytes) in found {
        assert_eq!(whole.get(path), Some(bytes), "{path}");
    }
}

fn from_bucket(bucket: &Bucket, out: &Path, more: &[&str]) -> Outcome {
    let to = out.to_str().unwrap();
    retrohunt(arguments(&[RULE], URL, to, more), &bucket.environment())
}

#[test]
fn a_file_that_its_writer_keeps_replacing_fails_the_windows_that_need_it() {
    let lake = copy_of_lake();
    let whole = of_lake(lake.path());
    let original = std::fs::read(lake.path().join(FOURTH)).unwrap();
    let mut version = 0_u64;
    let mut bytes = original.clone();
    // No read meets the version that was listed.
    let bucket = Bucket::of(lake.path(), move |asked, objects| {
        if *asked == Asked::Get(FOURTH) {
            version += 1;
            bytes.extend(version.to_le_bytes());
            objects.insert(FOURTH.to_owned(), bytes.clone());
        }
    });
    let out = tempfile::tempdir().unwrap();
    let disturbed = from_bucket(&bucket, out.path(), &[]).exits(4);
    assert!(disturbed.stderr.contains(FOURTH), "{}", disturbed.stderr);
    assert!(
        disturbed.stderr.contains("changed while it was read"),
        "{}",
        disturbed.stderr
    );
    // Windows look five days back, and a path may be a day off, at either end.
    for (day, state) in states(&disturbed) {
        let wanted = match ("2026-01-03"..="2026-01-10").contains(&day.as_str()) {
            true => "failed",
            false => "run",
        };
        assert_eq!(state, wanted, "{day}");
    }
    assert_part_of(&results(out.path()), &whole);

    bucket.stands_still();
    bucket.put(FOURTH, original);
    from_bucket(&bucket, out.path(), &["--refresh"]).exits(0);
    assert_eq!(results(out.path()), whole);
    retrohunt(["verify", out.path().to_str().unwrap()], &[]).exits(0);
}

#[test]
fn a_file_that_is_replaced_once_is_never_half_one_version_and_half_the_other() {
    let lake = copy_of_lake();
    let before = of_lake(lake.path());
    let later = std::fs::read(lake.path().join(FOURTH.replace("-04/", "-05/"))).unwrap();
    let last_read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for at in [1, 2, 3] {
        let (new, reads) = (later.clone(), std::sync::Arc::clone(&last_read));
        let mut read = 0;
        let bucket = Bucket::of(lake.path(), move |asked, objects| {
            if *asked == Asked::Get(FOURTH) {
                read += 1;
                reads.store(read, std::sync::atomic::Ordering::Relaxed);
                if read == at {
                    objects.insert(FOURTH.to_owned(), new.clone());
                }
            }
        });
        let out = tempfile::tempdir().unwrap();
        from_bucket(&bucket, out.path(), &[]);
        assert!(last_read.load(std::sync::atomic::Ordering::Relaxed) >= at);
        let after = tempfile::tempdir().unwrap();
        bucket.write_to(after.path());
        let after = of_lake(after.path());
        assert_ne!(before, after);
        let found = results(out.path());
        assert_single(&found);
        for (path, bytes) in &found {
            let versions = [before.get(path), after.get(path)];
            assert!(versions.contains(&Some(bytes)), "{at}: {path}");
        }
        from_bucket(&bucket, out.path(), &["--refresh"]).exits(0);
        assert_eq!(results(out.path()), after, "{at}");
        retrohunt(["verify", out.path().to_str().unwrap()], &[]).exits(0);
    }
}

#[test]
fn a_file_that_is_cut_short_during_the_run_is_named_until_it_is_whole_again() {
    let lake = copy_of_lake();
    let whole = of_lake(lake.path());
    let original = std::fs::read(lake.path().join(FOURTH)).unwrap();
    let cut = original[..original.len() / 2].to_vec();
    let bucket = Bucket::of(lake.path(), move |asked, objects| {
        if *asked == Asked::Get(FOURTH) {
            objects.insert(FOURTH.to_owned(), cut.clone());
        }
    });
    let out = tempfile::tempdir().unwrap();
    let disturbed = from_bucket(&bucket, out.path(), &[]).exits(4);
    assert!(disturbed.stderr.contains(FOURTH), "{}", disturbed.stderr);
    assert_part_of(&results(out.path()), &whole);
    let again = from_bucket(&bucket, out.path(), &[]).exits(4);
    assert!(
        again.stderr.contains(FOURTH) && again.stderr.contains("not a readable Parquet file"),
        "{}",
        again.stderr
    );
    assert_part_of(&results(out.path()), &whole);

    // Without the file on request, and that is said.
    let skipped = tempfile::tempdir().unwrap();
    from_bucket(&bucket, skipped.path(), &["--skip-bad-files"]).exits(4);
    let notes: Vec<String> = entries(skipped.path())
        .iter()
        .flat_map(|(_, entry)| entry["windows"].as_array().cloned().unwrap_or_default())
        .map(|window| window["notes"].to_string())
        .filter(|notes| notes.contains(&format!("skipped {FOURTH}")))
        .collect();
    assert_eq!(notes.len(), 8);

    bucket.stands_still();
    bucket.put(FOURTH, original);
    for out in [&out, &skipped] {
        from_bucket(&bucket, out.path(), &["--refresh"]).exits(0);
        assert_eq!(results(out.path()), whole);
    }
}

#[test]
fn a_file_that_is_removed_during_the_run_is_named_and_then_missed_by_nobody() {
    let lake = copy_of_lake();
    let whole = of_lake(lake.path());
    let bucket = Bucket::of(lake.path(), |asked, objects| {
        if *asked == Asked::Get(FOURTH) {
            objects.remove(FOURTH);
        }
    });
    let out = tempfile::tempdir().unwrap();
    // The pass meets the fault and names the file; the windows are then run on the lake without it.
    let disturbed = from_bucket(&bucket, out.path(), &[]).exits(0);
    assert!(disturbed.stderr.contains(FOURTH), "{}", disturbed.stderr);
    let again = from_bucket(&bucket, out.path(), &[]).exits(0);
    assert_eq!(counts(&again), BTreeMap::from([("current".to_owned(), 12)]));
    std::fs::remove_file(lake.path().join(FOURTH)).unwrap();
    let without = of_lake(lake.path());
    for (path, bytes) in &results(out.path()) {
        let versions = [whole.get(path), without.get(path)];
        assert!(versions.contains(&Some(bytes)), "{path}");
    }
    from_bucket(&bucket, out.path(), &["--refresh"]).exits(0);
    assert_eq!(results(out.path()), without);
}

/// Runs `retrohunt` where no file may grow beyond some bytes, as on a disk that is full.
fn on_a_full_disk(arguments: &[&str], bytes: u32) -> Outcome {
    let blocks = (bytes / 512).to_string();
    let output = Command::new("sh")
        .args([
            "-c",
            r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#,
            "sh",
        ])
        .args([&blocks, env!("CARGO_BIN_EXE_retrohunt")])
        .args(arguments)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_disk_that_is_full_while_rows_are_put_aside_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    // More rows than there is memory for, in an order that needs all of them at once.
    let all = rule(
        folder.path(),
        "all",
        "",
        "DeviceNetworkEvents | mv-expand Copy = range(1, 5) to typeof(long) | sort by RemoteUrl asc, ReportId asc, Copy asc",
    );
    let mut time = vec!["--from", "2026-01-01", "--to", "2026-01-13"];
    time.extend(["--every", "12d", "--threads", "1"]);
    let whole = tempfile::tempdir().unwrap();
    let to = whole.path().to_str().unwrap();
    retrohunt(arguments(&[&all], LAKE, to, &time), &[]).exits(0);
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let mut short = time.clone();
    short.extend(["--memory", "64MB"]);
    let full = on_a_full_disk(&arguments(&[&all], LAKE, to, &short), 64 * 1024).exits(3);
    assert!(full.stderr.contains("temporary files"), "{}", full.stderr);
    assert_eq!(results(out.path()), Results::new());
    retrohunt(arguments(&[&all], LAKE, to, &time), &[]).exits(0);
    assert_eq!(results(out.path()), results(whole.path()));
}

#[test]
fn a_clock_that_was_ahead_does_not_close_a_window_that_has_not_ended() {
    let out = tempfile::tempdir().unwrap();
    // The windows' ends are years apart; the last ones are in the future of any clock that this test meets.
    let decade = [
        "--from",
        "2024-12-25",
        "--to",
        "2035-12-23",
        "--every",
        "365d",
    ];
    kaseya(out.path(), &decade).exits(0);
    let mut ahead = 0;
    for (path, mut entry) in entries(out.path()) {
        let windows = entry["windows"].as_array_mut();
        for window in windows.into_iter().flatten() {
            let window = window.as_object_mut().unwrap();
            window.insert("started".into(), "2040-01-01T00:00:00.0000000Z".into());
            window.insert("finished".into(), "2040-01-01T00:00:01.0000000Z".into());
            ahead += usize::from(window.remove("open") == Some(Value::Bool(true)));
        }
        std::fs::write(path, entry.to_string()).unwrap();
    }
    assert!(ahead > 0);
    let staging = out.path().join("_staging");
    std::fs::create_dir_all(&staging).unwrap();
    let staged = std::fs::File::create(staging.join("other.parquet")).unwrap();
    let hour = std::time::Duration::from_secs(3600);
    staged
        .set_modified(std::time::SystemTime::now() + 5 * hour)
        .unwrap();

    let again = kaseya(out.path(), &decade).exits(0);
    assert!(again.stderr.contains("clock was ahead"), "{}", again.stderr);
    let states = states(&again);
    let run = states.values().filter(|state| *state == "run").count();
    assert_eq!(run, ahead, "{states:?}");
    assert_eq!(states["2025-12-25"], "current");
    assert_eq!(states["2035-12-23"], "run");
    // Another run's, by a clock that is ahead: it may be at work.
    assert!(files::below(&staging).len() == 1);
    let status = retrohunt(["status", out.path().to_str().unwrap()], &[]).exits(0);
    assert!(
        status.stdout.contains("clock was ahead"),
        "{}",
        status.stdout
    );
}
