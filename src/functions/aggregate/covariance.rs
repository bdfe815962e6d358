//! `covariance`, `covariancep`, `covarianceif`, `covariancepif`: how two numbers vary together, of a sample or
//! of the whole population (`…p`).
//!
//! By the variances of sum and difference, whose sums are exact, and which are not rounded as those that
//! `variance` gives; a row in which one number is null does not count.

use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::definition::{Call, Definition, Naming, real};
use super::moments;
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

const PLAIN: Signature = Signature::new(&[
    Parameter::new("expr1", Accepts::Number),
    Parameter::new("expr2", Accepts::Number),
]);
const FILTERED: Signature = Signature::new(&[
    Parameter::new("expr1", Accepts::Number),
    Parameter::new("expr2", Accepts::Number),
    Parameter::new("predicate", Accepts::Exactly(ScalarType::Bool)),
]);

macro_rules! covariance {
    ($static:ident, $name:literal, $of:literal, $udaf:path, $signature:expr, $predicate:expr, $summary:literal, $kql:literal, $rows:literal) => {
        pub static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: $signature,
            predicate: $predicate,
            naming: Naming::Prefixed($name),
            types: real,
            ordered: false,
            null_strings: true,
            sql: |call| together(call, $of),
            udafs: &[$udaf],
        };
    };
}

covariance!(
    COVARIANCE,
    "covariance",
    "kql_spread",
    moments::spread,
    PLAIN,
    None,
    "The covariance of two numbers, as a sample.",
    "range x from 1 to 5 step 1 | summarize covariance(x, x * 2)",
    "[[5.0]]"
);
covariance!(
    COVARIANCEP,
    "covariancep",
    "kql_spreadp",
    moments::spreadp,
    PLAIN,
    None,
    "The covariance of two numbers, as the whole population.",
    "datatable(x: real, y: real)[1, 2, 2, 4, 3, 7] | summarize covariancep(x, y) | project round(covariancep_x, 12)",
    "[[1.666666666667]]"
);
covariance!(
    COVARIANCEIF,
    "covarianceif",
    "kql_spread",
    moments::spread,
    FILTERED,
    Some(2),
    "The covariance of two numbers in the rows for which a predicate is true, as a sample.",
    "range x from 1 to 9 step 1 | summarize covarianceif(x, x * 2, x < 6)",
    "[[5.0]]"
);
covariance!(
    COVARIANCEPIF,
    "covariancepif",
    "kql_spreadp",
    moments::spreadp,
    FILTERED,
    Some(2),
    "The covariance of two numbers in the rows for which a predicate is true, as the whole population.",
    "range x from 1 to 9 step 1 | summarize covariancepif(x, x * 2, x < 6)",
    "[[4.0]]"
);

fn together(call: &Call, variance: &str) -> Result<Sql, ArgumentFault> {
    let x = sql::cast(call.sql(0)?, ScalarType::Real);
    let y = sql::cast(call.sql(1)?, ScalarType::Real);
    let of = |operator| {
        let operand = sql::binary(operator, x.clone(), y.clone());
        call.aggregate(variance, vec![operand])
    };
    let difference = sql::binary(
        BinaryOperator::Minus,
        of(BinaryOperator::Plus),
        of(BinaryOperator::Minus),
    );
    let four = sql::cast(sql::long(4), ScalarType::Real);
    Ok(sql::binary(BinaryOperator::Divide, difference, four))
}
