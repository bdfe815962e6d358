//! Deep, long and large inputs, through the program itself: an answer or a clear fault, never a crash.
//!
//! One run answers all queries of a test, so that a crash or a hang of one of them shows as the loss of all.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::command::{retrohunt_in, retrohunt_with};

/// Levels, terms or operands of what is large.
const MANY: usize = 100_000;
/// Longest time of a run of all cases: an unoptimised build on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(300);

/// What a query must give.
enum Gives {
    Rows(Value),
    /// A fault with this code, also from `check`.
    Fault(&'static str),
    /// A fault of running with this code, of a query that `check` accepts.
    Fails(&'static str),
    /// Rows, whatever they are.
    Any,
}

struct Case {
    name: &'static str,
    query: String,
    gives: Gives,
}

fn case(name: &'static str, query: String, gives: Gives) -> Case {
    Case { name, query, gives }
}

fn nested(open: &str, middle: &str, close: &str, levels: usize) -> String {
    format!("{}{middle}{}", open.repeat(levels), close.repeat(levels))
}

fn joined(terms: impl Iterator<Item = String>, by: &str) -> String {
    terms.collect::<Vec<_>>().join(by)
}

fn check(cases: &[Case]) {
    let lines: String = cases
        .iter()
        .map(|case| json!({"id": case.name, "query": case.query}).to_string() + "\n")
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.jsonl");
    std::fs::write(&path, lines).unwrap();
    let mut wrong = Vec::new();
    for command in ["check", "query"] {
        let start = Instant::now();
        let outcome =
            retrohunt_with([command, "--batch", path.to_str().unwrap()], &[], "").exits(0);
        let took = start.elapsed();
        assert!(took < LIMIT, "{command}: {took:?}");
        let answers = outcome.rows();
        assert_eq!(answers.len(), cases.len(), "{}", outcome.stderr);
        for (case, answer) in cases.iter().zip(answers) {
            let code = answer.get("code").and_then(Value::as_str);
            let right = match (&case.gives, command) {
                (Gives::Fault(wanted), _) => code == Some(wanted),
                (Gives::Rows(_) | Gives::Any | Gives::Fails(_), "check") => code.is_none(),
                (Gives::Rows(rows), _) => answer.get("rows") == Some(rows),
                (Gives::Any, _) => answer.contains_key("rows"),
                (Gives::Fails(wanted), _) => code == Some(wanted),
            };
            if !right {
                let shown: String = Value::Object(answer)
                    .to_string()
                    .chars()
                    .take(300)
                    .collect();
                wrong.push(format!("{command} {}: {shown}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn deep_nesting() {
    let too_deep = || Gives::Fault("KQL106");
    let doubled = |first: &str, next: &dyn Fn(usize) -> String| {
        let lets = (1..40).map(|i| format!("let a{i} = {};\n", next(i - 1)));
        format!("let a0 = {first};\n{}", lets.collect::<String>())
    };
    check(&[
        case(
            "parentheses",
            format!("print x = {}", nested("(", "1", ")", MANY)),
            too_deep(),
        ),
        case(
            "functions",
            format!("print x = {}", nested("abs(", "1", ")", MANY)),
            too_deep(),
        ),
        case(
            "joins",
            nested("print a = 1 | join (", "print a = 1", ") on a", MANY),
            too_deep(),
        ),
        case(
            "unions",
            nested("print a = 1 | union (", "print a = 1", ")", MANY),
            too_deep(),
        ),
        case(
            "operators",
            format!("print a = 1{}", " | extend a = a + 1".repeat(MANY)),
            too_deep(),
        ),
        case(
            "sums",
            format!("print a = 1{}", " + 1".repeat(MANY)),
            too_deep(),
        ),
        case(
            "doubled values",
            doubled("1", &|i| format!("a{i} + a{i}")) + "print x = a39",
            too_deep(),
        ),
        case(
            "doubled tables",
            doubled("print x = 1", &|i| format!("union a{i}, a{i}")) + "a39 | count",
            too_deep(),
        ),
        case(
            "few parentheses",
            format!("print x = {}", nested("(", "1", ")", 250)),
            Gives::Rows(json!([[1]])),
        ),
        case(
            "few functions",
            format!("print x = {}", nested("abs(", "1", ")", 100)),
            Gives::Rows(json!([[1]])),
        ),
        case(
            "few operators",
            format!("print a = 1{}", " | extend a = a + 1".repeat(300)),
            Gives::Rows(json!([[301]])),
        ),
        case(
            "few joins",
            nested("print a = 1 | join (", "print a = 1", ") on a", 20) + " | count",
            Gives::Rows(json!([[1]])),
        ),
    ]);
}

#[test]
fn long_lists() {
    let terms = |form: &dyn Fn(usize) -> String, by: &str| joined((0..MANY).map(form), by);
    check(&[
        case(
            "or",
            format!(
                "print a = 77777 | where {}",
                terms(&|i| format!("a == {i}"), " or ")
            ),
            Gives::Rows(json!([[77777]])),
        ),
        case(
            "and",
            format!(
                "print a = -1 | where {}",
                terms(&|i| format!("a != {i}"), " and ")
            ),
            Gives::Fault("KQL106"),
        ),
        case(
            "filters",
            format!(
                "print a = -1{}",
                format!(
                    " | where {}",
                    joined((0..300).map(|i| format!("a != {i}")), " and ")
                )
                .repeat(10)
            ),
            Gives::Fault("KQL106"),
        ),
        case(
            "union",
            format!(
                "union {} | count",
                terms(&|_| "(print a = 1)".to_owned(), ", ")
            ),
            Gives::Fault("KQL106"),
        ),
        case(
            "has_any",
            format!(
                "print a = 'x t99999 y' | where a has_any ({})",
                terms(&|i| format!("'t{i}'"), ", ")
            ),
            Gives::Rows(json!([["x t99999 y"]])),
        ),
        case(
            "in",
            format!(
                "print a = 't500' | where a in ({})",
                terms(&|i| format!("'{i:080}'"), ", ")
            ),
            Gives::Rows(json!([])),
        ),
        case(
            "every table",
            "union * | take 1".to_owned(),
            // Its columns are those of the catalogue; a lake, of which there is none, has fewer tables.
            Gives::Fails("KQL106"),
        ),
        case(
            "columns",
            format!("print {}", terms(&|i| format!("a{i} = {i}"), ", ")),
            Gives::Fault("KQL106"),
        ),
        case(
            "faults",
            format!(
                "print {}",
                joined((0..3_000).map(|i| format!("a{i} = nosuch{i}(1)")), ",\n")
            ),
            Gives::Fault("KQL203"),
        ),
        case(
            "text of 10 MB",
            format!("print strlen('{}')", "x".repeat(10_000_000)),
            Gives::Rows(json!([[10_000_000]])),
        ),
    ]);
}

#[test]
fn patterns_that_blow_up() {
    let large = "(((a{1000}){1000}){1000})";
    check(&[
        case(
            "matches",
            format!("print a = 'a' | where a matches regex '{large}'"),
            Gives::Fault("KQL207"),
        ),
        case(
            "extract",
            format!("print extract('{large}', 1, 'a')"),
            Gives::Fault("KQL207"),
        ),
        case(
            "replace",
            format!("print replace_regex('a', '{large}', 'b')"),
            Gives::Fault("KQL207"),
        ),
        case(
            "nested",
            format!(
                "print a = 'a' | where a matches regex '{}'",
                nested("(", "a", ")", MANY)
            ),
            Gives::Fault("KQL207"),
        ),
        case(
            "from a column",
            format!("print a = 'a', p = '{large}' | extend extract_all(p, a)"),
            Gives::Fails("KQL901"),
        ),
        case(
            "parse",
            format!("print a = 'a' | parse kind=regex a with '{large}' b"),
            Gives::Fault("KQL213"),
        ),
        case(
            "no going back",
            format!(
                "print a = '{}' | where a matches regex '^(a+)+$'",
                "a".repeat(5_000) + "b"
            ),
            Gives::Rows(json!([])),
        ),
    ]);
}

#[test]
fn plugins_do_not_guess_at_bins_without_rows() {
    let days = "datatable(t: long, id: string)[1, 'a', 2, 'b', 4, 'a']";
    let case_of = |what, rest: &str, gives| case(what, format!("{days} | {rest}"), gives);
    let rolling = "extend v = t | evaluate rolling_percentile(v, 50, t, 1, 2)";
    let activity = "evaluate activity_counts_metrics(id, t, 1, 4, 1)";
    check(&[
        case_of("a bin between others", rolling, Gives::Fails("KQL901")),
        case_of(
            "rows and columns that are not asked for",
            &format!("{rolling} | where t == 1 | project x = 1 | take 1"),
            Gives::Fails("KQL901"),
        ),
        case_of(
            "a dimension that ends before another",
            "where t < 4 | extend v = t | evaluate rolling_percentile(v, 50, t, 1, 2, id)",
            Gives::Fails("KQL901"),
        ),
        case_of("a window between others", activity, Gives::Fails("KQL901")),
        case_of(
            "windows before and after",
            "where t < 3 | evaluate activity_counts_metrics(id, t, 1, 3, 1) | project dcount | take 1",
            Gives::Fails("KQL901"),
        ),
        case_of(
            "rows behind the end",
            "where t < 3 | evaluate activity_counts_metrics(id, t, 1, 1, 2) | where dcount > 5",
            Gives::Fails("KQL901"),
        ),
    ]);
}

#[test]
fn deep_json() {
    let arrays = |levels| nested("[", "7", "]", levels);
    let bags = |levels| nested("{\"a\":", "7", "}", levels);
    check(&[
        case(
            "1,000 arrays",
            format!(
                "print d = parse_json('{}') | project array_length(d), tostring(d)",
                arrays(1_000)
            ),
            Gives::Rows(json!([[1, arrays(1_000)]])),
        ),
        case(
            "a path of 900",
            format!(
                "print d = parse_json('{}') | project x = tostring(d{})",
                bags(1_000),
                ".a".repeat(900)
            ),
            Gives::Rows(json!([[bags(100)]])),
        ),
        case(
            "the end of a path",
            format!(
                "print d = parse_json('{}') | project x = tolong(d{})",
                bags(900),
                ".a".repeat(900)
            ),
            Gives::Rows(json!([[7]])),
        ),
        case(
            "100,000 bags",
            format!(
                "print d = parse_json('{}') | project gettype(d)",
                bags(MANY)
            ),
            Gives::Rows(json!([["dictionary"]])),
        ),
        case(
            "100,000 left open",
            format!(
                "print d = parse_json('{}') | project gettype(d)",
                "[".repeat(MANY)
            ),
            Gives::Any,
        ),
        case(
            "functions",
            format!(
                "print d = parse_json('{}') | project strlen(strcat(bag_merge(d, d), array_concat(d, d), \
                 array_sort_asc(d), set_union(d, d), treepath(d), jaccard_index(d, d), zip(d, d))) > 4000",
                arrays(1_000)
            ),
            Gives::Rows(json!([[true]])),
        ),
        case(
            "aggregates",
            format!(
                "print d = parse_json('{}') | summarize a = make_list(d), b = make_set(d), c = make_bag(d) | project strlen(strcat(a, b, c)) > 15000",
                bags(1_000)
            ),
            Gives::Rows(json!([[true]])),
        ),
        case(
            "expanded",
            format!(
                "print d = parse_json('{}') | mv-expand d | mv-expand d | project gettype(d)",
                arrays(1_000)
            ),
            Gives::Rows(json!([["array"]])),
        ),
        case(
            "a literal",
            format!("print d = dynamic({})", arrays(MANY)),
            Gives::Fault("KQL106"),
        ),
        case(
            "xml",
            format!(
                "print d = parse_xml('{}')",
                nested("<a>", "7", "</a>", MANY)
            ),
            Gives::Any,
        ),
    ]);
}

/// What is told of many faults, and of one in a long line, is short.
#[test]
fn many_faults_are_shown_in_time() {
    let calls = |by: &str| joined((0..1_500).map(|i| format!("a{i} = nosuch{i}(1)")), by);
    let long = format!("print a = '{}', b = nosuch(1)\n", "x".repeat(10_000_000));
    let folder = tempfile::tempdir().unwrap();
    for text in [
        format!("print {}\n", calls(",\n")),
        format!("print {}\n", calls(", ")),
        long,
    ] {
        std::fs::write(folder.path().join("rule.kql"), text).unwrap();
        let start = Instant::now();
        let outcome = retrohunt_in(folder.path(), ["check", "rule.kql"]).exits(1);
        assert!(start.elapsed() < LIMIT / 4, "{:?}", start.elapsed());
        assert!(outcome.stdout.contains("error[KQL203]"));
        assert!(outcome.stdout.len() < 1_000_000, "{}", outcome.stdout.len());
    }
}

#[test]
fn large_rule_files() {
    let head = "id: a\nname: A\n";
    let query = "query: print x = 1\n";
    let aliases: String = (1..12)
        .map(|i| {
            format!(
                "a{i}: &a{i} [{}]\n",
                joined((0..10).map(|_| format!("*a{}", i - 1)), ", ")
            )
        })
        .collect();
    // Each file with the codes of its errors.
    let files: Vec<(&str, String, Option<&str>)> = vec![
        (
            "aliases",
            format!("{head}{query}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{aliases}"),
            Some("KQL602"),
        ),
        (
            "itself",
            format!("{head}{query}a: &a [*a]\n"),
            Some("KQL602"),
        ),
        (
            "dashes",
            format!("{head}{query}a:\n  {}x\n", "- ".repeat(MANY)),
            Some("KQL602"),
        ),
        (
            "brackets",
            format!("{head}{query}a: {}\n", "[".repeat(MANY)),
            Some("KQL602"),
        ),
        (
            "levels",
            format!(
                "{head}{query}{}",
                (0..2_000)
                    .map(|i| " ".repeat(i) + "a:\n")
                    .collect::<String>()
            ),
            Some("KQL602"),
        ),
        (
            "query",
            format!(
                "{head}query: |\n  print x = 1 // {}\n",
                "x".repeat(10_000_000)
            ),
            None,
        ),
        (
            "lines",
            format!(
                "{head}query: |\n  print x = 1\n{}",
                "  // a comment\n".repeat(700_000)
            ),
            None,
        ),
        (
            "comments",
            format!("{head}{query}{}", "# a comment\n".repeat(800_000)),
            None,
        ),
        (
            "rules",
            (0..5_000)
                .map(|i| format!("---\nid: r{i}\nname: R{i}\n{query}"))
                .collect(),
            None,
        ),
        (
            "keys",
            format!("{}{head}{query}", "b: 1\n".repeat(MANY)),
            None,
        ),
        (
            "tabs",
            format!("{head}tactics:\n{}{query}", "\t- x\n".repeat(MANY)),
            None,
        ),
        (
            "list",
            format!(
                "rules:\n{}",
                (0..MANY)
                    .map(|i| format!("  - id: r{i}\n    name: R\n    {query}"))
                    .collect::<String>()
            ),
            Some("KQL602"),
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, text, code) in files {
        std::fs::write(folder.path().join("rule.yaml"), text).unwrap();
        let start = Instant::now();
        let outcome = retrohunt_in(folder.path(), ["check", "rule.yaml"]);
        let took = start.elapsed();
        assert!(took < LIMIT / 4, "{name}: {took:?}");
        let shown: String = outcome.stdout.chars().take(300).collect();
        match code {
            Some(code) => {
                assert_eq!(outcome.code, 1, "{name}: {shown} {}", outcome.stderr);
                assert!(
                    outcome.stdout.contains(&format!("error[{code}]")),
                    "{name}: {shown}"
                );
            }
            None => assert_eq!(outcome.code, 0, "{name}: {shown} {}", outcome.stderr),
        }
    }
}
