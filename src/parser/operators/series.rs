//! make-series.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: the axis is one
//! operand, so that `in range(…)` behind it is not taken for the operator `in`.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{OperatorKind, SeriesAggregate, SeriesRange};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    pub(super) fn make_series(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["kind"])?;
        let aggregates = self.comma_list(Self::series_aggregate)?;
        self.expect_word("on")?;
        let on = Box::new(self.framed(Self::postfix)?);
        let range = self.series_range()?;
        let by = if self.eat_word("by") {
            self.comma_list(Self::argument)?
        } else {
            Vec::new()
        };
        Ok(Clauses {
            parameters,
            kind: OperatorKind::MakeSeries {
                aggregates,
                on,
                range,
                by,
            },
        })
    }

    /// `[name =] aggregate [default = value]`
    fn series_aggregate(&mut self) -> Parsing<SeriesAggregate> {
        let argument = self.argument()?;
        let default = if self.eat_word("default") {
            self.expect(TokenKind::Assign)?;
            Some(self.expression()?)
        } else {
            None
        };
        Ok(SeriesAggregate { argument, default })
    }

    fn series_range(&mut self) -> Parsing<SeriesRange> {
        if self.eat_word("in") {
            if !self.at_word("range") {
                return Err(self.unexpected("`range(from, to, step)`"));
            }
            return Ok(SeriesRange::InRange(Box::new(self.framed(Self::postfix)?)));
        }
        let from = if self.eat_word("from") {
            Some(Box::new(self.expression()?))
        } else {
            None
        };
        let to = if self.eat_word("to") {
            Some(Box::new(self.expression()?))
        } else {
            None
        };
        self.expect_word("step")?;
        let step = Box::new(self.expression()?);
        Ok(SeriesRange::Step { from, to, step })
    }
}
