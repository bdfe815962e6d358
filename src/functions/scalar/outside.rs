//! Functions that ask something outside the lake: bound, so that a query that uses them can be checked,
//! and refused where they would run.

use super::definition::{Definition, Form, Gives, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Parameter, ScalarFunction, Signature, Sql, SqlArgument,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&GEO_INFO, &INGESTION_TIME]
}

macro_rules! outside {
    ($static:ident, $name:literal, $summary:literal, [$($parameter:expr),*], $gives:expr, $why:literal, $help:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Other,
            summary: $summary,
            examples: &[],
            signature: Signature::new(&[$($parameter),*]),
            gives: Gives::Always($gives),
            form: Form::Sql {
                sql: |_: &[SqlArgument], _: Ty| -> Result<Sql, ArgumentFault> {
                    Err(ArgumentFault::unsupported($why).with_help($help))
                },
                udfs: none,
            },
        };
    };
}

outside!(
    GEO_INFO,
    "geo_info_from_ip_address",
    "Where in the world an address is; refused, since a hunt has no database of addresses.",
    [Parameter::new("ip", Accepts::Exactly(Ty::String))],
    Ty::Dynamic,
    "`geo_info_from_ip_address` needs a database of addresses, which a hunt does not have",
    "leave the place out, or look it up in the result"
);

outside!(
    INGESTION_TIME,
    "ingestion_time",
    "When a row came into Kusto; refused, since files do not tell it.",
    [],
    Ty::DateTime,
    "`ingestion_time` is not known of rows in files",
    "use the event's own time"
);
