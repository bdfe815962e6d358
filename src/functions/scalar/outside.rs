//! Functions that ask something outside the lake: bound, so that a query that uses them can be checked,
//! and refused where they would run.

use super::definition::{Definition, Form, Gives, Udf, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Parameter, ScalarFunction, Signature, Sql, SqlArgument,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&GEO_INFO_FUNCTION, &INGESTION_TIME]
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

/// The name of the function that says where an address is.
pub const GEO_INFO: &str = "geo_info_from_ip_address";

/// The UDF behind it. The one of here refuses; one over a database takes its place where there is one.
pub const GEO_INFO_UDF: &str = "kql_geo_info";

static GEO_INFO_FUNCTION: Definition = Definition {
    name: GEO_INFO,
    aliases: &[],
    category: Category::Other,
    summary: "Where in the world an address is, by the MaxMind DB file that `--geoip` names.",
    examples: &[],
    signature: Signature::new(&[Parameter::new("ip", Accepts::Exactly(Ty::String))]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(Udf::new(
        GEO_INFO_UDF,
        &[Ty::String],
        Ty::Dynamic,
        |_, _| {
            datafusion::common::exec_err!(
                "{GEO_INFO} needs a database of addresses: give --geoip FILE"
            )
        },
    )),
};

outside!(
    INGESTION_TIME,
    "ingestion_time",
    "When a row came into Kusto: the table's own column `ingestion_time`, `IngestionTime`, `_IngestionTime` or `$IngestionTime`; refused where the files have none.",
    [],
    Ty::DateTime,
    "the table has no column that says when its rows were ingested",
    "use the event's own time, or export `ingestion_time()` as a column `IngestionTime`"
);
