//! `kql_expand(pairs, limit, values…)`: the rows that mv-expand makes of one, as a list of structs.
//!
//! In: whether a bag's members are `[key, value]`, the most rows, and dynamic values. Out: a list with a
//! struct for each element: `c0`, `c1`, … the values' elements, `i` their place. What always holds: null
//! gives one row of null, an empty array or bag none; a shorter array is filled up with null.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListArray, StringViewBuilder, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::json::{self, Kind};
use super::scalar::definition::{Definition, Form, Gives, Udf};
use super::scalar::rows::{Text, map2};
use super::signature::{Accepts, Parameter, Signature as Signatures};
use super::udf::row_wise;
use super::{Category, ScalarFunction};
use crate::symbols::ScalarType;

pub const EXPAND: &str = "kql_expand";

/// The field of a row's struct that holds an element of the value at this place.
pub fn element_field(index: usize) -> String {
    format!("c{index}")
}

/// The field of a row's struct that holds its place.
pub const PLACE_FIELD: &str = "i";

/// The UDFs.
pub fn udfs() -> Vec<ScalarUDF> {
    let expand = ScalarUDF::new_from_impl(Expand {
        signature: Signature::user_defined(Volatility::Immutable),
    });
    ELEMENT.udfs().into_iter().chain([expand]).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Expand {
    signature: Signature,
}

impl Hash for Expand {
    fn hash<H: Hasher>(&self, state: &mut H) {
        EXPAND.hash(state);
    }
}

fn fields(values: usize) -> Fields {
    let element = |i| Field::new(element_field(i), DataType::Utf8View, true);
    (0..values)
        .map(element)
        .chain([Field::new(PLACE_FIELD, DataType::Int64, true)])
        .collect()
}

fn list_field(values: usize) -> Field {
    Field::new_list_field(DataType::Struct(fields(values)), true)
}

impl ScalarUDFImpl for Expand {
    fn name(&self) -> &str {
        EXPAND
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() < 3 {
            return plan_err!("{EXPAND} takes at least 3 arguments");
        }
        let fixed = [DataType::Boolean, DataType::Int64];
        let values = given.iter().skip(2).map(|_| DataType::Utf8View);
        Ok(fixed.into_iter().chain(values).collect())
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(list_field(
            given.len().saturating_sub(2),
        ))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        row_wise(&args.args, args.number_rows, expand)
    }
}

/// `(element, type)`: the element where `to typeof(type)` takes it, else null. The type is only a claim about
/// the elements: a number is never read from a text, nor a time from a number.
/// <https://learn.microsoft.com/kusto/query/mv-expand-operator>
pub static ELEMENT: Definition = Definition {
    name: "mv-expand",
    aliases: &[],
    category: Category::Operator,
    summary: "An element where it is of a type.",
    examples: &[],
    signature: Signatures::new(&[
        Parameter::new("element", Accepts::Exactly(ScalarType::Dynamic)),
        Parameter::new("type", Accepts::Exactly(ScalarType::String)).constant(),
    ]),
    gives: Gives::Always(ScalarType::Dynamic),
    form: Form::Udf(Udf::new(
        "kql_of_type",
        &[ScalarType::Dynamic, ScalarType::String],
        ScalarType::Dynamic,
        |a, n| {
            map2::<Text, Text, Text>(a, n, |element, ty| {
                is_of(json::trusted(element), ty).then(|| element.to_owned())
            })
        },
    )),
};

/// Kusto takes any number for a number and a whole one for a bool; timespans and decimals it takes of nothing.
fn is_of(element: json::Node<'_>, ty: &str) -> bool {
    let whole = || matches!(element.number(), Some(json::Number::Long(_)));
    match element.kind() {
        Kind::Number => matches!(ty, "int" | "long" | "real") || ty == "bool" && whole(),
        Kind::Bool => ty == "bool",
        Kind::String => matches!(ty, "datetime" | "guid"),
        Kind::Null | Kind::Array | Kind::Object => false,
    }
}

/// The elements of a value, as JSON; None is null.
fn elements(text: Option<&str>, pairs: bool) -> Vec<Option<Cow<'_, str>>> {
    let Some(text) = text else {
        return vec![None];
    };
    let node = json::trusted(text);
    let element = |node: json::Node<'_>| match node.kind() {
        Kind::Null => None,
        Kind::Bool | Kind::Number | Kind::String | Kind::Array | Kind::Object => {
            Some(Cow::Owned(json::compact(node.text()).into_owned()))
        }
    };
    match node.kind() {
        Kind::Null => vec![None],
        Kind::Bool | Kind::Number | Kind::String => vec![Some(Cow::Borrowed(text))],
        Kind::Array => node.elements().map(element).collect(),
        Kind::Object => node
            .members()
            .map(|(key, value)| {
                let value = json::compact(value.text());
                Some(Cow::Owned(match pairs {
                    true => format!("[{key},{value}]"),
                    false => format!("{{{key}:{value}}}"),
                }))
            })
            .collect(),
    }
}

fn expand(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let pairs = arguments[0].as_boolean();
    let limits = arguments[1].as_primitive::<Int64Type>();
    let values: Vec<_> = arguments[2..].iter().map(|a| a.as_string_view()).collect();
    let mut columns: Vec<_> = values.iter().map(|_| StringViewBuilder::new()).collect();
    let mut places = Vec::new();
    let mut lengths = Vec::with_capacity(pairs.len());
    for row in 0..pairs.len() {
        let as_pairs = pairs.is_valid(row) && pairs.value(row);
        let parts: Vec<_> = values
            .iter()
            .map(|v| elements(v.is_valid(row).then(|| v.value(row)), as_pairs))
            .collect();
        let most = match limits.is_valid(row) {
            true => usize::try_from(limits.value(row)).unwrap_or(0),
            false => usize::MAX,
        };
        let length = parts.iter().map(Vec::len).max().unwrap_or(0).min(most);
        for (part, column) in parts.iter().zip(&mut columns) {
            for index in 0..length {
                column.append_option(part.get(index).and_then(Option::as_deref));
            }
        }
        places.extend((0_i64..).take(length));
        lengths.push(length);
    }
    let count = values.len();
    let arrays: Vec<ArrayRef> = columns
        .iter_mut()
        .map(|column| Arc::new(column.finish()) as ArrayRef)
        .chain([Arc::new(Int64Array::from(places)) as ArrayRef])
        .collect();
    let structs = StructArray::try_new(fields(count), arrays, None)?;
    let list = ListArray::try_new(
        Arc::new(list_field(count)),
        OffsetBuffer::from_lengths(lengths),
        Arc::new(structs),
        None,
    )?;
    Ok(Arc::new(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, pairs: bool) -> Vec<Option<String>> {
        let found = elements(Some(text), pairs);
        found.into_iter().map(|e| e.map(Cow::into_owned)).collect()
    }

    #[test]
    fn a_type_is_a_claim_about_elements() {
        let fits = |text, ty| is_of(json::trusted(text), ty);
        for (text, types) in [
            ("1", "int long real bool"),
            ("2.5", "int long real"),
            ("true", "bool"),
            ("\"12\"", "datetime guid"),
            ("null", ""),
            ("[1]", ""),
        ] {
            for ty in [
                "bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid",
            ] {
                let wanted = types.split(' ').any(|t| t == ty);
                assert_eq!(fits(text, ty), wanted, "{text} to {ty}");
            }
        }
    }

    #[test]
    fn a_value_gives_its_elements() {
        let some = |texts: &[&str]| -> Vec<Option<String>> {
            texts.iter().map(|t| Some((*t).to_owned())).collect()
        };
        assert_eq!(
            parts("[1, \"a\", {\"b\": 2}]", false),
            some(&["1", "\"a\"", "{\"b\":2}"])
        );
        assert_eq!(
            parts("{\"a\": 1, \"b\": [2]}", false),
            some(&["{\"a\":1}", "{\"b\":[2]}"])
        );
        assert_eq!(
            parts("{\"a\": 1, \"b\": [2]}", true),
            some(&["[\"a\",1]", "[\"b\",[2]]"])
        );
        assert_eq!(parts("\"x\"", false), some(&["\"x\""]));
        assert_eq!(parts("[null]", false), [None]);
        assert_eq!(parts("null", false), [None]);
        assert_eq!(elements(None, false), [None]);
        assert!(parts("[]", false).is_empty());
        assert!(parts("{}", true).is_empty());
    }
}
