//! Recorded queries: what Kusto takes must parse.
//!
//! In: `hunting/dev.jsonl` and `conformance/dev.jsonl` under the folder that the environment variable
//! RETROHUNT_CORPUS names. Out: nothing. What always holds: without the variable the tests say that
//! they skip.

use super::parse;
use crate::syntax::dump;
use serde_json::Value;
use std::collections::BTreeSet;
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

/// What Microsoft's parser calls a construct (or its two spellings), and what the dump calls its node.
const CONSTRUCTS: &[(&str, &str)] = &[
    ("op:Count", "Count"),
    ("op:Distinct", "Distinct"),
    ("op:Evaluate", "Evaluate"),
    ("op:Extend", "Extend"),
    ("op:Filter", "Where"),
    ("op:Find", "Find"),
    ("op:Invoke", "Invoke"),
    ("op:Join", "Join"),
    ("op:Lookup", "Lookup"),
    ("op:MakeSeries", "MakeSeries"),
    ("op:MvApply", "MvApply"),
    ("op:MvExpand", "MvExpand"),
    ("op:Parse", "Parse"),
    ("op:ParseWhere", "ParseWhere"),
    ("op:Partition", "Partition"),
    ("op:Print", "Print"),
    ("op:Project", "Project"),
    ("op:ProjectAway", "ProjectAway"),
    ("op:ProjectRename", "ProjectRename"),
    ("op:ProjectReorder", "ProjectReorder"),
    ("op:Range", "Range"),
    ("op:Render", "Render"),
    ("op:Search", "Search"),
    ("op:Sort", "Sort"),
    ("op:Summarize", "Summarize"),
    ("op:Take", "Take"),
    ("op:Top", "Top"),
    ("op:TopNested", "TopNested"),
    ("op:Union", "Union"),
    ("expr:!between", "NotBetween"),
    ("expr:!contains|expr:notcontains", "NotContains"),
    ("expr:!endswith", "NotEndsWith"),
    ("expr:!=|expr:<>", "NotEqual"),
    ("expr:!has", "NotHas"),
    ("expr:!in", "NotIn"),
    ("expr:!in~", "NotInIgnoreCase"),
    ("expr:!startswith", "NotStartsWith"),
    ("expr:!~", "NotEqualIgnoreCase"),
    ("expr:<", "Less"),
    ("expr:<=", "LessOrEqual"),
    ("expr:==", "Equal"),
    ("expr:=~", "EqualIgnoreCase"),
    ("expr:>", "Greater"),
    ("expr:>=", "GreaterOrEqual"),
    ("expr:Add", "Add"),
    ("expr:And", "And"),
    ("expr:DataTable", "Datatable"),
    ("expr:Divide", "Divide"),
    ("expr:ExternalData", "ExternalData"),
    ("expr:Modulo", "Modulo"),
    ("expr:Multiply", "Multiply"),
    ("expr:Or", "Or"),
    ("expr:Subtract", "Subtract"),
    ("expr:between", "Between"),
    ("expr:contains", "Contains"),
    ("expr:contains_cs", "ContainsCs"),
    ("expr:endswith", "EndsWith"),
    ("expr:has", "Has"),
    ("expr:has_all", "HasAll"),
    ("expr:has_any", "HasAny"),
    ("expr:has_cs", "HasCs"),
    ("expr:hasprefix", "HasPrefix"),
    ("expr:in", "In"),
    ("expr:in~", "InIgnoreCase"),
    ("expr:matches regex", "MatchesRegex"),
    ("expr:startswith", "StartsWith"),
];

/// The names of nodes in a dump: the words behind `(`, those in strings left out.
fn nodes(dump: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut quoted = false;
    let mut bytes = dump.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => {
                bytes.next();
            }
            b'"' => quoted = !quoted,
            // A call's parenthesis touches its name.
            b'(' if !quoted && !dump[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let rest = &dump[at + 1..];
                let end = rest.find([' ', ')']).unwrap_or(rest.len());
                found.insert(&rest[..end]);
            }
            _ => {}
        }
    }
    found
}

/// The trees hold the constructs that Microsoft's parser found in the same queries.
#[test]
fn trees_agree_with_the_recorded_constructs() {
    let Some(records) = records("hunting/dev.jsonl") else {
        return;
    };
    let mut differences = Vec::new();
    let mut compared = 0;
    for record in records.iter().filter(|r| r["clean"] == Value::Bool(true)) {
        let parsed = parse(record["query"].as_str().unwrap());
        let dump = parsed.query.as_ref().map(dump::query).unwrap_or_default();
        let nodes = nodes(&dump);
        let features = record["features"].as_array().unwrap();
        for (feature, node) in CONSTRUCTS {
            let recorded = feature
                .split('|')
                .any(|name| features.iter().any(|f| f == name));
            compared += usize::from(recorded);
            if recorded != nodes.contains(node) {
                differences.push(format!("{}: {feature} recorded: {recorded}", record["id"]));
            }
        }
    }
    assert!(compared > 5000, "{compared}");
    assert_eq!(differences, Vec::<String>::new());
}
