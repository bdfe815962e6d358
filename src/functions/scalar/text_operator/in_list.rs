//! `in`, `!in`, `in~` and `!in~`: whether a value is one of a list, for values of every type.
//!
//! The list is literals, other expressions, dynamic arrays, or a mix. Null is in no list, so `!in` keeps
//! it; a string that is SQL NULL is `""`. Constants become SQL `IN`, which statistics can answer, with a
//! test for NULL beside it that makes it two-valued.

use datafusion::logical_expr::ScalarUDF;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr};
use serde_json::Value as Json;

use super::{list, predicate};
use crate::functions::matching::{Kind, Place};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::udf::{self, Body};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, Value,
    registry, sql,
};
use crate::symbols::ScalarType;

/// One of the four forms.
#[derive(Debug)]
pub struct InList {
    name: &'static str,
    summary: &'static str,
    examples: &'static [Example],
    ignore_case: bool,
    negated: bool,
}

pub static OPERATORS: [InList; 4] = [
    InList {
        name: "in",
        summary: "True where the value is one of the list.",
        examples: &[
            Example {
                kql: r#"print a = "b" in ("a", "b"), b = "B" in ("a", "b"), c = 2 in (1, 2), d = 2 in (dynamic([1, 2]))"#,
                rows: "[[true, false, true, true]]",
            },
            Example {
                kql: "datatable(x: long) [1, 3, long(null)] | where x in (1, 2)",
                rows: "[[1]]",
            },
        ],
        ignore_case: false,
        negated: false,
    },
    InList {
        name: "!in",
        summary: "True where the value is not one of the list; null is in no list.",
        examples: &[Example {
            kql: "datatable(x: long) [1, 3, long(null)] | where x !in (1, 2)",
            rows: "[[3], [null]]",
        }],
        ignore_case: false,
        negated: true,
    },
    InList {
        name: "in~",
        summary: "True where the text is one of the list, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "ÄB" in~ ("cd", "äb"), b = "x" in~ ("cd", "äb")"#,
            rows: "[[true, false]]",
        }],
        ignore_case: true,
        negated: false,
    },
    InList {
        name: "!in~",
        summary: "True where the text is not one of the list, ignoring case.",
        examples: &[Example {
            kql: r#"print a = "AB" !in~ ("cd", "ab"), b = "x" !in~ ("cd", "ab")"#,
            rows: "[[false, true]]",
        }],
        ignore_case: true,
        negated: true,
    },
];

const SIGNATURE: Signature = Signature::repeating(
    &[
        Parameter::new("value", Accepts::Any),
        Parameter::new("item", Accepts::Any),
    ],
    1,
);

const IN: (&str, Body) = ("kql_in", |a, n| {
    predicate::needles(Kind::any(Place::Whole).case_sensitive(), a, n)
});
const IN_DYNAMIC: (&str, Body) = ("kql_in_dynamic", |a, n| {
    predicate::dynamic_needles(Kind::any(Place::Whole).case_sensitive(), a, n)
});
const IN_IGNORE_CASE: (&str, Body) = ("kql_in_ignore_case", |a, n| {
    predicate::needles(Kind::any(Place::Whole), a, n)
});
const IN_IGNORE_CASE_DYNAMIC: (&str, Body) = ("kql_in_ignore_case_dynamic", |a, n| {
    predicate::dynamic_needles(Kind::any(Place::Whole), a, n)
});

impl InList {
    fn udf_names(&self) -> (&'static str, &'static str) {
        match self.ignore_case {
            true => (IN_IGNORE_CASE.0, IN_IGNORE_CASE_DYNAMIC.0),
            false => (IN.0, IN_DYNAMIC.0),
        }
    }

    /// Over a text: a string, a GUID, or what a dynamic value reads as.
    fn over_text(&self, subject: Sql, nullable: bool, items: &[SqlArgument]) -> Sql {
        let (single, dynamic) = self.udf_names();
        let mut parts = Vec::new();
        let list::Items {
            single: needles,
            arrays,
        } = list::take_apart(items);
        let constant = needles.iter().all(|n| matches!(n, Expr::Value(_)));
        if !needles.is_empty() {
            parts.push(if constant && !self.ignore_case {
                let empty = needles.contains(&sql::text(""));
                let is_in = in_list(subject.clone(), needles);
                match (nullable, empty) {
                    (false, _) => is_in,
                    (true, true) => sql::or([is_in, sql::is_null(subject.clone())]),
                    (true, false) => sql::and([is_in, sql::is_not_null(subject.clone())]),
                }
            } else {
                let mut arguments = vec![subject.clone()];
                arguments.extend(needles);
                sql::call(single, arguments)
            });
        }
        for array in arrays {
            parts.push(sql::call(dynamic, vec![subject.clone(), array]));
        }
        sql::or(parts)
    }
}

/// Over a value that is no text.
fn over_value(
    subject: &SqlArgument,
    items: &[SqlArgument],
    first: usize,
) -> Result<Sql, ArgumentFault> {
    let mut constants = Vec::new();
    let mut parts = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item.constant {
            Some(Value::Null(_)) => {}
            Some(Value::Dynamic(json)) => constants.extend(
                constant_array(json, subject.ty)
                    .ok_or_else(|| no_array(subject.ty, index + first))?,
            ),
            Some(_) => constants.push(item.sql.clone()),
            None if item.ty == ScalarType::Dynamic => {
                if !matches!(
                    subject.ty,
                    ScalarType::Bool | ScalarType::Int | ScalarType::Long
                ) {
                    return Err(no_array(subject.ty, index + first));
                }
                let text = sql::cast(subject.sql.clone(), ScalarType::String);
                parts.push(sql::and([
                    sql::call(IN_DYNAMIC.0, vec![text, item.sql.clone()]),
                    sql::is_not_null(subject.sql.clone()),
                ]));
            }
            None => parts.push(sql::coalesce(vec![
                sql::binary(BinaryOperator::Eq, subject.sql.clone(), item.sql.clone()),
                sql::boolean(false),
            ])),
        }
    }
    if !constants.is_empty() {
        let is_in = in_list(subject.sql.clone(), constants);
        parts.insert(0, sql::and([is_in, sql::is_not_null(subject.sql.clone())]));
    }
    Ok(sql::or(parts))
}

fn in_list(subject: Sql, list: Vec<Sql>) -> Sql {
    Expr::InList {
        expr: Box::new(subject),
        list,
        negated: false,
    }
}

fn no_array(ty: ScalarType, index: usize) -> ArgumentFault {
    ArgumentFault {
        index: Some(index),
        ..ArgumentFault::unsupported(format!(
            "a dynamic array as the list of a {ty} value is not supported"
        ))
    }
    .with_help("write the items out, or compare strings")
}

/// The items of a constant array that can equal a value of this type; None where the type has no JSON form.
fn constant_array(json: &str, ty: ScalarType) -> Option<Vec<Sql>> {
    let items = match serde_json::from_str(json) {
        Ok(Json::Array(items)) => items,
        Ok(Json::Null) | Err(_) => Vec::new(),
        Ok(single) => vec![single],
    };
    let items = items.iter();
    Some(match ty {
        ScalarType::Bool => items.filter_map(Json::as_bool).map(sql::boolean).collect(),
        ScalarType::Int | ScalarType::Long | ScalarType::Real => items
            .filter_map(|item| match item.as_i64() {
                Some(whole) => Some(Value::Long(whole)),
                None => item.as_f64().map(Value::Real),
            })
            .map(|value| sql::literal(&value))
            .collect(),
        ScalarType::Decimal
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::String
        | ScalarType::Guid
        | ScalarType::Dynamic => return None,
    })
}

/// The text that a dynamic value is compared by, of a constant item.
fn item_text(item: &SqlArgument, index: usize) -> Result<Option<Sql>, ArgumentFault> {
    Ok(Some(match item.constant {
        _ if matches!(
            item.ty,
            ScalarType::String | ScalarType::Guid | ScalarType::Dynamic
        ) =>
        {
            item.sql.clone()
        }
        Some(Value::Null(_)) => return Ok(None),
        Some(Value::Bool(b)) => sql::text(if *b { "true" } else { "false" }),
        Some(Value::Int(n)) => sql::text(&n.to_string()),
        Some(Value::Long(n)) => sql::text(&n.to_string()),
        Some(_) | None => {
            return Err(ArgumentFault {
                index: Some(index),
                ..ArgumentFault::unsupported(format!(
                    "a {} item in the list of a dynamic value is not supported",
                    item.ty
                ))
            }
            .with_help("convert the value first, as with todouble() or todatetime()"));
        }
    }))
}

fn is_text(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::String | ScalarType::Guid)
}

fn comparable(left: ScalarType, right: ScalarType) -> bool {
    left == right
        || left == ScalarType::Dynamic
        || right == ScalarType::Dynamic
        || left.is_numeric() && right.is_numeric()
        || is_text(left) && is_text(right)
}

impl ScalarFunction for InList {
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

    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        let subject = arguments.first().map_or(ScalarType::Dynamic, |a| a.ty);
        if self.ignore_case && !is_text(subject) && subject != ScalarType::Dynamic {
            return Err(ArgumentFault::at(
                0,
                format!("{} compares strings, not {subject}", self.name),
            ));
        }
        for (index, item) in arguments.iter().enumerate().skip(1) {
            if !comparable(subject, item.ty) {
                return Err(ArgumentFault::at(
                    index,
                    format!("a {subject} value cannot be in a list of {}", item.ty),
                ));
            }
        }
        Ok(ScalarType::Bool)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let [subject, items @ ..] = arguments else {
            return Err(ArgumentFault::call("a list operator needs a value"));
        };
        let is_in = if is_text(subject.ty) {
            let nullable = subject.nullable_string || subject.ty == ScalarType::Guid;
            self.over_text(subject.sql.clone(), nullable, items)
        } else if subject.ty == ScalarType::Dynamic {
            let to_string = registry::scalar("tostring")
                .ok_or_else(|| ArgumentFault::unsupported("tostring is not supported"))?;
            let text = to_string.sql(std::slice::from_ref(subject), ScalarType::String)?;
            let mut texts = Vec::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(text) = item_text(item, index + 1)? {
                    texts.push(SqlArgument {
                        sql: text,
                        ty: match item.ty {
                            ScalarType::Dynamic => ScalarType::Dynamic,
                            _ => ScalarType::String,
                        },
                        constant: item.constant.filter(|v| v.ty() == ScalarType::Dynamic),
                        nullable_string: item.nullable_string,
                    });
                }
            }
            self.over_text(text, true, &texts)
        } else {
            over_value(subject, items, 1)?
        };
        Ok(if self.negated { sql::not(is_in) } else { is_in })
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        let text = ScalarType::String;
        let make = |(name, body): (&'static str, Body), last, variadic| {
            udf::scalar(name, &[text, last], variadic, ScalarType::Bool, body)
        };
        vec![
            make(IN, text, true),
            make(IN_DYNAMIC, ScalarType::Dynamic, false),
            make(IN_IGNORE_CASE, text, true),
            make(IN_IGNORE_CASE_DYNAMIC, ScalarType::Dynamic, false),
        ]
    }
}
