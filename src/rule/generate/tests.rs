//! The generated rules: stable names and ids, columns that exist, the files in `data/rules/rmm`.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::super::read;
use super::*;

const INDICATORS: &str = include_str!("../../../data/indicators/rmm.csv");
const TABLES: &str = include_str!("../../../data/schemas/tables.csv");

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/rules/rmm"))
}

#[test]
fn the_files_on_disk_are_what_the_generator_makes() {
    let made: BTreeMap<String, String> = generate(INDICATORS).unwrap().into_iter().collect();
    let mut there = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        there.insert(name, std::fs::read_to_string(path).unwrap());
    }
    for (name, text) in &made {
        assert_eq!(
            there.get(name),
            Some(text),
            "{name} is stale: generate the rules again"
        );
    }
    assert_eq!(there.len(), made.len(), "files that nothing generates");
}

#[test]
fn every_tool_has_its_rules_and_every_rule_is_read_clean() {
    let files = generate(INDICATORS).unwrap();
    let count = |kind: &str| {
        files
            .iter()
            .filter(|(name, _)| name.ends_with(kind))
            .count()
    };
    assert_eq!(count("-network.yaml"), 59);
    // One tool is known by a signer alone, which process events do not have.
    assert_eq!(count("-process.yaml"), 54);
    assert_eq!(count("-signature.yaml"), 52);
    assert!(
        files
            .iter()
            .all(|(name, _)| name != "dwservice-process.yaml")
    );

    let mut ids = HashSet::new();
    for (name, text) in &files {
        let file = read(Path::new(name), text.as_bytes());
        assert_eq!(file.diagnostics, [], "{name}");
        let rule = &file.rules[0];
        assert!(ids.insert(rule.id.clone()), "{name}: id twice");
        assert_eq!(rule.techniques, ["T1219"]);
        assert_eq!(rule.tactics, ["CommandAndControl"]);
    }
}

/// Read with another reader than the generator's: every term that its table can hold is in the
/// rule, and every column that the rule names is in the catalogue.
#[test]
fn terms_and_columns_are_those_of_the_files() {
    let tables: HashSet<(&str, &str)> = TABLES
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(',');
            Some((fields.next()?, fields.next()?))
        })
        .collect();
    let files: BTreeMap<String, String> = generate(INDICATORS).unwrap().into_iter().collect();
    for line in INDICATORS.lines().skip(1) {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let (table, kind) = match fields[1] {
            "netconn" => ("DeviceNetworkEvents", "network"),
            "createproc" => ("DeviceProcessEvents", "process"),
            _ => ("DeviceFileCertificateInfo", "signature"),
        };
        let tool = fields[0].to_lowercase().replace(['.', '_'], "-");
        let Some(text) = files.get(&format!("{tool}-{kind}.yaml")) else {
            assert_eq!((fields[0], kind), ("DWService", "process"));
            continue;
        };
        let term = fields[4].trim_matches('"');
        let (head, query) = text.split_once("query: |").unwrap();
        if tables.contains(&(table, fields[2])) {
            assert!(query.contains(&format!("\"{term}\"")), "{line}");
            assert!(
                query.contains(&format!("{} {}", fields[2], fields[3])),
                "{line}"
            );
        } else {
            assert!(!query.contains(fields[2]) && head.contains(term), "{line}");
        }
        for column in ["Timestamp", "DeviceId", "DeviceName", "ReportId"] {
            assert!(tables.contains(&(table, column)), "{table} {column}");
        }
        if kind == "signature" {
            assert!(tables.contains(&(table, "SHA1")));
        }
    }
}

#[test]
fn lines_that_are_wrong_are_named() {
    let head = "tool,kind,column,operator,term\n";
    for (text, line) in [
        ("a,b\n", 1),
        (
            &format!("{head}T,netconn,RemoteUrl,has,x\nT,dns,RemoteUrl,has,x\n"),
            3,
        ),
        (&format!("{head}T,netconn,RemoteUrl,like,x\n"), 2),
        (&format!("{head}T,netconn,RemoteUrl,has,\n"), 2),
        (&format!("{head}T,netconn,RemoteUrl,has\n"), 2),
        (
            &format!("{head}T,netconn,RemoteUrl,has,x\nT,netconn,RemoteUrl,=~,x\n"),
            3,
        ),
    ] {
        assert_eq!(generate(text).unwrap_err().line, line, "{text}");
    }
}
