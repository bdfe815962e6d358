//! Reading of rule files: fields, places of faults, and what only earns a warning.

use std::path::Path;

use crate::diagnostics::{Code, Severity, Span};

use super::super::model::TriggerOperator;
use super::*;

const FLATTENED: &str = include_str!("../../../tests/fixtures/rules/kaseya-flattened.txt");
const KASEYA: &str = include_str!("../../../data/rules/kaseya-network-connection.yaml");

fn yaml(text: &str) -> RuleFile {
    read(Path::new("rules/test.yaml"), text.as_bytes())
}

fn codes(file: &RuleFile) -> Vec<(Code, usize)> {
    let place = |d: &FileDiagnostic| (d.code, file.position(d.span).0);
    file.diagnostics.iter().map(place).collect()
}

/// Every character of a query but white space must lead to itself in the file.
pub fn assert_query_maps(rule: &Rule) {
    let file = rule.source.text().as_str();
    for (at, character) in rule.query.char_indices() {
        if !character.is_whitespace() {
            let origin = rule.source.file_offset(at);
            assert!(
                file[origin..].starts_with(character),
                "{}: byte {at} of the query is not byte {origin} of the file",
                rule.name
            );
        }
    }
}

#[test]
fn the_well_formed_rule_is_read_as_it_is() {
    let file = yaml(KASEYA);
    assert_eq!(file.diagnostics, []);
    let rule = &file.rules[0];
    assert_eq!(rule.id, "c75a64e3-2849-4342-a115-7cc6f009b520");
    assert_eq!(
        rule.name,
        "Remote Management and Monitoring tool - Kaseya - Network Connection"
    );
    assert_eq!(rule.tactics, ["CommandAndControl"]);
    assert_eq!(rule.techniques, ["T1219"]);
    assert_eq!(
        rule.required_data_connectors[0].data_types,
        ["DeviceNetworkEvents"]
    );
    assert!(rule.query.starts_with("let Time_start = now(-5d);\n"));
    assert_query_maps(rule);
    let at = rule.query.find("RemoteUrl has_any").unwrap();
    assert_eq!(rule.source.locate(at), (20, 11));
    let span = rule.source.file_span(Span::new(at, at + "RemoteUrl".len()));
    assert_eq!(&KASEYA[span.start..span.end], "RemoteUrl");
}

#[test]
fn the_flattened_rule_gives_the_same_and_says_what_was_repaired() {
    for text in [FLATTENED.to_owned(), FLATTENED.replace('\n', "\r\n")] {
        let flat = yaml(&text);
        let good = yaml(KASEYA);
        assert!(!flat.has_errors());
        assert_eq!(
            codes(&flat),
            [
                (Code::RuleFileRepaired, 4),
                (Code::RuleFileRepaired, 8),
                (Code::RuleFileRepaired, 13),
            ]
        );
        let (flat, good) = (&flat.rules[0], &good.rules[0]);
        assert_eq!(flat.query, good.query);
        assert_eq!(flat.description, good.description);
        assert_eq!(flat.required_data_connectors, good.required_data_connectors);
        assert_eq!(
            (&flat.tactics, &flat.techniques),
            (&good.tactics, &good.techniques)
        );
        assert_query_maps(flat);
        let at = flat.query.find("RemoteUrl has_any").unwrap();
        assert_eq!(flat.source.locate(at), (18, 9));
    }
}

#[test]
fn an_analytics_rule_keeps_all_its_fields() {
    let file = yaml(
        "id: 1e5\nname: Ünusual\nseverity: high\nqueryFrequency: PT1H\nqueryPeriod: 14d\n\
         triggerOperator: gt\ntriggerThreshold: 0\ntactics: Persistence, Execution\n\
         relevantTechniques:\n  - T1053\ntags:\n  - Schema: X\n  - word\nkind: Scheduled\n\
         version: 1.10\nsuppressionDuration: PT5H\nsuppressionEnabled: false\n\
         eventGroupingSettings:\n  aggregationKind: SingleAlert\ncustomDetails:\n  A: b\n\
         entityMappings:\n  - entityType: Host\n    fieldMappings:\n      \
         - identifier: FullName\n        columnName: DeviceName\nquery: T | take 5\n",
    );
    assert_eq!(file.diagnostics, []);
    let rule = &file.rules[0];
    let hour = 36_000_000_000;
    assert_eq!(
        (rule.id.as_str(), rule.version.as_deref()),
        ("1e5", Some("1.10"))
    );
    assert_eq!(rule.query_frequency, Some(hour));
    assert_eq!(rule.query_period, Some(14 * 24 * hour));
    assert_eq!(rule.trigger_operator, Some(TriggerOperator::GreaterThan));
    assert_eq!(rule.trigger_threshold, Some(0));
    assert_eq!(rule.tactics, ["Persistence", "Execution"]);
    assert_eq!(rule.tags.len(), 2);
    assert_eq!(rule.suppression_duration, Some(5 * hour));
    assert_eq!(rule.suppression_enabled, Some(false));
    assert_eq!(rule.event_grouping.as_deref(), Some("SingleAlert"));
    assert_eq!(
        rule.entity_mappings[0].field_mappings[0].column_name,
        "DeviceName"
    );
    assert_eq!(rule.fields["customDetails"]["A"], "b");
    assert!(!rule.fields.contains_key("query"));
    assert_query_maps(rule);
}

#[test]
fn odd_fields_are_warnings_with_their_line() {
    let file = yaml(
        "severity: Severe\nqueryFrequency: 5 fortnights\ntriggerOperator: above\n\
         triggerThreshold: many\ntactics: {a: 1}\nentityMappings:\n  - x\n\
         severity: Grave\nquery: T # | take 5\n",
    );
    assert!(
        file.diagnostics
            .iter()
            .all(|d| d.severity == Severity::Warning)
    );
    let mut found = codes(&file);
    found.sort_by_key(|(_, line)| *line);
    let lines: Vec<usize> = found.iter().map(|(_, line)| *line).collect();
    assert_eq!(
        lines,
        [1, 1, 2, 3, 4, 5, 7, 8, 8, 9],
        "{:#?}",
        file.diagnostics
    );
    assert_eq!(file.rules[0].id, "test");
    assert_eq!(file.rules[0].name, "test");
    assert_eq!(file.rules[0].severity.as_deref(), Some("Grave"));
    assert_eq!(file.rules[0].query_frequency, None);
}

#[test]
fn several_rules_in_a_file() {
    let one = "id: a\nname: A\nquery: |\n  T\n";
    let two = "id: b\nname: B\nquery: |\n    U | count\n";
    let documents = yaml(&format!("{one}---\n{two}"));
    let list =
        yaml("- id: a\n  name: A\n  query: |\n    T\n- id: b\n  name: B\n  query: U | count\n");
    let nested = yaml(
        "rules:\n- rule:\n    id: a\n    name: A\n    Query: 'T'\n\
         - {id: b, name: B, properties: {query: \"U | count\"}}\n",
    );
    for file in [documents, list, nested] {
        assert_eq!(file.diagnostics, []);
        let ids: Vec<_> = file.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        let rule = &file.rules[1];
        assert_eq!(rule.query.trim(), "U | count");
        assert_query_maps(rule);
    }
    let half = yaml(&format!("{one}---\n: :\n- {{\n---\n{two}"));
    assert_eq!(half.rules.len(), 2, "one bad document leaves the others");
    assert!(half.has_errors());
}

#[test]
fn what_is_no_rule_is_an_error_with_a_place() {
    for (text, code, line) in [
        ("", Code::RuleFileInvalid, 1),
        ("# nothing\n", Code::RuleFileInvalid, 1),
        ("just words\n", Code::RuleFileInvalid, 1),
        ("id: a\nname: b\n", Code::RuleFieldMissing, 1),
        ("id: a\nquery:\n", Code::RuleFieldMissing, 1),
        ("id: a\nquery: ' '\n", Code::RuleFieldMissing, 2),
        ("id: a\nquery: T\nquery: U\n", Code::RuleFileInvalid, 3),
        ("id: a\n\nquery: \"T\n", Code::RuleFileInvalid, 4),
        ("id: a\nquery: \"a == \\d\"\n", Code::RuleFileInvalid, 2),
        (
            "id: a\n---\nid: !odd 1\nquery: T\n",
            Code::RuleFileInvalid,
            3,
        ),
    ] {
        let file = yaml(text);
        assert!(file.rules.is_empty(), "{text}");
        let errors = file
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error);
        let places: Vec<_> = errors.map(|d| (d.code, file.position(d.span).0)).collect();
        assert!(
            places.contains(&(code, line)),
            "{text}: {:#?}",
            file.diagnostics
        );
    }
    let second = yaml("id: a\nquery: T\n---\nid: b\n\nquery: \"U\n");
    let message = &second.diagnostics.last().unwrap().message;
    assert!(
        message.contains("a quoted scalar at line 6 column 8"),
        "{message}"
    );
    let latin = read(Path::new("x.yaml"), b"id: a\nname: Kr\xE4mer\nquery: T\n");
    assert!(latin.rules.is_empty());
    assert_eq!(latin.position(latin.diagnostics[0].span), (2, 9));
}

#[test]
fn utf16_and_byte_order_marks_are_read() {
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(KASEYA.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let marked = [b"\xEF\xBB\xBF", KASEYA.as_bytes()].concat();
    for bytes in [wide, marked] {
        let file = read(Path::new("x.yml"), &bytes);
        assert_eq!(file.diagnostics, []);
        assert_eq!(file.rules[0].query, yaml(KASEYA).rules[0].query);
    }
}

/// Public rules, as they stand in their repositories.
mod corpus {
    use super::*;
    use std::sync::OnceLock;

    use proptest::prelude::*;

    struct Public {
        id: String,
        text: String,
        query: String,
    }

    fn public() -> Option<&'static [Public]> {
        static CASES: OnceLock<Option<Vec<Public>>> = OnceLock::new();
        CASES.get_or_init(load).as_deref()
    }

    fn load() -> Option<Vec<Public>> {
        let Ok(root) = std::env::var("RETROHUNT_CORPUS") else {
            eprintln!("skipped: RETROHUNT_CORPUS is not set");
            return None;
        };
        let cases = std::fs::read_to_string(Path::new(&root).join("hunting/dev.jsonl")).unwrap();
        let field = |case: &serde_json::Value, name: &str| case[name].as_str().map(str::to_owned);
        let cases = cases.lines().filter_map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            Some(Public {
                id: field(&case, "id")?,
                text: field(&case, "raw_yaml")?,
                query: field(&case, "query")?,
            })
        });
        Some(cases.collect())
    }

    /// The records are without white space at the ends of lines.
    fn trimmed(query: &str) -> String {
        let lines: Vec<&str> = query.trim_end().lines().map(str::trim_end).collect();
        lines.join("\n")
    }

    #[test]
    fn every_public_rule_gives_its_query() {
        let Some(cases) = public() else { return };
        let (mut strict, mut repaired) = (0, 0);
        for case in cases {
            let file = yaml(&case.text);
            assert_eq!(file.rules.len(), 1, "{}: {:#?}", case.id, file.diagnostics);
            let rule = &file.rules[0];
            assert_eq!(trimmed(&rule.query), trimmed(&case.query), "{}", case.id);
            assert_query_maps(rule);
            assert!(
                !rule.required_data_connectors[0].data_types.is_empty(),
                "{}",
                case.id
            );
            let repairs = file.diagnostics.iter();
            if repairs.filter(|d| d.code == Code::RuleFileRepaired).count() > 0 {
                repaired += 1;
            } else {
                strict += 1;
                assert_eq!(repair::find(&case.text), [], "{}", case.id);
            }
        }
        eprintln!(
            "{} rules: {strict} strict, {repaired} repaired, 0 failed",
            cases.len()
        );
        assert!(strict > 0 && repaired > 0);
    }

    proptest! {
        /// Damaged files are read or refused; what is read leads back to the file.
        #[test]
        fn damaged_files_never_panic(
            pick in any::<prop::sample::Index>(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), 0..7_u8), 0..8),
        ) {
            let mut texts = vec![FLATTENED.to_owned(), KASEYA.to_owned()];
            if let Some(cases) = public() {
                texts.extend(cases.iter().map(|case| case.text.clone()));
            }
            let mut text = pick.get(&texts).clone();
            for (at, kind) in damage {
                let mut at = at.index(text.len().max(1)).min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                match kind {
                    0 => text.insert(at, '\t'),
                    1 => text.insert_str(at, "\r\n"),
                    2 => text.insert_str(at, "- "),
                    3 => text.insert_str(at, ": ä'\""),
                    4 => text.truncate(at),
                    5 => text = text.replacen("\n  ", "\n", 1 + at % 9),
                    _ => {
                        let next = text[at..].chars().next().map_or(0, char::len_utf8);
                        text.replace_range(at..at + next, "");
                    }
                }
            }
            let file = yaml(&text);
            prop_assert!(!file.rules.is_empty() || file.has_errors());
            for rule in &file.rules {
                for at in 0..=rule.query.len() {
                    prop_assert!(rule.source.file_offset(at) <= text.len());
                }
                // Quoted queries have escapes, so only those below a header must be the same.
                let start = rule.source.file_offset(0);
                if text[..start].trim_end().ends_with(['|', '>']) {
                    assert_query_maps(rule);
                }
            }
            for diagnostic in &file.diagnostics {
                prop_assert!(diagnostic.span.start <= diagnostic.span.end);
                prop_assert!(diagnostic.span.end <= text.len());
            }
        }
    }
}
