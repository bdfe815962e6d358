//! Lists of named expressions: `extend`, `project`, `print`, `distinct`, the `by` of `summarize`.
//!
//! In: arguments as written. Out: columns with Kusto's names, unique ones. What always holds: a name that
//! the query gives twice is a fault; one that Kusto makes up is numbered instead.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast;

use super::Binder;
use super::naming::{self, UniqueNames};
use super::shape;
use super::table::{Scope, Table, column_expr, missing};

/// Which operator the list belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Project,
    Extend,
    Print,
    /// Group keys: dynamic values are refused.
    Keys,
}

#[derive(Debug)]
pub(super) struct Item {
    pub name: String,
    /// None where it could not be bound.
    pub expr: Option<Expr>,
}

/// The columns so far.
#[derive(Debug, Default)]
pub(super) struct Projection {
    pub items: Vec<Item>,
    places: HashMap<String, usize>,
    declared: HashSet<String>,
    names: UniqueNames,
}

impl Projection {
    /// All columns of a scope, as they are.
    pub fn of(scope: &Scope, span: Span) -> Self {
        let mut projection = Self::default();
        for column in scope.columns {
            projection.add_column(scope, column, span);
        }
        projection
    }

    fn add_column(&mut self, scope: &Scope, column: &Column, span: Span) {
        let expr = (!scope.is_poisoned(&column.name)).then(|| column_expr(column, span));
        self.add(&column.name, expr, true);
    }

    /// Adds a column whose name gives way: it is numbered where it is taken, unless it may replace.
    pub fn add(&mut self, name: &str, expr: Option<Expr>, replace: bool) {
        if replace && let Some(place) = self.places.get(name) {
            self.items[*place].expr = expr;
            return;
        }
        let name = self.names.take(name);
        self.push(name, expr);
    }

    /// Adds a column without a name: it is numbered by one that the row does not have either.
    pub fn add_unnamed(&mut self, scope: &Scope, expr: Option<Expr>) {
        let name = self.names.unnamed(|name| scope.column(name).is_some());
        self.push(name, expr);
    }

    fn push(&mut self, name: String, expr: Option<Expr>) {
        self.places.insert(name.clone(), self.items.len());
        self.items.push(Item { name, expr });
    }

    /// Adds a column whose name the query gives; false where it has given it before.
    #[must_use]
    pub fn declare(&mut self, name: &str, expr: Option<Expr>, replace: bool) -> bool {
        if self.declared.contains(name) {
            return false;
        }
        if replace && let Some(place) = self.places.get(name) {
            self.items[*place].expr = expr;
            self.declared.insert(name.to_owned());
            return true;
        }
        self.add(name, expr, false);
        if let Some(item) = self.items.last() {
            self.declared.insert(item.name.clone());
        }
        true
    }

    /// The columns as a relation over this table.
    pub fn finish(self, input: Table, span: Span) -> Table {
        let (columns, expressions, poisoned) = self.parts(span);
        Table {
            relation: Relation {
                ordered: input.relation.ordered,
                columns,
                span,
                kind: RelationKind::Project {
                    input: Box::new(input.relation),
                    expressions,
                },
            },
            poisoned,
            label: None,
            ..input
        }
    }

    /// The columns, their expressions, and the names of those that could not be bound.
    pub fn parts(self, span: Span) -> (Vec<Column>, Vec<Expr>, Vec<String>) {
        let mut columns = Vec::with_capacity(self.items.len());
        let mut expressions = Vec::with_capacity(self.items.len());
        let mut poisoned = Vec::new();
        for item in self.items {
            let expr = item.expr.unwrap_or_else(|| {
                poisoned.push(item.name.clone());
                missing(ScalarType::Dynamic, span)
            });
            columns.push(Column {
                name: item.name,
                ty: expr.ty,
                nullable_string: expr.nullable_string,
            });
            expressions.push(expr);
        }
        (columns, expressions, poisoned)
    }
}

impl Binder<'_> {
    /// Binds one argument of a list and adds its column. `fallback` is the name of what has none.
    pub(super) fn project_argument(
        &mut self,
        scope: &Scope,
        projection: &mut Projection,
        argument: &ast::Argument,
        style: Style,
        fallback: Option<&str>,
    ) {
        let value = &argument.value;
        if shape::is_star(value) && argument.names.is_empty() {
            for column in scope.columns {
                if style == Style::Keys && !scope.is_poisoned(&column.name) {
                    let key = self.key(scope, column_expr(column, value.span));
                    if key.ty == ScalarType::Dynamic {
                        self.dynamic_key(&column.name, value.span);
                    }
                    projection.add(&column.name, Some(key), true);
                    continue;
                }
                projection.add_column(scope, column, value.span);
            }
            return;
        }
        if style != Style::Keys
            && let Some(columns) = self.tuple(scope, value)
        {
            self.project_tuple(projection, argument, columns, style);
            return;
        }
        let mut expr = self.expr(scope, value);
        if style == Style::Keys {
            expr = expr.map(|key| self.key(scope, key));
        }
        if style == Style::Keys
            && let Some(key) = &expr
            && key.ty == ScalarType::Dynamic
            && !scope.open
        {
            let text = naming::result_name(scope, value).unwrap_or_else(|| "the key".to_owned());
            self.dynamic_key(&text, value.span);
        }
        match argument.names.as_slice() {
            [] => self.add_unnamed(scope, projection, value, expr, style, fallback),
            [name] => {
                let is_column = column_reference(value, expr.as_ref()).is_some();
                let replace = is_column || style == Style::Extend;
                self.declare(projection, &name.text, name.span, expr, replace);
            }
            [first, .., last] => {
                let span = first.span.to(last.span);
                self.report(
                    Diagnostic::error(
                        Code::UnsupportedExpression,
                        span,
                        "several names for one value are not supported here yet",
                    )
                    .with_help("give one name to each value"),
                );
                for name in &argument.names {
                    self.declare(
                        projection,
                        &name.text,
                        name.span,
                        None,
                        style == Style::Extend,
                    );
                }
            }
        }
    }

    /// Adds the columns of a function that gives several: the first have the names that the query gives.
    fn project_tuple(
        &mut self,
        projection: &mut Projection,
        argument: &ast::Argument,
        columns: Vec<(String, Option<Expr>)>,
        style: Style,
    ) {
        let count = columns.len();
        if let Some(extra) = argument.names.get(count) {
            self.error(
                Code::BadArgument,
                extra.span,
                format!(
                    "there are {count} values for {} names",
                    argument.names.len()
                ),
            );
        }
        let replace = style == Style::Extend;
        // `(a, b) = f(x)` leaves the other columns out; `a = f(x)` names the first of all.
        let shown = match argument.names.len() {
            0 | 1 => count,
            names => names.min(count),
        };
        for (place, (name, expr)) in columns.into_iter().take(shown).enumerate() {
            match argument.names.get(place) {
                Some(given) => self.declare(projection, &given.text, given.span, expr, replace),
                // What Kusto makes up for one of several columns never takes another's place.
                None => projection.add(&name, expr, false),
            }
        }
    }

    fn add_unnamed(
        &mut self,
        scope: &Scope,
        projection: &mut Projection,
        value: &ast::Expr,
        expr: Option<Expr>,
        style: Style,
        fallback: Option<&str>,
    ) {
        if let Some(column) = column_reference(value, expr.as_ref()) {
            if style == Style::Extend && projection.places.contains_key(&column) {
                return;
            }
            self.declare(projection, &column, value.span, expr, false);
            return;
        }
        let replace = style == Style::Extend;
        if let (Style::Print, Some(name)) = (style, fallback) {
            projection.add(name, expr, false);
            return;
        }
        match naming::result_name(scope, value) {
            Some(name) => projection.add(&name, expr, replace),
            None => projection.add_unnamed(scope, expr),
        }
    }

    /// Adds a named column, or reports that its name is given twice.
    pub(super) fn declare(
        &mut self,
        projection: &mut Projection,
        name: &str,
        span: Span,
        expr: Option<Expr>,
        replace: bool,
    ) {
        if !projection.declare(name, expr, replace) {
            self.error(
                Code::DuplicateName,
                span,
                format!("a column named `{name}` is already there"),
            );
        }
    }

    fn dynamic_key(&mut self, text: &str, span: Span) {
        self.report(
            Diagnostic::error(
                Code::WrongType,
                span,
                format!("`{text}` is dynamic, and rows cannot be grouped by dynamic values"),
            )
            .with_help(format!("convert it: `tostring({text})`")),
        );
    }

    /// Binds the arguments of `extend`, `project` and kin over a table.
    pub(super) fn project_arguments(
        &mut self,
        environment: &super::environment::Environment,
        input: Table,
        arguments: &[ast::Argument],
        style: Style,
        span: Span,
    ) -> Table {
        let (input, projection) = self.with_windows(input, |binder, input| {
            let scope = input.scope(environment);
            let mut projection = match style {
                Style::Extend => Projection::of(&scope, span),
                Style::Project | Style::Print | Style::Keys => Projection::default(),
            };
            for (i, argument) in arguments.iter().enumerate() {
                let fallback = (style == Style::Print).then(|| format!("print_{i}"));
                binder.project_argument(
                    &scope,
                    &mut projection,
                    argument,
                    style,
                    fallback.as_deref(),
                );
            }
            projection
        });
        let has_star = arguments.iter().any(|a| shape::is_star(&a.value));
        let closes = style != Style::Extend && !has_star;
        let mut table = projection.finish(input, span);
        // A list that names every column leaves none unknown.
        table.open &= !closes;
        table.told = table.told.filter(|_| !closes);
        table
    }
}

/// Whether a name is bound to a column, or as a key to a column's text.
fn is_column(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Convert(inner) => inner.column() == Some(name),
        ExprKind::Literal(_)
        | ExprKind::AsOf
        | ExprKind::Call { .. }
        | ExprKind::Scalar(_)
        | ExprKind::InTable { .. } => false,
    }
}

/// The column that an expression stands for: a name, or a conversion that does nothing to one.
pub(super) fn column_reference(value: &ast::Expr, expr: Option<&Expr>) -> Option<String> {
    let value = shape::bare(value);
    let expr = expr?;
    if let Some(name) = shape::name(value) {
        return is_column(expr, name).then(|| name.to_owned());
    }
    let call = shape::call(value).filter(|call| naming::is_conversion(&call.name.text))?;
    if let ExprKind::Call { arguments, .. } = &expr.kind
        && let [argument] = arguments.as_slice()
        && argument.ty == expr.ty
    {
        return column_reference(shape::only_argument(call)?, Some(argument));
    }
    None
}
