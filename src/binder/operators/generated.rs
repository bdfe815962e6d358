//! Operators that make rows: `print`, `range`, `getschema`; and `assert-schema`.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast;

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::{convert, convertible, stands_over_row};
use crate::binder::projection::Style;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    pub(super) fn print(
        &mut self,
        environment: &Environment,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Table {
        let unit = Table::new(Relation {
            kind: RelationKind::Unit,
            columns: Vec::new(),
            ordered: true,
            span,
        });
        self.project_arguments(environment, unit, arguments, Style::Print, span)
    }

    pub(super) fn range(
        &mut self,
        environment: &Environment,
        column: &ast::Name,
        ends: [&ast::Expr; 3],
        span: Span,
    ) -> Table {
        let scope = Scope::constant(environment);
        let bound = ends.map(|end| self.expr(&scope, end));
        let mut table = Table::unknown(span);
        table.open = false;
        table.relation.ordered = true;
        table.relation.columns = vec![Column {
            name: column.text.clone(),
            ty: ScalarType::Long,
            nullable_string: false,
        }];
        let [Some(from), Some(to), Some(step)] = bound else {
            table.poisoned.push(column.text.clone());
            return table;
        };
        let Some((ty, step_ty)) = range_types(from.ty, to.ty, step.ty) else {
            self.report(
                Diagnostic::error(
                    Code::MixedTypes,
                    span,
                    format!(
                        "a range cannot go from {} to {} by {}",
                        from.ty, to.ty, step.ty
                    ),
                )
                .with_help("use numbers, or datetimes with a timespan as the step"),
            );
            table.poisoned.push(column.text.clone());
            return table;
        };
        for end in [&from, &to, &step] {
            if stands_over_row(end) {
                self.error(
                    Code::NotConstant,
                    end.span,
                    "the ends of a range are constants",
                );
            }
        }
        table.relation.columns[0].ty = ty;
        table.relation.kind = RelationKind::Range {
            from: convert(from, ty),
            to: convert(to, ty),
            step: convert(step, step_ty),
        };
        table
    }

    /// `assert-schema`: the input, which must have these columns in this order.
    pub(super) fn assert_schema(
        &mut self,
        input: Table,
        columns: &[ast::ColumnDeclaration],
        operator: &ast::Operator,
    ) -> Table {
        let wanted: Vec<Option<(&str, ScalarType)>> = columns
            .iter()
            .map(|column| Some((column.name.text.as_str(), self.scalar_type(&column.ty)?)))
            .collect();
        let found = input
            .columns()
            .iter()
            .map(|c| Some((c.name.as_str(), c.ty)));
        if !input.open && input.poisoned.is_empty() && !found.eq(wanted) {
            let has: Vec<String> = input
                .columns()
                .iter()
                .map(|c| format!("{}: {}", c.name, c.ty))
                .collect();
            self.report(
                Diagnostic::error(
                    Code::WrongType,
                    operator.word,
                    "the table has other columns than this asserts",
                )
                .with_help(format!("it has `({})`", has.join(", "))),
            );
        }
        input
    }

    pub(super) fn get_schema(&mut self, input: Table, span: Span) -> Table {
        let text = |text: &str| Expr::literal(Value::String(text.to_owned()), span);
        let rows = input
            .columns()
            .iter()
            .zip(0_i64..)
            .map(|(column, place)| {
                vec![
                    text(&column.name),
                    Expr::literal(Value::Long(place), span),
                    text(dotnet_type(column.ty)),
                    text(column.ty.name()),
                ]
            })
            .collect();
        let column = |name: &str, ty| Column {
            name: name.to_owned(),
            ty,
            nullable_string: false,
        };
        Table::new(Relation {
            kind: RelationKind::Values { rows },
            columns: vec![
                column("ColumnName", ScalarType::String),
                column("ColumnOrdinal", ScalarType::Long),
                column("DataType", ScalarType::String),
                column("ColumnType", ScalarType::String),
            ],
            ordered: true,
            span,
        })
    }
}

/// The types of a range's values and of its step; "range operator" of Microsoft's reference names no decimals.
fn range_types(
    from: ScalarType,
    to: ScalarType,
    step: ScalarType,
) -> Option<(ScalarType, ScalarType)> {
    if from == ScalarType::DateTime || to == ScalarType::DateTime {
        let fits = convertible(from, ScalarType::DateTime)
            && convertible(to, ScalarType::DateTime)
            && convertible(step, ScalarType::TimeSpan);
        return fits.then_some((ScalarType::DateTime, ScalarType::TimeSpan));
    }
    let types = [from, to, step];
    [
        ScalarType::Int,
        ScalarType::Long,
        ScalarType::Real,
        ScalarType::TimeSpan,
    ]
    .into_iter()
    .find(|wanted| types.contains(wanted) && types.iter().all(|ty| convertible(*ty, *wanted)))
    .map(|ty| (ty, ty))
}

/// The name that `getschema` gives under `DataType`.
fn dotnet_type(ty: ScalarType) -> &'static str {
    match ty {
        ScalarType::Bool => "System.SByte",
        ScalarType::Int => "System.Int32",
        ScalarType::Long => "System.Int64",
        ScalarType::Real => "System.Double",
        ScalarType::Decimal => "System.Data.SqlTypes.SqlDecimal",
        ScalarType::String => "System.String",
        ScalarType::DateTime => "System.DateTime",
        ScalarType::TimeSpan => "System.TimeSpan",
        ScalarType::Guid => "System.Guid",
        ScalarType::Dynamic => "System.Object",
    }
}
