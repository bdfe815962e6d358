//! Operators on text and on how results are shown: parse, parse-kv, reduce, render.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: a parse pattern
//! keeps its parts in the order of the text, literals in a row joined.

use super::Clauses;
use crate::diagnostics::{Code, Diagnostic};
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Expr, ExprKind, Literal, Name, OperatorKind, ParsePart, Property};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    pub(super) fn parse(&mut self) -> Parsing<Clauses> {
        self.parse_text(false)
    }

    pub(super) fn parse_where(&mut self) -> Parsing<Clauses> {
        self.parse_text(true)
    }

    fn parse_text(&mut self, where_: bool) -> Parsing<Clauses> {
        let parameters = self.parameters(&["kind", "flags"])?;
        let subject = Box::new(self.expression()?);
        self.expect_word("with")?;
        let mut pattern = Vec::new();
        while !self.at_clauses_end() {
            let start = self.span();
            let part = self.parse_part()?;
            if let (Some(ParsePart::Column { .. }), ParsePart::Column { .. }) =
                (pattern.last(), &part)
            {
                let fault = Diagnostic::error(
                    Code::UnexpectedToken,
                    start,
                    "two columns follow each other in the pattern",
                )
                .with_help("put the text that parts them between, or `*`");
                self.report(fault);
            }
            pattern.push(part);
        }
        if pattern.is_empty() {
            return Err(self.unexpected("a pattern"));
        }
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Parse {
                where_,
                subject,
                pattern,
            },
        })
    }

    fn parse_part(&mut self) -> Parsing<ParsePart> {
        let start = self.span();
        if self.eat(TokenKind::Star) {
            return Ok(ParsePart::Star(start));
        }
        if self.at(TokenKind::String) {
            let text = self.string_literal();
            return Ok(ParsePart::Text(Expr {
                kind: ExprKind::Literal(Literal::String(text)),
                span: self.span_from(start),
            }));
        }
        if self.eat(TokenKind::Bad) {
            return Ok(ParsePart::Star(start));
        }
        let name = self.new_name("`*`, a text or a column")?;
        let ty = if self.eat(TokenKind::Colon) {
            Some(self.type_name()?)
        } else {
            None
        };
        Ok(ParsePart::Column { name, ty })
    }

    /// `parse-kv subject as (columns) [with (options)]`
    pub(super) fn parse_kv(&mut self) -> Parsing<Clauses> {
        let subject = Box::new(self.expression()?);
        self.expect_word("as")?;
        let columns = self.row_schema()?;
        let with = if self.eat_word("with") {
            self.property_list()?
        } else {
            Vec::new()
        };
        Ok(OperatorKind::ParseKv {
            subject,
            columns,
            with,
        }
        .into())
    }

    pub(super) fn reduce(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        self.expect_word("by")?;
        let by = Box::new(self.expression()?);
        let mut with = Vec::new();
        if self.eat_word("with") {
            with = self.comma_list(|p| {
                let name = p.name("an option")?;
                p.expect(TokenKind::Assign)?;
                let value = p.expression()?;
                Ok(Property { name, value })
            })?;
        }
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Reduce { by, with },
        })
    }

    /// `render chart [with (properties)]`, or the old form without parentheses.
    pub(super) fn render(&mut self) -> Parsing<Clauses> {
        let chart = self.name("a chart such as `timechart`")?;
        let mut with = Vec::new();
        if self.at_word("with") && self.ahead(1).kind == TokenKind::OpenParen {
            self.advance();
            with = self.property_list()?;
        } else {
            while !self.at_clauses_end() {
                let property = self.legacy_render_property()?;
                with.push(property);
            }
        }
        Ok(OperatorKind::Render { chart, with }.into())
    }

    /// `kind = unstacked`, `title = "x"`, `by a, b`, `with "x"`
    fn legacy_render_property(&mut self) -> Parsing<Property> {
        let name: Name = self.name("a property")?;
        if name.text != "by" && name.text != "with" {
            self.expect(TokenKind::Assign)?;
        }
        let value = self.framed(Self::postfix)?;
        while name.text == "by" && self.eat(TokenKind::Comma) {
            self.framed(Self::postfix)?;
        }
        Ok(Property { name, value })
    }
}
