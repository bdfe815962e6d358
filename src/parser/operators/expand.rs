//! Operators over arrays: mv-expand, mv-apply.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: parameters are
//! told from columns by their names, since both may be `name = value`.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Expr, MvColumn, OperatorKind};

const PARAMETERS: &[&str] = &["bagexpansion", "kind", "with_itemindex"];

impl Parser<'_> {
    /// `[name =] expr [to typeof(type)]`
    fn mv_column(&mut self) -> Parsing<MvColumn> {
        let argument = self.argument()?;
        let ty = if self.eat_word("to") {
            Some(self.typeof_type()?)
        } else {
            None
        };
        Ok(MvColumn { argument, ty })
    }

    fn limit_clause(&mut self) -> Parsing<Option<Box<Expr>>> {
        if self.eat_word("limit") {
            Ok(Some(Box::new(self.expression()?)))
        } else {
            Ok(None)
        }
    }

    pub(super) fn mv_expand(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(PARAMETERS)?;
        let columns = self.comma_list(Self::mv_column)?;
        let limit = self.limit_clause()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::MvExpand { columns, limit },
        })
    }

    pub(super) fn mv_apply(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(PARAMETERS)?;
        let columns = self.comma_list(Self::mv_column)?;
        let limit = self.limit_clause()?;
        self.expect_word("on")?;
        let subquery = Box::new(self.implied_subquery()?);
        Ok(Clauses {
            parameters,
            kind: OperatorKind::MvApply {
                columns,
                limit,
                subquery,
            },
        })
    }
}
