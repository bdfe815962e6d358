//! The UDFs that read texts: `kql_parse(text, spec)` gives the list of the columns' texts, null where the
//! text does not fit; `kql_parsed(list, column)` one of them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, AsArray, ListBuilder, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::common::{DataFusionError, Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::spec::{Reader, Spec};

pub(super) const PARSE: &str = "kql_parse";
pub(super) const PARSED: &str = "kql_parsed";

pub fn udfs() -> Vec<ScalarUDF> {
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8View, true)));
    [
        Udf {
            name: PARSE,
            inputs: vec![DataType::Utf8View, DataType::Utf8View],
            output: list.clone(),
            signature: Signature::user_defined(Volatility::Immutable),
            body: parse,
        },
        Udf {
            name: PARSED,
            inputs: vec![list, DataType::Int64],
            output: DataType::Utf8View,
            signature: Signature::user_defined(Volatility::Immutable),
            body: parsed,
        },
    ]
    .map(ScalarUDF::new_from_impl)
    .into()
}

#[derive(Debug)]
struct Udf {
    name: &'static str,
    inputs: Vec<DataType>,
    output: DataType,
    signature: Signature,
    body: fn(&ScalarFunctionArgs) -> Result<ColumnarValue>,
}

// The name says it all.
impl PartialEq for Udf {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Udf {}

impl Hash for Udf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Udf {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.output.clone())
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given.len() == self.inputs.len() {
            true => Ok(self.inputs.clone()),
            false => plan_err!("{} takes {} arguments", self.name, self.inputs.len()),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        (self.body)(&args)
    }
}

fn parse(args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
    let texts = args.args[0].to_array(args.number_rows)?;
    let texts = texts.as_string_view();
    let specs = args.args[1].to_array(args.number_rows.max(1))?;
    let spec = specs.as_string_view().value(0);
    let reader: Reader = Spec::reader(spec)
        .map_err(|fault| DataFusionError::Execution(format!("parse: {fault}")))?;
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for row in 0..args.number_rows {
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

fn parsed(args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
    let lists = args.args[0].to_array(args.number_rows)?;
    let lists = lists.as_list::<i32>();
    let places = args.args[1].to_array(args.number_rows.max(1))?;
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
