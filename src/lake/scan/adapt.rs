//! How one file's columns become the table's: by name, by type, from the path, or as nulls.
//!
//! In: a file's Parquet schema and path. Out: for each needed column a [`Source`].
//! What always holds: a name that matches exactly wins over one that differs in case; a column that
//! can be read neither as it is nor by a conversion is an error, not a null.

use std::sync::Arc;

use arrow::array::{ArrayRef, new_null_array};
use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use datafusion::common::ScalarValue;
use parquet::arrow::{
    FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema,
};
use parquet::basic::Type as PhysicalType;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::ScanError;
use super::chunk::OpenFile;
use super::convert::{Conversion, parse_scalar};
use super::spec::ScanSpec;
use crate::symbols::{Column, FILE_TIME, arrow::data_type};

/// Where a table's column comes from in one file.
#[derive(Debug, Clone)]
pub(super) enum Source {
    File(FileColumn),
    /// From the path, or null where the file lacks the column.
    Constant(ScalarValue),
}

/// A column of the file.
#[derive(Debug, Clone)]
pub(super) struct FileColumn {
    /// Its place among the file's top-level fields.
    root: usize,
    /// Its first leaf, and how many it has.
    first_leaf: usize,
    leaves: usize,
    flat: bool,
    pub conversion: Conversion,
}

impl FileColumn {
    /// The leaf of a column that is one plain value a row, null or not.
    pub fn flat_leaf(&self) -> Option<usize> {
        self.flat.then_some(self.first_leaf)
    }

    pub fn all_leaves(&self) -> std::ops::Range<usize> {
        self.first_leaf..self.first_leaf + self.leaves
    }
}

/// The sources of the needed columns of one file, by position in the table.
#[derive(Debug)]
pub(super) struct FileColumns {
    sources: Vec<Option<Source>>,
}

const TIME_NAMES: [&str; 2] = ["Timestamp", "TimeGenerated"];

impl FileColumns {
    pub fn of(
        spec: &ScanSpec,
        open: &OpenFile,
        metadata: &ParquetMetaData,
    ) -> Result<Self, ScanError> {
        Self::or_else(spec, open, metadata, |_, fault| Err(fault))
    }

    /// The same, with `fault` asked about each column that cannot be read. Where it is no error,
    /// nothing may be taken from that column: it reads as null.
    pub fn or_else(
        spec: &ScanSpec,
        open: &OpenFile,
        metadata: &ParquetMetaData,
        mut fault: impl FnMut(usize, ScanError) -> Result<(), ScanError>,
    ) -> Result<Self, ScanError> {
        let schema = metadata.file_metadata().schema_descr();
        let mut sources = vec![None; spec.columns.len()];
        for at in spec.needed() {
            sources[at] = Some(match source(spec, &spec.columns[at], open, schema) {
                Ok(source) => source,
                Err(error) => {
                    fault(at, error)?;
                    Source::Constant(null_of(&spec.columns[at])?)
                }
            });
        }
        Ok(Self { sources })
    }

    /// The source of a needed column.
    pub fn source(&self, column: usize) -> &Source {
        self.sources[column]
            .as_ref()
            .unwrap_or(&Source::Constant(ScalarValue::Null))
    }

    pub fn file_column(&self, column: usize) -> Option<&FileColumn> {
        match self.source(column) {
            Source::File(file) => Some(file),
            Source::Constant(_) => None,
        }
    }
}

fn source(
    spec: &ScanSpec,
    column: &Column,
    open: &OpenFile,
    schema: &SchemaDescriptor,
) -> Result<Source, ScanError> {
    let roots = schema.root_schema().get_fields();
    let by_name = |name: &str| {
        roots.iter().position(|f| f.name() == name).or_else(|| {
            roots
                .iter()
                .position(|f| f.name().eq_ignore_ascii_case(name))
        })
    };
    let alias = || {
        let other = TIME_NAMES.iter().find(|n| **n != column.name)?;
        TIME_NAMES
            .contains(&column.name.as_str())
            .then(|| by_name(other))
            .flatten()
    };
    let from_path = || {
        let (_, value) = open
            .file
            .partitions
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&column.name))?;
        parse_scalar(value, column.ty)
    };
    if column.name == FILE_TIME {
        let ticks = open.file.last_modified_ticks;
        return Ok(Source::Constant(ScalarValue::Int64(Some(ticks))));
    }
    if let Some(root) = by_name(&column.name) {
        return file_column(column, open, schema, root).map(Source::File);
    }
    if let Some(value) = from_path() {
        return Ok(Source::Constant(value));
    }
    if let Some(root) = alias() {
        return file_column(column, open, schema, root).map(Source::File);
    }
    spec.report.missing_column(&column.name);
    Ok(Source::Constant(null_of(column)?))
}

fn null_of(column: &Column) -> Result<ScalarValue, ScanError> {
    ScalarValue::try_from(&data_type(column.ty)).map_err(|e| ScanError::Filter(e.to_string()))
}

fn file_column(
    column: &Column,
    open: &OpenFile,
    schema: &SchemaDescriptor,
    root: usize,
) -> Result<FileColumn, ScanError> {
    let leaves: Vec<usize> = (0..schema.num_columns())
        .filter(|leaf| schema.get_column_root_idx(*leaf) == root)
        .collect();
    let field = &schema.root_schema().get_fields()[root];
    let found = only(std::slice::from_ref(field))
        .and_then(|schema| parquet_to_arrow_schema(&schema, None))
        .map_err(|e| open.bad(e))?;
    let found = found
        .fields()
        .first()
        .map_or(DataType::Null, |f| f.data_type().clone());
    let int96 = leaves
        .first()
        .is_some_and(|l| schema.column(*l).physical_type() == PhysicalType::INT96);
    let conversion = Conversion::between(&found, int96 && field.is_primitive(), column.ty)
        .ok_or_else(|| ScanError::ColumnType {
            location: open.file.location.clone(),
            column: column.name.clone(),
            found: found.to_string(),
            wanted: column.ty.to_string(),
        })?;
    let flat =
        field.is_primitive() && leaves.len() == 1 && schema.column(leaves[0]).max_rep_level() == 0;
    Ok(FileColumn {
        root,
        first_leaf: leaves.first().copied().unwrap_or(0),
        leaves: leaves.len(),
        flat,
        conversion,
    })
}

/// A schema of these top-level fields alone: a field that nobody asks for cannot fail.
fn only(roots: &[TypePtr]) -> ParquetResult<SchemaDescriptor> {
    let root = Type::group_type_builder("schema")
        .with_fields(roots.to_vec())
        .build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

/// How to read some of a file's columns together: what Parquet's reader is told, and what is made of
/// its arrays.
#[derive(Debug)]
pub(super) struct Layout {
    pub levels: FieldLevels,
    /// The same with INT96 in microseconds where there is such a column.
    pub int96_levels: Option<FieldLevels>,
    /// The file's leaf behind each leaf of `levels`.
    pub leaves: Vec<usize>,
    /// For each asked column: the array of `levels`, or a constant.
    pub outputs: Vec<Output>,
}

#[derive(Debug)]
pub(super) enum Output {
    /// Position among the arrays read, the table's column, and how the one becomes the other.
    Read {
        at: usize,
        column: usize,
        conversion: Conversion,
    },
    Constant(ScalarValue),
}

impl Layout {
    /// A layout for these columns of the table, in this order.
    pub fn new(
        columns: &[usize],
        files: &FileColumns,
        schema: &SchemaDescriptor,
    ) -> ParquetResult<Layout> {
        let mut read: Vec<(&FileColumn, usize)> = columns
            .iter()
            .filter_map(|c| files.file_column(*c).map(|f| (f, *c)))
            .collect();
        // In file order, once each, as the reader wants them.
        read.sort_by_key(|(f, _)| f.root);
        read.dedup_by_key(|(f, _)| f.root);
        let roots: Vec<TypePtr> = read
            .iter()
            .map(|(f, _)| Arc::clone(&schema.root_schema().get_fields()[f.root]))
            .collect();
        let schema = only(&roots)?;
        let plain = parquet_to_arrow_schema(&schema, None)?;
        let levels = |int96: TimeUnit| {
            let fields = plain.fields().iter().zip(&read);
            let hint: Fields = fields
                .map(|(field, (f, _))| hinted(field, &f.conversion, int96))
                .collect();
            parquet_to_arrow_field_levels(&schema, ProjectionMask::all(), Some(&hint))
        };
        let has_int96 = read.iter().any(|(f, _)| f.conversion == Conversion::Int96);
        let outputs = columns
            .iter()
            .map(|column| match files.source(*column) {
                Source::Constant(value) => Output::Constant(value.clone()),
                Source::File(file) => Output::Read {
                    at: read
                        .iter()
                        .position(|(f, _)| f.root == file.root)
                        .unwrap_or(0),
                    column: *column,
                    conversion: file.conversion.clone(),
                },
            })
            .collect();
        Ok(Layout {
            levels: levels(TimeUnit::Nanosecond)?,
            int96_levels: has_int96
                .then(|| levels(TimeUnit::Microsecond))
                .transpose()?,
            leaves: read.iter().flat_map(|(f, _)| f.all_leaves()).collect(),
            outputs,
        })
    }
}

fn hinted(field: &Arc<Field>, conversion: &Conversion, int96: TimeUnit) -> Arc<Field> {
    let ty = match (conversion, field.data_type()) {
        (Conversion::Int96, _) => DataType::Timestamp(int96, None),
        (_, DataType::Utf8 | DataType::Binary) => DataType::Utf8View,
        (_, other) => other.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(ty))
}

/// A column that is the same in every row.
pub(super) fn constant(
    value: &ScalarValue,
    ty: &DataType,
    rows: usize,
) -> Result<ArrayRef, ScanError> {
    if value.is_null() {
        return Ok(new_null_array(ty, rows));
    }
    value
        .to_array_of_size(rows)
        .map_err(|e| ScanError::Filter(e.to_string()))
}
