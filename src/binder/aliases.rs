//! Column names that published rules get wrong, from `data/column-aliases.csv`.
//!
//! In: a table and a name that is none of its columns. Out: the column that was meant, and why.

static ALIASES: &str = include_str!("../../data/column-aliases.csv");

/// A known mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alias {
    pub meant: &'static str,
    pub reason: &'static str,
}

/// What is meant by a wrong column name on this table.
pub(super) fn meant(table: Option<&str>, wrong: &str) -> Option<Alias> {
    let table = table?;
    ALIASES.lines().skip(1).find_map(|line| {
        let mut fields = line.splitn(4, ',');
        let here = fields.next() == Some(table) && fields.next() == Some(wrong);
        let (meant, reason) = (fields.next()?, fields.next()?);
        here.then_some(Alias { meant, reason })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{BuiltinCatalogue, Catalogue};

    #[test]
    fn every_alias_names_a_column_that_is_there_for_one_that_is_not() {
        for line in ALIASES.lines().skip(1) {
            let fields: Vec<_> = line.splitn(4, ',').collect();
            let table = BuiltinCatalogue.table(fields[0]).unwrap();
            assert!(table.column(fields[1]).is_none(), "{line}");
            assert!(table.column(fields[2]).is_some(), "{line}");
            assert!(!fields[3].is_empty(), "{line}");
        }
    }

    #[test]
    fn finds_by_table_and_name() {
        let alias = meant(Some("DeviceNetworkEvents"), "AccountUpn").unwrap();
        assert_eq!(alias.meant, "InitiatingProcessAccountUpn");
        assert_eq!(meant(Some("IdentityLogonEvents"), "AccountUpn"), None);
        assert_eq!(meant(None, "AccountUpn"), None);
    }
}
