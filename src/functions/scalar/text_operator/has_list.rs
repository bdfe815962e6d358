//! `has_any` and `has_all`: whether the text holds one, or each, of a list's items as a whole term.
//!
//! The list is literals, dynamic arrays, or both. An empty list gives false and true.

use datafusion::logical_expr::ScalarUDF;

use super::{list, predicate};
use crate::functions::matching::{Kind, Place};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::udf::{self, Body};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;

/// `has_any` or `has_all`.
#[derive(Debug)]
pub struct HasList {
    name: &'static str,
    summary: &'static str,
    examples: &'static [Example],
    /// Over single items, and over an array as JSON text.
    udfs: [(&'static str, Body); 2],
    combine: fn(Vec<Sql>) -> Sql,
}

pub static OPERATORS: [HasList; 2] = [
    HasList {
        name: "has_any",
        summary: "True where the text holds one of the items as a whole term, ignoring case.",
        examples: &[
            Example {
                kql: r#"print a = "run AnyDesk.exe" has_any ("teamviewer", "anydesk"), b = "anydesks" has_any ("teamviewer", "anydesk")"#,
                rows: "[[true, false]]",
            },
            Example {
                kql: r#"print a = "run AnyDesk.exe" has_any (dynamic(["teamviewer", "anydesk"]))"#,
                rows: "[[true]]",
            },
        ],
        udfs: [
            ("kql_has_any", |a, n| {
                predicate::needles(Kind::any(Place::Term), a, n)
            }),
            ("kql_has_any_dynamic", |a, n| {
                predicate::dynamic_needles(Kind::any(Place::Term), a, n)
            }),
        ],
        combine: |calls| sql::or(calls),
    },
    HasList {
        name: "has_all",
        summary: "True where the text holds each of the items as a whole term, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "Skilled Manual" has_all ("manual", "skilled"), b = "Manual" has_all ("manual", "skilled")"#,
            rows: "[[true, false]]",
        }],
        udfs: [
            ("kql_has_all", |a, n| {
                predicate::needles(Kind::all(Place::Term), a, n)
            }),
            ("kql_has_all_dynamic", |a, n| {
                predicate::dynamic_needles(Kind::all(Place::Term), a, n)
            }),
        ],
        combine: |calls| sql::and(calls),
    },
];

const SIGNATURE: Signature = Signature::repeating(
    &[
        Parameter::new("subject", Accepts::Exactly(ScalarType::String)),
        Parameter::new(
            "item",
            Accepts::OneOf(&[ScalarType::String, ScalarType::Dynamic]),
        ),
    ],
    1,
);

impl ScalarFunction for HasList {
    fn name(&self) -> &'static str {
        self.name
    }

    fn category(&self) -> Category {
        Category::Operator
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn examples(&self) -> &'static [Example] {
        self.examples
    }

    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn return_type(&self, _: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        Ok(ScalarType::Bool)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let [subject, items @ ..] = arguments else {
            return Err(ArgumentFault::call("a list operator needs a subject"));
        };
        let [(single, _), (dynamic, _)] = self.udfs;
        let items = list::take_apart(items);
        let mut calls = Vec::new();
        if !items.single.is_empty() || items.arrays.is_empty() {
            let mut arguments = vec![subject.sql.clone()];
            arguments.extend(items.single);
            calls.push(sql::call(single, arguments));
        }
        for array in items.arrays {
            calls.push(sql::call(dynamic, vec![subject.sql.clone(), array]));
        }
        Ok((self.combine)(calls))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        let [(single, over_items), (dynamic, over_array)] = self.udfs;
        let text = ScalarType::String;
        vec![
            udf::scalar(single, &[text, text], true, ScalarType::Bool, over_items),
            udf::scalar(
                dynamic,
                &[text, ScalarType::Dynamic],
                false,
                ScalarType::Bool,
                over_array,
            ),
        ]
    }
}
