//! Several files' schemas brought to one.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::datatypes::{DataType, Schema};
use serde::Serialize;

use super::types::{common, kql_type};
use super::{event_time_stand_in, serialize_type};
use crate::symbols::{Column, ScalarType, TableSchema};

/// What is known of one file's columns.
#[derive(Debug, Clone, Copy)]
pub struct FileSchema<'a> {
    /// Its URL or path, for messages.
    pub name: &'a str,
    pub schema: &'a Schema,
    /// `name=value` folders on its path.
    pub partitions: &'a [(String, String)],
}

/// One schema for all files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Columns in the order in which files have them, the first file's first; then path partitions that no
    /// file has as a column.
    pub schema: TableSchema,
    pub oddities: Vec<SchemaOddity>,
}

/// How files of one table differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SchemaOddity {
    /// Some files lack a column; there it reads as null.
    MissingInFiles {
        column: String,
        files: usize,
        of: usize,
        example: String,
    },
    /// A column has several types; `clash` where only text holds them all.
    TypesDiffer {
        column: String,
        /// Each type as Arrow names it, and in how many files.
        types: Vec<(String, usize)>,
        #[serde(serialize_with = "serialize_type")]
        becomes: ScalarType,
        clash: bool,
    },
    /// A column is spelled in several ways, or in another way than the catalogue's.
    CaseDiffers {
        column: String,
        spellings: Vec<String>,
    },
}

/// One column while files are added.
struct Group {
    name: String,
    ty: Option<ScalarType>,
    clash: bool,
    types: BTreeMap<String, usize>,
    spellings: Vec<String>,
}

/// Brings files' schemas to one. `known` is the catalogue's schema of the table: its spelling is taken,
/// and its types, which are not a matter of the files.
///
/// Path partitions become columns unless a file has a column of that name: year, month, day, hour and
/// minute long; a partition whose every value is `yyyy-MM-dd` datetime; all others string.
pub fn reconcile(table: &str, files: &[FileSchema<'_>], known: Option<&TableSchema>) -> Reconciled {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let exact_only = names_that_case_tells_apart(files);
    for file in files {
        for field in file.schema.fields() {
            let lower = field.name().to_ascii_lowercase();
            let key = if exact_only.contains(&lower) {
                field.name().clone()
            } else {
                lower
            };
            let at = *by_name.entry(key).or_insert_with(|| {
                groups.push(Group::new(field.name(), known));
                groups.len() - 1
            });
            groups[at].add(field.name(), field.data_type());
        }
    }
    let mut oddities = Vec::new();
    for group in &groups {
        group.report(files, known, &mut oddities);
    }
    let mut columns: Vec<Column> = groups
        .iter()
        .map(|g| {
            let catalogue = known.and_then(|k| k.column(&g.name)).map(|c| c.ty);
            Column::new(&g.name, catalogue.or(g.ty).unwrap_or(ScalarType::String))
        })
        .collect();
    for partition in partition_columns(files) {
        let same = |c: &Column| c.name.eq_ignore_ascii_case(&partition.name);
        if !columns.iter().any(same) {
            columns.push(partition);
        }
    }
    let name = table.to_owned();
    Reconciled {
        schema: TableSchema { name, columns },
        oddities,
    }
}

/// Names, in lower case, that one file has in two spellings: there case tells columns apart.
fn names_that_case_tells_apart(files: &[FileSchema<'_>]) -> HashSet<String> {
    let mut found = HashSet::new();
    for file in files {
        let mut seen = HashSet::new();
        for field in file.schema.fields() {
            let lower = field.name().to_ascii_lowercase();
            if !seen.insert(lower.clone()) {
                found.insert(lower);
            }
        }
    }
    found
}

impl Group {
    fn new(name: &str, known: Option<&TableSchema>) -> Group {
        let spelled = known.and_then(|known| {
            let exact = known.column(name);
            let other = || {
                known
                    .columns
                    .iter()
                    .find(|c| c.name.eq_ignore_ascii_case(name))
            };
            exact.or_else(other)
        });
        Group {
            name: spelled.map_or(name, |c| &c.name).to_owned(),
            ty: None,
            clash: false,
            types: BTreeMap::new(),
            spellings: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, found: &DataType) {
        if !self.spellings.iter().any(|s| s == name) {
            self.spellings.push(name.to_owned());
        }
        *self.types.entry(found.to_string()).or_default() += 1;
        // A column of nulls only fits any type.
        if *found == DataType::Null {
            return;
        }
        let ty = kql_type(found);
        let (merged, clash) = self.ty.map_or((ty, false), |known| common(known, ty));
        self.ty = Some(merged);
        self.clash |= clash;
    }

    fn report(
        &self,
        files: &[FileSchema<'_>],
        known: Option<&TableSchema>,
        oddities: &mut Vec<SchemaOddity>,
    ) {
        let column = || self.name.clone();
        let stands_in = |file: &FileSchema<'_>| {
            event_time_stand_in(&self.name).is_some_and(|other| {
                let same = |name: &String| name.eq_ignore_ascii_case(other);
                file.schema.fields().iter().any(|f| same(f.name()))
            })
        };
        // Where the event's time has its other name, nothing is missing.
        let has = |file: &FileSchema<'_>| {
            let fields = file.schema.fields();
            fields.iter().any(|f| self.spellings.contains(f.name()))
        };
        let lacking: Vec<_> = files.iter().filter(|f| !has(f) && !stands_in(f)).collect();
        if let Some(first) = lacking.first() {
            oddities.push(SchemaOddity::MissingInFiles {
                column: column(),
                files: lacking.len(),
                of: files.len(),
                example: first.name.to_owned(),
            });
        }
        let becomes = known
            .and_then(|k| k.column(&self.name))
            .map(|c| c.ty)
            .or(self.ty)
            .unwrap_or(ScalarType::String);
        if self.types.len() > 1 {
            oddities.push(SchemaOddity::TypesDiffer {
                column: column(),
                types: self.types.iter().map(|(t, n)| (t.clone(), *n)).collect(),
                becomes,
                clash: self.clash && becomes == ScalarType::String,
            });
        }
        if self.spellings.iter().any(|s| *s != self.name) {
            oddities.push(SchemaOddity::CaseDiffers {
                column: column(),
                spellings: self.spellings.clone(),
            });
        }
    }
}

fn partition_columns(files: &[FileSchema<'_>]) -> Vec<Column> {
    const NUMBERS: [&str; 5] = ["year", "month", "day", "hour", "minute"];
    let mut values: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, value) in files.iter().flat_map(|f| f.partitions) {
        match values
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(key))
        {
            Some((_, values)) => values.push(value),
            None => values.push((key, vec![value])),
        }
    }
    values
        .into_iter()
        .map(|(key, values)| {
            let present = || values.iter().filter(|v| !v.is_empty());
            let number = |v: &&&str| v.bytes().all(|b| b.is_ascii_digit());
            let day = |v: &&&str| {
                chrono::NaiveDate::parse_from_str(v, "%Y-%m-%d").is_ok_and(|_| v.len() == 10)
            };
            let lower = key.to_ascii_lowercase();
            let ty = if NUMBERS.contains(&lower.as_str()) && present().all(|v| number(&v)) {
                ScalarType::Long
            } else if present().next().is_some() && present().all(|v| day(&v)) {
                ScalarType::DateTime
            } else {
                ScalarType::String
            };
            Column::new(key, ty)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::{Field, TimeUnit};

    fn schema(fields: &[(&str, DataType)]) -> Schema {
        let fields: Vec<Field> = fields
            .iter()
            .map(|(name, ty)| Field::new(*name, ty.clone(), true))
            .collect();
        Schema::new(fields)
    }

    fn columns(reconciled: &Reconciled) -> Vec<(&str, ScalarType)> {
        let columns = &reconciled.schema.columns;
        columns.iter().map(|c| (c.name.as_str(), c.ty)).collect()
    }

    #[test]
    fn files_that_differ_are_brought_together() {
        let time = |unit| DataType::Timestamp(unit, None);
        let first = schema(&[
            ("Timestamp", time(TimeUnit::Microsecond)),
            ("Port", DataType::Int32),
            ("Extra", DataType::Utf8),
            ("Mixed", DataType::Int64),
            ("Empty", DataType::Null),
        ]);
        let second = schema(&[
            ("timestamp", time(TimeUnit::Nanosecond)),
            ("Port", DataType::Int64),
            ("Extra", DataType::new_list(DataType::Utf8, true)),
            ("Mixed", DataType::Utf8),
            ("Empty", DataType::Boolean),
            ("Late", DataType::Utf8),
        ]);
        let partitions = [
            ("date".to_owned(), "2026-01-05".to_owned()),
            ("month".to_owned(), "01".to_owned()),
        ];
        let file = |name, schema| FileSchema {
            name,
            schema,
            partitions: &partitions,
        };
        let files = [file("a", &first), file("b", &second)];
        let reconciled = reconcile("T", &files, None);
        use ScalarType::*;
        assert_eq!(
            columns(&reconciled),
            [
                ("Timestamp", DateTime),
                ("Port", Long),
                ("Extra", Dynamic),
                ("Mixed", String),
                ("Empty", Bool),
                ("Late", String),
                ("date", DateTime),
                ("month", Long),
            ]
        );
        let missing = SchemaOddity::MissingInFiles {
            column: "Late".into(),
            files: 1,
            of: 2,
            example: "a".into(),
        };
        assert!(
            reconciled.oddities.contains(&missing),
            "{:?}",
            reconciled.oddities
        );
        let clashes: Vec<_> = reconciled
            .oddities
            .iter()
            .filter_map(|o| match o {
                SchemaOddity::TypesDiffer {
                    column,
                    clash: true,
                    ..
                } => Some(column.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(clashes, ["Mixed"]);
    }

    #[test]
    fn the_catalogues_spelling_and_types_win() {
        let known = TableSchema {
            name: "T".into(),
            columns: vec![
                Column::new("DeviceId", ScalarType::String),
                Column::new("ReportId", ScalarType::Long),
            ],
        };
        let file = schema(&[
            ("deviceid", DataType::Utf8),
            ("ReportId", DataType::Int32),
            ("own", DataType::Utf8),
        ]);
        let files = [FileSchema {
            name: "a",
            schema: &file,
            partitions: &[],
        }];
        let reconciled = reconcile("T", &files, Some(&known));
        assert_eq!(
            columns(&reconciled),
            [
                ("DeviceId", ScalarType::String),
                ("ReportId", ScalarType::Long),
                ("own", ScalarType::String)
            ]
        );
        let case = SchemaOddity::CaseDiffers {
            column: "DeviceId".into(),
            spellings: vec!["deviceid".into()],
        };
        assert_eq!(reconciled.oddities, [case]);
    }

    #[test]
    fn case_tells_columns_apart_where_one_file_has_both() {
        let first = schema(&[("id", DataType::Int64), ("Id", DataType::Utf8)]);
        let second = schema(&[("Id", DataType::Utf8)]);
        let files = [&first, &second].map(|schema| FileSchema {
            name: "x",
            schema,
            partitions: &[],
        });
        let reconciled = reconcile("T", &files, None);
        assert_eq!(
            columns(&reconciled),
            [("id", ScalarType::Long), ("Id", ScalarType::String)]
        );
    }
}
