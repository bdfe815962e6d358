//! Running a function's SQL in DataFusion, for tests of functions before or beside the whole pipeline.

use datafusion::prelude::SessionContext;

use crate::functions::{SqlArgument, Value, sql};
use crate::symbols::ScalarType;

/// A session with every UDF of every scalar function.
pub fn context() -> SessionContext {
    let session = SessionContext::new();
    for function in super::all() {
        for udf in function.udfs() {
            session.register_udf(udf);
        }
    }
    session
}

/// The values as constants, as columns, and the table that holds those columns.
pub fn literal_arguments(values: &[Value]) -> (Vec<SqlArgument<'_>>, Vec<SqlArgument<'_>>, String) {
    let constants = values
        .iter()
        .map(|value| SqlArgument {
            sql: sql::literal(value),
            ty: value.ty(),
            constant: Some(value),
            nullable_string: false,
        })
        .collect();
    let columns = values
        .iter()
        .enumerate()
        .map(|(index, value)| SqlArgument {
            sql: sql::column(&format!("c{index}")),
            ty: value.ty(),
            constant: None,
            nullable_string: value.ty() == ScalarType::String,
        })
        .collect();
    let names: Vec<_> = (0..values.len()).map(|i| format!("\"c{i}\"")).collect();
    let row: Vec<_> = values
        .iter()
        .map(|value| sql::literal(value).to_string())
        .collect();
    let table = format!("(VALUES ({})) AS t ({})", row.join(", "), names.join(", "));
    (constants, columns, table)
}
