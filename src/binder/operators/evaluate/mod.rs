//! `evaluate`: the plugins, each made of other operators. A plugin that is not supported is refused by its
//! name.
//!
//! In: the input and the plugin's call. Out: the table that it gives. Where the columns depend on the data
//! and are not found yet, the columns that are known before anything runs, as Microsoft's binder has them.

mod activity_counts;
mod arguments;
mod bag_unpack;
mod certain;
mod dcount_intersect;
mod ip_lookup;
mod narrow;
mod pivot;
mod rolling_percentile;
mod rows_near;
mod sliding_window;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::plan::{Expr, Found};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, MvColumn, Operator, OperatorKind, PluginSchema, TypeName};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Projection;
use crate::binder::table::{Scope, Table};
use crate::binder::tree::Tree;

/// The most columns that are made of data.
const MOST_COLUMNS: usize = 1_000;

impl Binder<'_> {
    /// A row for each element of a column of lists, as a value of the type where there is one.
    fn a_row_each(
        &mut self,
        table: Table,
        lists: &str,
        ty: Option<ScalarType>,
        span: Span,
    ) -> Table {
        let tree = Tree(span);
        let expanded = [MvColumn {
            argument: tree.unnamed(tree.name(lists)),
            ty: ty.map(|ty| TypeName {
                text: ty.name().to_owned(),
                span,
            }),
        }];
        let operator = Operator {
            kind: OperatorKind::Consume,
            parameters: Vec::new(),
            word: span,
            span,
        };
        self.mv_expand(&Environment::default(), table, &expanded, None, &operator)
    }
}

/// The plugin's call and what surrounds it.
#[derive(Debug, Clone, Copy)]
struct Plugin<'p> {
    environment: &'p Environment,
    call: &'p ast::Call,
    schema: Option<&'p PluginSchema>,
    /// The whole operator.
    span: Span,
}

impl Plugin<'_> {
    fn name(&self) -> &str {
        &self.call.name.text
    }

    fn what(&self) -> String {
        format!("evaluate {}", self.name())
    }

    fn tree(&self) -> Tree {
        Tree(self.call.name.span)
    }
}

impl Binder<'_> {
    pub(super) fn evaluate(
        &mut self,
        environment: &Environment,
        input: Table,
        call: &ast::Call,
        schema: Option<&PluginSchema>,
        span: Span,
    ) -> Table {
        let plugin = Plugin {
            environment,
            call,
            schema,
            span,
        };
        match plugin.name() {
            "bag_unpack" => self.bag_unpack(input, plugin),
            "pivot" => self.pivot(input, plugin),
            "narrow" if schema.is_none() => self.narrow(input, plugin),
            "ipv4_lookup" | "ipv6_lookup" if schema.is_none() => self.ip_lookup(input, plugin),
            "rows_near" if schema.is_none() => self.rows_near(input, plugin),
            "dcount_intersect" if schema.is_none() => self.dcount_intersect(input, plugin),
            "sliding_window_counts" if schema.is_none() => {
                self.sliding_window_counts(input, plugin)
            }
            "rolling_percentile" if schema.is_none() => self.rolling_percentile(input, plugin),
            "activity_counts_metrics" if schema.is_none() => {
                self.activity_counts_metrics(input, plugin)
            }
            _ => self.unsupported_plugin(call, span),
        }
    }

    /// Refuses a plugin by its name.
    pub(super) fn unsupported_plugin(&mut self, call: &ast::Call, span: Span) -> Table {
        let name = call.name.text.as_str();
        let fault = Diagnostic::error(
            Code::UnsupportedOperator,
            call.name.span,
            format!("`evaluate {name}` is not supported"),
        );
        self.report(match instead(name) {
            Some(help) => fault.with_help(help),
            None => fault,
        });
        Table::unknown(span)
    }

    /// Warns of a name that the query takes and the data does not have, and gives it as null.
    fn lacking(&mut self, name: &str, plugin: Plugin) -> Expr {
        self.report(
            Diagnostic::warning(
                Code::Suspicious,
                plugin.call.name.span,
                format!(
                    "no row gives `{}` a column `{name}`; it is null",
                    plugin.name()
                ),
            )
            .with_help(
                "look whether the name is right, or whether the events of this time lack it",
            ),
        );
        Expr::literal(Value::Null(ScalarType::Dynamic), plugin.span)
    }

    /// Reports more columns than a table may have; false where there are too many.
    fn few_enough(&mut self, found: &Found, plugin: Plugin) -> bool {
        let few = found.columns.len() <= MOST_COLUMNS;
        if !few {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    plugin.call.name.span,
                    format!(
                        "the data makes {} columns of this, more than {MOST_COLUMNS}",
                        found.columns.len()
                    ),
                )
                .with_help(format!(
                    "name those that you want: `{}(…) : (a: string, …)`",
                    plugin.name()
                )),
            );
        }
        few
    }

    /// The columns that a schema names, with their types.
    fn schema_columns(&mut self, schema: &PluginSchema) -> Vec<(String, ScalarType)> {
        let columns = self.declared_columns(&schema.columns);
        columns.into_iter().map(|c| (c.name, c.ty)).collect()
    }
}

/// Whether the plugin brings a table of its own, so that none stands before it.
pub(super) fn is_source(name: &str) -> bool {
    matches!(
        name,
        "http_request"
            | "http_request_post"
            | "sql_request"
            | "mysql_request"
            | "postgresql_request"
            | "cosmosdb_sql_request"
            | "azure_digital_twins_query_request"
    )
}

/// What to write in the place of a plugin that is not supported.
fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "autocluster" | "basket" => {
            "how it chooses its patterns is not documented; `summarize count() by A, B | top 20 by count_` gives \
             the values that come together most"
        }
        "diffpatterns" | "diffpatterns_text" => {
            "how it chooses its patterns is not documented; `summarize countif(Split == 'a'), countif(Split == \
             'b') by Column` sets the two side by side"
        }
        "active_users_count" => {
            "which appearances lie in the window before one is not documented to the day; `summarize \
             Days = dcount(bin(Time, 1d)) by Id | where Days >= 3` gives those seen on three days"
        }
        "activity_metrics" | "new_activity_metrics" => {
            "what is given for times without rows is not documented; `summarize Ids = make_set(Id) by \
             bin(Time, 1d)` behind `sort by Time asc` and `set_difference(Ids, prev(Ids))` tell who is new"
        }
        "activity_engagement" => {
            "at which bins its windows end is not documented; join two `evaluate sliding_window_counts(…)` by \
             time, one with a short window and one with a long"
        }
        "session_count" => {
            "in which bins a session counts is not documented; `row_window_session` over rows sorted by id and \
             time tells where each session begins"
        }
        "funnel_sequence" | "funnel_sequence_completion" | "sequence_detect" => {
            "which of several sequences it takes is not documented; `scan` finds sequences, with a step for \
             each state"
        }
        "python" | "r" => "no program in another language is run",
        "http_request" | "http_request_post" => {
            "a query asks no server; `externaldata` reads a file of it, with --external or --allow-fetch"
        }
        "sql_request" | "mysql_request" | "postgresql_request" | "cosmosdb_sql_request" => {
            "a query asks no database; `externaldata` reads an export of it, with --external"
        }
        _ => return None,
    })
}

/// The table with its unknown columns left out.
fn open(input: Table, gone: &[String], span: Span) -> Table {
    let names: Vec<String> = input.columns().iter().map(|c| c.name.clone()).collect();
    let picks: Vec<(usize, &str)> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !gone.contains(name))
        .map(|(place, name)| (place, name.as_str()))
        .collect();
    Table {
        open: true,
        ..input.select(span, &picks)
    }
}

/// The columns of a table but those left out.
fn projection_without(scope: &Scope, gone: &[String], span: Span) -> Projection {
    let kept: Vec<_> = scope
        .columns
        .iter()
        .filter(|c| !gone.contains(&c.name))
        .cloned()
        .collect();
    let scope = Scope {
        columns: &kept,
        ..*scope
    };
    Projection::of(&scope, span)
}
