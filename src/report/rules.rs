//! What stands round the results of several rules on stdout.

use std::io::Write;

use indicatif::HumanBytes;

use super::{Format, ReportError};
use crate::report::neutral::neutral;
use crate::rule::Rule;

/// What comes before the rows of a rule: a heading, or the opening of its JSON object.
///
/// # Errors
/// Those of the output.
pub fn rule_heading(
    format: Format,
    index: usize,
    rule: &Rule,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    match format {
        Format::Table => {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(out, "{gap}{} ({})", neutral(&rule.name), neutral(&rule.id))?;
        }
        Format::Json => {
            let open = if index == 0 { "[" } else { "," };
            let id = serde_json::json!(rule.id);
            let name = serde_json::json!(rule.name);
            write!(
                out,
                "{open}\n{{\"rule_id\": {id}, \"name\": {name}, \"rows\": "
            )?;
        }
        Format::Ndjson => {
            let line = serde_json::json!({"rule_id": rule.id, "name": rule.name});
            writeln!(out, "{line}")?;
        }
        Format::Csv | Format::Parquet => {}
    }
    Ok(())
}

/// What comes after the rows of a rule.
///
/// # Errors
/// Those of the output.
pub fn rule_ending(format: Format, last: bool, out: &mut dyn Write) -> Result<(), ReportError> {
    match format {
        Format::Json => write!(out, "}}{}", if last { "\n]\n" } else { "" })?,
        Format::Table | Format::Ndjson | Format::Csv | Format::Parquet => {}
    }
    Ok(())
}

/// `1.20 MiB`
pub fn human_bytes(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}
