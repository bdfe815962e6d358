//! Random texts: nothing panics, and spans stay inside the text.

use super::parse;
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "T",
    "a",
    "b1",
    "_x",
    "$left",
    "let",
    "set",
    "declare",
    "pattern",
    "query_parameters",
    "view",
    "where",
    "extend",
    "project",
    "project-away",
    "project-reorder",
    "summarize",
    "by",
    "join",
    "kind",
    "=",
    "on",
    "union",
    "isfuzzy",
    "true",
    "null",
    "range",
    "from",
    "to",
    "step",
    "print",
    "search",
    "find",
    "in",
    "in~",
    "!in",
    "has",
    "!has",
    "has_any",
    "between",
    "!between",
    "..",
    "and",
    "or",
    "not",
    "mv-expand",
    "mv-apply",
    "make-series",
    "default",
    "parse",
    "parse-kv",
    "with",
    "as",
    "top",
    "top-nested",
    "of",
    "others",
    "asc",
    "desc",
    "nulls",
    "first",
    "sort",
    "take",
    "1",
    "2.5",
    "1d",
    "0x1f",
    "'s'",
    "\"t\"",
    "@'v'",
    "h\"o\"",
    "```m```",
    "datetime(2024-01-01)",
    "datetime(",
    "int(null)",
    "dynamic(",
    "dynamic",
    "typeof(string)",
    "datatable",
    "externaldata",
    "scan",
    "fork",
    "partition",
    "facet",
    "evaluate",
    "invoke",
    "render",
    "reduce",
    "macro-expand",
    "graph-match",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "|",
    ".",
    "==",
    "!=",
    "<>",
    "=~",
    "!~",
    "=>",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "~",
    "@",
    "?",
    "\\",
    "'",
    "\"",
    "“",
    "\u{a0}",
    "\n",
    "// c\n",
    "é",
    "😀",
    "step s:",
    "['n']",
    "count()",
    "f(x)",
];

const QUERIES: &[&str] = &[
    "let f = (a: long = 1) { T | where x == a and y !in~ ('p', 'q') }; f(2) | summarize n = count() by bin(t, 1h)",
    "union isfuzzy=true A*, (B | take 1) | join kind=inner (C | extend d = e.['f g'][0]) on $left.a == $right.b",
    "T | parse kind=regex s with * 'a=' a: long ' ' b | mv-expand x = dynamic([1, {'k': 2d}]) to typeof(long) limit 3",
    "T | scan declare (n: long = 0) with (step s output=all: a > 1 => n = 2; step e: b;) | render timechart with (title='x')",
    "range i from 1 to 10 step 1 | extend t = datetime(2024-01-01 10:00) + i * 1h, u = @\"C:\\x\", v = h'\\u00e9'",
    "datatable(a: int, b: string) [int(null), '', -1, \"x\",] | top-nested 2 of a with others='o' by max(b) desc",
];

fn check(text: &str) {
    let parsed = parse(text);
    for fault in parsed.diagnostics.iter() {
        let labels = fault.labels.iter().map(|label| label.span);
        for span in labels.chain([fault.span]) {
            assert!(
                text.get(span.start..span.end).is_some(),
                "{span:?} in {text:?}"
            );
        }
    }
    if let Some(query) = parsed.query {
        for statement in &query.statements {
            assert!(text.get(statement.span.start..statement.span.end).is_some());
        }
        assert!(!crate::syntax::dump::query(&query).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_ascii(text in "[ -~\\n]{0,80}") {
        check(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..60), glue in any::<bool>()) {
        check(&words.join(if glue { "" } else { " " }));
    }

    #[test]
    fn mutated_queries(
        query in prop::sample::select(QUERIES),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, prop::sample::select(WORDS)), 1..6),
    ) {
        let mut chars: Vec<char> = query.chars().collect();
        for (at, action, word) in edits {
            let at = at.index(chars.len() + 1);
            match action {
                0 => chars.truncate(at),
                1 => { chars.splice(at..at, word.chars()); }
                2 => { chars.drain(at..(at + 3).min(chars.len())); }
                _ => { chars.splice(at..(at + 1).min(chars.len()), word.chars()); }
            }
        }
        check(&chars.into_iter().collect::<String>());
    }
}
