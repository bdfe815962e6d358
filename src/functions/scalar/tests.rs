//! Facts of Kusto's conversions, conditions, times and dynamics, run through DataFusion.

use super::harness::{AS_OF, at, dynamic, eval, span, string};
use crate::functions::Value::{Bool, DateTime, Decimal, Guid, Int, Long, Null, Real, TimeSpan};
use crate::functions::{registry, scalar};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY};

#[test]
fn names_are_unique_and_udfs_are_called_kql() {
    let mut names = std::collections::HashMap::new();
    for function in super::all() {
        let mut all = vec![function.name()];
        all.extend(function.aliases());
        for name in all {
            assert!(
                names.insert(name, function.name()).is_none(),
                "{name} twice"
            );
        }
        assert!(function.summary().ends_with('.'), "{}", function.name());
        for udf in function.udfs() {
            assert!(udf.name().starts_with("kql_"), "{}", udf.name());
        }
    }
    assert!(registry::scalar("path").is_some());
    assert!(scalar("todouble").is_some());
}

#[test]
fn every_type_becomes_text() {
    for (value, text) in [
        (Bool(true), "True"),
        (Int(-5), "-5"),
        (Real(1.0), "1.0"),
        (Real(f64::INFINITY), "inf"),
        (Decimal("1.50".into()), "1.5"),
        (
            at("2020-06-15 13:45:30.7654321"),
            "2020-06-15T13:45:30.7654321Z",
        ),
        (span("-1.02:03:04"), "-1.02:03:04"),
        (
            Guid("74be27de-1e4e-49d9-b579-fe0b331d3642".into()),
            "74be27de-1e4e-49d9-b579-fe0b331d3642",
        ),
        (dynamic("{\"a\": [1, 2.0]}"), "{\"a\":[1,2.0]}"),
        (dynamic("\"x\\ny\""), "x\ny"),
        (dynamic("null"), ""),
        (Null(Ty::Dynamic), ""),
        (Null(Ty::Int), ""),
        (Null(Ty::DateTime), ""),
        (Null(Ty::Guid), ""),
    ] {
        assert_eq!(
            eval("tostring", std::slice::from_ref(&value)),
            string(text),
            "{value:?}"
        );
    }
}

#[test]
fn numbers_are_converted() {
    for (name, value, expected) in [
        ("toint", string("2147483648"), Null(Ty::Int)),
        ("toint", Real(-2.5), Int(-2)),
        ("toint", Bool(true), Int(1)),
        ("toint", dynamic("9223372036854775807"), Int(-1)),
        ("toint", Decimal("9.99".into()), Int(9)),
        ("tolong", Real(f64::INFINITY), Null(Ty::Long)),
        ("tolong", Real(-9.99), Long(-9)),
        ("tolong", at("1970-01-01"), Long(621_355_968_000_000_000)),
        ("tolong", span("1d"), Long(TICKS_PER_DAY)),
        ("tolong", string(""), Null(Ty::Long)),
        ("todouble", dynamic("true"), Real(1.0)),
        ("todouble", Int(3), Real(3.0)),
        ("tobool", Long(-5), Bool(true)),
        ("tobool", string("0.0"), Null(Ty::Bool)),
        ("tobool", dynamic("null"), Null(Ty::Bool)),
        ("todecimal", Real(0.1), Decimal("0.1".into())),
        ("todecimal", Long(i64::MAX), Decimal(i64::MAX.to_string())),
        ("todatetime", Long(1), DateTime(1)),
        ("todatetime", Real(1.5), DateTime(1)),
        ("todatetime", Long(-1), Null(Ty::DateTime)),
        ("totimespan", Long(5), TimeSpan(5)),
        ("toguid", string("xyz"), Null(Ty::Guid)),
    ] {
        assert_eq!(
            eval(name, std::slice::from_ref(&value)),
            expected,
            "{name} {value:?}"
        );
    }
}

#[test]
fn every_type_becomes_dynamic() {
    for (value, json) in [
        (Bool(true), "true"),
        (Long(5), "5"),
        (Real(2.0), "2.0"),
        (Real(f64::NAN), "\"NaN\""),
        (span("2s"), "\"00:00:02\""),
        (at("2020-01-01"), "\"2020-01-01T00:00:00.0000000Z\""),
    ] {
        assert_eq!(
            eval("todynamic", std::slice::from_ref(&value)),
            dynamic(json),
            "{value:?}"
        );
    }
    assert_eq!(eval("parse_json", &[string("[1, 2]")]), dynamic("[1,2]"));
    assert_eq!(eval("parse_json", &[string("a")]), dynamic("\"a\""));
    assert_eq!(eval("parse_json", &[string("")]), Null(Ty::Dynamic));
}

#[test]
fn conditions() {
    assert_eq!(
        eval("iff", &[Null(Ty::Bool), Long(1), Real(2.5)]),
        Real(2.5)
    );
    assert_eq!(
        eval(
            "case",
            &[
                Bool(false),
                string("a"),
                Bool(true),
                string("b"),
                string("c")
            ]
        ),
        string("b")
    );
    assert_eq!(eval("coalesce", &[string(""), string("fb")]), string("fb"));
    assert_eq!(eval("coalesce", &[string(""), string("")]), string(""));
    assert_eq!(
        eval("coalesce", &[Null(Ty::Real), Null(Ty::Real)]),
        Null(Ty::Real)
    );
    // Beside a dynamic the other type counts: the column that Microsoft's binder derives is a long.
    assert_eq!(eval("coalesce", &[dynamic("null"), Long(1)]), Long(1));
    assert_eq!(eval("isnull", &[dynamic("null")]), Bool(true));
    assert_eq!(eval("isnull", &[string("")]), Bool(false));
    assert_eq!(eval("isnotnull", &[Null(Ty::Real)]), Bool(false));
    assert_eq!(eval("max_of", &[Int(1), Long(2), Real(3.0)]), Real(3.0));
    assert_eq!(eval("min_of", &[Null(Ty::Int), Int(3)]), Int(3));
    assert_eq!(eval("isnan", &[Null(Ty::Real)]), Bool(false));
}

#[test]
fn now_is_the_as_of_time() {
    assert_eq!(eval("now", &[]), DateTime(AS_OF));
    assert_eq!(
        eval("ago", &[span("5d")]),
        DateTime(AS_OF - 5 * TICKS_PER_DAY)
    );
    assert_eq!(
        eval("now", &[span("-1h")]),
        DateTime(AS_OF - TICKS_PER_DAY / 24)
    );
}

#[test]
fn times_are_rounded_and_moved() {
    for (arguments, expected) in [
        ([at("1955-11-05 06:15:00.5"), span("7d")], at("1955-10-31")),
        ([at("2020-10-25 02:30:00"), span("-1h")], Null(Ty::DateTime)),
        ([Int(-5), Int(2)], Long(-6)),
        ([Real(5.5), Long(2)], Real(4.0)),
        ([Decimal("5.5".into()), Long(2)], Decimal("4".into())),
        ([span("16d"), span("7d")], span("14d")),
    ] {
        assert_eq!(eval("bin", &arguments), expected, "{arguments:?}");
    }
    assert_eq!(
        eval("startofweek", &[at("2020-06-15 13:45:00")]),
        at("2020-06-14")
    );
    assert_eq!(
        eval("endofmonth", &[at("2020-01-31"), Long(1)]),
        at("2020-02-29 23:59:59.9999999")
    );
    assert_eq!(
        eval(
            "datetime_diff",
            &[string("week"), at("2020-01-15"), at("2020-01-01")]
        ),
        Long(2)
    );
    assert_eq!(
        eval("make_datetime", &[Long(2017), Long(10), Long(1)]),
        at("2017-10-01")
    );
    assert_eq!(
        eval("unixtime_seconds_todatetime", &[Real(1_546_300_800.5)]),
        at("2019-01-01 00:00:00.5")
    );
}

#[test]
fn paths() {
    let d = dynamic("{\"a\": {\"b c\": [10, 1.0, null]}, \"k\": 2}");
    for (steps, expected) in [
        ("[\"a\",\"b c\",0]", dynamic("10")),
        ("[\"a\",\"b c\",-2]", dynamic("1.0")),
        ("[\"a\",\"b c\",2]", Null(Ty::Dynamic)),
        ("[\"a\",\"z\"]", Null(Ty::Dynamic)),
        ("[\"a\"]", dynamic("{\"b c\":[10,1.0,null]}")),
    ] {
        assert_eq!(
            eval("path", &[d.clone(), string(steps)]),
            expected,
            "{steps}"
        );
    }
    assert_eq!(eval("element", &[d.clone(), string("k")]), dynamic("2"));
    assert_eq!(eval("element", &[dynamic("[1,2]"), Long(-1)]), dynamic("2"));
    assert_eq!(
        eval("element", &[dynamic("[1,2]"), Long(2)]),
        Null(Ty::Dynamic)
    );
    assert_eq!(eval("element", &[d, dynamic("\"k\"")]), dynamic("2"));
    assert_eq!(
        eval(
            "extract_json",
            &[string("$.a"), string("{\"a\":5}"), string("long")]
        ),
        Long(5)
    );
}

#[test]
fn arrays_and_bags_from_scalars() {
    assert_eq!(
        eval(
            "pack_array",
            &[Long(1), string(""), span("2s"), Null(Ty::Int), Real(1.0)]
        ),
        dynamic("[1,\"\",\"00:00:02\",null,1.0]")
    );
    assert_eq!(
        eval(
            "bag_pack",
            &[string("a"), dynamic("[1, 2]"), string("b"), Null(Ty::Long)]
        ),
        dynamic("{\"a\":[1,2],\"b\":null}")
    );
    assert_eq!(
        eval("set_has_element", &[dynamic("[1,2,3]"), string("2")]),
        Bool(false)
    );
    assert_eq!(
        eval("set_has_element", &[dynamic("[1,2,3]"), Int(2)]),
        Bool(true)
    );
    assert_eq!(eval("array_length", &[dynamic("{}")]), Null(Ty::Long));
    assert_eq!(
        eval(
            "array_shift_left",
            &[dynamic("[1,2,3]"), Long(-2), Long(-1)]
        ),
        dynamic("[-1,-1,1]")
    );
    assert_eq!(
        eval("array_sort_asc", &[dynamic("[2,null,1]"), Bool(false)]),
        dynamic("[null,1,2]")
    );
    assert_eq!(
        eval("range", &[Long(1), Long(8), Int(3)]),
        dynamic("[1,4,7]")
    );
    assert_eq!(
        eval("range", &[at("2020-01-01"), at("2020-01-01 01:00")]),
        dynamic("[\"2020-01-01T00:00:00.0000000Z\",\"2020-01-01T01:00:00.0000000Z\"]")
    );
    assert_eq!(
        eval("dynamic_to_json", &[dynamic("{\"b\": 2, \"a\": 1}")]),
        string("{\"a\":1,\"b\":2}")
    );
}

#[test]
fn mathematics() {
    for (name, arguments, expected) in [
        ("abs", vec![Int(i32::MIN)], Long(2_147_483_648)),
        ("abs", vec![span("-1d")], span("1d")),
        ("sign", vec![Real(f64::NAN)], Real(0.0)),
        ("sqrt", vec![Long(256)], Real(16.0)),
        ("log", vec![Real(-1.0)], Null(Ty::Real)),
        (
            "pow",
            vec![Long(2), Long(63)],
            Real(9_223_372_036_854_775_808.0),
        ),
        ("ceiling", vec![Decimal("1.5".into())], Decimal("2".into())),
        (
            "round",
            vec![Decimal("3.14159".into()), Long(2)],
            Decimal("3.14".into()),
        ),
        ("round", vec![Long(5)], Long(5)),
        ("binary_xor", vec![Long(12), dynamic("10")], Long(6)),
        ("bitset_count_ones", vec![Long(42)], Long(3)),
        ("pi", vec![], Real(std::f64::consts::PI)),
    ] {
        assert_eq!(eval(name, &arguments), expected, "{name} {arguments:?}");
    }
}
