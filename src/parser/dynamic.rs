//! `dynamic(…)`: JSON with KQL's literals inside.
//!
//! In: the tokens behind the word. Out: JSON text. What always holds: the text is valid JSON; a
//! datetime, timespan or guid inside becomes the string that Kusto prints for it.
//!
//! Source: "The dynamic data type" of the Kusto reference, section "Dynamic literals".

use super::cursor::{Parser, Parsing};
use crate::symbols::types::{TICKS_PER_DAY, TICKS_PER_SECOND};
use crate::syntax::ast::Literal;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// From the word `dynamic` on.
    pub(super) fn dynamic_literal(&mut self) -> Parsing<Literal> {
        self.advance();
        let mut json = String::new();
        self.dynamic_body(&mut json)?;
        Ok(Literal::Dynamic(json))
    }

    fn dynamic_body(&mut self, out: &mut String) -> Parsing<()> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        self.json_value(out)?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(())
    }

    fn json_value(&mut self, out: &mut String) -> Parsing<()> {
        match self.kind() {
            TokenKind::OpenBracket => self.nested(|p| p.json_array(out)),
            TokenKind::OpenBrace => self.nested(|p| p.json_object(out)),
            TokenKind::Word => match self.text() {
                "null" | "true" | "false" => {
                    out.push_str(self.text());
                    self.advance();
                    Ok(())
                }
                "True" | "TRUE" | "False" | "FALSE" => {
                    out.push_str(&self.text().to_ascii_lowercase());
                    self.advance();
                    Ok(())
                }
                "dynamic" => {
                    self.advance();
                    self.nested(|p| p.dynamic_body(out))
                }
                _ => Err(self.unexpected("a JSON value")),
            },
            TokenKind::Minus | TokenKind::Plus => {
                let negative = self.advance().kind == TokenKind::Minus;
                if !matches!(self.kind(), TokenKind::Long | TokenKind::Real) {
                    return Err(self.unexpected("a number"));
                }
                let literal = self.json_number(negative);
                write_literal(&literal, out);
                Ok(())
            }
            TokenKind::String => {
                let text = self.string_literal();
                write_string(&text, out);
                Ok(())
            }
            TokenKind::Long | TokenKind::Real => {
                let literal = self.json_number(false);
                write_literal(&literal, out);
                Ok(())
            }
            TokenKind::TimeSpan => {
                let literal = self.timespan_literal();
                write_literal(&literal, out);
                Ok(())
            }
            TokenKind::Typed(ty) => {
                let literal = self.typed_literal(ty);
                write_literal(&literal, out);
                Ok(())
            }
            TokenKind::Bad => {
                self.advance();
                out.push_str("null");
                Ok(())
            }
            _ => Err(self.unexpected("a JSON value")),
        }
    }

    fn json_array(&mut self, out: &mut String) -> Parsing<()> {
        let open = self.advance().span;
        out.push('[');
        if !self.at(TokenKind::CloseBracket) {
            loop {
                self.json_value(out)?;
                if !self.eat(TokenKind::Comma) || self.at(TokenKind::CloseBracket) {
                    break;
                }
                out.push(',');
            }
        }
        self.expect_close(TokenKind::CloseBracket, open)?;
        out.push(']');
        Ok(())
    }

    fn json_object(&mut self, out: &mut String) -> Parsing<()> {
        let open = self.advance().span;
        out.push('{');
        if !self.at(TokenKind::CloseBrace) {
            loop {
                if !self.at(TokenKind::String) {
                    return Err(self.unexpected("a property name in quotes"));
                }
                let key = self.string_literal();
                write_string(&key, out);
                self.expect(TokenKind::Colon)?;
                out.push(':');
                self.json_value(out)?;
                if !self.eat(TokenKind::Comma) || self.at(TokenKind::CloseBrace) {
                    break;
                }
                out.push(',');
            }
        }
        self.expect_close(TokenKind::CloseBrace, open)?;
        out.push('}');
        Ok(())
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn write_literal(literal: &Literal, out: &mut String) {
    match literal {
        Literal::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Literal::Int(Some(value)) => out.push_str(&value.to_string()),
        Literal::Long(Some(value)) => out.push_str(&value.to_string()),
        // `{:?}` keeps the point of `1.0`, which makes it a real on the way back.
        Literal::Real(Some(value)) if value.is_finite() => out.push_str(&format!("{value:?}")),
        Literal::Real(Some(value)) => write_string(&real_word(*value), out),
        Literal::Decimal(Some(text)) | Literal::Guid(Some(text)) => write_string(text, out),
        Literal::String(text) => write_string(text, out),
        Literal::DateTime(Some(ticks)) => write_string(&datetime_text(*ticks), out),
        Literal::TimeSpan(Some(ticks)) => write_string(&timespan_text(*ticks), out),
        Literal::Dynamic(json) => out.push_str(json),
        Literal::Int(None)
        | Literal::Long(None)
        | Literal::Real(None)
        | Literal::Decimal(None)
        | Literal::Guid(None)
        | Literal::DateTime(None)
        | Literal::TimeSpan(None)
        | Literal::BoolNull
        | Literal::Null => out.push_str("null"),
    }
}

fn real_word(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value > 0.0 {
        "Infinity".to_owned()
    } else {
        "-Infinity".to_owned()
    }
}

/// `2024-01-01T00:00:00.0000000Z`
fn datetime_text(ticks: i64) -> String {
    let (year, month, day) = civil_date(ticks.div_euclid(TICKS_PER_DAY));
    let (hours, minutes, seconds, fraction) = clock(ticks.rem_euclid(TICKS_PER_DAY));
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}Z")
}

/// `1.02:03:04.5000000`: days and fraction only where there are any.
fn timespan_text(ticks: i64) -> String {
    let magnitude = i128::from(ticks).unsigned_abs() as i128;
    let days = magnitude / i128::from(TICKS_PER_DAY);
    let (hours, minutes, seconds, fraction) = clock((magnitude % i128::from(TICKS_PER_DAY)) as i64);
    let mut text = String::new();
    if ticks < 0 {
        text.push('-');
    }
    if days > 0 {
        text.push_str(&format!("{days}."));
    }
    text.push_str(&format!("{hours:02}:{minutes:02}:{seconds:02}"));
    if fraction > 0 {
        text.push_str(&format!(".{fraction:07}"));
    }
    text
}

fn clock(ticks: i64) -> (i64, i64, i64, i64) {
    let seconds = ticks / TICKS_PER_SECOND;
    (
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        ticks % TICKS_PER_SECOND,
    )
}

/// The Gregorian date so many days after 0001-01-01, by counting 400-year cycles from a March.
fn civil_date(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let shifted = days + 306;
    let cycle = shifted.div_euclid(CYCLE);
    let of_cycle = shifted.rem_euclid(CYCLE);
    let year_of_cycle =
        (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / (CYCLE - 1)) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    (year, month, day)
}
