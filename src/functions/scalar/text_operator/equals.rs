//! `=~` and `!~`: whether two texts are the same, case aside.

use super::predicate::needles;
use super::text::TextOperator;
use crate::functions::Example;
use crate::functions::matching::{Kind, Place};
use crate::functions::udf::Body;

const BODY: Body = |arguments, rows| needles(Kind::any(Place::Whole), arguments, rows);

pub static OPERATORS: [TextOperator; 2] = [
    TextOperator {
        name: "=~",
        summary: "True where the texts are the same, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "CAFÉ" =~ "café", b = "cafe" =~ "café""#,
            rows: "[[true, false]]",
        }],
        udf: "kql_equals_ignore_case",
        body: BODY,
        negated: false,
    },
    TextOperator {
        name: "!~",
        summary: "False where the texts are the same, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "CAFÉ" !~ "café", b = "cafe" !~ "café""#,
            rows: "[[false, true]]",
        }],
        udf: "kql_equals_ignore_case",
        body: BODY,
        negated: true,
    },
];
