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
        &BASE64_DECODE_TOGUID,
        &HASH_MANY,
        &HASH_COMBINE,
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
    BASE64_DECODE_TOGUID,
    "base64_decode_toguid",
    String,
    Signature::new(&[Parameter::new("value", Accepts::Exactly(Ty::String))]),
    Ty::Guid,
    "The GUID that Base64 stands for; refused, since Microsoft's two pages differ about the order of its bytes.",
    "Microsoft's example has the bytes of the third group in another order than that of `base64_encode_fromguid`",
    "compare the other way round: `base64_encode_fromguid(…) == value`"
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
