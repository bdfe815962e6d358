//! `hasprefix`, `hasprefix_cs` and their opposites: whether a term of the text begins with the needle.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::TermStart), arguments, rows);
const BODY_CS: Body = |arguments, rows| {
    needles(
        Kind::any(Place::TermStart).case_sensitive(),
        arguments,
        rows,
    )
};

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "hasprefix",
        summary: "True where a term of the text begins with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "the Category" hasprefix "cat", b = "scatter" hasprefix "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_hasprefix",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!hasprefix",
        summary: "False where a term of the text begins with the needle, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "the Category" !hasprefix "cat", b = "scatter" !hasprefix "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_hasprefix",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "hasprefix_cs",
        summary: "True where a term of the text begins with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "the Category" hasprefix_cs "Cat", b = "the Category" hasprefix_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_hasprefix_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!hasprefix_cs",
        summary: "False where a term of the text begins with the needle, respecting case.",
        examples: &[Example {
            kql: r#"print a = "the Category" !hasprefix_cs "Cat", b = "the Category" !hasprefix_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_hasprefix_cs",
        body: BODY_CS,
        negated: true,
    },
];
