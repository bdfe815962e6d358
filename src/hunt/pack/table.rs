//! The result tables of a hunt.
//!
//! In: a rule's columns and rows. Out: the columns as they are written, and the name of the table. What
//! always holds: rules whose columns have the same names and types in the same order share a table, no
//! others do; every file of a table has the same types.
//!
//! The columns are `rule_name`, `rule_tactics`, `rule_techniques` (JSON lists), `window_start`, and the
//! rule's own. `rule_id` and `window_end` come from the path. A column of the rule with one of these names,
//! in whatever case, has `_1` after it: readers of SQL do not tell the two apart.
//!
//! The name is `hits-`, up to three of the rule's columns, and eight digits of the SHA-256 of all names and
//! types: `hits-deviceid-devicename-remoteurl-4f1e0a2b`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Field, Schema};

use crate::hunt::ledger::sha256;
use crate::hunt::output::OutputError;
use crate::hunt::window::Window;
use crate::plan::Column;
use crate::rule::Rule;
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// The columns that stand before the rule's own.
const OWN: [(&str, ScalarType); 4] = [
    ("rule_name", ScalarType::String),
    ("rule_tactics", ScalarType::Dynamic),
    ("rule_techniques", ScalarType::Dynamic),
    ("window_start", ScalarType::DateTime),
];
/// The columns that readers take from the path.
const FROM_PATH: [&str; 2] = ["rule_id", "window_end"];
/// Columns of the rule in a table's name.
const NAMED: usize = 3;
/// Characters of a column in a table's name.
const NAMED_LENGTH: usize = 24;

/// The columns of the result table of a rule.
pub fn columns(rule: &[Column]) -> Vec<Column> {
    let own = OWN.map(|(name, ty)| Column {
        name: name.to_owned(),
        ty,
        nullable_string: false,
    });
    let reserved = |name: &str| {
        let mut names = OWN.iter().map(|(name, _)| *name).chain(FROM_PATH);
        names.any(|taken| taken.eq_ignore_ascii_case(name))
    };
    let renamed = rule.iter().map(|column| {
        let mut column = column.clone();
        let mut number = 1;
        if reserved(&column.name) {
            let free = |name: &str| rule.iter().all(|c| !c.name.eq_ignore_ascii_case(name));
            while !free(&format!("{}_{number}", column.name)) {
                number += 1;
            }
            column.name = format!("{}_{number}", column.name);
        }
        column
    });
    own.into_iter().chain(renamed).collect()
}

/// The name of the table of these columns. Times that only a text can tell make another type of their
/// column, and so another table.
pub fn name(columns: &[Column], text_times: bool) -> String {
    let list: String = columns
        .iter()
        .map(|c| match (c.ty, text_times) {
            (ScalarType::DateTime, true) => format!("{}:text\n", c.name),
            (ty, _) => format!("{}:{}\n", c.name, ty.name()),
        })
        .collect();
    let mut name = "hits".to_owned();
    for column in columns.iter().skip(OWN.len()).take(NAMED) {
        let plain = column.name.chars().filter(char::is_ascii_alphanumeric);
        name.push('-');
        name.extend(plain.take(NAMED_LENGTH).map(|c| c.to_ascii_lowercase()));
    }
    format!("{name}-{}", &sha256(list.as_bytes())[..8])
}

/// Rows of the rule as rows of the table, in the engine's types.
///
/// # Errors
/// [`OutputError::Arrow`]: the batch is not of these columns.
pub fn rows(
    columns: &[Column],
    rule: &Rule,
    window: Window,
    batch: &RecordBatch,
) -> Result<RecordBatch, OutputError> {
    let rows = batch.num_rows();
    let list = |words: &[String]| serde_json::json!(words).to_string();
    let text = |text: &str| Arc::new(StringViewArray::from(vec![text; rows])) as ArrayRef;
    let mut arrays = vec![
        text(&rule.name),
        text(&list(&rule.tactics)),
        text(&list(&rule.techniques)),
        Arc::new(Int64Array::from(vec![window.start; rows])),
    ];
    arrays.extend(batch.columns().iter().cloned());
    let fields: Vec<Field> = columns
        .iter()
        .map(|c| Field::new(&c.name, data_type(c.ty), true))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::output::sample::column;

    #[test]
    fn a_name_tells_the_columns() {
        let own = [
            column("DeviceId", ScalarType::String),
            column("Count", ScalarType::Long),
        ];
        let all = columns(&own);
        let table = name(&all, false);
        assert!(table.starts_with("hits-deviceid-count-"), "{table}");
        assert_eq!(name(&columns(&own), false), table);
        // Without a column of times of the rule, window_start is still one.
        assert_ne!(name(&all, true), table);
        let other = [own[0].clone(), column("Count", ScalarType::Int)];
        assert_ne!(name(&columns(&other), false), table);
        assert!(name(&columns(&[]), false).starts_with("hits-"));
    }

    #[test]
    fn own_names_are_not_taken_away() {
        let own = [
            column("Rule_Name", ScalarType::String),
            column("window_end", ScalarType::DateTime),
            column("WINDOW_END_1", ScalarType::DateTime),
        ];
        let names: Vec<String> = columns(&own).into_iter().map(|c| c.name).collect();
        assert_eq!(
            names[OWN.len()..],
            ["Rule_Name_1", "window_end_2", "WINDOW_END_1"]
        );
    }
}
