//! Table schemas in KQL's types, and what a set of them answers.

use super::ScalarType;

/// A column of a table: its name as KQL spells it, and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub ty: ScalarType,
}

impl Column {
    pub fn new(name: impl Into<String>, ty: ScalarType) -> Self {
        Self {
            name: name.into(),
            ty,
        }
    }
}

/// A table: its name and its columns in the order in which Microsoft's binder gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSchema {
    pub name: String,
    pub columns: Vec<Column>,
}

impl TableSchema {
    /// The column of exactly this name: KQL names are case-sensitive.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// The tables that a query may name.
pub trait Catalogue: Send + Sync {
    /// The table of exactly this name.
    fn table(&self, name: &str) -> Option<TableSchema>;

    /// All table names, for "did you mean".
    fn table_names(&self) -> Vec<String>;

    /// The tables that a pattern (`union *`, `search`) means: all of them, unless it is known which are there.
    fn present(&self) -> Vec<String> {
        self.table_names()
    }
}
