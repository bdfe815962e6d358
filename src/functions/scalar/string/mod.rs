//! KQL's functions on strings, one file each.
//!
//! In: strings (SQL NULL is `""`) and numbers. Out: what Microsoft's function of that name gives; a string
//! is never NULL. Positions count Unicode characters from 0.

mod function;
mod is_empty;
mod rows;
mod strcat;
mod strcat_delim;
mod string_size;
mod strlen;
mod substring;
mod tolower;
mod toupper;

use crate::functions::ScalarFunction;

/// Every function on strings.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &is_empty::ISEMPTY,
        &is_empty::ISNOTEMPTY,
        &strcat::STRCAT,
        &strcat_delim::STRCAT_DELIM,
        &string_size::STRING_SIZE,
        &strlen::STRLEN,
        &substring::SUBSTRING,
        &tolower::TOLOWER,
        &toupper::TOUPPER,
    ]
}
