//! An operator between a text and one needle.
//!
//! In: what tells such operators apart. Out: their SQL, `kql_<name>(subject, needle)`.

use datafusion::logical_expr::ScalarUDF;

use crate::functions::signature::{Accepts, Parameter};
use crate::functions::udf::{self, Body};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;

/// A binary operator on strings whose meaning is one predicate, or the opposite of one.
#[derive(Debug)]
pub struct TextOperator {
    pub name: &'static str,
    pub summary: &'static str,
    pub examples: &'static [Example],
    /// The UDF of the predicate; a negated operator shares that of its positive form.
    pub udf: &'static str,
    pub body: Body,
    pub negated: bool,
}

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("subject", Accepts::Exactly(ScalarType::String)),
    Parameter::new("needle", Accepts::Exactly(ScalarType::String)),
]);

impl ScalarFunction for TextOperator {
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
        let arguments = arguments.iter().map(|a| a.sql.clone()).collect();
        let call = sql::call(self.udf, arguments);
        Ok(if self.negated { sql::not(call) } else { call })
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        let inputs = [ScalarType::String, ScalarType::String];
        vec![udf::scalar(
            self.udf,
            &inputs,
            false,
            ScalarType::Bool,
            self.body,
        )]
    }
}
