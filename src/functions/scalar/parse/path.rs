//! `parse_path(text)`: scheme, root, directory, file name, extension and stream of a file's path.

use super::parse_function;
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;

/// The drive at the path's start: `C:`, also behind `\\?\`.
fn root(path: &str) -> &str {
    let drive = path.strip_prefix(r"\\?\").unwrap_or(path);
    match drive.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &drive[..2],
        _ => "",
    }
}

fn parse(text: &str) -> Option<String> {
    let (scheme, path) = text.split_once("://").unwrap_or(("", text));
    let root = root(path);
    let behind_root = root.len();
    let (directory, file) = match path.rfind(['/', '\\']) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    };
    // Without a directory the colon of the drive is none of a stream.
    let drive_only = directory.is_empty() && !root.is_empty() && path.len() >= behind_root;
    let file = if drive_only {
        &file[behind_root.min(file.len())..]
    } else {
        file
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let directory_name = directory
        .rsplit(['/', '\\'])
        .next()
        .filter(|name| *name != root)
        .unwrap_or_default();
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut out = Bag::default();
    for (key, part) in [
        ("Scheme", scheme),
        ("RootPath", root),
        ("DirectoryPath", directory),
        ("DirectoryName", directory_name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ] {
        out.push(key, &json::string_text(part));
    }
    Some(out.finish())
}

parse_function!(
    PARSE_PATH,
    "parse_path",
    &[],
    [Parameter::new("path", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_path", &[Ty::String], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, parse)
    }),
    "The parts of a file's path.",
    "print parse_path(\"file://C:/temp/file.txt:some.exe\")",
    r#"[[{"Scheme": "file", "RootPath": "C:", "DirectoryPath": "C:/temp", "DirectoryName": "temp", "Filename": "file.txt", "Extension": "txt", "AlternateDataStreamName": "some.exe"}]]"#
);
