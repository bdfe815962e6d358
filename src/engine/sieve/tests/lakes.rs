//! Small lakes of two tables in random files: drifted schemas, nulls, dictionary and plain pages, Unicode.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use proptest::prelude::*;

use crate::engine::{Engine, EngineOptions, TableAccess};
use crate::lake::{Lake, LakeSettings};
use crate::symbols::{TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

pub const DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// 2026-01-01 in microseconds.
const START: i64 = 1_767_225_600_000_000;
const MICROS: i64 = 86_400_000_000;

/// Ticks of a day of January 2026, 0 being the first.
pub fn day(day: i64) -> i64 {
    UNIX_EPOCH_TICKS + START * 10 + day * DAY
}

#[derive(Debug, Clone)]
pub struct Row {
    /// Microseconds within the file's day; None is null.
    pub time: Option<i64>,
    pub device: usize,
    pub url: Option<&'static str>,
    pub company: Option<&'static str>,
    pub action: Option<&'static str>,
    pub port: Option<i32>,
    pub report: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct FileOf {
    pub day: i64,
    pub rows: Vec<Row>,
    pub shape: Shape,
}

/// How a file is written.
#[derive(Debug, Clone)]
pub struct Shape {
    group_rows: usize,
    page_rows: usize,
    dictionary_bytes: usize,
    dictionary: bool,
    version2: bool,
    statistics: u8,
    wide_port: bool,
    text_port: bool,
    without_company: bool,
    without_action: bool,
    old_time_name: bool,
}

pub const URLS: [&str; 9] = [
    "https://vsa.kaseya.com/x",
    "notkaseya.com",
    "KASEYA.COM",
    "relay.anydesk.com",
    "http://пример.рф/путь",
    "ΑΒΓ.example",
    "stun.example.org",
    "",
    "a_b-c.kaseya.community",
];
pub const COMPANIES: [&str; 6] = [
    "Kaseya",
    "AnyDesk Software GmbH",
    "Microsoft Corporation",
    "Ünïcode AG",
    "",
    "kaseya ltd",
];
pub const ACTIONS: [&str; 3] = [
    "ConnectionSuccess",
    "ConnectionFailed",
    "ListeningConnectionCreated",
];

fn row() -> impl Strategy<Value = Row> {
    let text =
        |texts: &'static [&'static str]| prop::option::weighted(0.85, prop::sample::select(texts));
    (
        prop::option::weighted(0.97, 0..MICROS),
        0..4_usize,
        text(&URLS),
        text(&COMPANIES),
        text(&ACTIONS),
        prop::option::weighted(0.9, prop::sample::select(vec![80, 443, 5938, 22])),
        prop::option::weighted(0.95, 0..6_i64),
    )
        .prop_map(|(time, device, url, company, action, port, report)| Row {
            time,
            device,
            url,
            company,
            action,
            port,
            report,
        })
}

fn shape() -> impl Strategy<Value = Shape> {
    let drift = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
    );
    (
        prop::sample::select(vec![5_usize, 20, 1000]),
        prop::sample::select(vec![3_usize, 1000]),
        prop::sample::select(vec![24_usize, 1 << 20]),
        prop::bool::weighted(0.85),
        any::<bool>(),
        0..3_u8,
        drift,
    )
        .prop_map(
            |(group_rows, page_rows, dictionary_bytes, dictionary, version2, statistics, drift)| {
                Shape {
                    group_rows,
                    page_rows,
                    dictionary_bytes,
                    dictionary,
                    version2,
                    statistics,
                    wide_port: drift.0,
                    text_port: drift.1,
                    without_company: drift.2,
                    without_action: drift.3,
                    old_time_name: drift.4,
                }
            },
        )
}

/// Files of one table. Rows come in runs, so that row groups and pages differ.
pub fn files() -> impl Strategy<Value = Vec<FileOf>> {
    let rows = prop::collection::vec((row(), 1..5_usize), 1..30).prop_map(|runs| {
        let rows = runs.into_iter().enumerate();
        rows.flat_map(|(at, (row, times))| {
            (0..times).map(move |more| Row {
                time: row.time.map(|t| (t + (at * 7 + more) as i64) % MICROS),
                ..row.clone()
            })
        })
        .collect()
    });
    let file = (0..6_i64, rows, shape()).prop_map(|(day, rows, shape)| FileOf { day, rows, shape });
    prop::collection::vec(file, 1..5)
}

/// Writes a table's files below `root`, by day.
pub fn write(root: &Path, table: &str, files: &[FileOf]) {
    for (at, file) in files.iter().enumerate() {
        let folder = root
            .join(table)
            .join(format!("date=2026-01-{:02}", file.day + 1));
        std::fs::create_dir_all(&folder).unwrap();
        let batch = stored(file);
        let shape = &file.shape;
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(shape.group_rows))
            .set_data_page_row_count_limit(shape.page_rows)
            .set_write_batch_size(1)
            .set_dictionary_page_size_limit(shape.dictionary_bytes)
            .set_dictionary_enabled(shape.dictionary)
            .set_writer_version(match shape.version2 {
                true => WriterVersion::PARQUET_2_0,
                false => WriterVersion::PARQUET_1_0,
            })
            .set_statistics_enabled(match shape.statistics {
                0 => EnabledStatistics::None,
                1 => EnabledStatistics::Chunk,
                _ => EnabledStatistics::Page,
            })
            .set_compression(Compression::SNAPPY)
            .build();
        let out = std::fs::File::create(folder.join(format!("{at}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
}

fn stored(file: &FileOf) -> RecordBatch {
    let rows = &file.rows;
    let text = |get: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(get).collect::<StringArray>())
    };
    let shape = &file.shape;
    let time: TimestampMicrosecondArray = rows
        .iter()
        .map(|r| r.time.map(|t| START + file.day * MICROS + t))
        .collect();
    let port: ArrayRef = Arc::new(rows.iter().map(|r| r.port).collect::<Int32Array>());
    let port = match (shape.wide_port, shape.text_port) {
        (true, _) => cast(&port, &DataType::Int64).unwrap(),
        (false, true) => cast(&port, &DataType::Utf8).unwrap(),
        (false, false) => port,
    };
    let time_name = match shape.old_time_name {
        true => "TimeGenerated",
        false => "Timestamp",
    };
    let url = |r: &Row| r.url.map(str::to_owned);
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (time_name, Arc::new(time.with_timezone("UTC"))),
        ("DeviceId", text(&|r| Some(format!("device-{}", r.device)))),
        ("RemoteUrl", text(&url)),
        ("ProcessCommandLine", text(&url)),
        ("RemotePort", port),
        (
            "ReportId",
            Arc::new(rows.iter().map(|r| r.report).collect::<Int64Array>()),
        ),
    ];
    if !shape.without_company {
        let company = |r: &Row| r.company.map(str::to_owned);
        columns.push(("InitiatingProcessVersionInfoCompanyName", text(&company)));
    }
    if !shape.without_action {
        columns.push(("ActionType", text(&|r| r.action.map(str::to_owned))));
    }
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

/// An engine over a lake in this folder.
pub fn engine(root: &Path) -> Engine {
    let lake = Lake::open(&[root.to_str().unwrap()], &LakeSettings::default()).unwrap();
    let options = EngineOptions {
        memory: None,
        threads: 2,
        tables: TableAccess {
            path_slack: DAY,
            skip_bad_files: false,
        },
        max_bytes: None,
        max_files: None,
        outside: Default::default(),
    };
    Engine::new(options, Some(lake)).unwrap()
}
