//! Literals but for dynamic.
//!
//! In: a literal's token. Out: its value. What always holds: a text that is not of its type is
//! reported and read as that type's null, so that what follows is checked all the same.
//!
//! Source: "Scalar data types" of the Kusto reference, the section on literals of each type.

use super::cursor::Parser;
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::syntax::ast::Literal;
use crate::syntax::token::{TokenKind, TypedLiteral};
use crate::syntax::{datetime, timespan};

impl Parser<'_> {
    fn bad_literal(&mut self, span: Span, message: String, help: &str) {
        let fault = Diagnostic::error(Code::BadLiteral, span, message).with_help(help);
        self.report(fault);
    }

    /// One string, or several in a row that make one.
    pub(super) fn string_literal(&mut self) -> String {
        let mut text = String::new();
        while self.at(TokenKind::String) {
            let span = self.advance().span;
            self.decode_string(span, &mut text);
        }
        text
    }

    /// A number inside dynamic: one beyond a long is a real there.
    pub(super) fn json_number(&mut self, negative: bool) -> Literal {
        let span = self.advance().span;
        let text = self.slice(span);
        let signed = if negative {
            format!("-{text}")
        } else {
            text.to_owned()
        };
        match parse_long(&signed) {
            Some(value) => Literal::Long(Some(value)),
            None => Literal::Real(signed.parse().ok()),
        }
    }

    pub(super) fn long_literal(&mut self) -> Literal {
        let span = self.advance().span;
        let value = parse_long(self.slice(span));
        if value.is_none() {
            self.bad_literal(
                span,
                format!("`{}` does not fit a long", self.slice(span)),
                "a long goes up to 9223372036854775807; write decimal(…) or real(…)",
            );
        }
        Literal::Long(value)
    }

    pub(super) fn real_literal(&mut self) -> Literal {
        let span = self.advance().span;
        Literal::Real(self.slice(span).parse().ok())
    }

    pub(super) fn timespan_literal(&mut self) -> Literal {
        let span = self.advance().span;
        let ticks = timespan::parse(self.slice(span));
        if ticks.is_none() {
            self.bad_literal(
                span,
                format!("`{}` does not fit a timespan", self.slice(span)),
                "a timespan goes up to 10675199 days",
            );
        }
        Literal::TimeSpan(ticks)
    }

    /// `datetime(…)`, `int(…)`, …
    pub(super) fn typed_literal(&mut self, ty: TypedLiteral) -> Literal {
        let span = self.advance().span;
        let token = self.slice(span);
        let raw = token
            .split_once('(')
            .map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest))
            .trim();
        let text = unquoted(raw);
        let null = text == "null";
        let (literal, good) = match ty {
            TypedLiteral::Bool => {
                let value = parse_bool(text);
                (
                    value.map_or(Literal::BoolNull, Literal::Bool),
                    value.is_some(),
                )
            }
            TypedLiteral::Int => {
                let value = parse_long(text).and_then(|v| i32::try_from(v).ok());
                (Literal::Int(value), value.is_some())
            }
            TypedLiteral::Long => {
                let value = parse_long(text);
                (Literal::Long(value), value.is_some())
            }
            TypedLiteral::Real => {
                let value = parse_real(text);
                (Literal::Real(value), value.is_some())
            }
            TypedLiteral::Decimal => {
                let value = parse_real(text).map(|_| text.to_owned());
                let good = value.is_some();
                (Literal::Decimal(value), good)
            }
            TypedLiteral::DateTime => {
                let value = datetime::parse(text);
                (Literal::DateTime(value), value.is_some())
            }
            TypedLiteral::TimeSpan => {
                let value = timespan::parse(text);
                (Literal::TimeSpan(value), value.is_some())
            }
            TypedLiteral::Guid => {
                let value = parse_guid(text);
                let good = value.is_some();
                (Literal::Guid(value), good)
            }
        };
        if !good && !null {
            let name = ty.name();
            self.bad_literal(
                span,
                format!("`{raw}` is not a {name}"),
                &format!("to convert an expression, write to{name}(…)"),
            );
        }
        literal
    }
}

/// `"text"` without its quotes: Kusto takes `datetime("2024-01-01")`.
fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner.trim();
        }
    }
    text
}

/// Decimal or `0x` digits with a sign or none. Sixteen hex digits are the bits of a long.
fn parse_long(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text[1..].trim_start()),
        b'+' => (false, text[1..].trim_start()),
        _ => (false, text),
    };
    if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        let bits = u64::from_str_radix(hex, 16).ok()? as i64;
        return Some(if negative { bits.wrapping_neg() } else { bits });
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if negative {
        format!("-{digits}").parse().ok()
    } else {
        digits.parse().ok()
    }
}

fn parse_real(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    match digits.to_ascii_lowercase().as_str() {
        "nan" => return Some(f64::NAN),
        "inf" if text.starts_with('-') => return Some(f64::NEG_INFINITY),
        "inf" => return Some(f64::INFINITY),
        _ => {}
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok()
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        number => number.parse::<i64>().ok().map(|n| n != 0),
    }
}

/// Thirty-two hex digits, with hyphens in the usual places or none, in braces or none.
fn parse_guid(text: &str) -> Option<String> {
    let text = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .unwrap_or(text);
    let digits: String = match text.len() {
        32 => text.to_owned(),
        36 => {
            let hyphens = [8, 13, 18, 23];
            if !hyphens.iter().all(|&at| text.as_bytes()[at] == b'-') {
                return None;
            }
            text.replace('-', "")
        }
        _ => return None,
    };
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let d = digits.to_ascii_lowercase();
    Some(format!(
        "{}-{}-{}-{}-{}",
        &d[..8],
        &d[8..12],
        &d[12..16],
        &d[16..20],
        &d[20..]
    ))
}
