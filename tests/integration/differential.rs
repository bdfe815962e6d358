//! Random queries, run here and by duckdb-kql over DuckDB: the answers agree, or `tests/differential` says why not.
//!
//! In: `RETROHUNT_DIFFERENTIAL`, how many queries (else 20,000). What always holds: the same number means the
//! same queries everywhere, so a failure can be run again with `tests/differential/run.py --only`.

use std::process::Command;

use super::{files, servers};

const QUERIES: u64 = 20_000;

#[test]
fn random_queries_agree_with_duckdb_kql() {
    let Some(folder) = servers::folder("random_queries_agree_with_duckdb_kql") else {
        return;
    };
    let queries = match std::env::var("RETROHUNT_DIFFERENTIAL") {
        Ok(number) => number
            .parse()
            .unwrap_or_else(|_| panic!("RETROHUNT_DIFFERENTIAL={number} is no number")),
        Err(_) => QUERIES,
    };
    let done = Command::new(servers::python(&folder))
        // Nothing is written into the source tree.
        .arg("-B")
        .arg(files::project("tests/differential/run.py"))
        .arg(env!("CARGO_BIN_EXE_retrohunt"))
        .args(["--queries", &queries.to_string()])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&done.stdout);
    println!("{report}");
    assert!(
        done.status.success(),
        "{report}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
