//! Result files: what a reader finds after a run, a second run and a run that was cut off.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, TimeUnit};
use arrow::datatypes::{TimestampMicrosecondType, TimestampNanosecondType};
use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, LogicalType, TimeUnit as ParquetUnit};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::sample::{batch, column, every_type, strings, times};
use super::*;
use crate::lake::{Store, StoreSettings};
use crate::plan::Column;
use crate::symbols::ScalarType;

fn read(file: &Bytes) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn footer(file: &Bytes) -> ParquetMetaData {
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(file)
        .unwrap()
}

fn described(file: &Bytes, column: usize) -> serde_json::Value {
    let footer = footer(file);
    let pairs = footer.file_metadata().key_value_metadata().unwrap();
    let value = pairs.iter().find(|pair| pair.key == metadata::COLUMNS);
    let text = value.and_then(|pair| pair.value.clone()).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap()[column].clone()
}

/// A file with one datetime column of these values.
fn datetimes(texts: &[&str]) -> Bytes {
    let columns = [column("at", ScalarType::DateTime)];
    let batch = batch(&columns, vec![times(texts)]);
    ResultFile::encode(&columns, &[batch], &[]).unwrap()
}

#[test]
fn every_type_comes_back() {
    let (columns, batch) = every_type();
    let file = ResultFile::encode(&columns, &[batch], &[]).unwrap();
    let back = read(&file);
    let texts = |name: &str| -> Vec<Option<String>> {
        let array = back.column_by_name(name).unwrap();
        let array = array.as_string::<i32>();
        array.iter().map(|t| t.map(str::to_owned)).collect()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        texts("s"),
        [some("a\"b,c\r\n\u{1b}[31m\u{202e}"), some("=1+2"), some("")],
        "KQL has no null string"
    );
    assert_eq!(
        texts("bag"),
        [
            some("{\"z\": 1.50, \"a\": [1e400,\n null]}"),
            some("\"text\u{9b}\""),
            None
        ]
    );
    // 100 ns outside what nanoseconds hold: text keeps them.
    assert_eq!(
        texts("at"),
        [
            some("2026-01-05T00:00:00.1234567Z"),
            some("0001-01-01T00:00:00.0000000Z"),
            None
        ]
    );
    let spans = back.column_by_name("span").unwrap();
    let spans: Vec<_> = spans.as_primitive::<Int64Type>().iter().collect();
    assert_eq!(spans, [Some(937_845_000_000), Some(-1), None]);
    let decimals = back.column_by_name("d").unwrap();
    assert_eq!(decimals.data_type(), &DataType::Decimal128(38, 18));
    assert_eq!(
        decimals.as_primitive::<Decimal128Type>().value(1),
        -100_000_000_000_000_000_000_000_000_001
    );
    assert_eq!(
        back.column_by_name("n")
            .unwrap()
            .as_primitive::<Int64Type>()
            .value(0),
        i64::MAX
    );
    assert!(back.column_by_name("flag").unwrap().as_boolean().value(0));
    assert!(back.column_by_name("g").unwrap().is_null(2));
}

#[test]
fn datetimes_are_microseconds_where_nothing_is_lost() {
    let file = datetimes(&[
        "0001-01-01",
        "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.999999Z",
        "2026-01-05T00:00:00.123456Z",
    ]);
    let back = read(&file);
    assert_eq!(
        back.schema().field(0).data_type(),
        &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    );
    let values: Vec<_> = back
        .column(0)
        .as_primitive::<TimestampMicrosecondType>()
        .values()
        .to_vec();
    // From Python: (datetime(…, tzinfo=utc) - datetime(1970, 1, 1, tzinfo=utc)) // timedelta(microseconds=1).
    assert_eq!(
        values,
        [
            -62_135_596_800_000_000,
            253_402_300_799_999_999,
            -1,
            1_767_571_200_123_456
        ]
    );
    let logical = footer(&file)
        .file_metadata()
        .schema_descr()
        .column(0)
        .logical_type_ref()
        .cloned();
    assert_eq!(
        logical,
        Some(LogicalType::timestamp(true, ParquetUnit::MICROS))
    );
}

#[test]
fn seven_digits_are_nanoseconds_where_the_years_allow() {
    let file = datetimes(&["2026-01-05T00:00:00.1234567Z", "1700-01-01", "2262-01-01"]);
    let back = read(&file);
    let values = back.column(0).as_primitive::<TimestampNanosecondType>();
    assert_eq!(values.value(0), 1_767_571_200_123_456_700);
    assert_eq!(
        described(&file, 0)["stored_as"],
        "timestamp in nanoseconds, UTC"
    );
}

#[test]
fn seven_digits_and_year_9999_are_text_with_a_note() {
    let file = datetimes(&["9999-12-31T23:59:59.9999999Z"]);
    let back = read(&file);
    assert_eq!(
        back.column(0).as_string::<i32>().value(0),
        "9999-12-31T23:59:59.9999999Z"
    );
    let column = described(&file, 0);
    assert_eq!(column["type"], "datetime");
    assert!(
        column["stored_as"]
            .as_str()
            .unwrap()
            .starts_with("ISO 8601 text")
    );
}

#[test]
fn one_value_of_a_late_batch_decides_for_all() {
    let columns = [column("at", ScalarType::DateTime)];
    let whole = batch(&columns, vec![times(&["2026-01-05"])]);
    let digit = batch(&columns, vec![times(&["2026-01-05T00:00:00.0000001Z"])]);
    let back = read(&ResultFile::encode(&columns, &[whole, digit], &[]).unwrap());
    let values = back.column(0).as_primitive::<TimestampNanosecondType>();
    assert_eq!(
        values.values().to_vec(),
        [1_767_571_200_000_000_000, 1_767_571_200_000_000_100]
    );
}

/// Two columns, numbered rows.
fn many_rows(rows: i64) -> (Vec<Column>, RecordBatch) {
    let columns = vec![
        column("n", ScalarType::Long),
        column("s", ScalarType::String),
    ];
    let texts: Vec<String> = (0..rows).map(|n| format!("value {}", n % 1000)).collect();
    let texts: Vec<Option<&str>> = texts.iter().map(|t| Some(t.as_str())).collect();
    let arrays: Vec<ArrayRef> = vec![Arc::new((0..rows).collect::<Int64Array>()), strings(&texts)];
    let batch = batch(&columns, arrays);
    (columns, batch)
}

#[test]
fn the_same_rows_give_the_same_bytes_however_they_come() {
    let (columns, all) = many_rows(20_000);
    let metadata = [(metadata::RULE_ID.to_owned(), "r1".to_owned())];
    let whole = ResultFile::encode(&columns, std::slice::from_ref(&all), &metadata).unwrap();
    let mut parts = Vec::new();
    let (mut at, mut step) = (0, 1);
    while at < all.num_rows() {
        let rows = step.min(all.num_rows() - at);
        parts.push(all.slice(at, rows));
        (at, step) = (at + rows, step * 3 % 5003 + 1);
    }
    let cut = ResultFile::encode(&columns, &parts, &metadata).unwrap();
    assert!(whole == cut);

    let mut spool = ResultSpool::with_budget(&columns, 100_000);
    for part in &parts {
        spool.push(part).unwrap();
    }
    let spooled = spool.finish(&metadata).unwrap();
    assert!(spooled.in_memory().is_none(), "it did not fit");
    assert_eq!(spooled.rows(), 20_000);
    assert_eq!(spooled.size().unwrap(), whole.len() as u64);
    let mut copied = Vec::new();
    spooled.copy_to(&mut copied).unwrap();
    assert!(copied == whole);
    assert!(spooled.into_bytes().unwrap() == whole);
}

#[test]
fn files_have_zstd_statistics_page_index_and_metadata() {
    let (columns, all) = many_rows(140_000);
    let (columns, all) = (&columns[..1], all.project(&[0]).unwrap());
    let pairs = [
        (metadata::RULE_NAME.to_owned(), "Kaseya".to_owned()),
        (metadata::SQL.to_owned(), "SELECT 1".to_owned()),
    ];
    let file = ResultFile::encode(columns, &[all], &pairs).unwrap();
    let footer = footer(&file);
    assert_eq!(footer.num_row_groups(), 2);
    let chunk = footer.row_group(0).column(0);
    assert!(matches!(chunk.compression(), Compression::ZSTD(_)));
    assert_eq!(chunk.statistics().and_then(|s| s.null_count_opt()), Some(0));
    let statistics = chunk.statistics().unwrap();
    assert_eq!(
        statistics.max_bytes_opt(),
        Some(&131_071_i64.to_le_bytes()[..])
    );
    assert!(footer.column_index().is_some() && footer.offset_index().is_some());
    let pairs = footer.file_metadata().key_value_metadata().unwrap();
    let keys: Vec<&str> = pairs.iter().map(|pair| pair.key.as_str()).collect();
    assert_eq!(
        keys,
        [metadata::RULE_NAME, metadata::SQL, metadata::COLUMNS]
    );
    assert_eq!(pairs[0].value.as_deref(), Some("Kaseya"));
}

#[test]
fn a_result_without_rows_is_a_file_with_columns() {
    let (columns, batch) = every_type();
    let empty = ResultFile::encode(&columns, &[], &[]).unwrap();
    let back = read(&empty);
    assert_eq!((back.num_rows(), back.num_columns()), (0, 10));
    assert!(empty == ResultFile::encode(&columns, &[batch.slice(0, 0)], &[]).unwrap());
}

#[test]
fn batches_of_other_columns_are_refused() {
    let columns = [column("at", ScalarType::DateTime)];
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["2026"]));
    let other = RecordBatch::try_from_iter([("at", texts)]).unwrap();
    let error = ResultFile::encode(&columns, &[other], &[]).unwrap_err();
    assert!(matches!(error, OutputError::ColumnType { .. }), "{error}");
    let (_, wide) = every_type();
    let error = ResultFile::encode(&columns, &[wide], &[]).unwrap_err();
    assert!(
        matches!(
            error,
            OutputError::ColumnCount {
                expected: 1,
                found: 10
            }
        ),
        "{error}"
    );
}

/// Every file below a folder.
fn files(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let path = path.strip_prefix(folder).unwrap();
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_folder_gets_the_object_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().to_str().unwrap(), &StoreSettings::default()).unwrap();
    let path = result_path("kaseya", "../a:b", 0, "hits.parquet");
    for content in ["old", "new"] {
        write_object(&store, &path, Bytes::from(content))
            .await
            .unwrap();
        let name = "kaseya/rule_id=..%2Fa%3Ab/window_end=00010101T000000Z/hits.parquet";
        assert_eq!(files(folder.path()), [name]);
        let written = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(written, content);
    }
}

#[tokio::test]
async fn what_a_killed_run_left_is_hidden_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().to_str().unwrap(), &StoreSettings::default()).unwrap();
    let none = clean_staging(&store, std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(none, 0);
    std::fs::create_dir(folder.path().join("_staging")).unwrap();
    std::fs::write(folder.path().join("_staging/1-2-3.parquet"), "half").unwrap();
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(
        clean_staging(&store, hour).await.unwrap(),
        0,
        "a run may be at work"
    );
    assert_eq!(
        clean_staging(&store, std::time::Duration::ZERO)
            .await
            .unwrap(),
        1
    );
    assert!(files(folder.path()).is_empty());
}

#[tokio::test]
async fn a_fault_names_the_object_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().to_str().unwrap(), &StoreSettings::default()).unwrap();
    // A file where a folder must be.
    std::fs::write(folder.path().join("kaseya"), "").unwrap();
    let path = Path::from("kaseya/hits.parquet");
    let error = write_object(&store, &path, Bytes::from("x"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("kaseya/hits.parquet"), "{error}");
    assert_eq!(files(folder.path()), ["kaseya"]);
}

#[tokio::test]
async fn a_remote_store_gets_one_object_below_its_prefix() {
    let inner = Arc::new(InMemory::new());
    let store = Store::from_object_store("mem://b/out", Arc::clone(&inner) as _, Path::from("out"));
    let path = result_path("kaseya", "id", 0, "hits.parquet");
    let key =
        Path::parse("out/kaseya/rule_id=id/window_end=00010101T000000Z/hits.parquet").unwrap();
    inner
        .put(&key, PutPayload::from_static(b"old"))
        .await
        .unwrap();
    let (columns, batch) = every_type();
    let mut spool = ResultSpool::new(&columns);
    spool.push(&batch).unwrap();
    let result = spool.finish(&[]).unwrap();
    write_result_object(&store, &path, &result).await.unwrap();
    let stored = inner.get(&key).await.unwrap().bytes().await.unwrap();
    assert!(stored == ResultFile::encode(&columns, &[batch], &[]).unwrap());
}

#[tokio::test]
async fn a_large_result_goes_in_parts_and_comes_back() {
    let inner = Arc::new(InMemory::new());
    let store = Store::from_object_store("mem://b", Arc::clone(&inner) as _, Path::default());
    let (columns, all) = many_rows(9_000);
    let mut spool = ResultSpool::with_budget(&columns, 0);
    spool.push(&all).unwrap();
    let result = spool.finish(&[]).unwrap();
    assert!(result.in_memory().is_none());
    let path = Path::from("hits.parquet");
    write_result_object(&store, &path, &result).await.unwrap();
    let stored = inner.get(&path).await.unwrap().bytes().await.unwrap();
    assert!(stored == result.into_bytes().unwrap());
}
