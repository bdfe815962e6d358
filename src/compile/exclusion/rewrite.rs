//! What a predicate says beyond KQL, made KQL: parameters, comparisons with networks, ECS names.
//!
//! In: the tree of a predicate. Out: the tree with literals for parameters and columns for ECS names.
//! What always holds: spans stay those of the text, so that a later fault points at what was written.

use super::ecs::{self, Field};
use super::predicate::Over;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::rule::exclusion::{ParameterValue, Scenario};
use crate::syntax::ast::{Argument, BinaryOp, Call, Expr, ExprKind, ListOp, Literal, Name};

/// One walk over a predicate.
pub struct Rewrite<'a> {
    scenario: &'a Scenario,
    over: Over<'a>,
    /// Where parameters are named, and their names.
    mentions: &'a [(usize, String)],
    pub diagnostics: Diagnostics,
}

impl<'a> Rewrite<'a> {
    pub fn new(scenario: &'a Scenario, over: Over<'a>, mentions: &'a [(usize, String)]) -> Self {
        Self {
            scenario,
            over,
            mentions,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Rewrites an expression in place. False where it is about an optional field that has no column:
    /// then the nearest operand of `and` or `or` around it is left out.
    pub fn expr(&mut self, expr: &mut Expr) -> bool {
        match &mut expr.kind {
            ExprKind::Literal(_) => true,
            ExprKind::Name(_) => self.name(expr),
            ExprKind::Path { .. } => self.path(expr),
            ExprKind::Element { base, index } => {
                let base = self.expr(base);
                self.expr(index) && base
            }
            ExprKind::Call(call) => self.arguments(call),
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary {
                op: BinaryOp::And | BinaryOp::Or,
                left,
                right,
            } => {
                let remaining = match (self.expr(left), self.expr(right)) {
                    (true, true) => return true,
                    (false, false) => return false,
                    (true, false) => left,
                    (false, true) => right,
                };
                *expr = std::mem::replace(remaining, nothing(Span::default()));
                true
            }
            ExprKind::Binary { .. } => self.comparison(expr),
            ExprKind::Between {
                subject, low, high, ..
            } => {
                let subject = self.expr(subject);
                let low = self.expr(low);
                self.expr(high) && low && subject
            }
            ExprKind::List { .. } => self.list(expr),
            ExprKind::Parenthesized(inner) => self.expr(inner),
            ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::DotCall { .. }
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::ImpliedPipe(_) => {
                self.diagnostics.push(Diagnostic::error(
                    Code::NotAPredicate,
                    expr.span,
                    "an exclusion is a condition over one row; this is none",
                ));
                true
            }
        }
    }

    fn arguments(&mut self, call: &mut Call) -> bool {
        let mut remains = true;
        for argument in &mut call.arguments {
            remains &= self.expr(&mut argument.value);
        }
        remains
    }

    /// The parameter that a name stands for; None where it is another name.
    fn parameter(&mut self, expr: &Expr) -> Option<ParameterValue> {
        let start = bare(expr).span.start;
        let (_, name) = self.mentions.iter().find(|(at, _)| *at == start)?;
        let found = self.scenario.parameters.iter().find(|p| p.name == *name);
        if let Some(parameter) = found {
            return Some(parameter.value.clone());
        }
        let place = Span::new(start, start + name.len());
        // A side of a comparison is looked at twice.
        if self.diagnostics.iter().any(|d| d.span == place) {
            return Some(ParameterValue::Flag(false));
        }
        let known: Vec<&str> = self
            .scenario
            .parameters
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        let fault = Diagnostic::error(
            Code::UnknownParameter,
            place,
            format!("the file has no parameter `{name}`"),
        );
        self.diagnostics
            .push(fault.with_help(match known.as_slice() {
                [] => format!("add `{name}: …` under `parameters` at the top of the file"),
                _ => format!("it has {}; others go under `parameters`", known.join(", ")),
            }));
        // Any value will do: the fault stops the rest.
        Some(ParameterValue::Flag(false))
    }

    /// A comparison; `==` and `!=` with several values mean "one of them" and "none of them".
    fn comparison(&mut self, expr: &mut Expr) -> bool {
        let span = expr.span;
        let ExprKind::Binary { op, left, right } = &mut expr.kind else {
            return true;
        };
        let negated = match op {
            BinaryOp::Equal => Some(false),
            BinaryOp::NotEqual => Some(true),
            _ => None,
        };
        let sides = match (self.parameter(right), self.parameter(left)) {
            (Some(value), None) => Some((value, left.as_mut())),
            (None, Some(value)) => Some((value, right.as_mut())),
            (Some(_), Some(_)) | (None, None) => None,
        };
        if let (Some(negated), Some((value, subject))) = (negated, sides)
            && let Some(many) = several(value)
        {
            let remains = self.expr(subject);
            let subject = std::mem::replace(subject, nothing(span));
            *expr = match many {
                Many::Networks(networks) => in_networks(subject, &networks, negated, span),
                Many::Values(values) => one_of(subject, values, negated, span),
            };
            return remains;
        }
        let left = self.expr(left);
        self.expr(right) && left
    }

    /// `in (…)` and its kin: a parameter's values take its place in the list.
    fn list(&mut self, expr: &mut Expr) -> bool {
        let span = expr.span;
        let ExprKind::List { op, subject, list } = &mut expr.kind else {
            return true;
        };
        let remains = self.expr(subject);
        let mut written = Vec::with_capacity(list.len());
        for mut item in std::mem::take(list) {
            let at = item.span;
            match self.parameter(&item) {
                Some(ParameterValue::Networks(networks)) => {
                    let negated = match op {
                        ListOp::In | ListOp::InIgnoreCase => false,
                        ListOp::NotIn | ListOp::NotInIgnoreCase => true,
                        ListOp::HasAny | ListOp::HasAll => {
                            self.diagnostics.push(networks_elsewhere(at));
                            continue;
                        }
                    };
                    let subject = subject.as_ref().clone();
                    *expr = in_networks(subject, &networks, negated, span);
                    return remains;
                }
                Some(ParameterValue::List(values)) => {
                    written.extend(values.iter().map(|value| literal(value, at)));
                }
                Some(value) => written.push(literal(&value, at)),
                None => {
                    self.expr(&mut item);
                    written.push(item);
                }
            }
        }
        *list = written;
        remains
    }

    fn name(&mut self, expr: &mut Expr) -> bool {
        let span = expr.span;
        match self.parameter(expr) {
            Some(ParameterValue::Networks(_)) => {
                self.diagnostics.push(networks_elsewhere(span));
                return true;
            }
            Some(value) => {
                *expr = literal(&value, span);
                return true;
            }
            None => {}
        }
        let ExprKind::Name(name) = &expr.kind else {
            return true;
        };
        if self.over.has(name) {
            return true;
        }
        let field = name.clone();
        self.field(expr, &field)
    }

    fn path(&mut self, expr: &mut Expr) -> bool {
        let dotted = dotted(expr);
        if let Some(dotted) = &dotted
            && let Some((root, _)) = dotted.split_once('.')
            && !self.over.has(root)
        {
            return self.field(expr, dotted);
        }
        match &mut expr.kind {
            ExprKind::Path { base, .. } => self.expr(base),
            _ => true,
        }
    }

    /// A name that is no column: an ECS field, or a mistake.
    fn field(&mut self, expr: &mut Expr, field: &str) -> bool {
        let has = |name: &str| self.over.has(name);
        let found = match (self.over.is_result, self.over.table) {
            (false, Some(table)) => ecs::in_table(field, table, has),
            (true, Some(table)) => match ecs::in_table(field, table, has) {
                Field::Column(column) => Field::Column(column),
                Field::NoColumn | Field::Unknown => ecs::in_result(field, has),
            },
            (_, None) => ecs::in_result(field, has),
        };
        let place = match (self.over.is_result, self.over.table) {
            (false, Some(table)) => table.to_owned(),
            (_, _) => "the rule's result".to_owned(),
        };
        match found {
            Field::Column(column) => {
                expr.kind = ExprKind::Name(column.to_owned());
                true
            }
            Field::NoColumn if self.scenario.optional_fields.iter().any(|f| f == field) => {
                self.diagnostics.push(Diagnostic::note(
                    Code::UnmappedField,
                    expr.span,
                    format!(
                        "`{field}` has no column in {place}: the comparison with this optional \
                         field is left out"
                    ),
                ));
                false
            }
            Field::NoColumn => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::UnmappedField,
                        expr.span,
                        format!("the field `{field}` has no column in {place}"),
                    )
                    .with_help(format!(
                        "take the comparison out, or name the field under `optional_fields: [{field}]` \
                         to have it left out wherever there is no column"
                    )),
                );
                true
            }
            // The binder has the better message for a plain name.
            Field::Unknown if !field.contains('.') => true,
            Field::Unknown => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::UnmappedField,
                        expr.span,
                        format!("`{field}` is neither a column nor an ECS field that is known"),
                    )
                    .with_help(format!("write the column of {place}")),
                );
                true
            }
        }
    }
}

fn networks_elsewhere(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::BadNetwork,
        span,
        "networks can be compared with `==`, `!=`, `in` and `!in` alone",
    )
}

/// A path of plain names as one text.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Path { base, name } => Some(format!("{}.{}", dotted(base)?, name.text)),
        _ => None,
    }
}

fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Parenthesized(inner) => bare(inner),
        _ => expr,
    }
}

enum Many {
    Networks(Vec<String>),
    Values(Vec<ParameterValue>),
}

fn several(value: ParameterValue) -> Option<Many> {
    match value {
        ParameterValue::Networks(networks) => Some(Many::Networks(networks)),
        ParameterValue::List(values) => Some(Many::Values(values)),
        ParameterValue::Text(_)
        | ParameterValue::Whole(_)
        | ParameterValue::Real(_)
        | ParameterValue::Flag(_) => None,
    }
}

/// Whether an address lies in one of the networks. What is no address lies in none, so that a row
/// without one is not lost to `!=`.
fn in_networks(subject: Expr, networks: &[String], negated: bool, span: Span) -> Expr {
    let networks = serde_json::json!(networks).to_string();
    let networks = of_literal(Literal::Dynamic(networks), span);
    // IPv4 addresses and networks are compared as what they are by the function for IPv6.
    let lies = call("ipv6_is_in_any_range", vec![subject, networks], span);
    let known = call(
        "coalesce",
        vec![lies, of_literal(Literal::Bool(false), span)],
        span,
    );
    match negated {
        true => call("not", vec![known], span),
        false => known,
    }
}

fn one_of(subject: Expr, values: Vec<ParameterValue>, negated: bool, span: Span) -> Expr {
    if values.is_empty() {
        return of_literal(Literal::Bool(negated), span);
    }
    let op = match negated {
        true => ListOp::NotIn,
        false => ListOp::In,
    };
    Expr {
        kind: ExprKind::List {
            op,
            subject: Box::new(subject),
            list: values.iter().map(|value| literal(value, span)).collect(),
        },
        span,
    }
}

fn literal(value: &ParameterValue, span: Span) -> Expr {
    let literal = match value {
        ParameterValue::Text(text) => Literal::String(text.clone()),
        ParameterValue::Whole(n) => Literal::Long(Some(*n)),
        ParameterValue::Real(x) => Literal::Real(Some(*x)),
        ParameterValue::Flag(flag) => Literal::Bool(*flag),
        ParameterValue::List(_) | ParameterValue::Networks(_) => {
            Literal::Dynamic(json(value).to_string())
        }
    };
    of_literal(literal, span)
}

fn json(value: &ParameterValue) -> serde_json::Value {
    match value {
        ParameterValue::Text(text) => text.clone().into(),
        ParameterValue::Whole(n) => (*n).into(),
        ParameterValue::Real(x) => (*x).into(),
        ParameterValue::Flag(flag) => (*flag).into(),
        ParameterValue::List(values) => values.iter().map(json).collect(),
        ParameterValue::Networks(networks) => networks.clone().into(),
    }
}

fn of_literal(literal: Literal, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Literal(literal),
        span,
    }
}

fn call(name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Call(Call {
            name: Name {
                text: name.to_owned(),
                span,
            },
            arguments: arguments
                .into_iter()
                .map(|value| Argument {
                    names: Vec::new(),
                    value,
                })
                .collect(),
        }),
        span,
    }
}

/// What stands where an expression was taken out.
fn nothing(span: Span) -> Expr {
    of_literal(Literal::Null, span)
}
