//! Statements: `let`, `set`, `declare`, and the expressions of which the last gives the result.
//!
//! In: a query's or a function body's statements. Out: the value of its last expression.

use std::rc::Rc;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::Expr;
use crate::syntax::ast::{self, LetValue, Name, ParameterType, Statement, StatementKind};

use super::Binder;
use super::environment::{Binding, Environment, FunctionBinding, ScalarBinding};
use super::expressions::{convert, convertible};
use super::shape;
use super::sources::Sort;
use super::table::{Scope, Table};

/// What `set` says of `bin_auto`.
#[derive(Debug, Default)]
pub(super) struct AutoBins {
    pub size: Option<Expr>,
    pub at: Option<Expr>,
}

/// What an expression statement gives.
#[derive(Debug)]
pub(super) enum Value {
    Table(Box<Table>),
    /// None where it could not be bound.
    Scalar(Option<Expr>),
}

impl Binder<'_> {
    /// Binds statements; None where none of them is an expression.
    pub(super) fn statements(
        &mut self,
        environment: &Environment,
        statements: &[Statement],
    ) -> Option<Value> {
        let mut environment = environment.clone();
        let mut result = None;
        let mut defined: Vec<&Name> = Vec::new();
        let last = statements
            .iter()
            .rposition(|s| matches!(s.kind, StatementKind::Expr(_)));
        for (index, statement) in statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    if let Some(first) = defined.iter().find(|d| d.text == name.text) {
                        let span = first.span;
                        self.report(
                            Diagnostic::error(
                                Code::DuplicateName,
                                name.span,
                                format!("`{}` is already defined", name.text),
                            )
                            .with_label(span, "defined here"),
                        );
                    }
                    defined.push(name);
                    environment = self.let_statement(&environment, name, value);
                }
                StatementKind::Set {
                    option,
                    value: Some(value),
                } if option.text == "query_bin_auto_size" => {
                    self.bin_auto.size = self.expr(&Scope::constant(&environment), value);
                }
                StatementKind::Set {
                    option,
                    value: Some(value),
                } if option.text == "query_bin_auto_at" => {
                    self.bin_auto.at = self.expr(&Scope::constant(&environment), value);
                }
                StatementKind::Set { option, .. } => self.report(Diagnostic::note(
                    Code::Ignored,
                    statement.span,
                    format!("the option `{}` has no effect here", option.text),
                )),
                StatementKind::QueryParameters(parameters) => {
                    for parameter in parameters {
                        environment = self.query_parameter(&environment, parameter);
                    }
                }
                StatementKind::Pattern(pattern) => self.declare_pattern(&environment, pattern),
                StatementKind::Alias => self.unsupported_statement("alias", statement.span),
                StatementKind::Restrict => self.unsupported_statement("restrict", statement.span),
                StatementKind::Expr(expr) if Some(index) == last => {
                    result = Some(self.value(&environment, expr));
                }
                StatementKind::Expr(_) => self.report(
                    Diagnostic::warning(
                        Code::Ignored,
                        statement.span,
                        "only the last table of a query is its result; this one is left out",
                    )
                    .with_help("make it a query of its own"),
                ),
            }
        }
        result
    }

    fn unsupported_statement(&mut self, what: &str, span: Span) {
        self.error(
            Code::UnsupportedStatement,
            span,
            format!("`{what}` is not supported yet"),
        );
    }

    /// Binds an expression, as a table unless it is a scalar.
    fn value(&mut self, environment: &Environment, expr: &ast::Expr) -> Value {
        let scope = Scope::constant(environment);
        match self.sort_of(&scope, expr) {
            Sort::Scalar => Value::Scalar(self.expr(&scope, expr)),
            Sort::Table | Sort::Unknown => Value::Table(Box::new(self.table(environment, expr))),
        }
    }

    fn let_statement(
        &mut self,
        environment: &Environment,
        name: &Name,
        value: &LetValue,
    ) -> Environment {
        let id = self.uses.begin(self.diagnostics.len());
        let binding = match value {
            LetValue::Expr(expr) => self.let_value(environment, name, expr),
            LetValue::Function(function) => Binding::Function(Rc::new(FunctionBinding {
                tabular: self.gives_table(environment, function),
                function: function.clone(),
                environment: environment.clone(),
            })),
        };
        self.uses.end(id, self.diagnostics.len());
        environment.with(&name.text, binding, Some(id))
    }

    fn let_value(&mut self, environment: &Environment, name: &Name, expr: &ast::Expr) -> Binding {
        let scope = Scope::constant(environment);
        match self.sort_of(&scope, expr) {
            Sort::Table => {
                let (table, materialized) = match materialized(expr) {
                    Some(inner) => (self.inner_table(&scope, inner), true),
                    None => (self.inner_table(&scope, expr), false),
                };
                Binding::Table(self.share(&name.text, table, materialized))
            }
            Sort::Scalar | Sort::Unknown => match self.expr(&scope, expr) {
                Some(value) => {
                    // Within a function's body it may stand over the row of the call.
                    let depth =
                        super::expressions::stands_over_row(&value).then_some(self.row_depth);
                    Binding::Scalar(ScalarBinding::new(value, depth))
                }
                None => Binding::Poison,
            },
        }
    }

    /// Whether a function's body gives a table. Its parameters and `let`s count by their sort only.
    fn gives_table(&mut self, environment: &Environment, function: &ast::Function) -> bool {
        let span = function.span;
        let unknown = || Table::unknown(span);
        let mut inner = environment.clone();
        for parameter in &function.parameters {
            let binding = match parameter.ty {
                ParameterType::Scalar(_) => Binding::Poison,
                ParameterType::AnyTable | ParameterType::Table(_) => {
                    Binding::Table(super::environment::SharedTable::new(0, &unknown()))
                }
            };
            inner = inner.with(&parameter.name.text, binding, None);
        }
        let mut tabular = false;
        for statement in &function.body {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    let table = match value {
                        LetValue::Expr(expr) => {
                            self.sort_of(&Scope::constant(&inner), expr) == Sort::Table
                        }
                        LetValue::Function(function) => self.gives_table(&inner, function),
                    };
                    let binding = match table {
                        true => Binding::Table(super::environment::SharedTable::new(0, &unknown())),
                        false => Binding::Poison,
                    };
                    inner = inner.with(&name.text, binding, None);
                }
                StatementKind::Expr(expr) => {
                    tabular = self.sort_of(&Scope::constant(&inner), expr) == Sort::Table;
                }
                StatementKind::Set { .. }
                | StatementKind::QueryParameters(_)
                | StatementKind::Pattern(_)
                | StatementKind::Alias
                | StatementKind::Restrict => {}
            }
        }
        tabular
    }

    /// `declare query_parameters`: the parameter's default is its value.
    fn query_parameter(
        &mut self,
        environment: &Environment,
        parameter: &ast::Parameter,
    ) -> Environment {
        let name = &parameter.name;
        let ParameterType::Scalar(ty) = &parameter.ty else {
            self.unsupported_statement("declare query_parameters", name.span);
            return environment.with(&name.text, Binding::Poison, None);
        };
        let Some(default) = &parameter.default else {
            self.report(
                Diagnostic::error(
                    Code::UnsupportedStatement,
                    name.span,
                    format!("the parameter `{}` has no value", name.text),
                )
                .with_help("give it a default: `name: type = value`"),
            );
            return environment.with(&name.text, Binding::Poison, None);
        };
        let wanted = self.scalar_type(ty);
        let bound = self.expr(&Scope::constant(environment), default);
        let binding = match (wanted, bound) {
            (Some(wanted), Some(bound)) if convertible(bound.ty, wanted) => {
                Binding::Scalar(ScalarBinding::new(convert(bound, wanted), None))
            }
            (Some(wanted), Some(bound)) => {
                self.error(
                    Code::WrongType,
                    default.span,
                    format!("`{}` must be {wanted}, but this is {}", name.text, bound.ty),
                );
                Binding::Poison
            }
            (None, _) | (_, None) => Binding::Poison,
        };
        environment.with(&name.text, binding, None)
    }
}

/// The table of a `materialize(…)` that is the whole expression.
fn materialized(expr: &ast::Expr) -> Option<&ast::Expr> {
    shape::call(shape::bare(expr))
        .filter(|call| call.name.text == "materialize")
        .and_then(shape::only_argument)
}
