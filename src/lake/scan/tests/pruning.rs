//! What is not read: the report must say so, since the rows alone cannot.

use arrow::array::{StringArray, TimestampMicrosecondArray};

use super::*;
use crate::symbols::UNIX_EPOCH_TICKS;

/// Ten row groups of 1000 rows, a second apart; "needle" stands once, in the seventh.
fn lake(
    in_place: bool,
    properties: parquet::file::properties::WriterPropertiesBuilder,
) -> (TempDir, Arc<LakeTable>) {
    let folder = TempDir::new().unwrap();
    let times = TimestampMicrosecondArray::from_iter_values((0..10_000).map(|row| row * 1_000_000));
    let name = |row: usize| {
        if row == 6_500 {
            "a needle".to_owned()
        } else {
            format!("hay {}", row % 50)
        }
    };
    let names = StringArray::from_iter_values((0..10_000).map(name));
    let batch = RecordBatch::try_from_iter([
        ("Timestamp", Arc::new(times) as _),
        ("Name", Arc::new(names) as _),
    ])
    .unwrap();
    let properties = properties
        .set_max_row_group_row_count(Some(1_000))
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100);
    write(folder.path(), "f", &batch, properties.build());
    let schema = columns(&[
        ("Timestamp", ScalarType::DateTime),
        ("Name", ScalarType::String),
    ]);
    let table = table(
        folder.path(),
        &schema,
        in_place,
        ScanOptions {
            coalesce_bytes: 0,
            ..ScanOptions::local()
        },
    );
    (folder, table)
}

async fn ask(table: &Arc<LakeTable>, sql: &str) -> (Vec<String>, ScanSummary) {
    let context = session();
    register(&context, "t", table);
    let rows = lines(&run(&context, sql).await.unwrap(), true);
    (rows, table.report().summary())
}

#[tokio::test]
async fn dictionaries_rule_out_row_groups() {
    for in_place in [true, false] {
        let (_folder, table) = lake(in_place, WriterProperties::builder());
        let sql = format!(
            "SELECT \"Timestamp\" - {UNIX_EPOCH_TICKS}, \"Name\" FROM t WHERE \"Name\" LIKE '%needle'"
        );
        let (rows, summary) = ask(&table, &sql).await;
        assert_eq!(rows, ["| 65000000000 | a needle |"]);
        assert_eq!(summary.row_groups_pruned_by_dictionary, 9);
        assert_eq!(summary.rows_read, 1_000);
        // The index pages and the output of one row group of ten.
        assert!(summary.ids.bytes > 0 && summary.decode.bytes > 0);
        assert!(
            summary.decode.bytes * 5 < summary.bytes_listed,
            "{summary:?}"
        );
    }
}

#[tokio::test]
async fn a_time_bound_that_statistics_prove_is_not_read() {
    let (_folder, table) = lake(true, WriterProperties::builder());
    let second = |s: i64| UNIX_EPOCH_TICKS + s * 10_000_000;
    let sql = format!(
        "SELECT count(*) FROM t WHERE \"Timestamp\" >= {} AND \"Timestamp\" < {}",
        second(2_000),
        second(9_000)
    );
    let (rows, summary) = ask(&table, &sql).await;
    assert_eq!(rows, ["| 7000 |"]);
    assert_eq!(summary.row_groups_pruned_by_statistics, 3);
    assert_eq!((summary.ids.bytes, summary.decode.bytes), (0, 0));
}

#[tokio::test]
async fn page_bounds_spare_pages() {
    let mut bytes = Vec::new();
    for statistics in [
        parquet::file::properties::EnabledStatistics::Chunk,
        parquet::file::properties::EnabledStatistics::Page,
    ] {
        let properties = WriterProperties::builder()
            .set_statistics_enabled(statistics)
            .set_dictionary_enabled(false);
        let (_folder, table) = lake(false, properties);
        let at = UNIX_EPOCH_TICKS + 2_345 * 10_000_000;
        let (rows, summary) = ask(
            &table,
            &format!("SELECT \"Name\" FROM t WHERE \"Timestamp\" = {at}"),
        )
        .await;
        assert_eq!(rows, ["| hay 45 |"]);
        bytes.push(summary.decode.bytes);
    }
    assert!(bytes[1] * 4 < bytes[0], "{bytes:?}");
}

#[tokio::test]
async fn a_preview_counts_without_rows() {
    let (_folder, table) = lake(true, WriterProperties::builder());
    let context = session();
    register(&context, "t", &table);
    let plan = context
        .sql("SELECT \"Name\" FROM t WHERE \"Name\" LIKE '%needle'")
        .await
        .unwrap();
    let plan = plan.create_physical_plan().await.unwrap();
    let mut leaf = Arc::clone(&plan);
    while let Some(child) = leaf.children().first().map(|c| Arc::clone(c)) {
        leaf = child;
    }
    let summary = leaf
        .downcast_ref::<LakeScan>()
        .unwrap()
        .preview()
        .await
        .unwrap();
    assert_eq!(
        (
            summary.row_groups_pruned_by_dictionary,
            summary.rows_read,
            summary.rows_out
        ),
        (9, 1_000, 0)
    );
    assert!(summary.bytes_to_read > 0 && summary.decode.bytes == 0);
    assert_eq!(table.report().summary().files_listed, 0);
}
