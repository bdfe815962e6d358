//! The files of one table: planted rows beside noise.
//!
//! In: a schema and planted rows. Out: a file for each day, `TABLE/date=YYYY-MM-DD/part.parquet`, or one
//! file where the table has no time. What always holds: each row of noise has a value in each column, some
//! of them taken from planted rows of the same column.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};

use crate::sample::columns::Columns;
use crate::sample::drift::Form;
use crate::sample::{Random, SampleError, file};
use crate::symbols::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, TableSchema, UNIX_EPOCH_TICKS};

use super::render::Datum;
use super::{Request, WrittenTable, noise};

/// Days that noise is spread over.
const DAYS: i64 = 3;
/// Of 100 values of noise so many are those of planted rows.
const DRAWN: u64 = 20;

/// A row's time, the sensor's before that of the ingestion.
const TIMES: [&str; 2] = ["Timestamp", "TimeGenerated"];
/// How long before `now()` a planted row is of whose time no query asks.
const PLANTED_BACK: i64 = 5_400 * TICKS_PER_SECOND;

type Row = BTreeMap<String, Datum>;

/// Writes the files of a table.
pub(super) fn write(
    dir: &Path,
    schema: &TableSchema,
    planted: Vec<Row>,
    request: &Request,
) -> Result<WrittenTable, SampleError> {
    let time = TIMES.into_iter().find(|name| schema.column(name).is_some());
    let mut rows = noise_rows(schema, &planted, request);
    let mut random = Random::new(&format!("planted {}", schema.name), request.seed);
    for mut row in planted {
        complete(&mut row, schema, request.as_of - PLANTED_BACK, &mut random);
        rows.push(row);
    }
    let mut days: BTreeMap<Option<i64>, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let day = match time.and_then(|name| row.get(name)) {
            Some(Datum::Time(ticks)) => Some(ticks.div_euclid(TICKS_PER_DAY)),
            _ => None,
        };
        days.entry(day).or_default().push(row);
    }
    let mut table = WrittenTable {
        name: schema.name.clone(),
        files: 0,
        rows: 0,
        bytes: 0,
    };
    for (day, rows) in days {
        let folder = day.map_or(String::new(), |day| format!("date={}/", date(day)));
        let path = dir.join(&schema.name).join(format!("{folder}part.parquet"));
        table.files += 1;
        table.rows += rows.len();
        table.bytes += file::write(&path, columns(schema, &rows), &Form::PLAIN)?;
    }
    Ok(table)
}

fn date(day: i64) -> String {
    let days = day - UNIX_EPOCH_TICKS / TICKS_PER_DAY;
    chrono::DateTime::from_timestamp(days * 86_400, 0)
        .map(|time| time.format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

fn noise_rows(schema: &TableSchema, planted: &[Row], request: &Request) -> Vec<Row> {
    let mut random = Random::new(&format!("noise {}", schema.name), request.seed);
    let mut rows = Vec::with_capacity(request.rows);
    for _ in 0..request.rows {
        let back = random.between(60 * TICKS_PER_SECOND, DAYS * TICKS_PER_DAY);
        let mut row = Row::new();
        for column in &schema.columns {
            // An event of the noise is not to pass for the latest one of a planted device.
            let identity = column.name.ends_with("DeviceName") || column.name.ends_with("Id");
            let drawn = match !identity && random.chance(DRAWN) {
                true => planted.get(random.below(planted.len() as u64) as usize),
                false => None,
            };
            let drawn = drawn.and_then(|row| row.get(&column.name));
            if let (Some(value), true) = (drawn, column.ty != ScalarType::DateTime) {
                row.insert(column.name.clone(), value.clone());
            }
        }
        complete(&mut row, schema, request.as_of - back, &mut random);
        rows.push(row);
    }
    rows
}

/// Gives the columns a value that have none; its times are that of the row.
fn complete(row: &mut Row, schema: &TableSchema, moment: i64, random: &mut Random) {
    let known = TIMES.iter().find_map(|name| row.get(*name)).cloned();
    // Files count microseconds.
    let time = known.unwrap_or(Datum::Time(moment / 10 * 10));
    for column in &schema.columns {
        if row.contains_key(&column.name) {
            continue;
        }
        let value = match column.ty {
            ScalarType::DateTime => time.clone(),
            ScalarType::Bool => Datum::Flag(random.chance(50)),
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan => {
                Datum::Whole(noise::number(&column.name, column.ty, random) as i64)
            }
            ScalarType::Real | ScalarType::Decimal => {
                Datum::Real(noise::number(&column.name, column.ty, random))
            }
            ScalarType::Dynamic => {
                let word = noise::text("Word", random);
                Datum::Text(serde_json::json!({"Source": word}).to_string())
            }
            ScalarType::String | ScalarType::Guid => Datum::Text(noise::text(&column.name, random)),
        };
        row.insert(column.name.clone(), value);
    }
}

fn columns(schema: &TableSchema, rows: &[Row]) -> Columns {
    let mut columns = Columns::default();
    for column in &schema.columns {
        let values = rows.iter().map(|row| row.get(&column.name));
        let whole = values.clone().map(|value| match value {
            Some(Datum::Whole(number)) => Some(*number),
            _ => None,
        });
        let array: ArrayRef = match column.ty {
            ScalarType::Bool => {
                Arc::new(BooleanArray::from_iter(values.map(|value| match value {
                    Some(Datum::Flag(flag)) => Some(*flag),
                    _ => None,
                })))
            }
            ScalarType::Int => Arc::new(Int32Array::from_iter(
                whole.map(|number| number.and_then(|n| i32::try_from(n).ok())),
            )),
            ScalarType::Long | ScalarType::TimeSpan => Arc::new(Int64Array::from_iter(whole)),
            ScalarType::Real | ScalarType::Decimal => {
                Arc::new(Float64Array::from_iter(values.map(|value| match value {
                    Some(Datum::Real(number)) => Some(*number),
                    _ => None,
                })))
            }
            ScalarType::DateTime => {
                let micros =
                    TimestampMicrosecondArray::from_iter(values.map(|value| match value {
                        Some(Datum::Time(ticks)) => Some((ticks - UNIX_EPOCH_TICKS).div_euclid(10)),
                        _ => None,
                    }));
                Arc::new(micros.with_timezone("UTC"))
            }
            ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => {
                Arc::new(StringArray::from_iter(values.map(|value| match value {
                    Some(Datum::Text(text)) => Some(text.as_str()),
                    _ => None,
                })))
            }
        };
        columns = columns.push(&column.name, array);
    }
    columns
}
