//! `isempty(value)` and `isnotempty(value)`: whether a value is null or `""`.
//!
//! Plain SQL, so that statistics and dictionaries can answer it; true or false, never NULL.

use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{
    Argument, ArgumentFault, Category, Example, ScalarFunction, Signature, Sql, SqlArgument, sql,
};
use crate::symbols::ScalarType;

pub static ISEMPTY: IsEmpty = IsEmpty {
    name: "isempty",
    aliases: &[],
    summary: "True where the value is null or the empty text.",
    examples: &[Example {
        kql: r#"print a = isempty(""), b = isempty("x"), c = isempty(int(null)), d = isempty(dynamic(""))"#,
        rows: "[[true, false, true, true]]",
    }],
    negated: false,
};

pub static ISNOTEMPTY: IsEmpty = IsEmpty {
    name: "isnotempty",
    aliases: &["notempty"],
    summary: "True where the value is neither null nor the empty text.",
    examples: &[Example {
        kql: r#"print a = isnotempty(""), b = isnotempty("x"), c = isnotempty(1)"#,
        rows: "[[false, true, true]]",
    }],
    negated: true,
};

/// `isempty` or its opposite.
#[derive(Debug)]
pub struct IsEmpty {
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    examples: &'static [Example],
    negated: bool,
}

impl ScalarFunction for IsEmpty {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn category(&self) -> Category {
        Category::String
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn examples(&self) -> &'static [Example] {
        self.examples
    }

    fn signature(&self) -> Signature {
        const SIGNATURE: Signature = Signature::new(&[Parameter::new("value", Accepts::Any)]);
        SIGNATURE
    }

    fn return_type(&self, _: &[Argument]) -> Result<ScalarType, ArgumentFault> {
        Ok(ScalarType::Bool)
    }

    fn takes_null_strings(&self) -> bool {
        true
    }

    fn sql(&self, arguments: &[SqlArgument], _: ScalarType) -> Result<Sql, ArgumentFault> {
        let [value] = arguments else {
            return Err(ArgumentFault::call(format!(
                "{} takes one value",
                self.name
            )));
        };
        // Each form that means empty, beside NULL.
        let texts: &[&str] = match value.ty {
            ScalarType::String => &[""],
            ScalarType::Dynamic => &["null", "\"\""],
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid => &[],
        };
        let (compare, combine): (_, fn(Vec<Sql>) -> Sql) = match self.negated {
            false => (BinaryOperator::Eq, |tests| sql::or(tests)),
            true => (BinaryOperator::NotEq, |tests| sql::and(tests)),
        };
        let mut tests: Vec<Sql> = texts
            .iter()
            .map(|text| sql::binary(compare.clone(), value.sql.clone(), sql::text(text)))
            .collect();
        if value.ty != ScalarType::String || value.nullable_string {
            tests.push(match self.negated {
                false => sql::is_null(value.sql.clone()),
                true => sql::is_not_null(value.sql.clone()),
            });
        }
        Ok(combine(tests))
    }
}
