//! The functions that the binder puts in place of the operators. No query can call them by name.

use datafusion::logical_expr::ScalarUDF;

use super::udfs::{PARSE, PARSED, udfs};
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;

/// `(text, spec, column)`: the text of a column, SQL NULL for `""` and where the text does not fit.
pub static TEXT: Parsing = Parsing { column: true };

/// `(text, spec)`: whether the text fits.
pub static FITS: Parsing = Parsing { column: false };

#[derive(Debug)]
pub struct Parsing {
    column: bool,
}

const TEXT_AND_SPEC: &[Parameter] = &[
    Parameter::new("text", Accepts::Exactly(ScalarType::String)),
    Parameter::new("spec", Accepts::Exactly(ScalarType::String)).constant(),
];

const TEXT_SPEC_COLUMN: &[Parameter] = &[
    Parameter::new("text", Accepts::Exactly(ScalarType::String)),
    Parameter::new("spec", Accepts::Exactly(ScalarType::String)).constant(),
    Parameter::new("column", Accepts::Exactly(ScalarType::Long)).constant(),
];

impl ScalarFunction for Parsing {
    fn name(&self) -> &'static str {
        match self.column {
            true => "parse",
            false => "parse-where",
        }
    }

    fn category(&self) -> Category {
        Category::Operator
    }

    fn summary(&self) -> &'static str {
        match self.column {
            true => "What a pattern's column takes of a text.",
            false => "Whether a text fits a pattern.",
        }
    }

    fn examples(&self) -> &'static [Example] {
        &[]
    }

    fn signature(&self) -> Signature {
        Signature::new(match self.column {
            true => TEXT_SPEC_COLUMN,
            false => TEXT_AND_SPEC,
        })
    }

    fn return_type(&self, _: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        Ok(match self.column {
            true => ScalarType::String,
            false => ScalarType::Bool,
        })
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn gives_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let mut arguments: Vec<Sql> = arguments.iter().map(|a| a.sql.clone()).collect();
        let column = arguments.drain(2..).next();
        let read = sql::call(PARSE, arguments);
        Ok(match column {
            Some(column) => sql::call(PARSED, vec![read, column]),
            None => sql::is_not_null(read),
        })
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        udfs()
    }
}
