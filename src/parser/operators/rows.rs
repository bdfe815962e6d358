//! Operators that choose and order rows, or only count, name or drop them.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: a condition is
//! one expression, with `=` in place of `==` told apart by its help.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Expr, ExprKind, OperatorKind, Property};
use crate::syntax::token::TokenKind;

/// The names of parameters where an expression could begin with `name =` too.
const HINTS: &[&str] = &["hint"];

impl Parser<'_> {
    pub(super) fn filter(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(HINTS)?;
        let predicate = self.expression()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Where(Box::new(predicate)),
        })
    }

    pub(super) fn take(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(HINTS)?;
        let count = self.expression()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Take(Box::new(count)),
        })
    }

    pub(super) fn sort(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        self.expect_word("by")?;
        let by = self.comma_list(Self::ordering)?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Sort(by),
        })
    }

    pub(super) fn top(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(HINTS)?;
        let count = Box::new(self.expression()?);
        self.expect_word("by")?;
        let by = vec![self.ordering()?];
        if self.at(TokenKind::Comma) {
            let fault = self
                .expected("the end of `top`, which sorts by one value")
                .with_help("to sort by several: `sort by …, … | take n`");
            return Err(self.report(fault));
        }
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Top { count, by },
        })
    }

    pub(super) fn sample(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(HINTS)?;
        let count = self.expression()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Sample(Box::new(count)),
        })
    }

    pub(super) fn sample_distinct(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(HINTS)?;
        let count = Box::new(self.expression()?);
        self.expect_word("of")?;
        let of = Box::new(self.expression()?);
        Ok(Clauses {
            parameters,
            kind: OperatorKind::SampleDistinct { count, of },
        })
    }

    /// `count`, `count as name`: the name is kept as the parameter `as`.
    pub(super) fn count(&mut self) -> Parsing<Clauses> {
        let mut parameters = Vec::new();
        if self.at_word("as") {
            let name = self.name("`as`")?;
            let column = self.name("a column name")?;
            parameters.push(Property {
                name,
                value: Expr {
                    kind: ExprKind::Name(column.text),
                    span: column.span,
                },
            });
        }
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Count,
        })
    }

    pub(super) fn consume(&mut self) -> Parsing<Clauses> {
        Ok(Clauses {
            parameters: self.parameters(&[])?,
            kind: OperatorKind::Consume,
        })
    }

    pub(super) fn execute_and_cache(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::ExecuteAndCache.into())
    }

    /// `as name`
    pub(super) fn name_result(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let name = self.name("a name for the result")?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::As { name },
        })
    }
}
