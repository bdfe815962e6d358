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
            whole: None,
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
    let batch = read::records(
        &SourceFile::local(file.path()),
        &external.source,
        &external.columns,
    )?;
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
    // A column may be the whole of a record.
    let mut json = external(FileFormat::Json, false, &["id", "all"]);
    if let Source::Files { whole, .. } = &mut json.source {
        *whole = Some("all".to_owned());
    }
    let rows = read(&json, b"{\"z\":1,\"id\":2}").unwrap();
    assert_eq!(rows, [["2", "{\"z\":1,\"id\":2}"]]);
}

#[test]
fn packed_files_are_unpacked() {
    let txt = external(FileFormat::Txt, true, &["line"]);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"# head\none\ntwo\n").unwrap();
    assert_eq!(
        read(&txt, &packer.finish().unwrap()).unwrap(),
        [["one"], ["two"]]
    );
    // The first record of each file in the archive is left out.
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("b.txt", "# head\none\n"), ("a.txt", "# head\ntwo\n")] {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    assert_eq!(read(&txt, &archive).unwrap(), [["one"], ["two"]]);
    let error = read(&txt, b"PK\x03\x04rest").unwrap_err().to_string();
    assert!(error.contains("no zip archive"), "{error}");
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
    assert!(help.contains("--allow-fetch x.example"), "{help}");
    assert!(!help.contains("secret"), "{help}");
    let url = "https://x.example/list".to_owned();
    let noted = |outside: &Outside| outside.note(&csv).message;
    assert!(noted(&outside).ends_with("=FILE or --allow-fetch x.example"));
    outside.fetch.hosts = AllowedHosts(vec!["x.example".parse().unwrap()]);
    assert!(noted(&outside).ends_with("--allow-fetch x.example (given)"));
    outside.external.push((url, "somewhere".into()));
    assert!(outside.fault(&csv).is_none());
    assert!(noted(&outside).ends_with("=somewhere (given)"));
}
