//! `$certain`: a condition on which an answer rests, where the reference leaves open what holds without it.
//!
//! In: the condition of a row, and what is to be said where it does not hold. Out: true. What always holds: a
//! query gives no row whose answer depends on what is not documented; it fails and says so.

use arrow::array::{Array, AsArray};
use datafusion::common::exec_err;

use super::definition::{Definition, Form, Gives, Udf};
use super::rows::{Kind, Text};
use crate::functions::udf::row_wise;
use crate::functions::{Accepts, Category, Parameter, Signature};
use crate::symbols::ScalarType as Ty;

/// Its name, which is none of KQL's.
pub const CERTAIN_NAME: &str = "$certain";

pub(super) static CERTAIN: Definition = Definition {
    name: CERTAIN_NAME,
    aliases: &[],
    category: Category::Other,
    summary: "Fails where a condition does not hold on which the answer rests.",
    examples: &[],
    signature: Signature::new(&[
        Parameter::new("condition", Accepts::Exactly(Ty::Bool)),
        Parameter::new("why", Accepts::Exactly(Ty::String)).constant(),
    ]),
    gives: Gives::Always(Ty::Bool),
    form: Form::Udf(Udf::new(
        "kql_certain",
        &[Ty::Bool, Ty::String],
        Ty::Bool,
        |arguments, rows| {
            row_wise(arguments, rows, |arrays| {
                let holds = arrays[0].as_boolean();
                if let Some(row) = (0..holds.len()).find(|r| holds.is_null(*r) || !holds.value(*r))
                {
                    let why = Text::get(Text::cast(&arrays[1]), row).unwrap_or_default();
                    return exec_err!("{why}");
                }
                Ok(arrays[0].clone())
            })
        },
    )),
};
