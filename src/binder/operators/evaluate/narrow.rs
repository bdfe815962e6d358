//! `evaluate narrow`: each cell of the input as a row of its own.
//!
//! Source: "narrow plugin" of Microsoft's reference: `Row` counts from 0, `Column` is the cell's column and
//! `Value` its text.

use crate::plan::RelationKind;

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;

impl Binder<'_> {
    pub(super) fn narrow(&mut self, input: Table, plugin: Plugin) -> Table {
        if !self.plugin_arguments(plugin, 0, Some(0)) {
            return Table::unknown(plugin.span);
        }
        let (tree, span) = (plugin.tree(), plugin.span);
        let environment = Environment::default();
        let (row, cells) = (self.hidden("row"), self.hidden("cells"));
        let pairs: Vec<_> = input
            .columns()
            .iter()
            .map(|c| {
                let value = tree.call("tostring", [tree.name(&c.name)]);
                tree.call("pack_array", [tree.text(&c.name), value])
            })
            .collect();
        let input = input.wrap(span, true, |input| RelationKind::Serialize { input });
        let columns = [
            tree.named(&row, tree.call("row_number", [tree.long(0)])),
            tree.named(&cells, tree.call("pack_array", pairs)),
        ];
        let table = self.project_arguments(&environment, input, &columns, Style::Project, span);
        let table = self.a_row_each(table, &cells, None, span);
        let part = |place| {
            tree.call(
                "tostring",
                [tree.element(tree.name(&cells), tree.long(place))],
            )
        };
        let columns = [
            tree.named("Row", tree.name(&row)),
            tree.named("Column", part(0)),
            tree.named("Value", part(1)),
        ];
        Table {
            origin: None,
            ..self.project_arguments(&environment, table, &columns, Style::Project, span)
        }
    }
}
