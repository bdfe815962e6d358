//! Conversions between KQL's types: those that Kusto makes by itself and the `to…` functions.
//!
//! In: an expression of one type. Out: an expression of another. What always holds: what cannot be
//! converted row by row (text that is no number, a date beyond the calendar) is null, never an error; a
//! number that does not fit an integer becomes one all the same, as in Kusto; a string is never SQL NULL.

pub mod dynamic;
mod functions;
pub mod text;
mod udfs;

use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::functions::{ArgumentFault, ScalarFunction, Sql, sql};
use crate::symbols::ScalarType;

pub use text::print_wide_decimal;
pub use udfs::{into_type as udfs_into, is_whole_udf, whole};

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    functions::all()
}

/// How one type becomes another.
enum Route {
    /// It is the same in SQL.
    Same,
    /// SQL's cast never fails here.
    Cast,
    /// A number that is not 0 is true.
    NotZero,
    /// A string, but null is `""`.
    Coalesced,
    Udf,
    /// By way of another type.
    Via(ScalarType),
    Impossible,
}

/// The conversion of `sql` from one type to another.
pub fn convert(operand: Sql, from: ScalarType, to: ScalarType) -> Result<Sql, ArgumentFault> {
    Ok(match route(from, to) {
        Route::Same => operand,
        Route::Cast => sql::cast(operand, to),
        Route::NotZero => sql::binary(BinaryOperator::NotEq, operand, sql::long(0)),
        Route::Coalesced => sql::coalesce(vec![operand, sql::text("")]),
        Route::Udf => sql::call(udfs::name(from, to), vec![operand]),
        Route::Via(middle) => convert(convert(operand, from, middle)?, middle, to)?,
        Route::Impossible => {
            return Err(ArgumentFault::call(format!("{from} cannot become {to}")));
        }
    })
}

/// Whether there is such a conversion.
pub fn converts(from: ScalarType, to: ScalarType) -> bool {
    !matches!(route(from, to), Route::Impossible)
}

fn route(from: ScalarType, to: ScalarType) -> Route {
    use ScalarType::{Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, TimeSpan};
    if from == to {
        return Route::Same;
    }
    match (from, to) {
        (Bool, Int | Long | Real) | (Int, Long | Real | Decimal) | (Long, Real | Decimal) => {
            Route::Cast
        }
        (Decimal, Real) | (DateTime | TimeSpan, Real) => Route::Cast,
        (DateTime | TimeSpan, Long) | (Long, TimeSpan) => Route::Same,
        (Int | Long | Real, Bool) => Route::NotZero,
        (Guid, String) => Route::Coalesced,
        (String, Bool | Int | Long | Real | Decimal | DateTime | TimeSpan | Guid) => Route::Udf,
        (Dynamic, Bool | Int | Long | Real | Decimal | DateTime | TimeSpan | Guid | String) => {
            Route::Udf
        }
        (Bool | Int | Long | Real | Decimal | DateTime | TimeSpan, String) => Route::Udf,
        (Bool | Int | Long | Real | Decimal | DateTime | TimeSpan | Guid | String, Dynamic) => {
            Route::Udf
        }
        (Long, Int) | (Real, Int | Long | Decimal) | (Decimal, Long) | (Long, DateTime) => {
            Route::Udf
        }
        (Bool, Decimal) => Route::Via(Long),
        (Decimal, Bool) => Route::Via(Real),
        (Decimal | DateTime | TimeSpan, Int) => Route::Via(Long),
        (Int | Real | Decimal, DateTime | TimeSpan) => Route::Via(Long),
        (DateTime | TimeSpan, Decimal) => Route::Via(Long),
        (Bool | Guid, DateTime | TimeSpan)
        | (DateTime | TimeSpan | Guid, Bool)
        | (DateTime, TimeSpan)
        | (TimeSpan, DateTime)
        | (Guid, Int | Long | Real | Decimal)
        | (Bool | Int | Long | Real | Decimal | DateTime | TimeSpan, Guid) => Route::Impossible,
        // Equal types are answered above.
        (Bool, Bool)
        | (Int, Int)
        | (Long, Long)
        | (Real, Real)
        | (Decimal, Decimal)
        | (String, String)
        | (DateTime, DateTime)
        | (TimeSpan, TimeSpan)
        | (Guid, Guid)
        | (Dynamic, Dynamic) => Route::Same,
    }
}
