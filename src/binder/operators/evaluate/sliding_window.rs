//! `evaluate sliding_window_counts`: how many rows, and how many different values, the windows that end with each
//! bin hold.
//!
//! Source: "sliding_window_counts plugin" of Microsoft's reference, and "Sliding window aggregations" there: a row
//! counts in its bin and in those after it, as many as the window has. Bins whose window holds no row give none.
//! A window that is no whole number of bins is rounded down to one.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::syntax::ast::BinaryOp;

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;

impl Binder<'_> {
    pub(super) fn sliding_window_counts(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 6, None) {
            return Table::unknown(span);
        }
        let arguments = &plugin.call.arguments;
        let columns = self.plugin_columns(&input, plugin, |place| !(2..6).contains(&place));
        let bins = self.bins_in_window(plugin);
        let (Some(columns), Some(bins)) = (columns, bins) else {
            return Table::unknown(span);
        };
        let [id, timeline, dimensions @ ..] = columns.as_slice() else {
            return Table::unknown(span);
        };
        let Some(ty) = input
            .columns()
            .iter()
            .find(|c| c.name == *timeline)
            .map(|c| c.ty)
        else {
            return Table::unknown(span);
        };
        let tree = plugin.tree();
        let own = Environment::default();
        let [start, end, bin, first, slots] =
            ["start", "end", "bin", "first", "slots"].map(|what| self.hidden(what));
        let given = [(&start, 2), (&end, 3), (&bin, 5)]
            .map(|(name, place)| tree.named(name, arguments[place].value.clone()));
        let table = self.project_arguments(plugin.environment, input, &given, Style::Extend, span);
        let name = |text: &str| tree.name(text);
        let slot = [name(timeline), name(&bin), name(&start)];
        let table = self.project_arguments(
            &own,
            table,
            &[tree.named(&first, tree.call("bin_at", slot))],
            Style::Extend,
            span,
        );
        // Rows whose windows all lie outside make no slots.
        let window = tree.binary(BinaryOp::Multiply, tree.long(bins), name(&bin));
        let reach = tree.binary(BinaryOp::Add, name(&first), window);
        let after = tree.binary(BinaryOp::Greater, reach.clone(), name(&start));
        let before = tree.binary(BinaryOp::LessOrEqual, name(&first), name(&end));
        let inside = tree.binary(BinaryOp::And, after, before);
        let table = self.filter(&own, table, &inside, span);
        let last = tree.binary(BinaryOp::Subtract, reach, name(&bin));
        let table = self.project_arguments(
            &own,
            table,
            &[tree.named(&slots, tree.call("range", [name(&first), last, name(&bin)]))],
            Style::Extend,
            span,
        );
        let table = self.a_row_each(table, &slots, Some(ty), span);
        let from = tree.binary(BinaryOp::GreaterOrEqual, name(&slots), name(&start));
        let to = tree.binary(BinaryOp::LessOrEqual, name(&slots), name(&end));
        let table = self.filter(&own, table, &tree.binary(BinaryOp::And, from, to), span);
        let counts = [
            tree.named("Count", tree.call("count", [])),
            tree.named("Dcount", tree.call("dcount", [name(id)])),
        ];
        let mut keys = vec![tree.named(timeline, name(&slots))];
        keys.extend(dimensions.iter().map(|d| tree.unnamed(name(d))));
        self.summarize(&own, table, &counts, &keys, span)
    }

    /// How many whole bins the window has, both given as constants.
    fn bins_in_window(&mut self, plugin: Plugin) -> Option<i64> {
        let [window, bin] = [4, 5].map(|place| {
            let argument = &plugin.call.arguments[place].value;
            match self.plugin_constant(plugin, argument)? {
                Value::Long(n) | Value::TimeSpan(n) => Some(n),
                Value::Int(n) => Some(i64::from(n)),
                Value::Null(_)
                | Value::Bool(_)
                | Value::Real(_)
                | Value::Decimal(_)
                | Value::String(_)
                | Value::DateTime(_)
                | Value::Guid(_)
                | Value::Dynamic(_) => {
                    self.report(
                        Diagnostic::error(
                            Code::UnsupportedExpression,
                            argument.span,
                            "windows and bins other than timespans and whole numbers are not supported",
                        )
                        .with_help("write a timespan, such as `7d`"),
                    );
                    None
                }
            }
        });
        let (window, bin) = (window?, bin?);
        let bins = window.checked_div(bin).filter(|bins| bin > 0 && *bins > 0);
        if bins.is_none() {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    plugin.call.arguments[4].value.span,
                    "a window must have a bin at least, and a bin more than nothing",
                )
                .with_help("make the window a multiple of the bin"),
            );
        }
        bins
    }
}
