//! Operands: literals, names, calls, parentheses, and the paths behind them.
//!
//! In: the tokens. Out: [`Expr`]. What always holds: words that only join operands (`and`, `by`, …)
//! are no operands, so that a missing operand is reported where it is missing.

use super::cursor::{Parser, Parsing};
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::syntax::ast::{Call, Expr, ExprKind, Literal, Name, Property};
use crate::syntax::token::{TokenKind, TypedLiteral};

impl Parser<'_> {
    /// An operand with its path: `a.b["c"][0].f(x)`
    pub(super) fn postfix(&mut self) -> Parsing<Expr> {
        let start = self.span();
        let mut expr = self.primary()?;
        loop {
            let base = match self.kind() {
                TokenKind::Dot => {
                    self.advance();
                    self.path_step(expr)?
                }
                TokenKind::OpenBracket => self.element(expr)?,
                _ => return Ok(expr),
            };
            self.grow()?;
            expr = Expr {
                kind: base,
                span: self.span_from(start),
            };
        }
    }

    /// A column and its path, without calls: `partition by key (…)` is none.
    pub(super) fn column_path(&mut self) -> Parsing<Expr> {
        let start = self.span();
        let name = self.name("a column")?;
        let mut expr = Expr {
            kind: ExprKind::Name(name.text),
            span: name.span,
        };
        loop {
            let base = match self.kind() {
                TokenKind::Dot => {
                    self.advance();
                    let name = self.name("a name after the dot")?;
                    let base = Box::new(expr);
                    ExprKind::Path { base, name }
                }
                TokenKind::OpenBracket => self.element(expr)?,
                _ => return Ok(expr),
            };
            self.grow()?;
            expr = Expr {
                kind: base,
                span: self.span_from(start),
            };
        }
    }

    /// What follows the dot.
    fn path_step(&mut self, base: Expr) -> Parsing<ExprKind> {
        let base = Box::new(base);
        if self.at(TokenKind::OpenBracket) && !self.bracketed_name_ahead(0) {
            return self.element(*base);
        }
        if self.wildcards
            && let Some(name) = self.wildcard()
        {
            return Ok(ExprKind::Path { base, name });
        }
        let name = self.name("a name after the dot")?;
        if self.at(TokenKind::OpenParen) {
            let call = self.call(name)?;
            return Ok(ExprKind::DotCall { base, call });
        }
        Ok(ExprKind::Path { base, name })
    }

    /// `[index]`
    fn element(&mut self, base: Expr) -> Parsing<ExprKind> {
        let open = self.advance().span;
        let index = self.framed(Self::expression)?;
        self.expect_close(TokenKind::CloseBracket, open)?;
        Ok(ExprKind::Element {
            base: Box::new(base),
            index: Box::new(index),
        })
    }

    fn primary(&mut self) -> Parsing<Expr> {
        let start = self.span();
        let kind = match self.kind() {
            TokenKind::Word => self.word_operand()?,
            TokenKind::String => ExprKind::Literal(Literal::String(self.string_literal())),
            TokenKind::Long => ExprKind::Literal(self.long_literal()),
            TokenKind::Real => ExprKind::Literal(self.real_literal()),
            TokenKind::TimeSpan => ExprKind::Literal(self.timespan_literal()),
            TokenKind::Typed(TypedLiteral::DateTime) if self.is_empty_literal() => {
                self.advance();
                self.current_time(self.span_from(start))
            }
            TokenKind::Typed(ty) => ExprKind::Literal(self.typed_literal(ty)),
            TokenKind::OpenParen => self.parenthesized()?,
            TokenKind::OpenBracket if self.bracketed_name_ahead(0) => {
                let name = self.name("a name")?;
                if self.at(TokenKind::OpenParen) {
                    ExprKind::Call(self.call(name)?)
                } else {
                    ExprKind::Name(name.text)
                }
            }
            TokenKind::OpenBracket | TokenKind::OpenBrace => {
                let fault = self
                    .expected("an expression")
                    .with_help("a list or an object stands in dynamic(…)");
                return Err(self.report(fault));
            }
            TokenKind::Star => match self.wildcards.then(|| self.wildcard()).flatten() {
                Some(name) => ExprKind::Wildcard(name.text),
                None => {
                    self.advance();
                    ExprKind::Star
                }
            },
            // It was reported when it was cut; the rest of the operator is still worth reading.
            TokenKind::Bad => {
                self.advance();
                ExprKind::Literal(Literal::String(String::new()))
            }
            _ => return Err(self.unexpected("an expression")),
        };
        Ok(Expr {
            kind,
            span: self.span_from(start),
        })
    }

    /// Whether the literal that comes next has nothing in its brackets.
    fn is_empty_literal(&self) -> bool {
        let inside = self.slice(self.span()).split_once('(');
        inside.is_some_and(|(_, rest)| rest.trim_end_matches(')').trim().is_empty())
    }

    /// What `datetime()` means: `now()`.
    ///
    /// Source: "The datetime data type" of the Kusto reference, on literals.
    fn current_time(&self, span: Span) -> ExprKind {
        ExprKind::Call(Call {
            name: Name {
                text: "now".to_owned(),
                span,
            },
            arguments: Vec::new(),
        })
    }

    fn word_operand(&mut self) -> Parsing<ExprKind> {
        let call_follows = self.ahead(1).kind == TokenKind::OpenParen;
        if self.wildcards
            && let Some(name) = self.wildcard()
        {
            return Ok(ExprKind::Wildcard(name.text));
        }
        match self.text() {
            "true" | "True" | "TRUE" => {
                self.advance();
                return Ok(ExprKind::Literal(Literal::Bool(true)));
            }
            "false" | "False" | "FALSE" => {
                self.advance();
                return Ok(ExprKind::Literal(Literal::Bool(false)));
            }
            "null" if !call_follows => {
                self.advance();
                return Ok(ExprKind::Literal(Literal::Null));
            }
            "dynamic" if call_follows => return Ok(ExprKind::Literal(self.dynamic_literal()?)),
            "datatable" if call_follows || self.at_parameter(1) => return self.datatable(),
            "externaldata" | "external_data" if call_follows || self.at_parameter(1) => {
                return self.external_data();
            }
            "toscalar" | "totable" if self.word_ahead(1, "kind") => {
                // `kind=nooptimization` changes how, not what.
                let name = self.name("a name")?;
                self.advance();
                self.expect(TokenKind::Assign)?;
                self.name("`nooptimization`")?;
                return Ok(ExprKind::Call(self.call(name)?));
            }
            "and" | "or" | "by" | "between" | "in" | "has_any" | "has_all" => {
                return Err(self.unexpected("an expression"));
            }
            _ => {}
        }
        let name = self.name("a name")?;
        if call_follows {
            Ok(ExprKind::Call(self.call(name)?))
        } else {
            Ok(ExprKind::Name(name.text))
        }
    }

    /// `(expression)`, `(T | where x)`
    fn parenthesized(&mut self) -> Parsing<ExprKind> {
        let open = self.advance().span;
        let wildcards = std::mem::replace(&mut self.wildcards, false);
        let inner = self.framed(Self::pipe_expression);
        self.wildcards = wildcards;
        let inner = inner?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(ExprKind::Parenthesized(Box::new(inner)))
    }

    /// The arguments of a call whose name was read.
    pub(super) fn call(&mut self, name: Name) -> Parsing<Call> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let wildcards = std::mem::replace(&mut self.wildcards, false);
        let arguments = if self.at(TokenKind::CloseParen) {
            Ok(Vec::new())
        } else {
            self.framed(|p| p.comma_list(Self::call_argument))
        };
        self.wildcards = wildcards;
        let arguments = arguments?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(Call { name, arguments })
    }

    /// `datatable (columns) [values]`
    fn datatable(&mut self) -> Parsing<ExprKind> {
        self.advance();
        self.parameters(&[])?;
        let columns = self.row_schema()?;
        let open = self.expect(TokenKind::OpenBracket)?.span;
        let mut values = Vec::new();
        while !self.at(TokenKind::CloseBracket) {
            let value = self.framed(Self::expression)?;
            self.check_datatable_value(&value);
            values.push(value);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_close(TokenKind::CloseBracket, open)?;
        Ok(ExprKind::Datatable { columns, values })
    }

    /// The engine takes only literals, and a null only with its type.
    fn check_datatable_value(&mut self, value: &Expr) {
        let unsigned = if let ExprKind::Unary { operand, .. } = &value.kind {
            operand
        } else {
            value
        };
        let ExprKind::Literal(literal) = &unsigned.kind else {
            return self.not_a_datatable_value(
                value.span,
                "compute the value with extend, or write it as a literal",
            );
        };
        if *literal == Literal::Null {
            self.not_a_datatable_value(
                value.span,
                "write the type too, such as int(null), or \"\"",
            );
        }
    }

    fn not_a_datatable_value(&mut self, span: Span, help: &str) {
        let fault = Diagnostic::error(
            Code::UnexpectedToken,
            span,
            "a datatable holds only typed literals",
        )
        .with_help(help);
        self.report(fault);
    }

    /// `externaldata (columns) [urls] with (properties)`
    fn external_data(&mut self) -> Parsing<ExprKind> {
        self.advance();
        self.parameters(&[])?;
        let columns = self.row_schema()?;
        let open = self.expect(TokenKind::OpenBracket)?.span;
        let mut sources = Vec::new();
        while !self.at(TokenKind::CloseBracket) {
            let source = self.framed(Self::expression)?;
            sources.push(source);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_close(TokenKind::CloseBracket, open)?;
        let properties = if self.eat_word("with") {
            self.property_list()?
        } else {
            Vec::new()
        };
        Ok(ExprKind::ExternalData {
            columns,
            sources,
            properties,
        })
    }

    /// `(name = value, …)`, a comma at the end allowed.
    pub(super) fn property_list(&mut self) -> Parsing<Vec<Property>> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let mut properties = Vec::new();
        while !self.at(TokenKind::CloseParen) {
            let name = self.dotted_name()?;
            self.expect(TokenKind::Assign)?;
            let value = self.framed(Self::expression)?;
            properties.push(Property { name, value });
            // `series = a, b` lists names: whatever has no `=` belongs to the one before.
            while self.at(TokenKind::Comma) && self.list_goes_on() {
                self.advance();
                let value = self.framed(Self::expression)?;
                let name = properties
                    .last()
                    .map(|p: &Property| p.name.clone())
                    .ok_or(super::cursor::Reported)?;
                properties.push(Property { name, value });
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(properties)
    }

    /// Whether behind the comma here stands a value, not `name =` or the end.
    fn list_goes_on(&self) -> bool {
        let next = self.ahead(1);
        let name_ends = if self.bracketed_name_ahead(1) { 4 } else { 2 };
        next.kind != TokenKind::CloseParen && self.ahead(name_ends).kind != TokenKind::Assign
    }

    /// `name`, `hint.name`
    pub(super) fn dotted_name(&mut self) -> Parsing<Name> {
        if !self.at(TokenKind::Word) {
            return self.name("a name");
        }
        let (span, tokens) = self.joined_word(TokenKind::Dot);
        for _ in 0..tokens {
            self.advance();
        }
        Ok(Name {
            text: self.slice(span).to_owned(),
            span,
        })
    }

    /// Whether `name = value` of an operator stands so many places on.
    pub(super) fn at_parameter(&self, places: usize) -> bool {
        let mut places = places;
        while self.ahead(places).kind == TokenKind::Word
            && self.ahead(places + 1).kind == TokenKind::Dot
        {
            places += 2;
        }
        self.ahead(places).kind == TokenKind::Word
            && self.ahead(places + 1).kind == TokenKind::Assign
    }

    /// The `name = value` pairs behind an operator's word. Names that begin with `hint.` or `__` are
    /// parameters everywhere; others only where `known` has them, or where it is empty: then no
    /// column can be named at this place.
    pub(super) fn parameters(&mut self, known: &[&str]) -> Parsing<Vec<Property>> {
        let mut parameters = Vec::new();
        while self.at_parameter(0) {
            let (span, _) = self.joined_word(TokenKind::Dot);
            let text = self.slice(span);
            let hidden = text.starts_with("hint.") || text.starts_with("__");
            if !hidden && !known.is_empty() && !known.contains(&text) {
                break;
            }
            let name = self.dotted_name()?;
            self.expect(TokenKind::Assign)?;
            let value = self.parameter_value()?;
            parameters.push(Property { name, value });
        }
        Ok(parameters)
    }

    /// A literal or one name: what follows it belongs to the operator again.
    fn parameter_value(&mut self) -> Parsing<Expr> {
        let start: Span = self.span();
        if self.at_name() && !matches!(self.text(), "true" | "false" | "dynamic") {
            let name = self.name("a value")?;
            return Ok(Expr {
                kind: ExprKind::Name(name.text),
                span: self.span_from(start),
            });
        }
        if self.eat(TokenKind::Minus) {
            let operand = self.framed(Self::primary)?;
            return Ok(Expr {
                kind: ExprKind::Unary {
                    op: crate::syntax::ast::UnaryOp::Minus,
                    operand: Box::new(operand),
                },
                span: self.span_from(start),
            });
        }
        self.framed(Self::primary)
    }
}
