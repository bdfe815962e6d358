//! Aggregates in DataFusion: against a plain reference, and against themselves with the same rows in
//! another order, other batches, other partitions, spilled and passed through unaggregated.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringViewArray,
};
use arrow::datatypes::{Field, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};
use proptest::prelude::*;

use crate::functions::{AggregateContext, Argument, SqlArgument, Value, aggregate, sql};
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// One row of the table `t`.
#[derive(Debug, Clone, Default)]
struct Row {
    k: i64,
    l: Option<i64>,
    i: Option<i32>,
    r: Option<f64>,
    m: Option<i128>,
    s: Option<String>,
    d: Option<String>,
    b: Option<bool>,
    /// The row's number.
    n: i64,
}

const COLUMNS: [(&str, ScalarType); 9] = [
    ("k", ScalarType::Long),
    ("l", ScalarType::Long),
    ("i", ScalarType::Int),
    ("r", ScalarType::Real),
    ("m", ScalarType::Decimal),
    ("s", ScalarType::String),
    ("d", ScalarType::Dynamic),
    ("b", ScalarType::Bool),
    ("n", ScalarType::Long),
];

fn schema() -> Arc<Schema> {
    let fields = COLUMNS.map(|(name, ty)| Field::new(name, data_type(ty), true));
    Arc::new(Schema::new(fields.to_vec()))
}

fn batch(rows: &[Row]) -> RecordBatch {
    let decimals: Decimal128Array = rows.iter().map(|r| r.m).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.k))),
        Arc::new(rows.iter().map(|r| r.l).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|r| r.i).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|r| r.r).collect::<Float64Array>()),
        Arc::new(decimals.with_precision_and_scale(38, 18).unwrap()),
        Arc::new(
            rows.iter()
                .map(|r| r.s.as_deref())
                .collect::<StringViewArray>(),
        ),
        Arc::new(
            rows.iter()
                .map(|r| r.d.as_deref())
                .collect::<StringViewArray>(),
        ),
        Arc::new(rows.iter().map(|r| r.b).collect::<BooleanArray>()),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.n))),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// How the rows come to the aggregate.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    partitions: usize,
    batch_rows: usize,
    /// Partial aggregation gives up at once and passes rows on as states.
    unaggregated: bool,
    memory: Option<usize>,
}

const ONE: Way = Way {
    partitions: 1,
    batch_rows: 8192,
    unaggregated: false,
    memory: None,
};

/// The answer's rows, and how often operators spilled.
async fn query(rows: &[Row], way: Way, text: &str) -> (Vec<Vec<String>>, usize) {
    let mut config = SessionConfig::new().with_target_partitions(way.partitions.max(1));
    if way.unaggregated {
        let options = &mut config.options_mut().execution;
        options.skip_partial_aggregation_probe_rows_threshold = 1;
        options.skip_partial_aggregation_probe_ratio_threshold = 0.0;
    }
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(bytes) = way.memory {
        config.options_mut().execution.sort_spill_reservation_bytes = 64 << 10;
        // As the engine has it: each partition gets its share, whichever of them comes first.
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(bytes)));
    }
    let context = SessionContext::new_with_config_rt(config, runtime.build_arc().unwrap());
    for function in super::all() {
        for udaf in function.udafs() {
            context.register_udaf(udaf);
        }
    }
    let mut partitions = vec![Vec::new(); way.partitions.max(1)];
    for (place, chunk) in rows.chunks(way.batch_rows.max(1)).enumerate() {
        let partition = place % partitions.len();
        partitions[partition].push(batch(chunk));
    }
    let table = MemTable::try_new(schema(), partitions).unwrap();
    context.register_table("t", Arc::new(table)).unwrap();
    let frame = context.sql(text).await.unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let batches = collect(Arc::clone(&plan), context.task_ctx())
        .await
        .unwrap();
    let options = FormatOptions::default().with_null("NULL");
    let mut out = Vec::new();
    for batch in batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|c| ArrayFormatter::try_new(c, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            out.push(columns.iter().map(|c| c.value(row).to_string()).collect());
        }
    }
    (out, spills(plan.as_ref()))
}

fn spills(plan: &dyn ExecutionPlan) -> usize {
    let own = plan.metrics().and_then(|m| m.spill_count()).unwrap_or(0);
    let inputs = plan.children().into_iter();
    own + inputs.map(|p| spills(p.as_ref())).sum::<usize>()
}

fn run(rows: &[Row], way: Way, text: &str) -> Vec<Vec<String>> {
    run_counted(rows, way, text).0
}

fn run_counted(rows: &[Row], way: Way, text: &str) -> (Vec<Vec<String>>, usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(query(rows, way, text))
}

/// The SQL of a call such as `arg_max(l, s)`; what is no column is a whole or real constant.
fn call(text: &str, numbered: bool) -> String {
    let (name, rest) = text.split_once('(').unwrap();
    let constants: Vec<Option<Value>> = arguments(rest)
        .map(|a| match (a.parse::<i64>(), a.parse::<f64>()) {
            (Ok(n), _) => Some(Value::Long(n)),
            (Err(_), Ok(x)) => Some(Value::Real(x)),
            (Err(_), Err(_)) => None,
        })
        .collect();
    let arguments: Vec<SqlArgument> = arguments(rest)
        .zip(&constants)
        .map(|(name, constant)| match constant {
            Some(value) => SqlArgument {
                sql: sql::literal(value),
                ty: value.ty(),
                constant: Some(value),
                nullable_string: false,
            },
            None => {
                let (_, ty) = COLUMNS.iter().find(|(c, _)| *c == name).unwrap();
                SqlArgument {
                    sql: sql::column(name),
                    ty: *ty,
                    constant: None,
                    nullable_string: *ty == ScalarType::String,
                }
            }
        })
        .collect();
    let function = aggregate(name).unwrap();
    let arguments: Vec<SqlArgument> = arguments
        .into_iter()
        .map(|mut a| {
            if a.nullable_string && !function.takes_null_strings() {
                a.sql = sql::coalesce(vec![a.sql, sql::text("")]);
            }
            a
        })
        .collect();
    let context = AggregateContext {
        ordinal: numbered.then(|| sql::column("n")),
    };
    function.sql(&arguments, &context).unwrap().to_string()
}

fn arguments(rest: &str) -> impl Iterator<Item = &str> {
    rest.trim_end_matches(')')
        .split(", ")
        .filter(|a| !a.is_empty())
}

/// The results of calls over all rows, as one row.
fn total(rows: &[Row], calls: &[&str]) -> Vec<String> {
    let list: Vec<String> = calls.iter().map(|c| call(c, true)).collect();
    run(rows, ONE, &format!("SELECT {} FROM t", list.join(", "))).remove(0)
}

fn longs(values: &[Option<i64>]) -> Vec<Row> {
    let numbered = values.iter().zip(0..);
    numbered
        .map(|(l, n)| Row {
            l: *l,
            i: l.map(|l| l as i32),
            n,
            ..Row::default()
        })
        .collect()
}

fn reals(values: &[f64]) -> Vec<Row> {
    let numbered = values.iter().zip(0..);
    numbered
        .map(|(r, n)| Row {
            r: Some(*r),
            l: Some(n * 10),
            n,
            ..Row::default()
        })
        .collect()
}

fn texts(values: &[Option<&str>]) -> Vec<Row> {
    let numbered = values.iter().zip(0..);
    numbered
        .map(|(s, n)| Row {
            s: s.map(str::to_owned),
            d: s.map(str::to_owned),
            n,
            ..Row::default()
        })
        .collect()
}

#[test]
fn of_nothing() {
    let calls = [
        "count()",
        "sum(l)",
        "sum(r)",
        "avg(l)",
        "avg(r)",
        "avg(m)",
        "min(l)",
        "max(r)",
        "max(s)",
        "make_set(l)",
        "make_list(d)",
        "dcount(s)",
        "arg_max(l)",
        "take_any(s)",
        "stdev(r)",
    ];
    let expected = [
        "0", "0", "0.0", "NaN", "NaN", "NULL", "NULL", "NULL", "", "[]", "[]", "0", "NULL", "",
        "0.0",
    ];
    assert_eq!(total(&[], &calls), expected);
}

#[test]
fn whole_numbers() {
    let rows = longs(&[Some(5), None, Some(-7), Some(5)]);
    let calls = [
        "count(l)",
        "sum(i)",
        "avg(l)",
        "min(l)",
        "max(i)",
        "dcount(l)",
        "make_set(l)",
        "make_list(l)",
        "make_list_with_nulls(l)",
        "make_list(l, 2)",
        "make_set(l, 1)",
    ];
    let expected = [
        "4",
        "3",
        "1.0",
        "-7",
        "5",
        "2",
        "[5,-7]",
        "[5,-7,5]",
        "[5,null,-7,5]",
        "[5,-7]",
        "[5]",
    ];
    assert_eq!(total(&rows, &calls), expected);
    let wrapped = total(&longs(&[Some(i64::MAX), Some(1)]), &["sum(l)", "avg(l)"]);
    assert_eq!(
        wrapped,
        [i64::MIN.to_string(), "4.611686018427388e18".to_owned()]
    );
}

/// Answers of the real engine: sums, spread, and NaN on both sides.
#[test]
fn reals_as_recorded() {
    let rows = reals(&[1e300, 1e300, -1e300]);
    let answers = total(&rows, &["sum(r)", "avg(r)"]);
    assert_eq!(answers, ["1e300", "3.3333333333333335e299"]);
    let rows = reals(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let calls = ["stdev(r)", "stdevp(r)", "variance(r)", "variancep(r)"];
    let expected = [
        "1.8708286933869707",
        "1.707825127669692",
        "3.5",
        "2.9166666667",
    ];
    assert_eq!(total(&rows, &calls), expected);
    assert_eq!(
        total(&reals(&[5.0]), &["stdev(r)", "variance(r)"]),
        ["0.0", "0.0"]
    );
    let rows = reals(&[f64::NAN, 2.0]);
    let calls = ["arg_max(r, l)", "arg_min(r, l)", "max(r)", "min(r)"];
    let expected = ["{c0: NaN, c1: 0}", "{c0: NaN, c1: 0}", "NaN", "NaN"];
    assert_eq!(total(&rows, &calls), expected);
    let rows = reals(&[f64::INFINITY, 3.0]);
    let expected = ["{c0: inf, c1: 0}", "{c0: 3.0, c1: 10}", "inf", "3.0"];
    assert_eq!(total(&rows, &calls), expected);
    let rows = reals(&[f64::NEG_INFINITY]);
    assert_eq!(total(&rows, &["max(r)"]), ["-inf"]);
}

#[test]
fn empty_strings_are_values() {
    let rows = texts(&[None, Some("a"), Some(""), Some("b"), Some("a")]);
    let calls = [
        "dcount(s)",
        "make_set(s)",
        "make_list(s)",
        "min(s)",
        "max(s)",
        "take_any(s)",
        "take_any(s, n)",
        "arg_max(s, n)",
        "arg_min(s, n)",
    ];
    let expected = [
        "3",
        r#"["","a","b"]"#,
        r#"["","a","","b","a"]"#,
        "",
        "b",
        "a",
        "{c0: , c1: 0}",
        "{c0: b, c1: 3}",
        "{c0: , c1: 0}",
    ];
    assert_eq!(total(&rows, &calls), expected);
}

/// Answers of the real engine: arrays come apart, make_list keeps JSON nulls.
#[test]
fn dynamics_as_recorded() {
    let rows = texts(&[
        Some("[1, 2]"),
        None,
        Some("[3,[4 ,5]]"),
        Some("null"),
        Some("{\"x\" : 1}"),
        Some("{\"x\":1}"),
        Some("\"t\""),
    ]);
    let calls = [
        "make_list(d)",
        "make_list_with_nulls(d)",
        "make_set(d)",
        "dcount(d)",
    ];
    let list = r#"[1,2,null,3,[4,5],null,{"x":1},{"x":1},"t"]"#;
    let set = r#"[1,2,3,[4,5],{"x":1},"t"]"#;
    assert_eq!(total(&rows, &calls), [list, list, set, "4"]);
}

#[test]
fn a_null_key_loses_and_the_first_of_equals_wins() {
    let mut rows = longs(&[None, Some(20), None, Some(20)]);
    for (row, text) in rows.iter_mut().zip(["a", "z", "c", "b"]) {
        row.s = Some(text.to_owned());
    }
    let calls = ["arg_max(l, s)", "arg_min(l, s)"];
    assert_eq!(total(&rows, &calls), ["{c0: 20, c1: z}", "{c0: 20, c1: z}"]);
    rows.truncate(1);
    assert_eq!(
        total(&rows, &calls),
        ["{c0: NULL, c1: a}", "{c0: NULL, c1: a}"]
    );
}

#[test]
fn percentiles_as_recorded() {
    let rows = longs(&[Some(9), Some(8), Some(7), None, Some(6), Some(5), Some(0)]);
    let calls = [
        "percentile(i, 0)",
        "percentiles(l, 100, 50)",
        "percentiles_array(l, 50, 99.9)",
    ];
    assert_eq!(total(&rows, &calls), ["0", "{c0: 9, c1: 6}", "[6,9]"]);
    let rows = reals(&[1.5, 2.5, 3.5, 4.5]);
    assert_eq!(total(&rows, &["percentile(r, 50)"]), ["2.5"]);
    let mut rows = longs(&[Some(10), Some(20), Some(30), Some(40)]);
    for (row, weight) in rows.iter_mut().zip([8, 6, 3, 1]) {
        row.i = Some(weight);
    }
    let calls = ["percentilesw(l, i, 50, 75, 99.9)", "percentilew(l, i, 44)"];
    assert_eq!(total(&rows, &calls), ["{c0: 20, c1: 20, c2: 40}", "10"]);
    assert_eq!(
        total(&[], &["percentile(r, 50)", "percentiles_array(r, 5)"]),
        ["NULL", "[null]"]
    );
    let many: Vec<_> = (1..=1000).map(Some).collect();
    let calls = ["percentiles(l, 99.9, 0.1, 95, 33.3)"];
    assert_eq!(
        total(&longs(&many), &calls),
        ["{c0: 999, c1: 1, c2: 950, c3: 333}"]
    );
}

/// Answers of the real engine: the first value of a key stays.
#[test]
fn bags_as_recorded() {
    let rows = texts(&[
        Some("{\"a\": 1}"),
        None,
        Some("{\"a\": 2, \"b\": [3, {}]}"),
        Some("null"),
        Some("{\"c\": null}"),
    ]);
    let calls = ["make_bag(d)", "make_bag(d, 2)"];
    let expected = [r#"{"a":1,"b":[3,{}],"c":null}"#, r#"{"a":1,"b":[3,{}]}"#];
    assert_eq!(total(&rows, &calls), expected);
    assert_eq!(total(&rows[3..4], &["make_bag(d)"]), ["{}"]);
}

#[test]
fn a_schema_as_documented() {
    let rows = texts(&[
        Some(r#"{"x":1, "y":3.5}"#),
        Some(r#"{"x":"somevalue", "z":[1, 2, 3]}"#),
        Some(r#"{"y":{"w":"zzz"}, "t":["aa", "bb"], "z":["foo"]}"#),
    ]);
    let expected = r#"{"t":{"`indexer`":"string"},"x":["long","string"],"y":["double",{"w":"string"}],"z":{"`indexer`":["long","string"]}}"#;
    assert_eq!(total(&rows, &["buildschema(d)"]), [expected]);
}

const CALLS: [&str; 48] = [
    "count()",
    "countif(b)",
    "sum(l)",
    "sum(i)",
    "sum(r)",
    "sum(m)",
    "sumif(r, b)",
    "min(l)",
    "min(r)",
    "min(s)",
    "minif(b, b)",
    "max(i)",
    "max(r)",
    "max(s)",
    "maxif(m, b)",
    "avg(l)",
    "avg(r)",
    "avg(m)",
    "avgif(i, b)",
    "dcount(l)",
    "dcount(r)",
    "dcount(s)",
    "dcount(d)",
    "dcountif(s, b)",
    "count_distinct(m)",
    "make_set(l)",
    "make_set(r)",
    "make_set(s)",
    "make_set(d)",
    "make_set_if(s, b, 3)",
    "make_list(s)",
    "make_list(d)",
    "make_list(l, 5)",
    "make_list_with_nulls(r)",
    "arg_max(l, s, d, r)",
    "arg_max(r, m, b)",
    "arg_min(s, l, i)",
    "take_any(s)",
    "take_any(l, r, s)",
    "take_anyif(d, b)",
    "stdev(r)",
    "variancep(l)",
    "make_bag(d)",
    "percentiles(r, 50, 90)",
    "percentiles_array(l, 10)",
    "percentilew(m, i, 50)",
    "binary_all_xor(l)",
    "buildschema(d)",
];

fn row() -> impl Strategy<Value = Row> {
    let text = prop::sample::select(vec![
        "",
        "a",
        "b",
        "Bc",
        "é",
        "a longer text than a view holds",
    ]);
    let json = prop::sample::select(vec![
        "1",
        "1.5",
        "[1, 2]",
        "[]",
        "null",
        "\"x\"",
        "{\"a\": 1}",
        "{\"b\": 2, \"a\": [0]}",
        "true",
        "[null, [1]]",
    ]);
    let real = prop_oneof![
        4 => prop::sample::select(vec![0.0, -0.0, 1e300, -1e300, 0.1, 3.0, 5e-324]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        4 => -1e6..1e6_f64,
    ];
    (
        0..4_i64,
        prop::option::of(-3..4_i64),
        prop::option::of(-3..4_i32),
        prop::option::of(real),
        prop::option::of(-3..4_i128),
        prop::option::of(text),
        prop::option::of(json),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(k, l, i, r, m, s, d, b)| Row {
            k,
            l,
            i,
            r,
            m,
            s: s.map(str::to_owned),
            d: d.map(str::to_owned),
            b,
            n: 0,
        })
}

fn grouped(rows: &[Row], way: Way, numbered: bool) -> Vec<Vec<String>> {
    let list: Vec<String> = CALLS.iter().map(|c| call(c, numbered)).collect();
    let text = format!("SELECT k, {} FROM t GROUP BY k ORDER BY k", list.join(", "));
    let mut answers = run(rows, way, &text);
    let text = format!("SELECT 'all', {} FROM t", list.join(", "));
    answers.extend(run(rows, way, &text));
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_way_of_the_rows_does_not_show(
        (rows, shuffled) in prop::collection::vec(row(), 0..60).prop_flat_map(|mut rows| {
            for (row, n) in rows.iter_mut().zip(100..) {
                row.n = n;
            }
            (Just(rows.clone()), Just(rows).prop_shuffle())
        }),
        partitions in 2..5_usize,
        batch_rows in 1..12_usize,
        unaggregated in any::<bool>(),
        numbered in any::<bool>(),
    ) {
        let way = Way { partitions, batch_rows, unaggregated, memory: None };
        let expected = grouped(&rows, ONE, numbered);
        let answers = grouped(&shuffled, way, numbered);
        for (a, b) in answers.iter().zip(&expected) {
            for ((x, y), name) in a.iter().zip(b).zip(std::iter::once(&"k").chain(&CALLS)) {
                prop_assert_eq!(x, y, "{}", name);
            }
        }
        prop_assert_eq!(answers.len(), expected.len());
    }
}

fn many(groups: i64) -> Vec<Row> {
    (0..groups * 3)
        .map(|n| Row {
            k: n * 7919 % groups,
            l: Some(n % 11),
            s: Some(format!("a text that fits into no view {}", n % 5)),
            r: Some(n as f64 / 3.0),
            n,
            ..Row::default()
        })
        .collect()
}

const SPILLED: &str = "make_set(s)|arg_max(l, s, n)|sum(r)|dcount(s)|take_any(s)|make_list(n)";

#[test]
fn spilling_does_not_show() {
    let rows = many(20_000);
    let list: Vec<String> = SPILLED.split('|').map(|c| call(c, true)).collect();
    let text = format!("SELECT k, {} FROM t GROUP BY k", list.join(", "));
    let ample = Way {
        partitions: 3,
        batch_rows: 1000,
        ..Way::default()
    };
    let narrow = Way {
        memory: Some(24 << 20),
        ..ample
    };
    let (mut answers, spills) = run_counted(&rows, narrow, &text);
    assert!(spills > 0, "the limit must be low enough to spill");
    let mut expected = run(&rows, ample, &text);
    answers.sort();
    expected.sort();
    assert_eq!(answers.len(), 20_000);
    assert!(answers == expected);
}

/// A row's number may come as what `row_number()` gives.
#[test]
fn numbers_by_a_window() {
    let rows = longs(&[Some(3), Some(1), Some(2), Some(3)]);
    let calls = [
        "make_set(l)",
        "make_list(l)",
        "arg_min(i, l)",
        "take_any(l)",
        "make_bag(d)",
    ];
    let list = calls.map(|c| call(c, true)).join(", ");
    let numbered = "SELECT l, i, d, row_number() OVER (ORDER BY n) AS n FROM t";
    let answers = run(&rows, ONE, &format!("SELECT {list} FROM ({numbered})"));
    assert_eq!(
        answers,
        [["[3,1,2]", "[3,1,2,3]", "{c0: 1, c1: 1}", "3", "{}"]]
    );
}

/// Sets, lists and chosen rows of many groups against a plain loop.
#[test]
fn agrees_with_a_plain_reference() {
    let rows = many(500);
    let mut sets: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let mut lists: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut best: BTreeMap<i64, &Row> = BTreeMap::new();
    for row in &rows {
        let text = serde_json::to_string(row.s.as_ref().unwrap()).unwrap();
        let set = sets.entry(row.k).or_default();
        if !set.contains(&text) {
            set.push(text);
        }
        lists.entry(row.k).or_default().push(row.n);
        let known = best.entry(row.k).or_insert(row);
        if row.l > known.l {
            *known = row;
        }
    }
    let expected: Vec<Vec<String>> = sets
        .iter()
        .map(|(k, set)| {
            let row = best[k];
            vec![
                k.to_string(),
                format!("[{}]", set.join(",")),
                serde_json::to_string(&lists[k]).unwrap(),
                format!("{{c0: {}, c1: {}}}", row.l.unwrap(), row.n),
                set.len().to_string(),
            ]
        })
        .collect();
    let calls = ["make_set(s)", "make_list(n)", "arg_max(l, n)", "dcount(s)"];
    let list = calls.map(|c| call(c, true));
    let text = format!("SELECT k, {} FROM t GROUP BY k ORDER BY k", list.join(", "));
    let way = Way {
        partitions: 4,
        batch_rows: 100,
        ..Way::default()
    };
    assert_eq!(run(&rows, way, &text), expected);
}

#[test]
fn names_as_microsofts_binder_gives_them() {
    let names = |name: &str, columns: &[Option<&str>]| {
        let arguments = vec![];
        aggregate(name).unwrap().result_names(columns, &arguments)
    };
    assert_eq!(names("count", &[]), ["count_"]);
    assert_eq!(names("count", &[Some("RemoteUrl")]), ["count_RemoteUrl"]);
    assert_eq!(names("countif", &[Some("b")]), ["countif_b"]);
    assert_eq!(names("countif", &[None]), ["countif_"]);
    assert_eq!(names("sumif", &[Some("v"), Some("b")]), ["sumif_v"]);
    assert_eq!(names("dcount", &[Some("DeviceId")]), ["dcount_DeviceId"]);
    assert_eq!(names("makeset", &[Some("ClassId")]), ["set_ClassId"]);
    assert_eq!(names("make_set_if", &[Some("name"), None]), ["set_name"]);
    assert_eq!(names("make_list_with_nulls", &[Some("v")]), ["list_v"]);
    assert_eq!(names("arg_max", &[Some("v"), Some("w")]), ["v", "w"]);
    let of_a_difference = [None, Some("Name"), Some("Start"), Some("End")];
    let expected = ["max_", "Name", "Start", "End"];
    assert_eq!(names("arg_max", &of_a_difference), expected);
    assert_eq!(names("arg_min", &[Some("v"), None]), ["v", "min_v_arg1"]);
    assert_eq!(
        names("argmax", &[Some("v"), Some("w"), None]),
        ["v", "v_w", "v_arg2"]
    );
    assert_eq!(names("take_any", &[Some("v")]), ["v"]);
    assert_eq!(
        names("take_any", &[None, Some("w"), None]),
        ["any_arg0", "w", "any_arg2"]
    );
    assert_eq!(names("any", &[Some("name")]), ["any_name"]);
    assert_eq!(names("any", &[Some("a"), None]), ["a", "arg1"]);
    assert_eq!(names("take_anyif", &[Some("x"), None]), ["x"]);
    assert_eq!(names("stdevp", &[Some("x")]), ["stdevp_x"]);
    assert_eq!(
        names("percentiles_array", &[Some("x"), None]),
        ["percentiles_x"]
    );
    assert_eq!(names("binary_all_or", &[Some("x")]), ["x"]);
    assert_eq!(names("make_bag", &[Some("v")]), ["bag_v"]);
    let constants = [Value::Long(50), Value::Real(99.9)];
    let mut arguments = vec![Argument {
        ty: ScalarType::Long,
        constant: None,
    }];
    arguments.extend(constants.iter().map(|value| Argument {
        ty: value.ty(),
        constant: Some(value),
    }));
    let percentiles = aggregate("percentiles").unwrap();
    let columns = [Some("Delay"), None, None];
    let expected = ["percentile_Delay_50", "percentile_Delay_99_9"];
    assert_eq!(percentiles.result_names(&columns, &arguments), expected);
}
