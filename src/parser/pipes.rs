//! Pipes: what starts a query and the operators that follow it.
//!
//! In: the tokens. Out: [`Expr`] with its pipe. What always holds: a faulty operator is left out of
//! the tree, and the operators behind it are read all the same, each with its own faults.

use super::cursor::{Parser, Parsing, Reported};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Operator};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// `T | where x | take 1`, or a single expression.
    pub(super) fn pipe_expression(&mut self) -> Parsing<Expr> {
        self.nested(Self::pipe)
    }

    fn pipe(&mut self) -> Parsing<Expr> {
        let level = self.level();
        let start = self.span();
        let first = self.framed(|p| {
            if p.at_source_operator() {
                let operator = p.operator()?;
                let span = operator.span;
                let kind = ExprKind::Source(Box::new(operator));
                Ok(Expr { kind, span })
            } else {
                p.expression()
            }
        });
        let (mut expr, mut failed) = match first {
            Ok(expr) => (Some(expr), false),
            Err(Reported) => {
                self.recover(level)?;
                (None, true)
            }
        };
        while self.eat(TokenKind::Pipe) {
            match self.framed(Self::operator) {
                Ok(operator) => {
                    self.grow()?;
                    expr = expr.map(|input| Expr {
                        kind: ExprKind::Pipe {
                            input: Box::new(input),
                            operator: Box::new(operator),
                        },
                        span: self.span_from(start),
                    });
                }
                Err(Reported) => {
                    failed = true;
                    self.recover(level)?;
                }
            }
            failed |= !self.end_of_operator(level);
        }
        match expr {
            Some(expr) if !failed || self.at_pipe_end() => Ok(expr),
            _ => Err(Reported),
        }
    }

    /// After a fault: stops before the next `|` of this level. Gives up where there is none and the
    /// pipe's own closing bracket is not reached either.
    fn recover(&mut self, level: u32) -> Parsing<()> {
        self.skip_to_pipe(level);
        if self.level() < level && !self.at_pipe_end() {
            return Err(Reported);
        }
        Ok(())
    }

    fn at_pipe_end(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::End
                | TokenKind::Pipe
                | TokenKind::Semicolon
                | TokenKind::Comma
                | TokenKind::CloseParen
                | TokenKind::CloseBracket
                | TokenKind::CloseBrace
        )
    }

    /// Whether the operator ended where one may; reports and skips what is left of it otherwise.
    fn end_of_operator(&mut self, level: u32) -> bool {
        if self.at_pipe_end() {
            return true;
        }
        let fault = self.expected("`|` or the end of the operator");
        let text = self.text();
        let fault = if self.at_word("let") {
            fault.with_help("end the statement before with `;`")
        } else if self.at(TokenKind::Word) && self.is_operator_word(text) {
            fault.with_help(format!("an operator follows a bar: `| {text}`"))
        } else {
            fault
        };
        self.report(fault);
        self.skip_to_pipe(level);
        false
    }

    /// Operators without an input, such as the subquery of mv-apply: `where x | take 1`
    pub(super) fn implied_pipe(&mut self) -> Parsing<Expr> {
        self.nested(|p| {
            let level = p.level();
            let start = p.span();
            let mut operators: Vec<Operator> = Vec::new();
            loop {
                match p.framed(Self::operator) {
                    Ok(operator) => {
                        p.grow()?;
                        operators.push(operator);
                    }
                    Err(Reported) => p.recover(level)?,
                }
                p.end_of_operator(level);
                if !p.eat(TokenKind::Pipe) {
                    break;
                }
            }
            Ok(Expr {
                kind: ExprKind::ImpliedPipe(operators),
                span: p.span_from(start),
            })
        })
    }

    /// Whether an operator that needs no input stands here, not a name or call of the same word.
    fn at_source_operator(&self) -> bool {
        if !self.at(TokenKind::Word) {
            return false;
        }
        let next = self.ahead(1);
        let name_like = matches!(
            next.kind,
            TokenKind::End
                | TokenKind::Pipe
                | TokenKind::Semicolon
                | TokenKind::Comma
                | TokenKind::CloseParen
                | TokenKind::Dot
                | TokenKind::Assign
                | TokenKind::Equal
                | TokenKind::NotEqual
        );
        match self.text() {
            "print" | "union" | "search" | "find" | "evaluate" => !name_like,
            "range" => {
                let column = if self.bracketed_name_ahead(1) { 3 } else { 1 };
                self.word_ahead(column + 1, "from")
            }
            "macro" => {
                let (span, _) = self.joined_word(TokenKind::Minus);
                self.slice(span) == "macro-expand"
            }
            "entity_group" => next.kind == TokenKind::OpenBracket,
            _ => false,
        }
    }

    pub(super) fn unknown_operator(
        &mut self,
        word: &str,
        span: crate::diagnostics::Span,
    ) -> Reported {
        let fault = Diagnostic::error(
            Code::UnknownOperator,
            span,
            format!(
                "`{}` is no tabular operator",
                super::cursor::shortened(word)
            ),
        );
        let fault = match super::operators::similar_operator(word) {
            Some(known) => fault.with_help(format!("did you mean `{known}`?")),
            None => fault,
        };
        self.report(fault)
    }
}
