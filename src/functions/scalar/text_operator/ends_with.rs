//! `endswith`, `endswith_cs` and their opposites: whether the text ends with the needle.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::End), arguments, rows);
const BODY_CS: Body =
    |arguments, rows| needles(Kind::any(Place::End).case_sensitive(), arguments, rows);

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "endswith",
        summary: "True where the text ends with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "bobCAT" endswith "cat", b = "category" endswith "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_endswith",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!endswith",
        summary: "False where the text ends with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "bobCAT" !endswith "cat", b = "category" !endswith "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_endswith",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "endswith_cs",
        summary: "True where the text ends with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "bobCat" endswith_cs "Cat", b = "bobCat" endswith_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_endswith_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!endswith_cs",
        summary: "False where the text ends with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "bobCat" !endswith_cs "Cat", b = "bobCat" !endswith_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_endswith_cs",
        body: BODY_CS,
        negated: true,
    },
];
