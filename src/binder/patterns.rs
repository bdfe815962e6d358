//! `declare pattern`: constant texts that stand for tables.
//!
//! In: the declaration, and calls such as `p("a").b` or `p("a")["b"]`. Out: the table of the rule whose texts are
//! those of the call. What always holds: texts are compared as they are, case and all; a call that no rule
//! has is a fault. Source: "Pattern statement" of Microsoft's reference.

use std::rc::Rc;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value as Constant;
use crate::syntax::ast::{self, Call, ExprKind};

use super::environment::Environment;
use super::shape;
use super::statements::Value;
use super::table::{Scope, Table};
use super::{Binder, CALL_DEPTH_LIMIT, CALL_LIMIT};

/// A pattern with the environment of its declaration.
#[derive(Debug)]
pub(super) struct PatternBinding {
    pattern: ast::Pattern,
    environment: Environment,
}

/// The call that an expression makes, and the path behind it.
fn parts(expr: &ast::Expr) -> Option<(&Call, Option<&str>)> {
    if let ExprKind::Path { base, name } = &expr.kind {
        return Some((shape::call(base)?, Some(&name.text)));
    }
    if let ExprKind::Element { base, index } = &expr.kind {
        return Some((shape::call(base)?, Some(shape::string(index)?)));
    }
    Some((shape::call(expr)?, None))
}

impl Binder<'_> {
    pub(super) fn declare_pattern(&mut self, environment: &Environment, pattern: &ast::Pattern) {
        let name = pattern.name.text.clone();
        let binding = PatternBinding {
            pattern: pattern.clone(),
            environment: environment.clone(),
        };
        if self.declared.insert(name, Rc::new(binding)).is_some() {
            self.error(
                Code::DuplicateName,
                pattern.name.span,
                format!("the pattern `{}` is already declared", pattern.name.text),
            );
        }
    }

    /// The pattern that an expression calls; a `let` of the same name comes first.
    fn called_pattern(
        &self,
        environment: &Environment,
        expr: &ast::Expr,
    ) -> Option<Rc<PatternBinding>> {
        if self.declared.is_empty() {
            return None;
        }
        let name = parts(expr)?.0.name.text.as_str();
        let found = self.declared.get(name)?;
        environment.find(name).is_none().then(|| Rc::clone(found))
    }

    pub(super) fn calls_pattern(&self, environment: &Environment, expr: &ast::Expr) -> bool {
        self.called_pattern(environment, expr).is_some()
    }

    /// The table of a pattern's call; None where the expression is none.
    pub(super) fn pattern_table(
        &mut self,
        environment: &Environment,
        expr: &ast::Expr,
    ) -> Option<Table> {
        let called = self.called_pattern(environment, expr)?;
        let (call, path) = parts(expr)?;
        let span = expr.span;
        let given: Option<Vec<String>> = call
            .arguments
            .iter()
            .map(|a| self.pattern_text(environment, &a.value))
            .collect();
        let Some(given) = given else {
            return Some(Table::unknown(span));
        };
        for rule in &called.pattern.rules {
            let texts: Option<Vec<String>> = rule
                .values
                .iter()
                .map(|value| self.pattern_text(&called.environment, value))
                .collect();
            let own = match &rule.path {
                Some(value) => self.pattern_text(&called.environment, value),
                None => None,
            };
            if texts.as_ref() == Some(&given) && own.as_deref() == path {
                return Some(self.pattern_body(&called, rule, span));
            }
        }
        let values: Vec<String> = given.iter().map(|text| format!("\"{text}\"")).collect();
        let path = path.map_or_else(String::new, |path| format!("[\"{path}\"]"));
        self.report(
            Diagnostic::error(
                Code::BadArgument,
                span,
                format!(
                    "the pattern has no rule for `{}({}){path}`",
                    call.name.text,
                    values.join(", ")
                ),
            )
            .with_label(called.pattern.name.span, "declared here"),
        );
        Some(Table::unknown(span))
    }

    fn pattern_body(
        &mut self,
        called: &PatternBinding,
        rule: &ast::PatternRule,
        span: Span,
    ) -> Table {
        self.calls += 1;
        if self.calls > CALL_LIMIT || self.call_depth >= CALL_DEPTH_LIMIT {
            self.error(
                Code::TooDeep,
                span,
                "the patterns of this query call each other too often",
            );
            return Table::unknown(span);
        }
        let aggregates = self.aggregates.take();
        let windows = self.windows.take();
        self.call_depth += 1;
        self.row_depth += 1;
        let value = self.statements(&called.environment, &rule.body);
        self.row_depth -= 1;
        self.call_depth -= 1;
        self.windows = windows;
        self.aggregates = aggregates;
        match value {
            Some(Value::Table(table)) => *table,
            Some(Value::Scalar(_)) | None => {
                self.error(
                    Code::NotTabular,
                    rule.span,
                    "a rule of a pattern gives a table",
                );
                Table::unknown(span)
            }
        }
    }

    /// A text that is constant.
    fn pattern_text(&mut self, environment: &Environment, expr: &ast::Expr) -> Option<String> {
        let bound = self.expr(&Scope::constant(environment), expr)?;
        if let Some(Constant::String(text)) = bound.constant() {
            return Some(text.clone());
        }
        self.error(
            Code::NotConstant,
            expr.span,
            "the arguments of a pattern are constant texts",
        );
        None
    }
}
