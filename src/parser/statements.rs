//! Statements: `let`, `set`, `declare`, `alias`, `restrict` and the query itself.
//!
//! In: the tokens. Out: [`Statement`]s. What always holds: a faulty statement ends at its `;`, and
//! the next one is read; semicolons too many are no fault.
//!
//! Source: "Query statements" of the Kusto reference.

use super::cursor::{Parser, Parsing};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{
    ColumnDeclaration, Function, LetValue, Parameter, ParameterType, Pattern, PatternRule, Query,
    Statement, StatementKind,
};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// The whole text.
    pub(super) fn query(&mut self) -> Query {
        let mut statements = Vec::new();
        loop {
            self.statements_until(&mut statements, 0);
            if self.at(TokenKind::End) {
                return Query { statements };
            }
            // Only a closing bracket without an opening one ends a statement here.
            let fault = Diagnostic::error(
                Code::UnexpectedToken,
                self.span(),
                format!("this {} closes nothing", self.kind().describe()),
            )
            .with_help("take it away, or open it before");
            self.report(fault);
            self.advance();
            self.skip_statement(0);
        }
    }

    /// Statements up to a closing bracket of this level or the end.
    fn statements_until(&mut self, statements: &mut Vec<Statement>, level: u32) {
        loop {
            while self.eat(TokenKind::Semicolon) {}
            if self.at_statement_end() {
                return;
            }
            let start = self.span();
            let before = self.position();
            match self.statement() {
                Ok(kind) => {
                    statements.push(Statement {
                        kind,
                        span: self.span_from(start),
                    });
                    if !self.at(TokenKind::Semicolon) && !self.at_statement_end() {
                        self.statement_expected_end();
                        self.skip_statement(level);
                    }
                }
                Err(_) => self.skip_statement(level),
            }
            if self.position() == before {
                self.advance();
            }
        }
    }

    fn at_statement_end(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::End
                | TokenKind::CloseParen
                | TokenKind::CloseBracket
                | TokenKind::CloseBrace
        )
    }

    fn statement_expected_end(&mut self) {
        let fault = self.expected("`|` or `;`");
        let text = self.text();
        let fault = if self.at_word("let") || self.at_word("set") || self.at_word("declare") {
            fault.with_help("end the statement before with `;`")
        } else if self.at(TokenKind::Word) && self.is_operator_word(text) {
            fault.with_help(format!("an operator follows a bar: `| {text}`"))
        } else {
            fault
        };
        self.report(fault);
    }

    /// Skips to the `;` of this level. Pipes of a faulty statement are read for their own faults.
    fn skip_statement(&mut self, level: u32) {
        loop {
            self.skip_to_pipe(level);
            if !self.at(TokenKind::Pipe) {
                return;
            }
            self.advance();
            if self.operator().is_err() {
                continue;
            }
        }
    }

    fn statement(&mut self) -> Parsing<StatementKind> {
        let followed_by_name =
            matches!(self.ahead(1).kind, TokenKind::Word | TokenKind::OpenBracket);
        if self.at(TokenKind::Word) && followed_by_name {
            match self.text() {
                "let" => return self.let_statement(),
                "set" => return self.set_statement(),
                "declare" => return self.declare_statement(),
                "alias" if self.word_ahead(1, "database") => return self.alias_statement(),
                "restrict" if self.word_ahead(1, "access") => return self.restrict_statement(),
                _ => {}
            }
        }
        Ok(StatementKind::Expr(self.pipe_expression()?))
    }

    fn let_statement(&mut self) -> Parsing<StatementKind> {
        self.advance();
        let name = self.new_name("a name after `let`")?;
        self.expect(TokenKind::Assign)?;
        let value = if self.at_function() {
            LetValue::Function(self.nested(Self::function)?)
        } else {
            LetValue::Expr(self.pipe_expression()?)
        };
        Ok(StatementKind::Let { name, value })
    }

    /// Whether `(…) {` or `view (…) {` stands here.
    fn at_function(&self) -> bool {
        let view = usize::from(self.at_word("view") && self.ahead(1).kind == TokenKind::OpenParen);
        self.ahead(view).kind == TokenKind::OpenParen
            && self
                .after_bracket(view)
                .is_some_and(|token| token.kind == TokenKind::OpenBrace)
    }

    fn function(&mut self) -> Parsing<Function> {
        let start = self.span();
        let view = self.eat_word("view");
        let parameters = self.parameter_list()?;
        let open = self.expect(TokenKind::OpenBrace)?.span;
        let mut body = Vec::new();
        let level = self.level();
        self.statements_until(&mut body, level);
        self.expect_close(TokenKind::CloseBrace, open)?;
        Ok(Function {
            view,
            parameters,
            body,
            span: self.span_from(start),
        })
    }

    /// `(a: int, b: string = "x", T: (*), U: (c: long))`
    pub(super) fn parameter_list(&mut self) -> Parsing<Vec<Parameter>> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let mut parameters = Vec::new();
        if !self.at(TokenKind::CloseParen) {
            parameters = self.comma_list(Self::parameter)?;
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(parameters)
    }

    fn parameter(&mut self) -> Parsing<Parameter> {
        let name = self.new_name("a parameter name")?;
        self.expect(TokenKind::Colon)?;
        let ty = if self.at(TokenKind::OpenParen) {
            if self.ahead(1).kind == TokenKind::Star {
                let open = self.advance().span;
                self.advance();
                self.expect_close(TokenKind::CloseParen, open)?;
                ParameterType::AnyTable
            } else {
                let columns: Vec<ColumnDeclaration> = self.row_schema()?;
                ParameterType::Table(columns)
            }
        } else {
            ParameterType::Scalar(self.type_name()?)
        };
        let default = if self.eat(TokenKind::Assign) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Parameter { name, ty, default })
    }

    fn set_statement(&mut self) -> Parsing<StatementKind> {
        self.advance();
        let option = self.name("an option after `set`")?;
        let value = if self.eat(TokenKind::Assign) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(StatementKind::Set { option, value })
    }

    fn declare_statement(&mut self) -> Parsing<StatementKind> {
        self.advance();
        if self.eat_word("query_parameters") {
            return Ok(StatementKind::QueryParameters(self.parameter_list()?));
        }
        if self.eat_word("pattern") {
            return Ok(StatementKind::Pattern(self.nested(Self::pattern)?));
        }
        Err(self.unexpected("`query_parameters` or `pattern`"))
    }

    /// `name`, or `name = (a: string)[path: string] { ("x").["y"] = { query }; … }`
    fn pattern(&mut self) -> Parsing<Pattern> {
        let mut pattern = Pattern {
            name: self.name("a pattern name")?,
            parameters: Vec::new(),
            path: None,
            rules: Vec::new(),
        };
        if !self.eat(TokenKind::Assign) {
            return Ok(pattern);
        }
        pattern.parameters = self.parameter_list()?;
        if self.at(TokenKind::OpenBracket) {
            let open = self.advance().span;
            pattern.path = Some(self.parameter()?);
            self.expect_close(TokenKind::CloseBracket, open)?;
        }
        let open = self.expect(TokenKind::OpenBrace)?.span;
        while self.at(TokenKind::OpenParen) {
            pattern.rules.push(self.pattern_rule()?);
            while self.eat(TokenKind::Semicolon) {}
        }
        self.expect_close(TokenKind::CloseBrace, open)?;
        Ok(pattern)
    }

    fn pattern_rule(&mut self) -> Parsing<PatternRule> {
        let start = self.span();
        let open = self.advance().span;
        let values = self.comma_list(Self::expression)?;
        self.expect_close(TokenKind::CloseParen, open)?;
        let mut path = None;
        if self.eat(TokenKind::Dot) {
            let open = self.expect(TokenKind::OpenBracket)?.span;
            path = Some(self.expression()?);
            self.expect_close(TokenKind::CloseBracket, open)?;
        }
        self.expect(TokenKind::Assign)?;
        let open = self.expect(TokenKind::OpenBrace)?.span;
        let mut body = Vec::new();
        let level = self.level();
        self.statements_until(&mut body, level);
        self.expect_close(TokenKind::CloseBrace, open)?;
        Ok(PatternRule {
            values,
            path,
            body,
            span: self.span_from(start),
        })
    }

    fn alias_statement(&mut self) -> Parsing<StatementKind> {
        self.advance();
        self.advance();
        self.name("a name for the database")?;
        self.expect(TokenKind::Assign)?;
        self.expression()?;
        Ok(StatementKind::Alias)
    }

    fn restrict_statement(&mut self) -> Parsing<StatementKind> {
        self.advance();
        self.advance();
        self.expect_word("to")?;
        if !self.at(TokenKind::OpenParen) || !self.skip_bracket() {
            return Err(self.unexpected("`(` and the tables"));
        }
        Ok(StatementKind::Restrict)
    }
}
