//! Expressions and literals.

use super::{tree, trees};

#[test]
fn precedence() {
    trees(&[
        ("1 + 2 * 3 - 4", "(Subtract (Add 1 (Multiply 2 3)) 4)"),
        ("a or b and c", "(Or a (And b c))"),
        (
            "a == 1 and b != 2 or c",
            "(Or (And (Equal a 1) (NotEqual b 2)) c)",
        ),
        ("a + 1 < b * 2", "(Less (Add a 1) (Multiply b 2))"),
        ("a < b == true", "(Equal (Less a b) true)"),
        // String operators bind tighter than arithmetic.
        ("a + b has 'x'", "(Add a (Has b \"x\"))"),
        ("a =~ 'x' == b", "(Equal (EqualIgnoreCase a \"x\") b)"),
        ("-a.b * 2", "(Multiply (Minus a.b) 2)"),
        ("- -1", "(Minus (Minus 1))"),
        ("a - -1", "(Subtract a (Minus 1))"),
        ("(a or b) and c", "(And <(Or a b)> c)"),
        ("a <> b", "(NotEqual a b)"),
        ("a % 2", "(Modulo a 2)"),
    ]);
}

#[test]
fn chains_of_and_keep_their_order() {
    trees(&[
        ("a and b and c", "(And (And a b) c)"),
        ("a and b and c and d", "(And (And a b) (And c d))"),
        ("a or b or c or d or e", "(Or (Or (Or a b) (Or c d)) e)"),
    ]);
}

#[test]
fn string_operators() {
    for (word, name) in [
        ("has", "Has"),
        ("!has", "NotHas"),
        ("has_cs", "HasCs"),
        ("!has_cs", "NotHasCs"),
        ("hasprefix", "HasPrefix"),
        ("!hasprefix", "NotHasPrefix"),
        ("hasprefix_cs", "HasPrefixCs"),
        ("!hasprefix_cs", "NotHasPrefixCs"),
        ("hassuffix", "HasSuffix"),
        ("!hassuffix", "NotHasSuffix"),
        ("hassuffix_cs", "HasSuffixCs"),
        ("!hassuffix_cs", "NotHasSuffixCs"),
        ("contains", "Contains"),
        ("!contains", "NotContains"),
        ("notcontains", "NotContains"),
        ("contains_cs", "ContainsCs"),
        ("containscs", "ContainsCs"),
        ("!contains_cs", "NotContainsCs"),
        ("notcontainscs", "NotContainsCs"),
        ("startswith", "StartsWith"),
        ("!startswith", "NotStartsWith"),
        ("startswith_cs", "StartsWithCs"),
        ("!startswith_cs", "NotStartsWithCs"),
        ("endswith", "EndsWith"),
        ("!endswith", "NotEndsWith"),
        ("endswith_cs", "EndsWithCs"),
        ("!endswith_cs", "NotEndsWithCs"),
        ("like", "Like"),
        ("notlike", "NotLike"),
        ("likecs", "LikeCs"),
        ("notlikecs", "NotLikeCs"),
        ("=~", "EqualIgnoreCase"),
        ("!~", "NotEqualIgnoreCase"),
        ("matches regex", "MatchesRegex"),
        (":", "Term"),
    ] {
        assert_eq!(tree(&format!("a {word} 'x'")), format!("({name} a \"x\")"));
    }
}

#[test]
fn lists_and_ranges() {
    trees(&[
        ("a in (1, 2)", "(In a [1 2])"),
        ("a !in ('x')", "(NotIn a [\"x\"])"),
        ("a in~ ('x')", "(InIgnoreCase a [\"x\"])"),
        (
            "a !in~ (T | project b)",
            "(NotInIgnoreCase a [T | (Project [b])])",
        ),
        ("a has_any (l)", "(HasAny a [l])"),
        ("a has_all ('x', 'y')", "(HasAll a [\"x\" \"y\"])"),
        ("a in ()", "(In a [])"),
        ("a between (1 .. 5)", "(Between a 1 5)"),
        ("a !between (1..x + 1)", "(NotBetween a 1 (Add x 1))"),
        (
            "a between (ago(1d)..now()) and b",
            "(And (Between a ago(timespan(864000000000)) now()) b)",
        ),
    ]);
}

#[test]
fn paths_names_and_calls() {
    trees(&[
        ("a.b[\"c\"][0]", "a.b[\"c\"][0]"),
        ("a.['b c'].d", "a.b c.d"),
        ("a.[0]", "a[0]"),
        ("a[-1]", "a[(Minus 1)]"),
        ("['a b'] + [\"c\"]", "(Add a b c)"),
        ("$left.x == $right.y", "(Equal $left.x $right.y)"),
        ("f(a, b = 1, *)", "f(a, b=1, *)"),
        ("['my f'](1)", "my f(1)"),
        ("toscalar(T | count)", "toscalar(T | (Count))"),
        (
            "cluster('c').database('d').T",
            "cluster(\"c\").database(\"d\").T",
        ),
        ("database('d').f(1)[0]", "database(\"d\").f(1)[0]"),
        ("typeof(string)", "typeof(string)"),
        ("toscalar kind=nooptimization (T)", "toscalar(T)"),
        // Keywords are names where names are called for.
        (
            "print kind = 1, count = 2, title, step, type",
            "(Print [kind=1 count=2 title step type])",
        ),
        (
            "T | where 3Dx == _y and d.first == 1",
            "T | (Where (And (Equal 3Dx _y) (Equal d.first 1)))",
        ),
        ("union", "union"),
        ("x == 1 // end", "(Equal x 1)"),
    ]);
}

#[test]
fn numbers_and_timespans() {
    trees(&[
        ("0x1F", "31"),
        ("1.5e3", "1500.0"),
        ("1e3", "1000.0"),
        ("1.", "1.0"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1d", "timespan(864000000000)"),
        ("2.5h", "timespan(90000000000)"),
        ("1tick", "timespan(1)"),
        ("5microseconds", "timespan(50)"),
        ("time(1.02:03:04)", "timespan(937840000000)"),
        ("timespan(null)", "timespan(null)"),
        ("time('00:00:01')", "timespan(10000000)"),
    ]);
}

#[test]
fn typed_literals() {
    trees(&[
        ("int(5)", "int(5)"),
        ("int(-5)", "int(-5)"),
        ("long(0x10)", "16"),
        ("long( null )", "long(null)"),
        ("real(nan)", "NaN"),
        ("double(-inf)", "-inf"),
        ("decimal(1.50)", "decimal(1.50)"),
        ("bool(1)", "true"),
        ("bool(null)", "bool(null)"),
        ("True", "true"),
        ("datetime(1970-01-01)", "datetime(621355968000000000)"),
        (
            "datetime (1970-01-01 00:00:01Z)",
            "datetime(621355968010000000)",
        ),
        ("date('1970-01-01')", "datetime(621355968000000000)"),
        ("datetime(null)", "datetime(null)"),
        (
            "guid(74BE27DE-1E4E-49D9-B579-FE0B331D3642)",
            "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
        ),
    ]);
}

#[test]
fn strings() {
    trees(&[
        (r#""a\tb""#, r#""a\tb""#),
        (r"@'C:\x'", r#""C:\\x""#),
        (r"h'secret'", r#""secret""#),
        ("'a' \"b\" @'c'", "\"abc\""),
        ("```a\n'b'```", "\"a\\n'b'\""),
        ("print x = ~~~a|b~~~", "(Print [x=\"a|b\"])"),
        ("'// no comment'", "\"// no comment\""),
    ]);
}

#[test]
fn dynamic_literals() {
    trees(&[
        ("dynamic(null)", "dynamic(null)"),
        (
            "dynamic({'a': [1, 2.0, -3], \"b\": True})",
            "dynamic({\"a\":[1,2.0,-3],\"b\":true})",
        ),
        (
            "dynamic([datetime(2020-02-29), 1d, 'x' 'y'])",
            "dynamic([\"2020-02-29T00:00:00.0000000Z\",\"1.00:00:00\",\"xy\"])",
        ),
        (
            "dynamic([@'C:\\x', dynamic([1])])",
            "dynamic([\"C:\\\\x\",[1]])",
        ),
        (
            "dynamic([-9223372036854775808, 9223372036854775808])",
            "dynamic([-9223372036854775808,9.223372036854776e18])",
        ),
        (
            "dynamic([datetime(0001-01-01), datetime(9999-12-31 23:59:59.9999999)])",
            "dynamic([\"0001-01-01T00:00:00.0000000Z\",\"9999-12-31T23:59:59.9999999Z\"])",
        ),
        ("dynamic([1,])[0]", "dynamic([1])[0]"),
    ]);
}

#[test]
fn white_space_of_web_pages() {
    trees(&[
        ("\u{feff}T\u{a0}|\u{a0}take\u{2003}1\r\n", "T | (Take 1)"),
        (
            "datetime(1970-01-01\u{202f}00:00:00)",
            "datetime(621355968000000000)",
        ),
    ]);
}
