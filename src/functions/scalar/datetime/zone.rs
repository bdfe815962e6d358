//! Time zones, which need a database of them: named, and refused.

use crate::functions::scalar::definition::{Definition, Form, Gives, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Parameter, ScalarFunction, Signature, Sql, SqlArgument,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&UTC_TO_LOCAL, &LOCAL_TO_UTC]
}

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("from", Accepts::Exactly(Ty::DateTime)),
    Parameter::new("timezone", Accepts::Exactly(Ty::String)),
]);

fn refused(_: &[SqlArgument], _: Ty) -> Result<Sql, ArgumentFault> {
    Err(
        ArgumentFault::unsupported("time zones are not supported yet")
            .with_help("add or subtract a timespan"),
    )
}

static UTC_TO_LOCAL: Definition = Definition {
    name: "datetime_utc_to_local",
    aliases: &[],
    category: Category::DateTime,
    summary: "The local time of a time zone; not supported yet.",
    examples: &[],
    signature: SIGNATURE,
    gives: Gives::Always(Ty::DateTime),
    form: Form::Sql {
        sql: refused,
        udfs: none,
    },
};

static LOCAL_TO_UTC: Definition = Definition {
    name: "datetime_local_to_utc",
    aliases: &[],
    category: Category::DateTime,
    summary: "The UTC time of a time zone's local time; not supported yet.",
    examples: &[],
    signature: SIGNATURE,
    gives: Gives::Always(Ty::DateTime),
    form: Form::Sql {
        sql: refused,
        udfs: none,
    },
};
