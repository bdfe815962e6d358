//! Paths into dynamic values: `d.a.b[0]["c"]`.
//!
//! Out: one call of the function `path` for each run of constant steps, of `element` for a computed one.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{Value, registry};
use crate::plan::{Expr, Scan};
use crate::symbols::ScalarType;
use crate::syntax::ast;

use super::convert::convert;
use crate::binder::Binder;
use crate::binder::shape;
use crate::binder::table::{Scope, column_expr};

enum Step {
    Constant(serde_json::Value),
    Computed(Expr),
}

impl Binder<'_> {
    pub(super) fn path(&mut self, scope: &Scope, expr: &ast::Expr) -> Option<Expr> {
        if let Some(column) = step_column(scope, expr) {
            return Some(column);
        }
        let mut steps = Vec::new();
        let mut base = expr;
        let mut faulty = false;
        loop {
            let inside = shape::bare(base);
            if let ast::ExprKind::Path { base: inner, name } = &inside.kind {
                steps.push((Step::Constant(name.text.clone().into()), inside.span));
                base = inner;
            } else if let ast::ExprKind::Element { base: inner, index } = &inside.kind {
                match self.index(scope, index) {
                    Some(step) => steps.push((step, inside.span)),
                    None => faulty = true,
                }
                base = inner;
            } else {
                break;
            }
        }
        let of_last = self.last_of_split(scope, base, steps.last().map(|(step, _)| step));
        let mut bound = self.expr(scope, of_last.as_ref().unwrap_or(base))?;
        if bound.ty != ScalarType::Dynamic {
            self.not_dynamic(&bound, base.span, expr.span);
            return None;
        }
        if faulty {
            return None;
        }
        let mut run: Vec<serde_json::Value> = Vec::new();
        let mut run_span = expr.span;
        for (step, span) in steps.into_iter().rev() {
            match step {
                Step::Constant(step) => {
                    run.push(step);
                    run_span = span;
                }
                Step::Computed(index) => {
                    if !run.is_empty() {
                        bound = self.follow(bound, std::mem::take(&mut run), run_span)?;
                    }
                    let function = self.builtin("element", span)?;
                    bound = self.apply(function, vec![Some(bound), Some(index)], span, span)?;
                }
            }
        }
        match run.is_empty() {
            true => Some(bound),
            false => self.follow(bound, run, run_span),
        }
    }

    /// `split(x, by, -1)[-1]` without the -1 that `split` is given: what it gives then is not documented, but
    /// be it all parts or the last one alone, this is the last.
    fn last_of_split(
        &mut self,
        scope: &Scope,
        base: &ast::Expr,
        step: Option<&Step>,
    ) -> Option<ast::Expr> {
        let is_last =
            |step: &Step| matches!(step, Step::Constant(index) if index.as_i64() == Some(-1));
        let call = shape::call(shape::bare(base)).filter(|call| call.name.text == "split")?;
        let [source, by, index] = call.arguments.as_slice() else {
            return None;
        };
        let wanted = step.is_some_and(is_last)
            && self
                .index(scope, &index.value)
                .as_ref()
                .is_some_and(is_last);
        wanted.then(|| ast::Expr {
            kind: ast::ExprKind::Call(ast::Call {
                arguments: vec![source.clone(), by.clone()],
                ..call.clone()
            }),
            span: base.span,
        })
    }

    fn follow(&mut self, base: Expr, steps: Vec<serde_json::Value>, span: Span) -> Option<Expr> {
        let steps = serde_json::Value::Array(steps).to_string();
        let steps = Expr::literal(Value::String(steps), span);
        let function = self.builtin("path", span)?;
        self.apply(function, vec![Some(base), Some(steps)], span, span)
    }

    /// A function that stands for syntax.
    pub(in crate::binder) fn builtin(
        &mut self,
        name: &str,
        span: Span,
    ) -> Option<&'static dyn crate::functions::ScalarFunction> {
        let function = registry::scalar(name);
        if function.is_none() {
            self.error(
                Code::UnsupportedExpression,
                span,
                format!("`{name}` is not supported yet"),
            );
        }
        function
    }

    fn index(&mut self, scope: &Scope, index: &ast::Expr) -> Option<Step> {
        let bound = self.expr(scope, index)?;
        match bound.constant() {
            Some(Value::String(key)) => return Some(Step::Constant(key.clone().into())),
            Some(Value::Long(place)) => return Some(Step::Constant((*place).into())),
            Some(Value::Int(place)) => return Some(Step::Constant((*place).into())),
            Some(_) | None => {}
        }
        match bound.ty {
            ScalarType::String | ScalarType::Long | ScalarType::Int | ScalarType::Dynamic => {
                Some(Step::Computed(bound))
            }
            // The reference allows a boolean as the place in an array.
            ScalarType::Bool => Some(Step::Computed(convert(bound, ScalarType::Long))),
            ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid => {
                self.error(
                    Code::WrongType,
                    index.span,
                    format!(
                        "an element is taken by a whole number or a string, not by {}",
                        bound.ty
                    ),
                );
                None
            }
        }
    }

    fn not_dynamic(&mut self, base: &Expr, base_span: Span, span: Span) {
        let diagnostic = Diagnostic::error(
            Code::WrongType,
            span,
            format!("a {} has no members", base.ty),
        )
        .with_label(base_span, format!("this is {}", base.ty));
        let diagnostic = match base.ty {
            ScalarType::String => diagnostic.with_help("read it as JSON first: `parse_json(…)`"),
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Real
            | ScalarType::Decimal
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid
            | ScalarType::Dynamic => diagnostic.with_help("only dynamic values have members"),
        };
        self.report(diagnostic);
    }
}

/// `step.column` inside a step of `scan`: a column of the row that matched the step last.
fn step_column(scope: &Scope, expr: &ast::Expr) -> Option<Expr> {
    let ast::ExprKind::Path { base, name } = &expr.kind else {
        return None;
    };
    let step = shape::name(base)?;
    let column = scope.column(&Scan::state_column(step, &name.text))?;
    Some(column_expr(column, expr.span))
}
