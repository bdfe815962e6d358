//! `assert(condition, message)`: true, or the end of the query with this message.
//!
//! What always holds: the binder gives it no condition that depends on the row, so that it fails for every row or
//! for none. A query that asks no row does not fail.

use arrow::array::{Array, AsArray};
use datafusion::common::exec_err;

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::udf::row_wise;
use crate::functions::{Accepts, Category, Example, Parameter, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) static ASSERT: Definition = Definition {
    name: "assert",
    aliases: &[],
    category: Category::Conditional,
    summary: "True; where the condition is not true, the query fails with the message.",
    examples: &[Example {
        kql: "let Days = 7; datatable(a: long) [1, 2] | where assert(Days > 0, 'too few days') and a > 1",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[
        Parameter::new("condition", Accepts::Exactly(Ty::Bool)),
        Parameter::new("message", Accepts::Exactly(Ty::String)),
    ]),
    gives: Gives::Always(Ty::Bool),
    form: Form::Udf(Udf::new(
        "kql_assert",
        &[Ty::Bool, Ty::String],
        Ty::Bool,
        |arguments, rows| {
            row_wise(arguments, rows, |arrays| {
                let (conditions, messages) = (arrays[0].as_boolean(), arrays[1].as_string_view());
                for row in 0..conditions.len() {
                    if conditions.is_null(row) || !conditions.value(row) {
                        let message = match messages.is_null(row) {
                            true => "",
                            false => messages.value(row),
                        };
                        return exec_err!("the query asserts what does not hold: {message}");
                    }
                }
                Ok(std::sync::Arc::clone(&arrays[0]))
            })
        },
    )),
};
