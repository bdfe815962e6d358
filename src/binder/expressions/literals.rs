//! Literals.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::functions::scalar::conversion::text;
use crate::plan::Expr;
use crate::symbols::ScalarType;
use crate::syntax::ast::Literal;

use crate::binder::Binder;

impl Binder<'_> {
    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Option<Expr> {
        match value(literal) {
            Some(Value::Decimal(text)) => self.decimal(&text, span),
            Some(value) => Some(Expr::literal(value, span)),
            None => {
                self.report(
                    Diagnostic::error(Code::WrongType, span, "`null` alone has no type")
                        .with_help("write a typed null, such as `int(null)` or `dynamic(null)`"),
                );
                None
            }
        }
    }

    /// A decimal by its plain digits, with no more of them after the point than there is place for.
    fn decimal(&mut self, text: &str, span: Span) -> Option<Expr> {
        let Some(number) = text::decimal(text) else {
            self.error(
                Code::UnsupportedExpression,
                span,
                "decimals of more than 20 digits before the point are not supported",
            );
            return None;
        };
        let digits = text::print_decimal(number);
        Some(Expr::literal(Value::Decimal(digits), span))
    }
}

/// The value of a literal; None for a bare `null`.
pub(in crate::binder) fn value(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => n.map_or(Value::Null(ScalarType::Int), Value::Int),
        Literal::Long(n) => n.map_or(Value::Null(ScalarType::Long), Value::Long),
        Literal::Real(n) => n.map_or(Value::Null(ScalarType::Real), Value::Real),
        Literal::Decimal(text) => text
            .clone()
            .map_or(Value::Null(ScalarType::Decimal), Value::Decimal),
        Literal::String(text) => Value::String(text.clone()),
        Literal::DateTime(ticks) => {
            ticks.map_or(Value::Null(ScalarType::DateTime), Value::DateTime)
        }
        Literal::TimeSpan(ticks) => {
            ticks.map_or(Value::Null(ScalarType::TimeSpan), Value::TimeSpan)
        }
        Literal::Guid(text) => text
            .clone()
            .map_or(Value::Null(ScalarType::Guid), Value::Guid),
        Literal::Dynamic(json) if json == "null" => Value::Null(ScalarType::Dynamic),
        Literal::Dynamic(json) => Value::Dynamic(json.clone()),
        Literal::BoolNull => Value::Null(ScalarType::Bool),
        Literal::Null => return None,
    })
}

/// The value with its sign changed, where it is a number or a timespan that has a counterpart.
pub(super) fn negated(value: &Value) -> Option<Value> {
    match value {
        // The smallest int has no opposite: the sign of an int gives a long.
        Value::Int(n) => Some(Value::Long(-i64::from(*n))),
        Value::Long(n) => n.checked_neg().map(Value::Long),
        Value::Real(n) => Some(Value::Real(-n)),
        Value::TimeSpan(n) => n.checked_neg().map(Value::TimeSpan),
        Value::Decimal(text) => Some(Value::Decimal(match text.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None => format!("-{text}"),
        })),
        Value::Null(ScalarType::Int) => Some(Value::Null(ScalarType::Long)),
        Value::Null(ty) if ty.is_numeric() || *ty == ScalarType::TimeSpan => Some(Value::Null(*ty)),
        Value::Null(_)
        | Value::Bool(_)
        | Value::String(_)
        | Value::DateTime(_)
        | Value::Guid(_)
        | Value::Dynamic(_) => None,
    }
}
