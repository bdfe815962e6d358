//! `evaluate rolling_percentile`: a percentile of the values in the windows that end with each bin.
//!
//! Source: "rolling_percentile plugin" of Microsoft's reference: a row for each bin and combination of dimensions,
//! with the percentile of the values in as many bins, its own the last. What a bin without rows gives that lies
//! between others is not documented: the query fails where there is one.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::symbols::ScalarType;
use crate::syntax::ast::{BinaryOp, Direction, Ordering};

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;

const GAP: &str = "rolling_percentile: a bin without rows lies between others, and what it gives is not documented; \
                   `mv-expand` each row to the bins of its windows and `summarize percentile(…) by` them";

impl Binder<'_> {
    pub(super) fn rolling_percentile(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 5, None) {
            return Table::unknown(span);
        }
        let arguments = &plugin.call.arguments;
        let columns = self.plugin_columns(&input, plugin, |place| !matches!(place, 1 | 3 | 4));
        let (percentile, bins) = (self.percentile_name(plugin), self.window_bins(plugin));
        let (Some(columns), Some(percentile), Some(bins)) = (columns, percentile, bins) else {
            return Table::unknown(span);
        };
        let [value, index, dimensions @ ..] = columns.as_slice() else {
            return Table::unknown(span);
        };
        let known = |name: &String| input.columns().iter().find(|c| c.name == *name);
        let Some(ty) = known(index).map(|c| c.ty) else {
            return Table::unknown(span);
        };
        if !matches!(
            ty,
            ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan
        ) {
            let message = format!("bins of {ty} values are not supported");
            self.error(
                Code::UnsupportedExpression,
                arguments[2].value.span,
                message,
            );
            return Table::unknown(span);
        }
        let tree = plugin.tree();
        let own = Environment::default();
        let name = |text: &str| tree.name(text);
        let size = || arguments[3].value.clone();
        let [first, slots, here, seen] =
            ["first", "slots", "here", "seen"].map(|what| self.hidden(what));
        let result = format!("rolling_{bins}_percentile_{value}_{percentile}");
        let bin = tree.call("bin", [name(index), size()]);
        let given = [tree.named(&first, bin)];
        let table = self.project_arguments(plugin.environment, input, &given, Style::Extend, span);
        let binned = tree.call("isnotnull", [name(&first)]);
        let table = self.filter(&own, table, &binned, span);
        let reach = tree.binary(BinaryOp::Multiply, tree.long(bins - 1), size());
        let last = tree.binary(BinaryOp::Add, name(&first), reach);
        let given = [tree.named(&slots, tree.call("range", [name(&first), last, size()]))];
        let table = self.project_arguments(plugin.environment, table, &given, Style::Extend, span);
        let table = self.a_row_each(table, &slots, Some(ty), span);
        let is_here = tree.equal(name(&slots), name(&first));
        let values = [
            tree.named(
                &result,
                tree.call("percentile", [name(value), arguments[1].value.clone()]),
            ),
            tree.named(&here, tree.call("countif", [is_here])),
        ];
        let mut keys = vec![tree.named(index, name(&slots))];
        keys.extend(dimensions.iter().map(|d| tree.unnamed(name(d))));
        let table = self.summarize(plugin.environment, table, &values, &keys, span);
        let by = |column: &str, direction| Ordering {
            expr: tree.name(column),
            direction: Some(direction),
            nulls: None,
        };
        // From the last bin backwards, no window of a bin without rows may come behind one with rows.
        let backwards = [index, &here].map(|column| by(column, Direction::Descending));
        let table = self.sort(&own, table, &backwards, span);
        let sum = [tree.named(&seen, tree.call("row_cumsum", [name(&here)]))];
        let table = self.project_arguments(&own, table, &sum, Style::Extend, span);
        let some = || tree.binary(BinaryOp::Greater, name(&here), tree.long(0));
        let none = tree.equal(name(&seen), tree.long(0));
        let pinned = tree.binary(BinaryOp::Or, some(), none);
        let table = self.certain(table, [(pinned, GAP)], span);
        let table = self.filter(&own, table, &some(), span);
        let table = self.sort(&own, table, &[by(index, Direction::Ascending)], span);
        let order = [index].into_iter().chain(dimensions).chain([&result]);
        let picks: Vec<(usize, &str)> = order
            .filter_map(|name| {
                let place = table.columns().iter().position(|c| c.name == *name)?;
                Some((place, name.as_str()))
            })
            .collect();
        table.select(span, &picks)
    }

    /// The percentile as it stands in the name of the column.
    fn percentile_name(&mut self, plugin: Plugin) -> Option<String> {
        let argument = &plugin.call.arguments[1].value;
        match self.plugin_constant(plugin, argument)? {
            Value::Long(n) => Some(n.to_string()),
            Value::Int(n) => Some(n.to_string()),
            Value::Real(x) => Some(x.to_string()),
            value => {
                let message = format!("a number must stand here, not this {}", value.ty());
                self.error(Code::WrongType, argument.span, message);
                None
            }
        }
    }

    /// How many bins a window has. With one the plugin tells nothing that is sure of bins without rows.
    fn window_bins(&mut self, plugin: Plugin) -> Option<i64> {
        let argument = &plugin.call.arguments[4].value;
        let bins = match self.plugin_constant(plugin, argument)? {
            Value::Long(n) => n,
            Value::Int(n) => i64::from(n),
            value => {
                let message = format!("a whole number must stand here, not this {}", value.ty());
                self.error(Code::WrongType, argument.span, message);
                return None;
            }
        };
        if !(2..=100_000).contains(&bins) {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    argument.span,
                    "windows of 2 to 100000 bins are supported",
                )
                .with_help("for one bin: `summarize percentile(Value, 50) by bin(Time, 1d)`"),
            );
            return None;
        }
        Some(bins)
    }
}
