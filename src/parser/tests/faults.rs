//! Faults: their codes, places, texts and help, and that reading goes on after them.

use super::parse;
use crate::diagnostics::Code;
use crate::syntax::dump;

/// `code@start..end message` of each fault.
fn faults(text: &str) -> Vec<String> {
    let parsed = parse(text);
    let show = |d: &crate::diagnostics::Diagnostic| {
        format!("{}@{}..{} {}", d.code, d.span.start, d.span.end, d.message)
    };
    parsed.diagnostics.iter().map(show).collect()
}

/// The help of the only fault.
#[track_caller]
fn help(text: &str) -> String {
    let parsed = parse(text);
    let found: Vec<_> = parsed.diagnostics.iter().collect();
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].help.clone().unwrap_or_default()
}

#[test]
fn all_faults_are_found() {
    assert_eq!(
        faults("T | where a == | wher b | take 5 5\n; let x 1; print )"),
        [
            "KQL104@15..16 expected an expression, found `|`",
            "KQL105@17..21 `wher` is no tabular operator",
            "KQL104@33..34 expected `|` or the end of the operator, found `5`",
            "KQL104@43..44 expected `=`, found `1`",
            "KQL104@52..53 this `)` closes nothing",
        ]
    );
}

#[test]
fn faults_inside_parentheses_stay_there() {
    assert_eq!(
        faults("A | join (B | where = 1 | take x y) on a | where b c"),
        [
            "KQL104@20..21 expected an expression, found `=`",
            "KQL104@33..34 expected `|` or the end of the operator, found `y`",
            "KQL104@51..52 expected `|` or the end of the operator, found `c`",
        ]
    );
    assert_eq!(
        faults("let f = () { T | where ; }; f() | take )"),
        [
            "KQL104@23..24 expected an expression, found `;`",
            "KQL104@39..40 expected an expression, found `)`",
        ]
    );
}

#[test]
fn what_is_good_is_kept() {
    let parsed = parse("T | where a == | take 1; print x");
    let kept = parsed.query.as_ref().map(dump::query);
    assert_eq!(kept.as_deref(), Some("T | (Take 1); (Print [x])"));
}

#[test]
fn an_open_bracket_is_shown() {
    let parsed = parse("T | where f(a, (b + 1) | take 1");
    let found: Vec<_> = parsed.diagnostics.iter().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "expected `)`, the query ends");
    assert_eq!(found[0].labels[0].span.start, 11);
}

#[test]
fn help_where_it_is_obvious() {
    assert_eq!(help("T | where a = 1"), "to compare two values, write `==`");
    assert_eq!(help("T | where a == “x”"), "write the plain `\"`");
    assert_eq!(
        help("T | project a, b, | take 1"),
        "take the last comma away"
    );
    assert_eq!(help("T | where a in ('x',)"), "take the last comma away");
    assert_eq!(help("T | sumarize count()"), "did you mean `summarize`?");
    assert_eq!(help("T | projectaway a"), "did you mean `project-away`?");
    assert_eq!(help("T | select a"), "did you mean `project`?");
    assert_eq!(help("T | where not a"), "write not(…)");
    assert_eq!(
        help("T | where a AND b"),
        "keywords are written in lower case: `and`"
    );
    assert_eq!(
        help("T | where a && b"),
        "to join two conditions, write `and`"
    );
    assert_eq!(
        help("T | where a || b"),
        "to join two conditions, write `or`"
    );
    assert_eq!(help("T | where !a"), "to negate a condition, write not(…)");
    assert_eq!(help("T where a"), "an operator follows a bar: `| where`");
    assert_eq!(
        help("let a = 1\nlet b = 2; T"),
        "end the statement before with `;`"
    );
    assert_eq!(
        help("T | extend first = 1"),
        "a keyword is a name in brackets only: ['first']"
    );
    assert_eq!(
        help("T | extend has_cs = a has_cs 'x'"),
        "a keyword is a name in brackets only: ['has_cs']"
    );
    assert_eq!(
        help(r#"print "C:\data""#),
        "double the backslash, or put `@` before the opening quote"
    );
    assert_eq!(
        help("T | where a in 'x'"),
        "the list stands in parentheses: `x in (list)`"
    );
    assert_eq!(
        help("print x = [1, 2]"),
        "a list or an object stands in dynamic(…)"
    );
    assert_eq!(
        help("datatable(a: int) [null]"),
        "write the type too, such as int(null), or \"\""
    );
}

#[test]
fn lexical_faults() {
    assert_eq!(
        faults("print 'abc"),
        ["KQL102@6..10 this string is not closed"]
    );
    assert_eq!(
        faults("print a # b")[0],
        "KQL101@8..9 `#` cannot stand here"
    );
    assert_eq!(
        faults("print datetime(x)"),
        ["KQL103@6..17 `x` is not a datetime"]
    );
    assert_eq!(
        faults("print int(5000000000)"),
        ["KQL103@6..21 `5000000000` is not a int"]
    );
    assert_eq!(
        faults("print 9223372036854775808"),
        ["KQL103@6..25 `9223372036854775808` does not fit a long"]
    );
    assert_eq!(
        faults("print datetime(2024-01-01 | take 1")[0],
        "KQL103@6..26 the datetime literal is not closed"
    );
    assert_eq!(
        faults("print 1.5x"),
        ["KQL103@6..10 `1.5x` is not a number"]
    );
}

#[test]
fn a_closing_bracket_too_many() {
    assert_eq!(
        faults("T | take 1) | count"),
        ["KQL104@10..11 this `)` closes nothing"]
    );
}

#[test]
fn the_codes_are_of_syntax() {
    for text in ["T | x", "print '", "print (", "", "print int(x)"] {
        for fault in parse(text).diagnostics {
            assert_eq!(fault.code.kind().as_str(), "syntax");
            assert_ne!(fault.code, Code::TooDeep);
        }
    }
}
