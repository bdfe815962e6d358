//! `evaluate dcount_intersect`: how many values the sets behind sketches share.
//!
//! Source: "dcount_intersect plugin" of Microsoft's reference: the input with `s0`, `s1`, …, the sizes of the first set, of
//! what it shares with the second, of what both share with the third, and so on. The sketches of here hold the
//! values' hashes, so that the sizes are exact.

use crate::syntax::ast::Argument;

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;
use crate::diagnostics::Code;
use crate::symbols::ScalarType;

impl Binder<'_> {
    pub(super) fn dcount_intersect(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 2, None) {
            return Table::unknown(span);
        }
        let tree = plugin.tree();
        let own = Environment::default();
        let arguments = &plugin.call.arguments;
        let names: Vec<String> = arguments.iter().map(|_| self.hidden("hll")).collect();
        let sketches: Vec<Argument> = names
            .iter()
            .zip(arguments)
            .map(|(name, argument)| tree.named(name, argument.value.clone()))
            .collect();
        let table =
            self.project_arguments(plugin.environment, input, &sketches, Style::Extend, span);
        for (name, argument) in names.iter().zip(arguments) {
            let found = table.columns().iter().find(|c| c.name == *name);
            if let Some(found) =
                found.filter(|c| c.ty != ScalarType::Dynamic && !table.poisoned.contains(name))
            {
                let message = format!("a result of `hll` must stand here, not this {}", found.ty);
                self.error(Code::WrongType, argument.value.span, message);
                return Table::unknown(span);
            }
        }
        let sizes: Vec<Argument> = (0..names.len())
            .map(|last| {
                let sets = names[..=last].iter().map(|name| tree.name(name));
                let shared = match last {
                    0 => tree.name(&names[0]),
                    _ => tree.call("set_intersect", sets),
                };
                tree.named(&format!("s{last}"), tree.call("dcount_hll", [shared]))
            })
            .collect();
        let table = self.project_arguments(&own, table, &sizes, Style::Extend, span);
        let columns: Vec<String> = table.columns().iter().map(|c| c.name.clone()).collect();
        let picks: Vec<(usize, &str)> = columns
            .iter()
            .enumerate()
            .filter(|(_, name)| !names.contains(name))
            .map(|(place, name)| (place, name.as_str()))
            .collect();
        Table {
            origin: None,
            ..table.select(span, &picks)
        }
    }
}
