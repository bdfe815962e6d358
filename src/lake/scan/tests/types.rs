//! How files that differ in types, names and columns are brought together.

use arrow::array::{
    ArrayRef, BinaryArray, Decimal128Array, Float32Array, Int8Array, Int16Array, Int64Array,
    ListArray, StringArray, StructArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow::datatypes::{DataType, Field, Int32Type};
use parquet::data_type::{Int96, Int96Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;

const EPOCH: i64 = crate::symbols::UNIX_EPOCH_TICKS;

async fn all(folder: &TempDir, schema: &TableSchema, sql: &str) -> (Vec<String>, ScanSummary) {
    let table = table(
        folder.path(),
        schema,
        true,
        ScanOptions {
            sequential: true,
            ..ScanOptions::local()
        },
    );
    let context = session_of(1);
    register(&context, "t", &table);
    let batches = run(&context, sql).await.unwrap();
    (lines(&batches, false), table.report().summary())
}

fn file(folder: &TempDir, name: &str, columns: Vec<(&str, ArrayRef)>) {
    write(
        folder.path(),
        name,
        &RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap(),
        WriterProperties::default(),
    );
}

#[tokio::test]
async fn times_of_every_unit_are_ticks() {
    let folder = TempDir::new().unwrap();
    let schema = columns(&[("Timestamp", ScalarType::DateTime)]);
    file(
        &folder,
        "1",
        vec![(
            "Timestamp",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(1),
                None,
                Some(-1),
            ])) as _,
        )],
    );
    file(
        &folder,
        "2",
        vec![(
            "Timestamp",
            Arc::new(TimestampNanosecondArray::from(vec![150, -50]).with_timezone("UTC")) as _,
        )],
    );
    file(
        &folder,
        "3",
        vec![(
            "Timestamp",
            Arc::new(StringArray::from(vec![
                "1970-01-01T00:00:00.1234567Z",
                "",
                "soon",
            ])) as _,
        )],
    );
    // Milliseconds that lie outside the years 1 to 9999.
    file(
        &folder,
        "4",
        vec![(
            "Timestamp",
            Arc::new(TimestampMillisecondArray::from(vec![i64::MAX, 2])) as _,
        )],
    );
    let (rows, summary) = all(
        &folder,
        &schema,
        &format!("SELECT \"Timestamp\" - {EPOCH} FROM t"),
    )
    .await;
    assert_eq!(
        rows,
        [
            "| 10000 |",
            "| |",
            "| -10000 |",
            "| 1 |",
            "| -1 |",
            "| 1234567 |",
            "| |",
            "| |",
            "| |",
            "| 20000 |"
        ]
    );
    assert_eq!(summary.conversion_failures["Timestamp"], 2);
    let (rows, _) = all(
        &folder,
        &schema,
        &format!("SELECT \"Timestamp\" - {EPOCH} FROM t WHERE \"Timestamp\" >= {EPOCH} + 10000"),
    )
    .await;
    assert_eq!(rows, ["| 10000 |", "| 1234567 |", "| 20000 |"]);
    // A time that could not be read is null, also where statistics hide it.
    let (rows, _) = all(
        &folder,
        &schema,
        "SELECT count(*) FROM t WHERE \"Timestamp\" IS NULL",
    )
    .await;
    assert_eq!(rows, ["| 4 |"]);
}

#[tokio::test]
async fn int96_is_read_whole_and_never_wrapped() {
    let folder = TempDir::new().unwrap();
    let message = Arc::new(parse_message_type("message m { optional int96 Timestamp; }").unwrap());
    let out = std::fs::File::create(folder.path().join("f")).unwrap();
    let mut writer = SerializedFileWriter::new(out, message, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let int96 = |day: u32, nanos: u64| {
        let mut value = Int96::new();
        value.set_data(nanos as u32, (nanos >> 32) as u32, day);
        value
    };
    // 1970, 2400 (nanoseconds since 1970 have wrapped there), far beyond 9999, and a null.
    let values = [
        int96(2_440_588, 123_456_700),
        int96(2_597_642, 300),
        int96(9_000_000, 0),
    ];
    column
        .typed::<Int96Type>()
        .write_batch(&values, Some(&[1, 1, 1, 0]), None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let schema = columns(&[("Timestamp", ScalarType::DateTime)]);
    let (rows, summary) = all(
        &folder,
        &schema,
        &format!("SELECT \"Timestamp\" - {EPOCH} FROM t"),
    )
    .await;
    let days = i64::from(2_597_642 - 2_440_588);
    assert_eq!(
        rows,
        [
            "| 1234567 |".to_owned(),
            format!("| {} |", days * 864_000_000_000 + 3),
            "| |".to_owned(),
            "| |".to_owned()
        ]
    );
    assert_eq!(summary.conversion_failures["Timestamp"], 1);
}

#[tokio::test]
async fn numbers_text_and_nested_values_become_the_tables_types() {
    let folder = TempDir::new().unwrap();
    let schema = columns(&[
        ("Small", ScalarType::Int),
        ("Big", ScalarType::Long),
        ("Score", ScalarType::Real),
        ("Price", ScalarType::Decimal),
        ("Ok", ScalarType::Bool),
        ("Name", ScalarType::String),
        ("Extra", ScalarType::Dynamic),
    ]);
    let fields = vec![
        (
            Arc::new(Field::new("a\"b", DataType::Int32, true)),
            Arc::new(arrow::array::Int32Array::from(vec![Some(1), None])) as ArrayRef,
        ),
        (
            Arc::new(Field::new(
                "l",
                DataType::new_list(DataType::Int32, true),
                true,
            )),
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
                Some(vec![Some(1), None]),
                None,
            ])) as ArrayRef,
        ),
    ];
    file(
        &folder,
        "1",
        vec![
            ("Small", Arc::new(Int64Array::from(vec![7, i64::MAX])) as _),
            ("Big", Arc::new(Int8Array::from(vec![-3, 4])) as _),
            ("Score", Arc::new(Float32Array::from(vec![0.5, 2.0])) as _),
            (
                "Price",
                Arc::new(
                    Decimal128Array::from(vec![150, -25])
                        .with_precision_and_scale(10, 2)
                        .unwrap(),
                ) as _,
            ),
            (
                "Ok",
                Arc::new(StringArray::from(vec!["True", "maybe"])) as _,
            ),
            (
                "Name",
                Arc::new(BinaryArray::from(vec![b"x".as_ref(), "é".as_bytes()])) as _,
            ),
            ("Extra", Arc::new(StructArray::from(fields)) as _),
        ],
    );
    file(
        &folder,
        "2",
        vec![
            ("Small", Arc::new(Int16Array::from(vec![9])) as _),
            ("Big", Arc::new(UInt64Array::from(vec![u64::MAX])) as _),
            ("Score", Arc::new(StringArray::from(vec!["1e3"])) as _),
            ("Price", Arc::new(Int64Array::from(vec![12])) as _),
            ("Name", Arc::new(Int64Array::from(vec![42])) as _),
            ("Extra", Arc::new(StringArray::from(vec!["{\"k\":1}"])) as _),
        ],
    );
    let (rows, summary) = all(&folder, &schema, "SELECT * FROM t").await;
    assert_eq!(
        rows,
        [
            "| 7 | -3 | 0.5 | 1.500000000000000000 | true | x | {\"a\\\"b\":1,\"l\":[1,null]} |",
            "| | 4 | 2.0 | -0.250000000000000000 | | é | {\"a\\\"b\":null,\"l\":null} |",
            "| 9 | | 1000.0 | 12.000000000000000000 | | 42 | {\"k\":1} |",
        ]
    );
    assert_eq!(
        summary.conversion_failures.keys().collect::<Vec<_>>(),
        ["Big", "Ok", "Small"]
    );
    assert_eq!(summary.missing_columns["Ok"], 1);
    // Overflow and absence are null in filters too, whatever the statistics of the file say.
    let (rows, _) = all(
        &folder,
        &schema,
        "SELECT \"Name\" FROM t WHERE \"Small\" > 8",
    )
    .await;
    assert_eq!(rows, ["| 42 |"]);
    let (rows, _) = all(
        &folder,
        &schema,
        "SELECT \"Name\" FROM t WHERE \"Big\" IS NULL OR \"Ok\" IS NULL",
    )
    .await;
    assert_eq!(rows, ["| é |", "| 42 |"]);
}

#[tokio::test]
async fn names_differ_in_case_times_have_two_names_and_paths_hold_columns() {
    let folder = TempDir::new().unwrap();
    let schema = columns(&[
        ("Timestamp", ScalarType::DateTime),
        ("DeviceName", ScalarType::String),
        ("region", ScalarType::String),
        ("part", ScalarType::Int),
    ]);
    file(
        &folder,
        "region=eu/part=1/f",
        vec![
            (
                "TimeGenerated",
                Arc::new(TimestampMillisecondArray::from(vec![1])) as _,
            ),
            ("devicename", Arc::new(StringArray::from(vec!["low"])) as _),
            ("DEVICENAME", Arc::new(StringArray::from(vec!["up"])) as _),
        ],
    );
    file(
        &folder,
        "region=us/part=2/f",
        vec![
            (
                "Timestamp",
                Arc::new(TimestampMillisecondArray::from(vec![2])) as _,
            ),
            (
                "TimeGenerated",
                Arc::new(TimestampMillisecondArray::from(vec![3])) as _,
            ),
            ("devicename", Arc::new(StringArray::from(vec!["low"])) as _),
            (
                "DeviceName",
                Arc::new(StringArray::from(vec!["exact"])) as _,
            ),
        ],
    );
    let sql = format!("SELECT \"Timestamp\" - {EPOCH}, \"DeviceName\", region, part FROM t");
    let (rows, summary) = all(&folder, &schema, &sql).await;
    assert_eq!(
        rows,
        ["| 10000 | low | eu | 1 |", "| 20000 | exact | us | 2 |"]
    );
    assert!(summary.missing_columns.is_empty());
    let (rows, summary) = all(
        &folder,
        &schema,
        "SELECT \"DeviceName\" FROM t WHERE region = 'us' AND part > 1",
    )
    .await;
    assert_eq!(rows, ["| exact |"]);
    assert_eq!(summary.files_pruned_by_statistics, 1);
}

#[tokio::test]
async fn a_number_is_no_time() {
    let folder = TempDir::new().unwrap();
    file(
        &folder,
        "f",
        vec![(
            "Timestamp",
            Arc::new(Int64Array::from(vec![1_700_000_000])) as _,
        )],
    );
    let table = table(
        folder.path(),
        &columns(&[("Timestamp", ScalarType::DateTime)]),
        true,
        ScanOptions::local(),
    );
    let context = session();
    register(&context, "t", &table);
    let message = run(&context, "SELECT * FROM t")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("column Timestamp is Int64, which cannot be read as datetime"),
        "{message}"
    );
}
