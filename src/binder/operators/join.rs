//! `join`: kinds, keys, and the columns of the result.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Column, Expr, Join, JoinKind, JoinOutput, Relation, RelationKind, Side};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp, ExprKind, Operator};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::{convert, convertible};
use crate::binder::naming;
use crate::binder::shape;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    pub(super) fn join(
        &mut self,
        environment: &Environment,
        left: Table,
        right: &ast::Expr,
        on: &[ast::Expr],
        operator: &Operator,
    ) -> Table {
        self.allow_parameters(operator, &["kind", "hint.", "withsource"]);
        let kind = match super::parameter_word(operator, "kind") {
            None => JoinKind::InnerUnique,
            Some((word, span)) => match join_kind(word) {
                Some(kind) => kind,
                None => {
                    self.report(
                        Diagnostic::error(
                            Code::BadParameter,
                            span,
                            format!("there is no join kind `{word}`"),
                        )
                        .with_help("inner, innerunique, leftouter, rightouter, fullouter, leftsemi, leftanti, rightsemi, rightanti"),
                    );
                    JoinKind::InnerUnique
                }
            },
        };
        let right = self.inner_table(&Scope::constant(environment), right);
        let on = self.join_keys(environment, &left, &right, on, operator);
        let keeps_left = !matches!(kind, JoinKind::RightSemi | JoinKind::RightAnti);
        let keeps_right = !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti);
        let left_columns = left.columns().iter().filter(|_| keeps_left);
        let right_columns = right.columns().iter().filter(|_| keeps_right);
        let output: Vec<(Side, Column)> = left_columns
            .map(|c| (Side::Left, c.clone()))
            .chain(right_columns.map(|c| (Side::Right, c.clone())))
            .collect();
        joined(kind, left, right, on, output, operator.span)
    }

    /// The pairs of keys that `on` gives.
    pub(super) fn join_keys(
        &mut self,
        environment: &Environment,
        left: &Table,
        right: &Table,
        on: &[ast::Expr],
        operator: &Operator,
    ) -> Vec<(Expr, Expr)> {
        if on.is_empty() {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    operator.word,
                    "the columns to join on are missing",
                )
                .with_help("add `on` and a column of both sides"),
            );
        }
        let sides = (left.scope(environment), right.scope(environment));
        let mut keys = Vec::new();
        for condition in on {
            self.join_condition(&sides, condition, &mut keys);
        }
        keys
    }

    fn join_condition(
        &mut self,
        sides: &(Scope, Scope),
        condition: &ast::Expr,
        keys: &mut Vec<(Expr, Expr)>,
    ) {
        let condition = shape::bare(condition);
        if shape::name(condition).is_some() {
            let left = self.side_key(&sides.0, condition, "left");
            let right = self.side_key(&sides.1, condition, "right");
            self.join_key(left, right, condition.span, keys);
            return;
        }
        let ExprKind::Binary { op, left, right } = &condition.kind else {
            self.bad_condition(condition.span);
            return;
        };
        if *op == BinaryOp::And {
            self.join_condition(sides, left, keys);
            self.join_condition(sides, right, keys);
            return;
        }
        let (left, right) = match (*op == BinaryOp::Equal, side(left), side(right)) {
            (true, Some((Side::Left, l)), Some((Side::Right, r)))
            | (true, Some((Side::Right, r)), Some((Side::Left, l))) => (l, r),
            (_, _, _) => {
                self.bad_condition(condition.span);
                return;
            }
        };
        let left = self.side_key(&sides.0, &left, "left");
        let right = self.side_key(&sides.1, &right, "right");
        self.join_key(left, right, condition.span, keys);
    }

    fn bad_condition(&mut self, span: Span) {
        self.report(
            Diagnostic::error(
                Code::BadArgument,
                span,
                "tables are joined on columns that are equal",
            )
            .with_help("write a column of both sides, or `$left.a == $right.b`"),
        );
    }

    fn side_key(&mut self, scope: &Scope, name: &ast::Expr, side: &str) -> Option<Expr> {
        if let ExprKind::Name(text) = &name.kind
            && scope.column(text).is_none()
            && !scope.open
            && scope.told.is_none()
            && crate::binder::aliases::meant(scope.origin, text).is_none()
        {
            let names = scope.columns.iter().map(|c| c.name.as_str());
            let near = crate::binder::suggest::nearest(text, names);
            let diagnostic = Diagnostic::error(
                Code::UnknownColumn,
                name.span,
                format!("there is no column `{text}` on the {side} of the join"),
            );
            self.report(match near {
                Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
            return None;
        }
        let key = self.expr(scope, name)?;
        Some(self.key(scope, key))
    }

    fn join_key(
        &mut self,
        left: Option<Expr>,
        right: Option<Expr>,
        span: Span,
        keys: &mut Vec<(Expr, Expr)>,
    ) {
        let (Some(left), Some(right)) = (left, right) else {
            return;
        };
        for key in [&left, &right] {
            if key.ty == ScalarType::Dynamic {
                self.report(
                    Diagnostic::error(
                        Code::WrongType,
                        span,
                        "tables cannot be joined on dynamic values",
                    )
                    .with_help("convert the column first: `extend … = tostring(…)`"),
                );
                return;
            }
        }
        if convertible(left.ty, right.ty) {
            let left = convert(left, right.ty);
            keys.push((left, right));
        } else if convertible(right.ty, left.ty) {
            let right = convert(right, left.ty);
            keys.push((left, right));
        } else {
            self.report(
                Diagnostic::error(
                    Code::MixedTypes,
                    span,
                    format!(
                        "{} on the left cannot be joined with {} on the right",
                        left.ty, right.ty
                    ),
                )
                .with_help("convert one of the columns first"),
            );
        }
    }
}

/// The join of two tables, with these columns of theirs.
pub(super) fn joined(
    kind: JoinKind,
    left: Table,
    right: Table,
    on: Vec<(Expr, Expr)>,
    output: Vec<(Side, Column)>,
    span: Span,
) -> Table {
    let names: Vec<&str> = output.iter().map(|(_, c)| c.name.as_str()).collect();
    let names = naming::unique(&names);
    let mut poisoned = Vec::new();
    let mut columns = Vec::with_capacity(output.len());
    let mut sources = Vec::with_capacity(output.len());
    for ((side, column), name) in output.into_iter().zip(names) {
        let (table, may_miss) = match side {
            Side::Left => (
                &left,
                matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter),
            ),
            Side::Right => (
                &right,
                matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter),
            ),
        };
        if table.poisoned.contains(&column.name) {
            poisoned.push(name.clone());
        }
        sources.push(JoinOutput {
            side,
            column: column.name,
        });
        columns.push(Column {
            name,
            ty: column.ty,
            // What a missing row leaves is "".
            nullable_string: column.nullable_string && !may_miss,
        });
    }
    Table {
        open: left.open || right.open,
        told: left.told.or(right.told),
        poisoned,
        ..Table::new(Relation {
            kind: RelationKind::Join(Box::new(Join {
                kind,
                left: left.relation,
                right: right.relation,
                on,
                output: sources,
            })),
            columns,
            ordered: false,
            span,
        })
    }
}

fn join_kind(word: &str) -> Option<JoinKind> {
    Some(match word {
        "innerunique" => JoinKind::InnerUnique,
        "inner" => JoinKind::Inner,
        "leftouter" => JoinKind::LeftOuter,
        "rightouter" => JoinKind::RightOuter,
        "fullouter" => JoinKind::FullOuter,
        "leftsemi" => JoinKind::LeftSemi,
        "leftanti" | "anti" | "leftantisemi" => JoinKind::LeftAnti,
        "rightsemi" => JoinKind::RightSemi,
        "rightanti" | "rightantisemi" => JoinKind::RightAnti,
        _ => return None,
    })
}

/// `$left.column` and `$right.column`, the column as a name.
fn side(operand: &ast::Expr) -> Option<(Side, ast::Expr)> {
    let operand = shape::bare(operand);
    let (base, name, span) = if let ExprKind::Path { base, name } = &operand.kind {
        (base, name.text.clone(), name.span)
    } else if let ExprKind::Element { base, index } = &operand.kind {
        (base, shape::string(index)?.to_owned(), index.span)
    } else {
        return None;
    };
    let side = match shape::name(base)? {
        "$left" => Side::Left,
        "$right" => Side::Right,
        _ => return None,
    };
    let kind = ExprKind::Name(name);
    Some((side, ast::Expr { kind, span }))
}
