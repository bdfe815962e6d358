//! The built-in catalogue together with what a lake's own files say.
//!
//! In: schemas of lake tables ([`super::schema::reconcile`]). Out: [`LakeCatalogue`]. What always holds: a
//! built-in table keeps its columns, their order and their types; the lake only adds to them.

use std::collections::BTreeMap;

use super::schema::event_time_stand_in;
use crate::symbols::{BuiltinCatalogue, Catalogue, Column, ScalarType, TableSchema};

/// Tables of the catalogue and of a lake.
#[derive(Debug, Clone, Default)]
pub struct LakeCatalogue {
    builtin: BuiltinCatalogue,
    tables: BTreeMap<String, TableSchema>,
    /// The lake's tables, once they were listed.
    present: Option<Vec<String>>,
}

impl LakeCatalogue {
    /// Adds a lake table's own schema, under the name that queries use.
    ///
    /// To a built-in table it adds the columns that the table lacks, after its own, in file order; a name
    /// that differs in case only is the same column. A table of the lake alone that has one of `Timestamp`
    /// and `TimeGenerated` gets the other one as its last column, since a scan lets them stand for each
    /// other.
    pub fn add(&mut self, own: TableSchema) {
        let mut table = match self.builtin.table(&own.name) {
            Some(builtin) => builtin,
            None => TableSchema {
                name: own.name.clone(),
                columns: Vec::new(),
            },
        };
        let is_builtin = !table.columns.is_empty();
        for column in own.columns {
            let lacks = if is_builtin {
                let same = |c: &Column| c.name.eq_ignore_ascii_case(&column.name);
                !table.columns.iter().any(same)
            } else {
                table.column(&column.name).is_none()
            };
            if lacks {
                table.columns.push(column);
            }
        }
        if !is_builtin {
            let other = table
                .columns
                .iter()
                .filter(|c| c.ty == ScalarType::DateTime)
                .find_map(|c| event_time_stand_in(&c.name));
            if let Some(other) = other.filter(|name| table.column(name).is_none()) {
                table.columns.push(Column::new(other, ScalarType::DateTime));
            }
        }
        self.tables.insert(table.name.clone(), table);
    }

    /// Says which tables the lake has: a pattern means no others.
    pub fn has_only(&mut self, names: Vec<String>) {
        self.present = Some(names);
    }
}

impl Catalogue for LakeCatalogue {
    fn table(&self, name: &str) -> Option<TableSchema> {
        let own = self.tables.get(name).cloned();
        own.or_else(|| self.builtin.table(name))
    }

    fn table_names(&self) -> Vec<String> {
        let mut names = self.builtin.table_names();
        names.extend(self.tables.keys().cloned());
        names.sort();
        names.dedup();
        names
    }

    fn present(&self) -> Vec<String> {
        match &self.present {
            Some(names) => names.clone(),
            None => self.table_names(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[(&str, ScalarType)]) -> TableSchema {
        TableSchema {
            name: name.into(),
            columns: columns.iter().map(|(n, t)| Column::new(*n, *t)).collect(),
        }
    }

    #[test]
    fn a_built_in_table_is_added_to_and_not_changed() {
        let builtin = BuiltinCatalogue.table("DeviceNetworkEvents").unwrap();
        let mut catalogue = LakeCatalogue::default();
        let own = [
            ("remoteport", ScalarType::String),
            ("Site", ScalarType::String),
        ];
        catalogue.add(table("DeviceNetworkEvents", &own));
        let found = catalogue.table("DeviceNetworkEvents").unwrap();
        assert_eq!(found.columns[..builtin.columns.len()], builtin.columns);
        assert_eq!(found.columns.len(), builtin.columns.len() + 1);
        assert_eq!(found.columns.last().unwrap().name, "Site");
    }

    #[test]
    fn a_table_of_the_lake_has_both_names_of_the_time() {
        let mut catalogue = LakeCatalogue::default();
        catalogue.add(table(
            "Own_CL",
            &[
                ("TimeGenerated", ScalarType::DateTime),
                ("a", ScalarType::Int),
            ],
        ));
        let columns = catalogue.table("Own_CL").unwrap().columns;
        let names: Vec<_> = columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["TimeGenerated", "a", "Timestamp"]);
        assert!(catalogue.table_names().contains(&"Own_CL".to_owned()));
        assert!(catalogue.table("Other").is_none());
    }
}
