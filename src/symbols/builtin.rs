//! The tables of Microsoft Sentinel and Defender, from `data/schemas/tables.csv`.
//!
//! The file is sorted by table, so that one table's lines stand together; it is searched, not parsed
//! whole, because a process that hunts with one rule needs one table of the 898.

use std::sync::LazyLock;

use super::{Catalogue, Column, ScalarType, TableSchema};

static TABLES: &str = include_str!("../../data/schemas/tables.csv");

/// Where the lines of this table begin, or would: the file is sorted by the bytes of the names, so a
/// binary search over its lines finds it without reading the whole.
fn first_line(table: &str) -> usize {
    let mut low = TABLES.find('\n').map_or(0, |end| end + 1);
    let mut high = TABLES.len();
    while low < high {
        let bytes = TABLES.as_bytes();
        let middle = low + (high - low) / 2;
        let before = bytes[low..middle].iter().rposition(|b| *b == b'\n');
        let start = before.map_or(low, |at| low + at + 1);
        let line = TABLES[start..].lines().next().unwrap_or_default();
        match line.split(',').next().unwrap_or_default() < table {
            true => low = start + line.len() + 1,
            false => high = start,
        }
    }
    low.min(TABLES.len())
}

/// The tables' names. Only what means every table asks for them, since that reads the whole file.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = TABLES.lines().skip(1);
    let mut names: Vec<&str> = lines
        .filter_map(|line| line.split_once(','))
        .map(|(table, _)| table)
        .collect();
    names.dedup();
    names
});

/// The built-in catalogue.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltinCatalogue;

impl Catalogue for BuiltinCatalogue {
    fn table(&self, name: &str) -> Option<TableSchema> {
        let prefix = format!("{name},");
        let columns: Vec<Column> = TABLES[first_line(name)..]
            .lines()
            .map_while(|line| line.strip_prefix(prefix.as_str()))
            .filter_map(|rest| rest.rsplit_once(','))
            .filter_map(|(column, ty)| {
                Some(Column::new(
                    column.trim_matches('"'),
                    ScalarType::from_name(ty)?,
                ))
            })
            .collect();
        if columns.is_empty() {
            return None;
        }
        Some(TableSchema {
            name: name.to_owned(),
            columns,
        })
    }

    fn table_names(&self) -> Vec<String> {
        NAMES.iter().map(|name| (*name).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_table_with_its_columns_in_order() {
        let table = BuiltinCatalogue.table("DeviceNetworkEvents").unwrap();
        assert_eq!(
            table.columns[0],
            Column::new("ActionType", ScalarType::String)
        );
        assert_eq!(table.column("RemotePort").unwrap().ty, ScalarType::Int);
        assert_eq!(table.columns.last().unwrap().name, "Timestamp");
        assert!(BuiltinCatalogue.table("DeviceNetwork").is_none());
    }

    #[test]
    fn every_line_has_a_known_type() {
        for line in TABLES.lines().skip(1) {
            let (_, ty) = line.rsplit_once(',').unwrap();
            assert!(ScalarType::from_name(ty).is_some(), "{line}");
        }
    }

    #[test]
    fn every_table_is_found() {
        for name in BuiltinCatalogue.table_names() {
            let lines = TABLES
                .lines()
                .filter(|l| l.split(',').next() == Some(&name));
            assert_eq!(
                BuiltinCatalogue.table(&name).unwrap().columns.len(),
                lines.count()
            );
        }
        for name in ["", "A", "zzz", "table"] {
            assert!(BuiltinCatalogue.table(name).is_none(), "{name}");
        }
    }

    #[test]
    fn tables_stand_together() {
        let names = BuiltinCatalogue.table_names();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
