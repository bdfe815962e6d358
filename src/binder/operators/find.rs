//! `find`: the rows of many tables that fit a condition, each with the columns that all share, those that are
//! named, and a bag of the rest, if there is any.
//!
//! In: tables, a condition, columns. Out: one table, with the name of the table that a row is of. What always
//! holds: a column of which the tables have several types is a column for each of them, or is converted to the
//! type that the query gives.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{ScalarFunction, Value};
use crate::plan::{Column, Expr};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, ColumnSelection, Operator};

use super::search::{Terms, names_of};
use super::union::unite;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::conversion;
use crate::binder::projection::Projection;
use crate::binder::shape;
use crate::binder::table::{Table, column_expr, missing};

impl Binder<'_> {
    pub(super) fn find(
        &mut self,
        environment: &Environment,
        input: Option<Table>,
        (tables, predicate): (&[ast::Expr], &ast::Expr),
        project: &[ColumnSelection],
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        self.allow_parameters(operator, &["withsource", "with_source", "datascope"]);
        let source = super::parameter_word(operator, "withsource")
            .or_else(|| super::parameter_word(operator, "with_source"))
            .map_or("source_", |(name, _)| name);
        let inputs = self.searched(environment, input, tables, span, "find_arg");
        let all: Vec<Vec<Column>> = inputs.iter().map(|t| t.columns().to_vec()).collect();
        // No more than the columns that are wanted go into the union.
        let terms = Terms {
            exact: false,
            wide: false,
        };
        let filtered = self.matching(environment, inputs, span, predicate, |b, s, p, _| {
            b.search_predicate(s, p, terms)
        });
        if filtered.is_empty() {
            return Table::unknown(span);
        }
        let (wanted, packs) = match project.is_empty() {
            true => {
                let wanted = common(&all, &names_of(predicate));
                // Where every column has its place, there is nothing to pack.
                let placed = |c: &Column| wanted.iter().any(|w| w.source == c.name);
                let packs = !filtered.iter().flat_map(Table::columns).all(placed);
                (wanted, packs)
            }
            false => self.selected(&all, project),
        };
        let tables = filtered
            .into_iter()
            .map(|table| self.found_columns(table, &wanted, packs, span))
            .collect();
        unite(tables, false, Some(source), span)
    }

    /// The columns that `find … project` names, with the types that the tables or the query give them.
    fn selected(
        &mut self,
        all: &[Vec<Column>],
        project: &[ColumnSelection],
    ) -> (Vec<Wanted>, bool) {
        let mut wanted: Vec<Wanted> = Vec::with_capacity(project.len());
        let mut packs = false;
        for selection in project {
            let span = selection.expr.span;
            let packing = |call: &ast::Call| matches!(call.name.text.as_str(), "pack" | "pack_all");
            if shape::call(&selection.expr).is_some_and(packing) {
                packs = true;
                continue;
            }
            let Some(name) = shape::name(&selection.expr) else {
                self.error(
                    Code::BadArgument,
                    span,
                    "the name of a column must stand here",
                );
                continue;
            };
            let given = selection.ty.as_ref().and_then(|ty| self.scalar_type(ty));
            let known = types_of(all, name);
            match (given, known.as_slice()) {
                (Some(ty), _) => wanted.push(Wanted::new(name, ty, known.len() > 1)),
                (None, [ty]) => wanted.push(Wanted::new(name, *ty, false)),
                (None, []) => self.error(
                    Code::UnknownColumn,
                    span,
                    format!("none of the tables has a column `{name}`"),
                ),
                (None, [first, ..]) => self.report(
                    Diagnostic::error(
                        Code::MixedTypes,
                        span,
                        format!("the tables have columns `{name}` of several types"),
                    )
                    .with_help(format!("say which it shall be: `{name}: {first}`")),
                ),
            }
        }
        (wanted, packs)
    }

    /// A table with these columns, and with a bag of all others where that is asked for.
    fn found_columns(&mut self, table: Table, wanted: &[Wanted], packs: bool, span: Span) -> Table {
        let mut projection = Projection::default();
        let own = table.columns().to_vec();
        for column in wanted {
            let found = own.iter().find(|c| c.name == column.source);
            let value = match found {
                Some(found) if found.ty == column.ty => Some(column_expr(found, span)),
                Some(found) if column.converted => self.converted(found, column.ty, span),
                Some(_) | None => Some(missing(column.ty, span)),
            };
            projection.add(&column.name, value, true);
        }
        if packs {
            let rest = own
                .iter()
                .filter(|c| wanted.iter().all(|w| w.source != c.name));
            let packed = self.packed(rest, span);
            projection.add("pack_", packed, true);
        }
        let label = table.label.clone();
        let table = projection.finish(table, span);
        Table { label, ..table }
    }

    /// A column as a value of another type.
    fn converted(&mut self, column: &Column, ty: ScalarType, span: Span) -> Option<Expr> {
        let function = self.builtin(conversion(ty).unwrap_or("todynamic"), span)?;
        self.apply(function, vec![Some(column_expr(column, span))], span, span)
    }

    fn packed<'c>(
        &mut self,
        columns: impl Iterator<Item = &'c Column>,
        span: Span,
    ) -> Option<Expr> {
        let function: &'static dyn ScalarFunction = self.builtin("bag_pack", span)?;
        let mut arguments = Vec::new();
        for column in columns {
            let key = Expr::literal(Value::String(column.name.clone()), span);
            arguments.push(Some(key));
            arguments.push(Some(column_expr(column, span)));
        }
        if arguments.is_empty() {
            return Some(Expr::literal(Value::Dynamic("{}".to_owned()), span));
        }
        self.apply(function, arguments, span, span)
    }
}

/// A column of the result of `find`.
struct Wanted {
    /// What the tables call it.
    source: String,
    /// What the result calls it.
    name: String,
    ty: ScalarType,
    /// Columns of other types are converted; else they are none of it.
    converted: bool,
}

impl Wanted {
    /// A column whose type the query gives, or that all tables agree about.
    fn new(source: &str, ty: ScalarType, several: bool) -> Self {
        Self {
            source: source.to_owned(),
            name: match several {
                true => format!("{source}_{ty}"),
                false => source.to_owned(),
            },
            ty,
            converted: true,
        }
    }
}

/// The types that the tables have of a column, each once.
fn types_of(all: &[Vec<Column>], name: &str) -> Vec<ScalarType> {
    let mut types = Vec::new();
    for column in all.iter().flatten().filter(|c| c.name == name) {
        if !types.contains(&column.ty) {
            types.push(column.ty);
        }
    }
    types
}

/// The columns that all tables have, then those that the condition names, one for each of its types.
fn common(all: &[Vec<Column>], named: &[String]) -> Vec<Wanted> {
    let Some((first, rest)) = all.split_first() else {
        return Vec::new();
    };
    let in_all = |c: &&Column| {
        rest.iter()
            .all(|columns| columns.iter().any(|o| o.name == c.name && o.ty == c.ty))
    };
    let mut wanted: Vec<Wanted> = first
        .iter()
        .filter(in_all)
        .map(|c| Wanted::new(&c.name, c.ty, false))
        .collect();
    for name in named {
        if wanted.iter().any(|w| w.source == *name) {
            continue;
        }
        let types = types_of(all, name);
        wanted.extend(types.iter().map(|ty| Wanted {
            converted: false,
            ..Wanted::new(name, *ty, types.len() > 1)
        }));
    }
    wanted
}
