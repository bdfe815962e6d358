//! `mv-expand` and `mv-apply`: each row once for each element of its arrays; a pipe over the elements of
//! each row.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::functions::expand::ELEMENT;
use crate::plan::{Column, Expr, ExprKind as Bound, Relation, RelationKind, SortKey};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, ExprKind, MvColumn, Operator};

use super::carry::carry;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::convert;
use crate::binder::naming;
use crate::binder::projection::{Projection, column_reference};
use crate::binder::table::{Scope, Table, column_expr, missing};
use crate::binder::windows::{row_id, with_calls};

impl Binder<'_> {
    pub(super) fn mv_expand(
        &mut self,
        environment: &Environment,
        input: Table,
        columns: &[MvColumn],
        limit: Option<&ast::Expr>,
        operator: &Operator,
    ) -> Table {
        let base = input.relation.clone();
        let (projection, expanded) =
            self.expanded(environment, &input, base, (columns, limit), operator);
        let input = Table {
            relation: expanded,
            ..input
        };
        projection.finish(input, operator.span)
    }

    /// The rows of `base`, once for each element, and the columns that the query sees of them: those of
    /// `input`, with the elements in place.
    fn expanded(
        &mut self,
        environment: &Environment,
        input: &Table,
        base: Relation,
        (columns, limit): (&[MvColumn], Option<&ast::Expr>),
        operator: &Operator,
    ) -> (Projection, Relation) {
        let span = operator.span;
        self.allow_parameters(operator, &["bagexpansion", "kind", "with_itemindex"]);
        let scope = input.scope(environment);
        let mut projection = Projection::of(&scope, span);
        let mut values = Vec::with_capacity(columns.len());
        let mut elements = Vec::with_capacity(columns.len() + 1);
        for column in columns {
            let value = self.array(&scope, &column.argument.value);
            let element = Column {
                name: self.hidden("element"),
                ty: ScalarType::Dynamic,
                nullable_string: false,
            };
            let ty = match &column.ty {
                Some(ty) => self.scalar_type(ty),
                None => Some(ScalarType::Dynamic),
            };
            let at = column.argument.value.span;
            let expr = value
                .as_ref()
                .zip(ty)
                .map(|(_, ty)| element_as(column_expr(&element, at), ty));
            self.add_element(
                &scope,
                &mut projection,
                &column.argument,
                value.as_ref(),
                expr,
            );
            values.push(value.unwrap_or_else(|| missing(ScalarType::Dynamic, at)));
            elements.push(element);
        }
        let place = Column {
            name: self.hidden("place"),
            ty: ScalarType::Long,
            nullable_string: false,
        };
        if let Some((name, at)) = super::parameter_word(operator, "with_itemindex") {
            let expr = Some(column_expr(&place, at));
            self.declare(&mut projection, name, at, expr, true);
        }
        elements.push(place);
        let limit = limit.and_then(|l| self.constant_long(&Scope::constant(environment), l));
        let mut all = base.columns.clone();
        all.extend(elements);
        let expanded = Relation {
            columns: all,
            ordered: base.ordered,
            span,
            kind: RelationKind::Expand {
                values,
                pairs: self.expands_to_pairs(operator),
                limit,
                input: Box::new(base),
            },
        };
        (projection, expanded)
    }

    /// The value whose elements are taken.
    fn array(&mut self, scope: &Scope, value: &ast::Expr) -> Option<Expr> {
        let bound = self.expr(scope, value)?;
        if bound.ty != ScalarType::Dynamic {
            self.report(
                Diagnostic::error(
                    Code::WrongType,
                    value.span,
                    format!(
                        "only a dynamic value can be expanded, but this is {}",
                        bound.ty
                    ),
                )
                .with_help("read it as JSON first: `parse_json(…)`, or take it apart: `split(…)`"),
            );
            return None;
        }
        Some(bound)
    }

    /// Puts an element's column in the place of the array's, or behind the others.
    fn add_element(
        &mut self,
        scope: &Scope,
        projection: &mut Projection,
        argument: &ast::Argument,
        value: Option<&Expr>,
        element: Option<Expr>,
    ) {
        if let Some(name) = argument.names.first() {
            self.declare(projection, &name.text, name.span, element, true);
            return;
        }
        let name = column_reference(&argument.value, value)
            .or_else(|| naming::result_name(scope, &argument.value));
        match name {
            Some(name) => projection.add(&name, element, true),
            None => projection.add_unnamed(scope, element),
        }
    }

    fn expands_to_pairs(&mut self, operator: &Operator) -> bool {
        let kind = super::parameter_word(operator, "bagexpansion")
            .or_else(|| super::parameter_word(operator, "kind"));
        match kind {
            None | Some(("bag", _)) => false,
            Some(("array", _)) => true,
            Some((word, at)) => {
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        at,
                        format!("a bag cannot be expanded to `{word}`"),
                    )
                    .with_help("`bag` or `array`"),
                );
                false
            }
        }
    }

    pub(super) fn mv_apply(
        &mut self,
        environment: &Environment,
        input: Table,
        (columns, limit): (&[MvColumn], Option<&ast::Expr>),
        subquery: &ast::Expr,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        let kept: Vec<Column> = input
            .columns()
            .iter()
            .map(|column| Column {
                name: self.hidden("kept"),
                ..column.clone()
            })
            .collect();
        let id = Column {
            name: self.hidden("row"),
            ty: ScalarType::Long,
            nullable_string: false,
        };
        let base = with_kept(&input.relation, &kept, &id);
        let (projection, expanded) =
            self.expanded(environment, &input, base, (columns, limit), operator);
        let hidden: Vec<Column> = std::iter::once(&id).chain(&kept).cloned().collect();
        let (seed, poisoned) = seeded(projection, expanded, &hidden, span);
        let seed = Table {
            poisoned,
            open: input.open,
            told: input.told,
            origin: input.origin.clone(),
            ..Table::new(seed)
        };
        let applied: Vec<String> = columns
            .iter()
            .filter(|c| c.argument.names.is_empty())
            .filter_map(|c| crate::binder::shape::name(&c.argument.value))
            .map(str::to_owned)
            .collect();
        let result = self.implied_pipe(environment, seed, subquery);
        if result.open || self.has_errors() {
            return unknown_result(&input, &applied, result, span);
        }
        let carried = match carry(result.relation.clone(), &hidden, &id.name) {
            Ok(carried) => carried,
            Err(at) => {
                self.error(
                    Code::UnsupportedExpression,
                    at,
                    "this is not supported yet in the pipe of `mv-apply`",
                );
                return Table::unknown(span);
            }
        };
        let ordered = input.relation.ordered;
        let carried = match ordered {
            true => sorted_by(carried, &id, span),
            false => carried,
        };
        let mut projection = Projection::default();
        for (column, kept) in input.columns().iter().zip(&kept) {
            if !applied.contains(&column.name) {
                let at_hand = hidden_column(&carried, kept);
                projection.add(&column.name, Some(column_expr(&at_hand, span)), false);
            }
        }
        for column in result.columns() {
            projection.add(&column.name, Some(column_expr(column, span)), true);
        }
        let (columns, expressions, _) = projection.parts(span);
        Table {
            poisoned: input.poisoned,
            origin: input.origin,
            told: input.told,
            ..Table::new(Relation {
                columns,
                ordered,
                span,
                kind: RelationKind::Project {
                    input: Box::new(carried),
                    expressions,
                },
            })
        }
    }

    /// Binds a pipe whose input is implied.
    pub(super) fn implied_pipe(
        &mut self,
        environment: &Environment,
        input: Table,
        subquery: &ast::Expr,
    ) -> Table {
        let ExprKind::ImpliedPipe(operators) = &subquery.kind else {
            self.error(
                Code::UnsupportedExpression,
                subquery.span,
                "a whole query in this place is not supported yet",
            );
            return Table::unknown(subquery.span);
        };
        let mut environment = environment.clone();
        operators.iter().fold(input, |table, operator| {
            self.operator(&mut environment, Some(table), operator)
        })
    }

    pub(in crate::binder) fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|d| d.severity == crate::diagnostics::Severity::Error)
    }
}

/// The input with a number for each row and a second copy of every column, which the pipe cannot change.
fn with_kept(input: &Relation, kept: &[Column], id: &Column) -> Relation {
    let span = input.span;
    let numbered = with_calls(input.clone(), vec![row_id(span)], vec![id.clone()]);
    let copies = input.columns.iter().map(|c| column_expr(c, span));
    let expressions: Vec<Expr> = numbered
        .columns
        .iter()
        .map(|c| column_expr(c, span))
        .chain(copies)
        .collect();
    let mut columns = numbered.columns.clone();
    columns.extend_from_slice(kept);
    Relation {
        columns,
        ordered: numbered.ordered,
        span,
        kind: RelationKind::Project {
            input: Box::new(numbered),
            expressions,
        },
    }
}

/// The elements as the pipe sees them, over the same with the hidden columns; and the columns whose type
/// is not known. The elements of a row have their order, whether the rows have one or not.
fn seeded(
    projection: Projection,
    mut expanded: Relation,
    hidden: &[Column],
    span: Span,
) -> (Relation, Vec<String>) {
    expanded.ordered = true;
    let (visible, mut expressions, poisoned) = projection.parts(span);
    let mut columns = visible.clone();
    for column in hidden {
        expressions.push(column_expr(column, span));
        columns.push(column.clone());
    }
    let shaped = Relation {
        columns,
        ordered: true,
        span,
        kind: RelationKind::Project {
            input: Box::new(expanded),
            expressions,
        },
    };
    let picked = Relation {
        columns: visible.clone(),
        ordered: true,
        span,
        kind: RelationKind::Project {
            expressions: visible.iter().map(|c| column_expr(c, span)).collect(),
            input: Box::new(shaped),
        },
    };
    let seed = Relation {
        columns: visible,
        ordered: true,
        span,
        kind: RelationKind::Serialize {
            input: Box::new(picked),
        },
    };
    (seed, poisoned)
}

/// What is known of a result that could not be bound.
fn unknown_result(input: &Table, applied: &[String], result: Table, span: Span) -> Table {
    let mut columns: Vec<Column> = Vec::new();
    let own = input
        .columns()
        .iter()
        .filter(|c| !applied.contains(&c.name));
    for column in own.chain(result.columns()) {
        if columns.iter().all(|c| c.name != column.name) {
            columns.push(column.clone());
        }
    }
    let mut poisoned = input.poisoned.clone();
    poisoned.extend(result.poisoned);
    let mut table = Table::unknown(span);
    table.relation.columns = columns;
    table.open = result.open || input.open;
    table.poisoned = poisoned;
    table
}

/// The rows in the order of this column, and within it in their own.
pub(super) fn sorted_by(input: Relation, column: &Column, span: Span) -> Relation {
    Relation {
        columns: input.columns.clone(),
        ordered: true,
        span,
        kind: RelationKind::Sort {
            keys: vec![SortKey {
                expr: Expr {
                    kind: Bound::Column(column.name.clone()),
                    ty: column.ty,
                    span,
                    nullable_string: column.nullable_string,
                },
                descending: false,
                nulls_first: true,
            }],
            input: Box::new(input),
        },
    }
}

/// A hidden column as it is in this relation.
pub(super) fn hidden_column(relation: &Relation, hidden: &Column) -> Column {
    let found = relation.columns.iter().find(|c| c.name == hidden.name);
    found.unwrap_or(hidden).clone()
}

/// An element as a value of the type that `to typeof` names: null where it is of another kind.
fn element_as(element: Expr, ty: ScalarType) -> Expr {
    if matches!(ty, ScalarType::Dynamic | ScalarType::String) {
        return convert(element, ty);
    }
    let span = element.span;
    let name = Expr::literal(Value::String(ty.to_string()), span);
    let fits = Expr {
        kind: Bound::Call {
            function: &ELEMENT,
            arguments: vec![element, name],
        },
        ty: ScalarType::Dynamic,
        span,
        nullable_string: false,
    };
    convert(fits, ty)
}
