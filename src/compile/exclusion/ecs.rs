//! Names of the Elastic Common Schema, and the columns that hold the same in Microsoft's tables.
//!
//! In: `data/ecs-fields.csv` (field, table, column; `*` is every table that has the column; a field
//! without a column stands there all the same). Out: the column of a field in a table.
//! What always holds: a table's own line goes before those of `*`, and those go by their order.
//!
//! Source: the ECS reference's field names, and Microsoft's schema references of the tables. Which
//! column is meant depends on the table: the process of a network event is the one that initiated it.

use std::sync::OnceLock;

static FIELDS: &str = include_str!("../../../data/ecs-fields.csv");

/// What a field is in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// This column.
    Column(&'static str),
    /// A field of ECS for which there is no column here.
    NoColumn,
    /// No field that is known.
    Unknown,
}

struct Line {
    field: &'static str,
    table: &'static str,
    column: &'static str,
}

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = FIELDS.lines().skip(1);
        lines
            .filter_map(|line| {
                let (field, rest) = line.split_once(',')?;
                let (table, column) = rest.split_once(',')?;
                Some(Line {
                    field,
                    table,
                    column,
                })
            })
            .collect()
    })
}

/// The column of a field in a table that has these columns.
pub fn in_table(field: &str, table: &str, has: impl Fn(&str) -> bool) -> Field {
    let of_field = || lines().iter().filter(|line| line.field == field);
    if of_field().next().is_none() {
        return Field::Unknown;
    }
    let own = of_field().filter(|line| line.table == table);
    let any = of_field().filter(|line| line.table == "*");
    own.chain(any)
        .find(|line| !line.column.is_empty() && has(line.column))
        .map_or(Field::NoColumn, |line| Field::Column(line.column))
}

/// The one column of a result that may hold a field, whatever table it came from; none where there are
/// several.
pub fn in_result(field: &str, has: impl Fn(&str) -> bool) -> Field {
    let mut found = Field::Unknown;
    for line in lines().iter().filter(|line| line.field == field) {
        match found {
            Field::Column(column) if has(line.column) && column != line.column => {
                return Field::NoColumn;
            }
            Field::Column(_) => {}
            Field::Unknown | Field::NoColumn if has(line.column) => {
                found = Field::Column(line.column);
            }
            Field::Unknown | Field::NoColumn => found = Field::NoColumn,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{BuiltinCatalogue, Catalogue};

    fn field(field: &str, table: &str) -> Field {
        let schema = BuiltinCatalogue.table(table).unwrap();
        in_table(field, table, |name| schema.column(name).is_some())
    }

    #[test]
    fn every_column_is_one_of_its_table() {
        for line in lines() {
            if line.table == "*" || line.column.is_empty() {
                continue;
            }
            assert_eq!(
                field(line.field, line.table),
                Field::Column(line.column),
                "{}: {}",
                line.table,
                line.field
            );
        }
    }

    #[test]
    fn the_column_depends_on_the_table() {
        for (name, table, column) in [
            ("process.name", "DeviceProcessEvents", "FileName"),
            (
                "process.name",
                "DeviceNetworkEvents",
                "InitiatingProcessFileName",
            ),
            (
                "process.parent.name",
                "DeviceProcessEvents",
                "InitiatingProcessFileName",
            ),
            (
                "process.parent.name",
                "DeviceFileEvents",
                "InitiatingProcessParentFileName",
            ),
            (
                "process.command_line",
                "DeviceRegistryEvents",
                "InitiatingProcessCommandLine",
            ),
            ("destination_ip", "DeviceNetworkEvents", "RemoteIP"),
            ("source.ip", "DeviceLogonEvents", "RemoteIP"),
            ("user.name", "DeviceLogonEvents", "AccountName"),
            (
                "user.name",
                "DeviceFileEvents",
                "InitiatingProcessAccountName",
            ),
            (
                "registry.value",
                "DeviceRegistryEvents",
                "RegistryValueName",
            ),
            ("file.name", "DeviceFileEvents", "FileName"),
            ("host.name", "DeviceNetworkEvents", "DeviceName"),
            ("event_id", "SecurityEvent", "EventID"),
        ] {
            assert_eq!(field(name, table), Field::Column(column), "{table}: {name}");
        }
        assert_eq!(field("event_id", "DeviceNetworkEvents"), Field::NoColumn);
        assert_eq!(
            field("process.colour", "DeviceNetworkEvents"),
            Field::Unknown
        );
    }

    #[test]
    fn a_result_has_the_field_where_it_has_one_such_column() {
        let has = |columns: &'static [&str]| move |name: &str| columns.contains(&name);
        assert_eq!(
            in_result("process.name", has(&["FileName", "Count"])),
            Field::Column("FileName")
        );
        assert_eq!(
            in_result(
                "process.name",
                has(&["FileName", "InitiatingProcessFileName"])
            ),
            Field::NoColumn
        );
        assert_eq!(in_result("process.name", has(&["Count"])), Field::NoColumn);
        assert_eq!(in_result("colour", has(&["Count"])), Field::Unknown);
    }
}
