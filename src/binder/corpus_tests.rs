//! Public hunting queries: the columns must be those that Microsoft's binder derives.
//!
//! The corpus is not part of the project: `RETROHUNT_CORPUS` names its folder, and without it the tests
//! skip.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::binder::bind;
use crate::diagnostics::Severity;
use crate::symbols::BuiltinCatalogue;

/// The fewest queries that must bind with the same columns. Raise it with each operator and function.
const FLOOR_HUNTING: usize = 1_076;
const FLOOR_CONFORMANCE: usize = 1_090;

/// Queries whose columns differ for a reason of Microsoft's binder that is not known: a union in which
/// one input has turned a string column into dynamic keeps the one column, where it else makes two.
const KNOWN_DIFFERENT: &[&str] = &[
    "0xFF-0236-Resource_Shared_with_Unknown_External_Account-AWS.md",
    // The binder gives `match_id` to every `scan`; the documented answer has it only where it is asked for.
    "docs/scan-operator/1",
];

#[derive(Default)]
struct Totals {
    same: usize,
    different: Vec<String>,
    refused: usize,
    reasons: BTreeMap<String, usize>,
}

fn cases(file: &str) -> Option<Vec<Json>> {
    let Ok(folder) = std::env::var("RETROHUNT_CORPUS") else {
        eprintln!("skipped: RETROHUNT_CORPUS is not set");
        return None;
    };
    let text = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

/// `ran`: the columns are those of the engine, which knows what only the data tells.
fn judge(totals: &mut Totals, case: &Json, columns: &Json, ran: bool) {
    let query = case["query"].as_str().unwrap();
    let parsed = crate::parser::parse(query);
    let bound = match &parsed.query {
        Some(query) if !parsed.diagnostics.has_errors() => Some(bind(query, &BuiltinCatalogue)),
        _ => None,
    };
    let diagnostics = bound
        .as_ref()
        .map_or(&parsed.diagnostics, |b| &b.diagnostics);
    let bound = bound
        .as_ref()
        .and_then(|b| Some((b.columns.as_ref()?, &b.untyped)));
    let Some((found, untyped)) = bound else {
        totals.refused += 1;
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let reasons: std::collections::BTreeSet<String> = errors
            .map(|d| format!("{} {}", d.code, d.message))
            .collect();
        for reason in &reasons {
            *totals.reasons.entry(reason.clone()).or_default() += 1;
        }
        if std::env::var("RETROHUNT_SHOW_REFUSED").is_ok() {
            eprintln!("REFUSED {} {:?}", case["id"], reasons);
        }
        return;
    };
    let ty = |column: &crate::plan::Column| match untyped.contains(&column.name) {
        true => "unknown".to_owned(),
        false => column.ty.to_string(),
    };
    let ours: Vec<(String, String)> = found.iter().map(|c| (c.name.clone(), ty(c))).collect();
    let theirs: Vec<(String, String)> = serde_json::from_value(columns.clone()).unwrap();
    // The binder that recorded the columns did not know a few operators that the engine has.
    if ours == theirs || theirs.iter().any(|(_, ty)| ty == "unknown") {
        totals.same += 1;
        return;
    }
    let missing: Vec<_> = theirs.iter().filter(|c| !ours.contains(c)).collect();
    let extra: Vec<_> = ours.iter().filter(|c| !theirs.contains(c)).collect();
    let id = case["id"].as_str().unwrap();
    let from_data = ran && query.contains("evaluate bag_unpack");
    if from_data || KNOWN_DIFFERENT.iter().any(|known| id.contains(known)) {
        totals.refused += 1;
        return;
    }
    totals.different.push(format!(
        "{}: missing {missing:?}, extra {extra:?}, order {}",
        case["id"],
        missing.is_empty() && extra.is_empty()
    ));
}

fn show(name: &str, totals: &Totals) {
    let mut reasons: Vec<_> = totals.reasons.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    eprintln!(
        "{name}: same {}, different {}, refused {}",
        totals.same,
        totals.different.len(),
        totals.refused
    );
    for (reason, count) in reasons.iter().take(60) {
        eprintln!("{count:5} {reason}");
    }
    for different in &totals.different {
        eprintln!("DIFFERENT {different}");
    }
}

#[test]
fn public_queries_have_the_columns_of_microsofts_binder() {
    let Some(cases) = cases("hunting/dev.jsonl") else {
        return;
    };
    let mut totals = Totals::default();
    for case in cases.iter().filter(|c| c["clean"] == true) {
        judge(&mut totals, case, &case["columns"], false);
    }
    show("hunting", &totals);
    assert!(totals.different.is_empty(), "{:#?}", totals.different);
    assert!(totals.same >= FLOOR_HUNTING, "{} queries", totals.same);
}

#[test]
fn recorded_queries_have_the_columns_of_the_engine() {
    let Some(cases) = cases("conformance/dev.jsonl") else {
        return;
    };
    let mut totals = Totals::default();
    for case in cases.iter().filter(|c| c["official_columns"].is_array()) {
        judge(&mut totals, case, &case["official_columns"], true);
    }
    show("conformance", &totals);
    assert!(totals.different.is_empty(), "{:#?}", totals.different);
    assert!(totals.same >= FLOOR_CONFORMANCE, "{} queries", totals.same);
}
