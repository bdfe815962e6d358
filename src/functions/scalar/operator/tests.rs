//! Facts of Kusto's operators, run through DataFusion.

use crate::functions::Value::{self, Bool, Decimal, Int, Long, Null, Real};
use crate::functions::scalar::harness::{at, dynamic, eval, fault, span, sql_of, string};
use crate::symbols::ScalarType as Ty;

#[test]
fn nulls_equal_nothing_and_differ_from_every_value() {
    let null = Null(Ty::Long);
    for (name, left, right, expected) in [
        ("==", null.clone(), Long(1), Bool(false)),
        ("!=", null.clone(), Long(0), Bool(true)),
        ("==", null.clone(), null.clone(), Null(Ty::Bool)),
        ("!=", null.clone(), null.clone(), Null(Ty::Bool)),
        ("<", null.clone(), Long(1), Null(Ty::Bool)),
        (">=", Long(1), null.clone(), Null(Ty::Bool)),
        ("==", Long(1), Long(1), Bool(true)),
        ("!=", Long(1), Long(1), Bool(false)),
    ] {
        assert_eq!(
            eval(name, &[left.clone(), right.clone()]),
            expected,
            "{left:?} {name} {right:?}"
        );
    }
}

#[test]
fn a_null_string_is_empty() {
    assert_eq!(eval("==", &[string(""), string("a")]), Bool(false));
    assert_eq!(eval("!=", &[string(""), string("a")]), Bool(true));
    assert_eq!(eval("==", &[string(""), string("")]), Bool(true));
    assert_eq!(eval("!=", &[string(""), string("")]), Bool(false));
    assert_eq!(eval("<", &[string(""), string("a")]), Bool(true));
    assert_eq!(eval("==", &[string("a"), string("A")]), Bool(false));
}

#[test]
fn types_are_brought_together() {
    let guid = "74be27de-1e4e-49d9-b579-fe0b331d3642";
    for (left, right, expected) in [
        (Long(1), Real(1.0), true),
        (Int(3), Long(3), true),
        (Decimal("0.3".into()), Real(0.3), true),
        (Bool(true), Long(1), true),
        (dynamic("1.5"), Long(1), false),
        (dynamic("1.0"), Long(1), true),
        (dynamic("\"a\""), string("a"), true),
        (dynamic("null"), string(""), true),
        (
            dynamic("{\"a\":1,\"b\":2}"),
            dynamic("{\"b\": 2, \"a\": 1}"),
            true,
        ),
        (dynamic("\"2020-01-01\""), at("2020-01-01"), true),
        (string(&guid.to_uppercase()), Value::Guid(guid.into()), true),
        (at("2020-01-01"), at("2020-01-02"), false),
    ] {
        assert_eq!(
            eval("==", &[left.clone(), right.clone()]),
            Bool(expected),
            "{left:?} {right:?}"
        );
        assert_eq!(eval("!=", &[left, right]), Bool(!expected));
    }
    assert_eq!(eval("<", &[dynamic("1.5"), Long(2)]), Bool(true));
    assert_eq!(eval(">", &[dynamic("1.5"), Long(1)]), Bool(true));
    assert!(
        fault("==", &[string("1"), Long(1)])
            .message
            .contains("string and long")
    );
}

#[test]
fn comparisons_with_constants_keep_the_column_bare() {
    let constant = crate::functions::SqlArgument {
        sql: crate::functions::sql::text("x"),
        ty: Ty::String,
        constant: Some(&string("x")),
        nullable_string: false,
    };
    let column = crate::functions::SqlArgument {
        sql: crate::functions::sql::column("c"),
        ty: Ty::String,
        constant: None,
        nullable_string: true,
    };
    let sql = |name: &str, arguments: &[_]| {
        let function = crate::functions::scalar(name).unwrap();
        function.sql(arguments, Ty::Bool).unwrap().to_string()
    };
    let both = [column.clone(), constant];
    assert_eq!(sql("==", &both), "\"c\" IS NOT DISTINCT FROM 'x'");
    assert_eq!(sql("!=", &both), "\"c\" IS DISTINCT FROM 'x'");
    assert_eq!(
        sql_of(
            "between",
            &[at("2020-01-01"), at("2020-01-01"), at("2020-01-01")]
        ),
        "(\"a0\" >= \"a1\") AND (\"a0\" <= \"a2\")"
    );
    assert_eq!(
        sql_of("ago", &[span("5d")]),
        "kql_datetime_minus(CAST($as_of AS BIGINT), \"a0\")"
    );
}

#[test]
fn whole_numbers() {
    for (name, a, b, expected) in [
        ("+", Int(i32::MAX), Int(1), Long(2_147_483_648)),
        ("+", Long(i64::MAX), Long(1), Long(i64::MIN)),
        ("-", Long(i64::MIN), Long(1), Long(i64::MAX)),
        (
            "*",
            Int(i32::MAX),
            Int(i32::MAX),
            Long(4_611_686_014_132_420_609),
        ),
        ("/", Long(-7), Long(2), Long(-3)),
        ("/", Long(i64::MIN), Long(-1), Long(i64::MIN)),
        ("/", Long(1), Long(0), Null(Ty::Long)),
        ("%", Long(-7), Long(-2), Long(1)),
        ("%", Long(10), Long(0), Null(Ty::Long)),
        ("+", Long(1), Null(Ty::Int), Null(Ty::Long)),
        ("+", dynamic("2"), Long(1), Long(3)),
        ("+", dynamic("2"), dynamic("1.5"), dynamic("3.5")),
    ] {
        assert_eq!(
            eval(name, &[a.clone(), b.clone()]),
            expected,
            "{a:?} {name} {b:?}"
        );
    }
    assert_eq!(eval("-x", &[Int(i32::MIN)]), Long(2_147_483_648));
    assert_eq!(eval("-x", &[Long(i64::MIN)]), Long(i64::MIN));
    assert_eq!(eval("-x", &[Decimal("1.5".into())]), Decimal("-1.5".into()));
}

#[test]
fn reals_and_decimals() {
    for (name, a, b, expected) in [
        ("/", Real(10.0), Long(3), Real(10.0 / 3.0)),
        ("/", Real(1.0), Real(0.0), Real(f64::INFINITY)),
        ("%", Real(-7.5), Long(2), Real(0.5)),
        ("%", Long(7), Real(2.5), Real(2.0)),
        (
            "/",
            Decimal("1".into()),
            Decimal("3".into()),
            Decimal("0.333333333333333333".into()),
        ),
        ("+", Decimal("0.1".into()), Real(0.2), Decimal("0.3".into())),
        ("%", Decimal("10".into()), Long(3), Decimal("1".into())),
        ("/", Decimal("10".into()), Long(0), Null(Ty::Decimal)),
    ] {
        assert_eq!(
            eval(name, &[a.clone(), b.clone()]),
            expected,
            "{a:?} {name} {b:?}"
        );
    }
    assert!(matches!(eval("/", &[Real(0.0), Real(0.0)]), Real(x) if x.is_nan()));
}

#[test]
fn times() {
    let last = at("9999-12-31 23:59:59.9999999");
    for (name, a, b, expected) in [
        ("+", last.clone(), span("1tick"), Null(Ty::DateTime)),
        ("-", at("0001-01-01"), span("1tick"), Null(Ty::DateTime)),
        ("-", at("9999-12-31"), at("0001-01-01"), span("3652058d")),
        ("+", span("1d"), at("2020-01-01"), at("2020-01-02")),
        ("+", span("1d"), span("2h"), span("26h")),
        ("*", span("1d"), Real(2.5), span("60h")),
        ("*", Long(-2), span("1h"), span("-2h")),
        ("/", span("90m"), Long(2), span("45m")),
        ("/", span("1d"), span("1h"), Real(24.0)),
        ("/", span("90m"), span("1tick"), Real(5.4e10)),
        ("%", span("10d"), span("3d"), span("1d")),
        (
            "%",
            at("2024-02-20 15:45:00"),
            span("12h"),
            span("03:45:00"),
        ),
        (
            "-",
            at("2020-01-01"),
            Null(Ty::DateTime),
            Null(Ty::TimeSpan),
        ),
    ] {
        assert_eq!(
            eval(name, &[a.clone(), b.clone()]),
            expected,
            "{a:?} {name} {b:?}"
        );
    }
    assert!(
        fault("+", &[at("2020-01-01"), at("2020-01-01")])
            .message
            .contains("datetime")
    );
    assert!(
        fault("+", &[string("a"), string("b")])
            .message
            .contains("string")
    );
}

#[test]
fn ranges_include_their_ends() {
    for (value, low, high, inside) in [
        (Long(2), Long(2), Long(4), true),
        (Long(4), Long(2), Long(4), true),
        (Long(5), Long(2), Long(4), false),
        (Real(4.5), Long(2), Long(4), false),
        (at("2020-01-03"), at("2020-01-01"), span("2d"), true),
        (at("2020-01-04"), at("2020-01-01"), span("2d"), false),
        (span("1h"), span("1h"), span("2h"), true),
        (dynamic("4.5"), Long(2), Long(4), false),
    ] {
        let arguments = [value, low, high];
        assert_eq!(eval("between", &arguments), Bool(inside), "{arguments:?}");
        assert_eq!(eval("!between", &arguments), Bool(!inside), "{arguments:?}");
    }
    assert_eq!(
        eval("between", &[Null(Ty::Long), Long(1), Long(2)]),
        Null(Ty::Bool)
    );
}

#[test]
fn logic_has_three_values() {
    let null = Null(Ty::Bool);
    assert_eq!(eval("and", &[null.clone(), Bool(true)]), null);
    assert_eq!(eval("and", &[null.clone(), Bool(false)]), Bool(false));
    assert_eq!(eval("or", &[null.clone(), Bool(false)]), null);
    assert_eq!(eval("not", std::slice::from_ref(&null)), null);
    assert_eq!(eval("not", &[dynamic("true")]), Bool(false));
}
