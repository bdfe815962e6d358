//! Functions that are bound, so that everything else in a rule is checked, and refused where they would
//! run.
//!
//! In: a call. Out: a fault that says why. What always holds: what is refused here has no answer that is sure
//! to be Kusto's, or none that would be the same in each run.

use super::definition::{Definition, Form, Gives, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Parameter, ScalarFunction, Signature, Sql, SqlArgument,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this module.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &PARSE_VERSION,
        &PARSE_USER_AGENT,
        &HASH_MANY,
        &HASH_COMBINE,
        &BASE64_DECODE_TOGUID,
        &NEW_GUID,
        &SERIES_PERIODS_DETECT,
        &SERIES_PERIODS_VALIDATE,
    ]
}

macro_rules! refused {
    ($static:ident, $name:literal, $category:ident, $signature:expr, $gives:expr, $summary:literal, $why:literal, $help:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::$category,
            summary: $summary,
            examples: &[],
            signature: $signature,
            gives: Gives::Always($gives),
            form: Form::Sql {
                sql: |_: &[SqlArgument], _: Ty| -> Result<Sql, ArgumentFault> {
                    Err(ArgumentFault::unsupported(concat!(
                        "`",
                        $name,
                        "` is not supported: ",
                        $why
                    ))
                    .with_help($help))
                },
                udfs: none,
            },
        };
    };
}

refused!(
    PARSE_VERSION,
    "parse_version",
    String,
    Signature::new(&[Parameter::new("version", Accepts::Exactly(Ty::String))]),
    Ty::Decimal,
    "A version as a number that compares as the version does; refused, since it has more digits than a decimal holds here.",
    "its numbers have up to 32 digits, and a decimal holds 20 here",
    "compare the parts: `toint(split(Version, '.')[0])`"
);
refused!(
    PARSE_USER_AGENT,
    "parse_user_agent",
    String,
    Signature::new(&[
        Parameter::new("user_agent", Accepts::Exactly(Ty::String)),
        Parameter::new("look_for", Accepts::Any),
    ]),
    Ty::Dynamic,
    "The browser, the system and the device that a user agent names; refused, since it takes a list of all browsers.",
    "it needs a list of all browsers and devices",
    "look for the text itself: `has`"
);
refused!(
    HASH_MANY,
    "hash_many",
    Hash,
    Signature::repeating(
        &[
            Parameter::new("first", Accepts::Any),
            Parameter::new("other", Accepts::Any)
        ],
        1
    ),
    Ty::Long,
    "One hash of several values; refused, since it is not documented how they are combined.",
    "how Kusto combines hashes is not documented",
    "hash the values as one text: `hash(strcat_delim(…))`"
);
refused!(
    HASH_COMBINE,
    "hash_combine",
    Hash,
    Signature::repeating(
        &[
            Parameter::new("first", Accepts::Exactly(Ty::Long)),
            Parameter::new("other", Accepts::Exactly(Ty::Long))
        ],
        1
    ),
    Ty::Long,
    "One hash of several hashes; refused, since it is not documented how they are combined.",
    "how Kusto combines hashes is not documented",
    "hash the values as one text: `hash(strcat_delim(…))`"
);
refused!(
    BASE64_DECODE_TOGUID,
    "base64_decode_toguid",
    String,
    Signature::new(&[Parameter::new("text", Accepts::Exactly(Ty::String))]),
    Ty::Guid,
    "The GUID whose 16 bytes Base64 stands for; refused, since Microsoft's examples disagree about their order.",
    "Microsoft's examples of it and of `base64_encode_fromguid` disagree about the order of bytes",
    "take the bytes: `base64_decode_toarray`"
);
refused!(
    NEW_GUID,
    "new_guid",
    Other,
    Signature::new(&[]),
    Ty::Guid,
    "A GUID of no meaning; refused, since the same query over the same data must give the same rows.",
    "the same query over the same data gives the same rows here",
    "number the rows: `serialize | extend Id = row_number()`"
);
refused!(
    SERIES_PERIODS_VALIDATE,
    "series_periods_validate",
    Series,
    Signature::repeating(
        &[
            Parameter::new("series", Accepts::Exactly(Ty::Dynamic)),
            Parameter::new("period", Accepts::Number)
        ],
        1
    ),
    Ty::Dynamic,
    "How well a series repeats after given periods; refused, since it is not documented how that is scored.",
    "how Kusto scores periods is not documented",
    "`series_pearson_correlation` of the series and of the series shifted tells how alike they are"
);
refused!(
    SERIES_PERIODS_DETECT,
    "series_periods_detect",
    Series,
    Signature::new(&[
        Parameter::new("series", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("min_period", Accepts::Number),
        Parameter::new("max_period", Accepts::Number),
        Parameter::new("num_periods", Accepts::Number),
    ]),
    Ty::Dynamic,
    "The periods after which a series repeats; refused, since it is not documented how they are scored.",
    "how Kusto scores periods is not documented",
    "`series_decompose` finds a period of its own"
);
