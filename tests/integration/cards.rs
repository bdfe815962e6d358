//! Hunt cards imported: the files are read back, checked and run.

use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::{expected, files};

/// The card after which the tool's exclusions are made; it is no part of the project.
fn seed(test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RETROHUNT_CORPUS") else {
        eprintln!("SKIPPED {test}: RETROHUNT_CORPUS is not set");
        return None;
    };
    let found = files::below(&Path::new(&folder).join("seed"));
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next()
}

/// Imports a card; the rule file and the exclusion file.
fn import(card: &Path, out: &Path) -> (Outcome, PathBuf, PathBuf) {
    let arguments = [
        "import",
        card.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let outcome = retrohunt(arguments, &[]).exits(0);
    let mut written = outcome.stdout.lines().map(PathBuf::from);
    let (rule, exclusions) = (written.next().unwrap(), written.next().unwrap());
    assert_eq!(written.next(), None);
    assert_eq!(rule.parent(), Some(out.join("rules").as_path()));
    assert_eq!(exclusions.parent(), Some(out.join("exclusions").as_path()));
    (outcome, rule, exclusions)
}

fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The reports of the rows that a rule gives with some exclusions.
fn reports(rule: &Path, exclusions: &Path) -> Vec<Vec<i64>> {
    let outcome = retrohunt(
        [
            "run",
            rule.to_str().unwrap(),
            "--lake",
            LAKE,
            "--as-of",
            expected::AS_OF,
            "--format",
            "ndjson",
            "--exclusions",
            exclusions.to_str().unwrap(),
        ],
        &[],
    )
    .exits(0);
    let mut reports: Vec<Vec<i64>> = expected::from_json(&outcome.rows())
        .into_iter()
        .map(|row| row.reports)
        .collect();
    reports.sort();
    reports
}

#[track_caller]
fn checks(rule: &Path, exclusions: &Path) -> Outcome {
    let arguments = [
        "check",
        rule.to_str().unwrap(),
        "--exclusions",
        exclusions.to_str().unwrap(),
    ];
    retrohunt(arguments, &[]).exits(0)
}

#[test]
fn the_seed_becomes_a_rule_that_runs() {
    let Some(card) = seed("the_seed_becomes_a_rule_that_runs") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let (_, rule, exclusions) = import(&card, out.path());
    let read = yaml(&rule);
    assert_eq!(read["id"], "c75a64e3-2849-4342-a115-7cc6f009b520");
    assert_eq!(
        read["name"],
        "Remote Management and Monitoring tool - Kaseya - Network Connection"
    );
    let list = |words: &[&str]| Value::Sequence(words.iter().map(|w| (*w).into()).collect());
    assert_eq!(read["tactics"], list(&["CommandAndControl"]));
    assert_eq!(read["relevantTechniques"], list(&["T1219"]));
    let connector = &read["requiredDataConnectors"][0];
    assert_eq!(connector["connectorId"], "MicrosoftThreatProtection");
    assert_eq!(connector["dataTypes"], list(&["DeviceNetworkEvents"]));
    let description = read["description"].as_str().unwrap();
    assert!(description.contains("https://") && description.lines().count() == 2);
    let words = |text: &Value| -> Vec<String> {
        let text = text.as_str().unwrap();
        text.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(
        words(&read["query"]),
        words(&yaml(Path::new(RULE))["query"]),
        "the project's own copy of the query"
    );
    checks(&rule, &exclusions);
    // What the network is has not been said, and three scenarios are drafts: the first one alone takes
    // 9050 and 9057 away, and with 9050 its row.
    let mut wanted: Vec<Vec<i64>> = expected::as_of()
        .into_iter()
        .map(|row| row.reports)
        .map(|mut reports| {
            reports.retain(|report| ![9050, 9057].contains(report));
            reports
        })
        .filter(|reports| !reports.is_empty())
        .collect();
    wanted.sort();
    assert_eq!(reports(&rule, &exclusions), wanted);
}

#[test]
fn the_seeds_scenarios_are_translated_as_far_as_they_go() {
    let Some(card) = seed("the_seeds_scenarios_are_translated_as_far_as_they_go") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let (outcome, rule, exclusions) = import(&card, out.path());
    let read = yaml(&exclusions);
    let scenarios = read["scenarios"].as_sequence().unwrap();
    let found: Vec<(&str, bool, &str)> = scenarios
        .iter()
        .map(|scenario| {
            (
                scenario["name"].as_str().unwrap(),
                scenario.get("draft").is_some_and(|draft| *draft == true),
                scenario["keep_when"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                "Scheduled System Maintenance via Kaseya VSA",
                false,
                r#"process.name != "vsaagent.exe" or process.parent.name != "vsaagent.exe" or event_id != 1234"#
            ),
            (
                "Remote Desktop Protocol (RDP) Session Initiated via Kaseya",
                false,
                r#"process.name != "mstsc.exe" or process.parent.name != "vsaagent.exe" or destination_ip != <known_internal_network>"#
            ),
            (
                "Kaseya Agent Performing Inventory Scan",
                true,
                r#"process.name != "vsaagent.exe" or process.command_line contains "inventory" or event_id != 1234"#
            ),
            (
                "Admin Task to Reconfigure Network Settings via Kaseya",
                true,
                r#"process.name != "vsaagent.exe" or process.command_line contains "networkconfig" or event_id != 1234"#
            ),
            (
                "Kaseya Agent Updating Itself via Internal Server",
                true,
                r#"process.name != "vsaagent.exe""#
            ),
        ]
    );
    assert_eq!(scenarios[0]["optional_fields"][0], "event_id");
    for scenario in scenarios {
        assert_eq!(scenario["table"], "DeviceNetworkEvents");
        assert_eq!(scenario["rules"][0], "c75a64e3-2849-4342-a115-7cc6f009b520");
        assert!(scenario["description"].as_str().unwrap().ends_with('.'));
    }

    // Each part that could not be read or used as it is, by its line and column in the card.
    let name = card.to_str().unwrap();
    let text = std::fs::read_to_string(&card).unwrap();
    for (line, part, told) in [
        (
            52,
            "(if applicable)",
            "left out where the table has no such column",
        ),
        (55, "<known_internal_network>", "does not say what"),
        (
            58,
            "process.command_line contains",
            "most likely its opposite",
        ),
        (
            58,
            "event_id",
            "`event_id` has no column in DeviceNetworkEvents",
        ),
        (
            61,
            "process.command_line contains",
            "most likely its opposite",
        ),
        (
            61,
            "event_id",
            "`event_id` has no column in DeviceNetworkEvents",
        ),
        (64, "`process.parent.name", "could not be read"),
    ] {
        let line_text = text.lines().nth(line - 1).unwrap();
        let column = line_text[..line_text.find(part).unwrap()].chars().count() + 1;
        let place = format!("--> {name}:{line}:{column}\n");
        let mut messages = outcome.stderr.split("\n\n");
        assert!(
            messages.any(|message| message.contains(&place) && message.contains(told)),
            "no {told} at {line}:{column}\n{}",
            outcome.stderr
        );
    }
    let written = std::fs::read_to_string(&exclusions).unwrap();
    assert!(written.contains("# Line 58 of the card: "), "{written}");
    assert!(written.contains("# Line 64 of the card: "), "{written}");

    // Completed by a person, it says what the project's own exclusions say.
    let completed = written
        .replace(
            "known_internal_network: []",
            "known_internal_network: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 'fd00::/8']",
        )
        .replace("command_line contains", "command_line !contains")
        .replace("    draft: true\n", "    optional_fields: [event_id]\n")
        .replace(
            "keep_when: 'process.name != \"vsaagent.exe\"'",
            "keep_when: 'process.name != \"vsaagent.exe\" or process.parent.name != \"vsaagent.exe\" or destination_ip != <known_internal_network>'",
        );
    std::fs::write(&exclusions, completed).unwrap();
    let own = files::project("data/exclusions/kaseya.yaml");
    assert_eq!(reports(&rule, &exclusions), reports(Path::new(RULE), &own));
}

#[test]
fn files_that_are_there_are_written_over_on_request_alone() {
    let card = files::project("tests/fixtures/cards/remote-admin.md");
    let out = tempfile::tempdir().unwrap();
    let (_, rule, exclusions) = import(&card, out.path());
    checks(&rule, &exclusions);
    std::fs::write(&exclusions, "mine").unwrap();
    std::fs::remove_file(&rule).unwrap();
    let again = [
        "import",
        card.to_str().unwrap(),
        "--out",
        out.path().to_str().unwrap(),
    ];
    let refused = retrohunt(again, &[]).exits(1);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(&exclusions).unwrap(), "mine");
    assert!(!rule.exists(), "half of the import was written");
    retrohunt(again.into_iter().chain(["--force"]), &[]).exits(0);
    checks(&rule, &exclusions);
}

#[test]
fn a_card_without_a_query_or_that_cannot_be_read_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let to = out.to_str().unwrap();
    let card = folder.path().join("card.txt");
    for (bytes, told) in [
        (
            &b"Scenario: x\nFilter: a != 1\n"[..],
            "neither a rule nor a query",
        ),
        (&b"id: x\nname: y\nquery: |\nT \xff\n"[..], "UTF-8"),
    ] {
        std::fs::write(&card, bytes).unwrap();
        let refused = retrohunt(["import", card.to_str().unwrap(), "--out", to], &[]).exits(1);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
        assert!(!out.exists());
    }
    let missing = folder.path().join("missing.txt");
    let refused = retrohunt(["import", missing.to_str().unwrap(), "--out", to], &[]).exits(3);
    assert!(refused.stderr.contains("missing.txt"));
}

#[test]
fn a_rule_that_does_not_compile_is_told_at_its_place_in_the_card() {
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("card.txt");
    let text = "Why.\nid: some-rule\nname: Some rule\ntactics: Execution\nquery: |\nDeviceProcessEvents\n| where Nowhere == 1\n";
    std::fs::write(&card, text).unwrap();
    let arguments = [
        "import",
        card.to_str().unwrap(),
        "--out",
        folder.path().to_str().unwrap(),
    ];
    let outcome = retrohunt(arguments, &[]).exits(0);
    assert!(
        outcome.stderr.contains("card.txt:7:9") && outcome.stderr.contains("Nowhere"),
        "{}",
        outcome.stderr
    );
}
