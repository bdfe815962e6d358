//! `union`: all rows of all inputs, their columns matched by name and type.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic, Severity, Span};
use crate::functions::Value;
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, ExprKind, Operator};

use super::columns::matches;
use crate::binder::Binder;
use crate::binder::environment::{Binding, Environment};
use crate::binder::naming::UniqueNames;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr, missing};

/// Tables by columns of one union: each table gives an expression for each column of the result.
const UNION_LIMIT: usize = 2_000_000;

/// A column of the result: its name, and the inputs' name and type that it takes.
struct Unified {
    name: String,
    source: String,
    ty: ScalarType,
}

impl Binder<'_> {
    pub(super) fn union(
        &mut self,
        environment: &Environment,
        input: Option<Table>,
        tables: &[ast::Expr],
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        self.allow_parameters(
            operator,
            &["kind", "withsource", "with_source", "isfuzzy", "hint."],
        );
        let fuzzy = super::parameter_word(operator, "isfuzzy").is_some_and(|(w, _)| w == "true");
        let inner = match super::parameter_word(operator, "kind") {
            None | Some(("outer", _)) => false,
            Some(("inner", _)) => true,
            Some((word, at)) => {
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        at,
                        format!("there is no union kind `{word}`"),
                    )
                    .with_help("outer or inner"),
                );
                false
            }
        };
        let source = super::parameter_word(operator, "withsource")
            .or_else(|| super::parameter_word(operator, "with_source"))
            .map(|(name, _)| name);
        let mut inputs: Vec<Table> = input.into_iter().collect();
        for table in tables {
            self.union_input(environment, table, fuzzy, &mut inputs);
        }
        if inputs.is_empty() {
            self.error(
                Code::UnknownTable,
                span,
                "none of the tables of this union is there",
            );
            return Table::unknown(span);
        }
        if self.too_wide(&inputs, span) {
            return Table::unknown(span);
        }
        unite(inputs, inner, source, span)
    }

    /// Refuses a union whose plan would not fit into memory.
    pub(super) fn too_wide(&mut self, inputs: &[Table], span: Span) -> bool {
        let columns = inputs.iter().flat_map(Table::columns);
        let distinct: HashSet<_> = columns.map(|c| (c.name.as_str(), c.ty)).collect();
        let (tables, columns) = (inputs.len(), distinct.len());
        let refused = tables.saturating_mul(columns) > UNION_LIMIT;
        if refused {
            self.report(
                Diagnostic::error(
                    Code::TooDeep,
                    span,
                    format!(
                        "{tables} tables with {columns} columns between them are too many for one union"
                    ),
                )
                .with_help("name the tables that are meant, or `project` the columns of each first"),
            );
        }
        refused
    }

    pub(super) fn union_input(
        &mut self,
        environment: &Environment,
        table: &ast::Expr,
        fuzzy: bool,
        inputs: &mut Vec<Table>,
    ) {
        if let Some(pattern) = shape::pattern(shape::bare(table)) {
            self.union_pattern(environment, pattern, table.span, inputs);
            return;
        }
        let before = self.diagnostics.len();
        let bound = self.inner_table(&Scope::constant(environment), table);
        // A view is called by its name; what it is made of does not show.
        let view = name_of(table).filter(|name| match environment.find(name) {
            Some(frame) => match &frame.binding {
                Binding::Function(function) => function.function.view,
                Binding::Scalar(_) | Binding::Table(_) | Binding::Poison | Binding::Recursion => {
                    false
                }
            },
            None => false,
        });
        let bound = match view {
            Some(name) => Table {
                label: Some(name.into()),
                ..bound
            },
            None => bound,
        };
        if fuzzy && bound.open && self.forgive_unknown_tables(before) {
            return;
        }
        inputs.push(bound);
    }

    /// Makes warnings of the unknown tables that were reported since; false where there was none, or
    /// another error besides.
    fn forgive_unknown_tables(&mut self, since: usize) -> bool {
        let errors = |d: &&Diagnostic| d.severity == Severity::Error;
        let mut found = self.diagnostics[since..].iter().filter(errors).peekable();
        if found.peek().is_none() || !found.all(|d| d.code == Code::UnknownTable) {
            return false;
        }
        for diagnostic in &mut self.diagnostics[since..] {
            if diagnostic.severity == Severity::Error {
                diagnostic.severity = Severity::Warning;
            }
        }
        true
    }

    pub(super) fn union_pattern(
        &mut self,
        environment: &Environment,
        pattern: &str,
        span: Span,
        inputs: &mut Vec<Table>,
    ) {
        let mut names: Vec<String> = self.catalogue.table_names();
        names.extend(environment.frames().filter_map(|f| match &f.binding {
            Binding::Function(function) if function.function.view => Some(f.name.clone()),
            Binding::Function(_)
            | Binding::Scalar(_)
            | Binding::Table(_)
            | Binding::Poison
            | Binding::Recursion => None,
        }));
        names.retain(|name| matches(pattern, name));
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            self.error(
                Code::UnknownTable,
                span,
                format!("no table's name fits `{pattern}`"),
            );
        }
        for name in names {
            let expr = ast::Expr {
                kind: ExprKind::Name(name),
                span,
            };
            let table = self.inner_table(&Scope::constant(environment), &expr);
            let label = table.label.clone().or_else(|| Some(name_of(&expr)?.into()));
            inputs.push(Table { label, ..table });
        }
    }
}

fn name_of(expr: &ast::Expr) -> Option<&str> {
    let expr = shape::bare(expr);
    shape::name(expr).or_else(|| shape::call(expr).map(|call| call.name.text.as_str()))
}

pub(super) fn unite(inputs: Vec<Table>, inner: bool, source: Option<&str>, span: Span) -> Table {
    let mut names = UniqueNames::default();
    let source = source.map(|name| names.take(name));
    let unified = unify(&inputs, inner, &mut names);
    let mut poisoned = Vec::new();
    let mut nullable = vec![false; unified.len()];
    let ordered = inputs.iter().all(|i| i.relation.ordered);
    let open = inputs.iter().any(|i| i.open);
    let mut relations = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.into_iter().enumerate() {
        let mut expressions: Vec<Expr> = Vec::with_capacity(unified.len() + 1);
        if source.is_some() {
            let label = match &input.label {
                Some(label) => label.to_string(),
                None => format!("union_arg{place}"),
            };
            expressions.push(Expr::literal(Value::String(label), span));
        }
        for (wanted, nullable) in unified.iter().zip(&mut nullable) {
            let found = input
                .columns()
                .iter()
                .find(|c| c.name == wanted.source && c.ty == wanted.ty);
            expressions.push(match found {
                Some(column) => {
                    *nullable |= column.nullable_string;
                    if input.poisoned.contains(&column.name) {
                        poisoned.push(wanted.name.clone());
                    }
                    column_expr(column, span)
                }
                None => missing(wanted.ty, span),
            });
        }
        relations.push((input.relation, expressions));
    }
    let columns: Vec<Column> = source
        .iter()
        .map(|name| (name, ScalarType::String, false))
        .chain(
            unified
                .iter()
                .zip(&nullable)
                .map(|(u, n)| (&u.name, u.ty, *n)),
        )
        .map(|(name, ty, nullable_string)| Column {
            name: name.clone(),
            ty,
            nullable_string,
        })
        .collect();
    let inputs = relations
        .into_iter()
        .map(|(input, expressions)| Relation {
            columns: columns.clone(),
            ordered: input.ordered,
            span: input.span,
            kind: RelationKind::Project {
                input: Box::new(input),
                expressions,
            },
        })
        .collect();
    Table {
        open,
        poisoned,
        ..Table::new(Relation {
            kind: RelationKind::Union { inputs },
            columns,
            ordered,
            span,
        })
    }
}

/// The columns of the result, each where it is first met. A name with several types gives one column a
/// type; of an inner union, only what all inputs have stays.
fn unify(inputs: &[Table], inner: bool, names: &mut UniqueNames) -> Vec<Unified> {
    let mut met: Vec<(&str, ScalarType)> = Vec::new();
    for column in inputs.iter().flat_map(Table::columns) {
        if !met.contains(&(column.name.as_str(), column.ty)) {
            met.push((&column.name, column.ty));
        }
    }
    if inner {
        met.retain(|(name, ty)| {
            let has = |i: &Table| i.columns().iter().any(|c| c.name == *name && c.ty == *ty);
            inputs.iter().all(has)
        });
    }
    met.iter()
        .map(|(name, ty)| {
            let several = met.iter().filter(|(other, _)| other == name).count() > 1;
            let wanted = match several {
                true => format!("{name}_{ty}"),
                false => (*name).to_owned(),
            };
            Unified {
                name: names.take(&wanted),
                source: (*name).to_owned(),
                ty: *ty,
            }
        })
        .collect()
}
