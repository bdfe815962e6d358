//! `hassuffix`, `hassuffix_cs` and their opposites: whether a term of the text ends with the needle.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::TermEnd), arguments, rows);
const BODY_CS: Body =
    |arguments, rows| needles(Kind::any(Place::TermEnd).case_sensitive(), arguments, rows);

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "hassuffix",
        summary: "True where a term of the text ends with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "a bobCAT." hassuffix "cat", b = "category" hassuffix "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_hassuffix",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!hassuffix",
        summary: "False where a term of the text ends with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "a bobCAT." !hassuffix "cat", b = "category" !hassuffix "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_hassuffix",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "hassuffix_cs",
        summary: "True where a term of the text ends with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "a bobCat." hassuffix_cs "Cat", b = "a bobCat." hassuffix_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_hassuffix_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!hassuffix_cs",
        summary: "False where a term of the text ends with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "a bobCat." !hassuffix_cs "Cat", b = "a bobCat." !hassuffix_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_hassuffix_cs",
        body: BODY_CS,
        negated: true,
    },
];
