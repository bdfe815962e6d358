//! Results in each format, every type in each.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray, StringDictionaryBuilder};
use arrow::datatypes::Int32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::*;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::hunt::output::sample::{batch, column, every_type, strings};
use crate::plan::Column;
use crate::symbols::ScalarType;
use crate::syntax::{datetime, ticks, timespan};
use arrow::array::RecordBatch;

fn written(
    format: Format,
    columns: &[Column],
    batches: &[RecordBatch],
    options: &Options,
) -> String {
    let mut out = Vec::new();
    write_result(format, columns, batches, &mut out, options).unwrap();
    String::from_utf8(out).unwrap()
}

const FIRST: &str = r#"{"flag":true,"i":-2147483648,"n":9223372036854775807,"x":0.1,"d":3.14,"s":"a\"b,c\r\n\u001b[31m\u202e","at":"2026-01-05T00:00:00.1234567Z","span":"1.02:03:04.5000000","g":"550e8400-e29b-41d4-a716-446655440000","bag":{"z":1.50,"a":[1e400,null]}}"#;
const SECOND: &str = r#"{"flag":false,"i":0,"n":-1,"x":"NaN","d":-100000000000.000000000000000001,"s":"=1+2","at":"0001-01-01T00:00:00.0000000Z","span":"-00:00:00.0000001","g":"00000000-0000-0000-0000-000000000000","bag":"text\u009b"}"#;
const THIRD: &str = r#"{"flag":null,"i":null,"n":null,"x":null,"d":null,"s":"","at":null,"span":null,"g":null,"bag":null}"#;

#[test]
fn ndjson_and_json() {
    let (columns, all) = every_type();
    let batches = [all.slice(0, 1), all.slice(1, 2)];
    let options = Options::default();
    let lines = written(Format::Ndjson, &columns, &batches, &options);
    assert_eq!(lines, format!("{FIRST}\n{SECOND}\n{THIRD}\n"));
    let list = written(Format::Json, &columns, &batches, &options);
    assert_eq!(list, format!("[\n{FIRST},\n{SECOND},\n{THIRD}\n]\n"));
    let parsed: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(parsed[0]["s"], "a\"b,c\r\n\u{1b}[31m\u{202e}");
    assert_eq!(written(Format::Json, &columns, &[], &options), "[]\n");
    assert_eq!(written(Format::Ndjson, &columns, &[], &options), "");
}

#[test]
fn csv_keeps_cells_as_they_are() {
    let (columns, all) = every_type();
    let csv = written(
        Format::Csv,
        &columns,
        std::slice::from_ref(&all),
        &Options::default(),
    );
    let expected = "flag,i,n,x,d,s,at,span,g,bag\n\
        true,-2147483648,9223372036854775807,0.1,3.14,\"a\"\"b,c\r\n\u{1b}[31m\u{202e}\",\
        2026-01-05T00:00:00.1234567Z,1.02:03:04.5000000,550e8400-e29b-41d4-a716-446655440000,\
        \"{\"\"z\"\":1.50,\"\"a\"\":[1e400,null]}\"\n\
        false,0,-1,NaN,-100000000000.000000000000000001,=1+2,0001-01-01T00:00:00.0000000Z,\
        -00:00:00.0000001,00000000-0000-0000-0000-000000000000,\"\"\"text\\u009b\"\"\"\n\
        ,,,,,,,,,\n";
    assert_eq!(csv, expected);
    let terminal = Options {
        terminal: true,
        ..Options::default()
    };
    let shown = written(Format::Csv, &columns, &[all], &terminal);
    assert!(
        shown.contains("\"a\"\"b,c\\r\\n\\u{1b}[31m\\u{202e}\""),
        "{shown}"
    );
}

fn two_columns(texts: &[&str]) -> (Vec<Column>, RecordBatch) {
    let columns = vec![
        column("Url", ScalarType::String),
        column("n", ScalarType::Long),
    ];
    let texts: Vec<Option<&str>> = texts.iter().map(|t| Some(*t)).collect();
    let numbers: ArrayRef = Arc::new((1..=texts.len() as i64).collect::<Int64Array>());
    let batch = batch(&columns, vec![strings(&texts), numbers]);
    (columns, batch)
}

#[test]
fn a_table_in_a_pipe_has_whole_cells() {
    let (columns, all) = two_columns(&["a long cell with spaces", "\u{1b}[2Jx\ny", "日本"]);
    let table = written(Format::Table, &columns, &[all], &Options::default());
    let expected = "\
┌─────────────────────────┬───┐
│ Url                     ┆ n │
╞═════════════════════════╪═══╡
│ a long cell with spaces ┆ 1 │
│ \\u{1b}[2Jx\\ny           ┆ 2 │
│ 日本                    ┆ 3 │
└─────────────────────────┴───┘
";
    assert_eq!(table, expected);
}

#[test]
fn a_table_on_a_terminal_is_cut_to_its_width() {
    let (columns, all) = two_columns(&["a long cell with spaces", "short"]);
    let options = Options {
        width: Some(24),
        ..Options::default()
    };
    let table = written(Format::Table, &columns, &[all], &options);
    let expected = "\
┌──────────────────┬───┐
│ Url              ┆ n │
╞══════════════════╪═══╡
│ a long cell wit… ┆ 1 │
│ short            ┆ 2 │
└──────────────────┴───┘
";
    assert_eq!(table, expected);
}

#[test]
fn rows_too_wide_for_the_terminal_stand_one_cell_a_line() {
    let (columns, all) = every_type();
    let options = Options {
        width: Some(40),
        ..Options::default()
    };
    let shown = written(Format::Table, &columns, &[all.slice(1, 1)], &options);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "row 1");
    assert_eq!(lines.len(), 11, "{shown}");
    assert!(
        lines[6].trim_start().starts_with("s ") && lines[6].ends_with("=1+2"),
        "{shown}"
    );
    assert!(
        lines.iter().all(|line| line.chars().count() <= 40),
        "{shown}"
    );
    assert!(lines[9].ends_with('…'), "{shown}");
    let empty = written(Format::Table, &columns, &[], &options);
    assert_eq!(
        empty,
        "no rows; columns: flag, i, n, x, d, s, at, span, g, bag\n"
    );
}

#[test]
fn a_table_says_how_many_rows_it_leaves_out() {
    let (columns, all) = two_columns(&["a", "b", "c"]);
    let options = Options {
        max_rows: Some(2),
        ..Options::default()
    };
    let shown = written(Format::Table, &columns, &[all.clone(), all], &options);
    let last = shown.lines().last().unwrap();
    assert_eq!(
        last,
        "(the first 2 of 6 rows; another format or a pipe has them all)"
    );
    assert!(!shown.contains(" c "), "{shown}");
}

#[test]
fn parquet_carries_the_metadata() {
    let (columns, all) = every_type();
    let options = Options {
        metadata: vec![("retrohunt.rule_id".to_owned(), "r1".to_owned())],
        ..Options::default()
    };
    let mut out = Vec::new();
    write_result(Format::Parquet, &columns, &[all], &mut out, &options).unwrap();
    let file = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).unwrap();
    let footer = file.metadata().file_metadata();
    assert_eq!(footer.num_rows(), 3);
    let pairs = footer.key_value_metadata().unwrap();
    assert_eq!(pairs[0].value.as_deref(), Some("r1"));
}

#[test]
fn other_encodings_of_the_same_values_are_read_and_other_values_refused() {
    let columns = [column("s", ScalarType::String)];
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    dictionary.append_value("a");
    dictionary.append_null();
    let arrays: [ArrayRef; 2] = [
        Arc::new(dictionary.finish()),
        Arc::new(StringArray::from(vec![Some("a"), None])),
    ];
    for array in arrays {
        let batch = RecordBatch::try_from_iter([("s", array)]).unwrap();
        let lines = written(Format::Ndjson, &columns, &[batch], &Options::default());
        assert_eq!(lines, "{\"s\":\"a\"}\n{\"s\":\"\"}\n");
    }
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("s", numbers)]).unwrap();
    let mut out = Vec::new();
    let refused = write_result(
        Format::Csv,
        &columns,
        &[batch],
        &mut out,
        &Options::default(),
    );
    assert!(matches!(refused, Err(ReportError::Result(_))));
}

#[test]
fn parquet_is_not_written_to_a_terminal() {
    let terminal = Options {
        terminal: true,
        ..Options::default()
    };
    let mut out = Vec::new();
    let refused = write_result(Format::Parquet, &[], &[], &mut out, &terminal);
    assert!(matches!(refused, Err(ReportError::ParquetOnTerminal)));
    assert!(out.is_empty());
}

#[test]
fn a_closed_pipe_is_told_apart() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (columns, all) = every_type();
    let formats = [
        Format::Table,
        Format::Json,
        Format::Ndjson,
        Format::Csv,
        Format::Parquet,
    ];
    for format in formats {
        let batches = std::slice::from_ref(&all);
        let error = write_result(format, &columns, batches, &mut Closed, &Options::default());
        assert!(error.unwrap_err().is_broken_pipe(), "{format:?}");
    }
}

/// Times as the Kusto engine itself printed them.
#[test]
fn times_are_printed_as_kusto_prints_them() {
    let Ok(folder) = std::env::var("RETROHUNT_CORPUS") else {
        eprintln!("skipped: RETROHUNT_CORPUS is not set");
        return;
    };
    let path = std::path::Path::new(&folder).join("conformance/dev.jsonl");
    let cases = std::fs::read_to_string(path).unwrap();
    let mut compared = 0;
    for case in cases.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        if case["source"] != "emulator" {
            continue;
        }
        let Some(columns) = case["official_columns"].as_array() else {
            continue;
        };
        for row in case["expected"]["rows"].as_array().into_iter().flatten() {
            for (i, column) in columns.iter().enumerate() {
                let Some(text) = row[i].as_str().filter(|text| !text.is_empty()) else {
                    continue;
                };
                let printed = match column[1].as_str() {
                    Some("datetime") => datetime::parse(text).map(ticks::datetime_text),
                    Some("timespan") => timespan::parse(text).map(ticks::timespan_text),
                    _ => continue,
                };
                assert_eq!(printed.as_deref(), Some(text), "{}", case["id"]);
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared} times compared");
}

#[test]
fn formats_are_read_by_name() {
    for (name, format) in [("table", Format::Table), ("NDJSON", Format::Ndjson)] {
        assert_eq!(name.parse(), Ok(format));
    }
    assert!("xml".parse::<Format>().is_err());
}

#[test]
fn batch_lines_of_answers() {
    let (columns, all) = two_columns(&["a\"b", ""]);
    let line = batch_answer("c/1", &columns, &[all]).unwrap();
    assert_eq!(
        line,
        r#"{"id":"c/1","columns":[{"name":"Url","type":"string"},{"name":"n","type":"long"}],"rows":[["a\"b",1],["",2]]}"#
    );
    let none = batch_answer("7", &columns[1..], &[]).unwrap();
    assert_eq!(
        none,
        r#"{"id":"7","columns":[{"name":"n","type":"long"}],"rows":[]}"#
    );
}

#[test]
fn batch_lines_of_faults() {
    let text = "T\n| where ä == Colour";
    let mut faults = Diagnostics::default();
    let span = Span::new(text.find("Colour").unwrap(), text.len());
    faults.push(Diagnostic::warning(
        Code::Suspicious,
        Span::new(2, 3),
        "odd",
    ));
    faults.push(Diagnostic::error(
        Code::UnknownColumn,
        span,
        "no \"Colour\"",
    ));
    let line: Value = serde_json::from_str(&batch_error("c/2", &faults, text)).unwrap();
    assert_eq!(
        line,
        json!({"id": "c/2", "error": "no \"Colour\"", "code": "KQL202", "kind": "semantic",
               "line": 2, "column": 14})
    );
    let checked: Value =
        serde_json::from_str(&batch_schema("c/2", (&[], &[]), &faults, text)).unwrap();
    assert_eq!(
        checked,
        json!({"id": "c/2", "columns": [],
               "warnings": [{"code": "KQL501", "message": "odd", "line": 2, "column": 1}]})
    );
    let failed: Value = serde_json::from_str(&batch_failure("3", Code::RunFailed, "disk")).unwrap();
    assert_eq!(
        failed,
        json!({"id": "3", "error": "disk", "code": "KQL901", "kind": "runtime", "line": null,
               "column": null})
    );
}
