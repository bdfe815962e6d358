//! Other programs read what is written: DuckDB and pyarrow over a folder of results.

use std::process::Command;

use super::command::{LAKE, RULE, retrohunt};
use super::{expected, files, servers};

#[test]
fn duckdb_and_pyarrow_read_the_results() {
    let Some(folder) = servers::folder("duckdb_and_pyarrow_read_the_results") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let results = out.path().join("results");
    retrohunt(
        [
            "run",
            RULE,
            "--lake",
            LAKE,
            "--as-of",
            expected::AS_OF,
            "--out",
            results.to_str().unwrap(),
            "--format",
            "ndjson",
        ],
        &[],
    )
    .exits(0);
    let rows: Vec<_> = expected::as_of()
        .into_iter()
        .map(|row| {
            (
                row.device,
                row.url,
                row.first,
                row.last,
                row.reports,
                row.count,
            )
        })
        .collect();
    let wanted = out.path().join("expected.json");
    std::fs::write(&wanted, serde_json::to_string(&rows).unwrap()).unwrap();
    let checked = Command::new(servers::python(&folder))
        .arg(files::project("tests/readers/check.py"))
        .arg(&results)
        .arg(&wanted)
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}
