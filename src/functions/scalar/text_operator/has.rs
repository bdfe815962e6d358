//! `has`, `has_cs` and their opposites: whether the text holds the needle as a whole term, or as whole terms.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::Term), arguments, rows);
const BODY_CS: Body =
    |arguments, rows| needles(Kind::any(Place::Term).case_sensitive(), arguments, rows);

pub static OPERATORS: [TextOperator; 4] = [
    TextOperator {
        name: "has",
        summary: "True where the text holds the needle as a whole term, or as whole terms, ignoring case.",
        examples: &[
            Example {
                kql: r#"print a = "alpha_beta" has "ALPHA", b = "alphabet" has "alpha""#,
                rows: "[[true, false]]",
            },
            Example {
                kql: r#"print a = "https://vsa.kaseya.com/x" has "kaseya.com", b = "notkaseya.com" has "kaseya.com""#,
                rows: "[[true, false]]",
            },
        ],
        udf: "kql_has",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!has",
        summary: "False where the text holds the needle as a whole term, or as whole terms, ignoring case.",
        examples: &[
            Example {
                kql: r#"print a = "alpha_beta" !has "ALPHA", b = "alphabet" !has "alpha""#,
                rows: "[[false, true]]",
            },
            Example {
                kql: r#"print a = "https://vsa.kaseya.com/x" !has "kaseya.com", b = "notkaseya.com" !has "kaseya.com""#,
                rows: "[[false, true]]",
            },
        ],
        udf: "kql_has",
        body: BODY,
        negated: true,
    },
    TextOperator {
        name: "has_cs",
        summary: "True where the text holds the needle as a whole term, or as whole terms, respecting case.",
        examples: &[Example {
            kql: r#"print a = "a Cat." has_cs "Cat", b = "a Cat." has_cs "cat""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_has_cs",
        body: BODY_CS,
        negated: false,
    },
    TextOperator {
        name: "!has_cs",
        summary: "False where the text holds the needle as a whole term, or as whole terms, respecting case.",
        examples: &[Example {
            kql: r#"print a = "a Cat." !has_cs "Cat", b = "a Cat." !has_cs "cat""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_has_cs",
        body: BODY_CS,
        negated: true,
    },
];
