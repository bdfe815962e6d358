//! Bound expressions as SQL over the columns of a block.

use datafusion::sql::sqlparser::ast::Expr as SqlExpr;

use super::block::Block;
use super::fold::FOLD;
use super::{Generator, Result};
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::sql::Sql;
use crate::functions::{
    ArgumentFault, ScalarFunction, SqlArgument, Value, registry, scalar::conversion, sql,
};
use crate::plan::{Expr, ExprKind, Relation};
use crate::symbols::ScalarType;
use crate::syntax::ast::ListOp;

impl Generator<'_> {
    /// The expression over this block, as it stands: a nullable string may still be SQL NULL.
    pub(super) fn expr(&mut self, expr: &Expr, over: &Block) -> Result<Sql> {
        match &expr.kind {
            ExprKind::Column(name) => over.column(name).cloned().ok_or_else(|| {
                internal(
                    expr.span,
                    format!("the column `{name}` is lost on the way to SQL"),
                )
            }),
            ExprKind::Literal(value) => Ok(sql::literal(value)),
            ExprKind::AsOf => Ok(sql::as_of()),
            ExprKind::Call {
                function,
                arguments,
            } => self.call(*function, arguments, expr, over),
            ExprKind::Convert(operand) => {
                let inner = self.value(operand, over)?;
                conversion::convert(inner, operand.ty, expr.ty)
                    .map_err(|f| fault(&f, expr.span, &[]))
            }
            ExprKind::Scalar(relation) => self.scalar_subquery(relation),
            ExprKind::InTable {
                operator,
                subject,
                table,
            } => self.in_table(*operator, subject, table, expr, over),
        }
    }

    /// The expression as a KQL value: a string is never SQL NULL.
    pub(super) fn value(&mut self, expr: &Expr, over: &Block) -> Result<Sql> {
        let inner = self.expr(expr, over)?;
        Ok(
            match expr.ty == ScalarType::String && expr.nullable_string {
                true => sql::coalesce(vec![inner, sql::text("")]),
                false => inner,
            },
        )
    }

    fn call(
        &mut self,
        function: &'static dyn ScalarFunction,
        arguments: &[Expr],
        call: &Expr,
        over: &Block,
    ) -> Result<Sql> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let nulls = function.takes_null_strings();
            given.push(SqlArgument {
                sql: match nulls {
                    true => self.expr(argument, over)?,
                    false => self.value(argument, over)?,
                },
                ty: argument.ty,
                constant: argument.constant(),
                nullable_string: nulls && argument.nullable_string,
            });
        }
        let spans: Vec<Span> = arguments.iter().map(|a| a.span).collect();
        function
            .sql(&given, call.ty)
            .map_err(|f| fault(&f, call.span, &spans))
    }

    /// `(SELECT first column … LIMIT 1)`
    fn scalar_subquery(&mut self, relation: &Relation) -> Result<Sql> {
        let one = Expr::literal(Value::Long(1), relation.span);
        let mut block = self.take(relation, &one, false)?;
        block.columns.truncate(1);
        block.set_row(None);
        Ok(SqlExpr::Subquery(Box::new(block.into_query())))
    }

    /// `subject in (table)` and kin. The subquery's column and the subject are never NULL for strings,
    /// so the test is two-valued; for other types a null is in no list.
    fn in_table(
        &mut self,
        operator: ListOp,
        subject: &Expr,
        table: &Relation,
        whole: &Expr,
        over: &Block,
    ) -> Result<Sql> {
        if !self.filtering {
            return self.list_of_table(operator, subject, table, whole, over);
        }
        let (negated, fold) = match operator {
            ListOp::In => (false, false),
            ListOp::NotIn => (true, false),
            ListOp::InIgnoreCase => (false, true),
            ListOp::NotInIgnoreCase => (true, true),
            ListOp::HasAny | ListOp::HasAll => {
                return self.list_of_table(operator, subject, table, whole, over);
            }
        };
        let Some(column) = table.columns.first() else {
            return Err(internal(
                table.span,
                "a table without columns cannot stand after `in`",
            ));
        };
        let mut block = self.relation(table, false)?;
        if !block.is_open() {
            block = block.closed();
        }
        block.columns.truncate(1);
        let folded = |text: Sql| match fold {
            true => sql::call(FOLD, vec![text]),
            false => text,
        };
        for output in &mut block.columns {
            if column.ty == ScalarType::String {
                output.sql = folded(sql::coalesce(vec![output.sql.clone(), sql::text("")]));
            }
        }
        let columns = std::mem::take(&mut block.columns);
        block.set_columns(columns);
        if column.ty != ScalarType::String {
            // A NULL in the list would turn every miss of NOT IN into NULL.
            let listed = block.columns[0].sql.clone();
            block.add_filter(sql::is_not_null(listed));
        }
        let mut value = self.value(subject, over)?;
        if subject.ty == ScalarType::String {
            value = folded(value);
        }
        let test = SqlExpr::InSubquery {
            expr: Box::new(value),
            subquery: Box::new(block.into_query()),
            negated,
        };
        Ok(match subject.ty {
            ScalarType::String => test,
            _ => sql::coalesce(vec![test, sql::boolean(negated)]),
        })
    }

    /// `subject has_any (table)`, and `in` outside of a filter: the table's first column becomes one
    /// dynamic array.
    fn list_of_table(
        &mut self,
        operator: ListOp,
        subject: &Expr,
        table: &Relation,
        whole: &Expr,
        over: &Block,
    ) -> Result<Sql> {
        let unsupported = || {
            Box::new(Diagnostic::error(
                Code::UnsupportedExpression,
                whole.span,
                format!("`{}` over a table is not supported", operator.text()),
            ))
        };
        let function = registry::list_operator(operator).ok_or_else(unsupported)?;
        let gather = registry::aggregate("make_set").ok_or_else(unsupported)?;
        let column = table.columns.first().ok_or_else(unsupported)?;
        let mut block = self.relation(table, false)?;
        if !block.is_open() {
            block = block.closed();
        }
        let item = SqlArgument {
            sql: block.columns[0].sql.clone(),
            ty: column.ty,
            constant: None,
            nullable_string: column.nullable_string,
        };
        let gathered = gather
            .sql(&[item], &crate::functions::AggregateContext::default())
            .map_err(|f| fault(&f, whole.span, &[]))?;
        block.columns[0].sql = gathered;
        block.columns.truncate(1);
        block.set_group_by(Vec::new());
        let list = SqlArgument {
            sql: SqlExpr::Subquery(Box::new(block.into_query())),
            ty: ScalarType::Dynamic,
            constant: None,
            nullable_string: false,
        };
        let subject_sql = SqlArgument {
            sql: self.value(subject, over)?,
            ty: subject.ty,
            constant: subject.constant(),
            nullable_string: false,
        };
        function
            .sql(&[subject_sql, list], ScalarType::Bool)
            .map_err(|f| fault(&f, whole.span, &[subject.span, table.span]))
    }
}

/// A fault in a function's arguments, at the argument's place.
pub(super) fn fault(fault: &ArgumentFault, call: Span, arguments: &[Span]) -> Box<Diagnostic> {
    let span = fault
        .index
        .and_then(|i| arguments.get(i))
        .copied()
        .unwrap_or(call);
    let code = match fault.unsupported {
        true => Code::UnsupportedFunction,
        false => Code::BadArgument,
    };
    let diagnostic = Diagnostic::error(code, span, fault.message.clone());
    Box::new(match &fault.help {
        Some(help) => diagnostic.with_help(help.clone()),
        None => diagnostic,
    })
}

/// A state that the binder rules out; told as a fault, because a hunt must not die of it.
pub(super) fn internal(span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(Code::UnsupportedExpression, span, message)
            .with_help("this is a defect of retrohunt; please report the query"),
    )
}
