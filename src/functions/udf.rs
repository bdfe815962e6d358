//! A UDF from a plain function, so that a function's file holds its meaning and little else.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::symbols::ScalarType;
use crate::symbols::arrow::{WIDE_DECIMAL, data_type};

/// The body of a UDF: arguments (arrays or constants) and the number of rows.
pub type Body = fn(&[ColumnarValue], usize) -> Result<ColumnarValue>;

/// A UDF named `name` over KQL types. `variadic`: the last type may come any number of times (also none).
pub fn scalar(
    name: &'static str,
    inputs: &[ScalarType],
    variadic: bool,
    output: ScalarType,
    body: Body,
) -> ScalarUDF {
    let inputs = inputs.iter().map(|ty| data_type(*ty)).collect();
    over_types(name, inputs, variadic, data_type(output), body)
}

/// A UDF over one decimal, of the usual width or a wide one, as it comes.
pub fn of_any_decimal(name: &'static str, output: ScalarType, body: Body) -> ScalarUDF {
    ScalarUDF::new_from_impl(KqlUdf {
        name,
        inputs: vec![data_type(ScalarType::Decimal)],
        variadic: false,
        output: data_type(output),
        signature: Signature::user_defined(Volatility::Immutable),
        takes_wide: true,
        body,
    })
}

/// A UDF over any Arrow types: for steps between two UDFs, whose values no KQL type has.
pub fn over_types(
    name: &'static str,
    inputs: Vec<DataType>,
    variadic: bool,
    output: DataType,
    body: Body,
) -> ScalarUDF {
    ScalarUDF::new_from_impl(KqlUdf {
        name,
        inputs,
        variadic,
        output,
        signature: Signature::user_defined(Volatility::Immutable),
        takes_wide: false,
        body,
    })
}

#[derive(Debug)]
struct KqlUdf {
    name: &'static str,
    inputs: Vec<DataType>,
    variadic: bool,
    output: DataType,
    signature: Signature,
    /// Whether a wide decimal comes as it is.
    takes_wide: bool,
    body: Body,
}

// The name says it all: two UDFs of one name are one function.
impl PartialEq for KqlUdf {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for KqlUdf {}

impl Hash for KqlUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for KqlUdf {
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
        let fixed = self.inputs.len() - usize::from(self.variadic);
        let fits = match self.variadic {
            true => given.len() >= fixed,
            false => given.len() == fixed,
        };
        if !fits {
            return datafusion::common::plan_err!(
                "{} takes {} arguments, not {}",
                self.name,
                self.inputs.len(),
                given.len()
            );
        }
        let declared = |i: usize| self.inputs[i.min(self.inputs.len() - 1)].clone();
        Ok(given
            .iter()
            .enumerate()
            .map(
                |(i, given)| match self.takes_wide && *given == WIDE_DECIMAL {
                    true => WIDE_DECIMAL,
                    false => declared(i),
                },
            )
            .collect())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        (self.body)(&args.args, args.number_rows)
    }
}

/// The arguments as arrays of `rows` rows, and a constant where all are constants: for bodies that
/// work row by row and do not gain from constants.
pub fn row_wise(
    arguments: &[ColumnarValue],
    rows: usize,
    body: impl Fn(&[ArrayRef]) -> Result<ArrayRef>,
) -> Result<ColumnarValue> {
    let constant = !arguments.is_empty()
        && arguments
            .iter()
            .all(|a| matches!(a, ColumnarValue::Scalar(_)));
    let rows = if constant { 1 } else { rows };
    let arrays = arguments
        .iter()
        .map(|a| a.to_array(rows))
        .collect::<Result<Vec<_>>>()?;
    let result = body(&arrays)?;
    if constant {
        let scalar = datafusion::common::ScalarValue::try_from_array(&result, 0)?;
        return Ok(ColumnarValue::Scalar(scalar));
    }
    Ok(ColumnarValue::Array(Arc::clone(&result)))
}
