//! `evaluate rows_near`: the rows that stand near those that fit a condition.
//!
//! Source: "rows_near plugin" of Microsoft's reference: each row at most `NumRows` before one that fits, or at
//! most `RowsAfter` (else as many) behind one, once, in the input's order.
//!
//! A running count of the rows that fit tells whether it grew within the last rows; what follows a row is told
//! by the same count over the rows turned round.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::syntax::ast::{BinaryOp, Direction, Ordering};

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;

impl Binder<'_> {
    pub(super) fn rows_near(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 2, Some(3)) {
            return Table::unknown(span);
        }
        if !(input.relation.ordered || input.open || self.is_serialized(&input.relation)) {
            self.report(
                Diagnostic::error(
                    Code::UnserializedRows,
                    plugin.call.name.span,
                    "`rows_near` needs rows in an order",
                )
                .with_help("put `sort by` or `serialize` before it"),
            );
        }
        let arguments = &plugin.call.arguments;
        let condition = &arguments[0].value;
        let fits = self.predicate(&input.scope(plugin.environment), condition);
        let before = self.row_count(plugin, 1);
        let behind = match arguments.len() {
            2 => before,
            _ => self.row_count(plugin, 2),
        };
        let (Some(_), Some(before), Some(behind)) = (fits, before, behind) else {
            return Table::unknown(span);
        };
        let visible = input.columns().len();
        let tree = plugin.tree();
        let own = Environment::default();
        let [fits, place, seen, near_before, near_behind] =
            ["fits", "place", "seen", "before", "behind"].map(|what| self.hidden(what));
        let truth = tree.call("tolong", [condition.clone()]);
        let columns = [tree.named(&fits, tree.call("coalesce", [truth, tree.long(0)]))];
        let table =
            self.project_arguments(plugin.environment, input, &columns, Style::Extend, span);
        let count = || tree.call("row_cumsum", [tree.name(&fits)]);
        let columns = [
            tree.named(&place, tree.call("row_number", [])),
            tree.named(&seen, count()),
        ];
        let table = self.project_arguments(&own, table, &columns, Style::Extend, span);
        // How many rows fit among this one and so many before it.
        let among = |rows: i64| {
            let earlier = [
                tree.name(&seen),
                tree.long(rows.saturating_add(1)),
                tree.long(0),
            ];
            tree.binary(
                BinaryOp::Subtract,
                tree.name(&seen),
                tree.call("prev", earlier),
            )
        };
        let columns = [tree.named(&near_behind, among(behind))];
        let table = self.project_arguments(&own, table, &columns, Style::Extend, span);
        let by_place = |direction| {
            [Ordering {
                expr: tree.name(&place),
                direction: Some(direction),
                nulls: None,
            }]
        };
        let table = self.sort(&own, table, &by_place(Direction::Descending), span);
        let columns = [tree.named(&seen, count())];
        let table = self.project_arguments(&own, table, &columns, Style::Extend, span);
        let columns = [tree.named(&near_before, among(before))];
        let table = self.project_arguments(&own, table, &columns, Style::Extend, span);
        let some = |name: &str| tree.binary(BinaryOp::Greater, tree.name(name), tree.long(0));
        let near = tree.binary(BinaryOp::Or, some(&near_before), some(&near_behind));
        let table = self.filter(&own, table, &near, span);
        let table = self.sort(&own, table, &by_place(Direction::Ascending), span);
        let names: Vec<String> = table.columns()[..visible.min(table.columns().len())]
            .iter()
            .map(|c| c.name.clone())
            .collect();
        let picks: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        table.select(span, &picks)
    }

    /// A number of rows: a constant that is not negative.
    fn row_count(&mut self, plugin: Plugin, place: usize) -> Option<i64> {
        let argument = &plugin.call.arguments[place].value;
        let rows = match self.plugin_constant(plugin, argument)? {
            Value::Long(rows) => rows,
            Value::Int(rows) => i64::from(rows),
            value => {
                let message = format!("a whole number must stand here, not this {}", value.ty());
                self.error(Code::WrongType, argument.span, message);
                return None;
            }
        };
        if rows < 0 {
            self.error(
                Code::BadArgument,
                argument.span,
                "a number of rows is not negative",
            );
            return None;
        }
        Some(rows)
    }
}
