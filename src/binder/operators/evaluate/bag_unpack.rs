//! `evaluate bag_unpack`: each slot of a bag as a column.
//!
//! Source: "bag_unpack plugin" of Microsoft's reference. The input's columns come first, then the slots by
//! name; a slot's type is that of its values, or dynamic where they differ. Rows stay one for one.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::plan::Found;
use crate::symbols::ScalarType;
use crate::syntax::ast::{Expr, MvColumn, Operator, OperatorKind, Property};

use super::arguments::argument;
use super::{Plugin, open, projection_without};
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::conversion;
use crate::binder::projection::{Projection, Style};
use crate::binder::table::Table;
use crate::binder::tree::Tree;

/// What becomes of a slot that has the name of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conflict {
    Error,
    ReplaceSource,
    KeepSource,
}

struct Settings {
    bag: String,
    prefix: String,
    conflict: Conflict,
    ignored: Vec<String>,
}

impl Binder<'_> {
    pub(super) fn bag_unpack(&mut self, input: Table, plugin: Plugin) -> Table {
        let Some(settings) = self.bag_settings(&input, plugin) else {
            return Table::unknown(plugin.span);
        };
        let gone = std::slice::from_ref(&settings.bag);
        if let Some(schema) = plugin.schema {
            let columns = self.schema_columns(schema);
            let projection = match schema.star {
                true => projection_without(&input.scope(plugin.environment), gone, plugin.span),
                false => Projection::default(),
            };
            let source = |name: &str| !schema.star && has_column(&input, &settings, name);
            let expressions: Vec<_> = columns
                .into_iter()
                .map(|(name, ty)| {
                    let value = match source(&name) {
                        true => plugin.tree().name(&name),
                        false => match name.strip_prefix(&settings.prefix) {
                            Some(slot) => slot_of(plugin.tree(), &settings.bag, slot),
                            None => plugin.tree().null(),
                        },
                    };
                    (name, value, ty)
                })
                .collect();
            return self.unpacked(input, plugin, projection, expressions);
        }
        let Some((place, found)) = self.found(&plugin.what(), plugin.call.name.span) else {
            self.ask_slots(&input, &settings.bag, plugin);
            return open(input, gone, plugin.span);
        };
        if !self.few_enough(&found, plugin) {
            return Table::unknown(plugin.span);
        }
        let unpacked = self.with_slots(input, plugin, &settings, found);
        Table {
            told: Some(place),
            ..unpacked
        }
    }

    fn with_slots(
        &mut self,
        input: Table,
        plugin: Plugin,
        settings: &Settings,
        found: Found,
    ) -> Table {
        let gone = std::slice::from_ref(&settings.bag);
        let mut projection =
            projection_without(&input.scope(plugin.environment), gone, plugin.span);
        let mut expressions = Vec::with_capacity(found.columns.len());
        for (slot, ty) in &found.columns {
            if settings.ignored.contains(slot) {
                continue;
            }
            let name = format!("{}{slot}", settings.prefix);
            if has_column(&input, settings, &name) {
                match settings.conflict {
                    Conflict::KeepSource => continue,
                    Conflict::ReplaceSource => {}
                    Conflict::Error => self.report(
                        Diagnostic::error(
                            Code::DuplicateName,
                            plugin.call.name.span,
                            format!("the bags have a slot `{name}`, and there is a column of that name"),
                        )
                        .with_help(format!(
                            "give the new columns a prefix: `bag_unpack({0}, '{0}_')`, or say which to keep: \
                             `columnsConflict='keep_source'` or `'replace_source'`",
                            settings.bag
                        )),
                    ),
                }
            }
            expressions.push((name, slot_of(plugin.tree(), &settings.bag, slot), *ty));
        }
        let taken = |name: &String| {
            has_column(&input, settings, name) || expressions.iter().any(|(n, _, _)| n == name)
        };
        let lacking: Vec<&String> = found.wanted.iter().filter(|n| !taken(n)).collect();
        for name in lacking {
            let null = self.lacking(name, plugin);
            projection.add(name, Some(null), false);
        }
        self.unpacked(input, plugin, projection, expressions)
    }

    /// The projection with these slots, each as a value of its type.
    fn unpacked(
        &mut self,
        input: Table,
        plugin: Plugin,
        mut projection: Projection,
        expressions: Vec<(String, Expr, ScalarType)>,
    ) -> Table {
        let environment = Environment::default();
        let scope = input.scope(&environment);
        for (name, value, ty) in expressions {
            let value = match conversion(ty) {
                Some(function) => plugin.tree().call(function, [value]),
                None => value,
            };
            let value = self.expr(&scope, &value);
            projection.add(&name, value, true);
        }
        projection.finish(input, plugin.span)
    }

    /// Asks for the slots of the bags, with the types of their values.
    fn ask_slots(&mut self, input: &Table, bag: &str, plugin: Plugin) {
        if !self.may_ask() || input.open {
            return;
        }
        let (tree, span) = (plugin.tree(), plugin.span);
        let environment = Environment::default();
        let (whole, slot) = (self.hidden("bag"), self.hidden("slot"));
        let only = [tree.named(&whole, tree.name(bag))];
        let table =
            self.project_arguments(&environment, input.clone(), &only, Style::Project, span);
        let is_bag = tree.equal(
            tree.call("gettype", [tree.name(&whole)]),
            tree.text("dictionary"),
        );
        let table = self.filter(&environment, table, &is_bag, span);
        let slots = [MvColumn {
            argument: tree.named(&slot, tree.name(&whole)),
            ty: None,
        }];
        let as_pairs = Property {
            name: tree.identifier("kind"),
            value: tree.name("array"),
        };
        let expand = Operator {
            kind: OperatorKind::Consume,
            parameters: vec![as_pairs],
            word: span,
            span,
        };
        let table = self.mv_expand(&environment, table, &slots, None, &expand);
        let part = |place| tree.element(tree.name(&slot), tree.long(place));
        let named = [
            tree.named("name", tree.call("tostring", [part(0)])),
            tree.named("type", tree.call("gettype", [part(1)])),
        ];
        let table = self.project_arguments(&environment, table, &named, Style::Project, span);
        let table = self.distinct(&environment, table, &[tree.star()], span);
        self.ask_rows(table.relation, &plugin.what(), plugin.call.name.span);
    }

    fn bag_settings(&mut self, input: &Table, plugin: Plugin) -> Option<Settings> {
        if !self.plugin_arguments(plugin, 1, Some(4)) {
            return None;
        }
        let arguments = &plugin.call.arguments;
        for argument in arguments.iter().filter_map(|a| a.names.first()) {
            const KNOWN: [&str; 4] = [
                "column",
                "OutputColumnPrefix",
                "columnsConflict",
                "ignoredProperties",
            ];
            if !KNOWN.contains(&argument.text.as_str()) {
                self.error(
                    Code::BadParameter,
                    argument.span,
                    format!("`bag_unpack` has no parameter `{}`", argument.text),
                );
                return None;
            }
        }
        let column = argument(arguments, 0, "column")?;
        let bag = self.plugin_column(input, plugin, column)?;
        let found = input.columns().iter().find(|c| c.name == bag);
        let ty = found.map_or(ScalarType::Dynamic, |c| c.ty);
        if ty != ScalarType::Dynamic && !input.poisoned.contains(&bag) {
            self.report(
                Diagnostic::error(
                    Code::WrongType,
                    column.span,
                    format!("only a dynamic column can be unpacked, but `{bag}` is {ty}"),
                )
                .with_help(format!(
                    "read it as JSON first: `extend {bag} = parse_json({bag})`"
                )),
            );
            return None;
        }
        let prefix = match argument(arguments, 1, "OutputColumnPrefix") {
            Some(at) => match self.plugin_constant(plugin, at)? {
                Value::String(prefix) => prefix,
                value => return self.bad_setting(at, "a string", &value),
            },
            None => String::new(),
        };
        let conflict = match argument(arguments, 2, "columnsConflict") {
            Some(at) => match self.plugin_constant(plugin, at)? {
                Value::String(text) if text == "error" => Conflict::Error,
                Value::String(text) if text == "replace_source" => Conflict::ReplaceSource,
                Value::String(text) if text == "keep_source" => Conflict::KeepSource,
                value => {
                    return self.bad_setting(
                        at,
                        "'error', 'replace_source' or 'keep_source'",
                        &value,
                    );
                }
            },
            None => Conflict::Error,
        };
        let ignored = match argument(arguments, 3, "ignoredProperties") {
            Some(at) => match self.plugin_constant(plugin, at)? {
                Value::Dynamic(text) => match serde_json::from_str(&text) {
                    Ok(names) => names,
                    Err(_) => {
                        return self.bad_setting(at, "an array of names", &Value::Dynamic(text));
                    }
                },
                value => return self.bad_setting(at, "an array of names", &value),
            },
            None => Vec::new(),
        };
        Some(Settings {
            bag,
            prefix,
            conflict,
            ignored,
        })
    }

    fn bad_setting<T>(&mut self, at: &Expr, wanted: &str, value: &Value) -> Option<T> {
        let message = format!("{wanted} must stand here, not this {}", value.ty());
        self.error(Code::BadArgument, at.span, message);
        None
    }
}

/// Whether the input has a column of this name that stays.
fn has_column(input: &Table, settings: &Settings, name: &str) -> bool {
    name != settings.bag && input.columns().iter().any(|c| c.name == name)
}

fn slot_of(tree: Tree, bag: &str, slot: &str) -> Expr {
    tree.element(tree.name(bag), tree.text(slot))
}
