//! Lakes that are generated for given rules: the rules find something there, and none of them fails.
//!
//! What a query is and whether it gives rows is told by `query --batch`, which knows nothing of the generator.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::command::retrohunt;
use super::{files, mmdb};

const AS_OF: &str = "2026-01-13T06:30:00Z";

/// Refusals that are right: part of the message, and why.
const REFUSED: [(&str, &str); 3] = [
    (
        "backreferences are not supported",
        "no engine of KQL has them; Kusto refuses the query too",
    ),
    (
        "when these rows were ingested cannot be told",
        "rows that are of no one table have no file",
    ),
    (
        "the bags have a slot `DeviceId`",
        "a slot that is a column already; Kusto refuses it too, as the query's own comment tells",
    ),
];

/// Generates a lake for these queries and runs them: the answer of each.
fn answers(folder: &Path, cases: &[(String, String)], tables: &str) -> BTreeMap<String, Value> {
    let line = |(id, query): &(String, String)| format!("{}\n", json!({"id": id, "query": query}));
    let batch = folder.join("cases.jsonl");
    std::fs::write(&batch, cases.iter().map(line).collect::<String>()).unwrap();
    let (batch, lake) = (batch.to_str().unwrap(), folder.join("lake"));
    let lake = lake.to_str().unwrap();
    let outside = format!("{lake}/outside.yaml");
    let mut generate = vec![
        "generate", "--batch", batch, "--out", lake, "--as-of", AS_OF,
    ];
    if !tables.is_empty() {
        generate.extend(["--tables", tables]);
    }
    retrohunt(generate, &[]).exits(0);
    let places = folder.join("places.mmdb");
    let place = mmdb::database(
        [203, 0, 113, 0],
        24,
        ["Norway", "Oslo", "Oslo"],
        [59.9, 10.7],
    );
    std::fs::write(&places, place).unwrap();
    let mut query = vec![
        "query", "--batch", batch, "--lake", lake, "--as-of", AS_OF, "--quiet",
    ];
    query.extend(["--geoip", places.to_str().unwrap()]);
    if Path::new(&outside).exists() {
        query.extend(["--outside", &outside]);
    }
    let answered = retrohunt(query, &[]).exits(0);
    let lines = answered
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer))
        .collect()
}

fn has_rows(answer: &Value) -> bool {
    answer["rows"]
        .as_array()
        .is_some_and(|rows| !rows.is_empty())
}

#[test]
fn every_bundled_rule_finds_something() {
    let folder = tempfile::tempdir().unwrap();
    let rules = files::project("data/rules").display().to_string();
    let rules = retrohunt::rule::load(&[rules])
        .unwrap()
        .into_iter()
        .flat_map(|file| file.rules);
    let cases: Vec<(String, String)> = rules.map(|rule| (rule.id, rule.query)).collect();
    assert!(cases.len() > 50, "{}", cases.len());
    let answers = answers(folder.path(), &cases, "");
    let without: Vec<&str> = cases
        .iter()
        .filter(|(id, _)| !answers.get(id).is_some_and(has_rows))
        .map(|(id, _)| id.as_str())
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let made = [(), ()].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap().to_owned();
        let rule = super::command::RULE;
        retrohunt(
            [
                "generate", rule, "--out", &out, "--as-of", AS_OF, "--rows", "50",
            ],
            &[],
        )
        .exits(0);
        folder
    });
    let contents = made.each_ref().map(|folder| {
        let all = files::below(folder.path()).into_iter();
        let named = |path: std::path::PathBuf| {
            let bytes = std::fs::read(&path).unwrap();
            (path.strip_prefix(folder.path()).unwrap().to_owned(), bytes)
        };
        all.map(named).collect::<Vec<_>>()
    });
    assert!(!contents[0].is_empty());
    assert_eq!(contents[0], contents[1]);
}

#[test]
fn public_queries_run_on_a_lake_of_their_literals() {
    let Some(corpus) = std::env::var_os("RETROHUNT_CORPUS") else {
        eprintln!(
            "SKIPPED public_queries_run_on_a_lake_of_their_literals: RETROHUNT_CORPUS is not set"
        );
        return;
    };
    let text = std::fs::read_to_string(Path::new(&corpus).join("hunting/dev.jsonl")).unwrap();
    let all = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let wanted = all.filter(|case| case["clean"] == true && case["device_only"] == true);
    let of = |case: &Value, key: &str| case[key].as_str().unwrap().to_owned();
    let cases: Vec<(String, String)> = wanted
        .map(|case| (of(&case, "id"), of(&case, "query")))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let answers = answers(folder.path(), &cases, "Device*");
    assert_eq!(answers.len(), cases.len());
    let refused = |error: &str| REFUSED.iter().any(|(part, _)| error.contains(part));
    let errors: Vec<String> = answers
        .values()
        .filter_map(|answer| Some((answer["error"].as_str()?, answer)))
        .filter(|(error, _)| !refused(error))
        .map(|(error, answer)| format!("{}: {error}", answer["id"]))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let with_rows = answers.values().filter(|answer| has_rows(answer)).count();
    eprintln!("{with_rows} of {} queries give rows", cases.len());
    assert!(
        with_rows * 100 >= cases.len() * 70,
        "{with_rows} of {}",
        cases.len()
    );
}
