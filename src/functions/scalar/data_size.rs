//! `estimate_data_size(columns)`: how many bytes the values of a row take.
//!
//! In: values, or `*` for all columns (the binder writes them out). Out: bytes. What always holds: a type of
//! one width counts that width, a string its bytes in UTF-8; what depends on Kusto's own encoding (dynamic,
//! decimal) is refused.

use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::definition::{Definition, Form, Gives};
use super::string::string_size::STRING_SIZE;
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

fn bytes(index: usize, argument: &SqlArgument) -> Result<Sql, ArgumentFault> {
    Ok(match argument.ty {
        Ty::Bool => sql::long(1),
        Ty::Int => sql::long(4),
        Ty::Long | Ty::Real | Ty::DateTime | Ty::TimeSpan => sql::long(8),
        Ty::Guid => sql::long(16),
        Ty::String => STRING_SIZE.sql(std::slice::from_ref(argument), Ty::Long)?,
        ty @ (Ty::Dynamic | Ty::Decimal) => {
            return Err(ArgumentFault {
                index: Some(index),
                ..ArgumentFault::unsupported(format!(
                    "how many bytes a {ty} takes in Kusto is not documented"
                ))
                .with_help("measure its text: `estimate_data_size(tostring(…))`")
            });
        }
    })
}

pub(super) static ESTIMATE_DATA_SIZE: Definition = Definition {
    name: "estimate_data_size",
    aliases: &[],
    category: Category::Other,
    summary: "The bytes that values take: the width of their types, and of texts their UTF-8; `*` means all columns.",
    examples: &[Example {
        kql: "range x from 1 to 10 step 1 | extend Text = '1234567890' | summarize Total = sum(estimate_data_size(*)), One = max(estimate_data_size(x))",
        rows: "[[180, 8]]",
    }],
    signature: Signature::repeating(&[Parameter::new("column", Accepts::Any)], 1),
    gives: Gives::Always(Ty::Long),
    form: Form::Sql {
        sql: |arguments, _| {
            let mut sum = sql::long(0);
            for (index, argument) in arguments.iter().enumerate() {
                sum = sql::binary(BinaryOperator::Plus, sum, bytes(index, argument)?);
            }
            Ok(sum)
        },
        udfs: || STRING_SIZE.udfs(),
    },
};
