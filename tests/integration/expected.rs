//! What the Kaseya rule must find in the sample lake.
//!
//! Written from the list of planted events and the meaning of `has`, `between` and `make_set`, not from a
//! run of any tool. `data/lake/README.md` tells the same for people.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use serde_json::{Map, Value};

/// The instant for which they hold.
pub const AS_OF: &str = "2026-01-08T00:00:00Z";

/// One row of the result. Times are as far as seconds, of which all planted times are whole but one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub device: String,
    pub url: String,
    pub first: String,
    pub last: String,
    pub reports: Vec<i64>,
    pub count: i64,
}

fn found(device: &str, url: &str, first: &str, last: &str, reports: &[i64]) -> Found {
    Found {
        device: format!("{device}.contoso.example"),
        url: url.to_owned(),
        first: format!("2026-01-{first}"),
        last: format!("2026-01-{last}"),
        reports: reports.to_vec(),
        count: reports.len() as i64,
    }
}

/// The rows as of [`AS_OF`], by device and URL.
pub fn as_of() -> Vec<Found> {
    vec![
        found(
            "srv-0007",
            "VSA12.KASEYA.NET",
            "05T03:00:00",
            "05T03:00:00",
            &[9020],
        ),
        found(
            "srv-0007",
            "vsa12.kaseya.net",
            "05T03:10:00",
            "05T03:10:00",
            &[9021],
        ),
        found(
            "srv-0015",
            "config.kaseya.net",
            "05T02:20:00",
            "05T02:21:00",
            &[9055, 9056],
        ),
        found(
            "srv-0015",
            "inventory.kaseya.net",
            "04T02:10:00",
            "04T02:11:00",
            &[9053, 9054],
        ),
        found(
            "srv-0015",
            "maintenance.kaseya.net",
            "03T02:00:00",
            "03T02:00:00",
            &[9050],
        ),
        found(
            "srv-0015",
            "rdp-relay.kaseya.net",
            "03T02:05:00",
            "03T02:06:00",
            &[9051, 9052],
        ),
        found(
            "srv-0015",
            "update.kaseya.net",
            "07T02:30:00",
            "07T02:31:00",
            &[9057, 9058],
        ),
        found(
            "wks-0003",
            "kaseya.com",
            "03T00:00:00",
            "07T23:59:59",
            &[9001, 9002, 9003],
        ),
        found(
            "wks-0006",
            "https://managedsupport.kaseya.net/agent?id=7",
            "04T12:00:00",
            "04T12:05:00",
            &[9010, 9011],
        ),
        found(
            "wks-0011",
            "kaseya.net",
            "08T00:00:00",
            "08T00:00:00",
            &[9032],
        ),
        found(
            "wks-0011",
            "stun.kaseya.com",
            "07T08:15:00",
            "07T23:50:00",
            &[9030, 9031],
        ),
        found(
            "wks-0012",
            "cdn-kaseya.com:8443",
            "04T07:00:00",
            "04T07:00:00",
            &[9040],
        ),
        found(
            "wks-0012",
            "kaseya.com.contoso.example",
            "04T07:01:00",
            "04T07:01:00",
            &[9041],
        ),
    ]
}

/// The rows over all twelve days, by device and URL.
pub fn all_days() -> Vec<Found> {
    let mut rows = as_of();
    for row in &mut rows {
        match (row.device.as_str(), row.url.as_str()) {
            ("wks-0003.contoso.example", "kaseya.com") => {
                // A microsecond before the fifth day.
                *row = found(
                    "wks-0003",
                    "kaseya.com",
                    "02T23:59:59",
                    "07T23:59:59",
                    &[9120, 9001, 9002, 9003],
                );
            }
            ("wks-0011.contoso.example", "kaseya.net") => {
                *row = found(
                    "wks-0011",
                    "kaseya.net",
                    "08T00:00:00",
                    "08T00:00:00",
                    &[9032, 9121],
                );
            }
            _ => {}
        }
    }
    let position = rows
        .iter()
        .position(|row| row.device.starts_with("wks-0012"))
        .unwrap()
        + 2;
    // The event of the ninth is not there: that day's file lacks the product's column.
    let late = found(
        "wks-0019",
        "kaseya.com",
        "01T08:00:00",
        "12T08:00:00",
        &[9130, 9132, 9133],
    );
    rows.insert(position, late);
    rows
}

/// Puts rows in order, and the report ids in them: that of a set is any fixed one.
pub fn in_order(mut rows: Vec<Found>) -> Vec<Found> {
    rows.iter_mut().for_each(|row| row.reports.sort_unstable());
    rows.sort();
    rows
}

/// Rows as `--format ndjson` prints them. They must come by the rule's group keys, since the rule does not sort.
pub fn from_json(rows: &[Map<String, Value>]) -> Vec<Found> {
    let keys = ["DeviceId", "DeviceName", "RemoteUrl"];
    let key = |row: &Map<String, Value>| keys.map(|name| row[name].as_str().unwrap().to_owned());
    assert!(rows.is_sorted_by_key(key), "not by {keys:?}: {rows:#?}");
    let text = |row: &Map<String, Value>, name: &str| match &row[name] {
        Value::String(text) => text.clone(),
        other => panic!("{name} is {other}"),
    };
    let rows = rows.iter().map(|row| Found {
        device: text(row, "DeviceName"),
        url: text(row, "RemoteUrl"),
        first: text(row, "FirstSeen")[..19].to_owned(),
        last: text(row, "LastSeen")[..19].to_owned(),
        reports: row["Report"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_i64().unwrap())
            .collect(),
        count: row["Count"].as_i64().unwrap(),
    });
    in_order(rows.collect())
}

/// Rows as they stand in a result's Parquet file: text, times, JSON text, a long.
pub fn from_parquet(bytes: bytes::Bytes) -> Vec<Found> {
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes)
        .unwrap()
        .build()
        .unwrap();
    let rows = reader.flat_map(|batch| from_batch(&batch.unwrap()));
    in_order(rows.collect())
}

fn from_batch(batch: &RecordBatch) -> Vec<Found> {
    let column = |name: &str, data_type: &DataType| {
        let column = batch
            .column_by_name(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", batch.schema()));
        assert_eq!(column.null_count(), 0, "{name}");
        cast(column, data_type).unwrap()
    };
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let (device, url, report) = (
        column("DeviceName", &DataType::Utf8),
        column("RemoteUrl", &DataType::Utf8),
        column("Report", &DataType::Utf8),
    );
    let (first, last) = (column("FirstSeen", &time), column("LastSeen", &time));
    let count = column("Count", &DataType::Int64);
    let second = |array: &dyn Array, row: usize| {
        let value = array.as_primitive::<TimestampMicrosecondType>().value(row);
        let time = chrono::DateTime::from_timestamp_micros(value).unwrap();
        time.format("%Y-%m-%dT%H:%M:%S").to_string()
    };
    (0..batch.num_rows())
        .map(|row| Found {
            device: device.as_string::<i32>().value(row).to_owned(),
            url: url.as_string::<i32>().value(row).to_owned(),
            first: second(&first, row),
            last: second(&last, row),
            reports: serde_json::from_str(report.as_string::<i32>().value(row)).unwrap(),
            count: count.as_primitive::<Int64Type>().value(row),
        })
        .collect()
}
