//! `search`: a condition over the columns of one or many tables; `find` takes its rows from here too.
//!
//! In: tables, and a condition in which a text alone means a term in any column. Out: the rows of all
//! tables, with the table's name. What always holds: a column that only some of the tables have is empty in the
//! others; a table that has none of the columns that the condition names gives no rows, unless a term alone may
//! let them pass.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::plan::{Column, Expr, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp, ExprKind, Literal, Operator};

use super::unified::too_wide;
use super::union::unite;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Projection;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr, missing};

/// How terms that stand alone are searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// By case, too.
    pub exact: bool,
    /// The union of all rows is too wide to run, so that only its columns count: terms are not tested.
    pub wide: bool,
}

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
        let filtered = self.matching(
            environment,
            inputs,
            operator.span,
            predicate,
            |b, s, p, wide| b.search_predicate(s, p, Terms { exact, wide }),
        );
        match filtered.is_empty() {
            true => Table::unknown(operator.span),
            false => unite(filtered, false, Some("$table"), operator.span),
        }
    }

    /// The tables that are searched: what is piped, or what is listed, or all that there are.
    pub(super) fn searched(
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

    /// The rows of each table that pass. Tables without any column of the condition are left out, where no term
    /// stands in it alone. `bind` is told whether their union is too wide to run. Source: "find operator" of Microsoft's reference, "Output schema".
    pub(super) fn matching(
        &mut self,
        environment: &Environment,
        mut inputs: Vec<Table>,
        span: Span,
        predicate: &ast::Expr,
        bind: impl Fn(&mut Self, &Scope, &ast::Expr, bool) -> Option<Expr>,
    ) -> Vec<Table> {
        let names = names_of(predicate);
        let free = has_term(predicate);
        // The columns that the condition names, as the first table that has one has it.
        let named: Vec<Column> = names
            .iter()
            .filter_map(|name| {
                let mut all = inputs.iter().flat_map(Table::columns);
                all.find(|c| c.name == *name).cloned()
            })
            .collect();
        let has =
            |input: &Table, column: &Column| input.columns().iter().any(|c| c.name == column.name);
        inputs.retain(|input| {
            let may_pass = free || input.open || named.is_empty();
            may_pass || named.iter().any(|column| has(input, column))
        });
        let wide = too_wide(&inputs);
        let mut filtered = Vec::with_capacity(inputs.len());
        for input in inputs {
            let own: Vec<(usize, String)> = input
                .columns()
                .iter()
                .map(|c| c.name.clone())
                .enumerate()
                .collect();
            let lacks = named.iter().filter(|c| !has(&input, c));
            let lacks: Vec<Column> = lacks
                .filter(|c| !input.open && environment.find(&c.name).is_none())
                .cloned()
                .collect();
            let ordered = input.relation.ordered;
            let label = input.label.clone();
            let whole = match lacks.is_empty() {
                true => input,
                false => {
                    let mut columns = Projection::of(&input.scope(environment), span);
                    for column in &lacks {
                        columns.add(&column.name, Some(missing(column.ty, span)), false);
                    }
                    columns.finish(input, span)
                }
            };
            let Some(condition) = bind(self, &whole.scope(environment), predicate, wide) else {
                continue;
            };
            let mut table = whole.wrap(span, ordered, |input| RelationKind::Where {
                input,
                predicate: condition,
            });
            if !lacks.is_empty() {
                let picks: Vec<(usize, &str)> = own
                    .iter()
                    .map(|(place, name)| (*place, name.as_str()))
                    .collect();
                table = table.select(span, &picks);
            }
            filtered.push(Table { label, ..table });
        }
        filtered
    }

    /// A condition in which a text alone is a term of any column.
    pub(super) fn search_predicate(
        &mut self,
        scope: &Scope,
        expr: &ast::Expr,
        terms: Terms,
    ) -> Option<Expr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.search_predicate(scope, inner, terms),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
            } => {
                let left = self.search_predicate(scope, left, terms);
                let right = self.search_predicate(scope, right, terms);
                let function = self.builtin(op.text(), span)?;
                self.apply(function, vec![Some(left?), Some(right?)], span, span)
            }
            ExprKind::Call(call) if call.name.text == "not" => {
                let operand = self.search_predicate(scope, shape::only_argument(call)?, terms)?;
                let function = self.builtin("not", span)?;
                self.apply(function, vec![Some(operand)], span, span)
            }
            ExprKind::Literal(Literal::String(text)) => self.term(scope, text, terms, span),
            ExprKind::Binary { op, left, right } => {
                let (op, right) = match (op, &right.kind) {
                    (BinaryOp::Term, ExprKind::Literal(Literal::String(text))) => {
                        let Some((op, pattern)) = term_test(text, terms.exact) else {
                            return Some(Expr::literal(Value::Bool(true), span));
                        };
                        let kind = ExprKind::Literal(Literal::String(pattern));
                        (op, Box::new(ast::Expr { kind, ..**right }))
                    }
                    (op, _) if terms.exact => (case_sensitive(*op), right.clone()),
                    (op, _) => (*op, right.clone()),
                };
                let left = left.clone();
                let kind = ExprKind::Binary { op, left, right };
                self.predicate(scope, &ast::Expr { kind, span })
            }
            ExprKind::Star => Some(Expr::literal(Value::Bool(true), span)),
            ExprKind::Literal(_)
            | ExprKind::Name(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
            | ExprKind::Call(_)
            | ExprKind::Unary { .. }
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

    /// A term in any column.
    fn term(&mut self, scope: &Scope, text: &str, terms: Terms, span: Span) -> Option<Expr> {
        if terms.wide {
            return Some(Expr::literal(Value::Bool(true), span));
        }
        let Some((op, pattern)) = term_test(text, terms.exact) else {
            return Some(Expr::literal(Value::Bool(true), span));
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
}

/// Whether a text, or `*`, stands alone in a condition.
fn has_term(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Parenthesized(inner) => has_term(inner),
        ExprKind::Binary {
            op: BinaryOp::And | BinaryOp::Or,
            left,
            right,
        } => has_term(left) || has_term(right),
        ExprKind::Call(call) if call.name.text == "not" => {
            call.arguments.iter().any(|a| has_term(&a.value))
        }
        // `* has "x"` looks into every column too.
        ExprKind::Binary { left, .. } => matches!(left.kind, ExprKind::Star),
        ExprKind::Literal(Literal::String(_)) | ExprKind::Star => true,
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::Wildcard(_)
        | ExprKind::Path { .. }
        | ExprKind::Element { .. }
        | ExprKind::Call(_)
        | ExprKind::Unary { .. }
        | ExprKind::DotCall { .. }
        | ExprKind::Between { .. }
        | ExprKind::List { .. }
        | ExprKind::Datatable { .. }
        | ExprKind::ExternalData { .. }
        | ExprKind::Pipe { .. }
        | ExprKind::Source(_)
        | ExprKind::ImpliedPipe(_) => false,
    }
}

/// What a term asks of a text: the operator and its other side. `*` at the term's ends or within stands for any
/// text; None where all pass.
///
/// Source: "search operator" of Microsoft's reference, "Search predicate syntax".
fn term_test(text: &str, exact: bool) -> Option<(BinaryOp, String)> {
    let inner = text.trim_matches('*');
    if inner.is_empty() {
        return None;
    }
    if inner.contains('*') {
        return Some((BinaryOp::MatchesRegex, wildcard_regex(text, exact)));
    }
    let op = match (text.starts_with('*'), text.ends_with('*')) {
        (false, false) => BinaryOp::Has,
        (false, true) => BinaryOp::HasPrefix,
        (true, false) => BinaryOp::HasSuffix,
        (true, true) => BinaryOp::Contains,
    };
    let op = if exact { case_sensitive(op) } else { op };
    Some((op, inner.to_owned()))
}

/// The regular expression of a pattern in which `*` stands for any text: `\bLab.*PC\b`.
fn wildcard_regex(pattern: &str, exact: bool) -> String {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    let case = if exact { "" } else { "(?i)" };
    let start = if pattern.starts_with('*') { "" } else { r"\b" };
    let end = if pattern.ends_with('*') { "" } else { r"\b" };
    format!("{case}{start}{}{end}", parts.join(".*"))
}

/// The operator where `kind=case_sensitive` makes it look at case.
fn case_sensitive(op: BinaryOp) -> BinaryOp {
    use BinaryOp as B;
    match op {
        B::EqualIgnoreCase => B::Equal,
        B::NotEqualIgnoreCase => B::NotEqual,
        B::Term | B::Has => B::HasCs,
        B::NotHas => B::NotHasCs,
        B::HasPrefix => B::HasPrefixCs,
        B::NotHasPrefix => B::NotHasPrefixCs,
        B::HasSuffix => B::HasSuffixCs,
        B::NotHasSuffix => B::NotHasSuffixCs,
        B::Contains => B::ContainsCs,
        B::NotContains => B::NotContainsCs,
        B::StartsWith => B::StartsWithCs,
        B::NotStartsWith => B::NotStartsWithCs,
        B::EndsWith => B::EndsWithCs,
        B::NotEndsWith => B::NotEndsWithCs,
        B::Like => B::LikeCs,
        B::NotLike => B::NotLikeCs,
        B::Add
        | B::Subtract
        | B::Multiply
        | B::Divide
        | B::Modulo
        | B::And
        | B::Or
        | B::Equal
        | B::NotEqual
        | B::Less
        | B::LessOrEqual
        | B::Greater
        | B::GreaterOrEqual
        | B::HasCs
        | B::NotHasCs
        | B::HasPrefixCs
        | B::NotHasPrefixCs
        | B::HasSuffixCs
        | B::NotHasSuffixCs
        | B::ContainsCs
        | B::NotContainsCs
        | B::StartsWithCs
        | B::NotStartsWithCs
        | B::EndsWithCs
        | B::NotEndsWithCs
        | B::LikeCs
        | B::NotLikeCs
        | B::MatchesRegex => op,
    }
}

/// The names that a condition uses, each once, in their order.
pub(super) fn names_of(expr: &ast::Expr) -> Vec<String> {
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
