//! Reading files from outside the lake, as they are found in the field.

use std::io::Write;

use arrow::array::{Array, AsArray};

use super::*;
use crate::diagnostics::Span;
use crate::plan::FileFormat;

fn external(format: FileFormat, ignore_first_record: bool, names: &[&str]) -> External {
    let ty = match format {
        FileFormat::Json => ScalarType::Dynamic,
        _ => ScalarType::String,
    };
    External {
        name: "external_data".to_owned(),
        source: Source::Files {
            urls: vec!["https://x.example/list?key=secret".to_owned()],
            format,
            ignore_first_record,
        },
        columns: names
            .iter()
            .map(|name| Column {
                name: (*name).to_owned(),
                ty,
                nullable_string: false,
            })
            .collect(),
        span: Span::default(),
    }
}

/// The records of a file with these bytes, a cell that is null as `-`.
fn read(external: &External, bytes: &[u8]) -> Result<Vec<Vec<String>>, EngineError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let batch = read::records(file.path(), &external.source, &external.columns)?;
    let row = |row: usize| {
        batch
            .columns()
            .iter()
            .map(|column| match column.is_null(row) {
                true => "-".to_owned(),
                false => column.as_string_view().value(row).to_owned(),
            })
            .collect()
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

#[test]
fn csv_goes_by_place() {
    let csv = external(FileFormat::Csv, true, &["a", "b"]);
    let rows = read(&csv, b"\xef\xbb\xbfa,b,c\n1,\"x,\"\"y\"\"\nz\",3\r\n2\n\n").unwrap();
    assert_eq!(rows, [["1", "x,\"y\"\nz"], ["2", ""]]);
}

#[test]
fn a_line_of_text_is_a_record() {
    let txt = external(FileFormat::Txt, false, &["line", "more"]);
    let rows = read(&txt, b"# list\r\n\n10.0.0.1\tx\n").unwrap();
    assert_eq!(rows, [["# list", ""], ["10.0.0.1\tx", ""]]);
    let without = external(FileFormat::Txt, true, &["line"]);
    assert_eq!(read(&without, b"# list\n1\n").unwrap(), [["1"]]);
}

#[test]
fn json_goes_by_name() {
    let json = external(FileFormat::Json, false, &["id", "at"]);
    let text = b"[{\"id\":\"a\",\"at\":{\"x\":1}},{\"at\":null}]\n{\"id\":2.50}";
    let rows = read(&json, text).unwrap();
    assert_eq!(rows, [["\"a\"", "{\"x\":1}"], ["-", "-"], ["2.50", "-"]]);
    let error = read(&json, b"{\"id\":1}\n3").unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn gzip_is_unpacked_and_zip_refused() {
    let txt = external(FileFormat::Txt, false, &["line"]);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"one\ntwo\n").unwrap();
    assert_eq!(
        read(&txt, &packer.finish().unwrap()).unwrap(),
        [["one"], ["two"]]
    );
    let error = read(&txt, b"PK\x03\x04rest").unwrap_err().to_string();
    assert!(error.contains("unpack it"), "{error}");
}

#[test]
fn what_is_missing_names_its_option_and_no_key() {
    let csv = external(FileFormat::Csv, false, &["a"]);
    let mut outside = Outside::default();
    let fault = outside.fault(&csv).unwrap();
    let help = fault.help.unwrap();
    assert!(
        help.contains("--external https://x.example/list=FILE"),
        "{help}"
    );
    assert!(!help.contains("secret"), "{help}");
    let url = "https://x.example/list".to_owned();
    outside.external.push((url, "somewhere".into()));
    assert!(outside.fault(&csv).is_none());
}
