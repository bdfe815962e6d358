//! The shell of a window UDF: a body over all rows of a partition, in their order.
//!
//! In: the arguments' values for the whole partition. Out: one value a row. What always holds: arguments
//! come in the one Arrow type of their KQL type; the first one's type may be any.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};

/// The values of each argument, and the number of rows.
pub type Body = fn(&[ArrayRef], usize) -> Result<ArrayRef>;

/// What an argument or the result of a window UDF is.
#[derive(Debug, Clone)]
pub enum Type {
    /// Of the type of the first argument.
    First,
    Of(DataType),
}

/// The window UDF of this name.
pub fn window(name: &'static str, inputs: Vec<Type>, output: Type, body: Body) -> WindowUDF {
    WindowUDF::new_from_impl(KqlUdwf {
        name,
        inputs,
        output,
        signature: Signature::user_defined(Volatility::Immutable),
        body,
    })
}

#[derive(Debug)]
struct KqlUdwf {
    name: &'static str,
    inputs: Vec<Type>,
    output: Type,
    signature: Signature,
    body: Body,
}

// The name says it all: two UDFs of one name are one function.
impl PartialEq for KqlUdwf {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for KqlUdwf {}

impl Hash for KqlUdwf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl KqlUdwf {
    fn resolve(ty: &Type, first: Option<&DataType>) -> Result<DataType> {
        match (ty, first) {
            (Type::Of(ty), _) => Ok(ty.clone()),
            (Type::First, Some(DataType::Utf8 | DataType::LargeUtf8)) => Ok(DataType::Utf8View),
            (Type::First, Some(ty)) => Ok(ty.clone()),
            (Type::First, None) => plan_err!("an argument is missing"),
        }
    }
}

impl WindowUDFImpl for KqlUdwf {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() != self.inputs.len() {
            return plan_err!(
                "{} takes {} arguments, not {}",
                self.name,
                self.inputs.len(),
                given.len()
            );
        }
        let first = given.first();
        self.inputs
            .iter()
            .map(|ty| Self::resolve(ty, first))
            .collect()
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        let first = args.input_fields().first().map(|f| f.data_type());
        let ty = Self::resolve(&self.output, first)?;
        Ok(Arc::new(Field::new(args.name(), ty, true)))
    }

    fn partition_evaluator(
        &self,
        _: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Whole(self.body)))
    }
}

#[derive(Debug)]
struct Whole(Body);

impl PartitionEvaluator for Whole {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let result = (self.0)(values, rows)?;
        match result.len() == rows {
            true => Ok(result),
            false => exec_err!("a window function gave {} of {rows} rows", result.len()),
        }
    }
}
