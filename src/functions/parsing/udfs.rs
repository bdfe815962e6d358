//! The UDFs that read texts: `kql_parse(text, spec)` gives the list of the columns' texts, null where the
//! text does not fit; `kql_parsed(list, column)` one of them.

use std::sync::Arc;

use arrow::array::{Array, AsArray, ListBuilder, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};

use super::spec::{Reader, Spec};
use crate::functions::udf;

pub(super) const PARSE: &str = "kql_parse";
pub(super) const PARSED: &str = "kql_parsed";

pub fn udfs() -> Vec<ScalarUDF> {
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8View, true)));
    let text = DataType::Utf8View;
    vec![
        udf::over_types(
            PARSE,
            vec![text.clone(), text.clone()],
            false,
            list.clone(),
            parse,
        ),
        udf::over_types(PARSED, vec![list, DataType::Int64], false, text, parsed),
    ]
}

fn parse(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let texts = arguments[0].to_array(rows)?;
    let texts = texts.as_string_view();
    let specs = arguments[1].to_array(rows.max(1))?;
    let spec = specs.as_string_view().value(0);
    let reader: Reader = Spec::reader(spec)
        .map_err(|fault| DataFusionError::Execution(format!("parse: {fault}")))?;
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for row in 0..rows {
        let text = match texts.is_null(row) {
            true => "",
            false => texts.value(row),
        };
        match reader.read(text) {
            Some(found) => {
                for value in found {
                    lists.values().append_option(value);
                }
                lists.append(true);
            }
            None => lists.append(false),
        }
    }
    Ok(ColumnarValue::Array(Arc::new(lists.finish())))
}

fn parsed(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let lists = arguments[0].to_array(rows)?;
    let lists = lists.as_list::<i32>();
    let places = arguments[1].to_array(rows.max(1))?;
    let place = usize::try_from(places.as_primitive::<Int64Type>().value(0)).unwrap_or(usize::MAX);
    let values = lists.values().as_string_view();
    let mut out = StringViewBuilder::with_capacity(lists.len());
    for row in 0..lists.len() {
        let offsets = lists.value_offsets();
        let at = usize::try_from(offsets[row])
            .unwrap_or(0)
            .saturating_add(place);
        let end = usize::try_from(offsets[row + 1]).unwrap_or(0);
        match lists.is_null(row) || at >= end || values.is_null(at) {
            true => out.append_null(),
            false => out.append_value(values.value(at)),
        }
    }
    Ok(ColumnarValue::Array(Arc::new(out.finish())))
}
