//! Golden folders: `tests/golden/<name>/` holds `query.kql` with `rows.json` or `error.json`, and maybe
//! `expected.sql`.
//!
//! `rows.json` and `error.json` hold what KQL's documentation and recorded answers of its engine say, as the
//! program's batch output would print it; they are compared exactly. `expected.sql` is the SQL as it was
//! reviewed. `RETROHUNT_UPDATE_GOLDEN=1` writes all of them anew: read the difference before keeping it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use datafusion::sql::sqlparser::dialect::{DuckDbDialect, GenericDialect};
use datafusion::sql::sqlparser::parser::Parser;
use retrohunt::compile::{self, Options, compile};
use retrohunt::symbols::BuiltinCatalogue;
use serde_json::{Value, json};

use super::command::retrohunt_with;
use super::files;

/// The keys of an error that are compared: its wording is free.
const ERROR_KEYS: [&str; 4] = ["code", "kind", "line", "column"];

struct Golden {
    name: String,
    folder: PathBuf,
    query: String,
}

fn goldens() -> Vec<Golden> {
    let mut goldens = Vec::new();
    for entry in std::fs::read_dir(files::project("tests/golden")).unwrap() {
        let folder = entry.unwrap().path();
        let query = std::fs::read_to_string(folder.join("query.kql"))
            .unwrap_or_else(|e| panic!("{}/query.kql: {e}", folder.display()));
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        goldens.push(Golden {
            name,
            folder,
            query,
        });
    }
    goldens.sort_by(|a, b| a.name.cmp(&b.name));
    goldens
}

fn update() -> bool {
    std::env::var_os("RETROHUNT_UPDATE_GOLDEN").is_some_and(|v| v == "1")
}

/// Every answer of one run of `retrohunt query --batch`.
fn answers(goldens: &[Golden]) -> BTreeMap<String, Value> {
    let cases: String = goldens
        .iter()
        .map(|golden| json!({"id": golden.name, "query": golden.query}).to_string() + "\n")
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cases.jsonl");
    std::fs::write(&path, cases).unwrap();
    let outcome = retrohunt_with(["query", "--batch", path.to_str().unwrap()], &[], "");
    let mut answers = BTreeMap::new();
    for mut answer in outcome.rows() {
        let id = answer.remove("id").expect("an id in each answer");
        answers.insert(id.as_str().unwrap().to_owned(), Value::Object(answer));
    }
    assert_eq!(answers.len(), goldens.len(), "{}", outcome.stderr);
    answers
}

/// What of an answer is compared, and the file that holds it.
fn comparable(answer: &Value) -> (&'static str, Value) {
    if answer.get("error").is_some() {
        let kept =
            ERROR_KEYS.map(|key| (key.to_owned(), answer.get(key).cloned().unwrap_or_default()));
        ("error.json", Value::Object(kept.into_iter().collect()))
    } else {
        (
            "rows.json",
            json!({"columns": answer["columns"], "rows": answer["rows"]}),
        )
    }
}

/// One column and one row a line, so that a difference shows where it is.
fn pretty(name: &str, value: &Value) -> String {
    if name == "error.json" {
        return format!("{value}\n");
    }
    let lines = |key: &str| {
        let items = value[key].as_array().unwrap();
        let lines: Vec<String> = items.iter().map(|item| format!("    {item}")).collect();
        match lines.is_empty() {
            true => "[]".to_owned(),
            false => format!("[\n{}\n  ]", lines.join(",\n")),
        }
    };
    format!(
        "{{\n  \"columns\": {},\n  \"rows\": {}\n}}\n",
        lines("columns"),
        lines("rows")
    )
}

fn read_json(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

#[test]
fn answers_are_the_golden_ones() {
    let goldens = goldens();
    let answers = answers(&goldens);
    let mut faults = Vec::new();
    for golden in &goldens {
        let answer = &answers[&golden.name];
        let (file, got) = comparable(answer);
        let other = match file {
            "rows.json" => "error.json",
            _ => "rows.json",
        };
        if update() {
            std::fs::write(golden.folder.join(file), pretty(file, &got)).unwrap();
            if golden.folder.join(other).exists() {
                std::fs::remove_file(golden.folder.join(other)).unwrap();
            }
            continue;
        }
        if read_json(&golden.folder.join(file)).as_ref() != Some(&got) {
            let wanted = ["rows.json", "error.json"]
                .iter()
                .filter_map(|name| std::fs::read_to_string(golden.folder.join(name)).ok())
                .collect::<String>();
            let error = answer
                .get("error")
                .map(|e| format!("{e}\n"))
                .unwrap_or_default();
            faults.push(format!(
                "{}\nwanted {wanted}got {}{error}",
                golden.name,
                pretty(file, &got)
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} differ:\n{}",
        faults.len(),
        goldens.len(),
        faults.join("\n")
    );
}

#[test]
fn sql_is_the_golden_one() {
    let mut faults = Vec::new();
    for golden in goldens() {
        let path = golden.folder.join("expected.sql");
        if !path.exists() {
            continue;
        }
        let Some(compiled) = compile(&golden.query, &BuiltinCatalogue, Options::default()).query
        else {
            faults.push(format!("{}: does not compile", golden.name));
            continue;
        };
        let sql = retrohunt::sqlgen::format(&compiled.statement) + "\n";
        if update() {
            std::fs::write(&path, sql).unwrap();
        } else if std::fs::read_to_string(&path).unwrap() != sql {
            faults.push(format!("{}\n{sql}", golden.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn printed_sql_reads_as_the_same_statement() {
    for golden in goldens() {
        let compiled = compile(&golden.query, &BuiltinCatalogue, Options::default());
        let Some(query) = compiled.query else {
            continue;
        };
        let text = retrohunt::sqlgen::format(&query.statement);
        // Lambdas, into which `scan` becomes, are not in the generic dialect.
        let read = match golden.name.starts_with("scan_") {
            true => Parser::parse_sql(&DuckDbDialect {}, &text),
            false => Parser::parse_sql(&GenericDialect {}, &text),
        };
        let read = read.unwrap_or_else(|e| panic!("{}: {e}\n{text}", golden.name));
        match golden.name.starts_with("scan_") {
            // That dialect keeps the place of a word in some nodes, so that only their texts can be the same.
            true => assert_eq!(
                read[0].to_string(),
                query.statement.to_string(),
                "{}",
                golden.name
            ),
            false => assert_eq!(read, [query.statement], "{}: {text}", golden.name),
        }
    }
}

#[test]
fn every_golden_has_one_answer() {
    for golden in goldens() {
        let has = |name: &str| golden.folder.join(name).exists();
        assert_ne!(
            has("rows.json"),
            has("error.json"),
            "{}: rows.json or error.json",
            golden.name
        );
    }
}

/// The same text gives the same SQL: nothing of a compilation depends on a hash map's order.
#[test]
fn compiling_twice_gives_the_same_sql() {
    for golden in goldens() {
        let sql = || -> Option<String> {
            let compiled: compile::Compiled =
                compile(&golden.query, &BuiltinCatalogue, Options::default());
            compiled
                .query
                .map(|query| retrohunt::sqlgen::format(&query.statement))
        };
        assert_eq!(sql(), sql(), "{}", golden.name);
    }
}
