//! The bodies of the predicate UDFs: a subject and its needles as arrays or constants.
//!
//! In: UDF arguments, strings. Out: a Boolean for each row, never NULL. What always holds: constant
//! needles are compiled once and kept; needles that differ by row give the same answers, slower.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ColumnarValue;

use crate::functions::matching::{self, Kind, Matcher, Quantifier};

/// A constant string argument; NULL is `""`. None where the argument is an array.
pub fn constant(argument: &ColumnarValue) -> Option<&str> {
    match argument {
        ColumnarValue::Array(_) => None,
        ColumnarValue::Scalar(value) => value.try_as_str().map(Option::unwrap_or_default),
    }
}

/// `kql_name(subject, needle, …)`: the needles are the further arguments.
pub fn needles(kind: Kind, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let [subject, needles @ ..] = arguments else {
        return datafusion::common::exec_err!("a string predicate needs a subject");
    };
    if let Some(constants) = needles.iter().map(constant).collect::<Option<Vec<_>>>() {
        return with_matcher(&matching::matcher(kind, &constants), subject);
    }
    let subject = matching::strings(&subject.to_array(rows)?)?;
    let needles = needles
        .iter()
        .map(|n| matching::strings(&n.to_array(rows)?))
        .collect::<Result<Vec<_>>>()?;
    // One needle at a time: a row's needles are not worth an automaton.
    let mut columns: Vec<Memo> = needles.iter().map(|_| Memo::new(kind)).collect();
    let mut scratch = String::new();
    let values = BooleanBuffer::collect_bool(rows, |row| {
        let text = text(&subject, row);
        let mut each = columns
            .iter_mut()
            .zip(&needles)
            .map(|(memo, array)| memo.get(self::text(array, row), |n| vec![n.to_owned()]))
            .map(|matcher| matcher.is_match(text, &mut scratch));
        match kind.quantifier {
            Quantifier::Any => each.any(|b| b),
            Quantifier::All => each.all(|b| b),
        }
    });
    Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(
        values, None,
    ))))
}

/// `kql_name_dynamic(subject, array)`: the needles are the items of a dynamic array, as JSON text.
pub fn dynamic_needles(
    kind: Kind,
    arguments: &[ColumnarValue],
    rows: usize,
) -> Result<ColumnarValue> {
    let [subject, list] = arguments else {
        return datafusion::common::exec_err!("a list predicate needs a subject and a list");
    };
    if let Some(json) = constant(list) {
        let items = super::list::items(json);
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        return with_matcher(&matching::matcher(kind, &items), subject);
    }
    let subject = matching::strings(&subject.to_array(rows)?)?;
    let list = matching::strings(&list.to_array(rows)?)?;
    let mut memo = Memo::new(kind);
    let mut scratch = String::new();
    let values = BooleanBuffer::collect_bool(rows, |row| {
        memo.get(text(&list, row), super::list::items)
            .is_match(text(&subject, row), &mut scratch)
    });
    Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(
        values, None,
    ))))
}

fn with_matcher(matcher: &Matcher, subject: &ColumnarValue) -> Result<ColumnarValue> {
    match subject {
        ColumnarValue::Array(array) => {
            let result = matching::evaluate(matcher, &matching::strings(array)?);
            Ok(ColumnarValue::Array(Arc::new(result)))
        }
        ColumnarValue::Scalar(_) => {
            let text = constant(subject).unwrap_or_default();
            let result = matcher.is_match(text, &mut String::new());
            Ok(ColumnarValue::Scalar(ScalarValue::Boolean(Some(result))))
        }
    }
}

fn text(array: &StringViewArray, row: usize) -> &str {
    if array.is_null(row) {
        ""
    } else {
        array.value(row)
    }
}

/// The matcher of the row before: neighbours often ask for the same needles.
struct Memo {
    kind: Kind,
    source: String,
    matcher: Option<Matcher>,
}

impl Memo {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            source: String::new(),
            matcher: None,
        }
    }

    fn get(&mut self, source: &str, needles: impl FnOnce(&str) -> Vec<String>) -> &Matcher {
        if self.source != source {
            source.clone_into(&mut self.source);
            self.matcher = None;
        }
        let kind = self.kind;
        self.matcher.get_or_insert_with(|| {
            let needles = needles(source);
            let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
            Matcher::new(kind, &needles)
        })
    }
}
