//! Operators that bring tables in: union, join, lookup, range, search, find, evaluate, invoke.
//!
//! In: the tokens behind the word. Out: the operator's clauses. What always holds: a table beside
//! the piped one is a single operand or a pipe in parentheses.

use super::Clauses;
use crate::diagnostics::{Code, Diagnostic};
use crate::parser::cursor::{Parser, Parsing};
use crate::syntax::ast::{ColumnSelection, Expr, ExprKind, OperatorKind};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    pub(super) fn union(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let tables = self.comma_list(Self::column_pattern)?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Union(tables),
        })
    }

    pub(super) fn join(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let right = Box::new(self.expression()?);
        let on = self.on_clause()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Join { right, on },
        })
    }

    pub(super) fn lookup(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let right = Box::new(self.expression()?);
        let on = self.on_clause()?;
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Lookup { right, on },
        })
    }

    fn on_clause(&mut self) -> Parsing<Vec<Expr>> {
        if self.eat_word("on") {
            self.comma_list(Self::expression)
        } else {
            Ok(Vec::new())
        }
    }

    /// `range column from a to b step c`
    pub(super) fn range(&mut self) -> Parsing<Clauses> {
        let column = self.name("a column name")?;
        self.expect_word("from")?;
        let from = Box::new(self.expression()?);
        self.expect_word("to")?;
        let to = Box::new(self.expression()?);
        self.expect_word("step")?;
        let step = Box::new(self.expression()?);
        Ok(OperatorKind::Range {
            column,
            from,
            to,
            step,
        }
        .into())
    }

    /// `in (T1, Device*)`, if it stands here.
    fn table_list(&mut self) -> Parsing<Vec<Expr>> {
        if !self.eat_word("in") {
            return Ok(Vec::new());
        }
        let open = self.expect(TokenKind::OpenParen)?.span;
        let tables = self.comma_list(Self::column_pattern)?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(tables)
    }

    pub(super) fn search(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["kind"])?;
        let tables = self.table_list()?;
        let predicate = Box::new(self.expression()?);
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Search { tables, predicate },
        })
    }

    pub(super) fn find(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&["withsource", "with_source"])?;
        let tables = self.table_list()?;
        self.eat_word("where");
        let predicate = Some(Box::new(self.expression()?));
        let (word, tokens) = self.joined_word(TokenKind::Minus);
        let project_smart = self.slice(word) == "project-smart";
        if project_smart {
            for _ in 0..tokens {
                self.advance();
            }
        }
        let project = if self.eat_word("project") {
            self.comma_list(Self::column_selection)?
        } else {
            Vec::new()
        };
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Find {
                tables,
                predicate,
                project,
                project_smart,
            },
        })
    }

    /// `column`, `column: type`, `pack(*)`
    fn column_selection(&mut self) -> Parsing<ColumnSelection> {
        let expr = self.framed(Self::postfix)?;
        let ty = if self.eat(TokenKind::Colon) {
            Some(self.type_name()?)
        } else {
            None
        };
        Ok(ColumnSelection { expr, ty })
    }

    pub(super) fn evaluate(&mut self) -> Parsing<Clauses> {
        let parameters = self.parameters(&[])?;
        let name = self.dotted_name()?;
        let plugin = self.call(name)?;
        let schema = if self.eat(TokenKind::Colon) {
            Some(self.plugin_schema()?)
        } else {
            None
        };
        Ok(Clauses {
            parameters,
            kind: OperatorKind::Evaluate { plugin, schema },
        })
    }

    pub(super) fn invoke(&mut self) -> Parsing<Clauses> {
        let function = self.framed(Self::postfix)?;
        if let ExprKind::Call(call) = function.kind {
            return Ok(OperatorKind::Invoke(call).into());
        }
        let fault = if matches!(function.kind, ExprKind::DotCall { .. }) {
            Diagnostic::error(
                Code::UnsupportedExpression,
                function.span,
                "a function of another database cannot be invoked",
            )
            .with_help("define the function with `let`")
        } else {
            Diagnostic::error(
                Code::UnexpectedToken,
                function.span,
                "expected a call after `invoke`",
            )
            .with_help("write `invoke name(arguments)`")
        };
        Err(self.report(fault))
    }
}
