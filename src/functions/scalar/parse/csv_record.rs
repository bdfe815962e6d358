//! `parse_csv(text)`: the fields of the text's first record.

use super::parse_function;
use crate::functions::json;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;

fn fields(text: &str) -> Option<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut out = json::Array::default();
    // An empty text has one empty field.
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().for_each(|field| out.push_text(field)),
        Ok(false) => out.push_text(""),
        Err(_) => return None,
    }
    Some(out.finish())
}

parse_function!(
    PARSE_CSV,
    "parse_csv",
    &[],
    [Parameter::new("csv_text", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_csv", &[Ty::String], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, fields)
    }),
    "The fields of one record of comma-separated values.",
    "print parse_csv('a,\"b, \"\"c\"\"\",,d\\nnext')",
    r#"[[["a", "b, \"c\"", "", "d"]]]"#
);
