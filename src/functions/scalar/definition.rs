//! A scalar function as one table of its parts, for the many that need no more.
//!
//! In: what the function is called, takes, gives, and its body. Out: a [`ScalarFunction`]. What always
//! holds: a call of a UDF has its arguments converted to the UDF's types and its omitted arguments
//! filled in.

use datafusion::logical_expr::ScalarUDF;

use super::conversion::{convert, udfs_into};
use crate::functions::udf::{self, Body};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType;

/// The type that a call gives.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    Always(ScalarType),
    Of(fn(&[Argument]) -> Result<ScalarType, ArgumentFault>),
}

/// What a call becomes.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Udf(Udf),
    Sql {
        sql: fn(&[SqlArgument], ScalarType) -> Result<Sql, ArgumentFault>,
        udfs: fn() -> Vec<ScalarUDF>,
    },
}

/// A UDF and how a call reaches it.
#[derive(Debug, Clone, Copy)]
pub struct Udf {
    /// `kql_…`
    pub name: &'static str,
    pub inputs: &'static [ScalarType],
    /// The last input may come any number of times.
    pub variadic: bool,
    /// The values of the last arguments where a call omits them.
    pub defaults: &'static [i64],
    pub output: ScalarType,
    pub body: Body,
}

impl Udf {
    pub const fn new(
        name: &'static str,
        inputs: &'static [ScalarType],
        output: ScalarType,
        body: Body,
    ) -> Self {
        Self {
            name,
            inputs,
            variadic: false,
            defaults: &[],
            output,
            body,
        }
    }

    pub const fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    pub const fn defaults(mut self, defaults: &'static [i64]) -> Self {
        self.defaults = defaults;
        self
    }

    pub fn build(&self) -> ScalarUDF {
        udf::scalar(
            self.name,
            self.inputs,
            self.variadic,
            self.output,
            self.body,
        )
    }

    /// A call with arguments of any convertible types.
    pub fn call(&self, arguments: &[SqlArgument]) -> Result<Sql, ArgumentFault> {
        let last = self.inputs.len().saturating_sub(1);
        let mut given = Vec::with_capacity(arguments.len());
        for (i, argument) in arguments.iter().enumerate() {
            let to = self.inputs.get(i.min(last)).copied().unwrap_or(argument.ty);
            let converted =
                convert(argument.sql.clone(), argument.ty, to).map_err(|fault| ArgumentFault {
                    index: Some(i),
                    ..fault
                })?;
            given.push(converted);
        }
        let required = self.inputs.len() - self.defaults.len();
        for default in self
            .defaults
            .iter()
            .skip(given.len().saturating_sub(required))
        {
            given.push(sql::long(*default));
        }
        Ok(sql::call(self.name, given))
    }
}

/// A function's table.
#[derive(Debug)]
pub struct Definition {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub category: Category,
    pub summary: &'static str,
    pub examples: &'static [Example],
    pub signature: Signature,
    pub gives: Gives,
    pub form: Form,
}

impl ScalarFunction for Definition {
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
        match self.gives {
            Gives::Always(ty) => Ok(ty),
            Gives::Of(of) => of(arguments),
        }
    }

    fn sql(&self, arguments: &[SqlArgument], result: ScalarType) -> Result<Sql, ArgumentFault> {
        match &self.form {
            Form::Udf(udf) => udf.call(arguments),
            Form::Sql { sql, .. } => sql(arguments, result),
        }
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        match &self.form {
            Form::Udf(udf) => {
                let mut udfs = vec![udf.build()];
                let converts = self
                    .signature
                    .parameters
                    .iter()
                    .any(|parameter| !matches!(parameter.accepts, Accepts::Exactly(_)));
                if converts {
                    udfs.extend(udf.inputs.iter().flat_map(|ty| udfs_into(*ty)));
                }
                udfs
            }
            Form::Sql { udfs, .. } => udfs(),
        }
    }
}

/// No UDFs.
pub fn none() -> Vec<ScalarUDF> {
    Vec::new()
}
