//! `evaluate activity_counts_metrics`: rows and different values of each time window, and how many of the values
//! are new.
//!
//! Source: "activity_counts_metrics plugin" of Microsoft's reference: windows begin at `Start`, each a `Step` long, and
//! a value is new in the first window that has it. What a window without rows gives, and whether rows behind
//! `End` count in the window that it lies in, is not documented: the query fails where it matters.

use crate::syntax::ast::{Argument, BinaryOp, Direction, Expr, Ordering};

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;

const GAP: &str = "activity_counts_metrics: a window between Start and End has no rows, and what it gives is not \
                   documented; choose times whose windows all have rows";
const LATE: &str = "activity_counts_metrics: rows lie behind End in the window that it lies in, and whether they count \
                    is not documented; filter the rows by time before";

impl Binder<'_> {
    pub(super) fn activity_counts_metrics(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 5, None) {
            return Table::unknown(span);
        }
        let arguments = &plugin.call.arguments;
        let columns = self.plugin_columns(&input, plugin, |place| !(2..5).contains(&place));
        let Some(columns) = columns else {
            return Table::unknown(span);
        };
        let [id, timeline, dimensions @ ..] = columns.as_slice() else {
            return Table::unknown(span);
        };
        let tree = plugin.tree();
        let own = Environment::default();
        let name = |text: &str| tree.name(text);
        let and = |left, right| tree.binary(BinaryOp::And, left, right);
        let [start, end, step, window, group, who, rows, late, new, last] = [
            "start", "end", "step", "window", "group", "who", "rows", "late", "new", "last",
        ]
        .map(|what| self.hidden(what));
        let given = [(&start, 2), (&end, 3), (&step, 4)]
            .map(|(name, place)| tree.named(name, arguments[place].value.clone()));
        let table = self.project_arguments(plugin.environment, input, &given, Style::Extend, span);
        let bin = |time: &str| tree.call("bin_at", [name(time), name(&step), name(&start)]);
        let texts = |of: &mut dyn Iterator<Item = &String>| {
            let parts: Vec<Expr> = of.map(|column| name(column)).collect();
            tree.call("tostring", [tree.call("pack_array", parts)])
        };
        let values = [
            tree.named(&window, bin(timeline)),
            tree.named(&last, bin(&end)),
            tree.named(&group, texts(&mut [&start].into_iter().chain(dimensions))),
            tree.named(
                &who,
                texts(&mut [&start].into_iter().chain(dimensions).chain([id])),
            ),
        ];
        let table = self.project_arguments(&own, table, &values, Style::Extend, span);
        let from = tree.binary(BinaryOp::GreaterOrEqual, name(timeline), name(&start));
        let to = tree.binary(BinaryOp::LessOrEqual, name(&window), name(&last));
        let table = self.filter(&own, table, &and(from, to), span);
        let behind = tree.binary(BinaryOp::Greater, name(timeline), name(&end));
        let counts = [
            tree.named(&rows, tree.call("count", [])),
            tree.named(&late, tree.call("countif", [behind])),
        ];
        let same = |more: &[&String]| -> Vec<Argument> {
            let keys = more
                .iter()
                .copied()
                .chain([&window, &last, &start, &step, &group]);
            keys.chain(dimensions)
                .map(|key| tree.unnamed(name(key)))
                .collect()
        };
        let table = self.summarize(&own, table, &counts, &same(&[&who]), span);
        let sorted = |by: &[&String]| -> Vec<Ordering> {
            by.iter()
                .map(|key| Ordering {
                    expr: name(key),
                    direction: Some(Direction::Ascending),
                    nulls: None,
                })
                .collect()
        };
        let table = self.sort(&own, table, &sorted(&[&who, &window]), span);
        let other = |key: &str, which: &str| {
            tree.binary(BinaryOp::NotEqual, name(key), tree.call(which, [name(key)]))
        };
        let first = tree.call("tolong", [other(&who, "prev")]);
        let table =
            self.project_arguments(&own, table, &[tree.named(&new, first)], Style::Extend, span);
        let sum = |column: &str| tree.call("sum", [name(column)]);
        let counts = [
            tree.named(&rows, sum(&rows)),
            tree.named("dcount", tree.call("count", [])),
            tree.named("new_dcount", sum(&new)),
            tree.named(&late, sum(&late)),
        ];
        let table = self.summarize(&own, table, &counts, &same(&[]), span);
        let table = self.sort(&own, table, &sorted(&[&group, &window]), span);
        // Each window is the one behind the window before, the first is that of `Start` and the last that of `End`.
        let place = tree.call("row_number", [tree.long(0), other(&group, "prev")]);
        let expected = tree.binary(BinaryOp::Multiply, place, name(&step));
        let expected = tree.binary(BinaryOp::Add, name(&start), expected);
        let ends = tree.equal(name(&window), name(&last));
        let goes_on = tree.equal(name(&group), tree.call("next", [name(&group)]));
        let dense = and(
            tree.equal(name(&window), expected),
            tree.binary(BinaryOp::Or, ends, goes_on),
        );
        let in_time = tree.equal(name(&late), tree.long(0));
        let table = self.certain(table, [(in_time, LATE), (dense, GAP)], span);
        let aggregated = tree.call("row_cumsum", [name("new_dcount"), other(&group, "prev")]);
        let values = [
            tree.named(timeline, name(&window)),
            tree.named("count", name(&rows)),
            tree.named("aggregated_dcount", aggregated),
        ];
        let table = self.project_arguments(&own, table, &values, Style::Extend, span);
        let measures = ["count", "dcount", "new_dcount", "aggregated_dcount"];
        let order = [timeline]
            .into_iter()
            .chain(dimensions)
            .map(String::as_str)
            .chain(measures);
        let picks: Vec<(usize, &str)> = order
            .filter_map(|name| {
                let place = table.columns().iter().position(|c| c.name == name)?;
                Some((place, name))
            })
            .collect();
        table.select(span, &picks)
    }
}
