//! Pieces of syntax that the binder writes itself, where an operator is made of others.
//!
//! In: names and values, with the span of what they stand for. Out: syntax, which is bound as the user's is,
//! in an environment without names: a `let` of the user's never gets into it.

use crate::diagnostics::Span;
use crate::syntax::ast::{Argument, BinaryOp, Call, Expr, ExprKind, Literal, Name};

/// Writes syntax that stands at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree(pub Span);

impl Tree {
    fn expr(self, kind: ExprKind) -> Expr {
        Expr { kind, span: self.0 }
    }

    pub fn identifier(self, text: &str) -> Name {
        Name {
            text: text.to_owned(),
            span: self.0,
        }
    }

    /// A column.
    pub fn name(self, text: &str) -> Expr {
        self.expr(ExprKind::Name(text.to_owned()))
    }

    pub fn text(self, text: &str) -> Expr {
        self.expr(ExprKind::Literal(Literal::String(text.to_owned())))
    }

    pub fn long(self, number: i64) -> Expr {
        self.expr(ExprKind::Literal(Literal::Long(Some(number))))
    }

    /// A null of type dynamic.
    pub fn null(self) -> Expr {
        self.expr(ExprKind::Literal(Literal::Dynamic("null".to_owned())))
    }

    pub fn call(self, function: &str, arguments: impl IntoIterator<Item = Expr>) -> Expr {
        self.expr(ExprKind::Call(Call {
            name: self.identifier(function),
            arguments: arguments.into_iter().map(|a| self.unnamed(a)).collect(),
        }))
    }

    /// `base[index]`
    pub fn element(self, base: Expr, index: Expr) -> Expr {
        self.expr(ExprKind::Element {
            base: Box::new(base),
            index: Box::new(index),
        })
    }

    pub fn equal(self, left: Expr, right: Expr) -> Expr {
        self.binary(BinaryOp::Equal, left, right)
    }

    pub fn binary(self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        self.expr(ExprKind::Binary {
            op,
            left: Box::new(left),
            right: Box::new(right),
        })
    }

    pub fn unnamed(self, value: Expr) -> Argument {
        Argument {
            names: Vec::new(),
            value,
        }
    }

    /// `name = value`
    pub fn named(self, name: &str, value: Expr) -> Argument {
        Argument {
            names: vec![self.identifier(name)],
            value,
        }
    }

    /// Every column.
    pub fn star(self) -> Argument {
        self.unnamed(self.expr(ExprKind::Star))
    }
}
