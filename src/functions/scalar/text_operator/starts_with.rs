//! `startswith`, `startswith_cs` and their opposites: whether the text begins with the needle.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::Start), arguments, rows);
const BODY_CS: Body =
    |arguments, rows| needles(Kind::any(Place::Start).case_sensitive(), arguments, rows);

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "startswith",
        summary: "True where the text begins with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "Category" startswith "cat", b = "a cat" startswith "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_startswith",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!startswith",
        summary: "False where the text begins with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "Category" !startswith "cat", b = "a cat" !startswith "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_startswith",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "startswith_cs",
        summary: "True where the text begins with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "Category" startswith_cs "Cat", b = "Category" startswith_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_startswith_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!startswith_cs",
        summary: "False where the text begins with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "Category" !startswith_cs "Cat", b = "Category" !startswith_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_startswith_cs",
        body: BODY_CS,
        negated: true,
    },
];
