//! Operators that choose, count and order rows: `where`, `take`, `distinct`, `count`, `sort`, `top`.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::registry;
use crate::plan::{Aggregate, Column, Relation, RelationKind, SortKey};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Direction, Nulls, Operator};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    pub(super) fn filter(
        &mut self,
        environment: &Environment,
        input: Table,
        predicate: &ast::Expr,
        span: Span,
    ) -> Table {
        let names: Vec<String> = input.columns().iter().map(|c| c.name.clone()).collect();
        let (input, predicate) = self.with_windows(input, |binder, input| {
            binder.predicate(&input.scope(environment), predicate)
        });
        let Some(predicate) = predicate else {
            return input;
        };
        let ordered = input.relation.ordered;
        let label = input.label.clone();
        let mut table = input.wrap(span, ordered, |input| RelationKind::Where {
            input,
            predicate,
        });
        if table.columns().len() > names.len() {
            // Without the hidden columns that the predicate alone needs.
            let place = |name: &String| table.columns().iter().position(|c| c.name == *name);
            let picks: Vec<(usize, &str)> = names
                .iter()
                .filter_map(|name| Some((place(name)?, name.as_str())))
                .collect();
            table = table.select(span, &picks);
        }
        Table { label, ..table }
    }

    pub(super) fn take(
        &mut self,
        environment: &Environment,
        input: Table,
        count: &ast::Expr,
        span: Span,
    ) -> Table {
        let Some(count) = self.constant_long(&Scope::constant(environment), count) else {
            return input;
        };
        let ordered = input.relation.ordered;
        input.wrap(span, ordered, |input| RelationKind::Take { input, count })
    }

    pub(super) fn distinct(
        &mut self,
        environment: &Environment,
        input: Table,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Table {
        let table = self.project_arguments(environment, input, arguments, Style::Keys, span);
        let mut table = table.wrap(span, false, |input| RelationKind::Distinct { input });
        // Rows are compared by "", never by NULL.
        for column in &mut table.relation.columns {
            column.nullable_string = false;
        }
        table
    }

    pub(super) fn count(&mut self, input: Table, operator: &Operator) -> Table {
        self.allow_parameters(operator, &["as"]);
        let span = operator.span;
        let name = super::parameter_word(operator, "as").map_or("Count", |(name, _)| name);
        let columns = vec![Column {
            name: name.to_owned(),
            ty: ScalarType::Long,
            nullable_string: false,
        }];
        let Some(function) = registry::aggregate("count") else {
            self.error(
                Code::UnsupportedOperator,
                operator.word,
                "`count` is not supported yet",
            );
            let mut table = Table::unknown(span);
            table.relation.columns = columns;
            return table;
        };
        Table::new(Relation {
            kind: RelationKind::Summarize {
                input: Box::new(input.relation),
                keys: Vec::new(),
                aggregates: vec![Aggregate {
                    function,
                    arguments: Vec::new(),
                    span,
                    results: 1,
                }],
            },
            columns,
            ordered: false,
            span,
        })
    }

    pub(super) fn sort(
        &mut self,
        environment: &Environment,
        input: Table,
        keys: &[ast::Ordering],
        span: Span,
    ) -> Table {
        let Some(keys) = self.sort_keys(&input.scope(environment), keys) else {
            return input;
        };
        input.wrap(span, true, |input| RelationKind::Sort { input, keys })
    }

    pub(super) fn top(
        &mut self,
        environment: &Environment,
        input: Table,
        count: &ast::Expr,
        by: &[ast::Ordering],
        span: Span,
    ) -> Table {
        let count = self.constant_long(&Scope::constant(environment), count);
        let keys = self.sort_keys(&input.scope(environment), by);
        let (Some(count), Some(keys)) = (count, keys) else {
            return input;
        };
        input.wrap(span, true, |input| RelationKind::Top { input, count, keys })
    }

    fn sort_keys(&mut self, scope: &Scope, keys: &[ast::Ordering]) -> Option<Vec<SortKey>> {
        let bound: Vec<Option<SortKey>> = keys
            .iter()
            .map(|key| {
                let descending = match key.direction {
                    Some(Direction::Ascending | Direction::GrannyAscending) => false,
                    Some(Direction::Descending | Direction::GrannyDescending) | None => true,
                };
                let expr = self.expr(scope, &key.expr)?;
                let expr = self.key(scope, expr);
                if expr.ty == ScalarType::Dynamic && !scope.open {
                    self.report(
                        Diagnostic::error(
                            Code::WrongType,
                            key.expr.span,
                            "rows cannot be sorted by dynamic values",
                        )
                        .with_help("convert them: `tostring(…)`"),
                    );
                    return None;
                }
                Some(SortKey {
                    expr,
                    descending,
                    nulls_first: match key.nulls {
                        Some(Nulls::First) => true,
                        Some(Nulls::Last) => false,
                        None => !descending,
                    },
                })
            })
            .collect();
        bound.into_iter().collect()
    }
}
