//! Operators that choose and make columns: extend, project and its kin, distinct, print, serialize.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: the order of the
//! columns is that of the text.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Argument, Direction, OperatorKind, Ordering};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    fn arguments(&mut self) -> Parsing<Vec<Argument>> {
        self.comma_list(Self::argument)
    }

    fn optional_arguments(&mut self) -> Parsing<Vec<Argument>> {
        if self.at_clauses_end() {
            Ok(Vec::new())
        } else {
            self.arguments()
        }
    }

    pub(super) fn extend(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::Extend(self.arguments()?).into())
    }

    pub(super) fn project(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::Project(self.optional_arguments()?).into())
    }

    pub(super) fn project_away(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::ProjectAway(self.comma_list(Self::column_pattern)?).into())
    }

    pub(super) fn project_by_names(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::ProjectByNames(self.comma_list(Self::expression)?).into())
    }

    pub(super) fn project_keep(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::ProjectKeep(self.comma_list(Self::column_pattern)?).into())
    }

    pub(super) fn project_rename(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::ProjectRename(self.optional_arguments()?).into())
    }

    pub(super) fn project_reorder(&mut self) -> Parsing<Clauses> {
        let columns = self.comma_list(|p| {
            let expr = p.column_pattern()?;
            let direction = p.granny_direction();
            Ok(Ordering {
                expr,
                direction,
                nulls: None,
            })
        })?;
        Ok(OperatorKind::ProjectReorder(columns).into())
    }

    fn granny_direction(&mut self) -> Option<Direction> {
        let (span, tokens) = self.joined_word(TokenKind::Minus);
        let direction = match self.slice(span) {
            "granny-asc" => Direction::GrannyAscending,
            "granny-desc" => Direction::GrannyDescending,
            _ => return self.direction(),
        };
        for _ in 0..tokens {
            self.advance();
        }
        Some(direction)
    }

    pub(super) fn distinct(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["hint"])?;
        let columns = self.arguments()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Distinct(columns),
        })
    }

    pub(super) fn print(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::Print(self.arguments()?).into())
    }

    /// `getschema [kind=csl]`
    pub(super) fn get_schema(&mut self) -> Parsing<Clauses> {
        Ok(Clauses {
            parameters: self.parameters(&[])?,
            kind: OperatorKind::GetSchema,
        })
    }

    pub(super) fn assert_schema(&mut self) -> Parsing<Clauses> {
        Ok(OperatorKind::AssertSchema(self.row_schema()?).into())
    }

    pub(super) fn serialize(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["hint"])?;
        let columns = self.optional_arguments()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Serialize(columns),
        })
    }
}
