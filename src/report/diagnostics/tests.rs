//! Diagnostics as people and programs see them.

use super::*;
use crate::diagnostics::Diagnostic;
use crate::rule::FileSpan;
use serde_json::json;

fn spanned(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

const QUERY: &str = "T\n| where Colour == 'x'\n| summarise n = count()";

fn diagnostics() -> Diagnostics {
    let mut all = Diagnostics::default();
    all.push(
        Diagnostic::error(
            Code::UnknownOperator,
            spanned(QUERY, "summarise"),
            "there is no operator summarise",
        )
        .with_help("did you mean summarize?"),
    );
    all.push(
        Diagnostic::error(
            Code::UnknownColumn,
            spanned(QUERY, "Colour"),
            "T has no column Colour",
        )
        .with_label(spanned(QUERY, "T"), "this table"),
    );
    all.push(Diagnostic::warning(
        Code::Suspicious,
        spanned(QUERY, "'x'"),
        "a short term",
    ));
    all
}

#[test]
fn all_are_rendered_in_the_order_of_places() {
    let findings = Findings::of_query("q.kql", QUERY, &diagnostics());
    let expected = "\
error[KQL202]: T has no column Colour
 --> q.kql:2:9
  |
1 | T
  | - this table
2 | | where Colour == 'x'
  |         ^^^^^^

warning[KQL501]: a short term
 --> q.kql:2:19
  |
2 | | where Colour == 'x'
  |                   ^^^

error[KQL105]: there is no operator summarise
 --> q.kql:3:3
  |
3 | | summarise n = count()
  |   ^^^^^^^^^
  |
  = help: did you mean summarize?

";
    assert_eq!(render(&[findings], Style::PLAIN), expected);
}

#[test]
fn programs_get_every_key() {
    let findings = Findings::of_query("q.kql", QUERY, &diagnostics());
    let objects = to_json(&[findings]);
    assert_eq!(objects.len(), 3);
    assert_eq!(
        objects[0],
        json!({
            "code": "KQL202", "severity": "error", "message": "T has no column Colour",
            "help": null, "file": "q.kql",
            "line": 2, "column": 9, "end_line": 2, "end_column": 15,
            "labels": [{"message": "this table", "line": 1, "column": 1, "end_line": 1,
                        "end_column": 2}],
        })
    );
    assert_eq!(objects[2]["help"], "did you mean summarize?");
}

#[test]
fn a_query_is_shown_in_its_rule_file() {
    let yaml = "id: r1\r\nname: R\r\nquery: |\r\n  T\r\n  | where Colour == 1\r\n";
    let file = crate::rule::read(std::path::Path::new("rules/r.yaml"), yaml.as_bytes());
    let rule = &file.rules[0];
    let mut faults = Diagnostics::default();
    faults.push(Diagnostic::error(
        Code::UnknownColumn,
        spanned(&rule.query, "Colour"),
        "no Colour",
    ));
    let mut findings = Findings::new("rules/r.yaml", file.text.clone());
    findings.add_rule(&rule.source, &faults);
    findings.add_file(&[crate::rule::FileDiagnostic::warning(
        Code::RuleFieldMissing,
        FileSpan::new(0, 2),
        "a field is missing",
    )]);
    let shown = render(&[findings.clone()], Style::PLAIN);
    let expected = "\
warning[KQL603]: a field is missing
 --> rules/r.yaml:1:1
  |
1 | id: r1
  | ^^

error[KQL202]: no Colour
 --> rules/r.yaml:5:11
  |
5 |   | where Colour == 1
  |           ^^^^^^

";
    assert_eq!(shown, expected);
    let objects = to_json(&[findings]);
    assert_eq!(
        (&objects[1]["line"], &objects[1]["column"]),
        (&json!(5), &json!(11))
    );
}

#[test]
fn hostile_rule_files_do_not_reach_the_terminal() {
    let text = "T | where a == '\u{1b}[2J\u{202e}\u{9b}H' and \u{e0041}Colour";
    let mut faults = Diagnostics::default();
    let bad = "no \u{1b}]0;x\u{7} here";
    faults.push(
        Diagnostic::error(Code::UnknownColumn, spanned(text, "Colour"), bad)
            .with_help(bad)
            .with_label(spanned(text, "T"), bad),
    );
    let shown = render(
        &[Findings::of_query("a\u{1b}b", text, &faults)],
        Style::PLAIN,
    );
    let hostile = |c: &char| crate::report::neutral::is_hostile(*c) && *c != '\n';
    assert_eq!(shown.chars().find(hostile), None, "{shown}");
    assert!(shown.contains("no \\u{1b}]0;x\\u{7} here"), "{shown}");
    assert!(shown.contains("a\\u{1b}b:1:"), "{shown}");
}

#[test]
fn places_at_the_end_and_inside_characters_are_shown() {
    for (text, span, place) in [
        ("", Span::new(0, 0), "q:1:1"),
        ("T |", Span::new(3, 3), "q:1:4"),
        ("T |\n", Span::new(4, 9), "q:2:1"),
        ("ä x", Span::new(1, 2), "q:1:1"),
        ("ää\rT", Span::new(5, 6), "q:2:1"),
    ] {
        let mut faults = Diagnostics::default();
        faults.push(Diagnostic::error(Code::UnexpectedToken, span, "here"));
        let findings = Findings::of_query("q", text, &faults);
        let shown = render(&[findings], Style::PLAIN);
        assert!(shown.contains(place), "{text:?} {shown}");
    }
}

#[test]
fn colours_only_where_asked() {
    let findings = [Findings::of_query("q.kql", QUERY, &diagnostics())];
    let colored = Style {
        color: true,
        ..Style::PLAIN
    };
    assert!(render(&findings, colored).contains("\u{1b}["));
    assert!(!render(&findings, Style::PLAIN).contains('\u{1b}'));
}

#[test]
fn large_files_keep_their_line_numbers() {
    let text = format!(
        "{}Colour\n{}",
        "// ä\n".repeat(9_000),
        "// b\n".repeat(9_000)
    );
    let mut faults = Diagnostics::default();
    faults.push(Diagnostic::error(
        Code::UnknownColumn,
        spanned(&text, "Colour"),
        "no",
    ));
    let shown = render(&[Findings::of_query("q", &text, &faults)], Style::PLAIN);
    assert!(shown.contains("q:9001:1"), "{shown}");
    assert!(shown.contains("9001 | Colour"), "{shown}");
}

#[test]
fn counts_and_strictness() {
    let mut findings = Findings::of_query("q.kql", QUERY, &diagnostics());
    findings.add(&diagnostics(), |span| span.start..span.end);
    let clean = Findings::new("b.kql", FileText::new("T"));
    assert_eq!(
        summary(&[findings.clone(), clean.clone()]),
        "2 errors and 1 warning in 2 files"
    );
    assert_eq!(summary(&[clean]), "no faults in 1 file");
    findings.make_strict();
    assert_eq!(summary(&[findings]), "3 errors in 1 file");
}
