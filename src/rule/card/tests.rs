//! Cards and their filters.

use std::path::Path;

use super::filter::{UNREAD, read as filter};
use super::*;
use crate::rule::exclusion::{self, Action};

#[test]
fn filters_become_kql() {
    for (card, kql) in [
        (
            r#"process.name != "a.exe" OR process.parent.name != 'b.exe'"#,
            r#"process.name != "a.exe" or process.parent.name != "b.exe""#,
        ),
        (
            r#"(process.name == "a" OR process.name = "b") AND NOT host.name : "x*""#,
            r#"(process.name == "a" or process.name == "b") and not(host.name startswith "x")"#,
        ),
        (
            r#"user.name not in ("a", "b") AND destination.port IN (80, 443)"#,
            r#"user.name !in ("a", "b") and destination.port in (80, 443)"#,
        ),
        (r#"source.ip != <net-1>"#, r#"source.ip != <net-1>"#),
        (
            r#"process.command_line not contains "a\b""#,
            r#"process.command_line !contains "a\\b""#,
        ),
        (
            r#"process.command_line !contains “x”"#,
            r#"process.command_line !contains "x""#,
        ),
        (
            r#"file.path : "*\tmp\*""#,
            r#"file.path contains "\\tmp\\""#,
        ),
        (r#"host.name : "SRV""#, r#"host.name =~ "SRV""#),
        (
            r#"`process.name != "a"` || `user.name !in~ ("b")` && user.name not in~ ('c')"#,
            r#"process.name != "a" or user.name !in~ ("b") and user.name !in~ ("c")"#,
        ),
        (
            r#"file.path not has_any ("x", <list>) and file.path has_all ("y")"#,
            r#"not(file.path has_any ("x", <list>)) and file.path has_all ("y")"#,
        ),
    ] {
        let read = filter(card);
        assert_eq!(read.kql.as_deref(), Some(kql), "{card}");
        assert!(read.remarks.iter().all(|r| r.message != UNREAD), "{card}");
    }
}

/// The unread parts of a filter.
fn unread(card: &str) -> Vec<&str> {
    let read = filter(card);
    let remarks = read.remarks.iter().filter(|r| r.incomplete);
    remarks.map(|r| &card[r.start..r.end]).collect()
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    for (card, parts, kql) in [
        (
            "a != \"x\" OR the moon is full OR b != 1",
            vec!["the moon is full"],
            Some("a != \"x\" or b != 1"),
        ),
        (
            "process.name != \"x\" OR `process.parent.name != \u{201d}",
            vec!["`process.parent.name != \u{201d}"],
            Some("process.name != \"x\""),
        ),
        ("a != \"x\" b", vec!["a != \"x\" b"], None),
        ("a != \"x\" OR", vec![""], Some("a != \"x\"")),
        ("a != \"x", vec!["a != \"x"], None),
        ("a != 1) OR b != 2", vec![") OR b != 2"], Some("a != 1")),
        ("(a != 1 OR b != 2", vec!["(a != 1 OR b != 2"], None),
        ("a : \"x*y\"", vec!["a : \"x*y\""], None),
        ("a matches \"x\"", vec!["a matches \"x\""], None),
        (
            "a != \"10.0.0.0/8\" or b != 1",
            vec!["a != \"10.0.0.0/8\""],
            Some("b != 1"),
        ),
        ("`a != 1` OR `b", vec!["`a != 1`", "`b"], None),
        ("", vec![""], None),
    ] {
        assert_eq!(unread(card), parts, "{card}");
        assert_eq!(filter(card).kql.as_deref(), kql, "{card}");
    }
}

#[test]
fn one_positive_part_among_negative_ones_is_suspicious() {
    let card = "a != \"x\" OR b contains \"y\" OR c != 1";
    assert_eq!(unread(card), ["b contains \"y\""]);
    assert_eq!(
        unread("a != \"x\" OR NOT b contains \"y\""),
        Vec::<&str>::new()
    );
    let mixed = "a != \"x\" AND (b contains \"y\" OR c != 1)";
    assert_eq!(
        unread(mixed),
        ["a != \"x\" AND (b contains \"y\" OR c != 1"]
    );
    assert_eq!(filter(mixed).action, Action::KeepWhen);
}

/// Kept alone, all events but the known-good ones would be set aside.
#[test]
fn a_filter_that_names_the_activity_sets_it_aside_once_a_person_agrees() {
    for card in [
        "a == \"x\" AND b contains \"y\"",
        "a == \"x\" OR b contains \"y\"",
        "a > 1",
    ] {
        assert_eq!(unread(card), [card]);
        assert_eq!(filter(card).action, Action::DropWhen);
    }
    let denied = filter("NOT (a == \"x\" AND b contains \"y\")");
    assert_eq!((denied.action, denied.remarks), (Action::KeepWhen, vec![]));
}

#[test]
fn if_applicable_makes_a_field_optional() {
    let read = filter("a != \"x\" OR event_id != 12 (if applicable)");
    assert_eq!(read.kql.as_deref(), Some("a != \"x\" or event_id != 12"));
    assert_eq!(read.optional, ["event_id"]);
    assert!(read.remarks.iter().all(|r| !r.incomplete) && read.remarks.len() == 1);
}

const CARD: &str = include_str!("../../../tests/fixtures/cards/remote-admin.md");

#[test]
fn a_card_becomes_two_files_that_read_back() {
    let import = import(Path::new("remote-admin.md"), CARD.as_bytes());
    let rule = import.rule.as_ref().unwrap();
    let back = super::super::read(Path::new("r.yaml"), rule.yaml.as_bytes());
    assert_eq!(back.diagnostics, [], "{}", rule.yaml);
    let [back] = back.rules.as_slice() else {
        panic!("{}", rule.yaml);
    };
    assert_eq!(back.id, "7f6f0d2c-6f0d-4c2b-9f57-0b1f6c1d5a11");
    assert_eq!(back.query.trim_end(), rule.rule.query.trim_end());
    assert_eq!(back.tactics, ["LateralMovement", "Execution"]);
    assert_eq!(back.techniques, ["T1021"]);
    assert_eq!(
        back.required_data_connectors[0].data_types,
        ["DeviceProcessEvents"]
    );

    let text = import.exclusions.as_ref().unwrap();
    let file = exclusion::read(Path::new("e.yaml"), text.as_bytes());
    let errors = file
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{text}");
    let read: Vec<(&str, bool, &str)> = file
        .scenarios
        .iter()
        .map(|s| (s.name.as_str(), s.draft, s.predicate.as_str()))
        .collect();
    assert_eq!(
        read,
        [
            (
                "Software deployment: nightly",
                false,
                "process.parent.name != \"deploy.exe\" or user.name !in (\"svc-deploy\", \"svc-patch\")"
            ),
            (
                "Help desk",
                false,
                "process.name !~ \"psexec.exe\" or host.name != <help_desk_hosts>"
            ),
            ("Unclear", true, "process.name != \"a.exe\""),
        ]
    );
    assert!(
        file.scenarios
            .iter()
            .all(|s| s.table.as_deref() == Some("DeviceProcessEvents"))
    );

    // Each unread part with its line.
    let places: Vec<(usize, &str)> = import
        .diagnostics
        .iter()
        .filter(|d| d.code == Code::NotTranslated)
        .map(|d| {
            (
                import.text.position(d.span.start).0,
                d.message.split([':', ',']).next().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (38, "this line belongs to no part of a card"),
            (52, "this part could not be read"),
            (54, "this scenario has no filter"),
            (48, "the card does not say what `<help_desk_hosts>` is"),
        ]
    );
}

#[test]
fn a_filter_in_words_is_told_and_its_scenario_left_out() {
    let card = "id: r\nname: n\nquery: |\nT\n\n## Known good\nScenario: Backups\nFilter: whatever the backup does\n";
    let import = import(Path::new("card.md"), card.as_bytes());
    assert_eq!(import.exclusions, None);
    let told: Vec<&str> = import
        .diagnostics
        .iter()
        .filter(|d| d.code == Code::NotTranslated)
        .map(|d| &card[d.span.start..d.span.end])
        .filter(|words| !words.is_empty())
        .collect();
    assert_eq!(told, ["whatever the backup does", "Backups"]);
}

#[test]
fn a_rule_ends_with_its_fence_or_at_a_heading() {
    let rule = "id: r\nname: n\nquery: |\n  T\n  | where a == 1\n";
    for card in [
        format!("Why.\n```yaml\n{rule}```\nMore words.\n"),
        format!("Why.\n{rule}\n## Next\nMore words.\n"),
        format!("Why.\n```kql\nT\n| where a == 1\n```\n```yaml\n{rule}```\nMore words.\n"),
    ] {
        let import = import(Path::new("card.md"), card.as_bytes());
        let read = import.rule.unwrap();
        assert_eq!(read.rule.query.trim_end(), "T\n| where a == 1", "{card}");
        assert!(read.yaml.starts_with("# Why.\nid: r\n"), "{}", read.yaml);
        let told: Vec<&str> = import
            .diagnostics
            .iter()
            .map(|d| &card[d.span.start..d.span.end])
            .collect();
        assert_eq!(told, ["More words."], "{card}");
    }
}

#[test]
fn a_card_without_a_rule_takes_its_query() {
    let card = "Look for it.\n\nKQL Query\nT\n| where a == 1\n";
    let import = import(Path::new("dir/look.txt"), card.as_bytes());
    let rule = import.rule.unwrap();
    assert_eq!(
        (rule.rule.id.as_str(), rule.rule.description.as_deref()),
        ("look", Some("Look for it."))
    );
    let back = super::super::read(Path::new("r.yaml"), rule.yaml.as_bytes());
    assert_eq!(back.rules[0].query, "T\n| where a == 1\n");
    assert!(import.exclusions.is_none());
    let nothing = super::import(Path::new("x"), b"Just prose.");
    assert!(nothing.has_errors() && nothing.rule.is_none());
}
