//! A scenario's predicate, bound over a row.
//!
//! In: a [`Scenario`] and the columns of the table or of the result that it stands over. Out: the bound
//! condition, and faults whose spans count in the predicate's text.
//! What always holds: the condition names columns of the one row alone, no other table; a field that is
//! left out was named in the scenario's `optional_fields` and is told of.

use super::rewrite::Rewrite;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::plan::{self, Column, RelationKind};
use crate::rule::exclusion::Scenario;
use crate::symbols::{self, Catalogue, TableSchema};
use crate::syntax::ast::{self, ExprKind, OperatorKind, StatementKind};
use crate::syntax::lexer::tokenize;
use crate::syntax::token::TokenKind;
use crate::{binder, parser};

/// What a predicate stands over.
#[derive(Debug, Clone, Copy)]
pub struct Over<'a> {
    /// The table whose events they are; for result rows the one that the scenario names, if any.
    pub table: Option<&'a str>,
    /// Result rows rather than events.
    pub is_result: bool,
    pub columns: &'a [Column],
}

impl Over<'_> {
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|c| c.name == name)
    }
}

/// Binds a scenario's predicate.
pub fn bind(
    scenario: &Scenario,
    over: Over<'_>,
    catalogue: &dyn Catalogue,
) -> (Option<plan::Expr>, Diagnostics) {
    let marked = mark_parameters(&scenario.predicate);
    let parsed = parser::parse(&marked.text);
    let mut diagnostics = parsed.diagnostics;
    let whole = Span::new(0, scenario.predicate.len());
    let statements = parsed.query.map(|q| q.statements).unwrap_or_default();
    let condition = match <[ast::Statement; 1]>::try_from(statements).map(|[only]| only.kind) {
        Ok(StatementKind::Expr(condition)) => Some(condition),
        Ok(_) | Err(_) => None,
    };
    let Some(mut condition) = condition else {
        if !diagnostics.has_errors() {
            diagnostics.push(not_one_condition(whole));
        }
        return (None, diagnostics);
    };
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let mut rewrite = Rewrite::new(scenario, over, &marked.parameters);
    let remains = rewrite.expr(&mut condition);
    diagnostics.extend(rewrite.diagnostics);
    if !remains {
        diagnostics.push(Diagnostic::error(
            Code::UnmappedField,
            whole,
            "nothing is left of this condition without the fields that have no column",
        ));
    }
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let bound = bind_over(condition, over, catalogue);
    diagnostics.extend(bound.diagnostics);
    let predicate = bound.query.and_then(|query| match query.root.kind {
        RelationKind::Where { predicate, .. } => Some(predicate),
        _ => None,
    });
    let foreign = predicate
        .iter()
        .flat_map(plan::Expr::walk)
        .find(|e| e.subquery().is_some());
    if predicate.is_none() && !diagnostics.has_errors() {
        diagnostics.push(not_one_condition(whole));
    }
    if let Some(foreign) = foreign {
        diagnostics.push(
            Diagnostic::error(
                Code::BadArgument,
                foreign.span,
                "an exclusion stands over one row, and this asks another table",
            )
            .with_help("write the values out, or name a list of them under `parameters`"),
        );
    }
    (predicate.filter(|_| !diagnostics.has_errors()), diagnostics)
}

fn not_one_condition(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NotAPredicate, span, "one condition must stand here")
        .with_help("write what follows `where` in a query, such as `process.name == \"x.exe\"`")
}

/// Binds `row | where condition`.
fn bind_over(condition: ast::Expr, over: Over<'_>, catalogue: &dyn Catalogue) -> binder::Bound {
    let name = match (over.is_result, over.table) {
        (false, Some(table)) => table.to_owned(),
        (true, _) | (false, None) => "__result".to_owned(),
    };
    let span = condition.span;
    let columns = over.columns.iter();
    let row = RowCatalogue {
        schema: TableSchema {
            name: name.clone(),
            columns: columns
                .map(|c| symbols::Column::new(&c.name, c.ty))
                .collect(),
        },
        rest: catalogue,
    };
    let source = ast::Expr {
        kind: ExprKind::Name(name),
        span,
    };
    let filter = ast::Operator {
        kind: OperatorKind::Where(Box::new(condition)),
        parameters: Vec::new(),
        word: span,
        span,
    };
    let query = ast::Query {
        statements: vec![ast::Statement {
            kind: StatementKind::Expr(ast::Expr {
                kind: ExprKind::Pipe {
                    input: Box::new(source),
                    operator: Box::new(filter),
                },
                span,
            }),
            span,
        }],
    };
    binder::bind(&query, &row)
}

/// A catalogue in which one name stands for the row.
struct RowCatalogue<'a> {
    schema: TableSchema,
    rest: &'a dyn Catalogue,
}

impl Catalogue for RowCatalogue<'_> {
    fn table(&self, name: &str) -> Option<TableSchema> {
        match name == self.schema.name {
            true => Some(self.schema.clone()),
            false => self.rest.table(name),
        }
    }

    fn table_names(&self) -> Vec<String> {
        self.rest.table_names()
    }
}

/// A predicate's text with `<name>` made a plain name of the same length, and where these stand.
#[derive(Debug, PartialEq, Eq)]
struct Marked {
    text: String,
    /// Where each name begins, and the name as it was written.
    parameters: Vec<(usize, String)>,
}

/// Finds `<name>`, which is no KQL, outside of strings and comments. Nothing in KQL has this form: the
/// result of one comparison is not compared with `>` again.
fn mark_parameters(text: &str) -> Marked {
    let mut bytes = text.as_bytes().to_vec();
    let mut parameters = Vec::new();
    let (tokens, _) = tokenize(text);
    for (index, open) in tokens.iter().enumerate() {
        if open.kind != TokenKind::Less {
            continue;
        }
        let mut end = open.span.end;
        let inside = tokens[index + 1..].iter().take_while(|token| {
            let follows = token.span.start == end;
            end = token.span.end;
            follows && matches!(token.kind, TokenKind::Word | TokenKind::Minus)
        });
        let length = inside.count();
        let close = tokens.get(index + 1 + length);
        let Some(close) = close.filter(|t| t.kind == TokenKind::Greater && length > 0) else {
            continue;
        };
        let (start, stop) = (open.span.end, close.span.start);
        if tokens[index + length].span.end != stop {
            continue;
        }
        parameters.push((start, text[start..stop].to_owned()));
        bytes[open.span.start] = b' ';
        bytes[close.span.start] = b' ';
        for byte in &mut bytes[start..stop] {
            if *byte == b'-' {
                *byte = b'_';
            }
        }
    }
    Marked {
        // Only ASCII characters gave way to ASCII characters.
        text: String::from_utf8_lossy(&bytes).into_owned(),
        parameters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_names_in_angle_brackets() {
        let marked = mark_parameters(r#"ip != <my-net> or x < y and "<no>" > z or a <b> // <no>"#);
        assert_eq!(
            marked.text,
            r#"ip !=  my_net  or x < y and "<no>" > z or a  b  // <no>"#
        );
        assert_eq!(
            marked.parameters,
            [(7, "my-net".to_owned()), (45, "b".to_owned())]
        );
        for text in ["a < b > c", "a <b and c> d", "<>", "a<=b", "<1>"] {
            assert_eq!(mark_parameters(text).parameters, [], "{text}");
        }
    }
}
