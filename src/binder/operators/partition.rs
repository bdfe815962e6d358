//! `partition by column (…)`: a pipe that runs once for each value of a column; and `sample`,
//! `sample-distinct`, of which any rows will do.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Column, Relation, RelationKind};
use crate::syntax::ast::{self, Operator};

use super::carry::carry;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::table::{Table, column_expr};

impl Binder<'_> {
    pub(super) fn partition(
        &mut self,
        environment: &Environment,
        input: Table,
        by: &ast::Expr,
        subquery: &ast::Expr,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        self.allow_parameters(operator, &["hint."]);
        let Some(key) = self.expr(&input.scope(environment), by) else {
            return Table::unknown(span);
        };
        let hidden = Column {
            name: self.hidden("partition"),
            ty: key.ty,
            nullable_string: key.nullable_string,
        };
        let visible = input.columns().to_vec();
        let ordered = input.relation.ordered;
        let mut columns = visible.clone();
        columns.push(hidden.clone());
        let mut expressions: Vec<_> = visible.iter().map(|c| column_expr(c, span)).collect();
        expressions.push(key);
        let keyed = Relation {
            columns,
            ordered,
            span,
            kind: RelationKind::Project {
                input: Box::new(input.relation.clone()),
                expressions,
            },
        };
        let seed = Table {
            relation: Relation {
                columns: visible.clone(),
                ordered,
                span,
                kind: RelationKind::Project {
                    expressions: visible.iter().map(|c| column_expr(c, span)).collect(),
                    input: Box::new(keyed),
                },
            },
            ..input
        };
        let result = self.implied_pipe(environment, seed, subquery);
        if result.open || self.has_errors() {
            return result;
        }
        match carry(
            result.relation.clone(),
            std::slice::from_ref(&hidden),
            &hidden.name,
        ) {
            Ok(carried) => without_hidden(result, carried, span),
            Err(at) => {
                self.report(Diagnostic::error(
                    Code::UnsupportedExpression,
                    at,
                    "this is not supported yet in the pipe of `partition`",
                ));
                Table::unknown(span)
            }
        }
    }

    /// `sample-distinct n of column`: any values will do; these are the first by value.
    pub(super) fn sample_distinct(
        &mut self,
        environment: &Environment,
        input: Table,
        (count, of): (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> Table {
        let argument = ast::Argument {
            names: Vec::new(),
            value: of.clone(),
        };
        let distinct = self.distinct(environment, input, std::slice::from_ref(&argument), span);
        self.take(environment, distinct, count, span)
    }
}

/// The carried rows with the pipe's own columns.
fn without_hidden(result: Table, carried: Relation, span: Span) -> Table {
    let columns = result.columns().to_vec();
    Table {
        relation: Relation {
            ordered: carried.ordered,
            span,
            kind: RelationKind::Project {
                expressions: columns.iter().map(|c| column_expr(c, span)).collect(),
                input: Box::new(carried),
            },
            columns,
        },
        ..result
    }
}
