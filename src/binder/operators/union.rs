//! `union`: all rows of all inputs, their columns matched by name and type.

use crate::diagnostics::{Code, Diagnostic, Severity, Span};
use crate::functions::Value;
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, ExprKind, Operator};

use super::columns::matches;
use super::unified::{UnifiedColumn, unify};
use crate::binder::Binder;
use crate::binder::environment::{Binding, Environment};
use crate::binder::naming::UniqueNames;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr, missing};

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
        unite(inputs, inner, source, span)
    }

    pub(super) fn union_input(
        &mut self,
        environment: &Environment,
        table: &ast::Expr,
        fuzzy: bool,
        inputs: &mut Vec<Table>,
    ) {
        let before = self.diagnostics.len();
        if let Some(pattern) = shape::pattern(shape::bare(table)) {
            self.union_pattern(environment, pattern, table.span, inputs);
            if fuzzy {
                self.forgive_unknown_tables(before);
            }
            return;
        }
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
        self.patterns = true;
        let mut names: Vec<String> = self.catalogue.present();
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
    let mut nullable = vec![false; unified.columns.len()];
    let mut poisoned = Vec::new();
    for (input, places) in inputs.iter().zip(&unified.places) {
        for (column, place) in input.columns().iter().zip(places) {
            let Some(place) = *place else { continue };
            nullable[place] |= column.nullable_string;
            if input.poisoned.contains(&column.name) {
                poisoned.push(unified.columns[place].name.clone());
            }
        }
    }
    let columns = columns_of(&unified.columns, &nullable, source.as_deref());
    let ordered = inputs.iter().all(|i| i.relation.ordered);
    let open = inputs.iter().any(|i| i.open);
    let told = inputs.iter().find_map(|i| i.told);
    let inputs = match unified.wide {
        // Its inputs keep their own columns.
        true => inputs.into_iter().map(|input| input.relation).collect(),
        false => inputs
            .into_iter()
            .zip(&unified.places)
            .enumerate()
            .map(|(at, (input, places))| {
                let label = match (&source, &input.label) {
                    (None, _) => None,
                    (Some(_), Some(label)) => Some(label.to_string()),
                    (Some(_), None) => Some(format!("union_arg{at}")),
                };
                Relation {
                    columns: columns.clone(),
                    ordered: input.relation.ordered,
                    span: input.relation.span,
                    kind: RelationKind::Project {
                        expressions: expressions(&input, places, &unified.columns, label, span),
                        input: Box::new(input.relation),
                    },
                }
            })
            .collect(),
    };
    Table {
        open,
        told,
        poisoned,
        ..Table::new(Relation {
            kind: RelationKind::Union { inputs },
            columns,
            ordered,
            span,
        })
    }
}

/// What an input gives for each column of the result; the label first where there is one.
fn expressions(
    input: &Table,
    places: &[Option<usize>],
    unified: &[UnifiedColumn],
    label: Option<String>,
    span: Span,
) -> Vec<Expr> {
    let mut found = vec![None; unified.len()];
    for (column, place) in input.columns().iter().zip(places) {
        if let Some(place) = place {
            found[*place].get_or_insert(column);
        }
    }
    let label = label.map(|label| Expr::literal(Value::String(label), span));
    let given = unified
        .iter()
        .zip(found)
        .map(|(wanted, found)| match found {
            Some(column) => column_expr(column, span),
            None => missing(wanted.ty, span),
        });
    label.into_iter().chain(given).collect()
}

/// The source's name and the columns of the inputs.
fn columns_of(unified: &[UnifiedColumn], nullable: &[bool], source: Option<&str>) -> Vec<Column> {
    let own = unified.iter().zip(nullable);
    source
        .iter()
        .map(|name| (*name, ScalarType::String, false))
        .chain(own.map(|(u, n)| (u.name.as_str(), u.ty, *n)))
        .map(|(name, ty, nullable_string)| Column {
            name: name.to_owned(),
            ty,
            nullable_string,
        })
        .collect()
}
