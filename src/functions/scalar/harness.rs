//! Runs a function as a query would: arguments converted by its signature, its SQL planned and run by
//! DataFusion, once with constants and once with a column for each argument. Both must agree.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::prelude::SessionContext;

use super::conversion::convert;
use crate::functions::signature::Accepts;
use crate::functions::{Argument, ArgumentFault, Sql, SqlArgument, Value, registry, sql};
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// What `now()` is in these tests.
pub const AS_OF: i64 = 639_000_000_000_000_000;

fn target(accepts: Accepts, ty: ScalarType) -> ScalarType {
    match accepts {
        Accepts::Any | Accepts::OneOf(_) => ty,
        Accepts::Exactly(to) => to,
        Accepts::Number if ty == ScalarType::Dynamic => ScalarType::Real,
        Accepts::Integer if ty == ScalarType::Dynamic => ScalarType::Long,
        Accepts::Number | Accepts::Integer => ty,
    }
}

/// The SQL of a call, and the type of its result.
fn call(name: &str, values: &[Value], columns: bool) -> Result<(Sql, ScalarType), ArgumentFault> {
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let signature = function.signature();
    assert!(
        values.len() >= signature.min(),
        "{name} takes more arguments"
    );
    assert!(
        signature.max().is_none_or(|max| values.len() <= max),
        "{name} takes fewer"
    );
    let mut known = Vec::new();
    let mut given = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let parameter = signature.parameter(i).unwrap();
        let to = target(parameter.accepts, value.ty());
        let column = columns && !parameter.constant;
        let operand = if column {
            sql::column(&format!("a{i}"))
        } else {
            sql::literal(value)
        };
        let constant = (!column && value.ty() == to).then_some(value);
        known.push(Argument { ty: to, constant });
        let nullable = column && to == ScalarType::String && value.ty() == to;
        let mut operand = convert(operand, value.ty(), to)?;
        if nullable && !function.takes_null_strings() {
            operand = sql::coalesce(vec![operand, sql::text("")]);
        }
        given.push(SqlArgument {
            sql: operand,
            ty: to,
            constant,
            nullable_string: nullable && function.takes_null_strings(),
        });
    }
    let ty = function.return_type(&known)?;
    Ok((function.sql(&given, ty)?, ty))
}

fn cell(value: &Value) -> ArrayRef {
    let ty = data_type(value.ty());
    let scalar = match value {
        // A column holds SQL NULL for "".
        Value::String(s) if s.is_empty() => ScalarValue::try_from(&ty).unwrap(),
        Value::Null(_) => ScalarValue::try_from(&ty).unwrap(),
        Value::Bool(b) => ScalarValue::from(*b),
        Value::Int(n) => ScalarValue::from(*n),
        Value::Long(n) | Value::DateTime(n) | Value::TimeSpan(n) => ScalarValue::from(*n),
        Value::Real(x) => ScalarValue::from(*x),
        Value::Decimal(s) => {
            let number = super::conversion::text::decimal(s);
            ScalarValue::Decimal128(number, 38, 18)
        }
        Value::String(s) | Value::Guid(s) | Value::Dynamic(s) => {
            ScalarValue::Utf8View(Some(s.clone()))
        }
    };
    scalar.to_array_of_size(1).unwrap()
}

fn run(expression: &Sql, values: &[Value], ty: ScalarType) -> Value {
    let context = SessionContext::new();
    for function in super::all() {
        for udf in function.udfs() {
            context.register_udf(udf);
        }
    }
    let fields: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(i, value)| Field::new(format!("a{i}"), data_type(value.ty()), true))
        .chain([Field::new("one", arrow::datatypes::DataType::Int64, true)])
        .collect();
    let cells = values
        .iter()
        .map(cell)
        .chain([cell(&Value::Long(1))])
        .collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), cells).unwrap();
    context.register_batch("t", batch).unwrap();
    let text = format!("SELECT {expression} AS r FROM t");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let batches = runtime.block_on(async {
        let frame = context
            .sql(&text)
            .await
            .unwrap_or_else(|e| panic!("{text}: {e}"));
        let parameters = ParamValues::from(vec![("as_of", ScalarValue::from(AS_OF))]);
        let frame = match text.contains("$as_of") {
            true => frame.with_param_values(parameters).unwrap(),
            false => frame,
        };
        frame
            .collect()
            .await
            .unwrap_or_else(|e| panic!("{text}: {e}"))
    });
    let array = arrow::compute::cast(batches[0].column(0), &data_type(ty)).unwrap();
    let scalar = ScalarValue::try_from_array(&array, 0).unwrap();
    if scalar.is_null() {
        return match ty {
            ScalarType::String => Value::String(String::new()),
            ty => Value::Null(ty),
        };
    }
    match (ty, scalar) {
        (_, ScalarValue::Boolean(Some(b))) => Value::Bool(b),
        (_, ScalarValue::Int32(Some(n))) => Value::Int(n),
        (ScalarType::DateTime, ScalarValue::Int64(Some(n))) => Value::DateTime(n),
        (ScalarType::TimeSpan, ScalarValue::Int64(Some(n))) => Value::TimeSpan(n),
        (_, ScalarValue::Int64(Some(n))) => Value::Long(n),
        (_, ScalarValue::Float64(Some(x))) => Value::Real(x),
        (_, ScalarValue::Decimal128(Some(n), ..)) => {
            Value::Decimal(super::conversion::text::print_decimal(n))
        }
        (ScalarType::Guid, ScalarValue::Utf8View(Some(s))) => Value::Guid(s),
        (ScalarType::Dynamic, ScalarValue::Utf8View(Some(s))) => Value::Dynamic(s),
        (_, ScalarValue::Utf8View(Some(s))) => Value::String(s),
        (ty, other) => panic!("{other:?} is no {ty}"),
    }
}

/// The value of a call.
pub fn eval(name: &str, values: &[Value]) -> Value {
    let (folded, ty) = call(name, values, false).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let (read, _) = call(name, values, true).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let folded = run(&folded, values, ty);
    let read = run(&read, values, ty);
    assert_eq!(
        format!("{folded:?}"),
        format!("{read:?}"),
        "{name} of {values:?}"
    );
    folded
}

/// The fault of a call.
pub fn fault(name: &str, values: &[Value]) -> ArgumentFault {
    match call(name, values, false) {
        Ok((sql, _)) => panic!("{name} of {values:?} is {sql}"),
        Err(fault) => fault,
    }
}

/// The SQL of a call with a column for each argument that need not be constant.
pub fn sql_of(name: &str, values: &[Value]) -> String {
    call(name, values, true).unwrap().0.to_string()
}

pub fn string(s: &str) -> Value {
    Value::String(s.to_owned())
}

pub fn dynamic(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

/// A datetime by its text.
pub fn at(text: &str) -> Value {
    Value::DateTime(super::datetime::text::parse_datetime(text).unwrap())
}

/// A timespan by its text.
pub fn span(text: &str) -> Value {
    Value::TimeSpan(super::datetime::text::parse_timespan(text).unwrap())
}
