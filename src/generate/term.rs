//! What a cell of a planted row must be, as terms over the cells of the rows below.
//!
//! In: bound expressions, and the terms of the columns that they stand over. Out: [`Term`]s, constants
//! folded where the answer to a goal may hang on them. What always holds: a term names cells by number and
//! never a column; what is not understood is [`Term::Unknown`], of which nothing is demanded.

use std::rc::Rc;

use crate::functions::Value;
use crate::symbols::{ScalarType, TICKS_PER_DAY};
use crate::syntax::ast::ListOp;

use super::witness::Witness;

/// The number of a cell: a column of one planted row.
pub(super) type Id = usize;

/// A value of a row, by what it is made of.
#[derive(Debug, Clone)]
pub(super) enum Term {
    Cell(Id),
    Value(Value),
    /// `now()`.
    AsOf,
    Call {
        name: &'static str,
        arguments: Vec<Rc<Term>>,
    },
    /// An aggregate over the group of this number.
    Group {
        name: &'static str,
        arguments: Vec<Rc<Term>>,
        group: usize,
    },
    /// `subject in (table)`; the table's first column is that of one of the witnesses.
    InTable {
        operator: ListOp,
        subject: Rc<Term>,
        witnesses: Vec<Witness>,
    },
    Unknown,
}

impl Term {
    pub(super) fn call(name: &'static str, arguments: Vec<Rc<Term>>) -> Rc<Term> {
        let folded = fold(name, &arguments);
        Rc::new(folded.unwrap_or(Term::Call { name, arguments }))
    }

    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Term::Value(value) => Some(value),
            Term::Cell(_)
            | Term::AsOf
            | Term::Call { .. }
            | Term::Group { .. }
            | Term::InTable { .. }
            | Term::Unknown => None,
        }
    }

    /// The text that a constant reads as.
    pub(super) fn constant_text(&self) -> Option<String> {
        self.value().and_then(text_of)
    }

    /// The cells that it is made of.
    pub(super) fn cells(&self) -> Vec<Id> {
        match self {
            Term::Cell(id) => vec![*id],
            Term::Call { arguments, .. } | Term::Group { arguments, .. } => {
                arguments.iter().flat_map(|a| a.cells()).collect()
            }
            Term::InTable { subject, .. } => subject.cells(),
            Term::Value(_) | Term::AsOf | Term::Unknown => Vec::new(),
        }
    }
}

/// The text of a constant, as `tostring` gives it for those types that a text is compared with.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) | Value::Guid(text) | Value::Decimal(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Long(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Dynamic(json) => Some(match serde_json::from_str(json) {
            Ok(serde_json::Value::String(text)) => text,
            _ => json.clone(),
        }),
        Value::Null(ScalarType::Dynamic) => Some(String::new()),
        Value::Null(_) | Value::DateTime(_) | Value::TimeSpan(_) => None,
    }
}

/// The value of a call over constants, for the few calls that stand between a literal and its comparison.
fn fold(name: &str, arguments: &[Rc<Term>]) -> Option<Term> {
    let values: Option<Vec<&Value>> = arguments.iter().map(|a| a.value()).collect();
    let values = values?;
    let value = match (name, values.as_slice()) {
        ("strcat", parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(|v| text_of(v)).collect();
            Value::String(parts?.concat())
        }
        ("tolower", [text]) => Value::String(text_of(text)?.to_lowercase()),
        ("toupper", [text]) => Value::String(text_of(text)?.to_uppercase()),
        ("tostring", [text]) => Value::String(text_of(text)?),
        ("parse_json", [Value::String(json)])
            if serde_json::from_str::<serde_json::Value>(json).is_ok() =>
        {
            Value::Dynamic(json.clone())
        }
        ("parse_json", [Value::Dynamic(json)]) => Value::Dynamic(json.clone()),
        ("tolong" | "toint", [Value::Long(n)]) => Value::Long(*n),
        ("tolong" | "toint", [Value::Int(n)]) => Value::Long(i64::from(*n)),
        ("tolong" | "toint", [Value::String(text)]) => Value::Long(text.trim().parse().ok()?),
        ("-x", [Value::TimeSpan(ticks)]) => Value::TimeSpan(ticks.checked_neg()?),
        ("-x", [Value::Long(n)]) => Value::Long(n.checked_neg()?),
        ("-x", [Value::Int(n)]) => Value::Int(n.checked_neg()?),
        ("-x", [Value::Real(n)]) => Value::Real(-n),
        (
            "*",
            [Value::TimeSpan(ticks), Value::Long(n)] | [Value::Long(n), Value::TimeSpan(ticks)],
        ) => Value::TimeSpan(ticks.checked_mul(*n)?),
        ("*", [Value::Long(a), Value::Long(b)]) => Value::Long(a.checked_mul(*b)?),
        ("+", [Value::Long(a), Value::Long(b)]) => Value::Long(a.checked_add(*b)?),
        ("-", [Value::Long(a), Value::Long(b)]) => Value::Long(a.checked_sub(*b)?),
        ("pack_array", items) => Value::Dynamic(json_array(items)),
        ("split", [Value::String(text), Value::String(separator)]) if !separator.is_empty() => {
            Value::Dynamic(
                serde_json::to_string(&text.split(separator.as_str()).collect::<Vec<_>>()).ok()?,
            )
        }
        ("startofday" | "bin", [Value::DateTime(ticks), ..]) => {
            Value::DateTime(ticks - ticks.rem_euclid(TICKS_PER_DAY))
        }
        ("not", [Value::Bool(flag)]) => Value::Bool(!flag),
        _ => return None,
    };
    Some(Term::Value(value))
}

fn json_array(items: &[&Value]) -> String {
    let items = items.iter().map(|item| match item {
        Value::Dynamic(json) => serde_json::from_str(json).unwrap_or_default(),
        Value::Long(n) => (*n).into(),
        Value::Bool(flag) => (*flag).into(),
        other => serde_json::Value::from(text_of(other).unwrap_or_default()),
    });
    serde_json::Value::Array(items.collect()).to_string()
}

/// The items of a constant list: those of an array, or the value itself.
pub(super) fn items(term: &Term) -> Option<Vec<Value>> {
    let Value::Dynamic(json) = term.value()? else {
        return Some(vec![term.value()?.clone()]);
    };
    let parsed: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(match parsed {
        serde_json::Value::Array(items) => items.iter().map(of_json).collect(),
        other => vec![of_json(&other)],
    })
}

/// A member or element of a constant.
pub(super) fn of_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Long(whole),
            None => Value::Real(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::Null => Value::Null(ScalarType::Dynamic),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            Value::Dynamic(json.to_string())
        }
    }
}
