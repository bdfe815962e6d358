//! Exclusion files, good and bad.

use super::*;

fn file(text: &str) -> ExclusionFile {
    read(Path::new("dir/e.yaml"), text.as_bytes())
}

/// Each diagnostic as `line:column code`.
fn found(text: &str) -> Vec<String> {
    let file = file(text);
    file.diagnostics
        .iter()
        .map(|d| {
            let (line, column) = file.text.position(d.span.start);
            format!("{line}:{column} {}", d.code)
        })
        .collect()
}

const GOOD: &str = "parameters:
  nets: [10.0.0.0/8, 'fd00::/8']
scenarios:
  - name: One
    description: What it is
    rules: [abc, 'x*', some name]
    owner: o
    reason: r
    expires: 2027-06-30
    table: T
    on: events
    drop_when: |
      a == 'x'
      and b != <nets>
    optional_fields: [event_id]
  - {name: Two, rules: all, owner: o, reason: r, on: rows, keep_when: c > 1}
";

#[test]
fn a_good_file_is_read_as_written() {
    let file = file(GOOD);
    assert_eq!(file.diagnostics, []);
    let [one, two] = file.scenarios.as_slice() else {
        panic!("{:?}", file.scenarios);
    };
    assert_eq!(one.name, "One");
    assert_eq!(
        one.rules.texts().collect::<Vec<_>>(),
        ["abc", "x*", "some name"]
    );
    assert_eq!(one.expires, NaiveDate::from_ymd_opt(2027, 6, 30));
    assert_eq!((one.level, one.action), (Level::Events, Action::DropWhen));
    assert_eq!(one.table.as_deref(), Some("T"));
    assert_eq!(one.predicate, "a == 'x'\nand b != <nets>\n");
    // From the predicate back to the file.
    assert_eq!(
        one.source.locate(one.predicate.find('b').unwrap()),
        (14, 11)
    );
    assert_eq!(one.optional_fields, ["event_id"]);
    assert_eq!((two.level, two.action), (Level::Rows, Action::KeepWhen));
    assert_eq!(two.table, None);
    assert_eq!(two.source.locate(0), (16, 71));
    assert_eq!(two.parameters.len(), 1);
}

#[test]
fn each_fault_has_its_code_and_place() {
    let head = "scenarios:\n- name: n\n  rules: all\n  owner: o\n  reason: r\n  table: T\n";
    for (text, wanted) in [
        (
            format!("{head}  drop_when: a == 1\n  drop: b\n"),
            "8:3 KQL605",
        ),
        (
            format!("scenario: []\n{head}  drop_when: a\n"),
            "1:1 KQL605",
        ),
        (
            format!("{head}  drop_when: a\n  expires: 30.06.2027\n"),
            "8:12 KQL607",
        ),
        (
            format!("{head}  drop_when: a\n  expires: 2027-02-30\n"),
            "8:12 KQL607",
        ),
        (format!("{head}  drop_when: a\n  on: files\n"), "8:7 KQL604"),
        (head.to_owned(), "2:3 KQL603"),
        (
            format!("{head}  drop_when: a\n  keep_when: b\n"),
            "2:3 KQL603",
        ),
        (format!("{head}  drop_when: ''\n"), "7:14 KQL604"),
        (format!("{head}  drop_when: [a]\n"), "7:14 KQL604"),
        (format!("{head}  drop_when: a # b == 1\n"), "7:14 KQL604"),
        (
            format!("{head}  drop_when: a\n  drop_when: b\n"),
            "8:3 KQL604",
        ),
        (
            format!("parameters: {{n: [10.0.0.0/40, 10.0.0.0/8]}}\n{head}  drop_when: a == <n>\n"),
            "1:18 KQL606",
        ),
        (
            format!("parameters: {{n: 10.0.0.0/40}}\n{head}  drop_when: a == <n>\n"),
            "1:17 KQL606",
        ),
        (
            format!("parameters:\n  n:\n{head}  drop_when: a == <n>\n"),
            "2:5 KQL604",
        ),
        (
            format!("parameters: {{n m: 1}}\n{head}  drop_when: a\n"),
            "1:14 KQL604",
        ),
        (
            format!("parameters: {{n: 1}}\n{head}  drop_when: a\n"),
            "1:14 KQL604",
        ),
        (
            format!(
                "{head}  drop_when: a\n- {{name: n, rules: x, owner: o, reason: r, table: T, drop_when: a}}\n"
            ),
            "8:10 KQL604",
        ),
        (
            "scenarios:\n- {rules: all, owner: o, reason: r, table: T, drop_when: a}\n".to_owned(),
            "2:3 KQL603",
        ),
        (
            "scenarios:\n- {name: n, owner: o, reason: r, table: T, drop_when: a}\n".to_owned(),
            "2:3 KQL603",
        ),
        (
            "scenarios:\n- {name: n, rules: '{a', owner: o, reason: r, table: T, drop_when: a}\n"
                .to_owned(),
            "2:20 KQL604",
        ),
        (
            "scenarios:\n- {name: n, rules: all, owner: o, reason: r, drop_when: a}\n".to_owned(),
            "2:3 KQL603",
        ),
        (
            "scenarios:\n- {name: n, rules: all, owner: '', reason: r, table: T, drop_when: a}\n"
                .to_owned(),
            "2:32 KQL603",
        ),
        ("scenarios:\n- text\n".to_owned(), "2:3 KQL604"),
        ("scenarios: text\n".to_owned(), "1:12 KQL604"),
        ("parameters: {}\n".to_owned(), "1:1 KQL603"),
        ("- a\n".to_owned(), "1:1 KQL602"),
        ("scenarios: [\n".to_owned(), "2:1 KQL602"),
    ] {
        assert_eq!(found(&text), [wanted], "{text}");
    }
    assert_eq!(
        read(Path::new("e"), b"scenarios: \xE4").diagnostics.len(),
        1
    );
}

#[test]
fn faulty_scenarios_are_left_out_and_the_others_are_not() {
    let text = "scenarios:
- {name: good, rules: all, owner: o, reason: r, table: T, drop_when: a}
- {name: bad, rules: all, owner: o, reason: r, table: T, drop_when: a, expires: soon}
- {name: also good, rules: all, owner: o, reason: r, table: T, drop_when: a}
";
    let names: Vec<String> = file(text).scenarios.into_iter().map(|s| s.name).collect();
    assert_eq!(names, ["good", "also good"]);
}
