//! `between` and `!between`: both ends belong to the range.

use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::{arithmetic_udfs, datetime_plus, wider};
use crate::functions::scalar::conversion::convert;
use crate::functions::scalar::definition::{Definition, Form, Gives};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&BETWEEN, &NOT_BETWEEN]
}

static BETWEEN: Definition = Definition {
    name: "between",
    aliases: &[],
    category: Category::Operator,
    summary: "Whether the value is in a range, its ends included; a timespan as the end of datetimes counts from the start.",
    examples: &[
        Example {
            kql: "range x from 1 to 5 step 1 | where x between (2 .. 4) | summarize count(), min(x), max(x)",
            rows: "[[3, 2, 4]]",
        },
        Example {
            kql: "print datetime(2020-01-03) between (datetime(2020-01-01) .. 2d)",
            rows: "[[true]]",
        },
    ],
    signature: SIGNATURE,
    gives: Gives::Of(checked),
    form: Form::Sql {
        sql: |arguments, _| {
            let (low, high) = bounds(arguments, BinaryOperator::GtEq, BinaryOperator::LtEq)?;
            Ok(sql::and([low, high]))
        },
        udfs: arithmetic_udfs,
    },
};

static NOT_BETWEEN: Definition = Definition {
    name: "!between",
    aliases: &[],
    category: Category::Operator,
    summary: "Whether the value is outside a range, its ends being inside.",
    examples: &[Example {
        kql: "range x from 1 to 5 step 1 | where x !between (2 .. 4) | summarize count(), min(x), max(x)",
        rows: "[[2, 1, 5]]",
    }],
    signature: SIGNATURE,
    gives: Gives::Of(checked),
    form: Form::Sql {
        sql: |arguments, _| {
            let (low, high) = bounds(arguments, BinaryOperator::Lt, BinaryOperator::Gt)?;
            Ok(sql::or([low, high]))
        },
        udfs: arithmetic_udfs,
    },
};

const SIGNATURE: Signature = Signature::new(&[
    Parameter::new("value", Accepts::Any),
    Parameter::new("low", Accepts::Any),
    Parameter::new("high", Accepts::Any),
]);

/// The type that the three are compared as.
fn common(value: Ty, low: Ty, high: Ty) -> Result<Ty, ArgumentFault> {
    if let Some(ty) = wider(value, low).and_then(|ty| wider(ty, high)) {
        return Ok(ty);
    }
    let known = [value, low, high]
        .into_iter()
        .filter(|ty| *ty != Ty::Dynamic);
    let types: Vec<_> = known.collect();
    match types.as_slice() {
        [Ty::DateTime, Ty::DateTime, Ty::TimeSpan] if value == Ty::DateTime => Ok(Ty::DateTime),
        [first, rest @ ..]
            if matches!(first, Ty::DateTime | Ty::TimeSpan)
                && rest.iter().all(|ty| ty == first) =>
        {
            Ok(*first)
        }
        // Beside a dynamic, whole numbers are compared as reals, lest 1.5 be cut to 1.
        [_, ..] if types.iter().all(|ty| ty.is_numeric()) => Ok(Ty::Real),
        _ => Err(ArgumentFault::call(format!(
            "a {value} cannot be between a {low} and a {high}"
        ))),
    }
}

fn checked(arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
    match arguments {
        [value, low, high] => common(value.ty, low.ty, high.ty).map(|_| Ty::Bool),
        _ => Err(ArgumentFault::call("between takes a value and two ends")),
    }
}

/// The comparisons with both ends.
fn bounds(
    arguments: &[SqlArgument],
    with_low: BinaryOperator,
    with_high: BinaryOperator,
) -> Result<(Sql, Sql), ArgumentFault> {
    let [value, low, high] = arguments else {
        return Err(ArgumentFault::call("between takes a value and two ends"));
    };
    let ty = common(value.ty, low.ty, high.ty)?;
    let as_common = |argument: &SqlArgument| match (argument.ty, ty) {
        // A cast would hide the column from pruning; DataFusion compares them as they are.
        (Ty::Int | Ty::Long, Ty::Long | Ty::Real) => Ok(argument.sql.clone()),
        (from, to) => convert(argument.sql.clone(), from, to),
    };
    let subject = as_common(value)?;
    let start = as_common(low)?;
    let end = if ty == Ty::DateTime && high.ty == Ty::TimeSpan {
        datetime_plus(start.clone(), high.sql.clone(), high.constant)
    } else {
        as_common(high)?
    };
    Ok((
        sql::binary(with_low, subject.clone(), start),
        sql::binary(with_high, subject, end),
    ))
}
