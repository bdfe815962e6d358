//! The sample lake: its bytes, and what the Kaseya rule finds in it on disk.

use std::path::Path;

use super::command::{LAKE, RULE, retrohunt};
use super::{expected, files};

/// The sample is small enough to be cloned with the code.
const MOST_BYTES: u64 = 2_000_000;

#[test]
fn committed_lake_is_what_the_generator_writes() {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample");
    if made.exists() {
        std::fs::remove_dir_all(&made).unwrap();
    }
    let report = retrohunt::sample::write(&made).unwrap();
    let committed = files::project("data/lake");
    let relative = |folder: &Path| -> Vec<_> {
        files::below(folder)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "parquet"))
            .map(|path| path.strip_prefix(folder).unwrap().to_owned())
            .collect()
    };
    let names = relative(&made);
    assert_eq!(
        names,
        relative(&committed),
        "run `retrohunt sample data/lake`"
    );
    for name in &names {
        let same =
            std::fs::read(made.join(name)).unwrap() == std::fs::read(committed.join(name)).unwrap();
        assert!(
            same,
            "{} differs from {}; run `retrohunt sample data/lake`",
            committed.join(name).display(),
            made.join(name).display()
        );
    }
    let bytes: u64 = report.tables.iter().map(|table| table.bytes).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
    assert_eq!(
        report.tables.iter().map(|t| t.files).sum::<usize>(),
        names.len()
    );
}

#[test]
fn readme_tells_the_rows_of_every_table() {
    let made = tempfile::tempdir().unwrap();
    let readme = std::fs::read_to_string(files::project("data/lake/README.md")).unwrap();
    for table in retrohunt::sample::write(made.path()).unwrap().tables {
        let line = format!("| `{}` | {} | {} |", table.name, table.files, table.rows);
        assert!(readme.contains(&line), "data/lake/README.md lacks {line}");
    }
}

#[test]
fn rule_finds_its_hits_and_nothing_else() {
    let outcome = retrohunt(
        [
            "run",
            RULE,
            "--lake",
            LAKE,
            "--as-of",
            expected::AS_OF,
            "--format",
            "ndjson",
        ],
        &[],
    )
    .exits(0);
    assert_eq!(expected::from_json(&outcome.rows()), expected::as_of());
    // A day without files is told, since no hits and no data are not the same.
    assert!(outcome.stderr.contains("2026-01-06"), "{}", outcome.stderr);
}

#[test]
fn range_widens_the_rule_to_all_days() {
    let outcome = retrohunt(
        [
            "run",
            RULE,
            "--lake",
            LAKE,
            "--from",
            "2026-01-01T00:00:00Z",
            "--to",
            "2026-01-13T00:00:00Z",
            "--format",
            "ndjson",
        ],
        &[],
    )
    .exits(0);
    let wanted = expected::in_order(expected::all_days());
    assert_eq!(expected::from_json(&outcome.rows()), wanted);
}

#[test]
fn sample_command_writes_the_same_files() {
    let made = tempfile::tempdir().unwrap();
    let dir = made.path().to_str().unwrap();
    retrohunt(["sample", dir], &[]).exits(0);
    // Once more over it: files are replaced, none is added.
    retrohunt(["sample", dir], &[]).exits(0);
    let count = |folder: &Path| files::below(folder).len();
    assert_eq!(count(made.path()), count(&files::project("data/lake")) - 1);
}
