//! Names, types and column declarations.
//!
//! In: the tokens. Out: [`Name`], [`TypeName`], [`ColumnDeclaration`]. What always holds: a keyword
//! is a name wherever a name is called for, since KQL's keywords are contextual.

use super::cursor::{Parser, Parsing};
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::syntax::ast::{ColumnDeclaration, Name, PluginSchema, TypeName};
use crate::syntax::token::TokenKind;

/// Words that name nothing new unless in brackets. The engine is stricter with them than Microsoft's
/// published grammar: recorded answers show `extend first = …` and `extend has = …` refused. The other forms of
/// `has`, `contains` and the like are no names in Microsoft's `SyntaxFacts` either.
const RESERVED: &[&str] = &[
    "and",
    "between",
    "by",
    "contains",
    "contains_cs",
    "endswith",
    "endswith_cs",
    "false",
    "first",
    "has",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "in",
    "last",
    "missing",
    "or",
    "startswith",
    "startswith_cs",
    "to",
    "true",
    "where",
];

impl Parser<'_> {
    /// The name of something that is made here: a column, a variable, a parameter.
    pub(super) fn new_name(&mut self, expected: &str) -> Parsing<Name> {
        let text = self.text();
        if self.at(TokenKind::Word) && RESERVED.contains(&text) {
            let fault = self
                .expected(expected)
                .with_help(format!("a keyword is a name in brackets only: ['{text}']"));
            return Err(self.report(fault));
        }
        self.name(expected)
    }

    /// Whether a bracketed name such as `['a b']` stands so many places on.
    pub(super) fn bracketed_name_ahead(&self, places: usize) -> bool {
        self.ahead(places).kind == TokenKind::OpenBracket
            && self.ahead(places + 1).kind == TokenKind::String
            && self.ahead(places + 2).kind == TokenKind::CloseBracket
    }

    /// Whether a name stands here.
    pub(super) fn at_name(&self) -> bool {
        self.at(TokenKind::Word) || self.bracketed_name_ahead(0)
    }

    /// How many tokens the name here takes, 0 if none stands here.
    pub(super) fn name_length(&self) -> usize {
        if self.at(TokenKind::Word) {
            1
        } else if self.bracketed_name_ahead(0) {
            3
        } else {
            0
        }
    }

    /// `word`, `['a b']`
    pub(super) fn name(&mut self, expected: &str) -> Parsing<Name> {
        if self.at(TokenKind::Word) {
            let span = self.advance().span;
            return Ok(Name {
                text: self.slice(span).to_owned(),
                span,
            });
        }
        if self.bracketed_name_ahead(0) {
            let start = self.advance().span;
            let literal = self.advance().span;
            self.advance();
            let mut text = String::new();
            self.decode_string(literal, &mut text);
            return Ok(Name {
                text,
                span: self.span_from(start),
            });
        }
        Err(self.unexpected(expected))
    }

    /// `a.b-c` of words without a gap, such as `hint.strategy` and `mv-expand`: its text and the
    /// number of its tokens.
    pub(super) fn joined_word(&self, joint: TokenKind) -> (Span, usize) {
        let mut span = self.span();
        let mut places = 0;
        while self.ahead(places + 1).kind == joint
            && self.ahead(places + 2).kind == TokenKind::Word
            && self.ahead(places + 1).span.start == span.end
            && self.ahead(places + 2).span.start == self.ahead(places + 1).span.end
        {
            places += 2;
            span = span.to(self.ahead(places).span);
        }
        (span, places + 1)
    }

    /// The text of `Device*`, `*_CL` or `Table*1` if it stands here: words, numbers and stars without
    /// a gap, one star at least, and not a star alone.
    pub(super) fn wildcard(&mut self) -> Option<Name> {
        let start = self.span();
        let mut end = start.start;
        let (mut places, mut starred) = (0, false);
        loop {
            let token = self.ahead(places);
            match token.kind {
                TokenKind::Star => starred = true,
                TokenKind::Word | TokenKind::Long => {}
                _ => break,
            }
            if token.span.start != end {
                break;
            }
            end = token.span.end;
            places += 1;
        }
        if !starred || places < 2 {
            return None;
        }
        for _ in 0..places {
            self.advance();
        }
        let span = Span::new(start.start, end);
        Some(Name {
            text: self.slice(span).to_owned(),
            span,
        })
    }

    /// The word of a type: `long`; or one in brackets or quotes that dirty rules hold.
    pub(super) fn type_name(&mut self) -> Parsing<TypeName> {
        let name = self.name("a type such as `string`")?;
        Ok(TypeName {
            text: name.text,
            span: name.span,
        })
    }

    /// `typeof(type)`
    pub(super) fn typeof_type(&mut self) -> Parsing<TypeName> {
        self.expect_word("typeof")?;
        let open = self.expect(TokenKind::OpenParen)?.span;
        let ty = self.type_name()?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(ty)
    }

    /// `(name: type, …)`, a comma at the end allowed.
    pub(super) fn row_schema(&mut self) -> Parsing<Vec<ColumnDeclaration>> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        self.columns_until_close(open)
    }

    /// `(*, name: type, …)`
    pub(super) fn plugin_schema(&mut self) -> Parsing<PluginSchema> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let star = self.eat(TokenKind::Star);
        if star && !self.at(TokenKind::CloseParen) {
            self.expect(TokenKind::Comma)?;
        }
        let columns = self.columns_until_close(open)?;
        Ok(PluginSchema { star, columns })
    }

    fn columns_until_close(&mut self, open: Span) -> Parsing<Vec<ColumnDeclaration>> {
        let mut columns = Vec::new();
        while !self.at(TokenKind::CloseParen) {
            let name = self.new_name("a column name")?;
            self.expect(TokenKind::Colon)?;
            let ty = self.type_name()?;
            columns.push(ColumnDeclaration { name, ty });
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(columns)
    }

    /// Reads one string literal into `out`; unknown escapes are reported.
    pub(super) fn decode_string(&mut self, literal: Span, out: &mut String) {
        let bad = crate::syntax::strings::decode(self.slice(literal), out);
        for escape in bad {
            let span = Span::new(
                literal.start + escape.span.start,
                literal.start + escape.span.end,
            );
            let text = self.slice(span);
            let fault = Diagnostic::error(
                Code::BadLiteral,
                span,
                format!("`{text}` is no escape of a KQL string"),
            )
            .with_help("double the backslash, or put `@` before the opening quote");
            self.report(fault);
        }
    }
}
