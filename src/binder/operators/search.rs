//! `search` and `find`: a condition over the columns of one or many tables.
//!
//! In: tables, and a condition in which a text alone means a term in any column. Out: the rows of all
//! tables, with the table's name. What always holds: a table without a column that the condition names
//! gives no rows.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{ScalarFunction, Value};
use crate::plan::{Column, Expr, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp, ColumnSelection, ExprKind, Literal, Operator};

use super::union::unite;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Projection;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr, missing};

impl Binder<'_> {
    pub(super) fn search(
        &mut self,
        environment: &Environment,
        input: Option<Table>,
        tables: &[ast::Expr],
        predicate: &ast::Expr,
        operator: &Operator,
    ) -> Table {
        self.allow_parameters(operator, &["kind"]);
        let exact = match super::parameter_word(operator, "kind") {
            None | Some(("default" | "case_insensitive", _)) => false,
            Some(("case_sensitive", _)) => true,
            Some((word, at)) => {
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        at,
                        format!("there is no search kind `{word}`"),
                    )
                    .with_help("`default`, `case_insensitive` or `case_sensitive`"),
                );
                false
            }
        };
        let inputs = self.searched(environment, input, tables, operator.span, "search_arg");
        let filtered = self.matching(environment, inputs, operator.span, predicate, |b, s, p| {
            b.search_predicate(s, p, exact)
        });
        match filtered.is_empty() {
            true => Table::unknown(operator.span),
            false => unite(filtered, false, Some("$table"), operator.span),
        }
    }

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
        let filtered = self.matching(environment, inputs, span, predicate, |b, s, p| {
            b.search_predicate(s, p, false)
        });
        if filtered.is_empty() {
            return Table::unknown(span);
        }
        let (wanted, packs) = match project.is_empty() {
            true => (common(&all, &names_of(predicate)), true),
            false => self.selected(&all, project),
        };
        let tables = filtered
            .into_iter()
            .map(|table| self.found_columns(table, &wanted, packs, span))
            .collect();
        unite(tables, false, Some(source), span)
    }

    /// The tables that are searched: what is piped, or what is listed, or all that there are.
    fn searched(
        &mut self,
        environment: &Environment,
        input: Option<Table>,
        tables: &[ast::Expr],
        span: Span,
        label: &str,
    ) -> Vec<Table> {
        let mut inputs: Vec<Table> = input.into_iter().collect();
        for table in tables {
            self.union_input(environment, table, false, &mut inputs);
        }
        if inputs.is_empty() {
            self.union_pattern(environment, "*", span, &mut inputs);
        }
        for (place, input) in inputs.iter_mut().enumerate() {
            if input.label.is_none() {
                input.label = Some(format!("{label}{place}").into());
            }
        }
        inputs
    }

    /// The rows of each table that pass; tables that lack a column of the condition are left out.
    fn matching(
        &mut self,
        environment: &Environment,
        inputs: Vec<Table>,
        span: Span,
        predicate: &ast::Expr,
        bind: impl Fn(&mut Self, &Scope, &ast::Expr) -> Option<Expr>,
    ) -> Vec<Table> {
        let names = names_of(predicate);
        let has_all = |table: &Table| {
            table.open
                || names.iter().all(|name| {
                    table.columns().iter().any(|c| c.name == *name)
                        || environment.find(name).is_some()
                })
        };
        // Where no table has them all, the names are told as faults.
        let some = inputs.iter().any(has_all);
        let mut filtered = Vec::with_capacity(inputs.len());
        for input in inputs {
            if some && !has_all(&input) {
                continue;
            }
            let Some(condition) = bind(self, &input.scope(environment), predicate) else {
                continue;
            };
            let ordered = input.relation.ordered;
            let label = input.label.clone();
            let table = input.wrap(span, ordered, |input| RelationKind::Where {
                input,
                predicate: condition,
            });
            filtered.push(Table { label, ..table });
        }
        filtered
    }

    /// A condition in which a text alone is a term of any column.
    fn search_predicate(&mut self, scope: &Scope, expr: &ast::Expr, exact: bool) -> Option<Expr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.search_predicate(scope, inner, exact),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
            } => {
                let left = self.search_predicate(scope, left, exact);
                let right = self.search_predicate(scope, right, exact);
                let function = self.builtin(op.text(), span)?;
                self.apply(function, vec![Some(left?), Some(right?)], span, span)
            }
            ExprKind::Call(call) if call.name.text == "not" => {
                let operand = self.search_predicate(scope, shape::only_argument(call)?, exact)?;
                let function = self.builtin("not", span)?;
                self.apply(function, vec![Some(operand)], span, span)
            }
            ExprKind::Literal(Literal::String(text)) => self.term(scope, text, exact, span),
            ExprKind::Star => Some(Expr::literal(Value::Bool(true), span)),
            ExprKind::Literal(_)
            | ExprKind::Name(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
            | ExprKind::Call(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::DotCall { .. }
            | ExprKind::Between { .. }
            | ExprKind::List { .. }
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::ImpliedPipe(_) => self.predicate(scope, expr),
        }
    }

    /// A term in any column; `*` at its ends or within stands for any text.
    fn term(&mut self, scope: &Scope, text: &str, exact: bool, span: Span) -> Option<Expr> {
        let inner = text.trim_matches('*');
        if inner.is_empty() {
            return Some(Expr::literal(Value::Bool(true), span));
        }
        let op = match (text.starts_with('*'), text.ends_with('*'), exact) {
            (_, _, _) if inner.contains('*') => BinaryOp::MatchesRegex,
            (false, false, false) => BinaryOp::Has,
            (false, false, true) => BinaryOp::HasCs,
            (false, true, false) => BinaryOp::HasPrefix,
            (false, true, true) => BinaryOp::HasPrefixCs,
            (true, false, false) => BinaryOp::HasSuffix,
            (true, false, true) => BinaryOp::HasSuffixCs,
            (true, true, false) => BinaryOp::Contains,
            (true, true, true) => BinaryOp::ContainsCs,
        };
        let pattern = match op == BinaryOp::MatchesRegex {
            true => wildcard_regex(text, exact),
            false => inner.to_owned(),
        };
        let needle = Expr::literal(Value::String(pattern), span);
        self.any_column(scope, op, &needle, span)
    }

    /// Whether the operator holds for one of the row's columns, each as a text.
    pub(in crate::binder) fn any_column(
        &mut self,
        scope: &Scope,
        op: BinaryOp,
        needle: &Expr,
        span: Span,
    ) -> Option<Expr> {
        let function = self.builtin(op.text(), span)?;
        let negated = op.text().starts_with('!');
        let joined = self.builtin(if negated { "and" } else { "or" }, span)?;
        let mut found: Option<Expr> = None;
        for column in scope.columns {
            let Some(text) = self.searchable(scope, column, op, span) else {
                continue;
            };
            let test = self.apply(function, vec![Some(text), Some(needle.clone())], span, span)?;
            found = match found {
                None => Some(test),
                Some(before) => self.apply(joined, vec![Some(before), Some(test)], span, span),
            };
        }
        Some(found.unwrap_or_else(|| Expr::literal(Value::Bool(negated), span)))
    }

    /// A column as the text in which it is searched; None where it is not searched.
    fn searchable(
        &mut self,
        scope: &Scope,
        column: &Column,
        op: BinaryOp,
        span: Span,
    ) -> Option<Expr> {
        if scope.is_poisoned(&column.name) {
            return None;
        }
        let value = column_expr(column, span);
        let whole = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        match column.ty {
            ScalarType::String => Some(value),
            ScalarType::Bool | ScalarType::DateTime | ScalarType::TimeSpan => None,
            ScalarType::Dynamic
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::Guid
                if whole =>
            {
                None
            }
            ScalarType::Dynamic
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::Guid => {
                let tostring = self.builtin("tostring", span)?;
                self.apply(tostring, vec![Some(value)], span, span)
            }
        }
    }

    /// The columns that `find … project` names, with the types that the tables or the query give them.
    fn selected(
        &mut self,
        all: &[Vec<Column>],
        project: &[ColumnSelection],
    ) -> (Vec<Column>, bool) {
        let mut wanted: Vec<Column> = Vec::with_capacity(project.len());
        let mut packs = false;
        for selection in project {
            if shape::call(&selection.expr).is_some_and(|c| c.name.text == "pack") {
                packs = true;
                continue;
            }
            let Some(name) = shape::name(&selection.expr) else {
                self.error(
                    Code::BadArgument,
                    selection.expr.span,
                    "the name of a column must stand here",
                );
                continue;
            };
            let given = selection.ty.as_ref().and_then(|ty| self.scalar_type(ty));
            let known = all.iter().flatten().find(|c| c.name == name);
            match given.or(known.map(|c| c.ty)) {
                Some(ty) => wanted.push(Column {
                    name: name.to_owned(),
                    ty,
                    nullable_string: false,
                }),
                None => self.error(
                    Code::UnknownColumn,
                    selection.expr.span,
                    format!("none of the tables has a column `{name}`"),
                ),
            }
        }
        (wanted, packs)
    }

    /// A table with these columns, and with a bag of all others where that is asked for.
    fn found_columns(&mut self, table: Table, wanted: &[Column], packs: bool, span: Span) -> Table {
        let mut projection = Projection::default();
        let own = table.columns().to_vec();
        for column in wanted {
            let found = own
                .iter()
                .find(|c| c.name == column.name && c.ty == column.ty);
            let value = match found {
                Some(found) => column_expr(found, span),
                None => missing(column.ty, span),
            };
            projection.add(&column.name, Some(value), true);
        }
        if packs {
            let rest = own
                .iter()
                .filter(|c| wanted.iter().all(|w| w.name != c.name));
            let packed = self.packed(rest, span);
            projection.add("pack_", packed, true);
        }
        let label = table.label.clone();
        let table = projection.finish(table, span);
        Table { label, ..table }
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

/// The columns that all tables have, then those that the condition names.
fn common(all: &[Vec<Column>], named: &[String]) -> Vec<Column> {
    let Some((first, rest)) = all.split_first() else {
        return Vec::new();
    };
    let in_all = |c: &&Column| {
        rest.iter()
            .all(|columns| columns.iter().any(|o| o.name == c.name && o.ty == c.ty))
    };
    let mut wanted: Vec<Column> = first.iter().filter(in_all).cloned().collect();
    for name in named {
        let known = all.iter().flatten().find(|c| c.name == *name);
        if let Some(column) = known.filter(|c| wanted.iter().all(|w| w.name != c.name)) {
            wanted.push(column.clone());
        }
    }
    wanted
}

/// The regular expression of a pattern in which `*` stands for any text.
fn wildcard_regex(pattern: &str, exact: bool) -> String {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    let case = if exact { "" } else { "i" };
    format!("(?s{case}){}", parts.join(".*"))
}

/// The names that a condition uses, each once, in their order.
fn names_of(expr: &ast::Expr) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = vec![expr];
    while let Some(next) = rest.pop() {
        match &next.kind {
            ExprKind::Name(name) => {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            ExprKind::Path { base, .. } => rest.push(base),
            ExprKind::Element { base, index } => rest.extend([index.as_ref(), base]),
            ExprKind::Call(call) => {
                rest.extend(call.arguments.iter().rev().map(|a| &a.value));
            }
            ExprKind::Unary { operand, .. } => rest.push(operand),
            ExprKind::Binary { left, right, .. } => rest.extend([right.as_ref(), left]),
            ExprKind::Between {
                subject, low, high, ..
            } => rest.extend([high.as_ref(), low, subject]),
            ExprKind::List { subject, list, .. } => {
                // A name in the list may be a table.
                rest.extend(list.iter().filter(|e| shape::name(e).is_none()).rev());
                rest.push(subject);
            }
            ExprKind::Parenthesized(inner) => rest.push(inner),
            ExprKind::Literal(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::DotCall { .. }
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::ImpliedPipe(_) => {}
        }
    }
    names
}
