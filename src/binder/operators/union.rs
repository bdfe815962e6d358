//! `union`: all rows of all inputs, their columns matched by name and type.

use std::collections::HashMap;

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

/// Tables by columns of one union: each table gives an expression for each column of the result. A union beyond
/// this is bound for its columns alone, and refused where it would run (`size::wide_union`).
pub(in crate::binder) const UNION_LIMIT: usize = 2_000_000;

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
    let (unified, too_wide) = unify(&inputs, inner, &mut names);
    if too_wide {
        return wide(inputs, &unified, source, span);
    }
    let mut poisoned = Vec::new();
    let mut nullable = vec![false; unified.len()];
    let ordered = inputs.iter().all(|i| i.relation.ordered);
    let open = inputs.iter().any(|i| i.open);
    let told = inputs.iter().find_map(|i| i.told);
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
    let columns = columns_of(&unified, &nullable, source.as_deref());
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

/// The source's name and the columns of the inputs.
fn columns_of(unified: &[Unified], nullable: &[bool], source: Option<&str>) -> Vec<Column> {
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

/// A union that is too wide for a plan: its columns are those of the result, its inputs keep their own.
fn wide(inputs: Vec<Table>, unified: &[Unified], source: Option<String>, span: Span) -> Table {
    let places: HashMap<(&str, ScalarType), usize> = unified
        .iter()
        .enumerate()
        .map(|(place, u)| ((u.source.as_str(), u.ty), place))
        .collect();
    let mut nullable = vec![false; unified.len()];
    let mut poisoned = Vec::new();
    for input in &inputs {
        for column in input.columns() {
            let Some(place) = places.get(&(column.name.as_str(), column.ty)).copied() else {
                continue;
            };
            nullable[place] |= column.nullable_string;
            if input.poisoned.contains(&column.name) {
                poisoned.push(unified[place].name.clone());
            }
        }
    }
    Table {
        open: inputs.iter().any(|i| i.open),
        told: inputs.iter().find_map(|i| i.told),
        poisoned,
        ..Table::new(Relation {
            columns: columns_of(unified, &nullable, source.as_deref()),
            ordered: inputs.iter().all(|i| i.relation.ordered),
            span,
            kind: RelationKind::Union {
                inputs: inputs.into_iter().map(|i| i.relation).collect(),
            },
        })
    }
}

/// The columns of the result, each name where it is first met. A name with several types gives one column a
/// type, and these stand together; of an inner union, only what all inputs have stays. Also whether that is too
/// wide to run: then a name keeps its first type alone where the second table that has it agrees with the
/// first, as Microsoft's binder has it.
fn unify(inputs: &[Table], inner: bool, names: &mut UniqueNames) -> (Vec<Unified>, bool) {
    let mut met: Vec<(&str, ScalarType)> = Vec::new();
    let mut holders: HashMap<(&str, ScalarType), usize> = HashMap::new();
    for column in inputs.iter().flat_map(Table::columns) {
        let column = (column.name.as_str(), column.ty);
        let count = holders.entry(column).or_default();
        if *count == 0 {
            met.push(column);
        }
        *count += 1;
    }
    if inner {
        met.retain(|column| holders.get(column) == Some(&inputs.len()));
    }
    let wide = inputs.len().saturating_mul(met.len()) > UNION_LIMIT;
    if wide {
        let settled = settled(inputs);
        met.retain(|(name, ty)| settled.get(name).is_none_or(|first| first == ty));
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (name, _) in &met {
        let next = places.len();
        places.entry(name).or_insert(next);
    }
    met.sort_by_key(|(name, _)| places.get(name).copied());
    let mut types: HashMap<&str, usize> = HashMap::new();
    for (name, _) in &met {
        *types.entry(name).or_default() += 1;
    }
    let several = |name: &str| types.get(name).is_some_and(|count| *count > 1);
    // A column that keeps its name has it before one that a type is added to.
    let own: HashMap<&str, String> = met
        .iter()
        .filter(|(name, _)| !several(name))
        .map(|(name, _)| (*name, names.take(name)))
        .collect();
    let unified = met
        .iter()
        .map(|(name, ty)| Unified {
            name: match own.get(name) {
                Some(own) => own.clone(),
                None => names.take(&format!("{name}_{ty}")),
            },
            source: (*name).to_owned(),
            ty: *ty,
        })
        .collect();
    (unified, wide)
}

/// The type of each name whose first two tables agree about it.
fn settled(inputs: &[Table]) -> HashMap<&str, ScalarType> {
    let mut first: HashMap<&str, ScalarType> = HashMap::new();
    let mut second: HashMap<&str, ScalarType> = HashMap::new();
    for column in inputs.iter().flat_map(Table::columns) {
        let name = column.name.as_str();
        match first.get(name) {
            None => {
                first.insert(name, column.ty);
            }
            Some(_) => {
                second.entry(name).or_insert(column.ty);
            }
        }
    }
    first.retain(|name, ty| second.get(name) == Some(ty));
    first
}
