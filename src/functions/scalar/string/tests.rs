//! The functions as the engine runs them: their SQL over constants and over columns.
//!
//! The expected values are recorded answers of Kusto and of Microsoft's documentation.

use datafusion::arrow::util::display::array_value_to_string;
use datafusion::prelude::SessionContext;

use crate::functions::scalar::testing::{context, literal_arguments};
use crate::functions::{Argument, Value, registry};

fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn n(number: i64) -> Value {
    Value::Long(number)
}

fn d(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

/// The answer over constants, after a check that columns give the same. NULL is `NULL`.
async fn run(session: &SessionContext, name: &str, values: &[Value]) -> String {
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let types: Vec<_> = values
        .iter()
        .map(|value| Argument {
            ty: value.ty(),
            constant: Some(value),
        })
        .collect();
    let result = function.return_type(&types).expect(name);
    let (constants, columns, table) = literal_arguments(values);
    let over_constants = function.sql(&constants, result).expect(name);
    let over_columns = function.sql(&columns, result).expect(name);
    let mut answers = Vec::new();
    for query in [
        format!("SELECT {over_constants}"),
        format!("SELECT {over_columns} FROM {table}"),
    ] {
        let batches = session.sql(&query).await.expect(&query).collect().await;
        let batches = batches.expect(&query);
        let column = batches[0].column(0);
        answers.push(match column.is_null(0) {
            true => "NULL".to_owned(),
            false => array_value_to_string(column, 0).expect(&query),
        });
    }
    assert_eq!(answers[0], answers[1], "{name}: constants and columns");
    answers.swap_remove(0)
}

#[tokio::test]
async fn recorded_answers() {
    let session = context();
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("tolower", vec![s("ÅNGSTRÖM MiX")], "ångström mix"),
        ("toupper", vec![s("café")], "CAFÉ"),
        ("strlen", vec![s("👨\u{200d}👩\u{200d}👧")], "5"),
        ("string_size", vec![s("👨\u{200d}👩\u{200d}👧")], "18"),
        ("strcat", vec![s("a"), s(""), s("b")], "ab"),
        ("strcat_delim", vec![s("-"), s(""), s("z")], "-z"),
        ("substring", vec![s("hello"), n(1), n(-1)], ""),
        ("substring", vec![s("abc"), n(10), n(5)], ""),
        ("substring", vec![s("abc"), n(-2), n(5)], "bc"),
        ("substring", vec![s("x"), n(-2), n(5)], ""),
        ("substring", vec![s("𝓗ello"), n(0), n(2)], "𝓗e"),
        ("substring", vec![s("ABCdef"), n(2)], "Cdef"),
        ("split", vec![s("a,,b"), s(",")], r#"["a","","b"]"#),
        ("split", vec![s(""), s(",")], r#"[""]"#),
        ("split", vec![s("a\\b"), s("\\")], r#"["a","b"]"#),
        ("split", vec![s("one\ntwo"), s("\r\n")], r#"["one\ntwo"]"#),
        ("split", vec![s("aaa_bbb_ccc"), s("_"), n(1)], r#"["bbb"]"#),
        ("extract", vec![s("<([a-z]+)"), n(1), s("<br/>")], "br"),
        ("extract", vec![s("x"), n(0), s("plain")], ""),
        ("extract", vec![s("(a)"), n(7), s("a")], ""),
        (
            "extract_all",
            vec![s("<(/?[a-z]+)"), s("<t>x</t>")],
            r#"["t","/t"]"#,
        ),
        (
            "extract_all",
            vec![s("(a)(b)?"), s("aaa")],
            r#"[["a",""],["a",""],["a",""]]"#,
        ),
        ("extract_all", vec![s("(a)(b)?"), s("")], "NULL"),
        (
            "extract_all",
            vec![s(r"(\d)"), s("ＡＢ１２")],
            r#"["１","２"]"#,
        ),
        (
            "extract_all",
            vec![
                s(r"(?P<first>\w)(?P<middle>\w+)(?P<last>\w)"),
                d(r#"["first",2,"last"]"#),
                s("82b8-dfa7"),
            ],
            r#"[["8","2b","8"],["d","fa","7"]]"#,
        ),
        ("replace_string", vec![s("aaa"), s("a"), s("")], ""),
        ("replace_string", vec![s("aaa"), s(""), s("X")], "aaa"),
        (
            "replace_string",
            vec![s("O'Brien's"), s("'"), s("''")],
            "O''Brien''s",
        ),
        (
            "replace_strings",
            vec![
                s("a cat, a dog"),
                d(r#"["cat","dog"]"#),
                d(r#"["dog","pigeon"]"#),
            ],
            "a dog, a pigeon",
        ),
        (
            "replace_regex",
            vec![s("one two three"), s(r"(\w)(\w)"), s(r"\2\1")],
            "noe wto htere",
        ),
        ("replace_regex", vec![s("ababab"), s("(ab)+"), s("X")], "X"),
        ("replace", vec![s(r"\s+"), s("-"), s("one  two")], "one-two"),
        (
            "trim",
            vec![s("--"), s("--https://bing.com--")],
            "https://bing.com",
        ),
        ("trim", vec![s(r"\s"), s("  spaced  ")], " spaced "),
        ("trim", vec![s("x"), s("xxabcxx")], "xabcx"),
        ("trim", vec![s("a+"), s("aaaainneraaaa")], "inner"),
        ("trim_start", vec![s("d$"), s("asd")], "asd"),
        (
            "trim_start",
            vec![s(r"[^\w]+"), s("-  Te st1// $")],
            "Te st1// $",
        ),
        ("trim_end", vec![s("x"), s("xxx")], "xx"),
        ("trim_end", vec![s("^asd"), s("wasd")], "wasd"),
        ("trim_end", vec![s("^asd"), s("asd")], ""),
        ("indexof", vec![s("abcdefg"), s("cde")], "2"),
        ("indexof", vec![s("abcdefg"), s("cde"), n(1), n(4)], "2"),
        ("indexof", vec![s("abcdefg"), s("cde"), n(1), n(2)], "-1"),
        ("indexof", vec![s("abcdefg"), s("cde"), n(3), n(4)], "-1"),
        ("indexof", vec![s("abcdefg"), s("cde"), n(-5)], "2"),
        ("indexof", vec![s("abcdefg"), s("cde"), n(2), n(-1)], "2"),
        (
            "indexof",
            vec![s("abcdefgabcdefg"), s("cde"), n(1), n(10), n(2)],
            "9",
        ),
        (
            "indexof",
            vec![s("abcdefgabcdefg"), s("cde"), n(1), n(-1), n(3)],
            "-1",
        ),
        ("indexof", vec![s("café"), s("é")], "3"),
        ("indexof", vec![s("abc"), s("")], "NULL"),
        ("indexof_regex", vec![s("abcabc"), s("a.c")], "0"),
        (
            "indexof_regex",
            vec![s("abcabcdefg"), s("a.c"), n(0), n(9), n(2)],
            "3",
        ),
        (
            "indexof_regex",
            vec![s("abcabc"), s("a.c"), n(1), n(-1), n(2)],
            "-1",
        ),
        (
            "indexof_regex",
            vec![s("ababaa"), s("a.a"), n(0), n(-1), n(2)],
            "-1",
        ),
        ("indexof_regex", vec![s("abcabc"), s("a|ab"), n(-1)], "NULL"),
        ("countof", vec![s("The cat sat on the mat"), s("at")], "3"),
        ("countof", vec![s("abc abc ab a"), s("a."), s("regex")], "3"),
        ("countof", vec![s("''"), s("'")], "2"),
        ("reverse", vec![s("𝓗ello")], "olle𝓗"),
        ("strcmp", vec![s("ABC"), s("abc")], "-1"),
        ("strcmp", vec![s("abcde"), s("abc")], "1"),
        ("strrep", vec![s("ab"), n(3)], "ababab"),
        ("strrep", vec![s("ab"), n(3), s("-")], "ab-ab-ab"),
        ("strcat_array", vec![d("[1,null,3]"), s("-")], "1--3"),
        ("strcat_array", vec![d("[]"), s(",")], ""),
        (
            "has_any_index",
            vec![s("this is an example"), d(r#"["not","example"]"#)],
            "1",
        ),
        (
            "has_any_index",
            vec![s("Example number 2"), d("[1,2,3]")],
            "1",
        ),
        ("has_any_index", vec![s("x"), d("[]")], "-1"),
        (
            "translate",
            vec![s("krasp"), s("otsku"), s("spark")],
            "kusto",
        ),
        ("translate", vec![s("abc"), s("x"), s("abc")], "xxx"),
        (
            "unicode_codepoints_from_string",
            vec![s("Kusto")],
            "[75,117,115,116,111]",
        ),
        (
            "unicode_codepoints_to_string",
            vec![n(75), n(10), d("[117,115]")],
            "K\nus",
        ),
        ("url_encode", vec![s("You are here")], "You+are+here"),
        (
            "url_encode_component",
            vec![s("https://www.bing.com/hello world")],
            "https%3a%2f%2fwww.bing.com%2fhello%20world",
        ),
        (
            "url_decode",
            vec![s("https%3a%2f%2fwww.bing.com%2f")],
            "https://www.bing.com/",
        ),
        ("base64_encode_tostring", vec![s("Kusto")], "S3VzdG8="),
        (
            "base64_decode_tostring",
            vec![s("VGhpcyBzdHJpbmc=")],
            "This string",
        ),
        (
            "base64_decode_tostring",
            vec![s("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")],
            "",
        ),
        ("base64_decode_toarray", vec![s("?")], "NULL"),
        ("isascii", vec![s("é")], "false"),
        ("isutf8", vec![s("blahhh")], "true"),
        (
            "regex_quote",
            vec![s("(so$me.Te^xt)")],
            r"\(so\$me\.Te\^xt\)",
        ),
        ("isempty", vec![s("")], "true"),
        ("isempty", vec![d("\"\"")], "true"),
        ("isempty", vec![n(0)], "false"),
        ("isnotempty", vec![s(" ")], "true"),
    ];
    for (name, values, expected) in cases {
        let got = run(&session, name, &values).await;
        assert_eq!(got, expected, "{name}({values:?})");
    }
}

#[tokio::test]
async fn sql_null_reads_as_the_empty_text() {
    let session = context();
    session
        .sql("CREATE TABLE t AS SELECT arrow_cast(column1, 'Utf8View') AS c FROM (VALUES ('a'), (NULL))")
        .await
        .expect("table");
    for (query, expected) in [
        ("kql_strlen(c)", ["1", "0"]),
        ("kql_strcat('<', c, '>')", ["<a>", "<>"]),
        ("kql_tolower(c)", ["a", ""]),
        ("kql_split(c, ',')", [r#"["a"]"#, r#"[""]"#]),
        ("kql_replace_string(c, 'a', 'b')", ["b", ""]),
        ("kql_extract('.*', 0, c)", ["a", ""]),
    ] {
        let query = format!("SELECT {query} FROM t");
        let batches = session.sql(&query).await.expect(&query).collect().await;
        let batches = batches.expect(&query);
        let column = batches[0].column(0);
        for (row, expected) in expected.iter().enumerate() {
            assert!(column.is_valid(row), "{query} row {row}");
            assert_eq!(
                &array_value_to_string(column, row).expect(&query),
                expected,
                "{query}"
            );
        }
    }
}

#[test]
fn constants_that_cannot_be_are_faults_of_the_query() {
    for (name, values, index) in [
        ("extract", vec![s("(a"), n(1), s("x")], Some(0)),
        ("extract", vec![s("a"), n(1), s("x"), s("nothing")], Some(3)),
        ("extract_all", vec![s("a"), s("x")], Some(0)),
        ("replace_regex", vec![s("x"), s("["), s("x")], Some(1)),
        ("countof", vec![s("x"), s("y"), s("z")], Some(2)),
        ("split", vec![s("x"), s("y"), n(-1)], Some(2)),
        ("matches regex", vec![s("x"), s("*")], Some(1)),
    ] {
        let arguments: Vec<_> = values
            .iter()
            .map(|value| Argument {
                ty: value.ty(),
                constant: Some(value),
            })
            .collect();
        let fault = registry::scalar(name)
            .expect(name)
            .return_type(&arguments)
            .expect_err(name);
        assert_eq!(fault.index, index, "{name}: {}", fault.message);
    }
}
