//! Tabular operators.
//!
//! In: the input (none for an operator that begins a query) and the operator. Out: the table it gives. An
//! operator that is not supported is a fault at its word, and gives a table of unknown columns.

mod carry;
mod columns;
mod devices;
mod enrich;
mod evaluate;
mod expand;
mod find;
mod generated;
mod join;
mod lookup;
mod make_series;
mod others;
mod parse;
mod partition;
mod rows;
mod scan;
mod search;
mod summarize;
mod top_nested;
mod unified;
mod union;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value as Constant;
use crate::plan::{Expr, RelationKind};
use crate::syntax::ast::{self, Operator, OperatorKind};

use super::Binder;
use super::environment::{Binding, Environment};
use super::projection::Style;
use super::shape;
use super::statements::Value;
use super::table::Table;

pub(super) use summarize::Collector;
pub(super) use unified::UNION_LIMIT;

impl Binder<'_> {
    /// Binds one operator.
    pub(super) fn operator(
        &mut self,
        environment: &mut Environment,
        input: Option<Table>,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        match (&operator.kind, input) {
            (OperatorKind::Print(arguments), _) => self.print(environment, arguments, span),
            (
                OperatorKind::Range {
                    column,
                    from,
                    to,
                    step,
                },
                _,
            ) => self.range(environment, column, [from, to, step], span),
            (OperatorKind::Union(tables), input) => {
                self.union(environment, input, tables, operator)
            }
            (OperatorKind::Search { tables, predicate }, input) => {
                self.search(environment, input, tables, predicate, operator)
            }
            (
                OperatorKind::Find {
                    tables,
                    predicate: Some(predicate),
                    project,
                    project_smart: _,
                },
                input,
            ) => self.find(environment, input, (tables, predicate), project, operator),
            (OperatorKind::Evaluate { plugin, .. }, None)
                if evaluate::is_source(&plugin.name.text) =>
            {
                self.unsupported_plugin(plugin, span)
            }
            (kind, Some(input)) => self.piped_operator(environment, input, kind, operator),
            (kind, None) => match unsupported(kind) {
                Some(word) => self.unsupported_operator_word(None, word, operator),
                None => {
                    self.report(
                        Diagnostic::error(
                            Code::NotTabular,
                            operator.word,
                            "this operator needs a table before it",
                        )
                        .with_help("put a table and `|` before it"),
                    );
                    Table::unknown(span)
                }
            },
        }
    }

    fn piped_operator(
        &mut self,
        environment: &mut Environment,
        input: Table,
        kind: &OperatorKind,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        match kind {
            OperatorKind::As { name } => {
                self.allow_parameters(operator, &["hint.materialized"]);
                let shared = self.share(&name.text, input, false).labelled(&name.text);
                *environment = environment.with(&name.text, Binding::Table(shared.clone()), None);
                shared.reference(span)
            }
            OperatorKind::AssertSchema(columns) => self.assert_schema(input, columns, operator),
            // The result is the input's, whether it is kept or not.
            OperatorKind::ExecuteAndCache => input,
            OperatorKind::Consume => {
                self.allow_parameters(operator, &["decodeblocks"]);
                consumed(input, span)
            }
            OperatorKind::Count => self.count(input, operator),
            OperatorKind::Distinct(arguments) => {
                self.allow_parameters(operator, &["hint."]);
                self.distinct(environment, input, arguments, span)
            }
            OperatorKind::Evaluate { plugin, schema } => {
                self.evaluate(environment, input, plugin, schema.as_ref(), span)
            }
            OperatorKind::Extend(arguments) => {
                self.project_arguments(environment, input, arguments, Style::Extend, span)
            }
            OperatorKind::Project(arguments) => {
                self.project_arguments(environment, input, arguments, Style::Project, span)
            }
            OperatorKind::GetSchema => self.get_schema(input, span),
            OperatorKind::Invoke(call) => self.invoke(environment, input, call, operator),
            OperatorKind::Join { right, on } => self.join(environment, input, right, on, operator),
            OperatorKind::Lookup { right, on } => {
                self.lookup(environment, input, right, on, operator)
            }
            OperatorKind::MakeSeries {
                aggregates,
                on,
                range,
                by,
            } => self.make_series(environment, input, (aggregates, on, range, by), operator),
            OperatorKind::MvApply {
                columns,
                limit,
                subquery,
            } => {
                let over = (columns.as_slice(), limit.as_deref());
                self.mv_apply(environment, input, over, subquery, operator)
            }
            OperatorKind::MvExpand { columns, limit } => {
                self.mv_expand(environment, input, columns, limit.as_deref(), operator)
            }
            OperatorKind::Parse {
                where_,
                subject,
                pattern,
            } => self.parse(environment, input, (*where_, subject, pattern), operator),
            OperatorKind::ParseKv {
                subject,
                columns,
                with,
            } => self.parse_kv(environment, input, (subject, columns, with), operator),
            OperatorKind::Partition { by, subquery } => {
                self.partition(environment, input, by, subquery, operator)
            }
            OperatorKind::Sample(count) => self.take(environment, input, count, span),
            OperatorKind::SampleDistinct { count, of } => {
                self.sample_distinct(environment, input, (count, of), span)
            }
            OperatorKind::ProjectAway(columns) => {
                self.project_away(environment, input, columns, span)
            }
            OperatorKind::ProjectByNames(names) => {
                self.project_by_names(environment, input, names, span)
            }
            OperatorKind::ProjectKeep(columns) => {
                self.project_keep(environment, input, columns, span)
            }
            OperatorKind::ProjectRename(arguments) => {
                self.project_rename(environment, input, arguments, span)
            }
            OperatorKind::ProjectReorder(columns) => {
                self.project_reorder(environment, input, columns, span)
            }
            OperatorKind::Render { .. } => {
                self.report(Diagnostic::note(
                    Code::Ignored,
                    operator.word,
                    "`render` only says how to draw the result; it is left out",
                ));
                input
            }
            OperatorKind::Scan {
                order,
                partition_by,
                declare,
                steps,
            } => match (order.first(), partition_by.first()) {
                (None, None) => self.scan(environment, input, (declare, steps), operator),
                (_, _) => self.unsupported_operator_word(Some(input), "scan … by", operator),
            },
            OperatorKind::Serialize(arguments) => {
                let input = input.wrap(span, true, |input| RelationKind::Serialize { input });
                match arguments.is_empty() {
                    true => input,
                    false => {
                        self.project_arguments(environment, input, arguments, Style::Extend, span)
                    }
                }
            }
            OperatorKind::Sort(keys) => {
                self.allow_parameters(operator, &["hint."]);
                self.sort(environment, input, keys, span)
            }
            OperatorKind::Summarize { aggregates, by } => {
                self.allow_parameters(operator, &["hint."]);
                self.summarize(environment, input, aggregates, by, span)
            }
            OperatorKind::Take(count) => self.take(environment, input, count, span),
            OperatorKind::Top { count, by } => {
                self.allow_parameters(operator, &["hint."]);
                self.top(environment, input, count, by, span)
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.top_hitters(environment, input, (count, of, by.as_deref()), span)
            }
            OperatorKind::TopNested(levels) => self.top_nested(environment, input, levels, span),
            OperatorKind::Where(predicate) => self.filter(environment, input, predicate, span),
            OperatorKind::Print(_)
            | OperatorKind::Range { .. }
            | OperatorKind::Search { .. }
            | OperatorKind::Union(_) => Table::unknown(span),
            OperatorKind::Facet { .. }
            | OperatorKind::Find { .. }
            | OperatorKind::Fork(_)
            | OperatorKind::Reduce { .. }
            | OperatorKind::Graph(_)
            | OperatorKind::Other(_) => {
                let word = unsupported(kind).unwrap_or("this operator");
                self.unsupported_operator_word(Some(input), word, operator)
            }
        }
    }

    fn unsupported_operator_word(
        &mut self,
        input: Option<Table>,
        word: &str,
        operator: &Operator,
    ) -> Table {
        let fault = Diagnostic::error(
            Code::UnsupportedOperator,
            operator.word,
            format!("`{word}` is not supported"),
        );
        self.report(match instead(word) {
            Some(help) => fault.with_help(help),
            None => fault,
        });
        match input {
            // It may change any column's type.
            Some(input) => Table {
                open: true,
                poisoned: input.columns().iter().map(|c| c.name.clone()).collect(),
                ..input
            },
            None => Table::unknown(operator.span),
        }
    }

    /// Reports parameters that an operator does not know; a name that ends in `.` stands for all that
    /// begin so.
    fn allow_parameters(&mut self, operator: &Operator, known: &[&str]) {
        for parameter in &operator.parameters {
            let name = parameter.name.text.as_str();
            let is_known = known
                .iter()
                .any(|k| name == *k || (k.ends_with('.') && name.starts_with(k)));
            if !is_known {
                self.error(
                    Code::BadParameter,
                    parameter.name.span,
                    format!("this operator has no parameter `{name}`"),
                );
            }
        }
    }

    fn invoke(
        &mut self,
        environment: &Environment,
        input: Table,
        call: &ast::Call,
        operator: &Operator,
    ) -> Table {
        let span = operator.span;
        let name = call.name.text.as_str();
        let scope = super::table::Scope::constant(environment);
        let function = match environment.find(name) {
            Some(frame) => {
                self.uses.record(frame.id);
                match &frame.binding {
                    Binding::Function(function) => Some(function.clone()),
                    Binding::Recursion => {
                        self.recursion(name, call.name.span);
                        return Table::unknown(span);
                    }
                    Binding::Scalar(_) | Binding::Table(_) | Binding::Poison => None,
                }
            }
            None => None,
        };
        let Some(function) = function else {
            match name {
                "FileProfile" => return self.file_profile(environment, input, call, span),
                "DeviceFromIP" => return self.device_from_ip(environment, input, call, span),
                "SeenBy" => return self.seen_by(environment, input, call, span),
                _ => {}
            }
            self.unknown_function(&scope, call);
            return Table {
                open: true,
                poisoned: input.columns().iter().map(|c| c.name.clone()).collect(),
                ..input
            };
        };
        match self.let_function(&scope, &function, call, Some(input), span) {
            Some(Value::Table(table)) => *table,
            Some(Value::Scalar(_)) => {
                self.error(
                    Code::NotTabular,
                    call.name.span,
                    format!("`{name}` gives one value, where a table is needed"),
                );
                Table::unknown(span)
            }
            None => Table::unknown(span),
        }
    }
}

/// `consume`: a table without columns and without rows.
fn consumed(input: Table, span: Span) -> Table {
    let none = Expr::literal(Constant::Bool(false), span);
    input
        .wrap(span, false, |input| RelationKind::Where {
            input,
            predicate: none,
        })
        .select(span, &[])
}

/// What to write in the place of an operator that is not supported.
fn instead(word: &str) -> Option<&'static str> {
    Some(match word {
        "facet" => {
            "it gives a table for each column, and a rule has one result: make a query of each, \
             `| summarize count_Column = count() by Column`, and one of the pipe in `with (…)`"
        }
        "fork" => {
            "it gives a table for each branch, and a rule has one result: make a query of each branch, the \
             pipe before `fork` in all of them; or bring them together: `let T = …; union withsource=Branch (T | …), (T | …)`"
        }
        "reduce" => {
            "how it finds patterns is not documented; `summarize count() by replace_regex(Column, @'\\d+', '*')` \
             brings texts together that differ in numbers"
        }
        "scan … by" => "put `partition hint.strategy=native by Column (…)` around the `scan`",
        word if word.contains("graph") => {
            "a path of a known length is a `join` for each of its edges"
        }
        _ => return None,
    })
}

/// The word of an operator that is not supported; None for those that are.
fn unsupported(kind: &OperatorKind) -> Option<&str> {
    match kind {
        OperatorKind::Facet { .. } => Some("facet"),
        OperatorKind::Find { .. } => Some("find"),
        OperatorKind::Fork(_) => Some("fork"),
        OperatorKind::Reduce { .. } => Some("reduce"),
        OperatorKind::Graph(word) | OperatorKind::Other(word) => Some(word),
        OperatorKind::As { .. }
        | OperatorKind::AssertSchema(_)
        | OperatorKind::Consume
        | OperatorKind::Count
        | OperatorKind::Distinct(_)
        | OperatorKind::Extend(_)
        | OperatorKind::GetSchema
        | OperatorKind::Invoke(_)
        | OperatorKind::Join { .. }
        | OperatorKind::Lookup { .. }
        | OperatorKind::MakeSeries { .. }
        | OperatorKind::MvApply { .. }
        | OperatorKind::MvExpand { .. }
        | OperatorKind::Parse { .. }
        | OperatorKind::ParseKv { .. }
        | OperatorKind::Evaluate { .. }
        | OperatorKind::ExecuteAndCache
        | OperatorKind::Partition { .. }
        | OperatorKind::Sample(_)
        | OperatorKind::SampleDistinct { .. }
        | OperatorKind::Scan { .. }
        | OperatorKind::Print(_)
        | OperatorKind::Project(_)
        | OperatorKind::ProjectAway(_)
        | OperatorKind::ProjectByNames(_)
        | OperatorKind::ProjectKeep(_)
        | OperatorKind::ProjectRename(_)
        | OperatorKind::ProjectReorder(_)
        | OperatorKind::Range { .. }
        | OperatorKind::Render { .. }
        | OperatorKind::Search { .. }
        | OperatorKind::Serialize(_)
        | OperatorKind::Sort(_)
        | OperatorKind::Summarize { .. }
        | OperatorKind::Take(_)
        | OperatorKind::Top { .. }
        | OperatorKind::TopHitters { .. }
        | OperatorKind::TopNested(_)
        | OperatorKind::Union(_)
        | OperatorKind::Where(_) => None,
    }
}

/// The word that a parameter's value is, such as `inner` of `kind=inner`.
fn parameter_word<'o>(operator: &'o Operator, name: &str) -> Option<(&'o str, Span)> {
    let parameter = operator.parameters.iter().find(|p| p.name.text == name)?;
    let value = &parameter.value;
    let text = if let ast::ExprKind::Literal(ast::Literal::Bool(truth)) = &value.kind {
        if *truth { "true" } else { "false" }
    } else {
        shape::name(value).or(shape::string(value))?
    };
    Some((text, parameter.value.span))
}
