//! The survey of small lakes whose content is known.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::lake::layout::LayoutChoice;
use crate::lake::schema::SchemaOddity;
use crate::lake::store::Store;

/// 2026-01-05T00:00:00Z in microseconds.
const DAY: i64 = 1_767_571_200_000_000;
const HOUR: i64 = 3_600_000_000;

fn parquet(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_per_group))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn times(hours: &[i64]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(
        hours.iter().map(|h| DAY + h * HOUR),
    ))
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

async fn lake(files: Vec<(&str, Vec<u8>)>) -> Lake {
    let store = InMemory::new();
    for (path, bytes) in files {
        store.put(&Path::from(path), bytes.into()).await.unwrap();
    }
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    let store = Store::from_object_store("memory://lake", store, Path::default());
    Lake::from_stores(vec![store], LayoutChoice::Auto)
}

#[tokio::test]
async fn a_table_is_described_with_what_is_odd() {
    let nothing: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; 4]));
    let first = parquet(
        vec![
            ("Timestamp", times(&[0, 1, 1, 23])),
            ("DeviceId", texts(&["a", "b", "b", "c"])),
            ("ReportId", Arc::new(Int32Array::from(vec![1, 2, 2, 3]))),
            ("Empty", nothing),
        ],
        2,
    );
    // A late repetition of the first day's last event, and the schema of another version.
    let second = parquet(
        vec![
            ("Timestamp", times(&[23, 50])),
            ("DeviceId", texts(&["c", "d"])),
            ("ReportId", Arc::new(Int64Array::from(vec![3, 4]))),
        ],
        10,
    );
    let lake = lake(vec![
        ("DeviceNetworkEvents/date=2026-01-05/a.parquet", first),
        (
            "DeviceNetworkEvents/date=2026-01-07/a.parquet",
            second.clone(),
        ),
        (
            "DeviceNetworkEvents/date=2026-01-07/cut.parquet",
            second[..100].to_vec(),
        ),
        ("Other_CL/x.json", b"{}".to_vec()),
    ])
    .await;
    let options = SurveyOptions {
        day: NaiveDate::from_ymd_opt(2026, 1, 5),
        ..SurveyOptions::default()
    };
    let surveys = survey(&lake, &options).await.unwrap();
    let [events, other] = &surveys[..] else {
        panic!("{surveys:?}")
    };
    assert!(other.fault.as_ref().unwrap().contains("JSON"));
    assert_eq!(events.table, "DeviceNetworkEvents");
    assert_eq!((events.files, events.footers_read, events.rows), (3, 2, 6));
    assert_eq!(events.layout, ["date="]);
    let span = events.events.clone().unwrap();
    assert_eq!(
        (span.first.as_str(), span.last.as_str()),
        (
            "2026-01-05T00:00:00.0000000Z",
            "2026-01-07T02:00:00.0000000Z"
        )
    );
    assert_eq!(
        events.paths.as_ref().unwrap().last,
        "2026-01-07T23:59:59.9999999Z"
    );
    let column = |name: &str| events.columns.iter().find(|c| c.name == name).unwrap();
    assert_eq!(
        (column("ReportId").ty, column("ReportId").nulls),
        (ScalarType::Long, Some(0))
    );
    assert_eq!(
        (column("Empty").nulls, column("Empty").in_catalogue),
        (Some(6), Some(false))
    );
    assert_eq!(column("date").ty, ScalarType::DateTime);

    let has = |test: fn(&Oddity) -> bool| {
        assert!(events.oddities.iter().any(test), "{:#?}", events.oddities)
    };
    has(|o| matches!(o, Oddity::BadFile { file, .. } if file.ends_with("cut.parquet")));
    has(|o| matches!(o, Oddity::AllNull { columns } if *columns == ["Empty"]));
    has(|o| {
        matches!(
            o,
            Oddity::TimeOutsidePath {
                files: 1,
                furthest_seconds: 90_000,
                ..
            }
        )
    });
    has(|o| matches!(o, Oddity::DaysMissing { count: 1, .. }));
    has(
        |o| matches!(o, Oddity::Schema(SchemaOddity::TypesDiffer { column, clash: false, .. }) if column == "ReportId"),
    );
    has(
        |o| matches!(o, Oddity::Schema(SchemaOddity::MissingInFiles { column, files: 1, .. }) if column == "Empty"),
    );
    let json = serde_json::to_value(events).unwrap();
    assert_eq!(json["columns"][0]["type"], "datetime");
    // The damaged file is beside the sampled day's folder by more than a day; it is not in the way.
    let duplicates = events
        .duplicates
        .clone()
        .unwrap_or_else(|| panic!("{:#?}", events.oddities));
    assert_eq!(
        (duplicates.rows, duplicates.repeated, duplicates.files),
        (4, 1, 1)
    );
}

#[tokio::test]
async fn duplicates_are_counted_over_files_and_types() {
    let file = |hours: &[i64], devices: &[&str], reports: ArrayRef| {
        parquet(
            vec![
                ("timegenerated", times(hours)),
                ("DeviceId", texts(devices)),
                ("ReportId", reports),
            ],
            10,
        )
    };
    let first = file(
        &[1, 2, 3],
        &["a", "b", "c"],
        Arc::new(Int32Array::from(vec![1, 2, 3])),
    );
    let late = file(
        &[2, 3, 25],
        &["b", "c", "b"],
        Arc::new(Int64Array::from(vec![2, 4, 2])),
    );
    let lake = lake(vec![
        ("DeviceEvents/2026/01/05/a.parquet", first),
        ("DeviceEvents/2026/01/06/a.parquet", late),
    ])
    .await;
    let options = SurveyOptions {
        day: NaiveDate::from_ymd_opt(2026, 1, 5),
        ..SurveyOptions::default()
    };
    let surveys = survey(&lake, &options).await.unwrap();
    let sample = surveys[0].duplicates.clone().unwrap();
    assert_eq!(surveys[0].layout, ["yyyy/MM/dd"]);
    assert_eq!((sample.rows, sample.repeated, sample.files), (5, 1, 2));
    let few = SurveyOptions {
        max_duplicate_rows: 3,
        ..options
    };
    let surveys = survey(&lake, &few).await.unwrap();
    assert!(
        surveys[0]
            .oddities
            .iter()
            .any(|o| matches!(o, Oddity::DuplicatesNotCounted { .. }))
    );
}

#[test]
fn a_sample_has_both_ends() {
    assert_eq!(sample(3, 5), [0, 1, 2]);
    assert_eq!(sample(10, 4), [0, 3, 6, 9]);
    assert_eq!((sample(9, 1), sample(9, 0)), (vec![0], vec![]));
}
