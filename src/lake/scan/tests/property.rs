//! Random files, random filters: the scan gives exactly the rows that a filter over memory gives.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterVersion};
use proptest::prelude::*;

use super::*;
use crate::symbols::{TICKS_PER_SECOND, UNIX_EPOCH_TICKS, arrow::schema};

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Milliseconds.
    time: Option<i64>,
    name: Option<String>,
    text: Option<String>,
    port: Option<i32>,
    count: Option<i64>,
    ok: Option<bool>,
    score: Option<f64>,
}

/// How one file is written.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    group_rows: usize,
    page_rows: usize,
    dictionary_bytes: usize,
    dictionary: bool,
    version2: bool,
    statistics: u8,
    compression: u8,
    time_unit: u8,
    wide_port: bool,
    /// Declares columns without nulls as required.
    required: bool,
    offset_index: bool,
    pub without_text: bool,
    lower_case: bool,
}

fn row() -> impl Strategy<Value = Row> {
    let name = prop_oneof![
        1 => Just(None),
        1 => Just(Some(String::new())),
        8 => prop::sample::select(vec!["alpha", "beta", "alphabet", "Gamma", "δελτα"]).prop_map(|s| Some(s.to_owned())),
    ];
    let text = prop::option::weighted(0.9, "[a-d]{0,6}");
    let score = prop_oneof![4 => (-4..4_i32).prop_map(f64::from), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(-0.0)];
    (
        prop::option::weighted(0.95, 0..2_000_i64),
        name,
        text,
        prop::option::weighted(0.9, prop::sample::select(vec![80, 443, 5938, -1])),
        prop::option::weighted(0.8, -5..5_i64),
        prop::option::weighted(0.8, any::<bool>()),
        prop::option::weighted(0.8, score),
    )
        .prop_map(|(time, name, text, port, count, ok, score)| Row {
            time,
            name,
            text,
            port,
            count,
            ok,
            score,
        })
}

pub(super) fn shape() -> impl Strategy<Value = Shape> {
    (
        (
            prop_oneof![3..60_usize, Just(400_usize)],
            1..30_usize,
            prop::sample::select(vec![16_usize, 40, 1 << 20]),
            prop::bool::weighted(0.85),
            any::<bool>(),
        ),
        (
            0..3_u8,
            0..3_u8,
            0..3_u8,
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            prop::bool::weighted(0.15),
            prop::bool::weighted(0.2),
        ),
    )
        .prop_map(
            |(
                (group_rows, page_rows, dictionary_bytes, dictionary, version2),
                (
                    statistics,
                    compression,
                    time_unit,
                    wide_port,
                    required,
                    offset_index,
                    without_text,
                    lower_case,
                ),
            )| Shape {
                group_rows,
                page_rows,
                dictionary_bytes,
                dictionary,
                version2,
                statistics,
                compression,
                time_unit,
                wide_port,
                required,
                offset_index,
                without_text,
                lower_case,
            },
        )
}

/// Rows come in runs, so that row groups and pages differ.
pub(super) fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((row(), 1..12_usize), 1..25).prop_map(|runs| {
        let mut rows: Vec<Row> = runs
            .into_iter()
            .flat_map(|(row, times)| std::iter::repeat_n(row, times))
            .collect();
        rows.iter_mut()
            .enumerate()
            .filter(|(at, _)| at % 3 == 0)
            .for_each(|(at, row)| row.time = row.time.map(|t| t + at as i64));
        rows
    })
}

pub(super) fn filter() -> impl Strategy<Value = String> {
    let ticks = |ms: i64| UNIX_EPOCH_TICKS + ms * TICKS_PER_SECOND / 1000;
    let name = prop::sample::select(vec!["alpha", "beta", "", "missing", "δελτα", "Gamma"]);
    let op = prop::sample::select(vec![
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "IS DISTINCT FROM",
        "IS NOT DISTINCT FROM",
    ]);
    let leaf = prop_oneof![
        (op.clone(), 0..2_100_i64)
            .prop_map(move |(op, t)| format!("\"Timestamp\" {op} {}", ticks(t))),
        (0..1_500_i64, 0..1_000_i64).prop_map(move |(t, d)| format!(
            "\"Timestamp\" BETWEEN {} AND {}",
            ticks(t),
            ticks(t + d)
        )),
        (op.clone(), name.clone()).prop_map(|(op, n)| format!("\"Name\" {op} '{n}'")),
        (any::<bool>(), prop::collection::vec(name, 1..4)).prop_map(|(not, names)| {
            format!(
                "\"Name\" {} ('{}')",
                if not { "NOT IN" } else { "IN" },
                names.join("','")
            )
        }),
        prop::sample::select(vec![
            "Name",
            "Text",
            "Port",
            "Count",
            "Ok",
            "Score",
            "Timestamp",
            "Absent"
        ])
        .prop_map(|c| format!("\"{c}\" IS NULL")),
        prop::sample::select(vec!["Name", "Text", "Port", "Count", "Absent"])
            .prop_map(|c| format!("\"{c}\" IS NOT NULL")),
        prop::sample::select(vec!["%a%", "al%", "%a", "", "_e%"])
            .prop_map(|p| format!("\"Name\" LIKE '{p}'")),
        prop::sample::select(vec!["%a%", "b%"]).prop_map(|p| format!("\"Name\" NOT LIKE '{p}'")),
        "[a-d]{1,2}".prop_map(|s| format!("\"Text\" LIKE '%{s}%'")),
        "[a-d]{0,3}".prop_map(|s| format!("coalesce(\"Text\", '') >= '{s}'")),
        Just("coalesce(\"Name\", '') = ''".to_owned()),
        (op.clone(), prop::sample::select(vec![80, 443, -1, 7]))
            .prop_map(|(op, p)| format!("\"Port\" {op} {p}")),
        Just("CAST(\"Port\" AS BIGINT) + \"Count\" > 440".to_owned()),
        Just("\"Count\" % 3 = 1".to_owned()),
        (op.clone(), -5..5_i64).prop_map(|(op, c)| format!("\"Count\" {op} {c}")),
        Just("\"Ok\"".to_owned()),
        (op, -3..3_i64).prop_map(|(op, s)| format!("\"Score\" {op} {s}.0")),
        Just("\"Name\" = \"Text\"".to_owned()),
        Just("\"Absent\" = 'x'".to_owned()),
    ];
    // The SQL parser takes `a IS DISTINCT FROM b OR c` for `a IS DISTINCT FROM (b OR c)`.
    let leaf = leaf.prop_map(|leaf| format!("({leaf})"));
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            4 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            1 => inner.prop_map(|a| format!("(NOT {a})")),
        ]
    })
}

pub(super) fn table_schema() -> TableSchema {
    columns(&[
        ("Timestamp", ScalarType::DateTime),
        ("Name", ScalarType::String),
        ("Text", ScalarType::String),
        ("Port", ScalarType::Int),
        ("Count", ScalarType::Long),
        ("Ok", ScalarType::Bool),
        ("Score", ScalarType::Real),
        ("Absent", ScalarType::String),
    ])
}

/// The rows as the engine should see them.
pub(super) fn expected(rows: &[Row], without_text: bool) -> RecordBatch {
    let time: Int64Array = rows
        .iter()
        .map(|r| {
            r.time
                .map(|ms| UNIX_EPOCH_TICKS + ms * TICKS_PER_SECOND / 1000)
        })
        .collect();
    let text = |get: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        cast(
            &rows.iter().map(get).collect::<StringArray>(),
            &DataType::Utf8View,
        )
        .unwrap()
    };
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(time),
        text(&|r| r.name.clone()),
        text(&|r| r.text.clone().filter(|_| !without_text)),
        Arc::new(rows.iter().map(|r| r.port).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|r| r.count).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|r| r.ok).collect::<BooleanArray>()),
        Arc::new(rows.iter().map(|r| r.score).collect::<Float64Array>()),
        text(&|_| None),
    ];
    RecordBatch::try_new(Arc::new(schema(&table_schema().columns)), arrays).unwrap()
}

/// The same rows as one file holds them.
pub(super) fn stored(rows: &[Row], shape: &Shape) -> RecordBatch {
    let whole = expected(rows, shape.without_text);
    let millis: ArrayRef = Arc::new(
        rows.iter()
            .map(|r| r.time)
            .collect::<TimestampMillisecondArray>(),
    );
    let of = |factor: i64| {
        rows.iter()
            .map(|r| r.time.map(|t| t * factor))
            .collect::<Vec<_>>()
    };
    let time: ArrayRef = match shape.time_unit {
        0 => millis,
        1 => Arc::new(TimestampMicrosecondArray::from(of(1_000)).with_timezone("UTC")),
        _ => Arc::new(TimestampNanosecondArray::from(of(1_000_000))),
    };
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (field, array) in whole.schema().fields().iter().zip(whole.columns()) {
        let array = match field.name().as_str() {
            "Absent" => continue,
            "Text" if shape.without_text => continue,
            "Timestamp" => Arc::clone(&time),
            "Port" if shape.wide_port => cast(array, &DataType::Int64).unwrap(),
            _ => Arc::clone(array),
        };
        let nullable = !(shape.required && array.null_count() == 0);
        let name = if shape.lower_case {
            field.name().to_lowercase()
        } else {
            field.name().clone()
        };
        fields.push(Field::new(name, array.data_type().clone(), nullable));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

pub(super) fn properties(shape: &Shape) -> WriterProperties {
    WriterProperties::builder()
        .set_max_row_group_row_count(Some(shape.group_rows))
        .set_data_page_row_count_limit(shape.page_rows)
        .set_write_batch_size(1)
        .set_dictionary_page_size_limit(shape.dictionary_bytes)
        .set_dictionary_enabled(shape.dictionary)
        .set_writer_version(if shape.version2 {
            WriterVersion::PARQUET_2_0
        } else {
            WriterVersion::PARQUET_1_0
        })
        .set_statistics_enabled(match shape.statistics {
            0 => EnabledStatistics::None,
            1 => EnabledStatistics::Chunk,
            _ => EnabledStatistics::Page,
        })
        .set_compression(match shape.compression {
            0 => Compression::UNCOMPRESSED,
            1 => Compression::SNAPPY,
            _ => Compression::ZSTD(ZstdLevel::default()),
        })
        .set_offset_index_disabled(!shape.offset_index)
        .build()
}

const PROJECTIONS: [&str; 4] = [
    "\"Timestamp\", \"Name\", \"Text\", \"Port\", \"Count\", \"Ok\", \"Score\", \"Absent\"",
    "\"Name\"",
    "\"Score\", \"Port\"",
    "1",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_scan_gives_what_a_filter_over_memory_gives(
        files in prop::collection::vec((rows(), shape()), 1..4),
        filters in prop::collection::vec(filter(), 1..5),
        batch_rows in prop::sample::select(vec![1_usize, 7, 8192]),
        in_place: bool,
        sequential: bool,
    ) {
        let folder = TempDir::new().unwrap();
        for (at, (rows, shape)) in files.iter().enumerate() {
            write(folder.path(), &format!("{at}.parquet"), &stored(rows, shape), properties(shape));
        }
        let memory: Vec<RecordBatch> = files.iter().map(|(rows, shape)| expected(rows, shape.without_text)).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let context = session();
            let options = ScanOptions { batch_rows, sequential, ..ScanOptions::local() };
            register(&context, "lake", &table(folder.path(), &table_schema(), in_place, options));
            register_memory(&context, "memory", memory);
            for (at, filter) in filters.iter().enumerate() {
                let sql = |from: &str| format!("SELECT {} FROM {from} WHERE {filter}", PROJECTIONS[at % PROJECTIONS.len()]);
                let found = run(&context, &sql("lake")).await.unwrap();
                let wanted = run(&context, &sql("memory")).await.unwrap();
                // Only the sequential mode promises an order; memory may be read by several streams.
                prop_assert_eq!(lines(&found, true), lines(&wanted, true), "{}", filter);
            }
            if sequential {
                let found = run(&context, "SELECT \"Timestamp\" FROM lake").await.unwrap();
                let times: Vec<Option<i64>> = found.iter().flat_map(|b| b.column(0).as_primitive::<Int64Type>().iter().collect::<Vec<_>>()).collect();
                let wanted: Vec<Option<i64>> = files.iter().flat_map(|(rows, _)| rows).map(|r| r.time.map(|ms| UNIX_EPOCH_TICKS + ms * TICKS_PER_SECOND / 1000)).collect();
                prop_assert_eq!(times, wanted);
            }
            Ok(())
        })?;
    }
}
