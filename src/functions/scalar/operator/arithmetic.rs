//! `+`, `-`, `*`, `/`, `%`, and the signs.
//!
//! What always holds: int gives long; whole numbers wrap; a datetime outside the years 1 to 9999 is
//! null; division of whole numbers by zero is null.
//! Source: the types are those of Microsoft's binder.

use datafusion::logical_expr::ScalarUDF;
use datafusion::sql::sqlparser::ast::{BinaryOperator, UnaryOperator};

use super::number::{self, Operation};
use super::{decimal, pair, wider};
use crate::functions::scalar::conversion::{convert, text, udfs_into};
use crate::functions::scalar::datetime::calendar;
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Decimal, Long, Real, Text, map1, map2};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, Value, sql,
};
use crate::symbols::{ScalarType as Ty, TICKS_PER_DAY};

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&ADD, &SUBTRACT, &MULTIPLY, &DIVIDE, &MODULO, &MINUS, &PLUS]
}

macro_rules! operator {
    ($static:ident, $name:literal, $operation:expr, $summary:literal, $examples:expr) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Operator,
            summary: $summary,
            examples: $examples,
            signature: Signature::new(&[
                Parameter::new("left", Accepts::Any),
                Parameter::new("right", Accepts::Any),
            ]),
            gives: Gives::Of(|arguments| match arguments {
                [left, right] => result($operation, left.ty, right.ty),
                _ => Err(ArgumentFault::call("takes two operands")),
            }),
            form: Form::Sql {
                sql: |arguments, ty| binary($operation, arguments, ty),
                udfs,
            },
        };
    };
}

operator!(
    ADD,
    "+",
    Operation::Add,
    "The sum; a datetime moved by a timespan.",
    &[
        Example {
            kql: "print a = int(2147483647) + int(1), b = 9223372036854775807 + 1, c = 1d + 2h",
            rows: r#"[[2147483648, -9223372036854775808, "1.02:00:00"]]"#,
        },
        Example {
            kql: "print a = datetime(9999-12-31 23:59:59.9999999) + 1tick, b = 1 + int(null)",
            rows: "[[null, null]]",
        },
    ]
);
operator!(
    SUBTRACT,
    "-",
    Operation::Subtract,
    "The difference; of two datetimes a timespan.",
    &[Example {
        kql: "print a = 1 - 2.5, b = datetime(9999-12-31) - datetime(0001-01-01), c = datetime(2020-06-15) - 1d - 12h",
        rows: r#"[[-1.5, "3652058.00:00:00", "2020-06-13T12:00:00.0000000Z"]]"#,
    }]
);
operator!(
    MULTIPLY,
    "*",
    Operation::Multiply,
    "The product; a timespan times a number.",
    &[Example {
        kql: "print a = int(2147483647) * int(2), b = 1d * 2.5, c = -2 * 1h",
        rows: r#"[[4294967294, "2.12:00:00", "-02:00:00"]]"#,
    }]
);
operator!(
    DIVIDE,
    "/",
    Operation::Divide,
    "The quotient: whole of whole numbers, towards zero; of two timespans a real.",
    &[Example {
        kql: "print a = -7 / 2, b = 1 / 0, c = 7 / 2.0, d = 1d / 1h, e = (1h + 30m) / 2",
        rows: r#"[[-3, null, 3.5, 24.0, "00:45:00"]]"#,
    }]
);
operator!(
    MODULO,
    "%",
    Operation::Modulo,
    "The remainder, never negative.",
    &[Example {
        kql: "print a = -5 % 3, b = 5 % -3, c = -7.5 % 2, d = 10d % 3d",
        rows: r#"[[1, 2, 0.5, "1.00:00:00"]]"#,
    }]
);

/// The type of a result.
fn result(operation: Operation, left: Ty, right: Ty) -> Result<Ty, ArgumentFault> {
    use Operation::{Add, Divide, Modulo, Multiply, Subtract};
    if let Some(ty) = wider(left, right) {
        return Ok(if ty == Ty::Int { Ty::Long } else { ty });
    }
    let ty = match (operation, left, right) {
        (Add | Subtract | Modulo, Ty::TimeSpan, Ty::TimeSpan) => Some(Ty::TimeSpan),
        (Add, Ty::DateTime, Ty::TimeSpan) | (Add, Ty::TimeSpan, Ty::DateTime) => Some(Ty::DateTime),
        (Subtract, Ty::DateTime, Ty::DateTime) => Some(Ty::TimeSpan),
        (Subtract, Ty::DateTime, Ty::TimeSpan) => Some(Ty::DateTime),
        (Modulo, Ty::DateTime, Ty::TimeSpan) => Some(Ty::TimeSpan),
        (Divide, Ty::TimeSpan, Ty::TimeSpan) => Some(Ty::Real),
        (Multiply | Divide | Modulo, Ty::TimeSpan, number) if number.is_numeric() => {
            Some(Ty::TimeSpan)
        }
        (Multiply, number, Ty::TimeSpan) if number.is_numeric() => Some(Ty::TimeSpan),
        // Microsoft's binder calls it a datetime, which no engine can mean.
        (Subtract, Ty::Dynamic, Ty::DateTime) => None,
        (_, Ty::Dynamic, Ty::Dynamic) => Some(Ty::Dynamic),
        (_, Ty::Dynamic, Ty::Int) | (_, Ty::Int, Ty::Dynamic) => Some(Ty::Long),
        (_, Ty::Dynamic, number) | (_, number, Ty::Dynamic) if number.is_numeric() => Some(number),
        (Add | Subtract, Ty::Dynamic, time) | (Add | Subtract, time, Ty::Dynamic)
            if matches!(time, Ty::DateTime | Ty::TimeSpan) =>
        {
            Some(time)
        }
        _ => None,
    };
    ty.ok_or_else(|| {
        let verb = match operation {
            Add => "added to",
            Subtract => "reduced by",
            Multiply => "multiplied with",
            Divide | Modulo => "divided by",
        };
        ArgumentFault::call(format!("a {left} cannot be {verb} a {right}"))
    })
}

fn binary(operation: Operation, arguments: &[SqlArgument], ty: Ty) -> Result<Sql, ArgumentFault> {
    let (left, right) = pair(arguments)?;
    let as_type = |argument: &SqlArgument, ty| convert(argument.sql.clone(), argument.ty, ty);
    let plain = |operator, operand: Ty| {
        Ok(sql::binary(
            operator,
            as_type(left, operand)?,
            as_type(right, operand)?,
        ))
    };
    let udf = |udf: &Udf, operand: Ty| {
        Ok(sql::call(
            udf.name,
            vec![as_type(left, operand)?, as_type(right, operand)?],
        ))
    };
    // Beside a dynamic, the result's type is the other side's; a datetime moves by the dynamic's timespan.
    let times = matches!(left.ty, Ty::DateTime | Ty::TimeSpan)
        || matches!(right.ty, Ty::DateTime | Ty::TimeSpan);
    if times {
        return time(operation, left, right, ty);
    }
    match (operation, ty) {
        (_, Ty::Decimal) => udf(decimal_udf(operation), Ty::Decimal),
        (_, Ty::Dynamic) => udf(dynamic_udf(operation), Ty::Dynamic),
        (Operation::Add, _) => plain(BinaryOperator::Plus, ty),
        (Operation::Subtract, _) => plain(BinaryOperator::Minus, ty),
        (Operation::Multiply, _) => plain(BinaryOperator::Multiply, ty),
        (Operation::Divide, Ty::Real) => plain(BinaryOperator::Divide, ty),
        // SQL's own division of whole numbers fails by zero, and for the smallest long by -1.
        (Operation::Divide, _) if is_divisor(right.constant) => plain(BinaryOperator::Divide, ty),
        (Operation::Divide, _) => udf(&DIVIDE_UDF, Ty::Long),
        (Operation::Modulo, Ty::Real) => udf(&REAL_MODULO_UDF, Ty::Real),
        (Operation::Modulo, _) => udf(&MODULO_UDF, Ty::Long),
    }
}

fn is_divisor(constant: Option<&Value>) -> bool {
    match constant {
        Some(Value::Long(n)) => *n > 0,
        Some(Value::Int(n)) => *n > 0,
        Some(
            Value::Null(_)
            | Value::Bool(_)
            | Value::Real(_)
            | Value::Decimal(_)
            | Value::String(_)
            | Value::DateTime(_)
            | Value::TimeSpan(_)
            | Value::Guid(_)
            | Value::Dynamic(_),
        )
        | None => false,
    }
}

/// Arithmetic with a datetime or a timespan.
fn time(
    operation: Operation,
    left: &SqlArgument,
    right: &SqlArgument,
    ty: Ty,
) -> Result<Sql, ArgumentFault> {
    let (a, b) = (left.sql.clone(), right.sql.clone());
    let span = |argument: &SqlArgument| convert(argument.sql.clone(), argument.ty, Ty::TimeSpan);
    match (operation, left.ty, right.ty) {
        (Operation::Add, Ty::DateTime, _) if ty == Ty::DateTime => {
            Ok(datetime_plus(a, span(right)?, right.constant))
        }
        (Operation::Add, _, Ty::DateTime) if ty == Ty::DateTime => {
            Ok(datetime_plus(b, span(left)?, left.constant))
        }
        (Operation::Subtract, Ty::DateTime, Ty::TimeSpan | Ty::Dynamic) if ty == Ty::DateTime => {
            Ok(datetime_minus(a, span(right)?, right.constant))
        }
        (Operation::Add, _, _) => Ok(sql::binary(BinaryOperator::Plus, span(left)?, span(right)?)),
        (Operation::Subtract, Ty::DateTime, Ty::DateTime) => {
            Ok(sql::binary(BinaryOperator::Minus, a, b))
        }
        (Operation::Subtract, _, _) => Ok(sql::binary(
            BinaryOperator::Minus,
            span(left)?,
            span(right)?,
        )),
        (Operation::Multiply, Ty::TimeSpan, number) => scaled(a, b, number, false),
        (Operation::Multiply, number, _) => scaled(b, a, number, false),
        (Operation::Divide, _, Ty::TimeSpan) => Ok(sql::binary(
            BinaryOperator::Divide,
            sql::cast(a, Ty::Real),
            sql::cast(b, Ty::Real),
        )),
        (Operation::Divide, _, number) => scaled(a, b, number, true),
        (Operation::Modulo, _, number) => {
            let divisor = convert(b, number, Ty::Long)?;
            Ok(sql::call(MODULO_UDF.name, vec![a, divisor]))
        }
    }
}

/// A timespan times or by a number.
fn scaled(span: Sql, number: Sql, ty: Ty, divided: bool) -> Result<Sql, ArgumentFault> {
    if matches!(ty, Ty::Int | Ty::Long) {
        let number = convert(number, ty, Ty::Long)?;
        return Ok(if divided {
            sql::call(DIVIDE_UDF.name, vec![span, number])
        } else {
            sql::binary(BinaryOperator::Multiply, span, number)
        });
    }
    let number = convert(number, ty, Ty::Real)?;
    let udf = if divided {
        &SPAN_BY_REAL
    } else {
        &SPAN_TIMES_REAL
    };
    Ok(sql::call(udf.name, vec![span, number]))
}

/// A timespan that cannot take the as-of time out of the calendar.
fn is_short(constant: Option<&Value>) -> bool {
    matches!(constant, Some(Value::TimeSpan(ticks)) if ticks.abs() < 366_000 * TICKS_PER_DAY)
}

/// A datetime moved forward. `constant` is the span's value where it is one.
pub fn datetime_plus(datetime: Sql, span: Sql, constant: Option<&Value>) -> Sql {
    if datetime == sql::as_of() && is_short(constant) {
        return sql::binary(BinaryOperator::Plus, datetime, span);
    }
    sql::call(DATETIME_PLUS.name, vec![datetime, span])
}

/// A datetime moved back. `constant` is the span's value where it is one.
pub fn datetime_minus(datetime: Sql, span: Sql, constant: Option<&Value>) -> Sql {
    if datetime == sql::as_of() && is_short(constant) {
        return sql::binary(BinaryOperator::Minus, datetime, span);
    }
    sql::call(DATETIME_MINUS.name, vec![datetime, span])
}

const DATETIME_PLUS: Udf = Udf::new(
    "kql_datetime_plus",
    &[Ty::DateTime, Ty::TimeSpan],
    Ty::DateTime,
    |a, n| map2::<Long, Long, Long>(a, n, calendar::plus),
);
const DATETIME_MINUS: Udf = Udf::new(
    "kql_datetime_minus",
    &[Ty::DateTime, Ty::TimeSpan],
    Ty::DateTime,
    |a, n| map2::<Long, Long, Long>(a, n, |t, span| calendar::plus(t, span.checked_neg()?)),
);
const DIVIDE_UDF: Udf = Udf::new("kql_divide", &[Ty::Long, Ty::Long], Ty::Long, |a, n| {
    map2::<Long, Long, Long>(a, n, number::divide)
});
const MODULO_UDF: Udf = Udf::new("kql_modulo", &[Ty::Long, Ty::Long], Ty::Long, |a, n| {
    map2::<Long, Long, Long>(a, n, number::modulo)
});
const REAL_MODULO_UDF: Udf = Udf::new(
    "kql_real_modulo",
    &[Ty::Real, Ty::Real],
    Ty::Real,
    |a, n| map2::<Real, Real, Real>(a, n, |x, y| Some(number::real_modulo(x, y))),
);
const SPAN_TIMES_REAL: Udf = Udf::new(
    "kql_timespan_times",
    &[Ty::TimeSpan, Ty::Real],
    Ty::TimeSpan,
    |a, n| map2::<Long, Real, Long>(a, n, |span, x| text::truncate(span as f64 * x)),
);
const SPAN_BY_REAL: Udf = Udf::new(
    "kql_timespan_by",
    &[Ty::TimeSpan, Ty::Real],
    Ty::TimeSpan,
    |a, n| map2::<Long, Real, Long>(a, n, |span, x| text::truncate(span as f64 / x)),
);

macro_rules! of_operation {
    ($choose:ident, $kind:ident, $ty:expr, $calculate:path, $prefix:literal) => {
        fn $choose(operation: Operation) -> &'static Udf {
            macro_rules! one {
                ($name:literal, $operation:expr) => {{
                    const ONE: Udf = Udf::new(concat!($prefix, $name), &[$ty, $ty], $ty, |a, n| {
                        map2::<$kind, $kind, $kind>(a, n, |x, y| $calculate($operation, x, y))
                    });
                    &ONE
                }};
            }
            match operation {
                Operation::Add => one!("add", Operation::Add),
                Operation::Subtract => one!("subtract", Operation::Subtract),
                Operation::Multiply => one!("multiply", Operation::Multiply),
                Operation::Divide => one!("divide", Operation::Divide),
                Operation::Modulo => one!("modulo", Operation::Modulo),
            }
        }
    };
}

of_operation!(
    decimal_udf,
    Decimal,
    Ty::Decimal,
    decimal::calculate,
    "kql_decimal_"
);
of_operation!(
    dynamic_udf,
    Text,
    Ty::Dynamic,
    number::dynamic,
    "kql_dynamic_"
);

/// The UDFs that arithmetic calls.
pub fn udfs() -> Vec<ScalarUDF> {
    let mut udfs: Vec<_> = [
        DATETIME_PLUS,
        DATETIME_MINUS,
        DIVIDE_UDF,
        MODULO_UDF,
        REAL_MODULO_UDF,
        SPAN_TIMES_REAL,
        SPAN_BY_REAL,
        DECIMAL_MINUS,
        DYNAMIC_MINUS,
    ]
    .iter()
    .map(Udf::build)
    .collect();
    for operation in [
        Operation::Add,
        Operation::Subtract,
        Operation::Multiply,
        Operation::Divide,
        Operation::Modulo,
    ] {
        udfs.push(decimal_udf(operation).build());
        udfs.push(dynamic_udf(operation).build());
    }
    for ty in [Ty::Decimal, Ty::Dynamic, Ty::DateTime, Ty::TimeSpan] {
        udfs.extend(udfs_into(ty));
    }
    udfs
}

const DECIMAL_MINUS: Udf = Udf::new("kql_decimal_minus", &[Ty::Decimal], Ty::Decimal, |a, n| {
    map1::<Decimal, Decimal>(a, n, |x| Some(-x))
});
const DYNAMIC_MINUS: Udf = Udf::new("kql_dynamic_minus", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
    map1::<Text, Text>(a, n, |x| number::dynamic(Operation::Subtract, "0", x))
});

/// What a sign gives: int becomes long, as the smallest int has no opposite.
fn signed(arguments: &[Argument]) -> Result<Ty, ArgumentFault> {
    match arguments {
        [operand] => match operand.ty {
            Ty::Int => Ok(Ty::Long),
            ty @ (Ty::Long | Ty::Real | Ty::Decimal | Ty::TimeSpan | Ty::Dynamic) => Ok(ty),
            ty @ (Ty::Bool | Ty::String | Ty::DateTime | Ty::Guid) => {
                Err(ArgumentFault::at(0, format!("a {ty} has no sign")))
            }
        },
        _ => Err(ArgumentFault::call("a sign takes one operand")),
    }
}

static MINUS: Definition = Definition {
    name: "-x",
    aliases: &[],
    category: Category::Operator,
    summary: "The opposite.",
    examples: &[Example {
        kql: "print a = -(1 + 5), b = -(1d + 2h), c = -int(-2147483648)",
        rows: r#"[[-6, "-1.02:00:00", 2147483648]]"#,
    }],
    signature: Signature::new(&[Parameter::new("operand", Accepts::Any)]),
    gives: Gives::Of(signed),
    form: Form::Sql {
        sql: |arguments, ty| {
            let [operand] = arguments else {
                return Err(ArgumentFault::call("a sign takes one operand"));
            };
            match ty {
                Ty::Decimal => DECIMAL_MINUS.call(arguments),
                Ty::Dynamic => DYNAMIC_MINUS.call(arguments),
                Ty::Real => Ok(sql::unary(UnaryOperator::Minus, operand.sql.clone())),
                // Not SQL's sign: it fails for the smallest long, which Kusto leaves as it is.
                Ty::Bool
                | Ty::Int
                | Ty::Long
                | Ty::String
                | Ty::DateTime
                | Ty::TimeSpan
                | Ty::Guid => Ok(sql::binary(
                    BinaryOperator::Minus,
                    sql::long(0),
                    convert(operand.sql.clone(), operand.ty, ty)?,
                )),
            }
        },
        udfs,
    },
};

static PLUS: Definition = Definition {
    name: "+x",
    aliases: &[],
    category: Category::Operator,
    summary: "The operand itself.",
    examples: &[Example {
        kql: "print +5",
        rows: "[[5]]",
    }],
    signature: Signature::new(&[Parameter::new("operand", Accepts::Any)]),
    gives: Gives::Of(signed),
    form: Form::Sql {
        sql: |arguments, ty| match arguments {
            [operand] => convert(operand.sql.clone(), operand.ty, ty),
            _ => Err(ArgumentFault::call("a sign takes one operand")),
        },
        udfs,
    },
};
