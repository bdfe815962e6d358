//! Building blocks of SQL expressions, so that no SQL is ever put together as text.

use datafusion::sql::sqlparser::ast::{
    self, BinaryOperator, CaseWhen, CastKind, DataType, ExactNumberInfo, Expr, Function,
    FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    UnaryOperator, ValueWithSpan,
};

use super::Value;
use crate::symbols::ScalarType;
use crate::symbols::arrow::{DECIMAL_PRECISION, DECIMAL_SCALE};

/// A SQL expression: sqlparser's, which DataFusion plans.
pub type Sql = Expr;

/// A quoted identifier: KQL names keep their case.
pub fn ident(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

pub fn column(name: &str) -> Sql {
    Expr::Identifier(ident(name))
}

/// A column of one of two sides: `"l"."x"`.
pub fn qualified(table: &str, name: &str) -> Sql {
    Expr::CompoundIdentifier(vec![ident(table), ident(name)])
}

fn value(value: ast::Value) -> Sql {
    Expr::Value(ValueWithSpan {
        value,
        span: datafusion::sql::sqlparser::tokenizer::Span::empty(),
    })
}

/// A string literal. sqlparser prints quotes that stand side by side or after a backslash as if they were
/// escaped already, which would be another text (or no SQL) when read again: those go into `E'…'`.
pub fn text(text: &str) -> Sql {
    let literal: fn(String) -> ast::Value = match text.contains("''") || text.contains(r"\'") {
        true => ast::Value::EscapedStringLiteral,
        false => ast::Value::SingleQuotedString,
    };
    value(literal(text.to_owned()))
}

pub fn boolean(b: bool) -> Sql {
    value(ast::Value::Boolean(b))
}

/// A BIGINT literal. The smallest one has no positive counterpart, so it is written as a cast text.
pub fn long(n: i64) -> Sql {
    match n.checked_neg() {
        None => cast(text(&n.to_string()), ScalarType::Long),
        Some(positive) if n < 0 => unary(UnaryOperator::Minus, number(&positive.to_string())),
        Some(_) => number(&n.to_string()),
    }
}

fn number(digits: &str) -> Sql {
    value(ast::Value::Number(digits.to_owned(), false))
}

pub fn null() -> Sql {
    value(ast::Value::Null)
}

/// A NULL of the SQL type of this KQL type.
pub fn typed_null(ty: ScalarType) -> Sql {
    cast(null(), ty)
}

/// The bound parameter `$as_of`: what `now()` means, in ticks.
pub fn as_of() -> Sql {
    cast(
        value(ast::Value::Placeholder("$as_of".to_owned())),
        ScalarType::DateTime,
    )
}

/// A call `name(arguments)`.
pub fn call(name: &str, arguments: Vec<Sql>) -> Sql {
    Expr::Function(function(name, arguments))
}

/// A call's node, for callers that add FILTER, ORDER BY or OVER.
pub fn function(name: &str, arguments: Vec<Sql>) -> Function {
    Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments
                .into_iter()
                .map(|a| FunctionArg::Unnamed(FunctionArgExpr::Expr(a)))
                .collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }
}

/// `(left op right)`: each operand that is itself an operation gets parentheses.
pub fn binary(op: BinaryOperator, left: Sql, right: Sql) -> Sql {
    Expr::BinaryOp {
        left: Box::new(nested(left)),
        op,
        right: Box::new(nested(right)),
    }
}

pub fn unary(op: UnaryOperator, operand: Sql) -> Sql {
    Expr::UnaryOp {
        op,
        expr: Box::new(nested(operand)),
    }
}

pub fn not(operand: Sql) -> Sql {
    unary(UnaryOperator::Not, operand)
}

/// All of these; true where there are none.
pub fn and(conjuncts: impl IntoIterator<Item = Sql>) -> Sql {
    conjuncts
        .into_iter()
        .reduce(|left, right| chain(BinaryOperator::And, left, right))
        .unwrap_or_else(|| boolean(true))
}

/// One of these; false where there are none.
pub fn or(disjuncts: impl IntoIterator<Item = Sql>) -> Sql {
    disjuncts
        .into_iter()
        .reduce(|left, right| chain(BinaryOperator::Or, left, right))
        .unwrap_or_else(|| boolean(false))
}

/// `a AND b AND c` without a parenthesis for each step.
fn chain(op: BinaryOperator, left: Sql, right: Sql) -> Sql {
    let left = match left {
        Expr::BinaryOp { op: ref inner, .. } if *inner == op => left,
        other => nested(other),
    };
    Expr::BinaryOp {
        left: Box::new(left),
        op,
        right: Box::new(nested(right)),
    }
}

pub fn is_null(operand: Sql) -> Sql {
    Expr::IsNull(Box::new(nested(operand)))
}

pub fn is_not_null(operand: Sql) -> Sql {
    Expr::IsNotNull(Box::new(nested(operand)))
}

/// Two-valued inequality: NULL differs from every value and not from NULL.
pub fn is_distinct_from(left: Sql, right: Sql) -> Sql {
    Expr::IsDistinctFrom(Box::new(nested(left)), Box::new(nested(right)))
}

/// Two-valued equality.
pub fn is_not_distinct_from(left: Sql, right: Sql) -> Sql {
    Expr::IsNotDistinctFrom(Box::new(nested(left)), Box::new(nested(right)))
}

pub fn coalesce(arguments: Vec<Sql>) -> Sql {
    call("coalesce", arguments)
}

/// `CASE WHEN condition THEN result … ELSE otherwise END`
pub fn case(branches: Vec<(Sql, Sql)>, otherwise: Sql) -> Sql {
    Expr::Case {
        case_token: ast::helpers::attached_token::AttachedToken::empty(),
        end_token: ast::helpers::attached_token::AttachedToken::empty(),
        operand: None,
        conditions: branches
            .into_iter()
            .map(|(condition, result)| CaseWhen { condition, result })
            .collect(),
        else_result: Some(Box::new(otherwise)),
    }
}

/// `CAST(operand AS type)` to the SQL type that stands for this KQL type in the engine.
pub fn cast(operand: Sql, ty: ScalarType) -> Sql {
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(operand),
        data_type: sql_type(ty),
        array: false,
        format: None,
    }
}

/// The SQL name of a KQL type's Arrow type.
pub fn sql_type(ty: ScalarType) -> DataType {
    match ty {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int(None),
        ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan => DataType::BigInt(None),
        ScalarType::Real => DataType::Double(ExactNumberInfo::None),
        ScalarType::Decimal => DataType::Decimal(ExactNumberInfo::PrecisionAndScale(
            u64::from(DECIMAL_PRECISION),
            i64::from(DECIMAL_SCALE),
        )),
        ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => DataType::Varchar(None),
    }
}

/// A KQL constant.
pub fn literal(value: &Value) -> Sql {
    match value {
        Value::Null(ty) => typed_null(*ty),
        Value::Bool(b) => boolean(*b),
        Value::Int(n) => cast(long(i64::from(*n)), ScalarType::Int),
        Value::Long(n) => long(*n),
        Value::Real(x) if x.is_finite() => cast(text(&x.to_string()), ScalarType::Real),
        Value::Real(x) if x.is_nan() => cast(text("NaN"), ScalarType::Real),
        Value::Real(x) => cast(
            text(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
            ScalarType::Real,
        ),
        Value::Decimal(digits) => cast(text(digits), ScalarType::Decimal),
        Value::String(s) | Value::Guid(s) | Value::Dynamic(s) => text(s),
        Value::DateTime(ticks) | Value::TimeSpan(ticks) => long(*ticks),
    }
}

/// Parentheses round an operation, none round what binds tighter by its form.
fn nested(operand: Sql) -> Sql {
    match operand {
        Expr::BinaryOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. } => Expr::Nested(Box::new(operand)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_printed_as_what_it_is(chars in prop::collection::vec(prop::sample::select(vec!['\'', '\\', 'n', 'x', '\n', '\t', '"', '$', 'é', '\u{1}']), 0..12)) {
            let given: String = chars.into_iter().collect();
            let printed = text(&given).to_string();
            let parsed = Parser::new(&GenericDialect {})
                .try_with_sql(&printed)
                .and_then(|mut parser| parser.parse_expr());
            prop_assert_eq!(parsed, Ok(text(&given)), "{}", printed);
        }
    }
}
