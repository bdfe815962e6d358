//! `contains`, `contains_cs` and their opposites: whether the needle stands anywhere in the text.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::Anywhere), arguments, rows);
const BODY_CS: Body =
    |arguments, rows| needles(Kind::any(Place::Anywhere).case_sensitive(), arguments, rows);

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "contains",
        summary: "True where the needle stands anywhere in the text, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "sCATter" contains "cat", b = "dog" contains "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_contains",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!contains",
        summary: "False where the needle stands anywhere in the text, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "sCATter" !contains "cat", b = "dog" !contains "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_contains",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "contains_cs",
        summary: "True where the needle stands anywhere in the text, respecting case.",
        examples: &[Example {
            kql: r#"print a = "sCatter" contains_cs "Cat", b = "sCatter" contains_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_contains_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!contains_cs",
        summary: "False where the needle stands anywhere in the text, respecting case.",
        examples: &[Example {
            kql: r#"print a = "sCatter" !contains_cs "Cat", b = "sCatter" !contains_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_contains_cs",
        body: BODY_CS,
        negated: true,
    },
];
