//! A function over ordered rows, as one table of its parts.
//!
//! In: what the function is called, takes and gives. Out: a [`ScalarFunction`] of the category `Window`,
//! whose call `sqlgen` puts into a window. What always holds: an omitted argument is filled in.

use datafusion::logical_expr::WindowUDF;

use super::udwf::{self, Body, Type};
use crate::functions::scalar::conversion::convert;
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// What stands in the place of an argument, and what for it where a call leaves it out.
#[derive(Debug, Clone, Copy)]
pub enum Input {
    /// A value of any type.
    Value,
    /// The same type as the first; omitted it is `""` or null.
    Like,
    Long(i64),
    Bool(bool),
    DateTime,
    TimeSpan,
}

#[derive(Debug, Clone, Copy)]
pub enum Gives {
    First,
    Always(ScalarType),
}

/// A function's table.
#[derive(Debug)]
pub struct WindowFunction {
    pub name: &'static str,
    pub summary: &'static str,
    pub examples: &'static [Example],
    pub signature: Signature,
    pub inputs: &'static [Input],
    pub gives: Gives,
    /// `kql_…`
    pub udwf: &'static str,
    pub body: Body,
}

impl Input {
    fn ty(self, first: ScalarType) -> ScalarType {
        match self {
            Self::Value | Self::Like => first,
            Self::Long(_) => ScalarType::Long,
            Self::Bool(_) => ScalarType::Bool,
            Self::DateTime => ScalarType::DateTime,
            Self::TimeSpan => ScalarType::TimeSpan,
        }
    }

    fn omitted(self, first: ScalarType) -> Sql {
        match self {
            Self::Long(n) => sql::long(n),
            Self::Bool(b) => sql::boolean(b),
            Self::Value | Self::Like if first == ScalarType::String => sql::text(""),
            Self::Value | Self::Like | Self::DateTime | Self::TimeSpan => {
                sql::typed_null(self.ty(first))
            }
        }
    }
}

impl ScalarFunction for WindowFunction {
    fn name(&self) -> &'static str {
        self.name
    }

    fn category(&self) -> Category {
        Category::Window
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
        match (self.gives, arguments.first()) {
            (Gives::Always(ty), _) => Ok(ty),
            (Gives::First, Some(first)) => Ok(first.ty),
            (Gives::First, None) => Err(ArgumentFault::call("an argument is missing")),
        }
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let first = arguments.first().map_or(ScalarType::Long, |a| a.ty);
        let mut given = Vec::with_capacity(self.inputs.len());
        for (index, input) in self.inputs.iter().enumerate() {
            given.push(match arguments.get(index) {
                Some(argument) => convert(argument.sql.clone(), argument.ty, input.ty(first))
                    .map_err(|fault| ArgumentFault {
                        index: Some(index),
                        ..fault
                    })?,
                None => input.omitted(first),
            });
        }
        Ok(sql::call(self.udwf, given))
    }

    fn udwfs(&self) -> Vec<WindowUDF> {
        let ty = |input: &Input| match input {
            Input::Value | Input::Like => Type::First,
            Input::Long(_) | Input::DateTime | Input::TimeSpan => {
                Type::Of(data_type(ScalarType::Long))
            }
            Input::Bool(_) => Type::Of(data_type(ScalarType::Bool)),
        };
        let output = match self.gives {
            Gives::First => Type::First,
            Gives::Always(ty) => Type::Of(data_type(ty)),
        };
        let inputs = self.inputs.iter().map(ty).collect();
        vec![udwf::window(self.udwf, inputs, output, self.body)]
    }
}
