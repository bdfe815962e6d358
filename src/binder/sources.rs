//! Tables where they are written: names, pipes, datatables, calls; and the telling of tables from scalars.
//!
//! In: an expression that must give a table. Out: the table, an `open` one where a fault was reported.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value as Constant;
use crate::functions::scalar::conversion::{self, text};
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Call, ExprKind};

use super::Binder;
use super::environment::{Binding, Environment};
use super::expressions::{convert, stands_over_row};
use super::known::{self, Known};
use super::shape;
use super::statements::Value;
use super::suggest::nearest;
use super::table::{Scope, Table};

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Table,
    Scalar,
    /// It is a name that nothing defines.
    Unknown,
}

impl Binder<'_> {
    /// Whether an expression gives a table or a scalar, where columns may be named.
    pub(super) fn sort_of(&mut self, scope: &Scope, expr: &ast::Expr) -> Sort {
        if self.calls_pattern(scope.environment, expr) {
            return Sort::Table;
        }
        match &expr.kind {
            ExprKind::Name(name) if scope.column(name).is_some() => Sort::Scalar,
            ExprKind::Parenthesized(inner) => self.sort_of(scope, inner),
            ExprKind::Name(name) => match scope.environment.find(name).map(|f| &f.binding) {
                Some(Binding::Table(_)) => Sort::Table,
                Some(Binding::Function(function)) if function.tabular => Sort::Table,
                Some(
                    Binding::Function(_)
                    | Binding::Scalar(_)
                    | Binding::Poison
                    | Binding::Recursion,
                ) => Sort::Scalar,
                None if self.catalogue_table(name).is_some() => Sort::Table,
                None => Sort::Unknown,
            },
            ExprKind::Call(call) => self.sort_of_call(scope, call),
            ExprKind::DotCall { .. }
            | ExprKind::Wildcard(_)
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::ImpliedPipe(_) => Sort::Table,
            ExprKind::Path { base, .. } => match is_database(base) {
                true => Sort::Table,
                false => Sort::Scalar,
            },
            ExprKind::Literal(_)
            | ExprKind::Star
            | ExprKind::Element { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Between { .. }
            | ExprKind::List { .. } => Sort::Scalar,
        }
    }

    fn sort_of_call(&mut self, scope: &Scope, call: &Call) -> Sort {
        let name = call.name.text.as_str();
        match scope.environment.find(name).map(|f| &f.binding) {
            Some(Binding::Function(function)) => {
                return match function.tabular {
                    true => Sort::Table,
                    false => Sort::Scalar,
                };
            }
            Some(Binding::Scalar(_) | Binding::Table(_) | Binding::Poison | Binding::Recursion)
            | None => {}
        }
        if name == "AssignedIPAddresses" {
            return Sort::Table;
        }
        if name == "materialize" {
            return match call.arguments.first() {
                Some(only) => self.sort_of(scope, &only.value),
                None => Sort::Table,
            };
        }
        match known::function(name) {
            Some(Known::Table) => Sort::Table,
            Some(Known::Scalar | Known::Aggregate | Known::Plugin) | None => Sort::Scalar,
        }
    }

    /// Binds a table.
    pub(super) fn table(&mut self, environment: &Environment, expr: &ast::Expr) -> Table {
        self.table_with(&mut environment.clone(), expr)
    }

    /// Binds a table; `as` adds to the environment of what follows.
    pub(super) fn table_with(&mut self, environment: &mut Environment, expr: &ast::Expr) -> Table {
        let span = expr.span;
        if let Some(table) = self.pattern_table(environment, expr) {
            return table;
        }
        match &expr.kind {
            ExprKind::Pipe { input, operator } => {
                let input = self.table_with(environment, input);
                self.operator(environment, Some(input), operator)
            }
            ExprKind::Source(operator) => self.operator(environment, None, operator),
            ExprKind::Parenthesized(inner) => self.table_with(environment, inner),
            ExprKind::Name(name) => self.named_table(environment, name, span),
            ExprKind::Call(call) => self.table_call(environment, call, span),
            ExprKind::Datatable { columns, values } => {
                self.datatable(environment, columns, values, span)
            }
            ExprKind::ExternalData {
                columns,
                sources,
                properties,
            } => self.external_data(environment, columns, sources, properties, span),
            ExprKind::Path { base, name } if is_database(base) => {
                self.prefix_ignored(base.span);
                self.named_table(environment, &name.text, name.span)
            }
            ExprKind::DotCall { base, call } if is_database(base) && call.name.text == "table" => {
                self.prefix_ignored(base.span);
                self.table_call(environment, call, span)
            }
            ExprKind::Wildcard(_) => {
                self.report(
                    Diagnostic::error(
                        Code::NotTabular,
                        span,
                        "a pattern of table names stands alone",
                    )
                    .with_help("patterns of names are for `union`"),
                );
                Table::unknown(span)
            }
            ExprKind::DotCall { .. } | ExprKind::ImpliedPipe(_) => {
                self.error(
                    Code::UnsupportedExpression,
                    span,
                    "this kind of table is not supported yet",
                );
                Table::unknown(span)
            }
            ExprKind::Literal(_)
            | ExprKind::Star
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Between { .. }
            | ExprKind::List { .. } => self.not_tabular(span),
        }
    }

    fn not_tabular(&mut self, span: Span) -> Table {
        self.error(
            Code::NotTabular,
            span,
            "one value stands where a table is needed",
        );
        Table::unknown(span)
    }

    fn prefix_ignored(&mut self, span: Span) {
        self.report(
            Diagnostic::warning(
                Code::Ignored,
                span,
                "where the table comes from is ignored: every table is read from the lake",
            )
            .with_help("take the prefix away if the lake has that data"),
        );
    }

    fn named_table(&mut self, environment: &Environment, name: &str, span: Span) -> Table {
        if let Some(frame) = environment.find(name) {
            self.uses.record(frame.id);
            return match &frame.binding {
                Binding::Table(shared) => shared.reference(span),
                Binding::Function(_) | Binding::Recursion => {
                    let call = Call {
                        name: ast::Name {
                            text: name.to_owned(),
                            span,
                        },
                        arguments: Vec::new(),
                    };
                    self.table_call(environment, &call, span)
                }
                Binding::Scalar(_) => self.not_tabular(span),
                Binding::Poison => Table::unknown(span),
            };
        }
        let Some(schema) = self.catalogue_table(name) else {
            self.unknown_table(environment, name, span);
            return Table::unknown(span);
        };
        let columns = schema
            .columns
            .iter()
            .map(|c| Column {
                name: c.name.clone(),
                ty: c.ty,
                nullable_string: c.ty == ScalarType::String,
            })
            .collect();
        Table {
            origin: Some(name.into()),
            label: Some(name.into()),
            ..Table::new(Relation {
                kind: RelationKind::Table {
                    name: name.to_owned(),
                },
                columns,
                ordered: false,
                span,
            })
        }
    }

    fn unknown_table(&mut self, environment: &Environment, name: &str, span: Span) {
        let tables = self.catalogue.table_names();
        let lets = environment.frames().map(|f| f.name.as_str());
        let near = nearest(name, lets.chain(tables.iter().map(String::as_str)));
        let diagnostic = Diagnostic::error(
            Code::UnknownTable,
            span,
            format!("there is no table `{name}`"),
        );
        self.report(match near {
            Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    }

    fn table_call(&mut self, environment: &Environment, call: &Call, span: Span) -> Table {
        let name = call.name.text.as_str();
        if let Some(frame) = environment.find(name) {
            self.uses.record(frame.id);
            match &frame.binding {
                Binding::Function(function) => {
                    let scope = Scope::constant(environment);
                    return match self.let_function(&scope, function, call, None, span) {
                        Some(Value::Table(table)) => *table,
                        Some(Value::Scalar(Some(_))) => self.not_tabular(span),
                        Some(Value::Scalar(None)) | None => Table::unknown(span),
                    };
                }
                Binding::Recursion => {
                    self.recursion(name, call.name.span);
                    return Table::unknown(span);
                }
                Binding::Poison => return Table::unknown(span),
                Binding::Scalar(_) | Binding::Table(_) => {}
            }
        }
        match (name, call.arguments.as_slice()) {
            ("materialize", [only]) => {
                let table = self.table(environment, &only.value);
                self.share("materialized", table, true).reference(span)
            }
            ("table", [first, ..]) => self.table_by_name(environment, &first.value, span),
            ("_GetWatchlist", _) => self.watchlist(environment, call, span),
            ("AssignedIPAddresses", _) => self.assigned_addresses(environment, call, span),
            _ => {
                let scope = Scope::constant(environment);
                match known::function(name) {
                    Some(Known::Table | Known::Plugin) => self.error(
                        Code::UnsupportedFunction,
                        call.name.span,
                        format!("`{name}` is not supported yet"),
                    ),
                    Some(Known::Scalar | Known::Aggregate) => {
                        self.not_tabular(span);
                    }
                    None => self.unknown_function(&scope, call),
                }
                Table::unknown(span)
            }
        }
    }

    /// `table("name")`
    fn table_by_name(&mut self, environment: &Environment, name: &ast::Expr, span: Span) -> Table {
        let bound = self.expr(&Scope::constant(environment), name);
        match bound.as_ref().map(Expr::constant) {
            Some(Some(Constant::String(text))) => {
                let text = text.clone();
                self.named_table(environment, &text, name.span)
            }
            Some(_) => {
                self.error(
                    Code::NotConstant,
                    name.span,
                    "the name of the table must be a constant string",
                );
                Table::unknown(span)
            }
            None => Table::unknown(span),
        }
    }

    pub(super) fn declared_columns(&mut self, columns: &[ast::ColumnDeclaration]) -> Vec<Column> {
        let mut declared: Vec<Column> = Vec::with_capacity(columns.len());
        for column in columns {
            if declared.iter().any(|c| c.name == column.name.text) {
                self.error(
                    Code::DuplicateName,
                    column.name.span,
                    format!("a column named `{}` is already there", column.name.text),
                );
            }
            declared.push(Column {
                name: column.name.text.clone(),
                ty: self.scalar_type(&column.ty).unwrap_or(ScalarType::Dynamic),
                nullable_string: false,
            });
        }
        declared
    }

    fn datatable(
        &mut self,
        environment: &Environment,
        columns: &[ast::ColumnDeclaration],
        values: &[ast::Expr],
        span: Span,
    ) -> Table {
        let columns = self.declared_columns(columns);
        let scope = Scope::constant(environment);
        if columns.is_empty() || !values.len().is_multiple_of(columns.len()) {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    span,
                    format!(
                        "{} values do not fill rows of {} columns",
                        values.len(),
                        columns.len()
                    ),
                )
                .with_help("look for a value that is missing or one too many"),
            );
        }
        let mut rows: Vec<Vec<Expr>> = Vec::new();
        for row in values.chunks(columns.len().max(1)) {
            let mut cells = Vec::with_capacity(columns.len());
            for (value, column) in row.iter().zip(&columns) {
                if let Some(cell) = self.cell(&scope, value, column) {
                    cells.push(cell);
                }
            }
            rows.push(cells);
        }
        Table::new(Relation {
            kind: RelationKind::Values { rows },
            columns,
            ordered: true,
            span,
        })
    }

    /// One value of a datatable, as its column's type.
    fn cell(&mut self, scope: &Scope, value: &ast::Expr, column: &Column) -> Option<Expr> {
        if matches!(value.kind, ExprKind::Literal(ast::Literal::Null)) {
            return Some(super::table::missing(column.ty, value.span));
        }
        let bound = self.expr(scope, value)?;
        if stands_over_row(&bound) {
            self.error(
                Code::NotConstant,
                value.span,
                "the values of a datatable are constants",
            );
            return None;
        }
        if bound.ty == column.ty {
            return Some(bound);
        }
        if let Some(constant) = bound.constant().and_then(|v| cell_value(v, column.ty)) {
            return Some(Expr::literal(constant, value.span));
        }
        // Microsoft's binder has it that "data values are convertible at runtime", as by the functions to….
        // Where those would cut a number, or not hold it, nothing says that a datatable does as they do.
        let kept = match (bound.constant(), column.ty) {
            (Some(Constant::Real(x)), ScalarType::Int | ScalarType::Long) => x.fract() == 0.0,
            (Some(Constant::Real(_)), ScalarType::Decimal) => false,
            (_, ty) => conversion::converts(bound.ty, ty),
        };
        if kept {
            return Some(convert(bound, column.ty));
        }
        self.error(
            Code::WrongType,
            value.span,
            format!(
                "`{}` is {}, but this value is {}",
                column.name, column.ty, bound.ty
            ),
        );
        None
    }
}

/// A constant as a datatable's column reads it, which takes more than a call does.
fn cell_value(value: &Constant, ty: ScalarType) -> Option<Constant> {
    match (value, ty) {
        (Constant::Null(_), ScalarType::String) => Some(Constant::String(String::new())),
        (Constant::Null(_), ty) => Some(Constant::Null(ty)),
        (Constant::Long(n), ScalarType::Int) => i32::try_from(*n).ok().map(Constant::Int),
        (Constant::Long(n), ScalarType::TimeSpan) => Some(Constant::TimeSpan(*n)),
        (Constant::Long(n), ScalarType::Bool) => Some(Constant::Bool(*n != 0)),
        (Constant::Int(n), ScalarType::Bool) => Some(Constant::Bool(*n != 0)),
        (Constant::Real(n), ScalarType::Decimal) => text::decimal(&n.to_string())
            .map(|number| Constant::Decimal(text::print_decimal(number))),
        (value, ScalarType::Dynamic) => json(value).map(Constant::Dynamic),
        (_, _) => None,
    }
}

/// A constant as JSON, where it is one of JSON's own.
fn json(value: &Constant) -> Option<String> {
    match value {
        Constant::Bool(b) => Some(b.to_string()),
        Constant::Int(n) => Some(n.to_string()),
        Constant::Long(n) => Some(n.to_string()),
        Constant::String(text) => Some(serde_json::Value::from(text.as_str()).to_string()),
        Constant::Dynamic(text) => Some(text.clone()),
        Constant::Null(_)
        | Constant::Real(_)
        | Constant::Decimal(_)
        | Constant::DateTime(_)
        | Constant::TimeSpan(_)
        | Constant::Guid(_) => None,
    }
}

/// Whether an expression names a database, workspace or cluster.
fn is_database(expr: &ast::Expr) -> bool {
    if let ExprKind::DotCall { base, call } = &expr.kind {
        return call.name.text == "database" && is_database(base);
    }
    shape::call(expr).is_some_and(|call| {
        matches!(
            call.name.text.as_str(),
            "database" | "cluster" | "workspace" | "app" | "resource" | "adx"
        )
    })
}
