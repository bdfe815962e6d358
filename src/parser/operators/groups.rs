//! Operators that group: summarize, top-hitters, top-nested.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: aggregates and
//! keys keep the order of the text.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{OperatorKind, TopNestedClause};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    pub(super) fn summarize(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["bin_legacy"])?;
        let aggregates = if self.at_word("by") || self.at_clauses_end() {
            Vec::new()
        } else {
            self.comma_list(Self::argument)?
        };
        let by = if self.eat_word("by") {
            self.comma_list(Self::argument)?
        } else {
            Vec::new()
        };
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Summarize { aggregates, by },
        })
    }

    pub(super) fn top_hitters(&mut self) -> Parsing<Clauses> {
        let count = Box::new(self.expression()?);
        self.expect_word("of")?;
        let of = Box::new(self.expression()?);
        let by = if self.eat_word("by") {
            Some(Box::new(self.expression()?))
        } else {
            None
        };
        Ok(OperatorKind::TopHitters { count, of, by }.into())
    }

    pub(super) fn top_nested(&mut self) -> Parsing<Clauses> {
        let mut clauses = vec![self.top_nested_clause()?];
        while self.eat(TokenKind::Comma) {
            let (span, tokens) = self.joined_word(TokenKind::Minus);
            if self.slice(span) != "top-nested" {
                return Err(self.unexpected("`top-nested`"));
            }
            for _ in 0..tokens {
                self.advance();
            }
            let clause = self.top_nested_clause()?;
            clauses.push(clause);
        }
        Ok(OperatorKind::TopNested(clauses).into())
    }

    /// `[n] of [name =] expr [with others = x] by [name =] aggregate [asc|desc]`
    fn top_nested_clause(&mut self) -> Parsing<TopNestedClause> {
        let count = if self.at_word("of") {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect_word("of")?;
        let of = self.argument()?;
        let others = if self.eat_word("with") {
            self.expect_word("others")?;
            self.expect(TokenKind::Assign)?;
            Some(self.expression()?)
        } else {
            None
        };
        self.expect_word("by")?;
        let by = self.argument()?;
        let direction = self.direction();
        Ok(TopNestedClause {
            count,
            of,
            others,
            by,
            direction,
        })
    }
}
