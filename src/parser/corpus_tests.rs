//! Recorded queries: what Kusto takes must parse.
//!
//! In: `hunting/dev.jsonl` and `conformance/dev.jsonl` under the folder that the environment variable
//! RETROHUNT_CORPUS names. Out: nothing. What always holds: without the variable the tests say that
//! they skip.

use super::parse;
use serde_json::Value;
use std::path::PathBuf;

fn records(file: &str) -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("RETROHUNT_CORPUS") else {
        println!("skipped: RETROHUNT_CORPUS is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn fault(record: &Value) -> Option<String> {
    let parsed = parse(record["query"].as_str().unwrap());
    let fault = parsed.diagnostics.first_error()?;
    Some(format!(
        "{}: {} {}",
        record["id"], fault.code, fault.message
    ))
}

/// Whether Microsoft's parser complained about more than names and types.
fn is_syntactic(message: &str) -> bool {
    [
        "Expected:",
        "Unexpected:",
        "Missing",
        "incomplete fragment",
        "Query operator expected",
    ]
    .iter()
    .any(|part| message.contains(part))
}

#[test]
fn hunting_queries_parse() {
    let Some(records) = records("hunting/dev.jsonl") else {
        return;
    };
    let mut faulty = Vec::new();
    let mut accepted = Vec::new();
    for record in &records {
        let errors = record["errors"].as_array().unwrap();
        let syntactic = errors.iter().any(|e| is_syntactic(e.as_str().unwrap()));
        match (syntactic, fault(record)) {
            (false, Some(fault)) => faulty.push(fault),
            (true, None) => accepted.push(record["id"].to_string()),
            (false, None) | (true, Some(_)) => {}
        }
    }
    assert!(records.len() > 1000);
    assert_eq!(faulty, Vec::<String>::new());
    assert_eq!(accepted, Vec::<String>::new());
}

#[test]
fn conformance_queries_parse() {
    let Some(records) = records("conformance/dev.jsonl") else {
        return;
    };
    let expected_error = |record: &Value| record["expect_error"].as_bool().unwrap_or(false);
    let faulty: Vec<String> = records
        .iter()
        .filter(|r| !expected_error(r))
        .filter_map(fault)
        .collect();
    assert!(records.len() > 1000);
    assert_eq!(faulty, Vec::<String>::new());
    // The rest of those that Kusto refuses have faults of meaning, not of syntax.
    let refused = records
        .iter()
        .filter(|r| expected_error(r))
        .filter_map(fault)
        .count();
    assert!(refused >= 20, "{refused}");
}
