//! The listing against hand-written sets of files and against a plain filter of random lakes.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;

use super::super::open::Lake;
use super::*;
use crate::symbols::TICKS_PER_DAY;

const HOUR: i64 = 3600 * TICKS_PER_SECOND;

fn at(text: &str) -> i64 {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    UNIX_EPOCH_TICKS + time.and_utc().timestamp() * TICKS_PER_SECOND
}

fn window(from: &str, to: &str) -> TimeRange {
    TimeRange::new(Some(at(from)), Some(at(to)))
}

async fn memory(paths: &[String]) -> Store {
    let store = InMemory::new();
    for path in paths {
        let path = Path::parse(path).unwrap();
        store.put(&path, "PAR1".into()).await.unwrap();
    }
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    Store::from_object_store("memory://lake", store, Path::default())
}

fn table(store: Store, prefix: &str) -> TableLocation {
    TableLocation {
        table: "T".into(),
        store,
        places: vec![Place::Folder(Path::from(prefix))],
        layout: LayoutChoice::Auto,
    }
}

fn names(listing: &Listing) -> Vec<String> {
    listing
        .files
        .iter()
        .map(|f| f.location.to_string())
        .collect()
}

/// The names that a window lists, whichever way the store is walked.
async fn listed(paths: &[&str], window: TimeRange, slack: i64) -> Vec<String> {
    let paths: Vec<String> = paths.iter().map(|p| format!("T/{p}")).collect();
    let mut answers = Vec::new();
    for page in [None, Some(1000), Some(2)] {
        let store = memory(&paths).await.with_page_size(page);
        let listing = table(store, "T").list(window, slack).await.unwrap();
        answers.push(names(&listing));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let names = answers.swap_remove(0);
    names.iter().map(|n| n["T/".len()..].to_owned()).collect()
}

#[tokio::test]
async fn days_at_month_ends_and_a_leap_day() {
    let paths = [
        "date=2024-02-28/a.parquet",
        "date=2024-02-29/a.parquet",
        "date=2024-02-29/b.parquet",
        "date=2024-03-01/a.parquet",
        "date=2024-03-02/a.parquet",
    ];
    let leap_day = window("2024-02-29 00:00", "2024-03-01 00:00");
    assert_eq!(listed(&paths, leap_day, 0).await, paths[1..3]);
    assert_eq!(listed(&paths, leap_day, 1).await, paths[0..4]);
    assert_eq!(listed(&paths, leap_day, TICKS_PER_DAY).await, paths[0..4]);
    assert_eq!(listed(&paths, leap_day, TICKS_PER_DAY + 1).await, paths);
    let tail = TimeRange::new(Some(at("2024-03-01 23:59")), None);
    assert_eq!(listed(&paths, tail, 0).await, paths[3..]);
    assert_eq!(listed(&paths, TimeRange::default(), 0).await, paths);
}

#[tokio::test]
async fn hours_of_an_export_are_pruned_at_their_edges() {
    let base = "WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/w";
    let paths: Vec<String> = [
        "d=28/h=23/m=00",
        "d=29/h=00/m=00",
        "d=29/h=01/m=00",
        "d=29/h=01/m=30",
    ]
    .iter()
    .map(|tail| format!("{base}/y=2024/m=02/{tail}/x.parquet"))
    .chain([format!("{base}/y=2024/m=03/d=01/h=00/m=00/x.parquet")])
    .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let hour = window("2024-02-29 00:00", "2024-02-29 01:00");
    assert_eq!(listed(&paths, hour, 0).await, paths[1..2]);
    assert_eq!(listed(&paths, hour, HOUR).await, paths[0..4]);
    let early = window("2024-02-29 01:00", "2024-02-29 01:30");
    assert_eq!(listed(&paths, early, 0).await, paths[2..3]);
    let late = window("2024-02-29 01:45", "2024-03-01 00:01");
    assert_eq!(listed(&paths, late, 0).await, paths[2..5]);
}

#[tokio::test]
async fn mixed_layouts_and_files_without_a_time_are_all_found() {
    let paths = [
        "2025/12/31/a.parquet",
        "2026/01/05/13/a.parquet",
        "2026/01/05/14/a.parquet",
        "date=2026-01-05/a.parquet",
        "date=2026-01-06/a.parquet",
        "date=__HIVE_DEFAULT_PARTITION__/a.parquet",
        "late/part-0",
        "loose.parquet",
        "year=2026/month=1/day=5/a.parquet",
        "year=2026/month=12/day=5/a.parquet",
    ];
    let hour = window("2026-01-05 14:00", "2026-01-05 15:00");
    let expected = [2, 3, 5, 6, 7, 8].map(|at| paths[at]);
    assert_eq!(listed(&paths, hour, 0).await, expected);
}

#[tokio::test]
async fn what_is_not_data_is_passed_over_and_told() {
    let paths = [
        "_SUCCESS",
        ".x/a.parquet",
        "_tmp/date=2026-01-05/a.parquet",
        "README.md",
        "date=2026-01-05/a.parquet",
    ];
    let store = memory(&paths.map(|p| format!("T/{p}"))).await;
    store
        .inner()
        .put(&Path::from("T/date=2026-01-05/mark"), "".into())
        .await
        .unwrap();
    let listing = table(store, "T")
        .list(TimeRange::default(), 0)
        .await
        .unwrap();
    assert_eq!(names(&listing), ["T/date=2026-01-05/a.parquet"]);
    assert_eq!((listing.ignored, listing.files_seen), (5, 1));
    assert_eq!(
        listing.files[0].partitions[..],
        [("date".into(), "2026-01-05".into())]
    );
}

#[tokio::test]
async fn other_formats_are_refused_by_name() {
    for (path, word) in [
        ("T/_delta_log/000.json", "Delta"),
        ("T/metadata/v1.metadata.json", "Iceberg"),
        ("T/y=2026/m=01/d=05/h=01/m=00/PT1H.json", "NDJSON"),
        ("T/date=2026-01-05/a.csv.gz", "CSV"),
    ] {
        for page in [None, Some(1000), Some(1)] {
            let paths = [path.to_owned(), "T/date=2026-01-05/a.parquet".to_owned()];
            let store = memory(&paths).await.with_page_size(page);
            let day = window("2026-01-05 00:00", "2026-01-06 00:00");
            let error = table(store, "T").list(day, 0).await.unwrap_err();
            assert!(matches!(error, LakeError::ForeignFormat { .. }));
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}

#[tokio::test]
async fn requests_are_few_and_nothing_there_is_a_fault() {
    let day = |n: i64| NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + TimeDelta::days(n);
    let paths: Vec<String> = (0..365)
        .flat_map(|n| (0..4).map(move |file| format!("T/date={}/{file}.parquet", day(n))))
        .collect();
    let week = window("2025-03-10 00:00", "2025-03-15 00:00");
    let lists = |store: &Store| store.counters().snapshot().lists;

    // 1460 files: a page does not hold them. One page, the folders, and seven days.
    let large = memory(&paths).await;
    let listing = table(large.clone(), "T")
        .list(week, TICKS_PER_DAY)
        .await
        .unwrap();
    assert_eq!((listing.files.len(), lists(&large)), (28, 9));
    assert_eq!((listing.prefixes_listed, listing.prefixes_pruned), (9, 358));
    assert!(listing.days_without_files.is_empty() && listing.days_known);

    // 400 files: one page is all of them.
    let small = memory(&paths[..400]).await;
    let listing = table(small.clone(), "T")
        .list(week, TICKS_PER_DAY)
        .await
        .unwrap();
    assert_eq!((listing.files.len(), lists(&small)), (28, 1));
    assert_eq!(
        (listing.files_seen, listing.files_outside_window),
        (400, 372)
    );

    let error = table(small, "U").list(week, 0).await.unwrap_err();
    assert!(matches!(error, LakeError::MissingPrefix { url } if url == "memory://lake/U"));
}

#[tokio::test]
async fn days_without_files_are_those_of_the_window() {
    let paths = [
        "T/date=2026-01-04/a.parquet",
        "T/date=2026-01-06/a.parquet",
        "T/date=2026-01-09/a.parquet",
    ];
    let store = memory(&paths.map(str::to_owned)).await;
    let dates = |days: &[u32]| -> Vec<NaiveDate> {
        days.iter()
            .map(|d| NaiveDate::from_ymd_opt(2026, 1, *d).unwrap())
            .collect()
    };
    let table = table(store, "T");
    let days = window("2026-01-05 12:00", "2026-01-08 00:01");
    let listing = table.list(days, TICKS_PER_DAY).await.unwrap();
    assert_eq!(listing.days_without_files, dates(&[5, 7, 8]));
    let all = table.list(TimeRange::default(), 0).await.unwrap();
    assert_eq!(all.days_without_files, dates(&[5, 7, 8]));
    let none = table
        .list(window("2027-01-01 00:00", "2027-01-03 00:00"), 0)
        .await
        .unwrap();
    assert_eq!((none.files.len(), none.days_without_files.len()), (0, 2));
}

#[tokio::test]
async fn a_local_folder_is_listed_alike() {
    let dir = tempfile::tempdir().unwrap();
    for path in [
        "date=2026-01-05/a b.parquet",
        "date=2026-01-06/x.parquet",
        "date=2026-01-07/x.parquet",
    ] {
        let path = dir.path().join("DeviceNetworkEvents").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"PAR1").unwrap();
    }
    let url = dir.path().to_str().unwrap();
    let lake = Lake::open(&[url], &Default::default()).unwrap();
    let table = lake.table("DeviceNetworkEvents").await.unwrap().unwrap();
    let days = window("2026-01-05 00:00", "2026-01-06 00:01");
    let listing = table.list(days, 0).await.unwrap();
    assert_eq!(
        names(&listing),
        [
            "DeviceNetworkEvents/date=2026-01-05/a b.parquet",
            "DeviceNetworkEvents/date=2026-01-06/x.parquet"
        ]
    );
    // A reader reads the listed version, and notices another one.
    let reader = table.store.reader(&listing.files[0]);
    assert_eq!(
        reader.read_ranges(&[1..3, 0..4]).await.unwrap(),
        ["AR", "PAR1"]
    );
    let replaced = table.store.reader(&listing.files[1]);
    std::fs::write(
        dir.path().join(listing.files[1].location.as_ref()),
        b"PAR1PAR1",
    )
    .unwrap();
    let error = replaced.read(0..4).await.unwrap_err();
    assert!(matches!(error, LakeError::Replaced { .. }), "{error}");
}

#[tokio::test]
async fn a_replaced_object_of_a_store_is_noticed() {
    let store = memory(&["T/a.parquet".to_owned()]).await;
    let listing = table(store.clone(), "T")
        .list(TimeRange::default(), 0)
        .await
        .unwrap();
    let reader = store.reader(&listing.files[0]);
    assert_eq!(reader.read(0..4).await.unwrap(), "PAR1");
    store
        .inner()
        .put(&Path::from("T/a.parquet"), "PAR2".into())
        .await
        .unwrap();
    let error = reader.read(0..4).await.unwrap_err();
    assert_eq!(
        error,
        LakeError::Replaced {
            url: "memory://lake/T/a.parquet".into()
        }
    );
    let counts = store.counters().snapshot();
    assert_eq!((counts.gets, counts.bytes_read), (2, 4));
}

/// A file written at an hour by one of the layouts, and the time that its folder covers.
fn path_of(layout: usize, hour: NaiveDateTime) -> (String, i64, i64) {
    let (y, m, d, h) = (hour.year(), hour.month(), hour.day(), hour.hour());
    let ticks = |t: NaiveDateTime| UNIX_EPOCH_TICKS + t.and_utc().timestamp() * TICKS_PER_SECOND;
    let midnight = hour.date().and_time(Default::default());
    let month = hour.date().with_day(1).unwrap();
    let next_month = month + chrono::Months::new(1);
    let day = (ticks(midnight), ticks(midnight) + TICKS_PER_DAY);
    let of_hour = (ticks(hour), ticks(hour) + HOUR);
    let (folder, (start, end)) = match layout {
        0 => (format!("date={y:04}-{m:02}-{d:02}"), day),
        1 => (format!("dt={y:04}{m:02}{d:02}/region=eu"), day),
        2 => (format!("year={y}/month={m}/day={d}"), day),
        3 => (
            format!("year={y}/month={m:02}/day={d:02}/hour={h:02}"),
            of_hour,
        ),
        4 => (
            format!("tenantId=t/y={y}/m={m:02}/d={d:02}/h={h:02}/m=00"),
            of_hour,
        ),
        5 => (format!("{y}/{m:02}/{d:02}"), day),
        6 => (format!("{y}/{m:02}/{d:02}/{h:02}"), of_hour),
        7 => (format!("region=us/{y:04}-{m:02}-{d:02}"), day),
        _ => (
            format!("year={y}/month={m}"),
            (ticks(month.into()), ticks(next_month.into())),
        ),
    };
    (folder, start, end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn pruned_listing_is_the_filtered_full_listing(
        files in prop::collection::vec((0usize..9, 0i64..24 * 800), 1..60),
        from in prop::option::of(-100i64..24 * 820),
        hours in prop::option::of(1i64..24 * 90),
        slack in 0i64..60,
        page in prop::option::of(1usize..40),
    ) {
        let origin = NaiveDate::from_ymd_opt(2023, 11, 20).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let start = UNIX_EPOCH_TICKS + origin.and_utc().timestamp() * TICKS_PER_SECOND;
        let window = TimeRange::new(
            from.map(|h| start + h * HOUR),
            hours.map(|h| start + (from.unwrap_or(0) + h) * HOUR - 1),
        );
        let slack = slack * HOUR;
        let mut all: Vec<(String, i64, i64)> = files
            .iter()
            .enumerate()
            .map(|(n, &(layout, hour))| {
                let (folder, start, end) = path_of(layout, origin + TimeDelta::hours(hour));
                (format!("T/{folder}/{n}.parquet"), start, end)
            })
            .collect();
        all.sort();
        let first = window.start.map_or(i64::MIN, |t| t - slack);
        let last = window.end.map_or(i64::MAX, |t| t + slack);
        let expected: Vec<String> = all
            .iter()
            .filter(|(_, start, end)| *start < last && *end > first)
            .map(|(path, ..)| path.clone())
            .collect();
        let paths: Vec<String> = all.iter().map(|(path, ..)| path.clone()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (listing, full) = runtime.block_on(async {
            let table = table(memory(&paths).await.with_page_size(page), "T");
            let listing = table.list(window, slack).await.unwrap();
            (listing, table.list(TimeRange::default(), 0).await.unwrap())
        });
        prop_assert_eq!(&names(&listing), &expected);
        let widened = window.widened(slack);
        let mut filtered = full;
        filtered.files.retain(|f| f.path_time.is_none_or(|range| range.overlaps(&widened)));
        prop_assert_eq!(names(&filtered), expected);
    }
}
