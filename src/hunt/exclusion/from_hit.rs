//! A scenario made of a row of a result file.
//!
//! In: a Parquet file that a hunt wrote, and the number of a row. Out: the text of an exclusion file.
//! What always holds: the condition is about texts, guids and bools of the row, each quoted so that no
//! value can leave its literal; without one of these there is no scenario, since it would drop all rows.

use std::fmt::Write;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};

use crate::hunt::output::metadata;
use crate::rule::quote;
use crate::symbols::ScalarType;

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum HitError {
    #[error("cannot read `{path}`: {reason}")]
    Read { path: String, reason: String },
    #[error("`{path}` is no result of a hunt: its metadata does not name {key}")]
    NoResult { path: String, key: &'static str },
    #[error("`{path}` has {rows} rows, and no row {row}")]
    NoRow {
        path: String,
        rows: usize,
        row: usize,
    },
    #[error("row {row} of `{path}` has no text to know it by; write the scenario by hand")]
    NoText { path: String, row: usize },
}

impl HitError {
    /// Whether the fault is the file's being unreadable.
    pub fn is_world(&self) -> bool {
        match self {
            HitError::Read { .. } => true,
            HitError::NoResult { .. } | HitError::NoRow { .. } | HitError::NoText { .. } => false,
        }
    }
}

/// Writes the scenario for a row; the first row is 1.
///
/// # Errors
/// [`HitError`].
pub fn scenario(path: &Path, row: usize) -> Result<String, HitError> {
    let name = path.display().to_string();
    let unreadable = |reason: String| HitError::Read {
        path: name.clone(),
        reason,
    };
    let file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| unreadable(e.to_string()))?;
    let entries = reader.metadata().file_metadata().key_value_metadata();
    let entry = |key: &'static str| {
        let found = entries.into_iter().flatten().find(|e| e.key == key);
        let value = found.and_then(|e| e.value.clone());
        value.ok_or_else(|| HitError::NoResult {
            path: name.clone(),
            key,
        })
    };
    let rule_id = entry(metadata::RULE_ID)?;
    let rule_name = entry(metadata::RULE_NAME)?;
    let columns = of_rule(columns(&entry(metadata::COLUMNS)?));
    let rows = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or_default();
    if row == 0 || row > rows {
        return Err(HitError::NoRow {
            path: name.clone(),
            rows,
            row,
        });
    }
    let one = RowSelection::from(vec![RowSelector::skip(row - 1), RowSelector::select(1)]);
    let mut batches = reader
        .with_row_selection(one)
        .build()
        .map_err(|e| unreadable(e.to_string()))?;
    let batch = match batches.next() {
        Some(batch) => batch.map_err(|e| unreadable(e.to_string()))?,
        None => return Err(unreadable("the row is not there".to_owned())),
    };
    let Conditions {
        written,
        values,
        left_out,
    } = conditions(&batch, &columns);
    if values == 0 {
        return Err(HitError::NoText { path: name, row });
    }
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(text(
        &format!("row {row} of {file_name}"),
        &rule_id,
        &rule_name,
        &written,
        &left_out,
    ))
}

/// The columns that a hunt writes before the rule's own.
const OF_HUNT: [&str; 4] = [
    "rule_name",
    "rule_tactics",
    "rule_techniques",
    "window_start",
];

/// The rule's own columns of the file.
fn of_rule(mut columns: Vec<(String, Option<ScalarType>)>) -> Vec<(String, Option<ScalarType>)> {
    if columns.iter().map(|(name, _)| name).take(4).eq(OF_HUNT) {
        columns.drain(..OF_HUNT.len());
    }
    columns
}

/// The KQL types of the file's columns, by the metadata that the encoder writes.
fn columns(described: &str) -> Vec<(String, Option<ScalarType>)> {
    #[derive(serde::Deserialize)]
    struct Described {
        name: String,
        #[serde(rename = "type")]
        ty: String,
    }
    let described: Vec<Described> = serde_json::from_str(described).unwrap_or_default();
    described
        .into_iter()
        .map(|d| (d.name, ScalarType::from_name(&d.ty)))
        .collect()
}

/// A row's comparisons.
#[derive(Default)]
struct Conditions {
    written: Vec<String>,
    /// How many of them are about a value: "it is empty" alone would meet far too many rows.
    values: usize,
    /// Columns that there is none about.
    left_out: Vec<String>,
}

fn conditions(batch: &RecordBatch, columns: &[(String, Option<ScalarType>)]) -> Conditions {
    let mut found = Conditions::default();
    for (name, ty) in columns {
        let array = batch.column_by_name(name);
        let literal = match ty {
            Some(ScalarType::String) => array
                .and_then(|a| text_of(a))
                .filter(|text| !text.is_empty())
                .map(|t| quote::kql(&t)),
            Some(ScalarType::Guid) => array
                .and_then(|a| text_of(a))
                .filter(|guid| guid.chars().all(|c| c.is_ascii_hexdigit() || c == '-'))
                .map(|guid| format!("guid({guid})")),
            Some(ScalarType::Bool) => array
                .and_then(|a| a.as_boolean_opt())
                .filter(|flags| flags.is_valid(0))
                .map(|flags| flags.value(0).to_string()),
            Some(
                ScalarType::Int
                | ScalarType::Long
                | ScalarType::Real
                | ScalarType::Decimal
                | ScalarType::DateTime
                | ScalarType::TimeSpan
                | ScalarType::Dynamic,
            )
            | None => None,
        };
        let is_text = *ty == Some(ScalarType::String);
        let is_empty = array.is_some_and(|a| a.is_null(0) || is_text);
        match (literal, ty) {
            (Some(literal), _) => {
                found.written.push(format!("{} == {literal}", column(name)));
                found.values += 1;
            }
            // A row without a value is no row with any value.
            (None, Some(ScalarType::String | ScalarType::Guid | ScalarType::Bool)) if is_empty => {
                found.written.push(format!("isempty({})", column(name)));
            }
            (None, _) => found.left_out.push(name.clone()),
        }
    }
    found
}

fn text_of(array: &dyn Array) -> Option<String> {
    let texts = cast(array, &DataType::Utf8).ok()?;
    let texts = texts.as_string_opt::<i32>()?;
    texts.is_valid(0).then(|| texts.value(0).to_owned())
}

/// A column's name in KQL.
fn column(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let plain = name.chars().all(word) && !name.starts_with(|c: char| c.is_ascii_digit());
    match plain && !name.is_empty() {
        true => name.to_owned(),
        false => format!("[{}]", quote::kql(name)),
    }
}

fn text(
    origin: &str,
    rule_id: &str,
    rule_name: &str,
    conditions: &[String],
    left_out: &[String],
) -> String {
    let mut out = String::new();
    let comment = |text: &str| quote::kql(text).trim_matches('"').to_owned();
    let _ = writeln!(
        out,
        "# From {}, a start for a person to edit:",
        comment(origin)
    );
    out.push_str(
        "# take out the lines that are too narrow, name an owner, a reason and a day of expiry.\n",
    );
    if !left_out.is_empty() {
        let _ = writeln!(out, "# Left out: {}.", comment(&left_out.join(", ")));
    }
    out.push_str("scenarios:\n");
    let name = format!("Known good: a hit of {rule_name}");
    let _ = writeln!(out, "  - name: {}", quote::yaml(&name));
    out.push_str("    description: ''\n");
    let _ = writeln!(out, "    rules: [{}]", quote::yaml(rule_id));
    out.push_str("    owner: ''\n    reason: ''\n    expires:\n    on: rows\n    drop_when: |\n");
    for (index, condition) in conditions.iter().enumerate() {
        let joint = if index == 0 { "" } else { "and " };
        let _ = writeln!(out, "      {joint}{condition}");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{BooleanArray, Int64Array, StringViewArray};

    use super::*;
    use crate::compile::{Options, compile};
    use crate::hunt::output::ResultFile;
    use crate::plan::Column;
    use crate::rule::exclusion;
    use crate::symbols::{self, BuiltinCatalogue};

    /// A result of two rows with hostile texts.
    fn result(texts: [&str; 2]) -> tempfile::NamedTempFile {
        let column = |name: &str, ty| Column {
            name: name.to_owned(),
            ty,
            nullable_string: false,
        };
        let columns = [
            column("Device Name", ScalarType::String),
            column("Count", ScalarType::Long),
            column("Signed", ScalarType::Bool),
        ];
        let fields: Vec<_> = columns
            .iter()
            .map(|c| symbols::Column::new(&c.name, c.ty))
            .collect();
        let batch = RecordBatch::try_new(
            Arc::new(symbols::arrow::schema(&fields)),
            vec![
                Arc::new(StringViewArray::from_iter_values(texts)),
                Arc::new(Int64Array::from(vec![1, 2])),
                Arc::new(BooleanArray::from(vec![None, Some(true)])),
            ],
        )
        .unwrap();
        let entries = [
            (metadata::RULE_ID, "it's: {an} id"),
            (metadata::RULE_NAME, "name\nwith: # lines"),
        ];
        let entries = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let bytes = ResultFile::encode(&columns, &[batch], &entries).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        file
    }

    #[test]
    fn whatever_a_value_holds_stays_a_value() {
        for hostile in [
            "\" or true or \"",
            "a\\",
            "line\nend: x",
            "it's # \u{1b}[31m \u{202e}",
            "",
            "ä😀",
        ] {
            let file = result(["plain", hostile]);
            let text = scenario(file.path(), 2).unwrap();
            assert!(
                !text.chars().any(|c| c.is_control() && c != '\n'),
                "{text:?}"
            );
            let read = exclusion::read(Path::new("e.yaml"), text.as_bytes());
            let [one] = read.scenarios.as_slice() else {
                panic!("{:?}\n{text}", read.diagnostics);
            };
            assert_eq!(one.rules.texts().collect::<Vec<_>>(), ["it's: {an} id"]);
            // It is bound over such rows, to a comparison with just this text.
            let query =
                "datatable(['Device Name']: string, Count: long, Signed: bool) ['x', 1, true]";
            let meant = format!(
                "{query} | where not(iff(['Device Name'] == {} and Signed == true, true, false))",
                quote::kql(hostile)
            );
            let exclusions = [one.clone()];
            let options = Options {
                exclusions: &exclusions,
                ..Options::default()
            };
            let compiled = compile(query, &BuiltinCatalogue, options);
            assert!(
                compiled.query.is_some(),
                "{:?}\n{text}",
                compiled.exclusions
            );
            assert!(
                compile(&meant, &BuiltinCatalogue, Options::default())
                    .query
                    .is_some()
            );
        }
    }

    #[test]
    fn rows_and_files_that_are_not_there_are_told() {
        let file = result(["a", "b"]);
        for row in [0, 3] {
            assert!(matches!(
                scenario(file.path(), row),
                Err(HitError::NoRow { rows: 2, .. })
            ));
        }
        assert!(scenario(Path::new("/no/such"), 1).unwrap_err().is_world());
        let lake = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("data/lake/DeviceNetworkEvents/date=2026-01-04/part-0.parquet");
        assert!(matches!(scenario(&lake, 1), Err(HitError::NoResult { .. })));
    }
}
