//! Findings for programs.
//!
//! In: [`Findings`]. Out: one JSON object a finding, in the order of places. What always holds: every
//! key is there, `null` where there is nothing to say.

use std::ops::Range;

use serde_json::{Map, Value};

use super::{Finding, Findings, severity_name};

/// `{code, severity, message, help, file, line, column, end_line, end_column, labels}` each; a label
/// is `{message, line, column, end_line, end_column}`.
pub fn to_json(findings: &[Findings]) -> Vec<Value> {
    findings
        .iter()
        .flat_map(|file| file.sorted().into_iter().map(|f| object(file, f)))
        .collect()
}

fn object(file: &Findings, finding: &Finding) -> Value {
    let labels = finding.labels.iter().map(|(place, message)| {
        let mut label = Map::new();
        label.insert("message".to_owned(), Value::from(message.as_str()));
        insert_place(&mut label, file, place);
        Value::from(label)
    });
    let labels: Vec<Value> = labels.collect();
    let mut object = Map::new();
    let texts = [
        ("code", Some(finding.code.as_str())),
        ("severity", Some(severity_name(finding.severity))),
        ("message", Some(finding.message.as_str())),
        ("help", finding.help.as_deref()),
        ("file", Some(file.name.as_str())),
    ];
    for (key, text) in texts {
        object.insert(key.to_owned(), Value::from(text));
    }
    insert_place(&mut object, file, &finding.place);
    object.insert("labels".to_owned(), Value::from(labels));
    Value::from(object)
}

fn insert_place(object: &mut Map<String, Value>, file: &Findings, place: &Range<usize>) {
    let (line, column) = file.text.position(place.start);
    let (end_line, end_column) = file.text.position(place.end);
    let numbers = [
        ("line", line),
        ("column", column),
        ("end_line", end_line),
        ("end_column", end_column),
    ];
    for (key, number) in numbers {
        object.insert(key.to_owned(), Value::from(number));
    }
}
