//! The sample lake: its bytes, and what the Kaseya rule finds in it on disk.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::{expected, files};

/// The sample is small enough to be cloned with the code.
const MOST_BYTES: u64 = 2_000_000;

/// Runs the rule over the sample.
#[track_caller]
fn run(more: &[&str]) -> Outcome {
    let arguments = ["run", RULE, "--lake", LAKE].into_iter();
    retrohunt(arguments.chain(more.iter().copied()), &[]).exits(0)
}

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
    let outcome = run(&["--as-of", expected::AS_OF, "--format", "ndjson"]);
    assert_eq!(expected::from_json(&outcome.rows()), expected::as_of());
    // A day without files is told, since no hits and no data are not the same.
    assert!(outcome.stderr.contains("2026-01-06"), "{}", outcome.stderr);
}

#[test]
fn range_widens_the_rule_to_all_days() {
    let days = ["2026-01-01T00:00:00Z", "2026-01-13T00:00:00Z"];
    let outcome = run(&["--from", days[0], "--to", days[1], "--format", "ndjson"]);
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

#[test]
fn evidence_is_the_events_behind_each_row() {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    let outcome = run(&["--as-of", expected::AS_OF, "--evidence", "2", "--out", to]);
    let file = files::below(out.path())
        .into_iter()
        .find(|path| path.ends_with("events.parquet"))
        .unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(file).unwrap());
    let mut events: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    for batch in reader.unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let text = |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let (devices, urls) = (text("DeviceName"), text("RemoteUrl"));
        let reports = batch.column_by_name("ReportId").unwrap();
        for row in 0..batch.num_rows() {
            let text = |array: &ArrayRef| array.as_string::<i32>().value(row).to_owned();
            let report = reports.as_primitive::<Int64Type>().value(row);
            let key = (text(&devices), text(&urls));
            events.entry(key).or_default().push(report);
        }
    }
    // Every row has its events, two at most.
    let rows = expected::as_of();
    assert_eq!(events.len(), rows.len());
    for row in rows {
        let events = &events[&(row.device, row.url)];
        assert_eq!(events.len(), row.reports.len().min(2));
        assert!(events.iter().all(|id| row.reports.contains(id)));
    }
    // The rule does not need this column, which some files lack; the evidence has it where it is there.
    assert!(
        !outcome.stderr.contains("AppGuardContainerId"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.stderr.matches("no files for").count(), 1);
}
