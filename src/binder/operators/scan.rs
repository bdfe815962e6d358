//! `scan`: sequences of rows that match steps.
//!
//! Inside a step a column's name alone is the row's, a declared name alone its default, and `step.column`
//! what the row had that matched the step last. What a step does not assign has its default.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::plan::{Column, Expr, ExprKind, Relation, RelationKind, Scan, ScanOutput, ScanStep};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Operator, ParameterType};

use crate::binder::Binder;
use crate::binder::environment::{Binding, Environment, ScalarBinding};
use crate::binder::expressions::{convert, convertible, stands_over_row};
use crate::binder::naming;
use crate::binder::table::{Scope, Table, missing};

impl Binder<'_> {
    pub(super) fn scan(
        &mut self,
        environment: &Environment,
        input: Table,
        (declare, steps): (&[ast::Parameter], &[ast::ScanStep]),
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        self.allow_parameters(operator, &["with_match_id", "hint."]);
        if !(input.relation.ordered || input.open || self.is_serialized(&input.relation)) {
            self.report(
                Diagnostic::error(
                    Code::UnserializedRows,
                    operator.word,
                    "`scan` needs rows in an order",
                )
                .with_help("put `sort by` or `serialize` before it"),
            );
        }
        let (declared, start) = self.scan_declarations(environment, declare);
        for (column, parameter) in declared.iter().zip(declare) {
            if input.columns().iter().any(|c| c.name == column.name) {
                self.error(
                    Code::DuplicateName,
                    parameter.name.span,
                    format!("a column named `{}` is already there", column.name),
                );
            }
        }
        let mut inner = environment.clone();
        for (column, value) in declared.iter().zip(&start) {
            let binding = Binding::Scalar(ScalarBinding::new(value.clone(), None));
            inner = inner.with(&column.name, binding, None);
        }
        self.repeated_steps(steps);
        let mut columns = input.columns().to_vec();
        for step in steps {
            let own = input.columns().iter().chain(&declared);
            columns.extend(own.map(|column| Column {
                name: Scan::state_column(&step.name.text, &column.name),
                ty: column.ty,
                // Before the step has matched, a string of the row is "".
                nullable_string: column.ty == ScalarType::String,
            }));
        }
        let scope = Scope {
            columns: &columns,
            ..input.scope(&inner)
        };
        let bound: Vec<Option<ScanStep>> = steps
            .iter()
            .map(|step| self.scan_step(&scope, step, (&declared, &start)))
            .collect();
        let mut names: Vec<&str> = input.columns().iter().map(|c| c.name.as_str()).collect();
        names.extend(declared.iter().map(|c| c.name.as_str()));
        let number = super::parameter_word(operator, "with_match_id").map(|(name, _)| name);
        let unnumbered = self.hidden("match");
        names.push(number.unwrap_or(&unnumbered));
        let names = naming::unique(&names);
        let all = input.columns().iter().chain(&declared).cloned();
        let columns: Vec<Column> = all
            .chain([Column {
                name: String::new(),
                ty: ScalarType::Long,
                nullable_string: false,
            }])
            .zip(names)
            .map(|(column, name)| Column { name, ..column })
            .collect();
        let shown = columns.len() - usize::from(number.is_none());
        let Some(steps) = bound.into_iter().collect::<Option<Vec<_>>>() else {
            let mut table = Table::unknown(span);
            table.open = input.open;
            table.poisoned = columns.iter().map(|c| c.name.clone()).collect();
            table.relation.columns = columns[..shown].to_vec();
            return table;
        };
        let scanned = Table {
            origin: None,
            label: None,
            open: input.open,
            told: input.told,
            poisoned: input.poisoned.clone(),
            relation: Relation {
                columns: columns.clone(),
                ordered: true,
                span,
                kind: RelationKind::Scan(Box::new(Scan {
                    input: input.relation,
                    partition: Vec::new(),
                    declared,
                    start,
                    steps,
                })),
            },
        };
        let picks: Vec<(usize, &str)> = columns[..shown]
            .iter()
            .map(|c| c.name.as_str())
            .enumerate()
            .collect();
        scanned.select(span, &picks)
    }

    /// The declared columns and their defaults.
    fn scan_declarations(
        &mut self,
        environment: &Environment,
        declare: &[ast::Parameter],
    ) -> (Vec<Column>, Vec<Expr>) {
        let mut columns = Vec::with_capacity(declare.len());
        let mut start = Vec::with_capacity(declare.len());
        for parameter in declare {
            let ty = match &parameter.ty {
                ParameterType::Scalar(ty) => self.scalar_type(ty),
                ParameterType::AnyTable | ParameterType::Table(_) => {
                    self.error(
                        Code::NotScalar,
                        parameter.name.span,
                        "a declared column has a scalar type",
                    );
                    None
                }
            };
            let ty = ty.unwrap_or(ScalarType::Dynamic);
            let value = match &parameter.default {
                Some(default) => self.scan_value(&Scope::constant(environment), default, ty),
                None => None,
            };
            columns.push(Column {
                name: parameter.name.text.clone(),
                ty,
                nullable_string: false,
            });
            start.push(value.unwrap_or_else(|| missing(ty, parameter.name.span)));
        }
        (columns, start)
    }

    fn repeated_steps(&mut self, steps: &[ast::ScanStep]) {
        for (index, step) in steps.iter().enumerate() {
            if steps[..index].iter().any(|s| s.name.text == step.name.text) {
                self.error(
                    Code::DuplicateName,
                    step.name.span,
                    format!("there is a step `{}` already", step.name.text),
                );
            }
        }
    }

    fn scan_step(
        &mut self,
        scope: &Scope,
        step: &ast::ScanStep,
        (declared, start): (&[Column], &[Expr]),
    ) -> Option<ScanStep> {
        if step.optional {
            self.error(
                Code::UnsupportedExpression,
                step.name.span,
                "optional steps are not supported yet",
            );
        }
        let output = match step.output.as_ref().map(|word| word.text.as_str()) {
            None | Some("all") => ScanOutput::All,
            Some("last") => ScanOutput::Last,
            Some("none") => ScanOutput::None,
            Some(word) => {
                let span = step.output.as_ref().map_or(step.name.span, |w| w.span);
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        span,
                        format!("a step gives no `{word}`"),
                    )
                    .with_help("`all`, `last` or `none`"),
                );
                ScanOutput::All
            }
        };
        let condition = self.predicate(scope, &step.condition);
        if let Some(condition) = &condition {
            self.refuse_subqueries(condition);
        }
        let mut values = start.to_vec();
        let mut faulty = false;
        for assignment in &step.assignments {
            let [name] = assignment.names.as_slice() else {
                self.report(
                    Diagnostic::error(
                        Code::BadArgument,
                        assignment.value.span,
                        "a step assigns a value to a declared column",
                    )
                    .with_help("write `column = value`"),
                );
                faulty = true;
                continue;
            };
            let Some(place) = declared.iter().position(|c| c.name == name.text) else {
                self.report(
                    Diagnostic::error(
                        Code::UnknownColumn,
                        name.span,
                        format!("`{}` is not declared", name.text),
                    )
                    .with_help("add it: `scan declare (name: type) with (…)`"),
                );
                faulty = true;
                continue;
            };
            match self.scan_value(scope, &assignment.value, declared[place].ty) {
                Some(value) => values[place] = value,
                None => faulty = true,
            }
        }
        let condition = condition.filter(|_| !faulty)?;
        Some(ScanStep {
            name: step.name.text.clone(),
            output,
            condition,
            values,
        })
    }

    /// A value for a declared column of this type.
    fn scan_value(&mut self, scope: &Scope, value: &ast::Expr, ty: ScalarType) -> Option<Expr> {
        let bound = self.expr(scope, value)?;
        self.refuse_subqueries(&bound);
        if scope.columns.is_empty() && stands_over_row(&bound) {
            self.error(Code::NotConstant, value.span, "a default is a constant");
            return None;
        }
        // A whole number literal is a long, and fits where it fits.
        let fits = ty == ScalarType::Int && bound.ty == ScalarType::Long;
        if !fits && !convertible(bound.ty, ty) {
            self.error(
                Code::WrongType,
                value.span,
                format!("this must be {ty}, but it is {}", bound.ty),
            );
            return None;
        }
        Some(convert(bound, ty))
    }

    /// A table inside of a step would have to be read for each row.
    fn refuse_subqueries(&mut self, expr: &Expr) {
        let found: Option<Span> = expr.walk().find_map(|e| match e.kind {
            ExprKind::Scalar(_) | ExprKind::InTable { .. } => Some(e.span),
            ExprKind::Column(_)
            | ExprKind::Literal(_)
            | ExprKind::AsOf
            | ExprKind::Call { .. }
            | ExprKind::Convert(_) => None,
        });
        if let Some(span) = found {
            self.error(
                Code::UnsupportedExpression,
                span,
                "a table inside of a step of `scan` is not supported yet",
            );
        }
    }
}
