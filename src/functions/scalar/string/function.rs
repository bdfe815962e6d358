//! A function on strings that is one UDF.
//!
//! In: its names, types and body. Out: the registry's view of it. What always holds: an argument that the
//! UDF takes as a string and that is none is converted as `tostring` does.

use datafusion::logical_expr::ScalarUDF;

use crate::functions::udf::{self, Body};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument,
    registry, sql,
};
use crate::symbols::ScalarType;

/// A function whose SQL is a call of its UDF.
#[derive(Debug)]
pub struct StringFunction {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub category: Category,
    pub summary: &'static str,
    pub examples: &'static [Example],
    pub signature: Signature,
    pub returns: ScalarType,
    pub udf: Udf,
    /// A fault that only the constants show, as a bad pattern.
    pub check: fn(&[Argument]) -> Result<(), ArgumentFault>,
}

/// The UDF of a function.
#[derive(Debug)]
pub struct Udf {
    pub name: &'static str,
    pub inputs: &'static [ScalarType],
    /// The last input may come any number of times.
    pub variadic: bool,
    pub body: Body,
}

impl Udf {
    /// The UDF itself, with this type of result.
    pub fn make(&self, returns: ScalarType) -> ScalarUDF {
        udf::scalar(self.name, self.inputs, self.variadic, returns, self.body)
    }
}

/// For functions without a fault of their own.
pub fn no_check(_: &[Argument]) -> Result<(), ArgumentFault> {
    Ok(())
}

/// An argument as a string, converted as `tostring` does where it is none.
pub fn as_text(argument: &SqlArgument) -> Result<Sql, ArgumentFault> {
    if matches!(argument.ty, ScalarType::String | ScalarType::Guid) {
        return Ok(argument.sql.clone());
    }
    registry::scalar("tostring")
        .ok_or_else(|| ArgumentFault::unsupported("tostring is not supported"))?
        .sql(std::slice::from_ref(argument), ScalarType::String)
}

impl ScalarFunction for StringFunction {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn category(&self) -> Category {
        self.category
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn examples(&self) -> &'static [Example] {
        self.examples
    }

    fn signature(&self) -> Signature {
        self.signature
    }

    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        (self.check)(arguments)?;
        Ok(self.returns)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let last = self.udf.inputs.last();
        let arguments = arguments
            .iter()
            .enumerate()
            .map(
                |(index, argument)| match self.udf.inputs.get(index).or(last) {
                    Some(ScalarType::String) => as_text(argument),
                    Some(_) | None => Ok(argument.sql.clone()),
                },
            )
            .collect::<Result<_, _>>()?;
        Ok(sql::call(self.udf.name, arguments))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        vec![self.udf.make(self.returns)]
    }
}
