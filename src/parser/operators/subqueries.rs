//! Operators that run pipes of their own: facet, fork, partition, scan.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: a subquery whose
//! input is implied is an `ImpliedPipe`.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Expr, ForkBranch, OperatorKind, ScanStep};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// `(where x | take 1)`
    pub(super) fn implied_subquery(&mut self) -> Parsing<Expr> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let subquery = self.implied_pipe()?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(subquery)
    }

    pub(super) fn facet(&mut self) -> Parsing<Clauses> {
        self.expect_word("by")?;
        let by = self.comma_list(Self::expression)?;
        let with = if self.eat_word("with") {
            Some(Box::new(if self.at(TokenKind::OpenParen) {
                self.implied_subquery()?
            } else {
                self.implied_pipe()?
            }))
        } else {
            None
        };
        Ok(OperatorKind::Facet { by, with }.into())
    }

    pub(super) fn fork(&mut self) -> Parsing<Clauses> {
        let mut branches = Vec::new();
        loop {
            let name = self.optional_name()?;
            let subquery = self.implied_subquery()?;
            branches.push(ForkBranch { name, subquery });
            if !self.at(TokenKind::OpenParen) && !self.at_name() {
                return Ok(OperatorKind::Fork(branches).into());
            }
        }
    }

    /// `partition by key (subquery)`, `partition by key { query }`
    pub(super) fn partition(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        self.expect_word("by")?;
        let by = Box::new(self.framed(Self::column_path)?);
        let subquery = if self.at(TokenKind::OpenBrace) {
            let open = self.advance().span;
            let query = self.pipe_expression()?;
            self.expect_close(TokenKind::CloseBrace, open)?;
            query
        } else {
            self.implied_subquery()?
        };
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Partition {
                by,
                subquery: Box::new(subquery),
            },
        })
    }

    pub(super) fn scan(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let order = if self.at_word("order") || self.at_word("sort") {
            self.advance();
            self.expect_word("by")?;
            self.comma_list(Self::ordering)?
        } else {
            Vec::new()
        };
        let partition_by = if self.eat_word("partition") {
            self.expect_word("by")?;
            self.comma_list(Self::expression)?
        } else {
            Vec::new()
        };
        let declare = if self.eat_word("declare") {
            self.parameter_list()?
        } else {
            Vec::new()
        };
        self.expect_word("with")?;
        let open = self.expect(TokenKind::OpenParen)?.span;
        let mut steps = Vec::new();
        while self.at_word("step") {
            let step = self.scan_step()?;
            steps.push(step);
            if !self.eat(TokenKind::Semicolon) {
                break;
            }
        }
        if steps.is_empty() {
            return Err(self.unexpected("`step`"));
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Scan {
                order,
                partition_by,
                declare,
                steps,
            },
        })
    }

    /// `step name [optional] [output = all]: condition [=> a = x, b = y]`
    fn scan_step(&mut self) -> Parsing<ScanStep> {
        self.expect_word("step")?;
        let name = self.name("a step name")?;
        let optional = self.eat_word("optional");
        let output = if self.eat_word("output") {
            self.expect(TokenKind::Assign)?;
            Some(self.name("`all`, `last` or `none`")?)
        } else {
            None
        };
        self.expect(TokenKind::Colon)?;
        let condition = self.expression()?;
        let assignments = if self.eat(TokenKind::FatArrow) {
            self.comma_list(Self::argument)?
        } else {
            Vec::new()
        };
        Ok(ScanStep {
            name,
            optional,
            output,
            condition,
            assignments,
        })
    }
}
