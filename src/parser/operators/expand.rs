//! Operators over arrays: mv-expand, mv-apply.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: parameters are
//! told from columns by their names, since both may be `name = value`.

use super::Clauses;
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{Expr, ExprKind, Literal, MvColumn, OperatorKind};

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

    /// `limit n`, which Microsoft's "Samples for Kusto Queries" writes as `take n` too.
    fn limit_clause(&mut self) -> Parsing<Option<Box<Expr>>> {
        if self.eat_word("limit") || self.eat_word("take") {
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

    /// The older `mvexpand`, which gives no more than 128 rows for one where no limit is written.
    ///
    /// Source: "mv-expand operator" of Microsoft's reference, *RowLimit*.
    pub(super) fn old_mv_expand(&mut self) -> Parsing<Clauses> {
        let mut clauses = self.mv_expand()?;
        if let OperatorKind::MvExpand { limit, columns } = &mut clauses.kind {
            let span = columns.first().map(|c| c.argument.value.span);
            limit.get_or_insert_with(|| {
                Box::new(Expr {
                    kind: ExprKind::Literal(Literal::Long(Some(128))),
                    span: span.unwrap_or_default(),
                })
            });
        }
        Ok(clauses)
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
