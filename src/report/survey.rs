//! What a lake holds, for people.
//!
//! In: the surveys of its tables. Out: text, a block a table. What always holds: what was estimated
//! or not looked at is said to be so; names from the lake are harmless for a terminal.

use indicatif::{HumanBytes, HumanCount};

use super::neutral::neutral;
use crate::lake::survey::{ColumnSurvey, DuplicateSample, TableSurvey};

/// All tables, an empty line between them.
pub fn survey_text(tables: &[TableSurvey]) -> String {
    if tables.is_empty() {
        return "no tables\n".to_owned();
    }
    let blocks: Vec<String> = tables.iter().map(block).collect();
    blocks.join("\n")
}

fn block(table: &TableSurvey) -> String {
    let unknown = if table.in_catalogue {
        ""
    } else {
        " (not in the catalogue)"
    };
    let name = neutral(&table.table);
    let mut text = format!("{name}{unknown}\n");
    let mut line = |key: &str, value: &str| {
        text.push_str(&format!("  {key:<9} {}\n", neutral(value)));
    };
    line("url", &table.url);
    if let Some(fault) = &table.fault {
        line("fault", fault);
        return text;
    }
    line("layout", &table.layout.join("/"));
    let files = HumanCount(table.files as u64);
    line("files", &format!("{files}, {}", HumanBytes(table.bytes)));
    line("rows", &rows(table));
    for (key, span) in [("events", &table.events), ("paths", &table.paths)] {
        match span {
            Some(span) => line(key, &format!("{} to {}", span.first, span.last)),
            None => line(key, "no time known"),
        }
    }
    if let Some(sample) = &table.duplicates {
        line("repeated", &repeated(sample));
    }
    for oddity in &table.oddities {
        line("odd", &oddity.to_string());
    }
    text.push_str("  columns\n");
    let longest = |column: &ColumnSurvey| column.name.chars().count();
    let width = table.columns.iter().map(longest).max().unwrap_or_default();
    for column in &table.columns {
        let name = neutral(&column.name);
        let row = format!(
            "    {name:<width$}  {:<8}  {}",
            column.ty.name(),
            about(column)
        );
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn rows(table: &TableSurvey) -> String {
    if table.footers_read == table.files {
        return HumanCount(table.rows).to_string();
    }
    format!(
        "about {}, from {} of {} footers",
        HumanCount(table.rows_estimated),
        HumanCount(table.footers_read as u64),
        HumanCount(table.files as u64),
    )
}

fn repeated(sample: &DuplicateSample) -> String {
    format!(
        "{} of {} rows on {} ({}), in {} files",
        HumanCount(sample.repeated),
        HumanCount(sample.rows),
        sample.day,
        sample.columns.join(", "),
        HumanCount(sample.files as u64),
    )
}

fn about(column: &ColumnSurvey) -> String {
    let nulls = match column.nulls {
        Some(0) => None,
        Some(nulls) => Some(format!("{} null", HumanCount(nulls))),
        None => Some("nulls not counted".to_owned()),
    };
    let unknown = (column.in_catalogue == Some(false)).then(|| "not in the catalogue".to_owned());
    let parts: Vec<String> = nulls.into_iter().chain(unknown).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::survey::{Oddity, Span};
    use crate::symbols::ScalarType;

    fn column(name: &str, ty: ScalarType, nulls: Option<u64>, known: Option<bool>) -> ColumnSurvey {
        ColumnSurvey {
            name: name.to_owned(),
            ty,
            nulls,
            in_catalogue: known,
        }
    }

    fn table() -> TableSurvey {
        TableSurvey {
            table: "DeviceNetworkEvents".to_owned(),
            url: "lake/DeviceNetworkEvents".to_owned(),
            in_catalogue: true,
            layout: vec!["date=".to_owned()],
            files: 31,
            bytes: 3 << 20,
            footers_read: 20,
            rows: 20_000,
            rows_estimated: 31_000,
            events: Some(Span {
                first: "2026-01-01T00:00:00.0000000Z".to_owned(),
                last: "2026-01-31T23:59:59.0000000Z".to_owned(),
            }),
            paths: None,
            columns: vec![
                column("Timestamp", ScalarType::DateTime, Some(0), Some(true)),
                column("X\u{1b}", ScalarType::String, Some(1200), Some(false)),
                column("Y", ScalarType::Long, None, Some(true)),
            ],
            duplicates: None,
            oddities: vec![Oddity::NoEventTime],
            fault: None,
        }
    }

    #[test]
    fn a_table_is_a_block() {
        let expected = "\
DeviceNetworkEvents
  url       lake/DeviceNetworkEvents
  layout    date=
  files     31, 3.00 MiB
  rows      about 31,000, from 20 of 31 footers
  events    2026-01-01T00:00:00.0000000Z to 2026-01-31T23:59:59.0000000Z
  paths     no time known
  odd       neither Timestamp nor TimeGenerated is a column of type datetime: no pruning by time inside files
  columns
    Timestamp  datetime
    X\\u{1b}    string    1,200 null, not in the catalogue
    Y          long      nulls not counted
";
        assert_eq!(survey_text(&[table()]), expected);
    }

    #[test]
    fn a_table_that_cannot_be_read_is_shown_with_its_fault() {
        let broken = TableSurvey {
            table: "X\u{202e}".to_owned(),
            in_catalogue: false,
            fault: Some("not\nParquet".to_owned()),
            ..table()
        };
        let expected = "\
X\\u{202e} (not in the catalogue)
  url       lake/DeviceNetworkEvents
  fault     not\\nParquet
";
        assert_eq!(survey_text(&[broken]), expected);
        assert_eq!(survey_text(&[]), "no tables\n");
    }
}
