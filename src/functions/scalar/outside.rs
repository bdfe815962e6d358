//! Functions that ask something outside the lake: bound, so that a query that uses them can be checked,
//! and refused where they would run.

use super::definition::{Definition, Form, Gives, Udf, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Parameter, ScalarFunction, Signature, Sql, SqlArgument,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&GEO_INFO_FUNCTION, &USER_AGENT_FUNCTION, &INGESTION_TIME]
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

/// The name of the function that says what a user agent names.
pub const USER_AGENT: &str = "parse_user_agent";

/// The UDF behind it. The one of here refuses; one over a list takes its place where there is one.
pub const USER_AGENT_UDF: &str = "kql_user_agent";

static USER_AGENT_FUNCTION: Definition = Definition {
    name: USER_AGENT,
    aliases: &[],
    category: Category::String,
    summary: "The browser, the system and the device that a user agent names, by the list `regexes.yaml` of the project uap-core that `--user-agents` names.",
    examples: &[],
    signature: Signature::new(&[
        Parameter::new("user_agent", Accepts::Exactly(Ty::String)),
        Parameter::new("look_for", Accepts::OneOf(&[Ty::String, Ty::Dynamic])),
    ]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(Udf::new(
        USER_AGENT_UDF,
        &[Ty::String, Ty::Dynamic],
        Ty::Dynamic,
        |_, _| {
            datafusion::common::exec_err!(
                "{USER_AGENT} needs a list of browsers: give --user-agents FILE"
            )
        },
    )),
};

outside!(
    INGESTION_TIME,
    "ingestion_time",
    "When a row came into Kusto: the table's own column `ingestion_time`, `IngestionTime`, `_IngestionTime` or `$IngestionTime`; where it has none, the time at which the file was last written, with a note.",
    [],
    Ty::DateTime,
    "when these rows were ingested cannot be told: they are not straight of one table of the lake",
    "put `extend Ingested = ingestion_time()` right behind the table"
);
