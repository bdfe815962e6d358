//! Conversions.
use crate::functions::{ArgumentFault, Sql};
use crate::symbols::ScalarType;
/// Stand-in.
pub fn convert(sql: Sql, _from: ScalarType, to: ScalarType) -> Result<Sql, ArgumentFault> {
    Ok(crate::functions::sql::cast(sql, to))
}
