//! Statements.

use super::{parse, trees};
use crate::diagnostics::Code;

#[test]
fn statements() {
    trees(&[
        ("let a = 1; T", "(Let a 1); T"),
        (
            "let T = U | where x; T | count;",
            "(Let T U | (Where x)); T | (Count)",
        ),
        (
            "let f = (a: long, b: string = 'x') { let c = a; T | where d == c; }; f(1)",
            "(Let f (Function [a:long b:string=\"x\"] [(Let c a) T | (Where (Equal d c))])); f(1)",
        ),
        (
            "let f = (T: (*), U: (a: long, b: string)) { T }; f(X, Y)",
            "(Let f (Function [T:(*) U:[a:long b:string]] [T])); f(X, Y)",
        ),
        ("let v = view () { T }; v", "(Let v (View [] [T])); v"),
        (
            "let f = () { 1 }; print f()",
            "(Let f (Function [] [1])); (Print [f()])",
        ),
        (
            "let x = (1 + 2); print x",
            "(Let x <(Add 1 2)>); (Print [x])",
        ),
        ("let ['a b'] = 1; print 1", "(Let a b 1); (Print [1])"),
        (
            "set notruncation; set x = 5; T",
            "(Set notruncation _); (Set x 5); T",
        ),
        (
            "declare query_parameters(a: long, b: string = 'x'); T",
            "(QueryParameters [a:long b:string=\"x\"]); T",
        ),
        (
            "declare pattern p = (a: string)[b: string] { ('x').['y'] = { T | take 1 }; }; T",
            "(Pattern p [a:string] b:string [(Rule [\"x\"] \"y\" [T | (Take 1)])]); T",
        ),
        (
            "declare pattern p; declare pattern q = (a: string) { ('x') = { T } }; T",
            "(Pattern p [] _ []); (Pattern q [a:string] _ [(Rule [\"x\"] _ [T])]); T",
        ),
        (
            "alias database d = cluster('c').database('d'); T",
            "(Alias); T",
        ),
        ("restrict access to (A, B*); T", "(Restrict); T"),
        (";;let a = 1;;\nT;;\r\n// end", "(Let a 1); T"),
        (
            "let count = 1; T | where let1 == count",
            "(Let count 1); T | (Where (Equal let1 count))",
        ),
        // Statement words are names too.
        ("set | take 1", "set | (Take 1)"),
    ]);
}

#[test]
fn nothing_to_run() {
    for text in ["", "  // only a comment", ";;"] {
        let parsed = parse(text);
        assert!(parsed.query.is_none());
        let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::EmptyQuery], "{text:?}");
    }
}
