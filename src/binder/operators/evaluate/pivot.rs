//! `evaluate pivot`: each value of a column as a column of its own, with an aggregate in the cells.
//!
//! Source: "pivot plugin" of Microsoft's reference. The row columns come first, then the values by their
//! text. The cell of a value that a row does not have is what the aggregate gives for no rows: 0 of `count`
//! and `sum`.

use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Argument, Call, Expr};

use super::{Plugin, open};
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::conversion;
use crate::binder::naming;
use crate::binder::projection::Projection;
use crate::binder::shape;
use crate::binder::table::Table;

/// The aggregates that pivot takes, each with the one that looks at a condition.
const AGGREGATES: [(&str, &str); 13] = [
    ("any", "take_anyif"),
    ("avg", "avgif"),
    ("count", "countif"),
    ("dcount", "dcountif"),
    ("make_bag", "make_bag_if"),
    ("make_list", "make_list_if"),
    ("make_set", "make_set_if"),
    ("max", "maxif"),
    ("min", "minif"),
    ("stdev", "stdevif"),
    ("sum", "sumif"),
    ("take_any", "take_anyif"),
    ("variance", "varianceif"),
];

/// The name of the column for rows whose value is empty: no column can be without a name.
const EMPTY: &str = "Column1";

struct Settings {
    /// The column whose values become columns.
    column: String,
    /// The aggregate with a condition, and its arguments but for the condition.
    function: &'static str,
    arguments: Vec<Expr>,
    rows: Vec<String>,
}

impl Binder<'_> {
    pub(super) fn pivot(&mut self, input: Table, plugin: Plugin) -> Table {
        let Some(settings) = self.pivot_settings(&input, plugin) else {
            return Table::unknown(plugin.span);
        };
        if let Some(schema) = plugin.schema {
            let columns = self.schema_columns(schema);
            let is_row = |name: &String| settings.rows.contains(name);
            let values: Vec<String> = columns
                .iter()
                .map(|(name, _)| name.clone())
                .filter(|name| !is_row(name))
                .collect();
            let grouped = self.grouped(input, plugin, &settings, &values, &values);
            let tree = plugin.tree();
            let environment = Environment::default();
            let mut projection = Projection::default();
            for (name, ty) in columns {
                let scope = grouped.scope(&environment);
                let value = match conversion(ty) {
                    Some(function) => tree.call(function, [tree.name(&name)]),
                    None => tree.name(&name),
                };
                let value = self.expr(&scope, &value);
                projection.add(&name, value, false);
            }
            return projection.finish(grouped, plugin.span);
        }
        let Some((place, found)) = self.found(&plugin.what(), plugin.call.name.span) else {
            self.ask_values(&input, &settings.column, plugin);
            let columns = input.columns().iter().map(|c| c.name.clone());
            let gone: Vec<String> = columns.filter(|n| !settings.rows.contains(n)).collect();
            return open(input, &gone, plugin.span);
        };
        if !self.few_enough(&found, plugin) {
            return Table::unknown(plugin.span);
        }
        let values: Vec<String> = found.columns.into_iter().map(|(name, _)| name).collect();
        if values.is_empty() && settings.rows.is_empty() {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    plugin.call.name.span,
                    format!("`{}` has no values, so there is no column", settings.column),
                )
                .with_help("name the columns: `pivot(…) : (a: long, …)`"),
            );
            return Table::unknown(plugin.span);
        }
        let wanted = settings.rows.iter().map(String::as_str);
        let named = values.iter().map(|value| match value.as_str() {
            "" => EMPTY,
            value => value,
        });
        let names = naming::unique(&wanted.chain(named).collect::<Vec<_>>());
        let names = &names[settings.rows.len()..];
        let grouped = Table {
            told: Some(place),
            ..self.grouped(input, plugin, &settings, &values, names)
        };
        let lacking = found.wanted.iter();
        let lacking: Vec<&String> = lacking
            .filter(|name| grouped.columns().iter().all(|c| c.name != **name))
            .collect();
        if lacking.is_empty() {
            return grouped;
        }
        let mut projection = Projection::of(&grouped.scope(plugin.environment), plugin.span);
        for name in lacking {
            let null = self.lacking(name, plugin);
            projection.add(name, Some(null), false);
        }
        projection.finish(grouped, plugin.span)
    }

    /// The rows by their columns, with a cell for each value.
    fn grouped(
        &mut self,
        input: Table,
        plugin: Plugin,
        settings: &Settings,
        values: &[String],
        names: &[String],
    ) -> Table {
        let tree = plugin.tree();
        let cells: Vec<Argument> = values
            .iter()
            .zip(names)
            .map(|(value, name)| {
                let of_value = tree.equal(
                    tree.call("tostring", [tree.name(&settings.column)]),
                    tree.text(value),
                );
                let mut arguments = settings.arguments.clone();
                let place = usize::from(!arguments.is_empty());
                arguments.insert(place, of_value);
                tree.named(name, tree.call(settings.function, arguments))
            })
            .collect();
        let keys: Vec<Argument> = settings
            .rows
            .iter()
            .map(|row| tree.unnamed(tree.name(row)))
            .collect();
        let environment = Environment::default();
        match cells.is_empty() {
            true => self.distinct(&environment, input, &keys, plugin.span),
            false => self.summarize(&environment, input, &cells, &keys, plugin.span),
        }
    }

    /// Asks for the values of the column.
    fn ask_values(&mut self, input: &Table, column: &str, plugin: Plugin) {
        if !self.may_ask() || input.open {
            return;
        }
        let tree = plugin.tree();
        let value = tree.named("value", tree.call("tostring", [tree.name(column)]));
        let environment = Environment::default();
        let input = input.clone();
        let table = self.distinct(&environment, input, &[value], plugin.span);
        self.ask_rows(table.relation, &plugin.what(), plugin.call.name.span);
    }

    fn pivot_settings(&mut self, input: &Table, plugin: Plugin) -> Option<Settings> {
        if !self.plugin_arguments(plugin, 1, None) {
            return None;
        }
        let values: Vec<&Expr> = plugin.call.arguments.iter().map(|a| &a.value).collect();
        let (first, rest) = values.split_first()?;
        let column = self.pivot_column(input, plugin, first)?;
        let aggregate = rest
            .first()
            .and_then(|value| shape::call(shape::bare(value)));
        let rest = match aggregate {
            Some(_) => &rest[1..],
            None => rest,
        };
        let mut used = vec![column.clone()];
        let (function, arguments) = match aggregate {
            Some(call) => self.pivot_aggregate(input, plugin, call, &mut used)?,
            None => ("countif", Vec::new()),
        };
        let mut rows = Vec::with_capacity(rest.len());
        for row in rest {
            rows.push(self.pivot_column(input, plugin, row)?);
        }
        if rest.is_empty() {
            let columns = input.columns().iter().map(|c| c.name.clone());
            rows.extend(columns.filter(|name| !used.contains(name)));
        }
        Some(Settings {
            column,
            function,
            arguments,
            rows,
        })
    }

    /// The column that an argument names; beside columns that are not known, any name may be one.
    fn pivot_column(&mut self, input: &Table, plugin: Plugin, argument: &Expr) -> Option<String> {
        let column = self.plugin_column(input, plugin, argument);
        let name = shape::name(shape::bare(argument)).filter(|_| input.open);
        column.or_else(|| Some(name?.to_owned()))
    }

    /// The aggregate with a condition in the place of this one; its columns are added to those used.
    fn pivot_aggregate(
        &mut self,
        input: &Table,
        plugin: Plugin,
        call: &Call,
        used: &mut Vec<String>,
    ) -> Option<(&'static str, Vec<Expr>)> {
        let name = call.name.text.as_str();
        let Some((_, function)) = AGGREGATES.iter().find(|(plain, _)| *plain == name) else {
            let known: Vec<&str> = AGGREGATES.iter().map(|(plain, _)| *plain).collect();
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    call.name.span,
                    format!("`pivot` cannot fill its cells with `{name}`"),
                )
                .with_help(known.join(", ")),
            );
            return None;
        };
        let arguments: Vec<Expr> = call.arguments.iter().map(|a| a.value.clone()).collect();
        for argument in &arguments {
            match self.expr(&input.scope(plugin.environment), argument) {
                Some(bound) => used.extend(bound.columns().map(str::to_owned)),
                // Its type is not known, and the columns of the rows are all the same.
                None if input.open => used.extend(shape::name(argument).map(str::to_owned)),
                None => return None,
            }
        }
        Some((function, arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::registry;

    #[test]
    fn every_aggregate_is_there() {
        for (plain, conditional) in AGGREGATES {
            assert!(registry::aggregate(plain).is_some(), "{plain}");
            assert!(registry::aggregate(conditional).is_some(), "{conditional}");
        }
    }
}
