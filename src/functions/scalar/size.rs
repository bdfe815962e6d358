//! `estimate_data_size`: how many bytes values take.
//!
//! What always holds: what has a fixed width takes that, null or not; a string takes its bytes in UTF-8. What a
//! dynamic or a decimal takes is not documented. Source: "estimate_data_size()", "Scalar data types".

use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::definition::{Definition, Form, Gives, none};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, registry, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&ESTIMATE_DATA_SIZE]
}

static ESTIMATE_DATA_SIZE: Definition = Definition {
    name: "estimate_data_size",
    aliases: &[],
    category: Category::Other,
    summary: "How many bytes columns take, `*` for all; not told of dynamic values and decimals.",
    examples: &[
        Example {
            kql: "range x from 1 to 10 step 1 | extend Text = \"1234567890\" | summarize Total = sum(estimate_data_size(*))",
            rows: "[[180]]",
        },
        Example {
            kql: "print estimate_data_size(\"é\", now(), true)",
            rows: "[[11]]",
        },
    ],
    signature: Signature::repeating(&[Parameter::new("column", Accepts::Any)], 1),
    gives: Gives::Of(|arguments| {
        for (index, Argument { ty, .. }) in arguments.iter().enumerate() {
            if width(*ty).is_none() && *ty != Ty::String {
                return Err(ArgumentFault {
                    index: Some(index),
                    ..ArgumentFault::unsupported(format!(
                        "how many bytes a {ty} takes in Kusto is not documented"
                    ))
                }
                .with_help("`string_size(tostring(…))` is the size of its text"));
            }
        }
        Ok(Ty::Long)
    }),
    form: Form::Sql {
        sql: |arguments, _| {
            let fixed = arguments.iter().filter_map(|argument| width(argument.ty));
            let fixed = sql::long(fixed.sum());
            let texts = arguments
                .iter()
                .filter(|argument| argument.ty == Ty::String);
            texts.map(size_of_text).try_fold(fixed, |sum, size| {
                Ok(sql::binary(BinaryOperator::Plus, sum, size?))
            })
        },
        udfs: none,
    },
};

/// Bytes of a value of this type, where they are the same for all.
fn width(ty: Ty) -> Option<i64> {
    match ty {
        Ty::Bool => Some(1),
        Ty::Int => Some(4),
        Ty::Long | Ty::Real | Ty::DateTime | Ty::TimeSpan => Some(8),
        Ty::Guid => Some(16),
        Ty::String | Ty::Decimal | Ty::Dynamic => None,
    }
}

fn size_of_text(text: &SqlArgument) -> Result<Sql, ArgumentFault> {
    registry::scalar("string_size")
        .ok_or_else(|| ArgumentFault::unsupported("string_size is not supported"))?
        .sql(std::slice::from_ref(text), Ty::Long)
}
