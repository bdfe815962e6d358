//! `evaluate ipv4_lookup` and `ipv6_lookup`: rows joined to the networks that hold their address.
//!
//! Source: "ipv4_lookup plugin" of Microsoft's reference. The columns are those of `lookup`: the input's, then
//! the networks' but for further keys. Each network that holds an address gives a row.
//!
//! An address is in a network when both are the same under the network's prefix. So each different address is
//! cut to each length of prefix that the networks have, and joined to the networks by what is left.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::plan::{Column, Expr, JoinKind, Side};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, BinaryOp};

use super::Plugin;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::operators::join::joined;
use crate::binder::projection::Style;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr};
use crate::binder::tree::Tree;

struct Settings {
    address: String,
    network: String,
    /// Columns of both sides that must be equal.
    keys: Vec<String>,
    unmatched: bool,
}

/// The names of hidden columns.
struct Hidden {
    address: String,
    length: String,
    cut: String,
    one: String,
}

impl Binder<'_> {
    pub(super) fn ip_lookup(&mut self, input: Table, plugin: Plugin) -> Table {
        let span = plugin.span;
        if !self.plugin_arguments(plugin, 3, None) {
            return Table::unknown(span);
        }
        let arguments = &plugin.call.arguments;
        let scope = Scope::constant(plugin.environment);
        let networks = self.inner_table(&scope, &arguments[0].value);
        let Some(settings) = self.lookup_settings(&input, &networks, plugin) else {
            return Table::unknown(span);
        };
        let ordinary: Vec<Column> = networks.columns().to_vec();
        let input = self.share("lookup_input", input, false).reference(span);
        let hidden = Hidden {
            address: self.hidden("address"),
            length: self.hidden("length"),
            cut: self.hidden("cut"),
            one: self.hidden("one"),
        };
        let networks = self.cut_networks(networks, &settings, &hidden, plugin);
        let networks = self.share("lookup_networks", networks, false);
        let lengths = self.lengths(networks.reference(span), &hidden, plugin);
        let addresses = self.addresses(input.clone(), &settings, &hidden, plugin);
        let cut = self.cut_addresses(addresses, lengths, &hidden, plugin);
        let on = vec![
            key(
                &cut,
                &hidden.length,
                &networks.reference(span),
                &hidden.length,
                plugin,
            ),
            key(
                &cut,
                &hidden.cut,
                &networks.reference(span),
                &hidden.cut,
                plugin,
            ),
        ];
        let mut output = vec![(Side::Left, column(&cut, &hidden.address))];
        output.extend(ordinary.iter().map(|c| (Side::Right, c.clone())));
        let networks = networks.reference(span);
        let matched = joined(JoinKind::Inner, cut, networks, on, output, span);
        let mut on = vec![key(
            &input,
            &settings.address,
            &matched,
            &hidden.address,
            plugin,
        )];
        for name in &settings.keys {
            on.push(key(&input, name, &matched, name, plugin));
        }
        let own = input.columns().iter().map(|c| (Side::Left, c.clone()));
        let added = matched.columns()[1..].iter();
        let added = added.filter(|c| !settings.keys.contains(&c.name));
        let output = own.chain(added.map(|c| (Side::Right, c.clone()))).collect();
        let kind = match settings.unmatched {
            true => JoinKind::LeftOuter,
            false => JoinKind::Inner,
        };
        joined(kind, input, matched, on, output, span)
    }

    /// The networks with the length of their prefix, and the address cut to it.
    fn cut_networks(
        &mut self,
        networks: Table,
        settings: &Settings,
        hidden: &Hidden,
        plugin: Plugin,
    ) -> Table {
        let tree = plugin.tree();
        let network = || tree.name(&settings.network);
        let (length, cut) = match is_v4(plugin) {
            true => (
                tree.call("ipv4_netmask_suffix", [network()]),
                tree.call("parse_ipv4", [network()]),
            ),
            false => {
                let parts = tree.call("split", [network(), tree.text("/")]);
                let suffix = tree.call("tolong", [tree.element(parts, tree.long(1))]);
                // Behind four decimal numbers it counts IPv4's bits.
                let dotted = tree.binary(BinaryOp::Contains, network(), tree.text("."));
                let before = tree.call("iff", [dotted, tree.long(96), tree.long(0)]);
                let length = tree.binary(BinaryOp::Add, suffix, before);
                (
                    tree.call("coalesce", [length, tree.long(128)]),
                    tree.call("parse_ipv6", [network()]),
                )
            }
        };
        let columns = [
            tree.named(&hidden.length, length),
            tree.named(&hidden.cut, cut),
        ];
        let environment = Environment::default();
        let table =
            self.project_arguments(&environment, networks, &columns, Style::Extend, plugin.span);
        self.filter(
            &environment,
            table,
            &has_value(tree, &hidden.cut, plugin),
            plugin.span,
        )
    }

    /// The lengths of prefixes that there are.
    fn lengths(&mut self, networks: Table, hidden: &Hidden, plugin: Plugin) -> Table {
        let tree = plugin.tree();
        let environment = Environment::default();
        let length = [tree.unnamed(tree.name(&hidden.length))];
        let table = self.distinct(&environment, networks, &length, plugin.span);
        let one = [tree.named(&hidden.one, tree.long(1))];
        self.project_arguments(&environment, table, &one, Style::Extend, plugin.span)
    }

    /// The different addresses of the input.
    fn addresses(
        &mut self,
        input: Table,
        settings: &Settings,
        hidden: &Hidden,
        plugin: Plugin,
    ) -> Table {
        let tree = plugin.tree();
        let environment = Environment::default();
        let address = [tree.named(&hidden.address, tree.name(&settings.address))];
        let table = self.distinct(&environment, input, &address, plugin.span);
        let one = [tree.named(&hidden.one, tree.long(1))];
        self.project_arguments(&environment, table, &one, Style::Extend, plugin.span)
    }

    /// Each address under each length of prefix.
    fn cut_addresses(
        &mut self,
        addresses: Table,
        lengths: Table,
        hidden: &Hidden,
        plugin: Plugin,
    ) -> Table {
        let tree = plugin.tree();
        let environment = Environment::default();
        let on = vec![key(&addresses, &hidden.one, &lengths, &hidden.one, plugin)];
        let output = vec![
            (Side::Left, column(&addresses, &hidden.address)),
            (Side::Right, column(&lengths, &hidden.length)),
        ];
        let pairs = joined(JoinKind::Inner, addresses, lengths, on, output, plugin.span);
        let function = match is_v4(plugin) {
            true => "parse_ipv4_mask",
            false => "parse_ipv6_mask",
        };
        let length = tree.name(&hidden.length);
        let cut = [tree.named(
            &hidden.cut,
            tree.call(function, [tree.name(&hidden.address), length]),
        )];
        let table = self.project_arguments(&environment, pairs, &cut, Style::Extend, plugin.span);
        self.filter(
            &environment,
            table,
            &has_value(tree, &hidden.cut, plugin),
            plugin.span,
        )
    }

    fn lookup_settings(
        &mut self,
        input: &Table,
        networks: &Table,
        plugin: Plugin,
    ) -> Option<Settings> {
        let arguments = &plugin.call.arguments;
        let address = self.plugin_column(input, plugin, &arguments[1].value)?;
        let network = self.plugin_column(networks, plugin, &arguments[2].value)?;
        for (table, name) in [(input, &address), (networks, &network)] {
            let found = table.columns().iter().find(|c| c.name == *name);
            if let Some(found) = found.filter(|c| c.ty != ScalarType::String) {
                self.report(
                    Diagnostic::error(
                        Code::WrongType,
                        plugin.call.name.span,
                        format!("an address is a string, but `{name}` is {}", found.ty),
                    )
                    .with_help(format!("convert it: `extend {name} = tostring({name})`")),
                );
                return None;
            }
        }
        let (mut keys, mut unmatched) = (Vec::new(), false);
        for argument in &arguments[3..] {
            let named = argument.names.first().map(|n| n.text.as_str());
            if named == Some("return_unmatched") || is_bool(&argument.value) {
                match self.plugin_constant(plugin, &argument.value)? {
                    Value::Bool(flag) => unmatched = flag,
                    value => {
                        let message = format!("a bool must stand here, not this {}", value.ty());
                        self.error(Code::WrongType, argument.value.span, message);
                        return None;
                    }
                }
                continue;
            }
            let name = self.plugin_column(input, plugin, &argument.value)?;
            self.plugin_column(networks, plugin, &argument.value)?;
            keys.push(name);
        }
        Some(Settings {
            address,
            network,
            keys,
            unmatched,
        })
    }
}

fn is_v4(plugin: Plugin) -> bool {
    plugin.name() == "ipv4_lookup"
}

fn is_bool(value: &ast::Expr) -> bool {
    matches!(
        shape::bare(value).kind,
        ast::ExprKind::Literal(ast::Literal::Bool(_))
    )
}

/// Whether an address could be read: a number or a text, by the family.
fn has_value(tree: Tree, column: &str, plugin: Plugin) -> ast::Expr {
    let function = match is_v4(plugin) {
        true => "isnotnull",
        false => "isnotempty",
    };
    tree.call(function, [tree.name(column)])
}

/// A column of a table that has it.
fn column(table: &Table, name: &str) -> Column {
    let found = table.columns().iter().find(|c| c.name == name);
    found.cloned().unwrap_or_else(|| Column {
        name: name.to_owned(),
        ty: ScalarType::Dynamic,
        nullable_string: false,
    })
}

fn key(
    left: &Table,
    left_name: &str,
    right: &Table,
    right_name: &str,
    plugin: Plugin,
) -> (Expr, Expr) {
    (
        column_expr(&column(left, left_name), plugin.span),
        column_expr(&column(right, right_name), plugin.span),
    )
}
