//! Texts of a known form taken apart: URLs, paths, CSV records, command lines.
//!
//! In: a text. Out: its parts as a dynamic. What always holds: a text of
//! another form never fails; what each function gives for it stands with the function.

mod command_line;
mod csv_record;
mod path;
mod url;
mod version;
mod xml;

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &url::PARSE_URL,
        &url::PARSE_URLQUERY,
        &version::PARSE_VERSION,
        &path::PARSE_PATH,
        &csv_record::PARSE_CSV,
        &command_line::PARSE_COMMAND_LINE,
        &xml::PARSE_XML,
    ]
}

/// A function that takes a text apart: its table.
macro_rules! parse_function {
    ($static:ident, $name:literal, $aliases:expr, [$($parameter:expr),*], $udf:expr,
     $summary:literal, $kql:literal, $rows:expr) => {
        pub(super) static $static: crate::functions::scalar::definition::Definition =
            crate::functions::scalar::definition::Definition {
                name: $name,
                aliases: $aliases,
                category: crate::functions::Category::String,
                summary: $summary,
                examples: &[crate::functions::Example {
                    kql: $kql,
                    rows: $rows,
                }],
                signature: crate::functions::Signature::new(&[$($parameter),*]),
                gives: crate::functions::scalar::definition::Gives::Always($udf.output),
                form: crate::functions::scalar::definition::Form::Udf($udf),
            };
    };
}
use parse_function;
